"""The columnar copy: the copied tables and the facts in a DuckDB database of this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import RLock
from typing import Any

import duckdb
import pyarrow as pa

from stuurhut.kpi.engine import Kept, WorkingTime
from stuurhut.kpi.words.period import Zone
from stuurhut.replica.catching_up import Changed, catch_up, replace_rows
from stuurhut.replica.feed import State
from stuurhut.replica.fold import Fold
from stuurhut.replica.mapping import Calendar, Choices, Plan

# Beware: least and greatest leave nulls out instead of becoming null.
MACROS = """
CREATE OR REPLACE MACRO held.main.local_day(moment) AS CAST(timezone('{zone}', timezone('UTC', moment)) AS DATE);
CREATE OR REPLACE MACRO held.main.working_minute(moment) AS (
    SELECT minutes_before + extract(epoch FROM least(greatest(moment, opens_at), closes_at) - opens_at) / 60.0
    FROM held.main.calendar_day
    WHERE moment IS NOT NULL AND day = least(greatest(local_day(moment), DATE '2000-01-01'), DATE '2040-12-31'));
CREATE OR REPLACE MACRO held.main.horizon() AS DATE '{year}-01-01';
CREATE OR REPLACE MACRO held.main.money(minor) AS CAST(CAST(minor AS DECIMAL(18, 0)) * {unit} AS DECIMAL(18, 2));
CREATE OR REPLACE MACRO held.main.millionths(amount) AS CAST(CAST(amount AS DECIMAL(18, 2)) * 1000000 AS HUGEINT);
CREATE OR REPLACE MACRO held.main.portion_of(millionths) AS
    CAST(CAST(millionths AS DECIMAL(24, 0)) * 0.000001 AS DECIMAL(24, 6));
"""


LOOKED_UP = 5000  # things at most that were looked up for questions, until the copy moves on
Damaged = duckdb.Error  # what opening a file that is not whole raises
VERSION = duckdb.__version__


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
    """Copied tables in one state of the database: by name, or a folder with a Parquet file of each."""

    state: State
    read_at: datetime
    tables: dict[str, pa.Table] | Path


@dataclass(frozen=True)
class OrganisationRules:
    """The organisation's choices, decided."""

    sales_are: str
    response_norm_minutes: int
    conversion_age_days: int | None
    currency: str
    minutes_a_day: float
    work: WorkingTime


class Copy:
    """The copied tables of one state of the database, in the schema `mirror`, and the facts folded from them.

    It lives in memory or in a file of this process, and moves on to later states (`catch_up`). Who reads it does so in
    a transaction of his own, so that nothing changes while a question is answered. Safe to ask from many threads.
    """

    def __init__(self, plan: Plan, setting: Setting, file: Path | None = None) -> None:
        self.plan, self.setting = plan, setting
        self.lock = RLock()
        self.state = State("none", "")
        setting.spill.mkdir(parents=True, exist_ok=True)
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": setting.memory,
            "temp_directory": str(setting.spill),
            "preserve_insertion_order": "false",
        }
        self._database = duckdb.connect(":memory:", config=config)
        self._database.execute("SET TimeZone = 'UTC'")
        # What is written to the file is a cache: a log to recover it from would only cost time.
        where = f"'{file}' AS held (RECOVERY_MODE NO_WAL_WRITES)" if file else "':memory:' AS held"
        self._database.execute(f"ATTACH {where}")
        self._writer = self.cursor()
        self.folds: dict[datetime | None, Fold] = {}
        self.rules: OrganisationRules
        self.looked_up = Kept(LOOKED_UP)
        self._named = 0

    @classmethod
    def of(cls, plan: Plan, source: Source, setting: Setting, file: Path | None = None) -> Copy:
        """A copy of these tables, without facts as yet."""
        copy = cls(plan, setting, file)
        with copy._written():
            copy._writer.execute("CREATE SCHEMA mirror")
            for name in plan.tables:
                copy._fill(name, source.tables)
            copy._begin()
        copy.state = source.state
        return copy

    @classmethod
    def kept(cls, plan: Plan, state: State, setting: Setting, file: Path) -> Copy:
        """A copy as `of` made it in a file, with all its facts. Raises duckdb.Error when the file is damaged."""
        copy = cls(plan, setting, file)
        facts = Fold(plan, "facts", None, copy.execute)
        made = copy.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'facts'")
        seen = copy.execute("SELECT view_name FROM duckdb_views() WHERE schema_name = 'facts'")
        facts.ready |= {name for (name,) in [*made, *seen]}
        copy.folds[None] = facts
        copy.rules = copy._decided(copy._choices())
        copy.state = state
        return copy

    def close(self) -> None:
        """Lets go of the database."""
        self._database.close()

    def fold_all(self) -> None:
        """Makes every fact, and keeps nothing of what they were made of."""
        with self._written():
            for step in self.plan.facts.values():
                self.folds[None].ensure(step)
            facts = self.folds[None]
            facts.forget({name for name in facts.ready if name in self.plan.steps} - {*self.plan.facts.values()})

    def catch_up(self, state: State, changed: Changed) -> None:
        """Moves on to a later state, of which the changed rows are given."""
        with self._written():
            for known_at in [moment for moment in self.folds if moment is not None]:
                self.folds.pop(known_at).drop()
            if self.plan.organisation in changed:
                replace_rows(self._writer, changed)
                self.folds.pop(None).drop()
                self._begin()
            else:
                catch_up(self.plan, self.folds[None], self._writer, changed)
                self.rules = self._decided(self._choices())
            self.state, self.looked_up = state, Kept(LOOKED_UP)

    def make(self, fact: str, known_at: datetime | None) -> None:
        """Makes a fact as known at a moment, for everybody."""
        with self._written():
            if known_at not in self.folds:
                self._named += 1
                fold = Fold(self.plan, f"past_{self._named}", in_utc(known_at), self.execute)
                fold.create()
                self.folds[known_at] = fold
            self.folds[known_at].ensure(self.plan.facts[fact])

    def execute(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a statement, in the transaction that now writes."""
        return self._writer.execute(sql).fetchall()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of one's own: one shared by threads refuses calls that overlap."""
        cursor = self._database.cursor()
        cursor.execute("USE held")
        return cursor

    def reader(self) -> duckdb.DuckDBPyConnection:
        """A connection that goes on seeing what there is now."""
        cursor = self.cursor()
        cursor.begin()
        cursor.execute("SELECT 1 FROM held.main.calendar_day LIMIT 0").fetchall()
        return cursor

    def rows_in(self, table: str) -> int:
        """How many rows were copied of a table."""
        with self.lock:
            return int(self.execute(f"SELECT count(*) FROM mirror.{table}")[0][0])  # noqa: S608

    @contextmanager
    def _written(self) -> Iterator[None]:
        """All or nothing, what we know of it included."""
        with self.lock:
            kept = self.state, {moment: (fold, set(fold.ready)) for moment, fold in self.folds.items()}
            self._writer.begin()
            try:
                yield
                self._writer.commit()
            except BaseException:
                with suppress(duckdb.TransactionException):  # a commit that failed has ended it
                    self._writer.rollback()
                self.state, self.folds = kept[0], {moment: fold for moment, (fold, _ready) in kept[1].items()}
                for fold, ready in kept[1].values():
                    fold.ready = ready
                raise

    def _fill(self, name: str, tables: dict[str, pa.Table] | Path) -> None:
        if isinstance(tables, Path):
            file = str(tables / f"{name}.parquet").replace("'", "''")
            self.execute(f"CREATE TABLE mirror.{name} AS SELECT * FROM read_parquet('{file}')")  # noqa: S608
        else:
            self._keep(f"mirror.{name}", tables[name])

    def _keep(self, name: str, table: pa.Table) -> None:
        self._writer.register("arriving", table)
        self.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM arriving")  # noqa: S608
        self._writer.unregister("arriving")

    def _begin(self) -> None:
        """The calendar as the organisation has it, and no facts yet."""
        choices = self._choices()
        self._keep("main.calendar_day", _laid_out(choices.calendar))
        digits = self.setting.minor_digits
        unit = f"CAST(1e-{digits} AS DECIMAL({digits + 1}, {digits}))"
        self.execute(MACROS.format(zone=self.setting.zone.name, unit=unit, year=self.setting.year + 2))
        facts = Fold(self.plan, "facts", None, self.execute)
        facts.create()
        self.folds[None] = facts
        self.rules = self._decided(choices)

    def _choices(self) -> Choices:
        found = self._writer.execute(f"SELECT * FROM mirror.{self.plan.organisation} ORDER BY id")  # noqa: S608
        names = [column[0] for column in found.description or ()]
        rows = found.fetchall()  # to the end: DuckDB 2 refuses the next statement while a result is unfinished
        return self.plan.choices(dict(zip(names, rows[0], strict=True)) if rows else None)

    def _decided(self, choices: Choices) -> OrganisationRules:
        sales_are = choices.sales_are
        if sales_are == "automatic":
            facts = self.folds[None]
            facts.ensure("sales_are")
            sales_are = self.execute(f"SELECT sales_are FROM {facts.schema}.sales_are")[0][0]  # noqa: S608
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


def in_utc(moment: datetime | None) -> datetime | None:
    """The moment in UTC without zone, as DuckDB keeps it."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment else None
