"""Expressions as SQL, compiled once for all moments, days and keys that they are asked with.

Compiling a question takes longer than answering it. Two expressions of one shape differ only in their moments, their
days and the whole numbers in an `isin`, so the SQL of a shape is kept with gaps where those go.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from threading import Lock
from typing import Any, cast

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

SHAPES_KEPT = 4000
Filling = int | date  # a datetime is a date too
Key = tuple[object, ...]


def sql(expression: ir.Table, dialect: str) -> str:
    """The expression in a dialect of Ibis that reads moments as TIMESTAMP '...' and days as DATE '...'."""
    shape = Shape(expression.op())
    if shape.holds_a_mark(dialect):
        return _compiled(expression, dialect)
    return SHELF.pattern(shape, dialect).filled(shape.fillings)


def written(filling: Filling) -> str:
    """A moment (UTC, without zone), a day or a whole number in SQL."""
    if isinstance(filling, datetime):
        return f"TIMESTAMP '{filling.isoformat(sep=' ')}'"
    return f"DATE '{filling.isoformat()}'" if isinstance(filling, date) else str(filling)


@dataclass(frozen=True)
class Pattern:
    """SQL in pieces; between each two the number of the filling that goes there."""

    pieces: tuple[str, ...]
    gaps: tuple[int, ...]

    def filled(self, fillings: list[Filling]) -> str:
        texts = [written(filling) for filling in fillings]
        between = [texts[gap] for gap in self.gaps]
        return "".join(part for pair in zip(self.pieces, [*between, ""], strict=True) for part in pair)


class Shape:
    """What an expression is made of, apart from its fillings.

    `nodes` holds every operation once, in order; each names the ones it is made of by their number.
    """

    def __init__(self, root: ops.Node) -> None:
        self.nodes: list[object] = []
        self.fillings: list[Filling] = []
        self._root = root
        self._texts: list[str] = []
        self._gaps: dict[tuple[type, Filling], int] = {}
        self._numbers: dict[ops.Node, int] = {}
        self._number(root)

    def _number(self, node: ops.Node) -> int:
        if node not in self._numbers:
            if isinstance(node, ops.Literal):
                described = self._literal(node)
            elif isinstance(node, ops.InValues):
                options = tuple(self._option(option) for option in node.options)
                described = (ops.InValues, self._number(node.value), options)
            else:
                described = (type(node), *(self._part(part) for part in node.__args__))
            self._numbers[node] = len(self.nodes)
            self.nodes.append(described)
        return self._numbers[node]

    def _literal(self, node: ops.Literal) -> Key:
        if _is_moment(node):
            return ops.Literal, node.dtype, "gap", self._gap(node.value)
        if isinstance(node.value, str):
            self._texts.append(node.value)
        return ops.Literal, node.dtype, type(node.value), node.value

    def _option(self, node: ops.Value) -> Key:
        return ("gap", self._gap(node.value)) if _is_number(node) else ("node", self._number(node))

    def _part(self, part: Any) -> object:
        if isinstance(part, ops.Node):
            return ops.Node, self._number(part)
        if isinstance(part, tuple):
            return tuple(self._part(one) for one in part)
        if isinstance(part, Mapping):
            return tuple((name, self._part(one)) for name, one in part.items())
        return type(part), part

    def _gap(self, filling: Filling) -> int:
        """Equal fillings share a gap: what is equal in one expression of a shape is so in all of them."""
        key = (type(filling), filling)
        if key not in self._gaps:
            self._gaps[key] = len(self.fillings)
            self.fillings.append(filling)
        return self._gaps[key]

    def _marks(self, dialect: str) -> dict[str, int]:
        return {_mark(kind, gap, dialect): gap for (kind, _filling), gap in self._gaps.items()}

    def holds_a_mark(self, dialect: str) -> bool:
        """Whether a text in the expression reads like a mark."""
        return any(mark in text for text in self._texts for mark in self._marks(dialect))

    def pattern(self, dialect: str) -> Pattern:
        """Compiled with a mark for each filling, and cut at the marks."""
        text = _compiled(self._root.replace(self._marked).to_expr(), dialect)
        marks = self._marks(dialect)
        if not marks:
            return Pattern((text,), ())
        parts = re.split(f"({'|'.join(map(re.escape, marks))})", text)
        return Pattern(tuple(parts[::2]), tuple(marks[mark] for mark in parts[1::2]))

    def _marked(self, node: ops.Node, changed: dict[str, Any] | None) -> ops.Node:
        """The node with marks in place of its fillings, `changed` holding what it is made of by now."""
        if isinstance(node, ops.Literal) and _is_moment(node):
            return self._mark_for(node)
        if isinstance(node, ops.InValues):
            options = (changed or {}).get("options", node.options)
            pairs = zip(node.options, options, strict=True)
            marked = tuple(self._mark_for(old) if _is_number(old) else new for old, new in pairs)
            changed = {"value": node.value, **(changed or {}), "options": marked}
        return cast(ops.Node, node.__recreate__(changed) if changed else node)

    def _mark_for(self, node: ops.Value) -> ops.Literal:
        kind = type(node.value)
        dtype = node.dtype if _is_moment(node) else "int64"
        return ops.Literal(_value(kind, self._gaps[kind, node.value]), dtype=dtype)


@dataclass
class Shelf:
    """The patterns that this process keeps: those asked for last. Safe to ask from many threads."""

    patterns: OrderedDict[Key, Pattern]
    lock: Lock

    def pattern(self, shape: Shape, dialect: str) -> Pattern:
        key = (dialect, *shape.nodes)
        with self.lock:
            if key in self.patterns:
                self.patterns.move_to_end(key)
                return self.patterns[key]
        made = shape.pattern(dialect)
        with self.lock:
            self.patterns[key] = made
            while len(self.patterns) > SHAPES_KEPT:
                self.patterns.popitem(last=False)
        return made


SHELF = Shelf(OrderedDict(), Lock())


def _is_moment(node: ops.Value) -> bool:
    """Whether it is a day or a moment without zone."""
    if not isinstance(node, ops.Literal) or not isinstance(node.value, date):
        return False
    return bool(node.dtype.is_date() or (node.dtype.is_timestamp() and node.dtype.timezone is None))


def _is_number(node: ops.Value) -> bool:
    return isinstance(node, ops.Literal) and type(node.value) is int and bool(node.dtype.is_integer())


def _value(kind: type, gap: int) -> Filling:
    """What stands for a filling while a shape is compiled: nothing that a company has."""
    if kind is int:
        return 9_000_000_000_000_000_000 + gap
    first = datetime(1, 1, 1) if kind is datetime else date(1, 1, 1)  # noqa: DTZ001 - as the facts write moments
    return first + (timedelta(seconds=gap) if kind is datetime else timedelta(days=gap))


@cache
def _mark(kind: type, gap: int, dialect: str) -> str:
    """That value as the dialect writes it."""
    alone = ibis.literal(_value(kind, gap)).name("mark")
    found = re.fullmatch(r"SELECT (.*) AS \Wmark\W", _compiled(alone, dialect), re.DOTALL)
    assert found, "a value is selected by its name"
    return found[1]


def _compiled(expression: ir.Expr, dialect: str) -> str:
    return str(ibis.to_sql(expression, dialect=dialect, pretty=False))
