"""The change feed: triggers on every copied table write down which row changed, whoever writes.

The feed is written in the transaction of the change: what is rolled back leaves nothing. A **state** names what a
connection sees of the copied tables; `changes` tells which rows to read again to come from an earlier state to the
one that this connection sees now. Reading a row twice does no harm, so that PostgreSQL's transactions may end in any
order: a state there is a snapshot, and what was not visible in it is a change, however early it was written.

On SQLite every row gets a line of its own, and the last line names the state: the random `mark` tells apart what a
rollback made happen twice under one number. On PostgreSQL every statement adds a line with its keys and, for the
name, a mark to a table of marks; their number and sum name the state in whatever order transactions end.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

MARKS_BEFORE_ADDING_UP = 500
LINES_KEPT = 200_000
KEYS_IN_A_LINE = 10_000  # a PostgreSQL statement that changes more counts as a reload of the table

IN_SQLITE = """
CREATE TABLE IF NOT EXISTS replica_feed (
    seq INTEGER PRIMARY KEY, tbl TEXT NOT NULL, id INTEGER, mark INTEGER NOT NULL DEFAULT (random()))
"""
LINE = "INSERT INTO replica_feed (tbl, id, mark) "
ON_SQLITE_TABLE = {
    "insert": 'AFTER INSERT ON "{table}" BEGIN ' + LINE + "VALUES ('{table}', NEW.id, random()); END",
    "update": 'AFTER UPDATE ON "{table}" BEGIN '
    + LINE
    + "VALUES ('{table}', NEW.id, random()); "
    + LINE
    + "SELECT '{table}', OLD.id, random() WHERE OLD.id <> NEW.id; END",
    "delete": 'AFTER DELETE ON "{table}" BEGIN ' + LINE + "VALUES ('{table}', OLD.id, random()); END",
    # OR REPLACE removes the row that is in the way of a unique value without telling its delete trigger.
    "replaced": 'BEFORE INSERT ON "{table}" BEGIN {in_the_way} END',
    "displaced": 'BEFORE UPDATE ON "{table}" BEGIN {in_the_way} END',
}
IN_THE_WAY = LINE + "SELECT '{table}', id, random() FROM \"{table}\" WHERE {same};"  # noqa: S608 - our own tables
UNIQUE_IN_SQLITE = """
SELECT l.name, m.sql FROM pragma_index_list(%s) l LEFT JOIN sqlite_master m ON m.name = l.name
WHERE l."unique" AND l.origin <> 'pk' ORDER BY l.name
"""

IN_POSTGRESQL = f"""
CREATE TABLE IF NOT EXISTS replica_mark (n bigint NOT NULL, mark numeric NOT NULL);
CREATE TABLE IF NOT EXISTS replica_feed (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, xid xid8 NOT NULL, tbl text NOT NULL, keys bigint[]);
CREATE INDEX IF NOT EXISTS replica_feed_xid ON replica_feed (xid);
CREATE TABLE IF NOT EXISTS replica_floor (id int PRIMARY KEY CHECK (id = 1), xid xid8 NOT NULL);
INSERT INTO replica_floor VALUES (1, '0'::xid8) ON CONFLICT DO NOTHING;
CREATE OR REPLACE FUNCTION replica_random() RETURNS bigint LANGUAGE sql VOLATILE AS
$$ SELECT ('x' || translate(gen_random_uuid()::text, '-', ''))::bit(60)::bigint $$;
INSERT INTO replica_mark SELECT 1, replica_random() WHERE NOT EXISTS (SELECT 1 FROM replica_mark);
CREATE OR REPLACE FUNCTION replica_tell(told text, changed bigint[], n bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO replica_feed (xid, tbl, keys)
    VALUES (pg_current_xact_id(), told, CASE WHEN n <= {KEYS_IN_A_LINE} THEN changed END);
    INSERT INTO replica_mark VALUES (1, replica_random());
$$;
CREATE OR REPLACE FUNCTION replica_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM replica_tell(TG_TABLE_NAME, array_agg(id), count(*)) FROM touched HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION replica_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM replica_tell(TG_TABLE_NAME, array_agg(id), count(*))
    FROM (SELECT id FROM touched UNION SELECT id FROM before) each HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION replica_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM replica_tell(TG_TABLE_NAME, NULL, 0);
    RETURN NULL;
END $$
"""  # noqa: S608
ON_POSTGRESQL_TABLE = {
    "insert": 'AFTER INSERT ON "{table}" REFERENCING NEW TABLE AS touched FOR EACH STATEMENT '
    "EXECUTE FUNCTION replica_rows()",
    "update": 'AFTER UPDATE ON "{table}" REFERENCING OLD TABLE AS before NEW TABLE AS touched FOR EACH STATEMENT '
    "EXECUTE FUNCTION replica_updated()",
    "delete": 'AFTER DELETE ON "{table}" REFERENCING OLD TABLE AS touched FOR EACH STATEMENT '
    "EXECUTE FUNCTION replica_rows()",
    "truncate": 'AFTER TRUNCATE ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION replica_emptied()',
}
# One value, as JSON, so that the child process that makes a snapshot can read it too. Marks are summed: adding rows
# up to one changes neither number nor sum, so that is no change of state.
STATE = {
    "sqlite": """SELECT json_object('name', seq || '.' || mark, 'place', seq || '.' || mark) FROM replica_feed
    ORDER BY seq DESC LIMIT 1""",
    "postgresql": """SELECT json_build_object('name', sum(n)::text || '.' || sum(mark)::text,
    'place', pg_current_snapshot()::text)::text FROM replica_mark""",
}
NOT_SEEN = """
SELECT tbl, keys FROM replica_feed WHERE xid >= pg_snapshot_xmin(%(place)s::pg_snapshot)
AND NOT pg_visible_in_snapshot(xid, %(place)s::pg_snapshot)
"""
ADD_UP = """
WITH gone AS (DELETE FROM replica_mark RETURNING n, mark)
INSERT INTO replica_mark SELECT sum(n), sum(mark) FROM gone HAVING count(*) > 0
"""
# Only what every snapshot from now on has seen may go: a transaction that still runs keeps its lines.
FORGET = """
WITH cut AS (
    UPDATE replica_floor SET xid = CASE WHEN kept.xid < pg_snapshot_xmin(pg_current_snapshot()) THEN kept.xid
                                        ELSE pg_snapshot_xmin(pg_current_snapshot()) END
    FROM (SELECT xid FROM replica_feed ORDER BY seq DESC OFFSET %s LIMIT 1) kept
    WHERE kept.xid > replica_floor.xid RETURNING replica_floor.xid)
DELETE FROM replica_feed f USING cut WHERE f.xid < cut.xid
"""


@dataclass(frozen=True)
class State:
    """What a connection saw of the copied tables: equal names are equal contents; `place` is where the feed was."""

    name: str
    place: str

    @classmethod
    def of(cls, text: str | None) -> State:
        return cls(**json.loads(text)) if text else cls("none", "")


@dataclass(frozen=True)
class Changes:
    """The keys of changed rows by table; None for a table of which any row may have changed."""

    keys: dict[str, set[int] | None]

    @property
    def rows(self) -> int:
        """How many rows to read. Of a table of which any may have changed the highest key tells, which is no less."""
        return sum(_highest(table) if keys is None else len(keys) for table, keys in self.keys.items())


def state() -> State:
    """The state that this connection sees now."""
    with connection.cursor() as cursor:
        cursor.execute(STATE[connection.vendor])
        row = cursor.fetchone()
    return State.of(row[0] if row else None)


def changes(since: State) -> Changes | None:
    """What this connection sees that was not so in an earlier state; None when the feed does not reach back to it.

    Neither may be of a transaction that has written: PostgreSQL's snapshots do not tell what one's own wrote when.
    """
    found: dict[str, set[int] | None] = {}
    with connection.cursor() as cursor:
        lines = _lines_of_sqlite(cursor, since) if connection.vendor == "sqlite" else _lines_not_seen(cursor, since)
    if lines is None:
        return None
    for table, keys in lines:
        known = found.setdefault(table, set())
        if keys is None:
            found[table] = None
        elif known is not None:
            known.update(keys)
    return Changes(found)


def missing(tables: Iterable[str]) -> list[str]:
    """The tables of which no change would be seen. A migration on SQLite may rebuild a table without its triggers."""
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        if connection.vendor == "sqlite":
            cursor.execute("SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute(
                "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "WHERE c.relnamespace = current_schema()::regnamespace AND t.tgenabled <> 'D'"
            )
        found = set(cursor.fetchall())
    kinds = ON_SQLITE_TABLE if connection.vendor == "sqlite" else ON_POSTGRESQL_TABLE
    wanted = {table: {(table, _name(table, kind)) for kind in kinds} for table in tables if table in existing}
    return [table for table, names in wanted.items() if not names <= found]


def install(tables: Iterable[str]) -> list[str]:
    """Puts the triggers where they are missing, and says of those tables that any row may have changed."""
    lacking = missing(tables)
    if not lacking:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(IN_SQLITE)
        else:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('replica_feed'))")
            cursor.execute(IN_POSTGRESQL)
        for table in lacking:
            _put_on(cursor, table)
        reloaded(lacking)
    return lacking


def reloaded(tables: Iterable[str]) -> None:
    """Says that any row of these tables may have changed."""
    line = "INSERT INTO replica_feed (tbl) VALUES (%s)"
    if connection.vendor == "postgresql":
        line = "SELECT replica_tell(%s, NULL, 0)"
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(line, [table])


def tend(lines_kept: int = LINES_KEPT) -> None:
    """Keeps feed and marks short. A copy that is further behind than the lines kept is made anew."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "DELETE FROM replica_feed WHERE seq < (SELECT max(seq) - %s FROM replica_feed)", [lines_kept]
            )
            return
        cursor.execute(FORGET, [lines_kept])
        cursor.execute("SELECT count(*) FROM replica_mark")
        if cursor.fetchone()[0] >= MARKS_BEFORE_ADDING_UP:
            cursor.execute(ADD_UP)


def _highest(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT coalesce(max(id), 0) FROM "{table}"')  # noqa: S608 - our own tables
        return int(cursor.fetchone()[0])


def _lines_of_sqlite(cursor: Any, since: State) -> list[tuple[str, set[int] | None]] | None:
    if not since.place:
        return None
    seq, mark = since.place.split(".")
    cursor.execute("SELECT mark FROM replica_feed WHERE seq = %s", [seq])
    if cursor.fetchone() != (int(mark),):
        return None
    cursor.execute("SELECT tbl, id FROM replica_feed WHERE seq > %s", [seq])
    return [(table, None if key is None else {key}) for table, key in cursor.fetchall()]


def _lines_not_seen(cursor: Any, since: State) -> list[tuple[str, set[int] | None]] | None:
    if not since.place:
        return None
    cursor.execute(
        "SELECT xid <= pg_snapshot_xmin(%s::pg_snapshot) FROM replica_floor",
        [since.place],
    )
    if cursor.fetchone() != (True,):
        return None
    cursor.execute(NOT_SEEN, {"place": since.place})
    return [(table, None if keys is None else set(keys)) for table, keys in cursor.fetchall()]


def _put_on(cursor: Any, table: str) -> None:
    in_sqlite = connection.vendor == "sqlite"
    in_the_way = _in_the_way(cursor, table) if in_sqlite else ""
    for kind, body in (ON_SQLITE_TABLE if in_sqlite else ON_POSTGRESQL_TABLE).items():
        name = _name(table, kind)
        cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"' + ("" if in_sqlite else f' ON "{table}"'))
        cursor.execute(f'CREATE TRIGGER "{name}" ' + body.format(table=table, in_the_way=in_the_way))


def _in_the_way(cursor: Any, table: str) -> str:
    """Statements that name the rows whose unique values a new row would take."""
    cursor.execute(UNIQUE_IN_SQLITE, [table])
    statements = []
    for index, sql in cursor.fetchall():
        cursor.execute("SELECT name FROM pragma_index_info(%s)", [index])
        terms = [f'"{column}" = NEW."{column}"' for (column,) in cursor.fetchall()]
        where = (sql or "").partition(" WHERE ")[2]
        same = " AND ".join([*terms, *([f"({where})"] if where else [])])
        statements.append(IN_THE_WAY.format(table=table, same=same))
    return " ".join(statements) or "SELECT 1;"


def _name(table: str, kind: str) -> str:
    return f"replica_feed_{table}_{kind}" if connection.vendor == "sqlite" else f"replica_feed_{kind}"
