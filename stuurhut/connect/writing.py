"""Many rows into a table at once, with ids known beforehand so that rows can refer to each other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import connection, models, transaction

Values = dict[str, Any]
TARGET_SECONDS = 0.02
PAUSE_SECONDS = 0.004
SMALLEST, LARGEST = 100, 5000


def allocate(model: type[models.Model], count: int) -> list[int]:
    """Ids that no row has or will get otherwise. Call inside the transaction that uses them."""
    table = model._meta.db_table
    if not count:
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
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


Prepared = tuple[str, list[Any]]  # an INSERT and the values of its rows


def insert(model: type[models.Model], rows: list[Values]) -> None:
    """Inserts rows of attribute name to value, ids included; what lacks gets the field's default."""
    write(prepared(model, rows))


def write(rows: Prepared) -> None:
    """Inserts prepared rows."""
    sql, values = rows
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(sql, values)


def prepared(model: type[models.Model], rows: list[Values]) -> Prepared:
    """The INSERT of the rows, made before the transaction that will hold others up."""
    if not rows:
        return "", []
    fields = list(model._meta.concrete_fields)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608
    by_column = [_column(field, rows) for field in fields]
    return sql, list(zip(*by_column, strict=True))


def _column(field: models.Field[Any, Any], rows: list[Values]) -> list[Any]:
    name = field.attname
    text = field.empty_strings_allowed and not field.null and not field.is_relation
    default = field.get_default() if field.has_default() else "" if text else None
    if all(name not in row for row in rows[:1]) and not any(name in row for row in rows):
        prepare = _preparation(field)
        return [default if default is None or prepare is None else prepare(default)] * len(rows)
    values = [row.get(name, default) for row in rows]
    prepare = _preparation(field)
    return [None if value is None else prepare(value) for value in values] if prepare else values


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
    """Short transactions with a rest between, so that other people's writes wait a tenth of a second at most."""

    def __init__(self) -> None:
        self.size = 500

    def slices(self, items: list[Any]) -> Iterator[list[Any]]:
        start = 0
        while start < len(items):
            taken = items[start : start + self.size]
            start += len(taken)
            yield taken

    @contextmanager
    def transaction(self, count: int) -> Iterator[None]:
        """A transaction that writes `count` records; from its time follows how many the next may write."""
        with transaction.atomic():
            began = time.perf_counter()
            yield
            spent = time.perf_counter() - began
        if count >= self.size // 2:
            self.size = int(min(max(self.size * TARGET_SECONDS / max(spent, 0.001), SMALLEST), self.size * 2, LARGEST))
        if not connection.in_atomic_block:
            time.sleep(PAUSE_SECONDS)
