"""Stuurhut: the wheelhouse from which a sales team is steered."""

__version__ = "0.1.0"
