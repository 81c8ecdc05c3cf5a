"""How the rooms say which tables are copied and how facts are made of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Protocol

from django.db.models import Model

from stuurhut.kpi.engine import WorkingTime
from stuurhut.replica.columns import Table

NAMED_BEFORE = re.compile(r"\b([a-z_]+)\s+AS\s+(?:MATERIALIZED\s+)?\(")
NAMED_AFTER = re.compile(r"\b(?:FROM|JOIN)\s+(?:mirror\.)?([a-z_]+)")


@dataclass(frozen=True)
class Step:
    """A table made by one SELECT over copied tables and steps. A fact's step is called `fact_` and its name."""

    name: str
    sql: str

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """The tables it reads; what it names itself in a WITH is none of them."""
        own = set(NAMED_BEFORE.findall(self.sql))
        return tuple(name for name in dict.fromkeys(NAMED_AFTER.findall(self.sql)) if name not in own)


@dataclass(frozen=True)
class Room:
    """What a room tells: its models that are copied, by how they are known (see `Table`), and its steps.

    `together` are the models whose records hang together by their keys: what is told of one follows from those that
    it hangs together with, and from nothing else but the tables that everybody shares. `of` says of which record the
    rows of a fact are, and in which column; the rows of facts that are not in it are made anew all at once.
    """

    models: Sequence[type[Model]]
    steps: Sequence[Step]
    append_only: Sequence[type[Model]] = ()
    standing: Sequence[type[Model]] = ()
    together: Sequence[type[Model]] = ()
    of: Mapping[str, tuple[type[Model], str]] = field(default_factory=dict)


class Day(Protocol):
    """A day of the working calendar."""

    @property
    def day(self) -> date: ...
    @property
    def working(self) -> bool: ...
    @property
    def opens_at(self) -> datetime: ...
    @property
    def closes_at(self) -> datetime: ...
    @property
    def minutes_before(self) -> float: ...
    @property
    def working_days_before(self) -> int: ...


class Calendar(WorkingTime, Hashable, Protocol):
    """A working calendar that can be laid out day by day."""

    @property
    def minutes_a_day(self) -> float: ...
    @property
    def days(self) -> Sequence[Day]: ...


@dataclass(frozen=True)
class Choices:
    """The organisation's choices, as they stand in the copied tables."""

    sales_are: str  # automatic, opportunities or orders
    response_norm_minutes: int
    conversion_age_days: int | None
    calendar: Calendar


@dataclass(frozen=True)
class Plan:
    """All rooms together. `choices` reads the organisation's row (None before there is one)."""

    rooms: Sequence[Room]
    organisation: str
    choices: Callable[[Mapping[str, Any] | None], Choices]

    @cached_property
    def tables(self) -> dict[str, Table]:
        """The copied tables by name."""
        return {
            model._meta.db_table: Table.of(
                model, append_only=model in room.append_only, standing=model in room.standing
            )
            for room in self.rooms
            for model in (*room.models, *room.append_only, *room.standing)
        }

    @cached_property
    def steps(self) -> dict[str, Step]:
        """The steps by name."""
        return {step.name: step for room in self.rooms for step in room.steps}

    @cached_property
    def facts(self) -> dict[str, str]:
        """The step of every fact, by the fact's name."""
        return {name.removeprefix("fact_"): name for name in self.steps if name.startswith("fact_")}

    @cached_property
    def of(self) -> dict[str, tuple[str, str]]:
        """The table of whose records the rows of a fact's step are, and the column that names the record."""
        return {
            name: (model._meta.db_table, column) for room in self.rooms for name, (model, column) in room.of.items()
        }

    @cached_property
    def together(self) -> dict[str, dict[str, str]]:
        """The tables whose records hang together: the columns that name another record, and the table of it."""
        models = [model for room in self.rooms for model in room.together]
        return {model._meta.db_table: _links(model, models) for model in models}

    @cached_property
    def parts(self) -> dict[str, dict[str, str]]:
        """The tables of parts of those records: the columns that name the record, and the table of it."""
        records = [model for room in self.rooms for model in room.together]
        models = [m for room in self.rooms for m in (*room.models, *room.append_only) if m not in records]
        found = {model._meta.db_table: _links(model, records) for model in models}
        return {table: links for table, links in found.items() if links}

    @cached_property
    def kinds(self) -> dict[str, str]:
        """The tables of those records by what the history calls them."""
        return {str(model._meta.model_name): model._meta.db_table for room in self.rooms for model in room.together}

    def reads(self, step: str) -> frozenset[str]:
        """All copied tables that a step follows from."""
        return self._reads[step]

    @cached_property
    def _reads(self) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}

        def tables(name: str) -> frozenset[str]:
            if name in self.tables:
                return frozenset((name,))
            if name not in found:
                found[name] = frozenset()  # a step may name itself: as a column, or a part of its own SELECT
                needs = self.steps[name].needs if name in self.steps else ()
                found[name] = frozenset().union(*map(tables, needs))
            return found[name]

        for step in self.steps:
            tables(step)
        return found


def _links(model: type[Model], others: Sequence[type[Model]]) -> dict[str, str]:
    """The columns of a model that name a record of the others; its own kind, such as a parent, does not count."""
    return {
        str(field.column): other._meta.db_table
        for field in model._meta.concrete_fields
        for other in others
        if field.related_model is other and other is not model
    }
