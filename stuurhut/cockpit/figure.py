"""One KPI in full: value, course, breakdown, what to do about it, and how it is computed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from secrets import token_hex
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from stuurhut import replica
from stuurhut.cockpit.asking import AT_A_MOMENT, Asked
from stuurhut.cockpit.breakdown import breakdown
from stuurhut.cockpit.examples import example_tables
from stuurhut.cockpit.figure_course import figure_course, is_quick
from stuurhut.cockpit.goals import goal_of
from stuurhut.cockpit.metrics import sureness
from stuurhut.cockpit.wording import dimension_words, further_figures, name_of, value_words
from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.catalogue import conversion, funnel
from stuurhut.kpi.catalogue.remedies import Remedy, Situation, remedies
from stuurhut.kpi.judging.limits import Limits
from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.words.answer import Answer
from stuurhut.ui.differences import Difference, difference
from stuurhut.ui.numbers import day, plain, written

TOO_YOUNG = (funnel.YOUNGER, conversion.YOUNG)
MARKS: dict[Situation, str] = {
    "bad": "trending-down", "low": "trending-down", "high": "trending-up", "good": "trending-up",
    "unknown": "hourglass",
}  # fmt: skip


@dataclass(frozen=True)
class Advice:
    """What to do in a situation, and what that situation is called."""

    situation: str
    mark: str
    text: str


@dataclass(frozen=True)
class OtherDay:
    """The page of the same balance as it stood on another day."""

    address: str
    on: date


def figure_page(asked: Asked, key: str) -> dict[str, Any]:
    """What the page of a KPI shows at once; verdict and records come after it, see `figure_views`.

    A balance of a period that is over is shown as it stood on the last day of it, unless another day was asked for.
    """
    other_day = _other_day(asked, key)
    if key in AT_A_MOMENT and "as_of" not in asked.given:
        asked = asked.at_its_end()
    kpi = kpi_of(key)
    answer = replica.ask(asked.question(key, compare=asked.compare), asked.scope)
    goal = goal_of(asked, key, answer)
    path, behind = reverse("kpi", args=[key]), reverse("kpi_records", args=[key])
    taken_apart = breakdown(asked, key)
    return {
        "kpi": kpi,
        "answer": answer,
        "value": written(answer.total.value, answer.unit, answer.currency, short=answer.unit == "money"),
        "exact": written(answer.total.value, answer.unit, answer.currency) if answer.unit == "money" else "",
        "nothing": _nothing(asked, kpi, answer),
        "sure": sureness(answer),
        "goal": goal,
        "base": _base(answer),
        "compared": _compared(answer),
        "moment": moment_of(asked, key),
        "other_day": other_day,
        "further": further_figures(answer, asked.question(key).of),
        **(course_shown(asked, key) if is_quick(asked, key) else {}),
        "course_address": asked.address(path, part="course"),
        "taken_apart": taken_apart,
        "by": taken_apart.by,
        "filters": _filters(asked, path),
        "advice": [_advice(remedy) for remedy in remedies(kpi)],
        "excluded": [(_(left.why), left.n) for left in answer.excluded if left.n],
        "verdict_address": asked.address(path, part="verdict"),
        "behind_address": asked.address(path, part="records"),
        "records_address": asked.address(behind, by=""),
        "apart": token_hex(4),  # a new one each time, so that a changed page asks again
        "exports": {kind: asked.address(path, format=kind, by=taken_apart.by) for kind in ("csv", "xlsx")},
        "example_tables": example_tables(kpi),
        "example_value": written(kpi.example.expect, kpi.unit),
    }


def course_shown(asked: Asked, key: str, limits: Limits | None = None) -> dict[str, Any]:
    """The course, the lengths of a step with their addresses, and its files."""
    path, course = reverse("kpi", args=[key]), figure_course(asked, key, limits)
    return {
        "course": course,
        "grains": [(choice, asked.address(path, grain=choice.value)) for choice in course.grains],
        "course_exports": {kind: asked.address(path, format=kind, part="course") for kind in ("csv", "xlsx")},
    }


def moment_of(asked: Asked, key: str) -> str:
    """The day on which a balance was looked at, in words; empty for what happened in a period."""
    if key not in AT_A_MOMENT:
        return ""
    return _("as it stands on %(day)s") % {"day": day(asked.today)}


def _other_day(asked: Asked, key: str) -> OtherDay | None:
    """Of a balance of a period that is over: today where the last day of the period is shown, else that last day."""
    if key not in AT_A_MOMENT or not asked.finished:
        return None
    last = asked.period.until - timedelta(days=1)
    shows_last = "as_of" not in asked.given or asked.today == last
    on = asked.zone.day(timezone.now()) if shows_last else last
    return OtherDay(asked.address(reverse("kpi", args=[key]), as_of=on.isoformat()), on)


def _nothing(asked: Asked, kpi: Kpi, answer: Answer) -> str:
    """Why there is no number, in words; empty when there is one."""
    if answer.total.value is not None:
        return ""
    if not asked.begun:
        return _("This period has not begun yet.")
    if kpi.key == "target_attainment":
        return _("No target set for this period.")
    young = next((left for left in answer.excluded if left.why in TOO_YOUNG and left.n), None)
    if young:
        return _("Too early to tell: %(n)s %(why)s.") % {"n": plain(young.n), "why": _(young.why)}
    return _("There is nothing to compute this from in this period.")


def _base(answer: Answer) -> str:
    total = answer.compared_total
    return "" if total is None else written(total.value, answer.unit, answer.currency, short=True)


def _compared(answer: Answer) -> Difference | None:
    total = answer.compared_total
    if total is None:
        return None
    return difference(answer.total.value, total.value, answer.unit, answer.better, answer.currency)


def _filters(asked: Asked, path: str) -> list[tuple[str, str, str]]:
    """What narrows the page: the dimension, its value in words, and the address without it."""
    return [
        (dimension_words(name), value_words(name, name_of(name, value)), asked.address(path, **{name: ""}))
        for name, value in asked.filters
    ]


def _advice(remedy: Remedy) -> Advice:
    words = {
        "good": _("When it goes well"), "bad": _("When it falls short"), "high": _("When it is high"),
        "low": _("When it is low"), "unknown": _("When it is too early to tell"),
    }  # fmt: skip
    return Advice(words[remedy.situation], MARKS[remedy.situation], _(remedy.text))
