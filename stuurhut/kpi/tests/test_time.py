"""Days begin at local midnight, the peildatum cuts, and two periods are compared at the same point."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stuurhut.kpi.answering import answer
from stuurhut.kpi.examples import ZONE, ExampleEngine
from stuurhut.kpi.tests.asking import asked
from stuurhut.kpi.words.errors import QuestionError
from stuurhut.kpi.words.period import (
    GRAINS,
    Period,
    Zone,
    add_months,
    bucket_name,
    buckets,
    floor,
    following,
    moved,
    parse,
)
from stuurhut.kpi.words.question import Question, end_of, rounded_up
from stuurhut.kpi.words.scope import EVERYTHING

TODAY = date(2026, 11, 21)  # a Saturday
DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))


def called(*moments: str) -> ExampleEngine:
    return ExampleEngine(
        {"activity": [{"kind": "call", "occurred_at": at, "owner": "Alice", "team": "Noord"} for at in moments]}
    )


@pytest.mark.parametrize(
    ("name", "start", "until"),
    [
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026-Q3", "2026-07-01", "2026-10-01"),
        ("2026-q4", "2026-10-01", "2027-01-01"),
        ("2026-09", "2026-09-01", "2026-10-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2026-W37", "2026-09-07", "2026-09-14"),
        ("2026-W53", "2026-12-28", "2027-01-04"),
        ("2026-09-14", "2026-09-14", "2026-09-15"),
        ("2026-09-01..2026-10-01", "2026-09-01", "2026-10-01"),
        ("this-month", "2026-11-01", "2026-12-01"),
        ("last-month", "2026-10-01", "2026-11-01"),
        ("this-quarter", "2026-10-01", "2027-01-01"),
        ("last-quarter", "2026-07-01", "2026-10-01"),
        ("this-year", "2026-01-01", "2027-01-01"),
        ("ytd", "2026-01-01", "2026-11-22"),
        ("last-13-weeks", "2026-08-24", "2026-11-23"),
        ("FY2026", "2026-01-01", "2027-01-01"),
        ("FY2026-Q1", "2026-01-01", "2026-04-01"),
    ],
)
def test_a_period_is_named_as_people_write_it(name: str, start: str, until: str) -> None:
    found = parse(name, today=TODAY)
    assert (found.start.isoformat(), found.until.isoformat()) == (start, until)


@pytest.mark.parametrize(
    ("name", "start", "until"),
    [("FY2019", "2018-07-01", "2019-07-01"), ("FY2019-Q4", "2019-04-01", "2019-07-01")],
)
def test_a_fiscal_year_is_named_after_the_year_in_which_it_ends(name: str, start: str, until: str) -> None:
    found = parse(name, today=TODAY, fiscal_start=7)
    assert (found.start.isoformat(), found.until.isoformat()) == (start, until)


@pytest.mark.parametrize(
    "name",
    ["", "2026-13", "2026-Q5", "2025-W53", "2026-W00", "2026-02-30", "2026-9", "gisteren", "last-0-weeks",
     "2026-10-01..2026-09-01", "2026-09-01..2026-09-01", "99999", "this-3-weeks", "last-99999999-years"],
)  # fmt: skip
def test_a_wrong_period_is_refused_with_the_forms_that_exist(name: str) -> None:
    with pytest.raises(QuestionError, match=r"2026-Q3|later end"):
        parse(name, today=TODAY)


@given(DAYS, st.sampled_from(GRAINS), st.integers(1, 12))
def test_a_bucket_read_back_by_its_name_is_the_same_bucket(day: date, grain: str, fiscal_start: int) -> None:
    start = floor(day, grain, fiscal_start)
    found = parse(bucket_name(start, grain), today=TODAY, fiscal_start=fiscal_start)
    assert (found.start, found.until) == (start, following(start, grain))
    assert day in found


@given(DAYS, st.integers(1, 900), st.sampled_from(GRAINS), st.integers(1, 12))
def test_the_buckets_of_a_period_lie_end_to_end_and_cover_it(day: date, n: int, grain: str, fiscal_start: int) -> None:
    period = Period(day, day + timedelta(days=n))
    starts = list(buckets(period, grain, fiscal_start))
    assert starts[0] <= period.start < following(starts[0], grain)
    assert [following(start, grain) for start in starts[:-1]] == starts[1:]
    assert starts[-1] < period.until <= following(starts[-1], grain)


@given(DAYS, st.sampled_from(["day", "week", "month", "quarter", "year"]))
def test_the_previous_period_ends_where_this_one_begins(day: date, grain: str) -> None:
    period = parse(bucket_name(floor(day, grain), grain), today=TODAY)
    other = moved(period, "previous")
    assert other.until == period.start
    assert floor(other.start, grain) == other.start


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_is_rounded_up_to_the_whole_minute(moment: datetime) -> None:
    assume(moment.year < 9999)
    found = rounded_up(moment)
    assert (found.second, found.microsecond) == (0, 0)
    assert timedelta(0) <= found - moment < timedelta(minutes=1)


def test_a_call_recorded_this_minute_counts_at_once() -> None:
    now = rounded_up(datetime(2026, 3, 31, 8, 15, 30, tzinfo=UTC))
    asked_now = Question("calls", parse("2026-03", today=date(2026, 3, 31)), now)
    assert answer(asked_now, EVERYTHING, called("2026-03-31 10:15:20")).total.value == 1


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)], ids=["spring", "autumn", "ordinary"]
)
def test_a_day_is_as_long_as_the_clock_makes_it(day: str, hours: int) -> None:
    start = date.fromisoformat(day)
    assert end_of(start, ZONE) - ZONE.instant(start) == timedelta(hours=hours)


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_a_day_on_which_the_clock_changes_holds_its_first_and_last_minute(day: str) -> None:
    following_day = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    engine = called(f"{day} 00:00", f"{day} 12:00", f"{day} 23:59:59", f"{following_day} 00:00")
    assert asked(engine, "calls", period=day, as_of=following_day).total.value == 3
    rows = asked(engine, "calls", period=f"{day[:7]}", as_of="2026-12-31", by=("day",)).rows
    assert {row.names["day"]: row.value.value for row in rows}[day] == 3


def test_an_evening_call_counts_on_its_own_day_and_not_on_that_of_greenwich() -> None:
    engine = called("2026-07-01 00:30", "2026-06-30 23:30")
    assert asked(engine, "calls", period="2026-07", as_of="2026-07-31").total.value == 1


def test_what_happens_at_the_peildatum_itself_does_not_count() -> None:
    engine = called("2026-03-10 23:59:59", "2026-03-11 00:00")
    assert asked(engine, "calls", as_of="2026-03-10").total.value == 1
    assert asked(engine, "calls", as_of="2026-03-11").total.value == 2


def test_every_bucket_has_a_row_and_those_without_calls_say_zero() -> None:
    rows = asked(called("2026-03-10 10:00"), "calls", by=("week",)).rows
    assert [(row.names["week"], row.value.value) for row in rows] == [
        ("2026-W09", 0), ("2026-W10", 0), ("2026-W11", 1), ("2026-W12", 0), ("2026-W13", 0), ("2026-W14", 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("period", "as_of", "compare", "start", "until"),
    [
        ("2026-Q3", "2026-08-15", "last-year", "2025-07-01", "2025-08-15"),
        ("2026-Q3", "2026-12-31", "last-year", "2025-07-01", "2025-12-31"),  # over: whole, and met at the same age
        ("2026-Q3", "2026-08-15", "previous", "2026-04-01", "2026-05-15"),
        ("2026-03", "2026-03-10", "previous", "2026-02-01", "2026-02-10"),
        ("2026-03", "2026-03-31", "previous", "2026-02-01", "2026-02-28"),
        ("2026-W37", "2026-09-09", "last-year", "2025-09-08", "2025-09-10"),
        ("2026-W37", "2026-09-09", "previous", "2026-08-31", "2026-09-02"),
        ("2024", "2024-02-29", "last-year", "2023-01-01", "2023-02-28"),
        ("2024", "2024-02-28", "last-year", "2023-01-01", "2023-02-28"),
    ],
)
def test_a_comparison_is_cut_at_the_same_elapsed_point(
    period: str, as_of: str, compare: Any, start: str, until: str
) -> None:
    day = date.fromisoformat(as_of)
    other = Question("calls", parse(period, today=day), end_of(day, ZONE), compare=compare).compared(ZONE)
    assert other.period.start.isoformat() == start
    assert other.as_of == end_of(date.fromisoformat(until), ZONE)


@given(
    DAYS, st.integers(0, 23), st.sampled_from(["previous", "last-year"]), st.sampled_from(["month", "quarter", "year"])
)
def test_the_other_cut_lies_in_the_other_period_and_at_the_same_time_of_day(
    day: date, hour: int, compare: Any, grain: str
) -> None:
    zone = Zone("UTC")
    period = parse(bucket_name(floor(day, grain), grain), today=TODAY)
    now = datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC)
    other = Question("calls", period, now, compare=compare).compared(zone)
    assert zone.instant(other.period.start) <= other.as_of <= zone.instant(other.period.until)
    if other.as_of < zone.instant(other.period.until):
        assert (other.as_of.hour, other.as_of.minute) == (hour, 30)


def test_a_running_month_is_compared_with_the_same_part_of_the_month_before() -> None:
    engine = called("2026-03-05 10:00", "2026-02-05 10:00", "2026-02-06 10:00", "2026-02-20 10:00")
    found = asked(engine, "calls", as_of="2026-03-10", compare="previous")
    assert (found.total.value, found.compared_total and found.compared_total.value) == (1, 2)
    ended = asked(engine, "calls", as_of="2026-03-31", compare="previous")
    assert (ended.total.value, ended.compared_total and ended.compared_total.value) == (1, 3)


@given(DAYS, st.integers(-60, 60))
def test_months_on_and_back_stay_in_the_right_month(day: date, months: int) -> None:
    found = add_months(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or following(floor(found, "month"), "month") == found + timedelta(days=1)
