"""A number taken apart: by person, team, source, time or whatever the KPI has, each row against the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import is_valid_path, reverse
from django.utils.translation import gettext

from stuurhut import replica
from stuurhut.cockpit.asking import PERSONAL, Asked
from stuurhut.cockpit.wording import dimension_words, value_words
from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.catalogue.attainment import OWN_KEYS
from stuurhut.kpi.formula import PEOPLE, TIME
from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.words.answer import Answer, Row, Value
from stuurhut.kpi.words.period import GRAINS, Period, parse
from stuurhut.ui.charts import Whisker, whiskers
from stuurhut.ui.differences import Difference, difference
from stuurhut.ui.numbers import interval, plain, written
from stuurhut.ui.periods import Choice

MOST = 100  # rows of a breakdown on the page; the export has all
PREFERRED = ("team", "person", "source", "month", "stage", "industry")
SUMMED = ("count", "money")


@dataclass(frozen=True)
class Group:
    """A row of the breakdown, ready to be shown.

    `address` tells more of whom or what it is, `narrower` is the same page for this row alone, `records` are the
    records behind its value. An empty one cannot be asked for.
    """

    name: str
    address: str
    narrower: str
    records: str
    value: str
    per_fte: str
    sure: str
    n: str
    compared: str
    difference: Difference | None
    whisker: Whisker | None


@dataclass(frozen=True)
class Breakdown:
    """The rows, what they are by, and against what their pictures stand: `line` (0 to 100) with its words."""

    by: str
    words: str
    dimensions: list[Choice]
    groups: list[Group]
    count: int
    line: float | None
    line_words: str
    has_intervals: bool
    has_n: bool
    has_compared: bool
    per_fte: str  # of all together; empty where it is not told


def breakdown(asked: Asked, key: str) -> Breakdown:
    """The breakdown that the page shows."""
    kpi, by, answer = kpi_of(key), breakdown_dimension(asked, kpi_of(key)), breakdown_of(asked, key)
    rows = _in_order(answer)
    per_fte = _each(answer.total) is not None
    figures = [_figure(row, per_fte) for row in rows]
    against = _against(answer, per_fte)
    as_dots = kpi.unit not in SUMMED
    *places, line = whiskers([*figures, (against, None, None)], as_dots)
    groups = [_group(asked, answer, row, place) for row, place in zip(rows, places, strict=True)]
    return Breakdown(
        by=by,
        words=dimension_words(by) if by else "",
        dimensions=[Choice(d, dimension_words(d), d == by) for d in dimensions(asked, kpi)],
        groups=groups[:MOST],
        count=len(groups),
        line=line.at if line else None,
        line_words=_line_words(answer, against, per_fte),
        has_intervals=any(group.sure for group in groups),
        has_n=any(group.n for group in groups),
        has_compared=any(group.compared for group in groups),
        per_fte=_rate(answer.total, answer),
    )


def breakdown_dimension(asked: Asked, kpi: Kpi) -> str:
    """The dimension asked for; else people for one team, teams for more, else what the KPI has and is not fixed."""
    if "by" in asked.given:
        return asked.given["by"]
    fixed = {name for name, _value in (*asked.lens.where, *asked.filters)}
    allowed = [name for name in dimensions(asked, kpi) if name not in fixed or name == "team"]
    alone = "person" in fixed
    one_team = asked.lens.team is not None or bool(asked.lens.where) or len(asked.lens.teams) < 2
    wishes: tuple[str, ...] = ("person", *PREFERRED) if one_team else PREFERRED
    if alone:
        wishes = ("month" if asked.period.days > 40 else "week", "source", *wishes)
    return next((name for name in wishes if name in allowed), allowed[0] if allowed else "")


def breakdown_of(asked: Asked, key: str, *, compare: bool = True) -> Answer:
    """The answer that the page shows and exports."""
    by = breakdown_dimension(asked, kpi_of(key))
    names = tuple(dict.fromkeys(name.strip() for name in by.split(",") if name.strip()))
    per_fte = names in (("team",), ("person",))
    question = asked.question(key, by=names, compare=asked.compare if compare else "", per_fte=per_fte)
    return replica.ask(question, asked.scope)


def dimensions(asked: Asked, kpi: Kpi) -> list[str]:
    """The dimensions on offer, the usual ones first and those of time last."""
    hidden = () if asked.lens.people else PERSONAL
    order = [*PREFERRED, *GRAINS]
    known = kpi.formula.dimensions & (TIME | PEOPLE) if kpi.key in OWN_KEYS else kpi.formula.dimensions
    names = [name for name in known if name not in hidden]
    return sorted(names, key=lambda name: (order.index(name) if name in order else len(order) - len(GRAINS), name))


def _in_order(answer: Answer) -> list[Row]:
    """Time in its order, the rest from large to small, nothing last."""
    if set(answer.by) & set(GRAINS):
        return list(answer.rows)
    return sorted(answer.rows, key=lambda row: (row.value.value is None, -float(row.value.value or 0)))


# -- per FTE ---------------------------------------------------------------------------------------------------------


def _each(value: Value) -> Any:
    """What it is per FTE; None where it is not told so, or there was nobody to sell."""
    return value.more.get("per_fte")


def _rate(value: Value, answer: Answer) -> str:
    each = _each(value)
    unit = "money" if answer.unit == "money" else "number"
    return "" if each is None else written(each, unit, answer.currency, short=True)


def _figure(row: Row, per_fte: bool) -> tuple[float | None, float | None, float | None]:
    """What the picture of a row shows: its value with its interval, or its value per FTE."""
    value = row.value
    return (_each(value), None, None) if per_fte else (_float(value.value), _float(value.low), _float(value.high))


def _against(answer: Answer, per_fte: bool) -> float | None:
    """The level of the whole, for pictures of what does not add up."""
    total = _float(answer.total.value)
    if total is None or not answer.rows:
        return None
    if per_fte:
        return _float(_each(answer.total))
    return None if answer.unit in SUMMED else total


def _line_words(answer: Answer, against: float | None, per_fte: bool) -> str:
    if against is None:
        return ""
    unit = "number" if per_fte and answer.unit == "count" else answer.unit
    words = {"value": written(against, unit, answer.currency, short=True)}
    if per_fte:
        return gettext("line: %(value)s per FTE, all together") % words
    return gettext("line: %(value)s, all together") % words


# -- rows ------------------------------------------------------------------------------------------------------------


def _group(asked: Asked, answer: Answer, row: Row, whisker: Whisker | None) -> Group:
    value, then = row.value, row.compared
    base = then.value if then else None
    changes = _changes(asked, answer, row)
    narrower = asked.address(reverse("kpi", args=[answer.kpi]), by="", **changes) if changes else ""
    behind = reverse("kpi_records", args=[answer.kpi])
    return Group(
        name=" · ".join(value_words(name, row.names[name]) for name in answer.by),
        address=_page_of(asked, answer, row) or narrower,
        narrower=narrower,
        records=asked.address(behind, by="", **changes) if changes and asked.lens.people else "",
        value=written(value.value, answer.unit, answer.currency, short=answer.unit == "money"),
        per_fte=_rate(value, answer),
        sure=interval(value.low, value.high, answer.unit, answer.currency),
        n="" if value.n is None else plain(value.n),
        compared="" if then is None else written(base, answer.unit, answer.currency, short=True),
        difference=difference(value.value, base, answer.unit, answer.better, answer.currency),
        whisker=whisker,
    )


def _page_of(asked: Asked, answer: Answer, row: Row) -> str:
    """The page of the person that the row is about; empty for anything else."""
    path = f"/seller/{row.ids['person']}/" if answer.by == ("person",) and row.ids["person"] else ""
    if not path or not is_valid_path(path):
        return ""
    kept = {name: asked.given[name] for name in ("period", "as_of", "compare") if name in asked.given}
    cleared = dict.fromkeys(asked.given, "")
    return asked.address(path, **{**cleared, **kept})


def _changes(asked: Asked, answer: Answer, row: Row) -> dict[str, str]:
    """What to ask differently for this row alone; a whole bucket of time becomes the period. Empty: cannot be asked."""
    changes = {name: str(row.ids.get(name) or row.names[name] or "") for name in answer.by}
    if not all(changes.values()):
        return {}
    grain = next((name for name in answer.by if name in GRAINS), "")
    if grain and answer.by == (grain,) and kpi_of(answer.kpi).formula.tells_course:
        bucket = parse(changes[grain], today=asked.today, fiscal_start=asked.zone.fiscal_start)
        if _holds(asked.period, bucket):
            return {"period": changes[grain]}
    return changes


def _holds(period: Period, bucket: Period) -> bool:
    return period.start <= bucket.start and bucket.until <= period.until


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
