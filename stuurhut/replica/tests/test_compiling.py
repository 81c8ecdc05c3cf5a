"""A question is compiled once, whatever the moments, days and keys that it is asked with."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stuurhut.kpi.given import Given, among, day, givens, moment, number, whole, written_out
from stuurhut.kpi.study import table_of
from stuurhut.replica.compiling import pattern

CALLS = table_of("activity")
TABLES = {"activity": "facts.fact_activity"}


def _told(name: str) -> Any:
    return lambda told: told[name]


def calls() -> ir.Table:
    """How many calls some people made before a moment and between two days, by person."""
    t = CALLS.filter(
        (CALLS.occurred_at < ibis.literal(datetime(2030, 1, 1), "timestamp(6)"))  # noqa: DTZ001 - as the facts write moments
        & (CALLS.occurred_on >= day(_told("start")))
        & (CALLS.occurred_on < day(_told("until")))
        & among(CALLS.owner_id, _told("people"))
        & among(CALLS.kind, _told("kinds"))
    )
    t = t.filter(t.occurred_at < moment(_told("before")))
    later = (t.owner_id + whole(_told("more"))).max()
    return t.group_by("owner_id").aggregate(n=t.count(), more=later, part=t.id.max() * number(_told("part")))


ASKED = calls()


def found(told: dict[str, Any]) -> dict[Given, Any]:
    return {one: one.find(told) for one in givens(ASKED)}


@pytest.fixture(scope="module")
def some_calls() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("""
        CREATE SCHEMA facts;
        CREATE TABLE facts.fact_activity AS
        SELECT n AS id, n % 5 AS owner_id, TIMESTAMP '2026-02-27 06:30:00' + n * INTERVAL 7 HOUR AS occurred_at,
            CAST(occurred_at AS DATE) AS occurred_on, ['call', 'it''s', 'MAKE_DATE(1, 1, 1)'][n % 3 + 1] AS kind
        FROM range(200) r(n);
        CREATE VIEW fact_activity AS FROM facts.fact_activity
    """)
    return connection


@given(
    told=st.fixed_dictionaries(
        {
            "before": st.datetimes(
                datetime(2026, 2, 1), datetime(2026, 6, 1), timezones=st.timezones()  # noqa: DTZ001
            ),
            "start": st.dates(date(2026, 2, 20), date(2026, 4, 1)),
            "until": st.dates(date(2026, 2, 20), date(2026, 5, 1)),
            "people": st.lists(st.integers(0, 300), max_size=4).map(tuple),
            "kinds": st.lists(
                st.sampled_from(["call", "it's", "MAKE_DATE(1, 1, 1)", 'a "fact_lead"']), max_size=2
            ).map(tuple),
            "more": st.integers(-(10**9), 10**9),
            "part": st.integers(-(10**6), 10**6).map(lambda halves: halves / 2),
        }
    )
)  # fmt: skip
def test_the_rows_are_those_of_the_expression_itself(
    some_calls: duckdb.DuckDBPyConnection, told: dict[str, Any]
) -> None:
    """A name may even read like what stands for a day while a question is compiled."""
    expected = some_calls.execute(str(ibis.to_sql(written_out(ASKED, found(told)), dialect="duckdb"))).fetchall()
    compiled = pattern(ASKED)
    assert sorted(some_calls.execute(compiled.filled(found(told), TABLES)).fetchall()) == sorted(expected)
    assert compiled is pattern(ASKED)


def test_a_fact_is_read_where_the_engine_has_it() -> None:
    compiled = pattern(CALLS)
    assert compiled.facts == {"activity"}
    assert 'FROM past_3.fact_activity AS "' in compiled.filled({}, {"activity": "past_3.fact_activity"})
