"""How the rooms say which tables are copied and how facts are made of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Protocol

from django.db.models import Model

from stuurhut.kpi.engine import WorkingTime
from stuurhut.replica.columns import Table

NAMED_AFTER = re.compile(r"\b(?:FROM|JOIN)\s+(?:mirror\.)?([a-z_]+)")


@dataclass(frozen=True)
class Step:
    """A table made by one SELECT over copied tables and steps. A fact's step is called `fact_` and its name."""

    name: str
    sql: str

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """The tables it reads."""
        return tuple(dict.fromkeys(NAMED_AFTER.findall(self.sql)))


@dataclass(frozen=True)
class Room:
    """What a room tells: its models that are copied, by how they are known (see `Table`), and its steps."""

    models: Sequence[type[Model]]
    steps: Sequence[Step]
    append_only: Sequence[type[Model]] = ()
    standing: Sequence[type[Model]] = ()


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
