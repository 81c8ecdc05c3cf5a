"""Expressions as SQL of DuckDB, compiled once, with gaps for what differs between the questions that ask them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from typing import Any

import ibis
import ibis.expr.types as ir
import sqlglot
from sqlglot.optimizer.pushdown_projections import pushdown_projections
from sqlglot.optimizer.qualify import qualify

from stuurhut.kpi.catalogue.facts import FACTS
from stuurhut.kpi.engine import Kept
from stuurhut.kpi.given import Filling, Fillings, Given, givens, written_out

PATTERNS = Kept(4000)
COLUMNS: dict[str, object] = {f"fact_{fact.name}": fact.columns for fact in FACTS}
FACT = r'(?<=FROM )"fact_\w+"|(?<=JOIN )"fact_\w+"'


@dataclass(frozen=True)
class Pattern:
    """SQL in pieces; between each two goes a value that is given, or the table of the fact that is named."""

    pieces: tuple[str, ...]
    gaps: tuple[Given | str, ...]

    @cached_property
    def given(self) -> frozenset[Given]:
        return frozenset(gap for gap in self.gaps if isinstance(gap, Given))

    @cached_property
    def facts(self) -> frozenset[str]:
        return frozenset(gap for gap in self.gaps if isinstance(gap, str))

    def filled(self, found: Mapping[Given, Fillings], tables: Mapping[str, str]) -> str:
        between = [tables[gap] if isinstance(gap, str) else written(found[gap]) for gap in self.gaps]
        return "".join(part for pair in zip(self.pieces, [*between, ""], strict=True) for part in pair)


def pattern(expression: ir.Table) -> Pattern:
    """The SQL of an expression over the tables of facts."""
    return PATTERNS.found(expression.op(), lambda: _compiled(expression))


def written(found: Fillings) -> str:
    """A value in SQL; values among which another must be, with commas between."""
    if isinstance(found, tuple):
        return ", ".join(map(written, found)) or "NULL"
    if isinstance(found, datetime):
        return f"TIMESTAMP '{found.isoformat(sep=' ')}'"
    if isinstance(found, date):
        return f"DATE '{found.isoformat()}'"
    if isinstance(found, str):
        return "'" + found.replace("'", "''") + "'"
    return f"CAST({found!r} AS DOUBLE)" if isinstance(found, float) else str(found)


def _compiled(expression: ir.Table) -> Pattern:
    """Compiled with a mark in place of each value, and cut at the marks and at the names of facts."""
    found = {given: _mark(given, number) for number, given in enumerate(givens(expression))}
    sql = _sql(written_out(expression, {given: (mark,) if given.many else mark for given, mark in found.items()}))
    marks = {_as_text(mark, given.dtype): given for given, mark in found.items()}
    parts = re.split(f"({'|'.join([*map(re.escape, marks), FACT])})", sql)
    gaps = tuple(marks[part] if part in marks else part[len('"fact_') : -1] for part in parts[1::2])
    return Pattern(tuple(parts[::2]), gaps)


def _mark(given: Given, number: int) -> Filling:
    """What stands for a value while an expression is compiled: nothing that a company has."""
    if given.dtype.is_timestamp():
        return datetime(1, 1, 1) + timedelta(seconds=number)  # noqa: DTZ001 - as the facts write moments
    if given.dtype.is_date():
        return date(1, 1, 1) + timedelta(days=number)
    if given.dtype.is_string():
        return f"what is given as number {number}"
    return 9_000_000_000_000_000_000 + number if given.dtype.is_integer() else 9e300 + number * 1e290


@cache
def _as_text(mark: Filling, dtype: Any) -> str:
    """A mark as Ibis writes it."""
    alone = re.fullmatch(r"SELECT (.*) AS \Wmark\W", _sql(ibis.literal(mark, dtype).name("mark")), re.DOTALL)
    assert alone, "a value is selected by its name"
    return alone[1]


def _sql(expression: ir.Expr) -> str:
    """Without the columns that nothing asks for: planning them took DuckDB a third of the time of a small answer."""
    written = sqlglot.parse_one(str(ibis.to_sql(expression, dialect="duckdb")), dialect="duckdb")
    named = qualify(written, schema=COLUMNS, dialect="duckdb", validate_qualify_columns=False)
    return pushdown_projections(named).sql("duckdb")
