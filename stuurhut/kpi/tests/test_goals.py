"""What a goal comes to in a period: the exact one, else those that tile it, else its share of the one around it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stuurhut.kpi.goals import Goal, goal_in, tiling
from stuurhut.kpi.words.period import add_months

YEAR = date(2026, 1, 1)


def every_day(start: date, until: date) -> float:
    return (until - start).days


def weekdays(start: date, until: date) -> float:
    return sum((start + timedelta(days=n)).weekday() < 5 for n in range((until - start).days))


def month(number: int, value: int) -> Goal:
    return Goal(add_months(YEAR, number - 1), add_months(YEAR, number), Decimal(value))


def quarter(number: int, value: int) -> Goal:
    return Goal(add_months(YEAR, 3 * number - 3), add_months(YEAR, 3 * number), Decimal(value))


MONTHS = [month(number, 100 * number) for number in range(1, 13)]


def test_the_goal_for_exactly_the_period_goes_before_its_months() -> None:
    assert goal_in([*MONTHS, quarter(1, 5000)], YEAR, date(2026, 4, 1), every_day, adds_up=True) == 5000


def test_months_add_up_to_a_quarter_without_a_goal_of_its_own() -> None:
    assert goal_in(MONTHS, YEAR, date(2026, 4, 1), every_day, adds_up=True) == 600


def test_a_month_takes_its_part_of_the_quarter_by_working_days() -> None:
    # January to March 2026 have 22, 20 and 22 weekdays: February is 20 of 64.
    goal = goal_in([quarter(1, 6400)], date(2026, 2, 1), date(2026, 3, 1), weekdays, adds_up=True)
    assert goal == 2000


def test_a_year_with_a_missing_month_has_no_goal() -> None:
    assert goal_in(MONTHS[:5] + MONTHS[6:], YEAR, date(2027, 1, 1), every_day, adds_up=True) is None


def test_a_year_with_a_missing_month_has_its_other_goals_in_a_total() -> None:
    assert goal_in(MONTHS[:5] + MONTHS[6:], YEAR, date(2027, 1, 1), every_day, adds_up=True, gaps=True) == 7800 - 600


def test_the_year_up_to_today_takes_whole_months_and_a_part_of_the_running_one() -> None:
    # January whole, 14 of the 28 days of February.
    assert goal_in(MONTHS, YEAR, date(2026, 2, 15), every_day, adds_up=True) == 200


def test_a_goal_for_a_ratio_is_not_divided_over_months() -> None:
    goal = Goal(YEAR, date(2027, 1, 1), Decimal("0.30"))
    assert goal_in([goal], date(2026, 2, 1), date(2026, 3, 1), every_day, adds_up=False) == Decimal("0.30")


def test_goals_for_a_ratio_are_averaged_by_working_days() -> None:
    goals = [month(1, 1), month(2, 0)]
    assert goal_in(goals, YEAR, date(2026, 3, 1), every_day, adds_up=False) == pytest.approx(Decimal(31) / 59)


def test_no_goal_at_all() -> None:
    assert goal_in([], YEAR, date(2026, 2, 1), every_day, adds_up=True) is None


def test_overlapping_goals_are_tiled_with_the_fewest() -> None:
    assert tiling([*MONTHS, quarter(2, 9)], YEAR, date(2026, 7, 1)) == [*MONTHS[:3], quarter(2, 9)]


@given(st.lists(st.integers(1, 1000), min_size=12, max_size=12), st.integers(1, 350))
def test_the_parts_of_a_year_add_up_to_the_year(values: list[int], cut: int) -> None:
    goals = [month(number, value) for number, value in enumerate(values, 1)]
    middle, end = YEAR + timedelta(days=cut), date(2027, 1, 1)
    parts = [goal_in(goals, a, b, every_day, adds_up=True) for a, b in ((YEAR, middle), (middle, end))]
    assert sum(part or 0 for part in parts) == pytest.approx(Decimal(sum(values)))
