"""Answers in this process, from its columnar copy."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from threading import RLock
from typing import Any

import ibis.expr.types as ir

from stuurhut.kpi.given import Fillings, Given, nothing
from stuurhut.replica import compiling
from stuurhut.replica.copies import Copy, in_utc
from stuurhut.replica.fold import Fold

OWN = count(1)  # names of what was folded for one question


class DuckEngine:
    """One question's hold on a copy: it does not change while the question is answered."""

    def __init__(self, copy: Copy) -> None:
        with copy.lock:
            self._copy, self._state = copy, copy.state
            self._lock = RLock()
            self.rules, self.position, self.looked_up = copy.rules, copy.state.name, copy.looked_up
            self._cursor = copy.reader()
            self._seen = _places(copy)
        self._own: dict[datetime | None, Fold] = {}
        self.zone = copy.setting.zone
        self.fresh_at = datetime.now(UTC)  # the copy was found to be as new as the database
        weakref.finalize(self, self._cursor.close)

    def table(self, fact: str, known_at: datetime | None) -> str:
        """Where the fact is; folded at first use."""
        return f"{self._seen.get((fact, known_at)) or self._made(fact, known_at)}.fact_{fact}"

    def rows(
        self, expression: ir.Table, find: Callable[[Given], Fillings] = nothing, known_at: datetime | None = None
    ) -> list[dict[str, Any]]:
        """The rows of an expression as plain Python values."""
        pattern = compiling.pattern(expression)
        given = {one: find(one) for one in pattern.given}
        with self._lock:
            tables = {fact: self.table(fact, known_at) for fact in pattern.facts}
            found = self._cursor.execute(pattern.filled(given, tables))
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def _made(self, name: str, known_at: datetime | None) -> str:
        """Made in the copy, as long as that has not moved on; else for this question alone."""
        with self._lock:
            with self._copy.lock:
                if self._copy.state == self._state and not self._own:
                    self._copy.make(name, known_at)
                    self._cursor.rollback()
                    self._cursor.begin()
                    self._seen = _places(self._copy)
                    self._cursor.execute("SELECT 1 FROM held.main.calendar_day LIMIT 0").fetchall()
                    return self._seen[name, known_at]
            if known_at not in self._own:
                own = Fold(self._copy.plan, f"own_{next(OWN)}", in_utc(known_at), self._execute)
                own.create()
                self._own[known_at] = own
            self._own[known_at].ensure(f"fact_{name}")
            self._cursor.execute("SET search_path = 'held.main'")
            return self._own[known_at].schema

    def _execute(self, sql: str) -> list[tuple[Any, ...]]:
        return self._cursor.execute(sql).fetchall()


def _places(copy: Copy) -> dict[tuple[str, datetime | None], str]:
    return {
        (step.removeprefix("fact_"), known_at): fold.schema
        for known_at, fold in copy.folds.items()
        for step in fold.ready
        if step.startswith("fact_")
    }
