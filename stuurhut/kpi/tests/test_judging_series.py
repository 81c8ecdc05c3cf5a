"""The course of a figure: whole months, with the hands that were there, of everybody or of one seller or team."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from stuurhut.kpi.answering import answer
from stuurhut.kpi.catalogue.index import CATALOGUE
from stuurhut.kpi.examples import ZONE, ExampleEngine
from stuurhut.kpi.judging.asking import Asking
from stuurhut.kpi.judging.series import WHOLE, Series, kind_of, series
from stuurhut.kpi.kpi import FactRows
from stuurhut.kpi.words.period import parse
from stuurhut.kpi.words.question import end_of
from stuurhut.kpi.words.scope import EVERYTHING, Scope


def asking(facts: dict[str, FactRows], as_of: str = "2026-05-12", scope: Scope = EVERYTHING) -> Asking:
    """Asked over the second quarter of 2026."""
    day, engine = date.fromisoformat(as_of), ExampleEngine(facts)
    return Asking(
        partial(answer, scope=scope, engine=engine), parse("2026-Q2", today=day), end_of(day, ZONE), ZONE,
        ask_all=partial(answer, scope=EVERYTHING, engine=engine),
    )  # fmt: skip


def calls(owner: str, team: str, *days: str) -> FactRows:
    return [{"kind": "call", "occurred_at": f"{day} 10:00", "owner": owner, "team": team} for day in days]


def weekdays(start: str, until: str) -> list[date]:
    first = date.fromisoformat(start)
    every = (first + timedelta(days=n) for n in range((date.fromisoformat(until) - first).days))
    return [day for day in every if day.weekday() < 5]


def at_work(person: str, team: str, start: str, until: str, fte: float = 1.0) -> FactRows:
    return [
        {"person": person, "team": team, "day": day, "contract_fte": 1.0, "available_fte": fte}
        for day in weekdays(start, until)
    ]


CALENDAR = [{"day": day, "working": True} for day in weekdays("2026-01-01", "2026-07-01")]
# January is when recording began; Bram is away in March; in April Alice went from Noord to Zuid.
WORK: dict[str, list[dict[str, Any]]] = {
    "calendar_day": CALENDAR,
    "person_day": [
        *at_work("Alice", "Noord", "2026-01-01", "2026-04-15"),
        *at_work("Alice", "Zuid", "2026-04-15", "2026-07-01"),
        *at_work("Bram", "Noord", "2026-01-01", "2026-03-01", 0.5),
        *at_work("Bram", "Noord", "2026-03-01", "2026-04-01", 0.0),
        *at_work("Bram", "Noord", "2026-04-01", "2026-07-01", 0.5),
    ],
    "activity": [
        *calls("Alice", "Noord", "2026-01-15", "2026-02-02", "2026-02-03", "2026-04-02"),
        *calls("Alice", "Zuid", "2026-04-20", "2026-04-21", "2026-05-04"),
        *calls("Bram", "Noord", "2026-02-10", "2026-04-10"),
    ],
}


def told(one: Series) -> list[tuple[str, float | None, float]]:
    return [(f"{point.start:%m}", point.value, round(point.n, 1)) for point in one.points]


def by_name(found: tuple[Series, ...]) -> dict[str, list[tuple[str, float | None, float]]]:
    return {one.about.name: told(one) for one in found}


def test_a_course_has_whole_months_without_the_first_and_without_the_one_that_runs() -> None:
    (whole,) = series(asking(WORK), "calls")
    assert whole.about == WHOLE
    assert told(whole) == [("02", 3.0, 30.0), ("03", 0.0, 22.0), ("04", 4.0, 33.0)]


def test_a_period_that_has_ended_ends_the_course() -> None:
    frame = asking(WORK, "2026-08-20")
    (whole,) = series(frame, "calls")
    assert told(whole)[-1][0] == "06"


def test_a_month_in_which_somebody_was_away_is_no_point_of_the_own_course() -> None:
    assert by_name(series(asking(WORK), "calls", of="person"))["Bram"] == [("02", 1.0, 10.0), ("04", 1.0, 11.0)]


def test_who_changes_team_has_one_course_and_each_team_what_happened_in_it() -> None:
    assert by_name(series(asking(WORK), "calls", of="person"))["Alice"] == [
        ("02", 2.0, 20.0), ("03", 0.0, 22.0), ("04", 3.0, 22.0),
    ]  # fmt: skip
    teams = by_name(series(asking(WORK), "calls", of="team"))
    assert teams["Noord"] == [("02", 3.0, 30.0), ("03", 0.0, 22.0), ("04", 2.0, 21.0)]
    assert teams["Zuid"] == [("04", 2.0, 12.0)]


def test_the_whole_is_the_same_asked_at_once_or_in_parts() -> None:
    frame = asking(WORK)
    assert series(frame, "calls") == series(frame, "calls", in_parts=True)


def test_where_nobody_recorded_memberships_the_days_of_the_calendar_count_from_the_own_first_month_on() -> None:
    facts = {"activity": [*WORK["activity"], *calls("Cora", "Zuid", "2026-02-20", "2026-03-20")]}
    found = by_name(series(asking(facts), "calls", of="person"))
    assert found["Alice"] == [("02", 2.0, 20.0), ("03", 0.0, 22.0), ("04", 3.0, 22.0)]
    assert found["Cora"] == [("03", 1.0, 22.0), ("04", 0.0, 22.0)]


def closed(owner: str, day: str, outcome: str) -> dict[str, Any]:
    return {"created_at": "2026-01-05 09:00", "closed_at": f"{day} 12:00", "outcome": outcome, "owner": owner,
            "team": "Noord"}  # fmt: skip


def test_a_share_is_told_as_how_many_of_how_many() -> None:
    deals = [closed("Alice", "2026-01-20", "won"), closed("Alice", "2026-02-10", "won"),
             closed("Alice", "2026-02-11", "lost"), closed("Alice", "2026-02-12", "lost"),
             closed("Bram", "2026-02-12", "won")]  # fmt: skip
    facts = {**WORK, "opportunity": deals}
    found = by_name(series(asking(facts), "win_rate", of="person"))
    assert found["Alice"] == [("02", 1.0, 3), ("03", None, 0), ("04", None, 0)]
    assert by_name(series(asking(facts), "win_rate", of="team"))["Noord"][0] == ("02", 2.0, 4)


def test_appointments_per_call_are_counted_per_call() -> None:
    visits = [{"kind": "visit", "occurred_at": "2026-02-05 10:00", "owner": "Alice", "team": "Noord"}] * 3
    facts = {**WORK, "activity": [*WORK["activity"], *visits]}
    (whole,) = series(asking(facts), "call_to_appointment")
    assert (whole.kind, told(whole)[0]) == ("count", ("02", 3.0, 3.0))


def test_weeks_are_told_by_week() -> None:
    (whole,) = series(asking(WORK), "calls", grain="week")
    assert (whole.points[0].start, whole.points[-1].start) == (date(2026, 1, 19), date(2026, 5, 4))


def test_nothing_recorded_is_no_course() -> None:
    assert series(asking({}), "calls") == ()
    assert series(asking({}), "calls", of="person") == ()


def test_who_sees_only_alice_gets_only_her_course() -> None:
    engine_ids = {one.about.name: one.about.id for one in series(asking(WORK), "calls", of="person")}
    alice = engine_ids["Alice"]
    assert alice is not None
    frame = asking(WORK, scope=Scope(persons=frozenset({alice})))
    assert by_name(series(frame, "calls", of="person")).keys() == {"Alice"}
    assert by_name(series(frame.everyone, "calls", of="person")).keys() == {"Alice", "Bram"}


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("sales_value", "money"), ("sales_count", "count"), ("win_rate", "share"), ("orders_per_visit", "count"),
        ("lead_response_time", "duration"), ("average_deal_size", "duration"), ("pipeline_open_value", None),
        ("target_attainment", None), ("understaffing", None), ("fte_available", None), ("leads_open", None),
    ],
)  # fmt: skip
def test_each_kpi_is_judged_by_what_it_is(key: str, kind: str | None) -> None:
    assert kind_of(CATALOGUE[key]) == kind
