"""The course of a figure with its natural limits: what is usual, and where it was not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from stuurhut.kpi.judging.asking import Asking
from stuurhut.kpi.judging.series import Series, counts_per, series
from stuurhut.kpi.statistics.behaviour import Chart, Reading, Usual, chart
from stuurhut.kpi.statistics.seasons import factors

Mark = Literal["", "outside", "run"]  # one period out of the usual; a part of a run that is structural
MONTHS_OF_SEASON = 24


@dataclass(frozen=True)
class Limits:
    """Whole months up to the peildatum, oldest first, all tuples of one length; empty when there is no course to tell.

    `starts` are their first days, `values` what happened in the unit of the KPI (None: nothing to divide), `centre`,
    `low` and `high` what is usual in that month given season and hands (None: too early to tell), `marks` per month.
    `since` is the month from which a structural change runs.
    """

    kpi: str
    grain: str
    starts: tuple[date, ...] = ()
    values: tuple[float | None, ...] = ()
    centre: tuple[float | None, ...] = ()
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    marks: tuple[Mark, ...] = ()
    since: date | None = None


def limits(asking: Asking, key: str, person: int | None = None) -> Limits:
    """The course of a KPI with its limits: of one person, or of all in view."""
    found = series_of(asking, key, person)
    if found is None:
        return Limits(key, "month")
    judged = in_unit(found, judged_chart(found, seasons(asking, key), asking))
    starts = tuple(point.start for point in found.points)
    return Limits(
        key,
        "month",
        starts,
        tuple(period.value for period in judged.periods),
        tuple(period.centre for period in judged.periods),
        tuple(period.low for period in judged.periods),
        tuple(period.high for period in judged.periods),
        tuple(_marks(judged)),
        None if judged.since is None or not judged.structural else starts[judged.since],
    )


def in_unit(found: Series, judged: Chart) -> Chart:
    """The chart in the unit of its KPI: what is counted per another event is told per event."""
    if not counts_per(found.rung.kpi):
        return judged
    pairs = zip(judged.periods, found.points, strict=True)
    return replace(judged, periods=tuple(_per(period, point.n) for period, point in pairs))


def _per(period: Usual, n: float) -> Usual:
    def each(value: float | None) -> float | None:
        return None if value is None or not n else value / n

    return replace(
        period, value=each(period.value), centre=each(period.centre), low=each(period.low), high=each(period.high)
    )


def _marks(judged: Chart) -> list[Mark]:
    run = judged.since if judged.structural and judged.since is not None else len(judged.periods)
    return ["outside" if one.outside else "run" if n >= run else "" for n, one in enumerate(judged.periods)]


def series_of(asking: Asking, key: str, person: int | None) -> Series | None:
    """The course of one person, or of all in view; None when there is none to tell."""
    found = series(asking, key, of="person" if person else "")
    return next((one for one in found if person is None or one.about.id == person), None)


def judged_chart(found: Series, usual: dict[date, float], asking: Asking) -> Chart:
    """The course judged, with what the time of year usually does to it."""
    readings = [Reading(point.value, point.n, usual.get(point.start, 1.0)) for point in found.points]
    thresholds = asking.thresholds
    return chart(readings, found.kind, false_years=thresholds.false_years, at_least=thresholds.periods_at_least)


def seasons(asking: Asking, key: str) -> dict[date, float]:
    """What the time of year usually does to a KPI in each month, of the whole organisation; empty when not known."""
    return seasons_of(series(asking.everyone, key, in_parts=True))


def seasons_of(whole: tuple[Series, ...]) -> dict[date, float]:
    """The same, from the course of the whole organisation."""
    points = [point for one in whole for point in one.points if point.value is not None and point.n > 0]
    if len(points) < MONTHS_OF_SEASON or whole[0].kind == "duration":
        return {}
    usual = factors([float(p.value or 0) for p in points], [p.n for p in points], [p.start for p in points])
    return dict(zip((point.start for point in points), usual, strict=True))
