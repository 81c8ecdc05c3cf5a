"""A goal that is divided stays whole, in numbers that one would type."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stuurhut.targets.maths import divided, raised

ONE = Decimal(1)


@pytest.mark.parametrize(
    ("whole", "weights", "expected"),
    [
        ("1200000", [1, 1, 1, 1], ["300000"] * 4),
        ("100000", [1, 1, 1], ["33400", "33300", "33300"]),  # in hundreds
        ("1000000", [20, 22, 21], ["318000", "349000", "333000"]),  # in thousands; 317,460 lost most
        ("100", [0.6, 1, 1], ["23", "39", "38"]),
        ("100", [0, 1, 1], ["0", "50", "50"]),
        ("90", [0, 0, 0], ["30", "30", "30"]),  # nobody has a day: equal parts
        ("100.50", [1, 1], ["50.50", "50"]),
        ("0", [1, 2], ["0", "0"]),
        ("7", [], []),
    ],
)
def test_a_goal_is_divided_by_weight(whole: str, weights: list[float], expected: list[str]) -> None:
    assert divided(Decimal(whole), weights, ONE) == [Decimal(part) for part in expected]


@given(
    whole=st.decimals(0, 10**9, places=2), weights=st.lists(st.floats(0, 300, allow_nan=False), min_size=1, max_size=20)
)
def test_the_parts_add_up_to_the_whole_to_the_cent(whole: Decimal, weights: list[float]) -> None:
    parts = divided(whole, weights, ONE)
    assert sum(parts) == whole
    assert all(part >= 0 for part in parts)


@given(whole=st.integers(0, 10**7), weights=st.lists(st.integers(1, 30), min_size=2, max_size=12))
def test_who_weighs_more_never_gets_less(whole: int, weights: list[int]) -> None:
    parts = divided(Decimal(whole * 1000), sorted(weights), ONE)
    assert all(later - earlier >= -1000 for earlier, later in pairwise(parts)), "but for rounding"


@pytest.mark.parametrize(
    ("before", "percent", "smallest", "expected"),
    [
        ("811234.56", "5", "1", "852000"),
        ("9400", "10", "1", "10340"),
        ("34", "5", "1", "36"),
        ("0.231", "10", "0.001", "0.254"),
        ("100", "-20", "1", "80"),
    ],
)
def test_last_year_plus_so_much_comes_in_round_numbers(before: str, percent: str, smallest: str, expected: str) -> None:
    assert raised(Decimal(before), Decimal(percent), Decimal(smallest)) == Decimal(expected)
