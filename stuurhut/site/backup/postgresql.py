"""A PostgreSQL database into a backup and back, by COPY in one transaction; pg_dump need not be there."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db import DatabaseError, connection
from psycopg import sql

from stuurhut.site.backup.parts import Columns, Counts, Damaged, check_counts
from stuurhut.site.tables import migrate

TABLES = "tables/"
CHUNK = 1 << 20


def back_up(archive: zipfile.ZipFile, folder: Path) -> tuple[Counts, Columns]:
    """Adds every table to the archive, all as of one moment. Returns the rows and the columns per table."""
    counts: Counts = {}
    with _own_connection() as ours:
        ours.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        ours.read_only = True
        columns = _columns(ours)
        for table, names in columns.items():
            with ours.cursor() as cursor, archive.open(f"{TABLES}{table}", "w", force_zip64=True) as entry:
                with cursor.copy(_copy(table, names, "TO STDOUT")) as rows:
                    for chunk in rows:
                        entry.write(chunk)
                counts[table] = cursor.rowcount
    return counts, columns


def restore(unpacked: Path, counts: Counts, columns: Columns) -> None:
    """Puts the rows in the place of everything here, in one transaction. Raises Damaged or DatabaseError."""
    migrate()
    found: Counts = {}
    try:
        with _own_connection() as ours, ours.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '30s'")
            tables = sql.SQL(", ").join(map(sql.Identifier, _columns(ours)))
            cursor.execute(sql.SQL("TRUNCATE {}").format(tables))
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            for table, names in columns.items():
                found[table] = _fill(cursor, unpacked / TABLES / table, _copy(table, names, "FROM STDIN"))
            check_counts(found, counts)
            _continue_numbering(cursor, columns)
            ours.commit()
    except psycopg.Error as error:
        raise DatabaseError(str(error).strip().splitlines()[0]) from error


def _fill(cursor: psycopg.Cursor[Any], part: Path, copy: sql.Composed) -> int:
    if not part.exists():
        raise Damaged(f"{part.name} is missing")
    with part.open("rb") as file, cursor.copy(copy) as rows:
        while chunk := file.read(CHUNK):
            rows.write(chunk)
    return cursor.rowcount


@contextmanager
def _own_connection() -> Iterator[psycopg.Connection[Any]]:
    """A connection beside Django's, so that its transaction begins here."""
    ours = psycopg.connect(**_parameters())
    try:
        yield ours
    finally:
        ours.close()


def _parameters() -> dict[str, Any]:
    known = connection.get_connection_params()
    return {
        name: value
        for name, value in known.items()
        if name in ("dbname", "user", "password", "host", "port", "sslmode")
    }


def _columns(ours: psycopg.Connection[Any]) -> Columns:
    """The tables of this product, with their columns; what else lives in the database is left alone."""
    tables = [
        *connection.introspection.django_table_names(only_existing=True, include_views=False),
        "django_migrations",
    ]
    rows = ours.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
        " AND table_name = ANY(%s) AND is_generated = 'NEVER' ORDER BY table_name, ordinal_position",
        [tables],
    )
    found: Columns = {}
    for table, column in rows.fetchall():
        found.setdefault(table, []).append(column)
    return found


def _copy(table: str, columns: list[str], direction: str) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) ").format(sql.Identifier(table), names) + sql.SQL(direction)


def _continue_numbering(cursor: psycopg.Cursor[Any], columns: Columns) -> None:
    """The next row takes the number after the last one."""
    for table in columns:
        name = sql.Identifier(table).as_string(cursor)
        sequence = cursor.execute(
            "SELECT pg_get_serial_sequence(%s, a.attname), a.attname FROM pg_attribute a"
            " WHERE a.attrelid = %s::regclass AND a.attidentity <> ''",
            [name, name],
        ).fetchone()
        if sequence:
            last = sql.SQL("SELECT max({}) FROM {}").format(sql.Identifier(sequence[1]), sql.Identifier(table))
            highest = cursor.execute(last).fetchone()
            assert highest is not None
            cursor.execute("SELECT setval(%s, %s, %s)", [sequence[0], highest[0] or 1, highest[0] is not None])
