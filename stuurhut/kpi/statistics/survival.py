"""Times that have not all ended: Kaplan-Meier for one way to end, Aalen-Johansen when another way competes."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import NamedTuple

Z = 1.959963984540054
ROUNDING = 1e-9  # 0.9 * 8/9 is not exactly 0.8; a curve that touches a level has reached it

Spell = tuple[float, bool, int]  # how long, whether it ended, how many of them
Ending = tuple[float, int, int]  # how long, how it ended (0: not yet), how many of them


class Point(NamedTuple):
    """The curve from this time on: the share not ended yet, Greenwood's sum, and the 95% interval they give."""

    time: float
    survival: float
    greenwood: float

    @property
    def low(self) -> float:
        return _log_log(self.survival, self.greenwood, 1)

    @property
    def high(self) -> float:
        return _log_log(self.survival, self.greenwood, -1)


@dataclass(frozen=True)
class Curve:
    """A Kaplan-Meier curve: its steps in order of time, how many spells and ends it rests on, the longest spell."""

    points: tuple[Point, ...]
    n: int
    ended: int
    longest: float

    def quantile(self, share: float) -> float | None:
        """The time by which `share` had ended; None when the curve does not come that far."""
        return self._first(share, lambda point: point.survival)

    def interval(self, share: float) -> tuple[float | None, float | None]:
        """95% interval of that time, by inverting the log-log interval of the curve (Brookmeyer & Crowley 1982)."""
        return self._first(share, lambda point: point.low), self._first(share, lambda point: point.high)

    def ended_by(self, time: float) -> float | None:
        """The share that had ended by `time`; None beyond the longest spell while some had not ended."""
        reached = bisect_right(self.points, time, key=lambda point: point.time)
        survival = self.points[reached - 1].survival if reached else 1.0
        if self.n == 0 or (time > self.longest and survival > ROUNDING):
            return None
        return 1 - survival

    def _first(self, share: float, level: Callable[[Point], float]) -> float | None:
        return next((point.time for point in self.points if level(point) <= 1 - share + ROUNDING), None)


def kaplan_meier(spells: Iterable[Spell]) -> Curve:
    """The product-limit curve (Kaplan & Meier 1958) with Greenwood's variance, interval on the log-log scale.

    Spells of equal length that ended come before those that did not.
    """
    ends: dict[float, int] = defaultdict(int)
    all_of: dict[float, int] = defaultdict(int)
    for length, ended, count in spells:
        all_of[length] += count
        if ended:
            ends[length] += count
    n = at_risk = sum(all_of.values())
    survival, variance = 1.0, 0.0
    points = []
    for length in sorted(all_of):
        if died := ends[length]:
            survival *= 1 - died / at_risk
            variance += died / (at_risk * (at_risk - died)) if at_risk > died else 0.0
            points.append(Point(length, survival, variance))
        at_risk -= all_of[length]
    return Curve(tuple(points), n, sum(ends.values()), max(all_of, default=0.0))


def _log_log(survival: float, variance: float, sign: int) -> float:
    """An end of the 95% interval of a survival probability on the log(-log) scale (Kalbfleisch & Prentice 1980)."""
    if survival <= ROUNDING:
        return 0.0
    return float(survival ** exp(sign * Z * sqrt(variance) / abs(log(survival))))


def aalen_johansen(endings: Iterable[Ending], way: int) -> list[tuple[float, float]]:
    """The share that had ended in this `way` by each time, other ways competing (Aalen & Johansen 1978).

    Steps of (time, share), only where the share rises.
    """
    ends: dict[float, int] = defaultdict(int)
    of_way: dict[float, int] = defaultdict(int)
    all_of: dict[float, int] = defaultdict(int)
    for length, how, count in endings:
        all_of[length] += count
        ends[length] += count if how else 0
        of_way[length] += count if how == way else 0
    at_risk = sum(all_of.values())
    not_ended, share = 1.0, 0.0
    steps = []
    for length in sorted(all_of):
        if of_way[length]:
            share += not_ended * of_way[length] / at_risk
            steps.append((length, share))
        not_ended *= 1 - ends[length] / at_risk
        at_risk -= all_of[length]
    return steps


def step_at(steps: list[tuple[float, float]], time: float) -> float:
    """The height of a rising step curve at a time."""
    return max((share for when, share in steps if when <= time), default=0.0)
