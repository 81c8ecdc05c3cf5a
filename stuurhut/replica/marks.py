"""Tells whether the database changed: triggers on every copied table leave a new mark, whoever writes.

On SQLite one row holds a random mark, replaced at every row written. On PostgreSQL every writing statement adds a row
with one, since a row that all writers update would make them wait for each other. Marks are part of the transaction:
what is rolled back takes its mark along, and the position is again what it was.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction

MARKS_BEFORE_ADDING_UP = 500

IN_SQLITE = """
CREATE TABLE IF NOT EXISTS replica_mark (id INTEGER PRIMARY KEY CHECK (id = 1), mark INTEGER NOT NULL);
INSERT OR IGNORE INTO replica_mark VALUES (1, random());
"""
ON_SQLITE_TABLE = """
CREATE TRIGGER IF NOT EXISTS "replica_mark_{table}_{verb}" AFTER {verb} ON "{table}"
BEGIN INSERT OR REPLACE INTO replica_mark VALUES (1, random()); END
"""
IN_POSTGRESQL = """
CREATE TABLE IF NOT EXISTS replica_mark (n bigint NOT NULL, mark numeric NOT NULL);
CREATE OR REPLACE FUNCTION replica_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO replica_mark VALUES (1, ('x' || translate(gen_random_uuid()::text, '-', ''))::bit(60)::bigint);
    RETURN NULL;
END $$;
INSERT INTO replica_mark SELECT 1, ('x' || translate(gen_random_uuid()::text, '-', ''))::bit(60)::bigint
WHERE NOT EXISTS (SELECT 1 FROM replica_mark);
"""
ON_POSTGRESQL_TABLE = """
CREATE OR REPLACE TRIGGER replica_mark AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "{table}"
FOR EACH STATEMENT EXECUTE FUNCTION replica_mark()
"""
# Sums and counts over all rows: adding rows up to one changes neither, so that is no change of position.
POSITION = {
    "sqlite": "SELECT mark FROM replica_mark",
    "postgresql": "SELECT sum(n)::text || '.' || sum(mark)::text FROM replica_mark",
}
ADD_UP = """
WITH gone AS (DELETE FROM replica_mark RETURNING n, mark)
INSERT INTO replica_mark SELECT sum(n), sum(mark) FROM gone HAVING count(*) > 0
"""
VERBS = ("INSERT", "UPDATE", "DELETE")


def position() -> str:
    """Names the state of the copied tables as this connection sees them now."""
    with connection.cursor() as cursor:
        cursor.execute(POSITION[connection.vendor])
        row = cursor.fetchone()
    return str(row[0]) if row else "none"


def missing(tables: Iterable[str]) -> list[str]:
    """The tables of which no change would be seen. A migration on SQLite may rebuild a table without its triggers."""
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        wanted = {table: _names(table) for table in tables if table in existing}
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute(
                "SELECT 'replica_mark on ' || c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "WHERE t.tgname = 'replica_mark' AND t.tgenabled <> 'D'"
            )
        found = {row[0] for row in cursor.fetchall()}
    return [table for table, names in wanted.items() if not names <= found]


def install(tables: Iterable[str]) -> list[str]:
    """Puts the triggers where they are missing, and a new mark if any was. Returns the tables mended."""
    lacking = missing(tables)
    if not lacking:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for statement in [*filter(str.strip, IN_SQLITE.split(";\n")), "UPDATE replica_mark SET mark = random()"]:
                cursor.execute(statement)
            for table in lacking:
                for verb in VERBS:
                    cursor.execute(ON_SQLITE_TABLE.format(table=table, verb=verb))
        else:
            cursor.execute(IN_POSTGRESQL)
            for table in lacking:
                cursor.execute(ON_POSTGRESQL_TABLE.format(table=table))
            cursor.execute("UPDATE replica_mark SET mark = mark + (random() * 1e15)::bigint")
    return lacking


def add_up() -> bool:
    """Makes one row of many marks, once there are many. PostgreSQL only; the position stays."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM replica_mark")
        if cursor.fetchone()[0] < MARKS_BEFORE_ADDING_UP:
            return False
        cursor.execute(ADD_UP)
    return True


def _names(table: str) -> set[str]:
    if connection.vendor == "sqlite":
        return {f"replica_mark_{table}_{verb}" for verb in VERBS}
    return {f"replica_mark on {table}"}
