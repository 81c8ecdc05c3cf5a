"""What an expression is given each time it is asked: moments, days, numbers and keys.

A formula writes an expression once for all questions of one shape. What differs between those stands in it as a
`Given`, which knows how to find its value in the question that is being answered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import ibis.expr.datashape as ds
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir

if TYPE_CHECKING:
    from stuurhut.kpi.inquiry import Inquiry

Filling = str | float | date | None  # an int is a float to the type checker, a datetime a date
Fillings = Filling | tuple[Filling, ...]


def naive(moment: datetime) -> datetime:
    """The moment as the facts write it: UTC without zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)


class Given(ops.Scalar):  # type: ignore[misc]  # Ibis has no types here
    """A value that is found when the expression is asked; with `many` any number of them, for an `isin`."""

    find: Any
    dtype: dt.DataType
    many: bool = False

    shape = ds.scalar

    @property
    def name(self) -> str:
        return "given"


def moment(find: Callable[[Inquiry], datetime]) -> ir.TimestampScalar:
    """A moment, as the facts write it."""
    return Given(lambda inquiry: naive(find(inquiry)), dt.Timestamp(scale=6)).to_expr()


def day(find: Callable[[Inquiry], date]) -> ir.DateScalar:
    return Given(find, dt.date).to_expr()


def whole(find: Callable[[Inquiry], int]) -> ir.IntegerScalar:
    return Given(find, dt.int64).to_expr()


def number(find: Callable[[Inquiry], float]) -> ir.FloatingScalar:
    return Given(find, dt.float64).to_expr()


def among(column: ir.Value, find: Callable[[Inquiry], tuple[Filling, ...]]) -> ir.BooleanValue:
    """Whether the column has one of the values that are found."""
    return column.isin([Given(find, column.type(), many=True).to_expr()])


def givens(expression: ir.Expr) -> tuple[Given, ...]:
    """All that an expression is to be given."""
    return tuple(expression.op().find(Given))


def nothing(given: Given) -> Fillings:
    """For expressions to which nothing is to be given."""
    raise LookupError(f"Nothing was told of {given.find}.")


def written_out(expression: ir.Table, found: Mapping[Given, Fillings]) -> ir.Table:
    """The expression with the values themselves in it."""

    def told(node: ops.Node, changed: dict[str, Any] | None) -> ops.Node:
        if isinstance(node, Given):
            return node if node.many else ops.Literal(found[node], dtype=node.dtype)
        if isinstance(node, ops.InValues) and isinstance(node.options[0], Given):
            asked = node.options[0]
            options = tuple(ops.Literal(one, dtype=asked.dtype) for one in found[asked])  # type: ignore[union-attr]
            changed = {"value": node.value, **(changed or {}), "options": options}
        return node.__recreate__(changed) if changed else node

    return expression.op().replace(told).to_expr()
