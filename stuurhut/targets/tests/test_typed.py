"""What people type or paste becomes the number they mean, or one sentence with the remedy."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from stuurhut.kpi.answering import kpi_of
from stuurhut.targets.typed import NotANumber, value_of, written_in

SALES, CALLS, CONVERSION, CYCLE = (
    kpi_of(key) for key in ("sales_value", "calls", "lead_conversion", "sales_cycle_days")
)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("nl", "1.234,50", "1234.50"),
        ("nl", "€ 1.234,50", "1234.50"),
        ("nl", "1234,5", "1234.5"),
        ("nl", "1234.5", "1234.5"),
        ("nl", "1.234", "1234"),
        ("nl", "1.234.567", "1234567"),
        ("nl", "1 234 567,00", "1234567.00"),
        ("nl", "1,234.50", "1234.50"),
        ("nl", "€\u00a01.000,-", "1000"),
        ("nl", "EUR 250", "250"),
        ("nl", "250k", "250000"),
        ("nl", "1,2 mln", "1200000.0"),
        ("nl", "0", "0"),
        ("en", "1,234.50", "1234.50"),
        ("en", "1,234", "1234"),
        ("en", "1234,5", "1234.5"),
        ("en", "1.234,50", "1234.50"),
    ],
)
def test_an_amount_is_read_as_it_was_meant(language: str, text: str, expected: str) -> None:
    with override(language):
        assert value_of(text, SALES, "EUR") == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12%", "0.12"), ("12,5 %", "0.125"), ("12", "0.12"), ("12.5%", "0.125"), ("0,5%", "0.005"), ("0", "0")],
)
def test_a_share_is_in_percent_with_or_without_the_sign(text: str, expected: str) -> None:
    with override("nl"):
        assert value_of(text, CONVERSION, "EUR") == Decimal(expected)


@pytest.mark.parametrize("text", ["", "  ", "-", "–"])
def test_an_empty_cell_is_no_goal(text: str) -> None:
    assert value_of(text, SALES, "EUR") is None


@pytest.mark.parametrize(
    ("key", "text", "told"),
    [
        ("sales_value", "abc", "'abc' is geen getal; schrijf het zoals 1.234,50."),
        ("sales_value", "12%", "is een percentage"),
        ("sales_value", "$ 100", "is niet in EUR"),
        ("sales_value", "-5", "Een doel is nul of meer"),
        ("sales_value", "1,234", "delen van een cent"),
        ("sales_value", "1.2.3", "is geen getal"),
        ("sales_value", "1e5", "is geen getal"),
        ("sales_value", "NaN", "is geen getal"),
        ("sales_value", "=SOM(A1)", "is geen getal"),
        ("sales_value", "٣", "is geen getal"),
        ("sales_value", "99999999999999", "te groot"),
        ("calls", "10,5", "is geen heel getal"),
        ("calls", "€ 10", "is een bedrag"),
        ("lead_conversion", "0,25", "minder dan één procent; schrijf 25%"),
    ],
)
def test_what_cannot_be_a_goal_is_refused_in_one_sentence(key: str, text: str, told: str) -> None:
    with override("nl"), pytest.raises(NotANumber) as refused:
        value_of(text, kpi_of(key), "EUR")
    assert told in str(refused.value)


@pytest.mark.parametrize("language", ["nl", "en"])
@given(cents=st.integers(0, 10**12))
def test_an_amount_that_is_written_is_read_back_the_same(language: str, cents: int) -> None:
    value = Decimal(cents) / 100
    with override(language):
        assert value_of(written_in(value, SALES), SALES, "EUR") == value


@pytest.mark.parametrize("language", ["nl", "en"])
@given(thousandths=st.integers(0, 5000))
def test_a_share_that_is_written_is_read_back_the_same(language: str, thousandths: int) -> None:
    value = Decimal(thousandths) / 1000
    with override(language):
        assert value_of(written_in(value, CONVERSION), CONVERSION, "EUR") == value


def test_a_goal_is_written_the_readers_way() -> None:
    with override("nl"):
        found = [
            written_in(Decimal("1234.5"), SALES), written_in(Decimal("1234000"), SALES),
            written_in(Decimal("0.125"), CONVERSION), written_in(Decimal("12"), CALLS),
            written_in(Decimal("30.5"), CYCLE), written_in(None, SALES),
        ]  # fmt: skip
    assert found == ["1.234,50", "1.234.000", "12,5%", "12", "30,5", ""]
