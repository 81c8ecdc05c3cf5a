"""What all questions of one shape ask of the facts: cut in time, scope and filters, grouped by their dimensions.

`flow` gives the rows of a fact that happened in the period before T; `balance` those that were so at T. Both carry a
column `by_<dimension>` for every dimension asked or filtered on, and hold only what the scope may see. A study knows no
moment, day or key: those are given to its expressions by the question that is answered (see `given`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, NamedTuple

import ibis
import ibis.expr.types as ir

from stuurhut.kpi import given
from stuurhut.kpi.catalogue.facts import BY_NAME, TYPES, Fact, Moment
from stuurhut.kpi.words.period import GRAINS

Where = Callable[[ir.Table], ir.BooleanValue]
Measure = Callable[[ir.Table], ir.Scalar]

ACCOUNT_DIMENSIONS = ("industry", "segment", "region")
PRODUCT_DIMENSIONS = ("product", "product_group")
PERSONAL_DIMENSIONS = frozenset({"person", "lead_owner", "account"})  # an account tells whose it is


class Sight(NamedTuple):
    """Which parts a scope has, not what is in them."""

    everything: bool
    persons: bool
    teams: bool
    totals_of: bool


@cache
def table_of(fact: str) -> ir.Table:
    """The table of a fact; an engine knows where it is."""
    columns = {name: TYPES[kind] for name, kind in BY_NAME[fact].columns.items()}
    return ibis.table(columns, name=f"fact_{fact}")


@dataclass(frozen=True)
class Study:
    """What a question is asked by and filtered on, and which parts its scope has."""

    by: tuple[str, ...]
    filters: frozenset[str]
    scope: Sight
    fiscal_start: int

    # -- what the question gives: as in `Inquiry` ----------------------------------------------------------------------

    as_of: ClassVar[ir.TimestampScalar] = given.moment(lambda inquiry: inquiry.question.as_of)
    start: ClassVar[ir.TimestampScalar] = given.moment(lambda inquiry: inquiry.start)
    until: ClassVar[ir.TimestampScalar] = given.moment(lambda inquiry: inquiry.until)
    first_day: ClassVar[ir.DateScalar] = given.day(lambda inquiry: inquiry.question.period.start)
    until_day: ClassVar[ir.DateScalar] = given.day(lambda inquiry: inquiry.question.period.until)
    last_day: ClassVar[ir.DateScalar] = given.day(lambda inquiry: inquiry.last_day)
    today: ClassVar[ir.DateScalar] = given.day(lambda inquiry: inquiry.today)
    running: ClassVar[ir.DateScalar] = given.day(lambda inquiry: inquiry.running)
    seen_on: ClassVar[ir.DateScalar] = given.day(lambda inquiry: inquiry.seen_on)

    # -- tables ------------------------------------------------------------------------------------------------------

    def table(self, fact: str) -> ir.Table:
        """The whole fact, without cut or scope."""
        return table_of(fact)

    def state(self, fact: str) -> ir.Table:
        """The versioned fact as it was at T: at most one row a record."""
        t = self.table(fact)
        return t.filter((t.valid_from < self.as_of) & (t.valid_until.isnull() | (t.valid_until >= self.as_of)))

    def team_of(self) -> ir.Table:
        """member_id, in_team_id, in_teams: the team that decides for each person on the day of T."""
        t = self.table("person_team")
        now = t.filter((t.starts_on <= self.today) & (t.until_on.isnull() | (t.until_on > self.today)))
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
        alone = not (self.scope.everything or self._sees_teams)
        return value and ("person" in {*by, *self.filters} or alone)

    def _in_time(self, t: ir.Table, at: Moment, whole_past: bool) -> ir.Table:
        if at.at:
            kept = t[at.at] < self.until
            return t.filter(kept if whole_past else kept & (t[at.at] >= self.start))
        kept = t[at.on] < self.last_day
        return t.filter(kept if whole_past else kept & (t[at.on] >= self.first_day))

    def narrowed(self, t: ir.Table, fact: Fact, at: Moment, by: Iterable[str], where: Where | None = None) -> ir.Table:
        """The rows for which `where` holds, that the scope may see and that pass the filters, with `by_` columns."""
        if where is not None:
            t = t.filter(where(t))
        t = self.seen(t, at.person, at.team)
        t = self.dimensioned(t, fact, at, [*by, *sorted(self.filters)])
        for name in sorted(self.filters):
            t = self.filtered(t, name)
        return t

    def filtered(self, t: ir.Table, name: str) -> ir.Table:
        """Only rows whose `by_<name>` the filter on that dimension lets pass."""
        return t.filter(given.among(t[f"by_{name}"], lambda inquiry: inquiry.filters[name]))

    def seen(self, t: ir.Table, person: str | None, team: str | None) -> ir.Table:
        """Only rows that the scope may see."""
        if self.scope.everything:
            return t
        allowed: ir.BooleanValue = ibis.literal(False)
        if person and self.scope.persons:
            allowed = allowed | given.among(t[person], lambda inquiry: tuple(sorted(inquiry.scope.persons)))
        if team and self._sees_teams:
            allowed = allowed | given.among(t[team], lambda inquiry: tuple(sorted(inquiry.teams_seen)))
        return t.filter(allowed.fill_null(False))

    @property
    def _sees_teams(self) -> bool:
        """Whether the scope has teams whose rows count; see `Inquiry.teams_seen`."""
        personal = PERSONAL_DIMENSIONS & {*self.by, *self.filters}
        return self.scope.teams or (self.scope.totals_of and not personal)

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
            shift = (self.fiscal_start - 1) % 12
            return (day - ibis.interval(months=shift)).truncate("Y") + ibis.interval(months=shift)
        return day.truncate({"week": "W", "month": "M", "quarter": "Q", "year": "Y"}[grain])


def grouped(t: ir.Table, by: tuple[str, ...], **measures: ir.Value) -> ir.Table:
    """Measures per key, in columns by_...; without `by` there is one row, also when `t` has none."""
    keys = [f"by_{name}" for name in by]
    return t.group_by(keys).aggregate(**measures) if keys else t.aggregate(**measures)
