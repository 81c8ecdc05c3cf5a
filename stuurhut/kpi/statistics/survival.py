"""Times that have not all ended: Kaplan-Meier for one way to end, Aalen-Johansen when another way competes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from math import exp, log, sqrt
from operator import itemgetter, neg

Z = 1.959963984540054
ROUNDING = 1e-9  # 0.9 * 8/9 is not exactly 0.8; a curve that touches a level has reached it

_length = itemgetter(0)
Spell = tuple[float, bool, int]  # how long, whether it ended, how many of them
Ending = tuple[float, int, int]  # how long, how it ended (0: not yet), how many of them


@dataclass(frozen=True)
class Curve:
    """A Kaplan-Meier curve: its steps in order of time, how many spells and ends it rests on, the longest spell.

    From each of `times` on, `survivals` is the share not ended yet; `greenwoods` is the sum behind its variance.
    """

    times: list[float]
    survivals: list[float]
    greenwoods: list[float]
    n: int
    ended: int
    longest: float

    def quantile(self, share: float) -> float | None:
        """The time by which `share` had ended; None when the curve does not come that far."""
        reached = self._reached(share)
        return self.times[reached] if reached < len(self.times) else None

    def interval(self, share: float) -> tuple[float | None, float | None]:
        """95% interval of that time, by inverting the log-log interval of the curve (Brookmeyer & Crowley 1982)."""
        return self._first(share, 1, 0), self._first(share, -1, self._reached(share))

    def ended_by(self, time: float) -> float | None:
        """The share that had ended by `time`; None beyond the longest spell while some had not ended."""
        reached = bisect_right(self.times, time)
        survival = self.survivals[reached - 1] if reached else 1.0
        if self.n == 0 or (time > self.longest and survival > ROUNDING):
            return None
        return 1 - survival

    def _reached(self, share: float) -> int:
        """The first step at which `share` had ended."""
        return bisect_left(self.survivals, share - 1 - ROUNDING, key=neg)

    def _first(self, share: float, sign: int, start: int) -> float | None:
        """When that end of the interval first comes to it, from a step on."""
        level = 1 - share + ROUNDING
        for at in range(start, len(self.times)):
            if log_log(self.survivals[at], self.greenwoods[at], sign) <= level:
                return self.times[at]
        return None


def kaplan_meier(spells: Iterable[Spell]) -> Curve:
    """The product-limit curve (Kaplan & Meier 1958) with Greenwood's variance, interval on the log-log scale.

    Spells of equal length that ended come before those that did not.
    """
    in_order = sorted(spells, key=_length)
    n = at_risk = sum(count for _length, _ended, count in in_order)
    survival, greenwood, all_ended = 1.0, 0.0, 0
    times, survivals, greenwoods = [], [], []
    for length, alike in groupby(in_order, _length):
        there = died = 0
        for _same, ended, count in alike:
            there += count
            died += count if ended else 0
        if died:
            survival *= 1 - died / at_risk
            greenwood += died / (at_risk * (at_risk - died)) if at_risk > died else 0.0
            times.append(length)
            survivals.append(survival)
            greenwoods.append(greenwood)
        at_risk -= there
        all_ended += died
    return Curve(times, survivals, greenwoods, n, all_ended, in_order[-1][0] if in_order else 0.0)


def log_log(survival: float, greenwood: float, sign: int) -> float:
    """The lower (1) or upper (-1) end of the 95% interval of a survival probability on the log(-log) scale
    (Kalbfleisch & Prentice 1980).
    """
    if survival <= ROUNDING:
        return 0.0
    return float(survival ** exp(sign * Z * sqrt(greenwood) / abs(log(survival))))


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
