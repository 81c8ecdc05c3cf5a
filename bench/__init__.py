"""Measures Stuurhut beside hand-written SQL and the usual alternatives, on the reference data."""
