"""The organisation's working time, across holidays and summer time."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stuurhut.kpi.words.period import Zone
from stuurhut.people.calendar import EPOCH, WorkingCalendar, calendar_of

OFFICE = calendar_of(Zone(), "12345", time(9), time(17))
DAY_AND_NIGHT = calendar_of(Zone(), "1234567", time(0), time(0))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def worked(calendar: WorkingCalendar, start: str, until: str) -> float:
    return calendar.working_minute(at(until)) - calendar.working_minute(at(start))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-03-02", True),
        ("2026-03-07", False),  # Saturday
        ("2026-04-03", True),  # Good Friday
        ("2026-04-06", False),  # Easter Monday
        ("2026-04-27", False),  # King's Day
        ("2026-05-05", True),  # Liberation Day, not a lustrum
        ("2025-05-05", False),
        ("2030-05-05", False),  # a Sunday as well
        ("2026-05-14", False),  # Ascension Day
        ("2026-12-25", False),
    ],
)
def test_dutch_holidays_are_days_off(day: str, works: bool) -> None:
    assert OFFICE.is_working(date.fromisoformat(day)) == works


@pytest.mark.parametrize(
    ("start", "until", "minutes"),
    [
        ("2026-03-02T08:00", "2026-03-02T09:30", 90),  # nine to half past ten in Amsterdam
        ("2026-03-02T05:00", "2026-03-02T08:00", 0),
        ("2026-03-06T15:00", "2026-03-09T09:00", 120),  # over a weekend
        ("2026-03-27T15:00", "2026-03-30T08:00", 120),  # and over the start of summer time: four to five, nine to ten
        ("2026-10-23T14:00", "2026-10-26T09:00", 120),  # and over its end
        ("2026-04-02T14:00", "2026-04-07T08:00", 60 + 480 + 60),  # Easter
    ],
)
def test_working_minutes_between_two_moments(start: str, until: str, minutes: float) -> None:
    assert worked(OFFICE, start, until) == minutes


def test_a_shift_through_the_night_of_summer_time_is_an_hour_shorter() -> None:
    assert worked(DAY_AND_NIGHT, "2026-03-28T23:00", "2026-03-29T22:00") == 23 * 60
    assert worked(DAY_AND_NIGHT, "2026-10-24T22:00", "2026-10-25T23:00") == 25 * 60


@given(st.integers(-(10 * 365), 55 * 365), st.integers(0, 1439), st.integers(0, 10**6))
def test_working_time_never_runs_back(day: int, minute: int, minutes: int) -> None:
    first = at("2000-01-01") + timedelta(days=day, minutes=minute)
    later = first + timedelta(minutes=minutes)
    assert 0 <= OFFICE.working_minute(later) - OFFICE.working_minute(first) <= minutes


def test_working_days_of_a_month() -> None:
    assert (
        OFFICE.working_days(date(2026, 4, 1), date(2026, 5, 1)) == 20
    )  # 22 weekdays less Easter Monday and King's Day
    assert OFFICE.working_days(EPOCH, EPOCH) == 0
