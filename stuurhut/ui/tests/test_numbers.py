"""Numbers are written the way people here read them."""

from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from stuurhut.ui.differences import difference
from stuurhut.ui.numbers import interval, money, written

SPACE = "\u00a0"


def plain_spaces(text: str) -> str:
    return text.replace(SPACE, " ")


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (Decimal("1234.5"), "money", "€ 1.234,50"),
        (Decimal("-0.004"), "money", "€ 0,00"),
        (Decimal("-12.5"), "money", "−€ 12,50"),
        (0.6315, "ratio", "63,2 %"),
        (1.3, "ratio", "130,0 %"),
        (134, "minutes", "2 u 14 min"),
        (59.6, "minutes", "1 u"),
        (45, "minutes", "45 min"),
        (2.5, "hours", "2 u 30 min"),
        (1, "days", "1 dag"),
        (12.5, "days", "12,5 dagen"),
        (1234, "count", "1.234"),
        (3.4, "fte", "3,4 fte"),
        (2.666, "number", "2,67"),
        (None, "money", "–"),
    ],
)
def test_a_value_stands_with_its_unit_in_dutch(value: object, unit: str, expected: str) -> None:
    with override("nl"):
        assert plain_spaces(written(value, unit)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("811", "€ 811"),
        ("9999.49", "€ 9.999"),
        ("12345", "€ 12.000"),
        ("999499", "€ 999.000"),
        ("999500", "€ 1,00 mln"),
        ("8994321", "€ 8,99 mln"),
        ("1234567890", "€ 1,23 mld"),
        ("-8994321", "−€ 8,99 mln"),
    ],
)
def test_a_tile_has_amounts_in_thousands_and_millions(value: str, expected: str) -> None:
    with override("nl"):
        assert plain_spaces(money(Decimal(value), short=True)) == expected


def test_english_writes_the_same_amount_the_english_way() -> None:
    with override("en"):
        assert money(Decimal("1234.5")) == "€1,234.50"
        assert written(0.632, "ratio") == "63.2%"


@pytest.mark.parametrize(
    ("value", "base", "unit", "better", "text", "verdict"),
    [
        (Decimal("13524"), Decimal("12713"), "money", "higher", "+ € 811 (6,4 %)", "good"),
        (Decimal("90"), Decimal("100"), "count", "higher", "− 10 (10 %)", "bad"),
        (100, 120, "minutes", "lower", "20 min sneller", "good"),
        (200, 120, "minutes", "lower", "1 u 20 min trager", "bad"),
        (0.5, 0.48, "ratio", "higher", "+ 2,0 %-punt", "good"),
        (5, 0, "count", "higher", "+ 5", "good"),
        (5, 5, "count", "higher", "gelijk", "same"),
        (7, 5, "count", "neither", "+ 2 (40 %)", "none"),
    ],
)
def test_a_difference_has_one_sign_and_a_unit(
    value: Decimal, base: Decimal, unit: str, better: str, text: str, verdict: str
) -> None:
    with override("nl"):
        found = difference(value, base, unit, better)
    assert found is not None
    assert plain_spaces(found.text) == text
    assert found.verdict == verdict


def test_nothing_has_no_difference() -> None:
    assert difference(None, 5, "count", "higher") is None
    assert difference(5, None, "count", "higher") is None


amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2)


@given(amounts, amounts.filter(bool))
def test_the_percentage_printed_is_the_difference_over_what_it_is_against(value: Decimal, base: Decimal) -> None:
    found = difference(value, base, "money", "higher")
    assert found is not None
    assert found.percent is not None
    assert abs(found.amount / abs(base) * 100 - found.percent) < Decimal("1e-9") * (1 + abs(found.percent))
    assert found.amount == value - base


def test_an_interval_names_its_unit_once() -> None:
    with override("nl"):
        assert plain_spaces(interval(0.612, 0.643, "ratio")) == "61,2 tot 64,3 %"
        assert interval(None, 0.6, "ratio") == ""
