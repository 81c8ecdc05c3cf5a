"""The course of a KPI: thirteen weeks, months, quarters or years up to the end of what was asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from stuurhut import replica
from stuurhut.cockpit.asking import Asked
from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.catalogue.attainment import OWN_KEYS
from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.words.answer import Number, Value
from stuurhut.kpi.words.period import Period, add_months, bucket_name, buckets, floor, following
from stuurhut.kpi.words.question import Question
from stuurhut.ui.charts import Kind, Point
from stuurhut.ui.numbers import written
from stuurhut.ui.periods import bucket_called

PERIODS = 13
BY_MONTH = ("lead_conversion", *OWN_KEYS)
LENGTHS = (("week", 100), ("month", 740), ("quarter", 2200))


def grain_of(asked: Asked, key: str) -> str:
    """The length of one step: weeks for a quarter and less, months for a year or two, then quarters and years.

    Conversion and target go by month: leads of the last weeks are too young to judge, and a target a week is noise.
    """
    grain = next((grain for grain, days in LENGTHS if asked.period.days <= days), "year")
    return "month" if key in BY_MONTH and grain == "week" else grain


def kind_for(kpi: Kpi) -> Kind:
    """Bars for what is added up in a period, a line for what is so at a moment, for shares and for durations."""
    return (
        "bars"
        if kpi.unit in ("count", "money") and kpi.formula.tells_course and "month" in kpi.formula.dimensions
        else "line"
    )


def stretch(asked: Asked, grain: str, count: int = PERIODS) -> Period:
    """`count` whole buckets of which the last holds the last day that counts."""
    last = floor(asked.last_day, grain, asked.zone.fiscal_start)
    start = last
    for _step in range(count - 1):
        start = floor(start - timedelta(days=1), grain, asked.zone.fiscal_start)
    return Period(start, following(last, grain))


def points(asked: Asked, key: str, question: Question, *, grain: str, last_year: bool = True) -> list[Point]:
    """The course of a KPI as points, one a bucket of `grain`; with `last_year` also those of a year earlier."""
    kpi = kpi_of(key)
    starts = list(buckets(stretch(asked, grain), grain, asked.zone.fiscal_start))
    earlier = [_a_year_before(start, grain) for start in starts] if last_year else []
    found = _values(asked, kpi, question, [*earlier, *starts], grain)
    then = [found[start].value for start in earlier] if last_year else [None] * len(starts)
    pairs = zip(starts, then, strict=True)
    return [_point(asked, kpi, start, grain, found[start], before) for start, before in pairs]


def _point(asked: Asked, kpi: Kpi, start: date, grain: str, value: Value, before: Number) -> Point:
    return Point(
        label=bucket_called(start, grain, short=True),
        value=_plain(value.value),
        text=written(value.value, kpi.unit, short=True),
        unfinished=asked.as_of < asked.zone.instant(following(start, grain)),
        before=_plain(before),
        low=_plain(value.low),
        high=_plain(value.high),
    )


def _values(asked: Asked, kpi: Kpi, question: Question, starts: list[date], grain: str) -> dict[date, Value]:
    """The value of each bucket: one question where the KPI has time as a dimension, else one a bucket."""
    if kpi.formula.tells_course and grain in kpi.formula.dimensions:
        period = Period(min(starts), following(max(starts), grain))
        rows = replica.ask(replace(question, period=period, by=(grain,), compare="", brief=True), asked.scope).rows
        known = {row.names[grain]: row.value for row in rows}
        return {start: known.get(bucket_name(start, grain), kpi.formula.empty) for start in starts}
    return {start: _at_end(asked, question, start, following(start, grain)) for start in starts}


def _at_end(asked: Asked, question: Question, start: date, until: date) -> Value:
    """The value at the end of one bucket, or at the peildatum when that comes first."""
    as_of = min(question.as_of, asked.zone.instant(until))
    one = replace(question, period=Period(start, until), as_of=as_of, by=(), compare="", brief=True)
    return replica.ask(one, asked.scope).total


def _a_year_before(start: date, grain: str) -> date:
    return start - timedelta(weeks=52) if grain == "week" else add_months(start, -12)


def _plain(value: Number) -> float | None:
    return None if value is None else float(value)
