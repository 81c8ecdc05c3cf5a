"""Reads the copied tables over Django's own connection: all of a small database, or the rows that changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pyarrow as pa
from django.db import connection

from stuurhut.replica import feed
from stuurhut.replica.catching_up import Changed
from stuurhut.replica.columns import Table
from stuurhut.replica.copies import Source
from stuurhut.replica.feed import State

SMALL = 20_000  # rows; up to here reading them in this process is quicker than starting another
TRIES = 5
AMONG = {
    "sqlite": "WHERE id IN (SELECT value FROM json_each(%s))",
    "postgresql": "WHERE id IN (SELECT value::bigint FROM json_array_elements_text(%s::json))",
}


def read_here(tables: dict[str, Table]) -> Source:
    """The copied tables as this connection sees them now: also what its transaction wrote and has not committed."""
    with one_moment():
        for _attempt in range(TRIES):
            state, read_at = feed.state(), datetime.now(UTC)
            found = {table.name: _rows(table, None) for table in tables.values()}
            if feed.state() == state:
                break
    return Source(state, read_at, found)


def read_changes(tables: dict[str, Table], since: State, at_most: float) -> tuple[State, Changed] | None:
    """What this connection sees that was not so in an earlier state; None when that is not known, or too much."""
    with one_moment():
        state, changes = feed.state(), feed.changes(since)
        if changes is None or changes.rows > at_most:
            return None
        read = {name: (keys, _rows(tables[name], keys)) for name, keys in changes.keys.items() if name in tables}
    return state, read


def is_small(tables: dict[str, Table]) -> bool:
    """Whether reading it here is quick."""
    return size(tables) <= SMALL


def size(tables: dict[str, Table]) -> int:
    """About how many rows there are to copy."""
    # The highest key is found at once, counting is not; keys of rows deleted since only make it look larger.
    highest = " UNION ALL ".join(f'SELECT max(id) AS id FROM "{name}"' for name in tables)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(sum(id), 0) FROM ({highest}) AS highest")  # noqa: S608
        return int(cursor.fetchone()[0])


@contextmanager
def one_moment() -> Iterator[None]:
    """All reads see the database as at one moment. Within a transaction that is the caller's to say."""
    if connection.in_atomic_block:
        yield
        return
    begin = "BEGIN" if connection.vendor == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    with connection.cursor() as cursor:
        cursor.execute(begin)
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _rows(table: Table, keys: set[int] | None) -> pa.Table:
    sql = table.select(connection.vendor)
    with connection.cursor() as cursor:
        if keys is None:
            cursor.execute(sql)
        else:
            cursor.execute(f"{sql} {AMONG[connection.vendor]}", [json.dumps(sorted(keys))])
        return table.of_rows(cursor.fetchall(), connection.vendor)
