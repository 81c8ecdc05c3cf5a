"""How long something takes, with what has not ended yet counted as "at least".

Spells reach Python as counts per key, whole length and whether they ended; the curve is drawn there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir

from stuurhut.kpi.formula import PEOPLE, SALE, TIME, By, count
from stuurhut.kpi.statistics.averages import median_of
from stuurhut.kpi.statistics.survival import Curve, kaplan_meier
from stuurhut.kpi.study import Study
from stuurhut.kpi.words.answer import Key, Left, Value


def counted(study: Study, t: ir.Table, by: By, *columns: str) -> dict[Key, list[tuple[Any, ...]]]:
    """Per key the distinct values of some columns of `t` with how many records have them: (*values, n)."""
    marked = t.mutate(**{f"by_{name}": t[name] for name in columns})
    groups: dict[Key, list[tuple[Any, ...]]] = defaultdict(list)
    for key, row in study.aggregate(marked, (*by, *columns), n=count(marked)).items():
        groups[key[: len(by)]].append((*key[len(by) :], row["n"]))
    return dict(groups)


def curves(study: Study, t: ir.Table, by: By) -> dict[Key, Curve]:
    """The Kaplan-Meier curve per key of a table with `length` (whole number) and `ended`."""
    return {key: kaplan_meier(rows) for key, rows in counted(study, t, by, "length", "ended").items()}


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

    spells: Callable[[Study, By], ir.Table]
    behind: Callable[[Study, ir.Table], ir.Table]  # the spells as records behind the number
    more: Callable[[Curve, Study], dict[str, object]] = lambda curve, study: {}
    left_out: Callable[[Study], Iterable[Left]] = lambda study: ()
    dimensions: frozenset[str] = TIME | PEOPLE | SALE
    shows_everyone: bool = True
    tells_course: bool = True

    empty = Value(None, n=0)

    def groups(self, study: Study, by: By) -> dict[Key, Value]:
        found = curves(study, self.spells(study, by), by)
        return {key: median(curve, self.more(curve, study)) for key, curve in found.items()}

    def excluded(self, study: Study) -> list[Left]:
        return list(self.left_out(study))

    def records(self, study: Study) -> ir.Table | None:
        return self.behind(study, self.spells(study, ()))
