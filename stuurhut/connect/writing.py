"""Many rows into a table at once, with ids known beforehand so that rows can refer to each other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache
from itertools import chain, groupby
from typing import Any

from django.db import connection, models, transaction

Values = dict[str, Any]
TARGET_SECONDS = 0.02
PAUSE_SECONDS = 0.004
SMALLEST, LARGEST = 100, 5000
ROWS_AT_ONCE = 100
# The sequence is looked up once, which OFFSET 0 sees to, and not for each id.
NEXT_IDS = """
SELECT nextval(name) FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name OFFSET 0) found,
generate_series(1, %s)
"""


def allocate(model: type[models.Model], count: int) -> list[int]:
    """Ids that no row has or will get otherwise. Call inside the transaction that uses them."""
    table = model._meta.db_table
    if not count:
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(NEXT_IDS, [table, count])
            return [number for (number,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
        first = (found[0] if found else 0) + 1
    return list(range(first, first + count))


def reserve(model: type[models.Model], count: int) -> list[int]:
    """Ids that nothing else will get, kept by a transaction of its own: the rows may follow later, or never."""
    if connection.vendor == "postgresql" or not count:
        return allocate(model, count)
    table = model._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        ids = allocate(model, count)
        cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [ids[-1], table])
        if not cursor.rowcount:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, ids[-1]])
    return ids


# Statements with their values: of SQLite's INSERTs those of all rows of a statement in one list, of PostgreSQL's COPY
# those of a row in each.
Prepared = list[tuple[str, list[Any]]]


def insert(model: type[models.Model], rows: list[Values]) -> None:
    """Inserts rows of attribute name to value, with or without ids; what lacks gets the field's default."""
    write(prepared(model, rows))


def write(statements: Prepared) -> None:
    """Inserts prepared rows."""
    with connection.cursor() as cursor:
        for sql, values in statements:
            if connection.vendor == "postgresql":
                with connection.wrap_database_errors, cursor.copy(sql) as copy:
                    for row in values:
                        copy.write_row(row)
            else:
                cursor.executemany(sql, values)


def prepared(model: type[models.Model], rows: list[Values]) -> Prepared:
    """What inserts the rows, made without the database, before the transaction that will hold others up."""
    if not rows:
        return []
    named = set().union(*rows)
    fields = [field for field in model._meta.concrete_fields if not field.primary_key or field.attname in named]
    columns = [_column(field, rows if field.attname in named else rows[:1]) for field in fields]
    quoted = connection.ops.quote_name
    into = f"{quoted(model._meta.db_table)} ({', '.join(quoted(str(field.column)) for field in fields)})"
    if connection.vendor == "postgresql":
        return [(f"COPY {into} FROM STDIN", part) for part in _parts(_filled(columns, len(rows)), LARGEST)]
    return _inserts(into, columns, len(rows))


def _inserts(into: str, columns: list[list[Any]], count: int) -> Prepared:
    """Many rows to a statement: a table with triggers then takes a third of the time."""
    literals = ["", *map(_literal, columns[1:])]  # the first has values, so that there are as many as rows
    row = f"({', '.join(literal or '%s' for literal in literals)})"
    varied = [values for values, literal in zip(columns, literals, strict=True) if not literal]
    parts = _parts(_filled(varied, count), _rows_at_once(len(varied)))
    head = f"INSERT INTO {into} VALUES "  # noqa: S608 - our own names
    return [
        (head + ", ".join([row] * length), [list(chain.from_iterable(part)) for part in same])
        for length, same in groupby(parts, key=len)
    ]


def _filled(columns: list[list[Any]], count: int) -> list[tuple[Any, ...]]:
    """The rows of columns; one of a single value has it in every row."""
    return list(zip(*(values if len(values) == count else values * count for values in columns), strict=True))


def _parts(rows: list[tuple[Any, ...]], size: int) -> list[list[tuple[Any, ...]]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _rows_at_once(values: int) -> int:
    """How many rows of so many values fit into a statement."""
    most = connection.features.max_query_params
    return max(1, min(ROWS_AT_ONCE, most // values)) if most else ROWS_AT_ONCE


def _literal(values: list[Any]) -> str:
    """The SQL of a column in which every row has the same empty text, plain word, number or nothing; else nothing."""
    value = values[0]
    if value != values[-1] or values.count(value) < len(values):
        return ""
    if value is None:
        return "NULL"
    if value.__class__ is int:
        return str(value)
    return f"'{value}'" if value.__class__ is str and (not value or (value.isascii() and value.isidentifier())) else ""


def _column(field: models.Field[Any, Any], rows: list[Values]) -> list[Any]:
    text = field.empty_strings_allowed and not field.null and not field.is_relation
    default = field.get_default() if field.has_default() else "" if text else None
    name, prepare = field.attname, _preparation(field)
    values = [row.get(name, default) for row in rows]
    if prepare is None or values.count(None) == len(values):
        return values
    return [None if value is None else prepare(value) for value in values]


def _preparation(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    """What the database wants of a value; plain ones go as they are, which is what makes this quick."""
    if isinstance(field, models.JSONField):
        return lambda value: field.get_db_prep_save(value, connection)
    if connection.vendor == "sqlite":
        if isinstance(field, models.DateTimeField):
            return sqlite_moment
        if isinstance(field, models.DateField):
            return str
    return None


@lru_cache(maxsize=2 * LARGEST)
def sqlite_moment(value: datetime) -> str:
    """A moment in UTC as Django writes it to SQLite."""
    return value.isoformat(" ")[:-6]


def update(model: type[models.Model], changes: Iterable[tuple[int, Values]]) -> None:
    """Changes fields of rows by id; rows with the same fields go together."""
    by_fields: dict[tuple[str, ...], list[tuple[int, Values]]] = {}
    for row_id, values in changes:
        by_fields.setdefault(tuple(sorted(values)), []).append((row_id, values))
    fields = {field.attname: field for field in model._meta.concrete_fields}
    for names, rows in by_fields.items():
        sets = ", ".join(f"{connection.ops.quote_name(str(fields[name].column))} = %s" for name in names)
        sql = f"UPDATE {connection.ops.quote_name(model._meta.db_table)} SET {sets} WHERE id = %s"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.executemany(
                sql, [[*(_prepared(fields[n], values[n]) for n in names), row_id] for row_id, values in rows]
            )


def _prepared(field: models.Field[Any, Any], value: Any) -> Any:
    prepare = _preparation(field)
    return value if value is None or prepare is None else prepare(value)


def as_text(value: Any) -> str | None:
    """A value as History keeps it: moments and days in ISO form, keys and amounts as digits, nothing as None."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


class Pace:
    """Short transactions with a rest between, so that other people's writes wait a tenth of a second at most.

    What is computed between two transactions counts as rest.
    """

    def __init__(self) -> None:
        self.size = 500
        self.rested_at = 0.0

    def slices(self, items: list[Any]) -> Iterator[list[Any]]:
        start = 0
        while start < len(items):
            taken = items[start : start + self.size]
            start += len(taken)
            yield taken

    @contextmanager
    def transaction(self, count: int) -> Iterator[None]:
        """A transaction that writes `count` records; from its time follows how many the next may write."""
        if not connection.in_atomic_block:
            time.sleep(max(0.0, self.rested_at - time.perf_counter()))
        with transaction.atomic():
            began = time.perf_counter()
            yield
            spent = time.perf_counter() - began
        if count >= self.size // 2:
            self.size = int(min(max(self.size * TARGET_SECONDS / max(spent, 0.001), SMALLEST), self.size * 2, LARGEST))
        self.rested_at = time.perf_counter() + PAUSE_SECONDS
