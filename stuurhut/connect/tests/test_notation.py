"""How a column is written is told from the whole column, and then read that way."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stuurhut.connect.notation import Evidence, Notation, NotRead, notation, read_day, read_moment, read_number

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
POINT, COMMA = Notation("."), Notation(",")


def told(texts: list[str], *, days: bool = False, delimiter: str = ",") -> Notation:
    evidence = Evidence()
    (evidence.add_days if days else evidence.add_numbers)(texts)
    return notation(evidence, Evidence(), delimiter=delimiter)


@pytest.mark.parametrize(
    ("text", "form", "value"),
    [
        ("1.234,50", COMMA, "1234.50"),
        ("1,234.50", POINT, "1234.50"),
        ("€ 1.234.567,89", COMMA, "1234567.89"),
        ("€1 234,5", COMMA, "1234.5"),
        ("1 234 567", POINT, "1234567"),
        ("USD 12", POINT, "12"),
        ("-17,5", COMMA, "-17.5"),
        ("(17.5)", POINT, "-17.5"),
        ("1.200,-", COMMA, "1200"),
        ("40%", POINT, "0.4"),
        ("1'234.50", POINT, "1234.50"),
        ("1e3", POINT, "1000"),
        (12.5, POINT, "12.5"),
        (7, POINT, "7"),
    ],
)
def test_an_amount_is_read_in_the_form_of_its_column(text: object, form: Notation, value: str) -> None:
    assert read_number(text, form) == Decimal(value)


@pytest.mark.parametrize("text", ["twaalf", "1.23.45", "12,34.5", "1,2,3", "--5", "", "€", True, "1.2345,6", "NaN"])
def test_what_is_no_number_is_refused(text: object) -> None:
    with pytest.raises(NotRead):
        read_number(text, COMMA)


@pytest.mark.parametrize(
    ("texts", "decimal", "sure"),
    [
        (["1.234,50", "7"], ",", True),
        (["1,234.50"], ".", True),
        (["1.234.567"], ",", True),
        (["12,5", "1.234"], ",", True),
        (["0.125"], ".", True),
        (["1234.567"], ".", True),
        (["1.234", "2.500"], ".", False),
        (["12", "13"], ".", True),
    ],
)
def test_the_decimal_sign_is_told_from_the_column(texts: list[str], decimal: str, sure: bool) -> None:
    form = told(texts)
    assert (form.decimal, form.sure) == (decimal, sure)


def test_a_file_with_semicolons_has_decimal_commas_unless_it_shows_otherwise() -> None:
    assert told(["1.234"], delimiter=";").decimal == ","
    assert told(["12.5"], delimiter=";").decimal == "."


def test_one_slip_of_the_pen_does_not_decide_for_the_column() -> None:
    assert told(["10,50", "11,25", "3.99", "4,00"]).decimal == ","


amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2).map(lambda value: value + 0)


@given(st.lists(amounts, min_size=1, max_size=30))
def test_every_amount_written_the_dutch_way_comes_back(values: list[Decimal]) -> None:
    texts = [f"{value:,.2f}".translate(str.maketrans(",.", ".,")) for value in values]
    form = told(texts)
    assert [read_number(text, form) for text in texts] == values


@given(st.lists(amounts, min_size=1, max_size=30))
def test_every_amount_written_the_english_way_comes_back(values: list[Decimal]) -> None:
    texts = [f"{value:,.2f}" for value in values]
    form = told(texts)
    assert [read_number(text, form) for text in texts] == values


@pytest.mark.parametrize(
    ("text", "form", "moment"),
    [
        ("2017-08-25", POINT, "2017-08-25T00:00"),
        ("2017/08/25", POINT, "2017-08-25T00:00"),
        ("20170825", POINT, "2017-08-25T00:00"),
        ("25-08-2017 13:45", POINT, "2017-08-25T13:45"),
        ("25.8.17", POINT, "2017-08-25T00:00"),
        ("08/25/2017 1:45 PM", Notation(day_first=False), "2017-08-25T13:45"),
        ("08/25/2017 12:05 AM", Notation(day_first=False), "2017-08-25T00:05"),
        ("25 aug 2017", POINT, "2017-08-25T00:00"),
        ("3 mrt. 2017", POINT, "2017-03-03T00:00"),
        ("Aug 25, 2017", POINT, "2017-08-25T00:00"),
        ("2017-08-25T13:45:10.5", POINT, "2017-08-25T13:45:10.500000"),
        ("42972", POINT, "2017-08-25T00:00"),
        (42972.5, POINT, "2017-08-25T12:00"),
        (date(2017, 8, 25), POINT, "2017-08-25T00:00"),
    ],
)
def test_a_moment_without_zone_is_the_organisations(text: object, form: Notation, moment: str) -> None:
    expected = datetime.fromisoformat(moment).replace(tzinfo=AMSTERDAM).astimezone(UTC)
    assert read_moment(text, form, AMSTERDAM) == expected


@pytest.mark.parametrize("text", ["2017-08-25T13:45:00Z", "2017-08-25T15:45:00+02:00", "2017-08-25 08:45-0500"])
def test_a_moment_with_zone_keeps_it(text: str) -> None:
    assert read_moment(text, POINT, AMSTERDAM) == datetime(2017, 8, 25, 13, 45, tzinfo=UTC)


@pytest.mark.parametrize("text", ["31-02-2017", "2017-13-01", "gisteren", "12", "2017-08-25 25:00", "", "99 foo 2017"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(NotRead):
        read_moment(text, POINT, AMSTERDAM)


days = st.dates(min_value=date(1970, 1, 1), max_value=date(2068, 12, 31))
forms = st.sampled_from(["%d-%m-%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%Y/%m/%d", "%d.%m.%y"])


@given(st.lists(days, min_size=1, max_size=40), forms)
def test_days_are_read_back_whenever_the_column_shows_which_comes_first(values: list[date], form: str) -> None:
    texts = [value.strftime(form) for value in values]
    shown = any(value.day > 12 for value in values) or form.startswith(("%Y", "%d"))
    assert not shown or [read_day(text, told(texts, days=True)) for text in texts] == values


@given(st.lists(days.filter(lambda day: day.day <= 12 and day.day != day.month), min_size=1))
def test_a_column_that_does_not_tell_is_read_day_first_and_said_to_be_unsure(values: list[date]) -> None:
    form = told([value.strftime("%d/%m/%Y") for value in values], days=True)
    assert form.day_first
    assert not form.sure


def test_the_other_columns_of_the_file_help() -> None:
    own, file = Evidence(), Evidence()
    own.add_days(["03/04/2017"])
    file.add_days(["03/25/2017"])
    form = notation(own, file)
    assert (form.day_first, form.sure) == (False, True)


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2060, 1, 1)))  # noqa: DTZ001
def test_iso_moments_come_back_to_the_second(local: datetime) -> None:
    local = local.replace(microsecond=0)
    found = read_moment(local.isoformat(sep=" "), POINT, AMSTERDAM).astimezone(AMSTERDAM).replace(tzinfo=None)
    # In spring an hour of the clock does not exist; it is read as the hour after.
    assert found - local in (timedelta(0), timedelta(hours=1))
