"""A question is compiled once, whatever the moments, days and keys that it is asked with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import duckdb
import ibis
import ibis.expr.types as ir
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stuurhut.replica.compiling import SHELF, sql

CALLS = ibis.table({"id": "int64", "person_id": "int64", "at": "timestamp(6)", "on": "date", "kind": "string"}, "call")
NOON, MORNING = datetime(2026, 3, 2, 12), datetime(2026, 3, 2, 9)  # noqa: DTZ001 - as the facts write moments
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def calls(before: datetime, start: date, until: date, people: list[int], kind: str = "call") -> ir.Table:
    """How many calls some people made, by person."""
    t = CALLS.filter((CALLS.at < ibis.literal(before, "timestamp(6)")) & (CALLS.kind == kind))
    t = t.filter((t.on >= ibis.literal(start)) & (t.on < ibis.literal(until)) & t.person_id.isin(people))
    return t.group_by("person_id").aggregate(n=t.count(), last=t.at.max(), asked=ibis.literal(until))


@pytest.fixture
def compiled() -> Iterator[None]:
    before = dict(SHELF.patterns)
    SHELF.patterns.clear()
    yield
    SHELF.patterns.update(before)


@pytest.mark.usefixtures("compiled")
def test_the_next_minute_and_the_next_person_need_no_new_compilation() -> None:
    first = sql(calls(NOON, MARCH, APRIL, [1, 2]), "duckdb")
    second = sql(calls(MORNING, APRIL, date(2026, 5, 1), [2, 700]), "duckdb")
    assert len(SHELF.patterns) == 1
    for text in ("TIMESTAMP '2026-03-02 12:00:00'", "DATE '2026-03-01'", "IN (1, 2)"):
        assert text in first
        assert text not in second
    for text in ("TIMESTAMP '2026-03-02 09:00:00'", "DATE '2026-05-01'", "IN (2, 700)"):
        assert text in second


@pytest.mark.usefixtures("compiled")
def test_another_question_is_another_compilation() -> None:
    different = (
        calls(NOON, MARCH, APRIL, [1, 2]),
        calls(NOON, MARCH, APRIL, [1, 2, 3]),
        calls(NOON, MARCH, MARCH, [1, 2]),  # what is one day here may be two in the next question
        calls(NOON, MARCH, APRIL, [1, 2], "visit"),
        calls(NOON, MARCH, APRIL, [1, 2]).limit(1),
        calls(NOON, MARCH, APRIL, [1, 2]).limit(2),
    )
    assert len({sql(expression, "duckdb") for expression in different}) == len(SHELF.patterns) == len(different)


@pytest.fixture(scope="module")
def some_calls() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("""
        CREATE TABLE call AS
        SELECT n AS id, n % 5 AS person_id, TIMESTAMP '2026-02-27 06:30:00' + n * INTERVAL 7 HOUR AS "at",
            CAST("at" AS DATE) AS "on", ['call', 'it''s', 'MAKE_DATE(1, 1, 1)'][n % 3 + 1] AS kind
        FROM range(200) r(n)
    """)
    return connection


@given(
    before=st.datetimes(datetime(2026, 2, 1), datetime(2026, 6, 1)),  # noqa: DTZ001
    start=st.dates(date(2026, 2, 20), date(2026, 4, 1)),
    until=st.dates(date(2026, 2, 20), date(2026, 5, 1)),
    people=st.lists(st.integers(0, 300), max_size=4),
    kind=st.sampled_from(["call", "it's", "MAKE_DATE(1, 1, 1)", "MAKE_TIMESTAMP(1, 1, 1, 0, 0, 0.0)"]),
)
def test_the_rows_are_those_of_the_expression_itself(
    some_calls: duckdb.DuckDBPyConnection, before: datetime, start: date, until: date, people: list[int], kind: str
) -> None:
    """A name may even read like what stands for a day while a question is compiled."""
    question = calls(before, start, until, people, kind).order_by("person_id")
    expected = some_calls.execute(str(ibis.to_sql(question, dialect="duckdb"))).fetchall()
    assert some_calls.execute(sql(question, "duckdb")).fetchall() == expected
