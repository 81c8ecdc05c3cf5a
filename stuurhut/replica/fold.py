"""Folds the copied tables into facts, one table at a time, when it is first asked for.

A fold is a schema in DuckDB with the facts as they are known now, or as they were known at a moment. Rooms write
their SELECTs over table names; what may not be seen (deleted, of an unfinished intake, recorded later) is left out
here, in a view under the same name.
"""

from __future__ import annotations

from datetime import datetime
from threading import RLock
from typing import Any, Protocol

from stuurhut.kpi.catalogue.facts import BY_NAME, TYPES
from stuurhut.replica.columns import Table
from stuurhut.replica.mapping import Plan, Step

FINISHED = "SELECT id FROM mirror.people_intake WHERE completed_at IS NOT NULL AND undone_at IS NULL"
IN_DUCKDB = {
    "timestamp(6)": "TIMESTAMP",
    "float64": "DOUBLE",
    "string": "VARCHAR",
    "int64": "BIGINT",
    "boolean": "BOOLEAN",
}
WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")


class FactMismatch(Exception):
    """What a room gives for a fact differs from what the catalogue declares; names the column."""


class Store(Protocol):
    """A DuckDB database; `load` brings a copied table into its schema `mirror`."""

    lock: RLock

    def execute(self, sql: str) -> list[tuple[Any, ...]]: ...
    def load(self, table: str) -> None: ...


class Fold:
    """The facts as known at a moment (None: now), in one schema of a DuckDB database.

    `known_at` is in UTC, without zone.
    """

    def __init__(
        self,
        plan: Plan,
        schema: str,
        known_at: datetime | None,
        store: Store,
    ) -> None:
        self.schema = schema
        self._plan, self._known_at, self._store = plan, known_at, store
        self._moment = f"TIMESTAMP '{known_at:%Y-%m-%d %H:%M:%S.%f}'" if known_at is not None else ""
        self._ready = {"calendar_day"}
        store.execute(f"CREATE SCHEMA {schema}")

    def ensure(self, name: str) -> None:
        """Makes the table and all that it needs. Raises FactMismatch."""
        if name in self._ready:
            return
        with self._store.lock:
            if name in self._ready:
                return
            if name in self._plan.tables:
                self._see(self._plan.tables[name])
            else:
                self._make(self._plan.steps[name])
            self._ready.add(name)

    def _make(self, step: Step) -> None:
        for need in step.needs:
            if need != step.name and (need in self._plan.steps or need in self._plan.tables):
                self.ensure(need)
        self._store.execute(f"SET search_path = '{self.schema},main'")
        fact = step.name.removeprefix("fact_")
        sql = self._as_declared(fact, step) if step.name.startswith("fact_") else step.sql
        self._store.execute(f"CREATE TABLE {self.schema}.{step.name} AS {sql}")

    def _as_declared(self, fact: str, step: Step) -> str:
        given = {row[0]: row[1] for row in self._store.execute(f"DESCRIBE {step.sql}")}
        declared = BY_NAME[fact].columns
        for column in [*declared, *given]:
            if column not in given:
                raise FactMismatch(f"The fact {fact} declares the column {column}, but its room does not give it.")
            if column not in declared:
                raise FactMismatch(f"The fact {fact} is given a column {column} that it does not declare.")
            if _family(given[column]) != _family(TYPES[declared[column]]):
                kind = declared[column]
                raise FactMismatch(f"The fact {fact} declares {column} as {kind}, but gets {given[column]}.")
        columns = ", ".join(f"CAST({c} AS {_duckdb(TYPES[kind])}) AS {c}" for c, kind in declared.items())
        return f"SELECT {columns} FROM ({step.sql})"  # noqa: S608 - our own declarations

    def _see(self, table: Table) -> None:
        self._store.load(table.name)
        counts = ["TRUE"]
        if "deleted_at" in table:
            later = f" OR deleted_at >= {self._moment}" if self._known_at is not None else ""
            counts.append(f"(deleted_at IS NULL{later})")
        if "intake_id" in table:
            self._store.load("people_intake")
            counts.append(f"(intake_id IS NULL OR intake_id IN ({FINISHED}))")
        if "recorded_at" in table and self._known_at is not None and not table.standing:
            counts.append(f"recorded_at < {self._moment}")
        condition = " AND ".join(counts)
        rows = f"SELECT *, ({condition}) AS known FROM" if table.append_only else "SELECT * FROM"
        where = "" if table.append_only else f" WHERE {condition}"
        self._store.execute(f"CREATE VIEW {self.schema}.{table.name} AS {rows} mirror.{table.name}{where}")


def _duckdb(declared: str) -> str:
    return IN_DUCKDB.get(declared, declared.upper())


def _family(kind: str) -> str:
    name = _duckdb(kind).split("(")[0]
    return "BIGINT" if name in WHOLE else name
