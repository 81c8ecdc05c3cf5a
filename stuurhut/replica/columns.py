"""The tables that are copied, column by column: how each is selected from a database and typed in the copy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from django.db.models import Field, Model

from stuurhut.replica.snapshot import typed

KINDS = {
    "AutoField": "key",
    "BigAutoField": "key",
    "BigIntegerField": "key",
    "BooleanField": "flag",
    "CharField": "text",
    "DateField": "day",
    "DateTimeField": "moment",
    "EmailField": "text",
    "FloatField": "number",
    "ForeignKey": "key",
    "JSONField": "text",
    "OneToOneField": "key",
    "PositiveIntegerField": "key",
    "PositiveSmallIntegerField": "key",
    "TextField": "text",
    "TimeField": "text",
}
COPIED = {
    "key": pa.int64(),
    "number": pa.float64(),
    "text": pa.string(),
    "flag": pa.bool_(),
    "moment": pa.timestamp("us"),
    "day": pa.date32(),
}
# What no number needs: people's addresses and what they wrote.
LEFT_OUT = {
    "note", "subject", "statement", "website", "phone", "city", "country", "email", "company", "system", "system_key",
    "region_label", "label", "by", "set_by",
}  # fmt: skip
IN_SQLITE = {"moment": pa.string(), "day": pa.string(), "flag": pa.int64()}
FIRST_ROW = {"key": "0", "flag": "0", "number": "0.5", "text": "''", "moment": "''", "day": "''"}
# An expression instead of a column, so that Python's driver does not turn every moment into an object.
CAST_IN_SQLITE = {
    "key": '"{0}"',
    "number": '"{0}"',
    "text": 'CAST("{0}" AS TEXT)',
    "flag": 'CAST("{0}" AS INTEGER)',
    "moment": 'CAST("{0}" AS TEXT)',
    "day": 'CAST("{0}" AS TEXT)',
}
CAST_IN_POSTGRESQL = {
    "key": '"{0}"::bigint',
    "number": '"{0}"::float8',
    "text": '"{0}"::text',
    "flag": '"{0}"',
    "moment": "(\"{0}\" AT TIME ZONE 'UTC')",
    "day": '"{0}"',
}


@dataclass(frozen=True)
class Column:
    """A column and its kind: key (any whole number), number, text, flag, moment (UTC, no zone) or day."""

    name: str
    kind: str


@dataclass(frozen=True)
class Table:
    """A copied table.

    Rows of an append-only one all stay in sight, with a flag whether they count. Those of a standing one (who we are,
    what we sort by) are there whatever the moment of knowing.
    """

    name: str
    columns: tuple[Column, ...]
    append_only: bool = False
    standing: bool = False

    @classmethod
    def of(cls, model: type[Model], *, append_only: bool = False, standing: bool = False) -> Table:
        """Raises KeyError for a kind of field that has no place in the copy yet."""
        kept = [field for field in model._meta.concrete_fields if field.name not in LEFT_OUT]
        return cls(model._meta.db_table, tuple(_column(field) for field in kept), append_only, standing)

    def __contains__(self, column: str) -> bool:
        return any(one.name == column for one in self.columns)

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([(column.name, COPIED[column.kind]) for column in self.columns])

    def select(self, vendor: str) -> str:
        """The SELECT of its rows in a database (`sqlite` or `postgresql`)."""
        form = CAST_IN_POSTGRESQL if vendor == "postgresql" else CAST_IN_SQLITE
        columns = ", ".join(form[column.kind].format(column.name) for column in self.columns)
        return f'SELECT {columns} FROM "{self.name}"'  # noqa: S608 - names come from the models

    def select_after_a_typed_row(self) -> str:
        """For SQLite over ADBC, which takes a column's type from the first rows: the first one is to be dropped."""
        first = ", ".join(FIRST_ROW[column.kind] for column in self.columns)
        return f"SELECT {first} UNION ALL {self.select('sqlite')}"

    def of_rows(self, rows: Sequence[Sequence[Any]], vendor: str) -> pa.Table:
        """Rows as the database's own driver gave them, as a table of the copy."""
        in_database = IN_SQLITE if vendor == "sqlite" else {}
        by_column = zip(*rows, strict=True) if rows else [()] * len(self.columns)
        arrays = [
            typed(pa.array(values, type=in_database.get(column.kind, COPIED[column.kind])), COPIED[column.kind])
            for column, values in zip(self.columns, by_column, strict=True)
        ]
        return pa.Table.from_arrays(arrays, schema=self.schema)


def _column(field: Field[Any, Any]) -> Column:
    assert field.column is not None
    return Column(field.column, KINDS[field.get_internal_type()])
