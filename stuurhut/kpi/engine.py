"""What a question needs of an engine: the rows of an expression over the facts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime
from threading import Lock
from typing import Any, Protocol, TypeVar

import ibis.expr.types as ir

from stuurhut.kpi.given import Fillings, Given, nothing
from stuurhut.kpi.words.period import Zone

Kind = TypeVar("Kind")


class Kept:
    """What was found before, by key; what was not asked for longest goes first. Safe to ask from many threads."""

    def __init__(self, at_most: int) -> None:
        self._at_most, self._lock = at_most, Lock()
        self._known: OrderedDict[Hashable, Any] = OrderedDict()

    def found(self, key: Hashable, find: Callable[[], Kind]) -> Kind:
        """What `find` gave for this key, now or before."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                known: Kind = self._known[key]
                return known
        made = find()
        with self._lock:
            self._known[key] = made
            while len(self._known) > self._at_most:
                self._known.popitem(last=False)
        return made

    def __len__(self) -> int:
        return len(self._known)


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

    @property
    def looked_up(self) -> Kept:
        """What was looked up in these facts; shared by all engines that answer from equal ones."""

    def rows(
        self, expression: ir.Table, find: Callable[[Given], Fillings] = nothing, known_at: datetime | None = None
    ) -> list[dict[str, Any]]:
        """The rows of an expression as plain Python values (int, float, Decimal, str, bool, date, datetime, None).

        `find` tells what it is to be given. With `known_at`, as if nothing had been recorded from that moment on.
        """
