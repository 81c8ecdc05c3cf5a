"""What a question needs of an engine: the facts as Ibis tables, and the rows of an expression."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

import ibis.expr.types as ir

from stuurhut.kpi.words.period import Zone


class WorkingTime(Protocol):
    """The organisation's working calendar, as values."""

    def working_minute(self, moment: datetime) -> float:
        """Working minutes from the calendar's epoch up to the moment (the coordinate of `_wm` columns)."""


class Rules(Protocol):
    """The organisation's choices that change what a number means."""

    @property
    def sales_are(self) -> str:
        """One of "opportunities" and "orders": already decided, never "automatic"."""

    @property
    def response_norm_minutes(self) -> int: ...

    @property
    def conversion_age_days(self) -> int | None: ...

    @property
    def currency(self) -> str: ...

    @property
    def minutes_a_day(self) -> float: ...

    @property
    def work(self) -> WorkingTime: ...


class Engine(Protocol):
    """Answers Ibis expressions over the facts, as one consistent copy that does not change during a question."""

    zone: Zone
    fresh_at: datetime  # the facts are those of this moment
    position: str  # names the state of the copy; equal positions give equal answers

    @property
    def rules(self) -> Rules: ...

    def fact(self, name: str, known_at: datetime | None = None) -> ir.Table:
        """The fact's table. With `known_at`, as if nothing had been recorded from that moment on."""

    def rows(self, expression: ir.Table) -> list[dict[str, Any]]:
        """The rows of an expression as plain Python values (int, float, Decimal, str, bool, date, datetime, None)."""
