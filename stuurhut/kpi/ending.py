"""Where a period ends at this pace, and how far off that may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

WEEKS_FOR_SPREAD = 8
Z80 = 1.2815515655446004  # eight in ten lie within


@dataclass(frozen=True)
class Ending:
    """Where the period ends at this pace; in eight of ten cases between `low` and `high` (None: too early to tell)."""

    value: float
    low: float | None = None
    high: float | None = None


def ending(
    realised: float, projected: float | None, elapsed: float | None, sold: Sequence[float], weeks_left: float
) -> Ending | None:
    """Where a running period ends at this pace, with the band in which it does in eight of ten cases; None without one.

    The middle is realised over the share of working days that has passed (`elapsed`), by season, as
    `target_attainment` has it. The band is the prediction interval of a sum of n weeks after m weeks seen,
    1.28 s sqrt(n (n + m) / m), where s is the week-to-week spread of `sold` and n + m is n over the share to come:
    that is 1.28 s sqrt(n / elapsed). It never begins below what is realised.
    """
    if projected is None or not elapsed:
        return None
    s = spread(sold)
    if s is None or elapsed >= 1 or weeks_left <= 0:
        return Ending(projected)
    reach = Z80 * s * sqrt(weeks_left / elapsed)
    return Ending(projected, max(min(realised, projected), projected - reach), projected + reach)


def spread(weeks: Sequence[float]) -> float | None:
    """The standard deviation of a week, by the mean square successive difference, which season and trend leave alone
    (von Neumann et al., 1941); None under eight weeks since the first with anything in it.
    """
    first = next((i for i, value in enumerate(weeks) if value), len(weeks))
    known = weeks[first:]
    if len(known) < WEEKS_FOR_SPREAD:
        return None
    squares = [(later - earlier) ** 2 for earlier, later in pairwise(known)]
    return sqrt(sum(squares) / len(squares) / 2)
