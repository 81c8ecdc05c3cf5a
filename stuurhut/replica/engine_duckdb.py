"""Answers in this process: the copied tables and the facts in one DuckDB in memory."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import RLock, local
from typing import IO, Any

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from stuurhut.kpi.catalogue.facts import BY_NAME, TYPES
from stuurhut.kpi.engine import WorkingTime
from stuurhut.kpi.words.period import Zone
from stuurhut.replica.fold import Fold
from stuurhut.replica.mapping import Calendar, Choices, Plan

PASTS_KEPT = 3  # folds with a `known_at` that stay in memory
SCHEMAS = {
    fact.name: ibis.schema({name: TYPES[kind] for name, kind in fact.columns.items()}) for fact in BY_NAME.values()
}
# Beware: least and greatest leave nulls out instead of becoming null.
MACROS = """
CREATE MACRO local_day(moment) AS CAST(timezone('{zone}', timezone('UTC', moment)) AS DATE);
CREATE MACRO working_minute(moment) AS (
    SELECT minutes_before + extract(epoch FROM least(greatest(moment, opens_at), closes_at) - opens_at) / 60.0
    FROM main.calendar_day
    WHERE moment IS NOT NULL AND day = least(greatest(local_day(moment), DATE '2000-01-01'), DATE '2040-12-31'));
CREATE MACRO horizon() AS DATE '{year}-01-01';
CREATE MACRO money(minor) AS CAST(CAST(minor AS DECIMAL(18, 0)) * {unit} AS DECIMAL(18, 2));
CREATE MACRO millionths(amount) AS CAST(CAST(amount AS DECIMAL(18, 2)) * 1000000 AS HUGEINT);
CREATE MACRO portion_of(millionths) AS CAST(CAST(millionths AS DECIMAL(24, 0)) * 0.000001 AS DECIMAL(24, 6));
"""


@dataclass(frozen=True)
class Setting:
    """What a copy takes from the product's settings."""

    zone: Zone
    year: int  # the present one: days of people are laid out up to the end of the next
    currency: str
    minor_digits: int
    memory: str
    spill: Path


@dataclass(frozen=True)
class Source:
    """Copied tables of one moment: in memory by name, or as Parquet files in a folder."""

    position: str
    read_at: datetime
    tables: dict[str, pa.Table] | Path
    held: IO[str] | None = None  # a shared lock: as long as it is open the folder stays


@dataclass(frozen=True)
class OrganisationRules:
    """The organisation's choices, decided."""

    sales_are: str
    response_norm_minutes: int
    conversion_age_days: int | None
    currency: str
    minutes_a_day: float
    work: WorkingTime


class Store:
    """A DuckDB database with the copied tables in the schema `mirror`, brought in when first needed."""

    def __init__(self, source: Source, setting: Setting) -> None:
        setting.spill.mkdir(parents=True, exist_ok=True)
        self.lock = RLock()
        self._source = source
        self._loaded: set[str] = set()
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": setting.memory,
            "temp_directory": str(setting.spill),
            "preserve_insertion_order": "false",
        }
        self.connection = duckdb.connect(":memory:", config=config)
        self.connection.execute("SET TimeZone = 'UTC'; CREATE SCHEMA mirror")

    def execute(self, sql: str) -> list[tuple[Any, ...]]:
        with self.lock:
            return self.connection.execute(sql).fetchall()

    def load(self, table: str) -> None:
        with self.lock:
            if table in self._loaded:
                return
            if isinstance(self._source.tables, Path):
                file = str(self._source.tables / f"{table}.parquet").replace("'", "''")
                self.execute(f"CREATE VIEW mirror.{table} AS SELECT * FROM read_parquet('{file}')")  # noqa: S608
            else:
                self.keep(f"mirror.{table}", self._source.tables[table])
            self._loaded.add(table)

    def keep(self, name: str, table: pa.Table) -> None:
        """Makes a table of columns in memory."""
        with self.lock:
            self.connection.register("arriving", table)
            self.execute(f"CREATE TABLE {name} AS SELECT * FROM arriving")  # noqa: S608
            self.connection.unregister("arriving")

    def row(self, sql: str) -> dict[str, Any] | None:
        """The first row by column name."""
        with self.lock:
            found = self.connection.execute(sql)
            names = [column[0] for column in found.description or ()]
            rows = found.fetchall()  # to the end: DuckDB 2 refuses the next statement while a result is unfinished
        return dict(zip(names, rows[0], strict=True)) if rows else None


class Copy:
    """The tables of one position of the database and the facts folded from them. Safe to ask from many threads."""

    def __init__(self, plan: Plan, source: Source, setting: Setting) -> None:
        self.plan, self.source, self.setting = plan, source, setting
        self._store = Store(source, setting)
        self._threads = local()
        self._pasts: OrderedDict[datetime, Fold] = OrderedDict()
        self._folded = 0
        self._store.load(plan.organisation)
        choices = plan.choices(self._store.row(f"SELECT * FROM mirror.{plan.organisation} ORDER BY id"))  # noqa: S608
        self._lay_out(choices.calendar)
        self.now = self._fold(None)
        self.rules = self._decided(choices)

    def fold(self, known_at: datetime | None) -> Fold:
        """The facts as known at a moment."""
        if known_at is None:
            return self.now
        with self._store.lock:
            if known_at not in self._pasts:
                self._pasts[known_at] = self._fold(known_at)
            self._pasts.move_to_end(known_at)
            if len(self._pasts) > PASTS_KEPT:
                self._pasts.popitem(last=False)
            return self._pasts[known_at]

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """This thread's own connection: one shared by threads refuses calls that overlap."""
        if not hasattr(self._threads, "cursor"):
            self._threads.cursor = self._store.connection.cursor()
        cursor: duckdb.DuckDBPyConnection = self._threads.cursor
        return cursor

    def rows_in(self, table: str) -> int:
        """How many rows were copied of a table."""
        self._store.load(table)
        return int(self._store.execute(f"SELECT count(*) FROM mirror.{table}")[0][0])  # noqa: S608

    def _fold(self, known_at: datetime | None) -> Fold:
        self._folded += 1
        fold = Fold(self.plan, f"fold_{self._folded}", _utc(known_at), self._store)
        weakref.finalize(fold, _drop, self._store, fold.schema)  # once no question holds it any more
        return fold

    def _lay_out(self, calendar: Calendar) -> None:
        self._store.keep("main.calendar_day", _laid_out(calendar))
        digits = self.setting.minor_digits
        unit = f"CAST(1e-{digits} AS DECIMAL({digits + 1}, {digits}))"
        self._store.execute(MACROS.format(zone=self.setting.zone.name, unit=unit, year=self.setting.year + 2))

    def _decided(self, choices: Choices) -> OrganisationRules:
        sales_are = choices.sales_are
        if sales_are == "automatic":
            self.now.ensure("sales_are")
            sales_are = self._store.execute(f"SELECT sales_are FROM {self.now.schema}.sales_are")[0][0]  # noqa: S608
        return OrganisationRules(
            sales_are,
            choices.response_norm_minutes,
            choices.conversion_age_days,
            self.setting.currency,
            choices.calendar.minutes_a_day,
            choices.calendar,
        )


@cache
def _laid_out(calendar: Calendar) -> pa.Table:
    names = ("day", "working", "minutes_before", "working_days_before")
    columns = {name: pa.array([getattr(day, name) for day in calendar.days]) for name in names}
    for name in ("opens_at", "closes_at"):
        aware = pa.array([getattr(day, name) for day in calendar.days], type=pa.timestamp("us", tz="UTC"))
        columns[name] = aware.cast(pa.timestamp("us"))
    return pa.table(columns)


def _drop(store: Store, schema: str) -> None:
    store.execute(f"DROP SCHEMA {schema} CASCADE")


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment else None


class DuckEngine:
    """One question's hold on a copy: it does not change while the question is answered."""

    def __init__(self, copy: Copy) -> None:
        self._copy = copy
        self._held: list[Fold] = []
        self.zone = copy.setting.zone
        self.rules = copy.rules
        self.fresh_at = copy.source.read_at
        self.position = copy.source.position

    def fact(self, name: str, known_at: datetime | None = None) -> ir.Table:
        """The fact's table; folded at first use."""
        fold = self._copy.fold(known_at)
        if fold not in self._held:
            self._held.append(fold)
        fold.ensure(f"fact_{name}")
        return ibis.table(SCHEMAS[name], name=f"fact_{name}", database=fold.schema)

    def rows(self, expression: ir.Table) -> list[dict[str, Any]]:
        """The rows of an expression as plain Python values."""
        found = self._copy.cursor().execute(str(ibis.to_sql(expression, dialect="duckdb")))
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
