"""One question being answered: what it asks, by whom, of which copy of the facts.

What a formula asks of the facts is an expression that is the same for all questions of one shape (`study`); it is
written once and kept, and given what this question has to fill in.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import ibis.expr.types as ir

from stuurhut.kpi.engine import Engine, Kept
from stuurhut.kpi.given import Given, givens
from stuurhut.kpi.study import PERSONAL_DIMENSIONS, Sight, Study
from stuurhut.kpi.words.answer import Key
from stuurhut.kpi.words.period import GRAINS, Zone
from stuurhut.kpi.words.question import Question, rounded_up
from stuurhut.kpi.words.scope import Scope

Found = TypeVar("Found")
Writes = Callable[..., ir.Table]  # of a study and more that can be compared
WRITTEN = Kept(4000)  # expressions


class Written(NamedTuple):
    """An expression, and what it is to be given."""

    expression: ir.Table
    given: tuple[Given, ...]

    @classmethod
    def of(cls, expression: ir.Table) -> Written:
        return cls(expression, givens(expression))


@dataclass(frozen=True)
class Inquiry:
    """A question, a scope and an engine, with filters resolved to ids (`filters`: dimension to allowed values).

    `told` holds what an expression is to be given besides.
    """

    question: Question
    scope: Scope
    engine: Engine
    filters: dict[str, tuple[Any, ...]]
    told: Mapping[str, Any] = field(default_factory=dict)

    # -- when ----------------------------------------------------------------------------------------------------------

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
    def running(self) -> date:
        """The local day that has not ended at T."""
        return self.zone.day(self.question.as_of)

    @cached_property
    def seen_until(self) -> datetime:
        """T, or the moment of asking when T lies ahead: nobody has seen yet how long what is open will last."""
        return min(self.question.as_of, rounded_up(self.engine.fresh_at))

    @cached_property
    def seen_on(self) -> date:
        """The local day in which that lies."""
        return self.zone.day(self.seen_until - timedelta(microseconds=1))

    # -- whose ---------------------------------------------------------------------------------------------------------

    @cached_property
    def teams_seen(self) -> frozenset[int]:
        """The teams whose rows count; those of which only totals may be seen not when single persons are asked for."""
        personal = PERSONAL_DIMENSIONS & {*self.question.by, *self.filters}
        return self.scope.teams if personal else self.scope.teams | self.scope.totals_of

    def sees(self, person: int, team: int | None) -> bool:
        """Whether the scope may see what is of a person in a team, and the filters on them let it pass."""
        seen = self.scope.everything or person in self.scope.persons or team in self.teams_seen
        return seen and self.passes("person", person) and self.passes("team", team)

    def passes(self, dimension: str, value: object) -> bool:
        """Whether the filter on a dimension, if there is one, lets a value pass."""
        allowed = self.filters.get(dimension)
        return allowed is None or value in allowed

    # -- what is asked of the facts ------------------------------------------------------------------------------------

    @cached_property
    def study(self) -> Study:
        """What this question has in common with all questions of its shape."""
        scope = self.scope
        sight = Sight(scope.everything, bool(scope.persons), bool(scope.teams), bool(scope.totals_of))
        return Study(self.question.by, frozenset(self.filters), sight, self.zone.fiscal_start)

    def rows(self, writes: Writes, *how: Hashable) -> list[dict[str, Any]]:
        """The rows of the table that `writes(study, *how)` gives: written once for all questions of this shape."""
        return self.fetched(self._written(writes, how).expression)

    def fetched(self, expression: ir.Table) -> list[dict[str, Any]]:
        """The rows of an expression as plain Python values, given what this question tells."""
        return self.engine.rows(expression, lambda given: given.find(self), self.question.known_at)

    def every(self, fact: str, *columns: str, **only: Hashable) -> list[dict[str, Any]]:
        """Some columns of a whole fact, of the rows that have these values."""
        return self.rows(_every, fact, columns, tuple(sorted(only.items())))

    def first(self, writes: Writes, *how: Hashable) -> dict[str, Any]:
        """The only row of such a table; looked up once for all questions that give it the same."""
        written = self._written(writes, how)
        told = tuple(given.find(self) for given in written.given)
        return self._kept((writes, how, self.study, told), lambda: self.fetched(written.expression)[0])

    def found(self, writes: Writes, by: tuple[str, ...], *how: Hashable) -> dict[Key, dict[str, Any]]:
        """The rows of such a table per key of its columns by_...; `writes` gets `by` before all else."""
        if not by:
            return {(): self.first(writes, by, *how)}
        return dict(self.found_in(self.rows(writes, by, *how), by))

    def found_in(self, rows: list[dict[str, Any]], by: tuple[str, ...]) -> Iterable[tuple[Key, dict[str, Any]]]:
        """Rows with their keys, of the columns by_...; buckets of time as days. There may be tens of thousands."""
        if not by:
            return [((), row) for row in rows]
        columns = []
        for name in by:
            column = [row[f"by_{name}"] for row in rows]
            columns.append([_day(value) for value in column] if name in GRAINS else column)
        return zip(zip(*columns, strict=True), rows, strict=True)

    def _written(self, writes: Writes, how: tuple[Hashable, ...]) -> Written:
        return WRITTEN.found((writes, how, self.study), lambda: Written.of(writes(self.study, *how)))

    def telling(self, **told: object) -> Inquiry:
        """The same, with more to give."""
        return replace(self, told={**self.told, **told})

    # -- once ----------------------------------------------------------------------------------------------------------

    def once(self, name: object, find: Callable[[], Found]) -> Found:
        """What `find` gives, looked up once for all questions with this period, T, scope and filters.

        An engine answers from facts that do not change, so the questions of one page share what they look up.
        """
        return self._kept((name, *self._circumstances), find)

    def once_at(self, name: object, find: Callable[[], Found]) -> Found:
        """What `find` gives, looked up once for all questions with this T: it depends on nothing else in them."""
        return self._kept((name, self.question.as_of), find)

    def kept(self, name: object, find: Callable[[], Found]) -> Found:
        """What `find` gives, looked up once for all questions: it depends on nothing in them but what was known."""
        return self._kept(("kept", name), find)

    @cached_property
    def _circumstances(self) -> tuple[object, ...]:
        """All in a question that decides which rows it sees; whose and what it asks about them is in the name."""
        question = replace(self.question, kpi="", of="", where=(), compare="", brief=False, per_fte=False)
        return question, self.seen_until, self.scope, tuple(sorted(self.filters.items()))

    def _kept(self, key: tuple[object, ...], find: Callable[[], Found]) -> Found:
        return self.engine.looked_up.found((self.question.known_at, *key), find)


def _every(study: Study, fact: str, columns: Iterable[str], having: Iterable[tuple[str, Any]]) -> ir.Table:
    t = study.table(fact)
    kept = [t[name] == value for name, value in having]
    return (t.filter(kept) if kept else t).select(*columns)


def _day(value: object) -> object:
    return value.date() if isinstance(value, datetime) else value
