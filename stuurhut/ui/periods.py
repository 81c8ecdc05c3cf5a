"""How a period is called, and which periods one can choose."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from stuurhut.kpi.words.period import Period, add_months, bucket_name, floor
from stuurhut.ui.numbers import short_day


@dataclass(frozen=True)
class Choice:
    """A line of a select."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True)
class Choices:
    """Lines of a select under one heading."""

    label: str
    choices: tuple[Choice, ...]


def called(period: Period) -> str:
    """What people call the period: 4e kwartaal 2026, november 2026, week 46 van 2026, boekjaar 2026."""
    fiscal = re.fullmatch(r"FY(\d{4})(?:-Q([1-4]))?", period.name, re.IGNORECASE)
    if fiscal and fiscal[2]:
        return _("quarter %(quarter)s of fiscal year %(year)s") % {"quarter": fiscal[2], "year": fiscal[1]}
    if fiscal:
        return _("fiscal year %(year)s") % {"year": fiscal[1]}
    for grain in ("year", "quarter", "month", "week", "day"):
        if floor(period.start, grain) == period.start and _next(period.start, grain) == period.until:
            return bucket_called(period.start, grain)
    last = period.until - timedelta(days=1)
    return _("%(first)s to %(last)s") % {"first": _with_year(period.start), "last": _with_year(last)}


def bucket_called(start: date, grain: str, *, short: bool = False) -> str:
    """The name of one bucket; `short` for an axis."""
    if grain == "week":
        year, week, _day = start.isocalendar()
        return (
            _("wk %(week)s") % {"week": week}
            if short
            else _("week %(week)s of %(year)s") % {"week": week, "year": year}
        )
    if grain == "month":
        # Translators: the short month as Django writes dates
        return date_format(start, _("M")) if short else date_format(start, "F Y")
    if grain == "quarter":
        words = {"quarter": (start.month + 2) // 3, "year": start.year}
        return _("Q%(quarter)s") % words if short else _("quarter %(quarter)s of %(year)s") % words
    if grain == "day":
        return short_day(start) if short else _with_year(start)
    return bucket_name(start, grain)


def _with_year(day: date) -> str:
    return f"{short_day(day)} {day.year}"


def _next(start: date, grain: str) -> date:
    if grain in ("day", "week"):
        return start + timedelta(days=7 if grain == "week" else 1)
    return add_months(start, {"month": 1, "quarter": 3, "year": 12}[grain])


def stepped(period: Period, steps: int) -> str:
    """The name of the period so many of its own lengths later (or earlier, when negative)."""
    for grain in ("year", "quarter", "month", "week", "day"):
        if floor(period.start, grain) == period.start and _next(period.start, grain) == period.until:
            months = {"year": 12, "quarter": 3, "month": 1}.get(grain)
            days = {"week": 7, "day": 1}.get(grain, 0)
            start = add_months(period.start, months * steps) if months else period.start + timedelta(days=days * steps)
            return bucket_name(start, grain)
    shift = timedelta(days=period.days * steps)
    return f"{period.start + shift}..{period.until + shift}"


def choices(asked: str, period: Period, today: date) -> list[Choices]:
    """The periods on offer, the one asked for chosen; one that is not among them comes first."""
    groups = [
        (_("Now"), [
            ("", _("This quarter")), ("this-month", _("This month")), ("this-week", _("This week")),
            ("this-year", _("This year")), ("last-13-weeks", _("Last 13 weeks")),
        ]),
        (_("Earlier"), [
            ("last-quarter", _("Last quarter")), ("last-month", _("Last month")), ("last-week", _("Last week")),
            ("last-year", _("Last year")),
        ]),
        (_("Quarters"), _buckets(today, "quarter", 8)),
        (_("Months"), _buckets(today, "month", 13)),
        (_("Years"), _buckets(today, "year", 4)),
    ]  # fmt: skip
    known = {value for _label, lines in groups for value, _words in lines}
    if asked not in known:
        groups.insert(0, (_("Chosen"), [(asked, called(period))]))
    return [Choices(label, tuple(Choice(v, words, v == asked) for v, words in lines)) for label, lines in groups]


def _buckets(today: date, grain: str, count: int) -> list[tuple[str, str]]:
    start, found = floor(today, grain), []
    for _step in range(count):
        found.append((bucket_name(start, grain), bucket_called(start, grain)))
        start = floor(start - timedelta(days=1), grain)
    return found
