"""How much of a period has passed: in the available working days of those concerned, weighted by season."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import ibis
import ibis.expr.types as ir

from stuurhut.kpi import given
from stuurhut.kpi.formula import PEOPLE, TIME
from stuurhut.kpi.goals import Holder
from stuurhut.kpi.inquiry import Inquiry
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


def working_days(inquiry: Inquiry, days: Iterable[date]) -> WorkingDays:
    """The available working days between the given days, and between the months they span."""
    ends = sorted(set(days))
    month = floor(ends[0], "month")
    while (month := add_months(month, 1)) < ends[-1]:
        ends.append(month)
    cuts = tuple(sorted(set(ends)))
    of: dict[Holder, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    room = max(4, 1 << (len(cuts) - 1).bit_length())  # numbers of cuts that are the same for many questions
    for row in inquiry.telling(cuts=cuts + cuts[-1:] * (room - len(cuts))).rows(_available, room):
        of[Holder("person", row["person_id"])][row["stretch"]] += row["days"] or 0.0
        if row["team_id"] is not None:
            of[Holder("team", row["team_id"])][row["stretch"]] += row["days"] or 0.0
    return WorkingDays(cuts, dict(of), _of_calendar(inquiry, cuts))


def _of_calendar(inquiry: Inquiry, cuts: tuple[date, ...]) -> dict[int, float]:
    """The organisation's working days per stretch."""
    days = inquiry.kept("calendar", lambda: sorted(row["day"] for row in inquiry.rows(_working_days)))
    before = [bisect_left(days, cut) for cut in cuts]
    return {n: float(last - first) for n, (first, last) in enumerate(pairwise(before)) if last > first}


def _working_days(study: Study) -> ir.Table:
    t = study.table("calendar_day")
    return t.filter(t.working).select("day")


def _available(study: Study, cuts: int) -> ir.Table:
    """Available days per person, team and stretch; `cuts` is how many there are."""
    t = study.table("person_day")
    days = [given.day(_cut(n)) for n in range(cuts)]
    t = t.filter((t.day >= days[0]) & (t.day < days[-1]))
    t = t.mutate(stretch=ibis.cases(*((t.day < cut, ibis.literal(n, "int64")) for n, cut in enumerate(days[1:]))))
    return t.group_by("person_id", "team_id", "stretch").aggregate(days=t.available_fte.sum())


def _cut(number: int) -> Callable[[Inquiry], date]:
    return lambda inquiry: inquiry.told["cuts"][number]


def season(inquiry: Inquiry, kpi: Kpi) -> Season | None:
    """What a working day in each month usually brings of a KPI that adds up, from three whole years before the period
    (two when there are no three) of the whole organisation; None, a flat year, with fewer.
    """
    period = inquiry.question.period
    if period.until <= add_months(floor(period.start, "month"), 1):
        return None  # within one month a day is a day
    end = min(floor(period.start, "month"), floor(inquiry.today, "month"))
    start = add_months(end, -36)
    history = replace(
        inquiry,
        question=replace(inquiry.question, kpi=kpi.key, period=Period(start, end), by=("month",), where=()),
        scope=EVERYTHING,
        filters={name: ids for name, ids in inquiry.filters.items() if name not in PEOPLE | TIME},
    )
    found = {key[0]: float(value.value or 0) for key, value in kpi.formula.groups(history, ("month",)).items()}
    months = [add_months(start, n) for n in range(36)]
    years = (36 - next((n for n, month in enumerate(months) if found.get(month)), 36)) // 12
    return _per_working_day(inquiry, {m: found.get(m, 0.0) for m in months[36 - 12 * years :]}) if years >= 2 else None


def _per_working_day(inquiry: Inquiry, brought: dict[date, float]) -> Season | None:
    days = working_days(inquiry, [*brought, add_months(max(brought), 1)])
    totals: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for month, value in brought.items():
        totals[month.month][0] += value
        totals[month.month][1] += days.calendar.get(bisect_left(days.cuts, month), 0.0)
    if any(worked <= 0 or value < 0 for value, worked in totals.values()):
        return None
    return {month: value / worked for month, (value, worked) in totals.items()}
