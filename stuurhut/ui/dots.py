"""Dots on one scale: each a share with its interval, beside what it is laid against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stuurhut.kpi.words.answer import Number

MARGIN, ROOM = 4.0, 92.0  # of 100, so that no dot is cut off


@dataclass(frozen=True)
class Dot:
    """Places on a scale of 0 to 100: the value, the ends of its interval, and what it is laid against."""

    at: float
    low: float | None
    high: float | None
    against: float | None


def dots(values: Sequence[tuple[Number, Number, Number]], against: Sequence[Number]) -> list[Dot | None]:
    """For each (value, low, high) its dot, None without a value; the scale holds them all and no more.

    `against` is what each is laid beside, such as the rate of the others.
    """
    known = [float(v) for v in (*(v for triple in values for v in triple), *against) if v is not None]
    least = min(known, default=0.0)
    span = (max(known, default=0.0) - least) or 1.0

    def place(value: Number) -> float | None:
        return None if value is None else round(MARGIN + ROOM * (float(value) - least) / span, 2)

    found: list[Dot | None] = []
    for (value, low, high), beside in zip(values, against, strict=True):
        at = place(value)
        found.append(None if at is None else Dot(at, place(low), place(high), place(beside)))
    return found
