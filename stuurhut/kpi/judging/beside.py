"""The further figures that an answer carries beside its value."""

from __future__ import annotations

from decimal import Decimal


def number(value: object) -> float | None:
    """A further figure as a number; None for none. Raises TypeError for what is no number."""
    if value is None:
        return None
    if isinstance(value, int | float | Decimal):
        return float(value)
    raise TypeError(f"{value!r} is no number.")
