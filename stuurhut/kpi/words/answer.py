"""An answer: rows with value, certainty and number, a total from the facts, and what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

Number = int | float | Decimal | None
Key = tuple[object, ...]
NO_MORE: Mapping[str, object] = MappingProxyType({})


class Value(NamedTuple):  # of these and of rows there are tens of thousands in an answer
    """A value with its 95% interval, the number it rests on, and further named figures (p90, share, of which ...)."""

    value: Number
    low: Number = None
    high: Number = None
    n: int | None = None
    more: Mapping[str, object] = NO_MORE


class Row(NamedTuple):
    """One group: the names of its dimensions, their ids where they have one, and the value."""

    names: dict[str, str | None]
    ids: dict[str, int | None]
    value: Value
    compared: Value | None = None


@dataclass(frozen=True)
class Left:
    """What was left out of a number, why, and how many."""

    why: str
    n: int


@dataclass(frozen=True)
class Record:
    """A record behind a number: what kind, its id here, when, whose, and what it counted for.

    `length` is how long it took, in the unit of the KPI; of one that did not count it may be how long so far.
    """

    kind: str
    id: int
    on: date | None
    person: str | None
    amount: Number = None
    counted: bool = True
    length: float | None = None


@dataclass(frozen=True)
class Answer:
    """The answer to a question, complete enough to be shown, exported and checked."""

    kpi: str
    unit: str
    better: str
    start: date
    until: date
    as_of: datetime
    by: tuple[str, ...]
    rows: tuple[Row, ...]
    total: Value
    compared_total: Value | None
    excluded: tuple[Left, ...]
    fresh_at: datetime
    currency: str
