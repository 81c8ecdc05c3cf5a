"""The course of a KPI on its page: thirteen periods with what is usual, what was asked and what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from stuurhut import replica
from stuurhut.cockpit.asking import Asked
from stuurhut.cockpit.course import BY_MONTH, kind_for, points, stretch
from stuurhut.cockpit.events import Event, changes_in_teams
from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.catalogue.attainment import OWN_KEYS
from stuurhut.kpi.judging.limits import Limits
from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.words.answer import Value
from stuurhut.kpi.words.errors import QuestionError
from stuurhut.kpi.words.period import GRAINS, Period, bucket_name, buckets, following
from stuurhut.kpi.words.question import Question
from stuurhut.kpi.words.text import gettext_noop
from stuurhut.ui.charts import Point
from stuurhut.ui.long_course import LongCourse, Step, long_course
from stuurhut.ui.numbers import interval, written
from stuurhut.ui.periods import Choice, bucket_called

GRAIN_CHOICES = ("week", "month", "quarter", "year")
LEAST = 5  # periods that stay in sight also when nothing was recorded in them
SUMMED = ("count", "money")


@dataclass(frozen=True)
class Line:
    """One period in words, for the table below the picture and for the file."""

    name: str
    start: date
    step: Step
    value: str
    before: str
    target: str
    usual: str
    what: str


@dataclass(frozen=True)
class FigureCourse:
    """The picture with its table, the periods one can choose and what stands in the key."""

    picture: LongCourse
    lines: list[Line]
    grain: str
    grains: list[Choice]
    kind: str
    summary: str
    has_before: bool
    has_target: bool
    has_usual: bool
    has_intervals: bool
    has_unfinished: bool
    has_outside: bool
    has_run: bool
    has_end: bool
    is_empty: bool


def grain_chosen(asked: Asked, key: str) -> str:
    """The length of a step: as asked, else months, and longer ones for more than two years. Raises QuestionError."""
    chosen = asked.given.get("grain", "")
    if chosen and chosen not in GRAIN_CHOICES:
        raise QuestionError(
            gettext_noop("'%(text)s' is no length of a step; choose week, month, quarter or year."), text=chosen
        )
    if chosen == "week" and key in BY_MONTH:
        return "month"
    return chosen or next((g for g, days in (("month", 740), ("quarter", 2200)) if asked.period.days <= days), "year")


def is_quick(asked: Asked, key: str) -> bool:
    """Whether the course is the answer to one question; else each period is asked apart, which takes longer."""
    formula = kpi_of(key).formula
    return formula.tells_course and grain_chosen(asked, key) in formula.dimensions


def figure_course(asked: Asked, key: str, limits: Limits | None = None) -> FigureCourse:
    """The course up to the end of what was asked; with `limits` also what is usual and where it was not."""
    kpi, grain = kpi_of(key), grain_chosen(asked, key)
    question = _untimed(asked.question(key))
    starts = list(buckets(stretch(asked, grain), grain, asked.zone.fiscal_start))
    found = points(asked, key, question, grain=grain, last_year=is_quick(asked, key))
    asked_of_us = _targets(asked, kpi, question, grain, Period(starts[0], following(starts[-1], grain)))
    steps = [
        _step(kpi, start, grain, point, asked_of_us.get(bucket_name(start, grain)))
        for start, point in zip(starts, found, strict=True)
    ]
    with_limits = limits is not None and limits.grain == grain and bool(limits.starts)
    if with_limits and limits is not None:
        steps = _with_limits(steps, starts, limits)
    starts, steps = _without_empty_past(starts, steps)
    has_usual = any(step.centre is not None for step in steps)
    events = _within(changes_in_teams(asked, starts[0], following(starts[-1], grain)), starts, grain)
    picture = long_course(
        steps,
        kind_for(kpi),
        lambda value: written(value, kpi.unit, short=True),
        {"target": _("target"), "before": _("last year"), "usual": _("usual")},
        flags=events,
        is_interval=not has_usual,
        whole=60 if kpi.unit == "minutes" and max((s.value or 0 for s in steps), default=0) > 90 else 1,
    )
    return _told(kpi, grain, picture, starts, steps, has_usual)


def _told(
    kpi: Kpi, grain: str, picture: LongCourse, starts: Sequence[date], steps: Sequence[Step], has_usual: bool
) -> FigureCourse:
    grains = [g for g in GRAIN_CHOICES if not (g == "week" and kpi.key in BY_MONTH)]
    known = [step for step in steps if step.value is not None]
    return FigureCourse(
        picture=picture,
        lines=[_line(kpi, start, step, has_usual) for start, step in zip(starts, steps, strict=True)],
        grain=grain,
        grains=[Choice(g, grain_words()[g], g == grain) for g in grains],
        kind=kind_for(kpi),
        summary=_summary(known),
        has_before=bool(picture.before),
        has_target=bool(picture.target),
        has_usual=has_usual,
        has_intervals=any(shape.whisker for shape in picture.shapes),
        has_unfinished=any(step.unfinished for step in known),
        has_outside=any(step.out == "outside" for step in steps),
        has_run=picture.run is not None,
        has_end=any(shape.ends_at is not None for shape in picture.shapes),
        is_empty=not known,
    )


def grain_words() -> dict[str, str]:
    """What the lengths are called on their buttons."""
    return {"week": _("Week"), "month": _("Month"), "quarter": _("Quarter"), "year": _("Year")}


def _untimed(question: Question) -> Question:
    """The question without a filter on time: the course is of the periods beside it as well."""
    return replace(question, where=tuple(pair for pair in question.where if pair[0] not in GRAINS))


def _step(kpi: Kpi, start: date, grain: str, point: Point, asked_of_us: Value | None) -> Step:
    more = asked_of_us.more if asked_of_us else {}
    target = 1.0 if kpi.key == "target_attainment" and point.value is not None else _float(more.get("target"))
    ends_at = _float(more.get("projected")) if point.unfinished and kpi.unit in SUMMED else None
    return Step(
        label=_label(start, grain, point.label),
        name=bucket_called(start, grain),
        value=point.value,
        text=point.text,
        unfinished=point.unfinished,
        before=point.before,
        target=target,
        low=point.low,
        high=point.high,
        ends_at=ends_at if ends_at is not None and ends_at > (point.value or 0) else None,
    )


def _label(start: date, grain: str, label: str) -> str:
    """The label of a step, with the year where a year begins."""
    return f"{label} {start.year}" if start.month == 1 and grain in ("month", "quarter") else label


def _targets(asked: Asked, kpi: Kpi, question: Question, grain: str, period: Period) -> dict[str, Value]:
    """The target of each step and where it would end, by the name of the step; empty where there can be none."""
    known = kpi.formula.dimensions
    if kpi.key in OWN_KEYS or not kpi.formula.tells_course or grain not in known:
        return {}
    if any(name not in kpi_of("target_attainment").formula.dimensions for name, _value in question.where):
        return {}
    of_target = replace(
        question, kpi="target_attainment", of=kpi.key, period=period, by=(grain,), compare="", brief=True
    )
    rows = replica.ask(of_target, asked.scope).rows
    return {str(row.names[grain]): row.value for row in rows if row.value.more.get("target") is not None}


def _with_limits(steps: Sequence[Step], starts: Sequence[date], limits: Limits) -> list[Step]:
    """The steps with what is usual beside them instead of their 95% interval."""
    place = {start: number for number, start in enumerate(limits.starts)}
    found: list[Step] = []
    for start, step in zip(starts, steps, strict=True):
        at = place.get(start)
        if at is None:
            found.append(replace(step, low=None, high=None))
            continue
        centre, low, high = limits.centre[at], limits.low[at], limits.high[at]
        in_run = limits.since is not None and start >= limits.since
        found.append(replace(step, centre=centre, low=low, high=high, out=limits.marks[at], in_run=in_run))
    return found


def _without_empty_past(starts: list[date], steps: list[Step]) -> tuple[list[date], list[Step]]:
    """Without the periods before anything was recorded, but never fewer than a handful."""
    filled = [number for number, step in enumerate(steps) if step.value or step.before or step.target]
    first = min([*filled, max(0, len(steps) - LEAST)])
    return starts[first:], steps[first:]


def _within(events: Sequence[Event], starts: Sequence[date], grain: str) -> list[tuple[int, str]]:
    """The place of the step in which each event lies, with its words."""
    return [
        (place, event.words)
        for event in events
        for place, start in enumerate(starts)
        if start <= event.on < following(start, grain)
    ]


def _line(kpi: Kpi, start: date, step: Step, has_usual: bool) -> Line:
    def write(value: float | None) -> str:
        return "" if value is None else written(value, kpi.unit, short=True)

    return Line(
        name=step.name,
        start=start,
        step=step,
        value=step.text,
        before=write(step.before),
        target=write(step.target),
        usual=interval(step.low, step.high, kpi.unit) if has_usual else "",
        what=_what(step),
    )


def _what(step: Step) -> str:
    if step.unfinished:
        return _("not over yet")
    if step.out == "run":
        return _("part of a lasting change")
    if step.out == "outside" and step.value is not None and step.centre is not None:
        return _("above what is usual") if step.value > step.centre else _("below what is usual")
    return ""


def _summary(known: Sequence[Step]) -> str:
    """What the picture says, for who cannot see it."""
    if not known:
        return _("Nothing to show in these periods.")
    return _("From %(first)s (%(first_value)s) to %(last)s (%(last_value)s).") % {
        "first": known[0].name,
        "first_value": known[0].text,
        "last": known[-1].name,
        "last_value": known[-1].text,
    }


def _float(value: object) -> float | None:
    return None if value is None else float(value)  # type: ignore[arg-type]
