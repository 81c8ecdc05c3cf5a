"""Over which days is judged: long enough to say something, and up to the peildatum or the end of the period."""

from __future__ import annotations

from datetime import date, timedelta

from stuurhut.kpi.judging.asking import Asking
from stuurhut.kpi.words.period import Period, add_months

YEAR = 12  # months
STEPS = 9  # months: in half a year few have enough deals, and a whole year holds much that has passed
QUARTER = timedelta(days=91)


def last_day(asking: Asking) -> date:
    """The first day that does not count any more."""
    return min(asking.zone.day(asking.as_of), asking.period.until)


def a_year(asking: Asking) -> Period:
    """The last twelve months; the period when it is longer."""
    until = last_day(asking)
    return Period(min(asking.period.start, add_months(until, -YEAR)), until)


def lately(asking: Asking) -> Period:
    """The last quarter of a year; the period when it is longer."""
    until = last_day(asking)
    return Period(min(asking.period.start, until - QUARTER), until)


def for_steps(asking: Asking) -> Period:
    """The last three quarters, over which a seller's steps are judged; the period when it is longer."""
    until = last_day(asking)
    return Period(min(asking.period.start, add_months(until, -STEPS)), until)


def months(period: Period) -> float:
    """How many months a period comes to."""
    return period.days * 12 / 365.25
