"""Brings mirror and facts from one state of the database to a later one, by reading again only what changed.

Records hang together: what is told of a deal follows from its own rows and from those of its customer, its lead and
all that was done for them. So every fact of the records that hang together with a changed one is folded anew, by the
same SELECTs over only those rows, and takes the place of what was there. A fact that reads a changed table which
everybody shares, such as the memberships, is forgotten as a whole and made when it is next asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import pyarrow as pa

from stuurhut.replica.columns import Table
from stuurhut.replica.fold import Fold
from stuurhut.replica.mapping import Plan

HISTORY = "people_history"
INTAKE = "people_intake"
ENOUGH_TO_FOLD_ALL = 1_000, 0.2  # records that hang together, and their share of all

Keys = dict[str, set[int]]
Changed = Mapping[str, tuple[set[int] | None, pa.Table]]


class Cursor(Protocol):
    """A DuckDB connection in the middle of a transaction."""

    def execute(self, sql: str, parameters: Any = ...) -> Any: ...
    def register(self, name: str, table: pa.Table) -> Any: ...
    def unregister(self, name: str) -> Any: ...


def catch_up(plan: Plan, facts: Fold, cursor: Cursor, changed: Changed) -> None:
    """Replaces the changed rows (their keys and those there now; keys None: the whole table) and what follows."""
    changed = {table: told for table, told in changed.items() if not _as_it_was(cursor, table, *told)}
    graph = _Graph(plan, cursor)
    touched = graph.around(changed)  # what they hung together with
    replace_rows(cursor, changed)
    _join(touched, graph.around(changed))
    whole = {table for table, (keys, _rows) in changed.items() if keys is None}
    other = {*changed} - {INTAKE}
    if INTAKE in whole:
        whole |= {*plan.tables}
    elif INTAKE in changed:
        other |= graph.taken_in(changed[INTAKE][0] or set(), touched)
    shared = {table for table in other if table not in plan.together and table not in plan.parts} - {HISTORY}
    made = {name for name in facts.ready if name.startswith("fact_")}
    read = {name: plan.reads(name) for name in made}
    anew = {n for n in made if read[n] & (shared | whole) or (n not in plan.of and read[n] & other)}
    partly = {n for n in made - anew if read[n] & other}
    facts.forget({name for name in facts.ready if name in plan.steps} - made)  # what facts are made of
    if partly:
        records = graph.together(touched)
        if sum(map(len, records.values())) > graph.most:
            anew |= partly
        else:
            facts.forget(anew)
            _fold_anew(plan, facts, cursor, records, {name for name in partly if records.get(plan.of[name][0])})
    facts.forget(anew)


def _fold_anew(plan: Plan, facts: Fold, cursor: Cursor, records: Keys, partly: set[str]) -> None:
    part = FoldOfSome(plan, facts, cursor, records)
    part.create()
    for name in sorted(partly):
        part.ensure(name)
    for name in sorted(partly):
        table, column = plan.of[name]
        chosen = f"SELECT id FROM {part.schema}.of_{table}"  # noqa: S608 - names from our own code
        cursor.execute(f"DELETE FROM {facts.schema}.{name} WHERE {column} IN ({chosen})")  # noqa: S608
        cursor.execute(f"INSERT INTO {facts.schema}.{name} SELECT * FROM {part.schema}.{name}")  # noqa: S608
    part.drop()


class FoldOfSome(Fold):
    """The facts of some records: the same steps over only their rows. What everybody shares is that of all facts."""

    def __init__(self, plan: Plan, facts: Fold, cursor: Cursor, records: Keys) -> None:
        super().__init__(plan, "part", None, facts.execute)
        self._facts, self._cursor, self._records = facts, cursor, records

    @property
    def path(self) -> str:
        return f"held.{self.schema},held.{self._facts.schema},held.main"

    def create(self) -> None:
        super().create()
        for table in self.plan.together:
            keys = pa.table({"id": pa.array(sorted(self._records.get(table, ())), type=pa.int64())})
            self._cursor.register("arriving", keys)
            self.execute(f"CREATE TABLE {self.schema}.of_{table} AS SELECT id FROM arriving")  # noqa: S608
            self._cursor.unregister("arriving")

    def drop(self) -> None:
        # One by one: DuckDB 2.0 does not commit a schema that was made and dropped with its tables in one transaction.
        made = {name for name in self.ready if name in self.plan.steps or name in self.plan.tables}
        for name in made | {f"of_{table}" for table in self.plan.together}:
            self.execute(f"DROP TABLE {self.schema}.{name}")
        self.execute(f"DROP SCHEMA {self.schema}")

    def ensure(self, name: str) -> None:
        of_all = name in self.plan.facts.values() and name not in self.plan.of
        shared = name in self.plan.tables and not self._conditions(name)
        if of_all or shared:
            self._facts.ensure(name)
        else:
            super().ensure(name)

    def see(self, table: Table) -> None:
        rows, where = self.visible(table)
        some = " OR ".join(self._conditions(table.name))
        self.execute(
            f"CREATE TABLE {self.schema}.{table.name} AS "  # noqa: S608 - names from our own code
            f"WITH chosen AS MATERIALIZED (SELECT * FROM mirror.{table.name} WHERE {some}) "
            f"SELECT {rows} FROM chosen WHERE {where}"
        )

    def _conditions(self, table: str) -> list[str]:
        if table in self.plan.together:
            return [self._among("id", table)]
        if table == HISTORY:
            return [f"kind = '{kind}' AND {self._among('record_id', of)}" for kind, of in self.plan.kinds.items()]
        return [self._among(column, of) for column, of in self.plan.parts.get(table, {}).items()]

    def _among(self, column: str, table: str) -> str:
        return f"{column} IN (SELECT id FROM {self.schema}.of_{table})"  # noqa: S608


class _Graph:
    """Which records hang together, looked up in the mirror."""

    def __init__(self, plan: Plan, cursor: Cursor) -> None:
        self._plan, self._cursor = plan, cursor
        self._children: dict[str, set[str]] = defaultdict(set)
        for table, links in plan.together.items():
            for other in links.values():
                self._children[other].add(table)
        least, share = ENOUGH_TO_FOLD_ALL
        self.most = max(least, int(share * sum(self._rows(table) for table in plan.together)))

    def around(self, changed: Changed) -> Keys:
        """The changed records, those that changed parts are of, and those that they hang on."""
        found: Keys = defaultdict(set)
        for table, (keys, _rows) in changed.items():
            if keys is None:
                continue
            if table in self._plan.together:
                found[table] |= keys
            if table == HISTORY:
                self._told(keys, found)
            self._named(table, keys, found)
        return found

    def taken_in(self, intakes: set[int], found: Keys) -> set[str]:
        """Adds the records of intakes that came or went; returns the tables with rows of them."""
        rows = {
            name: (keys, pa.table({}))
            for name, table in self._plan.tables.items()
            if "intake_id" in table and (keys := self._column(name, "id", "intake_id", intakes))
        }
        _join(found, self.around(rows))
        return {*rows}

    def together(self, start: Keys) -> Keys:
        """All records that hang together with these, directly or through others."""
        found: Keys = defaultdict(set)
        reached = {table: set(keys) for table, keys in start.items() if keys}
        while reached and sum(map(len, found.values())) <= self.most:
            _join(found, reached)
            further: Keys = defaultdict(set)
            for table, keys in reached.items():
                self._named(table, keys, further)
            for child in {child for table in reached for child in self._children[table]}:
                for column, other in self._plan.together[child].items():
                    if other in reached:
                        further[child] |= self._column(child, "id", column, reached[other])
            reached = {t: left for t, keys in further.items() if (left := keys - found[t])}
        return found

    def _named(self, table: str, keys: set[int], found: Keys) -> None:
        """Adds the records that rows of a table name."""
        links = self._plan.together.get(table) or self._plan.parts.get(table)
        if not links or not keys:
            return
        columns = list(links)
        sql = f"SELECT DISTINCT {', '.join(columns)} FROM mirror.{table} WHERE id IN (SELECT unnest($1))"  # noqa: S608
        for row in self._cursor.execute(sql, [list(keys)]).fetchall():
            for column, key in zip(columns, row, strict=True):
                if key is not None:
                    found[links[column]].add(key)

    def _told(self, keys: set[int], found: Keys) -> None:
        sql = f"SELECT DISTINCT kind, record_id FROM mirror.{HISTORY} WHERE id IN (SELECT unnest($1))"  # noqa: S608
        for kind, record in self._cursor.execute(sql, [list(keys)]).fetchall():
            if kind in self._plan.kinds:
                found[self._plan.kinds[kind]].add(record)

    def _rows(self, table: str) -> int:
        return int(self._cursor.execute(f"SELECT count(*) FROM mirror.{table}").fetchall()[0][0])  # noqa: S608

    def _column(self, table: str, wanted: str, column: str, keys: Iterable[int]) -> set[int]:
        sql = f"SELECT {wanted} FROM mirror.{table} WHERE {column} IN (SELECT unnest($1))"  # noqa: S608
        return {row[0] for row in self._cursor.execute(sql, [list(keys)]).fetchall()}


def _as_it_was(cursor: Cursor, table: str, keys: set[int] | None, rows: pa.Table) -> bool:
    """Whether the rows are those in the mirror: what was written may be what no number needs."""
    if keys is None or len(keys) != rows.num_rows:
        return False
    cursor.register("arriving", rows)
    there = f"SELECT * FROM mirror.{table} WHERE id IN (SELECT id FROM arriving)"  # noqa: S608 - names of our models
    same = cursor.execute(f"SELECT count(*) FROM ({there} INTERSECT FROM arriving)").fetchall()[0][0]  # noqa: S608
    cursor.unregister("arriving")
    return bool(same == rows.num_rows)


def _join(found: Keys, more: Mapping[str, set[int]]) -> None:
    for table, keys in more.items():
        found.setdefault(table, set()).update(keys)


def replace_rows(cursor: Cursor, changed: Changed) -> None:
    """Brings changed rows into the mirror: by keys, or a whole table."""
    for table, (keys, rows) in changed.items():
        if keys is None:
            cursor.execute(f"DELETE FROM mirror.{table}")  # noqa: S608 - names of our own models
        else:
            cursor.execute(f"DELETE FROM mirror.{table} WHERE id IN (SELECT unnest($1))", [list(keys)])  # noqa: S608
        if rows.num_rows:
            cursor.register("arriving", rows)
            cursor.execute(f"INSERT INTO mirror.{table} SELECT * FROM arriving")  # noqa: S608
            cursor.unregister("arriving")
