"""The kinds of formula: flow, balance, ratio, cohort, duration and derived.

Each gives, for an inquiry and a tuple of dimensions, a Value per key. A number is counted where it happened; facts are
aggregated each on their own and met by key, never joined to each other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

import ibis
import ibis.expr.types as ir

from stuurhut.kpi.catalogue.facts import BY_NAME
from stuurhut.kpi.inquiry import Inquiry, Writes
from stuurhut.kpi.statistics.intervals import poisson_ratio, wilson
from stuurhut.kpi.study import Measure, Study, Where, grouped
from stuurhut.kpi.words.answer import Key, Left, Value

By = tuple[str, ...]
TIME = frozenset({"day", "week", "month", "quarter", "year", "fiscal_year"})
PEOPLE = frozenset({"person", "team"})
ACCOUNT = frozenset({"account", "industry", "segment", "region"})
Condition = Callable[[ir.Table, Study], ir.BooleanValue]
SALE = frozenset({"source", "strategy", "product", "product_group"}) | ACCOUNT


class Formula(Protocol):
    """How a number is computed."""

    @property
    def dimensions(self) -> frozenset[str]:
        """The dimensions by which it can be broken down."""

    @property
    def shows_everyone(self) -> bool:
        """Whether every person in scope and every time bucket gets a row, with `empty` where nothing happened."""

    @property
    def tells_course(self) -> bool:
        """Whether its time dimensions show how it went; those of an open pipeline are days of expected close."""

    @property
    def empty(self) -> Value:
        """The value of a group in which nothing happened."""

    def groups(self, inquiry: Inquiry, by: By) -> dict[Key, Value]:
        """The value per key; with no dimensions exactly one, under ()."""

    def excluded(self, inquiry: Inquiry) -> list[Left]:
        """What is left out of the number, and why."""

    def records(self, inquiry: Inquiry) -> ir.Table | None:
        """The records behind the number: kind, id, on, person_id, amount, counted. None when it has no records."""


def count(t: ir.Table) -> ir.Scalar:
    """Rows, each record once (a deal with two products is one deal in each of them and one in all)."""
    return t.id.nunique() if "credit_person_id" in t.columns else t.count()


def amount(t: ir.Table) -> ir.Scalar:
    """The sum of amounts, or of credited portions when the rows are split."""
    return (t.portion if "portion" in t.columns else t.amount).sum()


def record_rows(
    t: ir.Table, kind: str, person: str | None, on: str | None, counted: ir.Value | None = None
) -> ir.Table:
    """The rows of a table as records behind a number; the portions of one person in one deal are one record."""
    value = next(
        (t[c].cast("decimal(24, 6)") for c in ("portion", "amount") if c in t.columns), ibis.null("decimal(24, 6)")
    )
    length = t.length.cast("float64") if "length" in t.columns else ibis.null("float64")
    found = t.select(
        kind=ibis.literal(kind),
        id=t.id,
        on=t[on] if on else ibis.null("date"),
        person_id=t[person] if person else ibis.null("int64"),
        amount=value,
        counted=counted if counted is not None else ibis.literal(True),
        length=length,
    )
    if "portion" not in t.columns:
        return found
    keys = ("kind", "id", "on", "person_id", "counted", "length")
    summed = found.group_by(keys).aggregate(amount=found.amount.sum().cast("decimal(24, 6)"))
    return summed.select("kind", "id", "on", "person_id", "amount", "counted", "length")


def summed(inquiry: Inquiry, writes: Writes, by: By, *, adds_up: bool) -> dict[Key, dict[str, Any]]:
    """What `writes` sums per key; where it `adds_up`, that of all together is the sum of the groups asked for."""
    asked = inquiry.question.by
    if not asked or by not in ((), asked):
        return inquiry.found(writes, by)
    groups = inquiry.once(("sums", writes), lambda: inquiry.found(writes, asked)) if by or adds_up else {}
    if by:
        return groups
    return _all_together(groups, asked) if groups else inquiry.found(writes, ())


def _split(inquiry: Inquiry, fact: str, value: bool) -> bool:
    """Whether a record may be in several of the groups asked for."""
    return inquiry.study.fact_for(fact, inquiry.question.by, value) is not BY_NAME[fact]


def _all_together(groups: dict[Key, dict[str, Any]], by: By) -> dict[Key, dict[str, Any]]:
    names = [name for name in next(iter(groups.values())) if name not in {f"by_{one}" for one in by}]
    known = {name: [row[name] for row in groups.values() if row[name] is not None] for name in names}
    return {(): {name: sum(values) if values else None for name, values in known.items()}}


def whole(value: Any) -> Any:
    """Money sums without trailing fractions of a cent."""
    return value.quantize(Decimal("0.01")) if isinstance(value, Decimal) else value


@dataclass(frozen=True)
class Flow:
    """What happened in the period: rows of a fact by one of its moments, counted or summed."""

    fact: str
    moment: str
    measure: Measure = count
    where: Where | None = None
    value: bool = False  # money: credited persons share it
    zero: Any = 0
    n: Measure | None = None
    dimensions: frozenset[str] = TIME | PEOPLE | SALE
    shows_everyone: bool = True
    left_out: Callable[[Inquiry], list[Left]] | None = None
    still: Condition | None = None  # what must also be so at T
    tells_course: bool = True

    @property
    def empty(self) -> Value:
        return Value(self.zero, n=0 if self.n else None)

    def table(self, study: Study, by: By = ()) -> ir.Table:
        where, still = self.where, self.still

        def counts(t: ir.Table) -> ir.BooleanValue:
            kept = where(t) if where else ibis.literal(True)
            return kept & still(t, study) if still else kept

        return study.flow(self.fact, self.moment, by, where=counts if where or still else None, value=self.value)

    def groups(self, inquiry: Inquiry, by: By) -> dict[Key, Value]:
        adds_up = self.measure in (count, amount) and not _split(inquiry, self.fact, self.value)
        return _values(summed(inquiry, self.sums, by, adds_up=adds_up), self.zero)

    def sums(self, study: Study, by: By) -> ir.Table:
        return _sums(self.table(study, by), by, self.measure, self.n)

    def excluded(self, inquiry: Inquiry) -> list[Left]:
        return self.left_out(inquiry) if self.left_out else []

    def records(self, inquiry: Inquiry) -> ir.Table | None:
        at = inquiry.study.moment_of(self.fact, self.moment, (), self.value)
        return record_rows(self.table(inquiry.study), BY_NAME[self.fact].record, at.person, at.on)


@dataclass(frozen=True)
class Balance:
    """What was so at T: rows of a versioned fact in the state they had just before T."""

    fact: str
    measure: Measure = count
    where: Callable[[ir.Table, Study], ir.BooleanValue] | None = None
    value: bool = False
    zero: Any = 0
    dimensions: frozenset[str] = PEOPLE | SALE
    shows_everyone: bool = True
    on: str = ""  # the day behind the time dimensions, when it has them
    tells_course: bool = False
    left_out: Callable[[Inquiry], list[Left]] | None = None

    @property
    def empty(self) -> Value:
        return Value(self.zero)

    def _table(self, study: Study, by: By = ()) -> ir.Table:
        where = self.where
        narrowed = (lambda t: where(t, study)) if where else None
        return study.balance(self.fact, by, where=narrowed, value=self.value, on=self.on)

    def groups(self, inquiry: Inquiry, by: By) -> dict[Key, Value]:
        adds_up = self.measure in (count, amount) and not _split(inquiry, self.fact, self.value)
        return _values(summed(inquiry, self.sums, by, adds_up=adds_up), self.zero)

    def sums(self, study: Study, by: By) -> ir.Table:
        return _sums(self._table(study, by), by, self.measure, None)

    def excluded(self, inquiry: Inquiry) -> list[Left]:
        return self.left_out(inquiry) if self.left_out else []

    def records(self, inquiry: Inquiry) -> ir.Table | None:
        return record_rows(self._table(inquiry.study), BY_NAME[self.fact].record, "owner_id", "created_on")


def _sums(t: ir.Table, by: By, measure: Measure, n: Measure | None) -> ir.Table:
    return grouped(t, by, value=measure(t), **({"n": n(t)} if n else {}))


def _values(found: dict[Key, dict[str, Any]], zero: Any) -> dict[Key, Value]:
    return {
        key: Value(zero if row["value"] is None else whole(row["value"]), None, None, row.get("n"))
        for key, row in found.items()
    }


@dataclass(frozen=True)
class Share:
    """Of the rows of one fact, the share for which `hit` holds; Wilson 95%."""

    fact: str
    moment: str  # "" for a balance
    hit: Callable[[ir.Table, Study], ir.BooleanValue]
    where: Callable[[ir.Table, Study], ir.BooleanValue] | None = None
    dimensions: frozenset[str] = TIME | PEOPLE | SALE
    shows_everyone: bool = True
    tells_course: bool = True
    more: Callable[[ir.Table, Study], dict[str, ir.Value]] | None = None  # further sums beside it
    left_out: Callable[[Inquiry], list[Left]] | None = None
    beside: Callable[[ir.Table, Study], ir.Table] = lambda t, _study: t  # with further columns, looked up as of T

    empty = Value(None, n=0)

    def table(self, study: Study, by: By = ()) -> ir.Table:
        where = self.where
        narrowed = (lambda t: where(t, study)) if where else None
        if self.moment:
            return self.beside(study.flow(self.fact, self.moment, by, where=narrowed), study)
        return self.beside(study.balance(self.fact, by, where=narrowed), study)

    def groups(self, inquiry: Inquiry, by: By) -> dict[Key, Value]:
        found = summed(inquiry, self.sums, by, adds_up=not _split(inquiry, self.fact, False))
        figures = {"hits", "n", *(f"by_{name}" for name in by)}
        return {
            key: wilson(row["hits"] or 0, row["n"], {name: row[name] for name in row if name not in figures})
            for key, row in found.items()
        }

    def sums(self, study: Study, by: By) -> ir.Table:
        t = self.table(study, by)
        hit = self.hit(t, study).fill_null(False)
        hits = t.id.nunique(where=hit) if "credit_person_id" in t.columns else hit.sum()
        further = self.more(t, study) if self.more else {}
        return grouped(t, by, hits=hits, n=count(t), **further)

    def excluded(self, inquiry: Inquiry) -> list[Left]:
        return self.left_out(inquiry) if self.left_out else []

    def records(self, inquiry: Inquiry) -> ir.Table | None:
        t, fact = self.table(inquiry.study), BY_NAME[self.fact]
        at = fact.moments[self.moment] if self.moment else None
        hit = self.hit(t, inquiry.study)
        return record_rows(t, fact.record, at.person if at else "owner_id", at.on if at else None, hit)


@dataclass(frozen=True)
class Ratio:
    """One number over another, possibly of different facts; Poisson-ratio 95% when both are counts."""

    numerator: Formula
    denominator: Formula
    interval: bool = True
    shows_everyone: bool = True
    tells_course: bool = True

    empty = Value(None, n=0)

    @property
    def dimensions(self) -> frozenset[str]:
        return self.numerator.dimensions & self.denominator.dimensions

    def groups(self, inquiry: Inquiry, by: By) -> dict[Key, Value]:
        above, below = self.numerator.groups(inquiry, by), self.denominator.groups(inquiry, by)
        return {key: self._value(above.get(key), below.get(key)) for key in {**below, **above}}

    def _value(self, above: Value | None, below: Value | None) -> Value:
        a = above.value if above and above.value is not None else 0
        b = below.value if below and below.value is not None else 0
        if self.interval:
            return poisson_ratio(int(a), int(b))
        if isinstance(a, Decimal) and b:
            return Value(whole(a / int(b)), n=int(b))
        return Value(float(a) / float(b) if b else None, n=int(b))

    def excluded(self, inquiry: Inquiry) -> list[Left]:
        return list(dict.fromkeys([*self.numerator.excluded(inquiry), *self.denominator.excluded(inquiry)]))

    def records(self, inquiry: Inquiry) -> ir.Table | None:
        return self.numerator.records(inquiry)


@dataclass(frozen=True)
class Computed:
    """A number with its own way: a function from inquiry and dimensions to values per key."""

    compute: Callable[[Inquiry, By], dict[Key, Value]]
    dimensions: frozenset[str]
    shows_everyone: bool = False
    tells_course: bool = True
    empty: Value = field(default_factory=lambda: Value(None, n=0))
    left_out: Callable[[Inquiry], list[Left]] | None = None
    behind: Callable[[Inquiry], ir.Table | None] | None = None

    def groups(self, inquiry: Inquiry, by: By) -> dict[Key, Value]:
        return self.compute(inquiry, by)

    def excluded(self, inquiry: Inquiry) -> list[Left]:
        return self.left_out(inquiry) if self.left_out else []

    def records(self, inquiry: Inquiry) -> ir.Table | None:
        return self.behind(inquiry) if self.behind else None
