"""Folds the copied tables into facts, one table at a time, when it is first asked for.

A fold is a schema in DuckDB with the facts as they are known now, or as they were known at a moment. Rooms write
their SELECTs over table names; what may not be seen (deleted, of an unfinished intake, recorded later) is left out
here, in a view under the same name.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

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
AS_DECLARED: dict[Step, str] = {}  # the SELECT of each fact that was found to give what the catalogue declares
Execute = Callable[[str], list[tuple[Any, ...]]]


class FactMismatch(Exception):
    """What a room gives for a fact differs from what the catalogue declares; names the column."""


class Fold:
    """The facts as known at a moment (None: now), in one schema of a DuckDB database.

    `known_at` is in UTC, without zone. Tables and steps are made by `execute` when they are first needed.
    """

    def __init__(self, plan: Plan, schema: str, known_at: datetime | None, execute: Execute) -> None:
        self.plan, self.schema, self.execute = plan, schema, execute
        self.ready = {"calendar_day"}
        self._known_at = known_at
        self._moment = f"TIMESTAMP '{known_at:%Y-%m-%d %H:%M:%S.%f}'" if known_at is not None else ""

    def create(self) -> None:
        """Makes the schema."""
        self.execute(f"CREATE SCHEMA {self.schema}")

    def drop(self) -> None:
        """Removes the schema with all that is in it."""
        self.execute(f"DROP SCHEMA {self.schema} CASCADE")
        self.ready = {"calendar_day"}

    def forget(self, steps: set[str]) -> None:
        """Removes tables that were made by steps; who needs one again has it made anew."""
        for name in steps & self.ready:
            self.execute(f"DROP TABLE {self.schema}.{name}")
        self.ready -= steps

    def ensure(self, name: str) -> None:
        """Makes the table and all that it needs. Raises FactMismatch."""
        if name in self.ready:
            return
        if name in self.plan.tables:
            self.see(self.plan.tables[name])
        else:
            self.make(self.plan.steps[name])
        self.ready.add(name)

    @property
    def path(self) -> str:
        """Where the names in a step's SELECT are looked up."""
        return f"held.{self.schema},held.main"

    def make(self, step: Step) -> None:
        """Makes the table of a step."""
        for need in step.needs:
            if need != step.name and (need in self.plan.steps or need in self.plan.tables):
                self.ensure(need)
        self.execute(f"SET search_path = '{self.path}'")
        if step.name.startswith("fact_") and step not in AS_DECLARED:
            AS_DECLARED[step] = self._as_declared(step)
        sql = AS_DECLARED.get(step, step.sql)
        self.execute(f"CREATE TABLE {self.schema}.{step.name} AS {sql}")

    def see(self, table: Table) -> None:
        """Makes the view of a copied table with only what may be seen."""
        rows, where = self.visible(table)
        chosen = f"SELECT {rows} FROM mirror.{table.name} WHERE {where}"  # noqa: S608 - names of our own models
        self.execute(f"CREATE VIEW {self.schema}.{table.name} AS {chosen}")

    def visible(self, table: Table) -> tuple[str, str]:
        """What to select of a copied table, and which rows."""
        counts = ["TRUE"]
        if "deleted_at" in table:
            later = f" OR deleted_at >= {self._moment}" if self._known_at is not None else ""
            counts.append(f"(deleted_at IS NULL{later})")
        if "intake_id" in table:
            counts.append(f"(intake_id IS NULL OR intake_id IN ({FINISHED}))")
        if "recorded_at" in table and self._known_at is not None and not table.standing:
            counts.append(f"recorded_at < {self._moment}")
        condition = " AND ".join(counts)
        return (f"*, ({condition}) AS known", "TRUE") if table.append_only else ("*", condition)

    def _as_declared(self, step: Step) -> str:
        fact = step.name.removeprefix("fact_")
        given = {row[0]: row[1] for row in self.execute(f"DESCRIBE {step.sql}")}
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
        # In the order of time, so that a question about a quarter need not read three years.
        moments = [moment.at or moment.on for moment in BY_NAME[fact].moments.values()]
        in_order = f" ORDER BY {moments[0]}" if moments else ""
        return f"SELECT {columns} FROM ({step.sql}){in_order}"  # noqa: S608 - our own declarations


def _duckdb(declared: str) -> str:
    return IN_DUCKDB.get(declared, declared.upper())


def _family(kind: str) -> str:
    name = _duckdb(kind).split("(")[0]
    return "BIGINT" if name in WHOLE else name
