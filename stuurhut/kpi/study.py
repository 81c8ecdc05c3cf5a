"""One question laid beside the facts: cut in time, scope and filters, grouped by its dimensions.

`flow` gives the rows of a fact that happened in the period before T; `balance` those that were so at T. Both carry a
column `by_<dimension>` for every dimension asked or filtered on, and hold only what the scope may see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import ibis
import ibis.expr.types as ir

from stuurhut.kpi.catalogue.facts import BY_NAME, Fact, Moment
from stuurhut.kpi.engine import Engine
from stuurhut.kpi.words.answer import Key
from stuurhut.kpi.words.period import GRAINS, Zone
from stuurhut.kpi.words.question import Question, rounded_up
from stuurhut.kpi.words.scope import Scope

Where = Callable[[ir.Table], ir.BooleanValue]
Measure = Callable[[ir.Table], ir.Scalar]
Found = TypeVar("Found")

ACCOUNT_DIMENSIONS = ("industry", "segment", "region")
PRODUCT_DIMENSIONS = ("product", "product_group")
FOUND: WeakKeyDictionary[Engine, dict[object, Any]] = WeakKeyDictionary()  # goes when its engine does
PERSONAL_DIMENSIONS = frozenset({"person", "lead_owner", "account"})  # an account tells whose it is


def naive(moment: datetime) -> datetime:
    """The moment as the facts write it: UTC without zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def instant(moment: datetime) -> ir.TimestampScalar:
    return ibis.literal(naive(moment), type="timestamp(6)")


@dataclass(frozen=True)
class Study:
    """A question, a scope and an engine, with filters resolved to ids (`filters`: dimension to allowed values)."""

    question: Question
    scope: Scope
    engine: Engine
    filters: dict[str, tuple[int | str, ...]]

    @property
    def zone(self) -> Zone:
        return self.engine.zone

    @cached_property
    def start(self) -> datetime:
        return self.zone.instant(self.question.period.start)

    @cached_property
    def until(self) -> datetime:
        """Where the rows of the period end: its end, or T when that comes first."""
        return max(self.start, min(self.zone.instant(self.question.period.until), self.question.as_of))

    @cached_property
    def last_day(self) -> date:
        """The local day just after the last one that counts for facts that only have days."""
        return self.zone.day(self.until - timedelta(microseconds=1)) + timedelta(days=1)

    @cached_property
    def today(self) -> date:
        """The local day in which T lies; for T at midnight the day that just ended."""
        return self.zone.day(self.question.as_of - timedelta(microseconds=1))

    @cached_property
    def seen_until(self) -> datetime:
        """T, or the moment of asking when T lies ahead: nobody has seen yet how long what is open will last."""
        return min(self.question.as_of, rounded_up(self.engine.fresh_at))

    # -- once ----------------------------------------------------------------------------------------------------------

    def once(self, name: object, find: Callable[[], Found]) -> Found:
        """What `find` gives, looked up once for all questions with this period, T, scope and filters.

        An engine answers from facts that do not change, so the questions of one page share what they look up.
        """
        return self._kept((name, *self._circumstances), find)

    def once_at(self, name: object, find: Callable[[], Found]) -> Found:
        """What `find` gives, looked up once for all questions with this T: it depends on nothing else in them."""
        return self._kept((name, self.question.as_of, self.question.known_at), find)

    @cached_property
    def _circumstances(self) -> tuple[object, ...]:
        """All in a question that decides which rows it sees; whose and what it asks about them is in the name."""
        question = replace(self.question, kpi="", of="", where=(), compare="", brief=False)
        return question, self.scope, tuple(sorted(self.filters.items()))

    def _kept(self, key: object, find: Callable[[], Found]) -> Found:
        kept = FOUND.setdefault(self.engine, {})
        if key not in kept:
            kept[key] = find()
        found: Found = kept[key]
        return found

    # -- tables ------------------------------------------------------------------------------------------------------

    def table(self, fact: str) -> ir.Table:
        """The whole fact, without cut or scope."""
        known_at = self.question.known_at
        return self._kept(("fact", fact, known_at), lambda: self.engine.fact(fact, known_at))

    def state(self, fact: str) -> ir.Table:
        """The versioned fact as it was at T: at most one row a record."""
        return self.once_at(("state", fact), lambda: self._state(fact))

    def _state(self, fact: str) -> ir.Table:
        t = self.table(fact)
        at = instant(self.question.as_of)
        return t.filter((t.valid_from < at) & (t.valid_until.isnull() | (t.valid_until >= at)))

    def team_of(self) -> ir.Table:
        """person_id, in_team_id, teams: the team that decides for each person on the day of T."""
        t = self.table("person_team")
        day = ibis.literal(self.today)
        now = t.filter((t.starts_on <= day) & (t.until_on.isnull() | (t.until_on > day)))
        return now.select(member_id=now.person_id, in_team_id=now.team_id, in_teams=now.teams)

    def flow(
        self,
        fact: str,
        moment: str,
        by: Iterable[str] = (),
        *,
        where: Where | None = None,
        whole_past: bool = False,
        value: bool = False,
    ) -> ir.Table:
        """Rows of `fact` whose `moment` lies in the period and before T.

        `whole_past` drops the start of the period (everything before its end and T). `value` asks the credited
        portions when persons or products are involved: their sum is then in `portion`, otherwise in `amount`.
        """
        declared = self.fact_for(fact, by, value)
        at = self.moment_of(fact, moment, by, value)
        t = self.state(declared.name) if declared.versioned else self.table(declared.name)
        t = self._in_time(t, at, whole_past)
        return self.narrowed(t, declared, at, by, where)

    def balance(
        self, fact: str, by: Iterable[str] = (), *, where: Where | None = None, value: bool = False, on: str = ""
    ) -> ir.Table:
        """Rows of a versioned `fact` as they were at T, with the owner's team at T.

        `on` is the day column behind the time dimensions, such as the expected close of an open pipeline.
        """
        declared = self.fact_for(fact, by, value)
        t = self.state(declared.name)
        if not self.scope.everything or "team" in {*by, *self.filters}:
            t = self._with_team(t)
        return self.narrowed(t, declared, Moment("", on, "owner_id", "state_team_id"), by, where)

    def _with_team(self, t: ir.Table) -> ir.Table:
        """With `state_team_id`: the team of the owner on the day of T."""
        own = self.team_of()
        t = t.left_join(own, t.owner_id == own.member_id)
        team = ibis.cases((t.in_teams == 1, t.in_team_id), else_=ibis.coalesce(t.own_team_id, t.in_team_id))
        return t.mutate(state_team_id=team)

    def fact_for(self, name: str, by: Iterable[str], value: bool) -> Fact:
        """The fact to ask: the one split over credit and lines where that is needed."""
        declared = BY_NAME[name]
        if declared.share and self.splits(by, value):
            return BY_NAME[declared.share]
        return declared

    def moment_of(self, name: str, moment: str, by: Iterable[str], value: bool) -> Moment:
        """The moment of a fact, and whose the rows are: the owner's, or the credited persons' where they share."""
        declared = BY_NAME[name]
        shared = BY_NAME[declared.share] if declared.share and self.credits(by, value) else declared
        return shared.moments[moment]

    def splits(self, by: Iterable[str], value: bool) -> bool:
        """Whether deals are to be split: always by product line, and over credited persons for values."""
        return self.credits(by, value) or bool({*by, *self.filters} & set(PRODUCT_DIMENSIONS))

    def credits(self, by: Iterable[str], value: bool) -> bool:
        """Whether values go to the credited persons: when persons are asked for, or one's own is all one may see.

        Who sees a team sees its deals whole, so that a manager and a director read the same total.
        """
        alone = not (self.scope.everything or self._teams())
        return value and ("person" in {*by, *self.filters} or alone)

    def _in_time(self, t: ir.Table, at: Moment, whole_past: bool) -> ir.Table:
        if not at.at:
            kept = t[at.on] < ibis.literal(self.last_day)
            return t.filter(kept if whole_past else kept & (t[at.on] >= ibis.literal(self.question.period.start)))
        kept = t[at.at] < instant(self.until)
        return t.filter(kept if whole_past else kept & (t[at.at] >= instant(self.start)))

    def narrowed(self, t: ir.Table, fact: Fact, at: Moment, by: Iterable[str], where: Where | None = None) -> ir.Table:
        """The rows for which `where` holds, that the scope may see and that pass the filters, with `by_` columns."""
        if where is not None:
            t = t.filter(where(t))
        t = self.seen(t, at.person, at.team)
        t = self.dimensioned(t, fact, at, [*by, *self.filters])
        for name, allowed in self.filters.items():
            t = t.filter(t[f"by_{name}"].isin(allowed))
        return t

    def seen(self, t: ir.Table, person: str | None, team: str | None) -> ir.Table:
        """Only rows that the scope may see."""
        scope = self.scope
        if scope.everything:
            return t
        allowed: ir.BooleanValue = ibis.literal(False)
        if person and scope.persons:
            allowed = allowed | t[person].isin(sorted(scope.persons))
        teams = self._teams()
        if team and teams:
            allowed = allowed | t[team].isin(sorted(teams))
        return t.filter(allowed.fill_null(False))

    def _teams(self) -> frozenset[int]:
        """The teams whose rows count; those of which only totals may be seen not when single persons are asked for."""
        personal = PERSONAL_DIMENSIONS & {*self.question.by, *self.filters}
        return self.scope.teams if personal else self.scope.teams | self.scope.totals_of

    # -- dimensions --------------------------------------------------------------------------------------------------

    def dimensioned(self, t: ir.Table, fact: Fact, at: Moment, names: Iterable[str]) -> ir.Table:
        """The table with a column `by_<name>` for each dimension; unknown ones raise KeyError (checked before)."""
        wanted = list(dict.fromkeys(names))
        looked_up = [n for n in wanted if n in ACCOUNT_DIMENSIONS and n not in fact.dimensions]
        if looked_up:
            account = self.state("account")
            account = account.select(_account=account.id, **{f"_{n}": account[f"{n}_id"] for n in looked_up})
            t = t.left_join(account, t.account_id == account._account)
        columns = {f"by_{n}": t[f"_{n}"] if n in looked_up else self._dimension(t, fact, at, n) for n in wanted}
        return t.mutate(**columns) if columns else t

    def _dimension(self, t: ir.Table, fact: Fact, at: Moment, name: str) -> ir.Value:
        if name == "person" and at.person:
            return t[at.person]
        if name == "team" and at.team:
            return t[at.team]
        if name in GRAINS:
            return self.bucket(t[at.on], name)
        return t[fact.dimensions[name]]

    def bucket(self, day: ir.Value, grain: str) -> ir.Value:
        """The first day of the day's bucket."""
        if grain == "day":
            return day
        if grain == "fiscal_year":
            shift = (self.zone.fiscal_start - 1) % 12
            return (day - ibis.interval(months=shift)).truncate("Y") + ibis.interval(months=shift)
        return day.truncate({"week": "W", "month": "M", "quarter": "Q", "year": "Y"}[grain])

    # -- rows --------------------------------------------------------------------------------------------------------

    def aggregate(self, t: ir.Table, by: tuple[str, ...], **measures: ir.Value) -> dict[Key, dict[str, Any]]:
        """Measures per key; without `by` there is one key, (), also when there are no rows."""
        keys = [f"by_{n}" for n in by]
        expression = t.group_by(keys).aggregate(**measures) if keys else t.aggregate(**measures)
        return {tuple(self._plain(row[k]) for k in keys): row for row in self.engine.rows(expression)}

    @staticmethod
    def _plain(value: object) -> object:
        return value.date() if isinstance(value, datetime) else value

    def first(self, expression: ir.Table) -> dict[str, Any]:
        """The only row of an aggregate."""
        return self.engine.rows(expression)[0]
