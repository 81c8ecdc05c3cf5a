"""Target, realised, pace and projected end of one KPI, per group of a question."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import product
from typing import Any

from stuurhut.kpi.formula import PEOPLE, TIME, By
from stuurhut.kpi.goals import Goals, Holder, goal_in, goals_at, weighted_mean
from stuurhut.kpi.holders import Holders, Span, holders_in
from stuurhut.kpi.inquiry import Inquiry
from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.pace import Season, WorkingDays, season, working_days
from stuurhut.kpi.words.answer import Key, Value
from stuurhut.kpi.words.period import buckets, following
from stuurhut.kpi.words.question import Question

Groups = Callable[[Inquiry, By], dict[Key, Value]]
WHOSE_AND_WHEN = PEOPLE | TIME


@dataclass(frozen=True)
class Attaining:
    """One question about the targets of one KPI, by dimensions.

    `adds_up`: the parts of a period add to the whole. `sums`: what people reach adds to what their team reaches.

    A personal target counts in a team for the days on which the person was in it, as sales do: of a month's target of
    who moved on the 11th the old team has the part of the working days before, the new team the rest.
    """

    inquiry: Inquiry
    kpi: Kpi
    by: By
    adds_up: bool
    sums: bool

    # -- what is known -----------------------------------------------------------------------------------------------

    @cached_property
    def asked(self) -> Inquiry:
        """The same question, of the KPI itself."""
        return replace(self.inquiry, question=replace(self.inquiry.question, kpi=self.kpi.key, of=Question.of))

    @cached_property
    def goals(self) -> dict[Key, Goals]:
        """The goals per group of the dimensions that are neither whose nor when."""
        return goals_at(self.inquiry, self.kpi.key, self._others, money=self.kpi.unit == "money")

    @cached_property
    def holders(self) -> Holders:
        every = {holder.id for goals in self.goals.values() for holder in goals.of if holder.kind == "person"}
        teams = {holder.id for goals in self.goals.values() for holder in goals.of if holder.kind == "team"}
        return holders_in(self.inquiry, every, teams)

    @cached_property
    def season(self) -> Season | None:
        if not self.adds_up:
            return None
        return self.inquiry.once(("season", self.kpi.key), lambda: season(self.inquiry, self.kpi))

    @cached_property
    def days(self) -> WorkingDays:
        """Working days between all days at which anything begins or ends."""
        period, fiscal = self.inquiry.question.period, self.inquiry.zone.fiscal_start
        ends = {period.start, period.until, self.running}
        for grain in TIME & {*self.by, *self.inquiry.filters}:
            ends |= {day for day in buckets(period, grain, fiscal) if period.start < day < period.until}
        ends |= {end for stays in self.holders.stays.values() for stay in stays for end in stay}
        for goals in self.goals.values():
            ends |= {end for those in goals.of.values() for goal in those for end in (goal.start, goal.until)}
        cuts = frozenset(ends)
        return self.inquiry.once(("days", cuts), lambda: working_days(self.inquiry, cuts))

    @cached_property
    def running(self) -> date:
        """The first day that has not ended at T, within the period."""
        period = self.inquiry.question.period
        return min(max(self.inquiry.zone.day(self.inquiry.question.as_of), period.start), period.until)

    # -- groups ------------------------------------------------------------------------------------------------------

    @property
    def _others(self) -> By:
        return tuple(name for name in self.by if name not in WHOSE_AND_WHEN)

    @property
    def _grains(self) -> By:
        return tuple(name for name in self.by if name in TIME)

    def keys(self, found: Iterable[Key]) -> list[Key]:
        """The groups in which something was reached, and those with a goal, in every time bucket."""
        found = list(found)
        period, fiscal = self.inquiry.question.period, self.inquiry.zone.fiscal_start
        times = list(product(*(list(buckets(period, name, fiscal)) for name in self._grains)))
        whose = {self._part(key, PEOPLE) for key in found} | self._with_goals()
        others = {self._part(key, frozenset(self._others)) for key in found} | self.goals.keys()
        keys = dict.fromkeys(found)
        for who, other in product(whose, others):
            probe = self._key(who, times[0], other)
            if self.whose(probe):
                keys.update(dict.fromkeys(self._key(who, time, other) for time in times))
        return list(keys)

    def _part(self, key: Key, names: frozenset[str]) -> Key:
        return tuple(value for name, value in zip(self.by, key, strict=True) if name in names)

    def _key(self, who: Key, time: Key, other: Key) -> Key:
        parts = {"who": iter(who), "time": iter(time), "other": iter(other)}
        sorts = ("who" if name in PEOPLE else "time" if name in TIME else "other" for name in self.by)
        return tuple(next(parts[sort]) for sort in sorts)

    def _with_goals(self) -> set[Key]:
        """The persons, teams or both, as far as seen, that a goal may be of."""
        holders = self.holders
        pairs = {(person, team) for team in holders.members for person in holders.members[team]}
        places = tuple(name for name in self.by if name in PEOPLE)
        if len(places) == 2:
            return {pair if places[0] == "person" else pair[::-1] for pair in pairs}
        if not places:
            return {()}
        return {(one,) for one in (holders.persons if places[0] == "person" else holders.teams)}

    def _goals_for(self, key: Key) -> Goals:
        return self.goals.get(self._part(key, frozenset(self._others)), Goals())

    def whose(self, key: Key) -> list[Holder]:
        """Those whose goals are meant in a group; empty when nobody has one."""
        group, goals = dict(zip(self.by, key, strict=True)), self._goals_for(key)
        if "person" in group:
            person = group["person"]
            return [holder for holder in goals.of if holder == ("person", person)]
        if "team" in group:
            team = group["team"]
            return self.holders.in_teams(self.holders.under(team), goals) if isinstance(team, int) else []
        return self.holders.in_all(goals)

    def spans(self, key: Key) -> list[Span]:
        """The stretches of days of a group: the period, as far as its time buckets and the filters go."""
        period = self.inquiry.question.period
        allowed: list[tuple[str, tuple[object, ...]]]
        allowed = [(name, (value,)) for name, value in zip(self.by, key, strict=True) if name in TIME]
        allowed += [(name, values) for name, values in self.inquiry.filters.items() if name in TIME]
        spans = [(period.start, period.until)]
        for grain, starts in allowed:
            spans = _shared(spans, [(start, following(start, grain)) for start in starts if isinstance(start, date)])
        return sorted(spans)

    def spans_of(self, key: Key, holder: Holder) -> list[Span]:
        """Those in which a holder's target counts in the group: of a person the days in the teams that are meant."""
        spans, teams = self.spans(key), self._teams_meant(key, holder)
        return spans if teams is None else _shared(spans, self.holders.stay(holder.id, teams))

    def _teams_meant(self, key: Key, holder: Holder) -> Iterable[int] | None:
        """The teams in which a person's days are meant; None when all days are."""
        if holder.kind == "team":
            return None
        group, scope = dict(zip(self.by, key, strict=True)), self.inquiry.scope
        if isinstance(team := group.get("team"), int):
            return {team} if "person" in group else self.holders.under(team)
        if "team" in self.inquiry.filters or not (scope.everything or holder.id in scope.persons):
            return self.holders.members  # those that pass the filter and may be seen
        return None

    def rolled_up(self, compute: Groups) -> dict[Key, Value]:
        """The values of `compute`, a team's with those of the teams below it."""
        found = dict(compute(self.asked, self.by))
        if "team" not in self.by or "person" in self.by:
            return found
        place = self.by.index("team")
        rest = tuple(name for name in self.by if name != "team")
        for team in sorted(self.holders.teams & {p for p in self.holders.parents.values() if p is not None}):
            below = tuple(sorted(self.holders.under(team)))
            whole = replace(self.asked, filters={**self.asked.filters, "team": below})
            for key, value in compute(whole, rest).items():
                found[(*key[:place], team, *key[place:])] = value
        return found

    # -- figures -----------------------------------------------------------------------------------------------------

    def target(self, key: Key) -> Decimal | None:
        """What is to be reached in a group; None when the only holder lacks a goal for part of it, or all do."""
        whose = self.whose(key)
        asked = [(self._goal(key, holder, gaps=len(whose) > 1), self._days(key, holder)) for holder in whose]
        known = [(goal, days) for goal, days in asked if goal is not None]
        if not known:
            return None
        return sum((goal for goal, _days in known), Decimal(0)) if self.sums else weighted_mean(known)

    def _days(self, key: Key, holder: Holder) -> float:
        workers = self.holders.workers(holder)
        return sum(self.days.between(workers, start, until) for start, until in self.spans_of(key, holder))

    def _goal(self, key: Key, holder: Holder, *, gaps: bool) -> Decimal | None:
        workers, goals = self.holders.workers(holder), self._goals_for(key).of.get(holder, ())

        def days(start: date, until: date) -> float:
            return self.days.between(workers, start, until)

        spans = self.spans_of(key, holder)
        parts = [(goal_in(goals, *span, days, adds_up=self.adds_up, gaps=gaps), days(*span)) for span in spans]
        known = [(goal, weight) for goal, weight in parts if goal is not None]
        if not known or (len(known) < len(parts) and not gaps):
            return None
        return sum((goal for goal, _days in known), Decimal(0)) if self.adds_up else weighted_mean(known)

    def elapsed(self, key: Key) -> float | None:
        """The share of the holders' available working days that has passed, by season; None without working days."""
        at_work = [
            (self.holders.workers(holder), start, until)
            for holder in self.whose(key)
            for start, until in self.spans_of(key, holder)
        ]
        for weights in (self.season, None):
            whole = sum(self.days.between(workers, start, until, weights) for workers, start, until in at_work)
            passed = sum(
                self.days.between(workers, start, min(max(self.running, start), until), weights)
                for workers, start, until in at_work
            )
            if whole > 0:
                return passed / whole
        return None

    def lacking(self) -> int:
        """How many people and teams have a goal for a part of the period only."""
        return sum(1 for holder in self.whose(()) if self._goal((), holder, gaps=False) is None)


def _shared(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """The days that lie in both."""
    return [(max(a, c), min(b, d)) for a, b in spans for c, d in others if max(a, c) < min(b, d)]


def clock(
    realised: Any, target: Decimal, elapsed: float | None, *, lower_is_better: bool, cents: bool
) -> dict[str, object]:
    """Attainment, pace and projected end of what adds up; never capped, reversed where lower is better.

    Attainment is realised / target; pace is realised against the target for the share that has elapsed, null on day 0.
    """
    done, aim = float(realised), float(target)
    projected = done / elapsed if elapsed else None
    return {
        "attained": over(done, aim, reverse=lower_is_better),
        "pace": over(done, aim * elapsed, reverse=lower_is_better) if elapsed else None,
        "projected": round(Decimal(str(projected)), 2) if cents and projected is not None else projected,
    }


def over(done: float | None, aim: float, *, reverse: bool) -> float | None:
    """done / aim, or aim / done where lower is better; nothing over nothing is no share."""
    if done is None:
        return None
    above, below = (aim, done) if reverse else (done, aim)
    return above / below if below else None
