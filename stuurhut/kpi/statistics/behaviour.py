"""The course of one seller's or team's figure: a period out of the usual, and a level that has really changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stuurhut.kpi.statistics import changes
from stuurhut.kpi.statistics.changes import Kind, Table

SERIES = 11  # looked at together of one seller: the seven of the dashboard and the four steps of the funnel
FALSE_YEARS = 0.05
EFFECT = 0.20  # a change of level is structural from here, relatively
ROUNDING = 1e-9
AT_LEAST = 8  # periods; fewer is too early
# How many independent looks a year of monthly looks at every moment comes to, per period beyond the seventh and at
# most; found by simulation on steady courses (docs/statistics.md), checked by `stuurhut simulate`.
LOOKS: dict[Kind, tuple[float, float]] = {
    "share": (2.0, 35.0),
    "count": (3.0, 70.0),
    "money": (5.0, 120.0),
    "duration": (7.0, 150.0),
}


@dataclass(frozen=True)
class Reading:
    """What one whole period gave, oldest period first.

    share: `value` hits of `n`. count: `value` events in `n` of exposure (available working days, or what the events
    are counted per). money: the sum `value` in `n` of exposure. duration: `value` is the mean or median (not the sum)
    over `n` ends. `value` None or `n` 0: nothing to say of this period. `season`: what is usual in this period against
    an ordinary one (1 none; see seasons.factors).
    """

    value: float | None
    n: float
    season: float = 1.0


@dataclass(frozen=True)
class Usual:
    """What is usual in one period, in the unit shown: a share, or the period's count, sum or duration.

    `value`, `centre`, `low` and `high` are None where the period has nothing to say.
    """

    value: float | None
    centre: float | None
    low: float | None
    high: float | None
    outside: bool = False


@dataclass(frozen=True)
class Chart:
    """A course judged. `periods` as the readings, one each.

    `since` is the index of the period from which the level most likely differs; `before` and `after` are the levels per
    unit of n without season (a share, events per unit of exposure, a duration). `chance` is how likely a steady course
    would show so clear a change at some moment of a year. `structural` when it stands after all `looked_at` series.
    `too_early` holds how many usable periods more are needed (0: enough). `outside` are the indexes out of the limits.
    """

    kind: Kind
    periods: tuple[Usual, ...]
    too_early: int
    since: int | None = None
    before: float | None = None
    after: float | None = None
    chance: float | None = None
    structural: bool = False
    outside: tuple[int, ...] = ()

    @property
    def change(self) -> float | None:
        """The level after against before, relatively: -0.5 is a halving."""
        return None if self.before is None or self.after is None or not self.before else self.after / self.before - 1


def chart(
    readings: Sequence[Reading],
    kind: Kind,
    *,
    looked_at: int = SERIES,
    false_years: float = FALSE_YEARS,
    at_least: int = AT_LEAST,
) -> Chart:
    """The natural limits of a course, the periods outside them, and whether its level has changed for good.

    `looked_at` is how many series of the same seller are judged together; `false_years` the share of years in which a
    steady seller may be called structural on any of them.
    """
    import numpy as np

    usable = [index for index, one in enumerate(readings) if one.value is not None and one.n * one.season > 0]
    if len(usable) < at_least:
        unlimited = tuple(Usual(shown(one, kind), None, None, None) for one in readings)
        return Chart(kind, unlimited, at_least - len(usable))
    values, n = _tables([readings[index] for index in usable], kind)
    found = changes.change(values, n, kind)
    chance = chance_in_a_year(found.z, len(usable), kind)
    structural = bool(stands(found, chance, kind, looked_at, false_years)[0])
    since = int(found.since[0])
    levels = np.where(np.arange(values.shape[1]) < found.since[:, None], found.before[:, None], found.after[:, None])
    limits = changes.limits(values, n, kind, levels if structural else None)
    periods = _usual(readings, usable, values, limits, kind)
    outside = tuple(index for index, one in enumerate(periods) if one.outside)
    before, after = (float(_unlogged(one, kind)[0]) for one in (found.before, found.after))
    return Chart(kind, periods, 0, usable[since], before, after, float(chance[0]), structural, outside)


def chance_in_a_year(z: Table, periods: int, kind: Kind) -> Table:
    """How likely a steady course shows a change of this size at some monthly look of a year, at any moment."""
    import numpy as np
    from scipy.special import ndtr

    each, most = LOOKS[kind]
    looks = min(most, max(1.0, each * (periods - AT_LEAST + 1)))
    return -np.expm1(looks * np.log1p(-np.minimum(2 * ndtr(-np.abs(z)), 1 - 1e-12)))


def stands(
    found: changes.Change, chance: Table, kind: Kind, looked_at: int = SERIES, false_years: float = FALSE_YEARS
) -> Table:
    """Which changes are structural: not luck after all series looked at, and large enough to matter."""
    import numpy as np

    before, after = _unlogged(found.before, kind), _unlogged(found.after, kind)
    return (chance <= false_years / looked_at) & (np.abs(after - before) >= EFFECT * before)


def shown(one: Reading, kind: Kind) -> float | None:
    """The value of a period as it is shown: a share, or what was counted, summed or measured."""
    if one.value is None or one.n <= 0:
        return None
    return one.value / one.n if kind == "share" else one.value


def _tables(readings: Sequence[Reading], kind: Kind) -> tuple[Table, Table]:
    """Values and n of one course; season is a part of n, and a factor of a duration, which goes in as its logarithm."""
    import numpy as np

    values = np.array([[float(one.value or 0.0) for one in readings]])
    n = np.array([[float(one.n) for one in readings]])
    season = np.array([[one.season for one in readings]])
    if kind == "duration":
        return np.log(np.maximum(values, _least(values)) / season), n
    return values, n * season


def _least(values: Table) -> float:
    """What stands for a duration of nothing, which has no logarithm: a twentieth of the median."""
    import numpy as np

    return max(float(np.median(values)) / 20, 1e-6)


def _unlogged(levels: Table, kind: Kind) -> Table:
    import numpy as np

    return np.exp(levels) if kind == "duration" else levels


def _usual(
    readings: Sequence[Reading], usable: Sequence[int], values: Table, limits: changes.Limits, kind: Kind
) -> tuple[Usual, ...]:
    """The limits in the unit shown, for the periods that have something to say."""
    outer = (values < limits.low - ROUNDING) | (values > limits.high + ROUNDING)
    found = [Usual(None, None, None, None) for _one in readings]
    for column, index in enumerate(usable):
        one = readings[index]
        scale = {"share": 1 / one.n, "duration": one.season}.get(kind, 1.0)
        raw = (_unlogged(table[0, column], kind) for table in (limits.centre, limits.low, limits.high))
        centre, low, high = (float(one) * scale for one in raw)
        high = min(high, 1.0) if kind == "share" else high
        found[index] = Usual(shown(one, kind), centre, low, high, bool(outer[0, column]))
    return tuple(found)
