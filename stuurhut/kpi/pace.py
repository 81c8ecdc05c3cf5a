"""How much of a period has passed: in the available working days of those concerned, weighted by season."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import ibis
import ibis.expr.types as ir

from stuurhut.kpi.formula import PEOPLE, TIME
from stuurhut.kpi.goals import Holder
from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.study import Study
from stuurhut.kpi.words.period import Period, add_months, floor
from stuurhut.kpi.words.scope import EVERYTHING

Season = dict[int, float]  # month of the year to what a working day in it usually brings


@dataclass(frozen=True)
class WorkingDays:
    """Available working days between cuts: of each person, of each team, and of the organisation's calendar."""

    cuts: tuple[date, ...]
    of: dict[Holder, dict[int, float]]  # per stretch: n for the days from cuts[n] up to cuts[n + 1]
    calendar: dict[int, float]

    def between(self, holders: Iterable[Holder], start: date, until: date, season: Season | None = None) -> float:
        """Days from `start` up to `until` (both must be cuts) of the holders together; each day times its season.

        Who has no day at all in the calendar (nobody recorded a membership) works the organisation's days.
        """
        stretches = range(bisect_left(self.cuts, start), bisect_left(self.cuts, until))
        weights = {n: season[self.cuts[n].month] if season else 1.0 for n in stretches}
        known = [self.of[holder] for holder in holders if holder in self.of] or [self.calendar]
        return sum(weights[n] * days.get(n, 0.0) for days in known for n in stretches)


def working_days(study: Study, days: Iterable[date]) -> WorkingDays:
    """The available working days between the given days, and between the months they span."""
    given = sorted(set(days))
    month = floor(given[0], "month")
    while (month := add_months(month, 1)) < given[-1]:
        given.append(month)
    cuts = tuple(sorted(set(given)))
    person_day = _stretched(study.table("person_day"), cuts)
    rows = study.engine.rows(
        person_day.group_by("person_id", "team_id", "stretch").aggregate(days=person_day.available_fte.sum())
    )
    of: dict[Holder, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        of[Holder("person", row["person_id"])][row["stretch"]] += row["days"] or 0.0
        if row["team_id"] is not None:
            of[Holder("team", row["team_id"])][row["stretch"]] += row["days"] or 0.0
    calendar = study.table("calendar_day")
    calendar = _stretched(calendar.filter(calendar.working), cuts)
    counted = study.engine.rows(calendar.group_by("stretch").aggregate(days=calendar.count()))
    return WorkingDays(cuts, dict(of), {row["stretch"]: float(row["days"]) for row in counted})


def _stretched(t: ir.Table, cuts: tuple[date, ...]) -> ir.Table:
    """The rows from the first cut up to the last, with the number of the stretch in which their day lies."""
    t = t.filter((t.day >= ibis.literal(cuts[0])) & (t.day < ibis.literal(cuts[-1])))
    branches = [(t.day < ibis.literal(cut), ibis.literal(n, "int64")) for n, cut in enumerate(cuts[1:])]
    return t.mutate(stretch=ibis.cases(*branches)) if branches else t.mutate(stretch=ibis.literal(0, "int64"))


def season(study: Study, kpi: Kpi) -> Season | None:
    """What a working day in each month usually brings of a KPI that adds up, from three whole years before the period
    (two when there are no three) of the whole organisation; None, a flat year, with fewer.
    """
    period = study.question.period
    if period.until <= add_months(floor(period.start, "month"), 1):
        return None  # within one month a day is a day
    end = min(floor(period.start, "month"), floor(study.today, "month"))
    start = add_months(end, -36)
    history = replace(
        study,
        question=replace(study.question, kpi=kpi.key, period=Period(start, end), by=("month",), where=()),
        scope=EVERYTHING,
        filters={name: ids for name, ids in study.filters.items() if name not in PEOPLE | TIME},
    )
    found = {key[0]: float(value.value or 0) for key, value in kpi.formula.groups(history, ("month",)).items()}
    months = [add_months(start, n) for n in range(36)]
    years = (36 - next((n for n, month in enumerate(months) if found.get(month)), 36)) // 12
    return _per_working_day(study, {m: found.get(m, 0.0) for m in months[36 - 12 * years :]}) if years >= 2 else None


def _per_working_day(study: Study, brought: dict[date, float]) -> Season | None:
    days = working_days(study, [*brought, add_months(max(brought), 1)])
    totals: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for month, value in brought.items():
        totals[month.month][0] += value
        totals[month.month][1] += days.calendar.get(bisect_left(days.cuts, month), 0.0)
    if any(worked <= 0 or value < 0 for value, worked in totals.values()):
        return None
    return {month: value / worked for month, (value, worked) in totals.items()}
