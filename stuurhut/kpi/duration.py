"""How long something takes, with what has not ended yet counted as "at least".

Spells reach Python as counts per key, whole length and whether they ended; the curve is drawn there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import ibis.expr.types as ir

from stuurhut.kpi.formula import PEOPLE, SALE, TIME, By, count
from stuurhut.kpi.inquiry import Inquiry
from stuurhut.kpi.statistics.averages import median_of
from stuurhut.kpi.statistics.survival import Curve, kaplan_meier
from stuurhut.kpi.study import Study, grouped
from stuurhut.kpi.words.answer import Key, Left, Value

Rows = Callable[[Study, By], ir.Table]
Counts = dict[Key, list[tuple[Any, ...]]]


def counted(inquiry: Inquiry, rows: Rows, by: By, *columns: str) -> Counts:
    """Per key the distinct values of some columns of `rows` with how many records have them: (*values, n)."""
    asked = inquiry.question.by
    if not by and asked and not inquiry.study.splits(asked, False):
        groups = inquiry.once(("counted", rows, columns), lambda: _counted(inquiry, rows, asked, columns))
        return _all_together(groups)
    if by == asked:
        return inquiry.once(("counted", rows, columns), lambda: _counted(inquiry, rows, by, columns))
    return _counted(inquiry, rows, by, columns)


def _counted(inquiry: Inquiry, rows: Rows, by: By, columns: By) -> Counts:
    groups: Counts = defaultdict(list)
    told = itemgetter(*(f"by_{name}" for name in columns), "n")
    for key, row in inquiry.found_in(inquiry.rows(_counts, (*by, *columns), rows, by), by):
        groups[key].append(told(row))
    return dict(groups)


def _all_together(groups: Counts) -> Counts:
    """Each record is in one group."""
    whole: Counter[tuple[Any, ...]] = Counter()
    for rows in groups.values():
        for *values, n in rows:
            whole[tuple(values)] += n
    return {(): [(*values, n) for values, n in whole.items()]} if whole else {}


def _counts(study: Study, names: By, rows: Rows, by: By) -> ir.Table:
    t = rows(study, by)
    marked = t.mutate(**{f"by_{name}": t[name] for name in names[len(by) :]})
    return grouped(marked, names, n=count(marked))


def curves(inquiry: Inquiry, rows: Rows, by: By) -> dict[Key, Curve]:
    """The Kaplan-Meier curve per key of rows with `length` (whole number) and `ended`."""
    return {key: kaplan_meier(found) for key, found in counted(inquiry, rows, by, "length", "ended").items()}


def median(curve: Curve, more: dict[str, object] | None = None) -> Value:
    """The median of a curve with its 95% interval; null when fewer than half are sure to have ended."""
    low, high = curve.interval(0.5)
    return Value(curve.quantile(0.5), low, high, curve.n, more or {})


def plain_median(lengths: list[tuple[float, int]], more: dict[str, object] | None = None) -> Value:
    """The median of lengths that have all ended (of an even number the mean of the middle two), with its interval."""
    curve = kaplan_meier((length, True, n) for length, n in lengths)
    return Value(median_of(lengths), *curve.interval(0.5), curve.n, more or {})


@dataclass(frozen=True)
class Duration:
    """The median length of spells.

    `spells` gives for a study and dimensions a table with `length` (a whole number), `ended`, and the columns by_...
    """

    spells: Rows
    behind: Callable[[Study, ir.Table], ir.Table]  # the spells as records behind the number
    more: Callable[[Curve, Inquiry], dict[str, object]] = lambda curve, inquiry: {}
    left_out: Callable[[Inquiry], Iterable[Left]] = lambda inquiry: ()
    dimensions: frozenset[str] = TIME | PEOPLE | SALE
    shows_everyone: bool = True
    tells_course: bool = True

    empty = Value(None, n=0)

    def groups(self, inquiry: Inquiry, by: By) -> dict[Key, Value]:
        found = curves(inquiry, self.spells, by)
        return {key: median(curve, self.more(curve, inquiry)) for key, curve in found.items()}

    def excluded(self, inquiry: Inquiry) -> list[Left]:
        return list(self.left_out(inquiry))

    def records(self, inquiry: Inquiry) -> ir.Table | None:
        return self.behind(inquiry.study, self.spells(inquiry.study, ()))
