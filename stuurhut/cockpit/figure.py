"""One KPI in full: value, course, breakdown, records, and how it is computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from stuurhut import replica
from stuurhut.cockpit.asking import PERSONAL, Asked
from stuurhut.cockpit.behind import FIRST, lines
from stuurhut.cockpit.course import grain_of, kind_for, points
from stuurhut.cockpit.goals import goal_of
from stuurhut.cockpit.metrics import sureness
from stuurhut.cockpit.wording import dimension_words, example_tables, further_figures, name_of, value_words
from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.catalogue.attainment import OWN_KEYS
from stuurhut.kpi.formula import PEOPLE, TIME
from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.words.answer import Answer, Row
from stuurhut.kpi.words.period import GRAINS
from stuurhut.ui.charts import Mark, Whisker, course, whiskers
from stuurhut.ui.differences import Difference, difference
from stuurhut.ui.numbers import interval, plain, written
from stuurhut.ui.periods import Choice

MOST = 100  # rows of a breakdown on the page; the export has all
PREFERRED = ("team", "person", "source", "month", "stage", "industry")


@dataclass(frozen=True)
class Group:
    """A row of the breakdown, ready to be shown; `address` narrows the page to it."""

    name: str
    address: str
    value: str
    sure: str
    n: str
    compared: str
    difference: Difference | None
    whisker: Whisker | None


def figure_page(asked: Asked, key: str) -> dict[str, Any]:
    """What the page of a KPI shows."""
    kpi = kpi_of(key)
    by = breakdown_dimension(asked, kpi)
    answer = breakdown_of(asked, key, compare=True)
    groups = _groups(asked, kpi, answer, by)
    goal = goal_of(asked, key, answer)
    path = reverse("kpi", args=[key])
    behind = reverse("kpi_records", args=[key])
    return {
        "kpi": kpi,
        "answer": answer,
        "value": written(answer.total.value, answer.unit, answer.currency, short=answer.unit == "money"),
        "exact": written(answer.total.value, answer.unit, answer.currency) if answer.unit == "money" else "",
        "sure": sureness(answer),
        "goal": goal,
        "base": _base(answer),
        "compared": _compared(answer),
        "further": further_figures(answer, asked.question(key).of),
        "course": _course(asked, kpi, answer, goal.level if goal else None),
        "by": by,
        "by_words": dimension_words(by) if by else "",
        "dimensions": [Choice(d, dimension_words(d), d == by) for d in _dimensions(asked, kpi)],
        "filters": _filters(asked, path),
        "groups": groups[:MOST],
        "group_count": len(groups),
        "has_intervals": any(group.sure for group in groups),
        "has_n": any(group.n for group in groups),
        "has_compared": any(group.compared for group in groups),
        "excluded": [(gettext(left.why), left.n) for left in answer.excluded if left.n],
        "behind": lines(asked, key, FIRST),
        "records_address": asked.address(behind),
        "exports": {kind: asked.address(path, format=kind, by=by) for kind in ("csv", "xlsx")},
        "record_exports": {kind: asked.address(behind, format=kind) for kind in ("csv", "xlsx")},
        "example_tables": example_tables(kpi),
        "example_value": written(kpi.example.expect, kpi.unit),
    }


def breakdown_dimension(asked: Asked, kpi: Kpi) -> str:
    """The dimension asked for; else people for one team, teams for more, else what the KPI has."""
    if "by" in asked.given:
        return asked.given["by"]
    allowed = _dimensions(asked, kpi)
    one_team = asked.lens.team is not None or asked.lens.where or len(asked.lens.teams) < 2
    wishes = ("person", *PREFERRED) if one_team and not _is_one_person(asked) else PREFERRED
    if _is_one_person(asked):
        wishes = ("month", "source", *wishes) if asked.period.days > 40 else ("week", "source", *wishes)
    return next((name for name in wishes if name in allowed), allowed[0] if allowed else "")


def breakdown_of(asked: Asked, key: str, *, compare: bool = True) -> Answer:
    """The answer that the page shows and exports."""
    by = breakdown_dimension(asked, kpi_of(key))
    names = tuple(dict.fromkeys(name.strip() for name in by.split(",") if name.strip()))
    return replica.ask(asked.question(key, by=names, compare=asked.compare if compare else ""), asked.scope)


def _is_one_person(asked: Asked) -> bool:
    return any(name == "person" for name, _value in (*asked.lens.where, *asked.filters))


def _dimensions(asked: Asked, kpi: Kpi) -> list[str]:
    hidden = () if asked.lens.people else PERSONAL
    order = [*PREFERRED, *GRAINS]
    known = kpi.formula.dimensions & (TIME | PEOPLE) if kpi.key in OWN_KEYS else kpi.formula.dimensions
    names = [name for name in known if name not in hidden]
    return sorted(names, key=lambda name: (order.index(name) if name in order else len(order) - len(GRAINS), name))


def _base(answer: Answer) -> str:
    total = answer.compared_total
    return "" if total is None else written(total.value, answer.unit, answer.currency, short=True)


def _compared(answer: Answer) -> Difference | None:
    total = answer.compared_total
    if total is None:
        return None
    return difference(answer.total.value, total.value, answer.unit, answer.better, answer.currency)


def _course(asked: Asked, kpi: Kpi, answer: Answer, level: float | None) -> Any:
    grain = grain_of(asked, kpi.key)
    found = points(asked, kpi.key, asked.question(kpi.key), grain=grain)
    # A target for the whole period is no level for one of its weeks; for a share or a duration it is.
    target = Mark(level, gettext("target")) if level is not None and kpi.unit not in ("count", "money") else None
    whole = 60 if kpi.unit == "minutes" and max((p.value or 0 for p in found), default=0) > 90 else 1

    def write(value: float) -> str:
        return written(value, answer.unit, answer.currency, short=True)

    return course(found, kind_for(kpi), write, target, whole)


def _groups(asked: Asked, kpi: Kpi, answer: Answer, by: str) -> list[Group]:
    """The rows of the breakdown: time in its order, the rest from large to small, nothing last."""
    rows = list(answer.rows)
    if not set(answer.by) & set(GRAINS):
        rows.sort(key=lambda row: (row.value.value is None, -float(row.value.value or 0)))
    as_dots = kpi.unit not in ("count", "money")
    places = whiskers([(_float(r.value.value), _float(r.value.low), _float(r.value.high)) for r in rows], as_dots)
    return [_group(asked, answer, row, whisker) for row, whisker in zip(rows, places, strict=True)]


def _group(asked: Asked, answer: Answer, row: Row, whisker: Whisker | None) -> Group:
    value, then = row.value, row.compared
    base = then.value if then else None
    return Group(
        name=" · ".join(value_words(name, row.names[name]) for name in answer.by),
        address=_narrowed(asked, answer, row),
        value=written(value.value, answer.unit, answer.currency, short=answer.unit == "money"),
        sure=interval(value.low, value.high, answer.unit, answer.currency),
        n="" if value.n is None else plain(value.n),
        compared="" if then is None else written(base, answer.unit, answer.currency, short=True),
        difference=difference(value.value, base, answer.unit, answer.better, answer.currency),
        whisker=whisker,
    )


def _narrowed(asked: Asked, answer: Answer, row: Row) -> str:
    """The same page for this row alone; empty where a row cannot be asked for."""
    changes = {name: str(row.ids.get(name) or row.names[name] or "") for name in answer.by}
    if not all(changes.values()):
        return ""
    return asked.address(reverse("kpi", args=[answer.kpi]), by="", **changes)


def _filters(asked: Asked, path: str) -> list[tuple[str, str, str]]:
    """What narrows the page: the dimension, its value in words, and the address without it."""
    return [
        (dimension_words(name), value_words(name, name_of(name, value)), asked.address(path, **{name: ""}))
        for name, value in asked.filters
    ]


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
