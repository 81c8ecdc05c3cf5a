"""A draft: what the rows of one record say, on its way to become a record or a change of one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from stuurhut.connect.fields import FactKind
from stuurhut.connect.mapped import RecordMap
from stuurhut.connect.problems import Bad
from stuurhut.connect.read import Chunk


@dataclass(slots=True)
class Row:
    """One row of a file as it was read for one record."""

    line: int
    key: str
    values: dict[str, Any]
    line_values: dict[str, Any]
    chunk: Chunk
    index: int
    also: tuple[str, ...] = ()
    entered: dict[str, Any] = field(default_factory=dict)
    order: Any = None
    bad: Bad | None = None

    @property
    def cells(self) -> dict[str, Any]:
        return self.chunk.row(self.index)


@dataclass(slots=True)
class Draft:
    """One record to be. `values` is by field name until it is finished; `columns` by attribute of the model."""

    key: str
    rows: list[Row]
    values: dict[str, Any]
    lines: list[dict[str, Any]] = field(default_factory=list)
    columns: dict[str, Any] = field(default_factory=dict)
    line_columns: list[dict[str, Any]] = field(default_factory=list)
    chain: list[tuple[Any, int]] = field(default_factory=list)
    closing: tuple[Any, int] | None = None
    before: tuple[int, int] | None = None
    id: int = 0
    existing: dict[str, Any] | None = None
    alias: bool = False
    bad: Bad | None = None


def draft_of(rows: list[Row], record: RecordMap, fact: FactKind) -> Draft:
    """The rows of one record brought together. `rows` is not empty."""
    if len(rows) == 1:
        row = rows[0]
        return Draft(row.key, rows, row.values, [row.line_values] if row.line_values else [], bad=row.bad)
    bad = next((row.bad for row in rows if row.bad), None)
    if record.order_by and bad is None:
        rows = sorted(rows, key=lambda row: (row.order is not None, row.order or 0, row.line))
    values = {name: _folded(name, rows, record, fact) for name in rows[0].values}
    return Draft(rows[0].key, rows, values, [row.line_values for row in rows if row.line_values], bad=bad)


def _folded(name: str, rows: list[Row], record: RecordMap, fact: FactKind) -> Any:
    """One value from the rows of a record: the last one given, the moment of a fact the first, or as `take` says."""
    given = [value for row in rows if (value := row.values.get(name)) is not None]
    how = record.fields[name].take if name in record.fields else ""
    if not given:
        return None
    if how == "first" or (not how and name == fact.moment):
        return given[0]
    if how == "sum":
        return sum(given[1:], given[0])
    if how in ("lowest", "highest"):
        return min(given) if how == "lowest" else max(given)
    return given[-1]
