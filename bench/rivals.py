"""The ways to ask that Stuurhut is laid beside: DuckDB, SQLite, PostgreSQL and pandas, on the reference tables."""

from __future__ import annotations

import csv
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.equal import plain
from bench.reference import HERE, OWN, TABLES, Reference, Rows, named_queries, statements


@dataclass(frozen=True)
class Timed:
    """An answer and how long it took."""

    seconds: float
    rows: Rows


def timed(ask: Callable[[], list[Any]]) -> Timed:
    """Asks, with the rows as Python values within the time."""
    start = time.perf_counter()
    found = ask()
    return Timed(time.perf_counter() - start, plain(found))


class Duck:
    """Native tables in DuckDB. `limit` is the SQL of what the product is asked, `simple` that of the reference work."""

    def __init__(self, reference: Reference) -> None:
        import duckdb

        self.connection = duckdb.connect()
        for table in TABLES:
            self.connection.execute(f"CREATE TABLE {table} AS FROM '{reference.file(table, 'parquet')}'")
        simple = reference.sql("duckdb")
        own = named_queries(HERE / "sql" / "duckdb.sql")
        self.sql = {"simple": simple, "limit": {**simple, **{name: own[name] for name in OWN}}}

    def ask(self, question: str, which: str = "limit") -> Timed:
        return timed(lambda: self.connection.execute(self.sql[which][question]).fetchall())


class Sqlite:
    """A SQLite file with covering indexes, made when it is not there."""

    def __init__(self, reference: Reference) -> None:
        self.sql = reference.sql("sqlite")
        file = reference.made / reference.scale / "reference.sqlite3"
        is_new = not file.exists()
        self.connection = sqlite3.connect(file)
        self.connection.execute("PRAGMA cache_size = -256000")
        if is_new:
            self._fill(reference)

    def _fill(self, reference: Reference) -> None:
        with self.connection:  # one transaction: killed half-way leaves an empty file
            self.connection.execute("BEGIN")
            for statement in statements("tables.sql"):
                self.connection.execute(statement)
            for table in TABLES:
                with reference.file(table, "csv").open(encoding="utf-8", newline="") as lines:
                    reader = csv.reader(lines)
                    places = ", ".join("?" * len(next(reader)))
                    rows = ([value or None for value in row] for row in reader)
                    self.connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608
            for statement in statements("indexes.sql"):
                self.connection.execute(statement)
        self.connection.execute("ANALYZE")

    def ask(self, question: str) -> Timed:
        return timed(lambda: self.connection.execute(self.sql[question]).fetchall())


class Postgres:
    """A PostgreSQL database with covering indexes, filled when it is empty."""

    def __init__(self, reference: Reference, address: str) -> None:
        import psycopg

        self.sql = reference.sql("postgres")
        self.connection = psycopg.connect(address, autocommit=True)
        self.connection.execute("SET work_mem = '256MB'")
        self.connection.execute("SET random_page_cost = 1.1")
        if self._one("SELECT to_regclass('activity_by_opp')") is None:
            self._fill(reference)

    def _one(self, sql: str) -> Any:
        row = self.connection.execute(sql).fetchone()
        return row[0] if row else None

    def _fill(self, reference: Reference) -> None:
        with self.connection.transaction():
            for statement in statements("tables.sql"):
                self.connection.execute(statement)
            for table in TABLES:
                copying = f"COPY {table} FROM STDIN (FORMAT csv, HEADER)"
                with (
                    self.connection.cursor() as cursor,
                    reference.file(table, "csv").open("rb") as lines,
                    cursor.copy(copying) as copy,
                ):
                    while block := lines.read(1 << 20):
                        copy.write(block)
            for statement in statements("indexes.sql"):
                self.connection.execute(statement)
        self.connection.execute("VACUUM ANALYZE")

    def ask(self, question: str) -> Timed:
        return timed(lambda: self.connection.execute(self.sql[question]).fetchall())


class Pandas:
    """Frames in memory."""

    def __init__(self, reference: Reference) -> None:
        self.module = reference.module("pandas_queries")
        self.frames = self.module.Frames(str(reference.made / reference.scale))

    def ask(self, question: str) -> Timed:
        return timed(lambda: getattr(self.module, question)(self.frames))
