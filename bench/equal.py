"""Whether two ways of asking gave the same answer: no time is believed before that."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from bench.reference import Rows

ROUNDING = 1e-9  # relative: sums of fractions come out in another order


class Differs(Exception):
    """Two answers that should be the same are not; names the first row that differs."""


def plain(rows: list[Any]) -> Rows:
    """Rows as every driver gives them, as ints, floats, texts and days, in one order."""
    return sorted((tuple(map(_plain, row)) for row in rows), key=lambda row: [(v is None, str(v)) for v in row])


def compare(what: str, found: Rows, expected: Rows) -> None:
    """Raises Differs."""
    if not expected:
        raise Differs(f"{what}: nothing was expected, so nothing is shown by it.")
    for mine, other in zip_longest(found, expected):
        if mine is None or other is None or len(mine) != len(other) or not all(map(_same, mine, other)):
            raise Differs(f"{what}: found {mine}, expected {other} ({len(found)} and {len(expected)} rows).")


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=ROUNDING, abs_tol=ROUNDING)
    return bool(one == other)


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return date.fromisoformat(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if hasattr(value, "item"):  # a number of numpy
        return value.item()
    return value
