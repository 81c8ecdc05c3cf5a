"""How often something is said of sellers, teams and leads of which nothing is true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from stuurhut.kpi.statistics import behaviour, changes
from stuurhut.kpi.statistics.seasons import factors, movement
from stuurhut.kpi.statistics.steps import Comparison, Mix, Tally, against_others, against_past
from stuurhut.kpi.verdicts.steps import is_standing, standing
from stuurhut.kpi.verdicts.thresholds import Thresholds
from stuurhut.site.simulation.sellers import MONTHS, SOURCES, STEPS, Table, Team, months, team

HISTORY = 36  # months that a judgement looks back
YEAR = 12
HALF = 6
WEEKS = 156
SEASONAL = ("leads_created", "calls", "appointments", "follow_ups", "order_count", "sales_value")


@dataclass
class FalseCalls:
    """Counts over many teams. Of sellers: judged, and in how many years something was said at one monthly look or more;
    of team steps, and of teams' weekly leads by whether the year has a season.
    """

    sellers: int = 0
    structural: int = 0
    weak: int = 0
    strong: int = 0
    structural_or_weak: int = 0
    by_kpi: Counter[str] = field(default_factory=Counter)
    months: int = 0
    outside: int = 0
    team_years: int = 0
    process: int = 0
    flat: int = 0
    flat_season: int = 0
    wavy: int = 0
    wavy_season: int = 0
    trend: int = 0
    looks: int = 0
    trend_looks: int = 0

    def add(self, other: FalseCalls) -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def false_calls(seeds: Iterable[int], thresholds: Thresholds | None = None) -> FalseCalls:
    """The false calls in the judged year of the teams of these seeds, looked at at the end of every month."""
    found, limits = FalseCalls(), thresholds or Thresholds()
    for seed in seeds:
        made = team(seed)
        structural = _structural(made, found, limits)
        weak, strong = _steps(made, limits)
        found.sellers += len(structural)
        found.structural += int(structural.sum())
        found.weak += int(weak.sum())
        found.strong += int(strong.sum())
        found.structural_or_weak += int((structural | weak).sum())
        _process(made, found, limits)
        _movements(made, found)
    return found


def looks() -> range:
    """The months before which is looked: every month's end of the judged year."""
    return range(MONTHS - YEAR + 1, MONTHS + 1)


def _structural(made: Team, found: FalseCalls, limits: Thresholds) -> Table:
    """Per seller whether any of the eleven courses was called structural at any look."""
    called = {}
    for key, course in made.courses.items():
        kind: changes.Kind = course.kind  # type: ignore[assignment]
        any_look = np.zeros(len(course.values), dtype=bool)
        for until in looks():
            part = slice(until - HISTORY, until)
            values, n = course.values[:, part], course.n[:, part]
            if key in SEASONAL:
                brought = (values.sum(axis=0).tolist(), n.sum(axis=0).tolist(), months()[part])
                n = n * np.array(factors(*brought))
            changed = changes.change(values, n, kind)
            chance = behaviour.chance_in_a_year(changed.z, HISTORY, kind)
            any_look |= behaviour.stands(changed, chance, kind, len(made.courses), limits.false_years)
        usual = changes.limits(values, n, kind)
        outside = ((values < usual.low) | (values > usual.high)) & (n > 0)
        found.months += outside[:, -YEAR:].size
        found.outside += int(outside[:, -YEAR:].sum())
        called[key] = any_look
        found.by_kpi[key] += int(any_look.sum())
    return np.any(list(called.values()), axis=0)


def _steps(made: Team, limits: Thresholds) -> tuple[Table, Table]:
    """Per seller whether any step was called weak, and strong, at any look at the twelve months before it."""
    sellers = len(made.courses["calls"].values)
    weak, strong = np.zeros(sellers, dtype=bool), np.zeros(sellers, dtype=bool)
    for until in looks():
        compared: list[Comparison] = []
        for step in STEPS:
            mixes = [mix(made, step, seller, until - YEAR, until) for seller in range(sellers)]
            compared += [against_others(mixes[own], mixes[:own] + mixes[own + 1 :]) for own in range(sellers)]
        for number, (one, stands) in enumerate(zip(compared, standing(compared, limits), strict=True)):
            if stands and one.effect is not None:
                (weak if one.effect < 0 else strong)[number % sellers] = True
    return weak, strong


def mix(made: Team, step: str, seller: int, since: int, until: int) -> Mix:
    """The step of a seller over some months by source."""
    hits, n = (table[seller, since:until].sum(axis=0) for table in made.steps[step])
    return {source: Tally(int(hits[at]), int(n[at])) for at, source in enumerate(SOURCES)}


def _process(made: Team, found: FalseCalls, limits: Thresholds) -> None:
    """Whether the team was said to have changed at any step, by half years against those before."""
    called = False
    for until in looks():
        for step in STEPS:
            totals = [table.sum(axis=0) for table in made.steps[step]]
            halves = [
                {
                    source: Tally(*(int(table[start : start + HALF, at].sum()) for table in totals))
                    for at, source in enumerate(SOURCES)
                }
                for start in range(until - HISTORY, until, HALF)
            ]
            compared = against_past(halves[-1], halves[:-1])
            called |= is_standing(compared, limits, looked_at=len(STEPS))
    found.team_years += 1
    found.process += called


def _movements(made: Team, found: FalseCalls) -> None:
    """What is said of the weekly leads of the team at the ends of thirteen blocks of four weeks."""
    directions = []
    for until in range(len(made.weeks) - 48, len(made.weeks) + 1, 4):
        part = slice(until - WEEKS, until)
        directions.append(movement(made.weekly[part], made.week_days[part], made.weeks[part]).direction)
    season, trends = "season" in directions, [one in ("upward", "downward") for one in directions]
    found.trend += any(trends)
    found.looks += len(directions)
    found.trend_looks += sum(trends)
    if made.waves:
        found.wavy += 1
        found.wavy_season += season
    else:
        found.flat += 1
        found.flat_season += season
