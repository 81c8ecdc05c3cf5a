"""The hands and what they write down."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from stuurhut.kpi.answering import prepared
from stuurhut.kpi.catalogue.hands import selling_fte, weekdays
from stuurhut.kpi.examples import ExampleEngine
from stuurhut.kpi.tests.asking import asked, behind, question
from stuurhut.kpi.words.errors import QuestionError
from stuurhut.kpi.words.scope import EVERYTHING, Scope

APRIL = weekdays(date(2026, 3, 1), date(2026, 5, 1))
CALENDAR = [{"day": day, "working": day != date(2026, 4, 6)} for day in APRIL]  # Easter Monday
Rows = list[dict[str, Any]]


def present(person: str, days: list[date], fte: float = 1.0, team: str = "Noord") -> Rows:
    return [
        {"person": person, "team": team, "day": day, "contract_fte": 1.0, "available_fte": fte, "selling_fte": fte}
        for day in days
    ]


def formation(days: list[date], seats: float, vacant: float, team: str = "Noord") -> Rows:
    return [
        {
            "team": team,
            "day": day,
            "formation_fte": seats,
            "filled_fte": seats - vacant,
            "available_fte": seats - vacant,
            "vacant_fte": vacant,
            "long_absent_fte": 0.0,
        }
        for day in days
    ]


def test_a_holiday_is_no_working_day_and_so_nobody_lacks() -> None:
    days = [day for day in APRIL if day != date(2026, 4, 6)]
    engine = ExampleEngine({"formation_day": formation(days, 4, 1), "calendar_day": CALENDAR})
    assert asked(engine, "understaffing", period="2026-04", as_of="2026-04-30").total.value == pytest.approx(0.25)
    assert asked(engine, "fte_formation", period="2026-04", as_of="2026-04-30").total.value == pytest.approx(4)


def test_only_the_days_up_to_the_peildatum_are_averaged() -> None:
    week = [day for day in APRIL if day < date(2026, 3, 7)]
    engine = ExampleEngine(
        {"person_day": present("Alice", week[:2]) + present("Alice", week[2:], 0.0), "calendar_day": CALENDAR}
    )
    assert asked(engine, "fte_available", period="2026-W10", as_of="2026-03-03").total.value == 1
    assert asked(engine, "fte_available", period="2026-W10", as_of="2026-03-06").total.value == pytest.approx(0.4)


def test_a_month_that_has_not_begun_has_no_hands_yet() -> None:
    engine = ExampleEngine({"person_day": present("Alice", APRIL), "calendar_day": CALENDAR})
    answer = asked(engine, "fte_available", period="2026-03-01..2026-05-01", as_of="2026-03-31", by=("month",))
    assert [row.value.value for row in answer.rows] == [1, None]


def test_teams_add_up_to_the_organisation() -> None:
    engine = ExampleEngine(
        {
            "formation_day": formation(APRIL, 4, 1) + formation(APRIL, 2, 0, "Zuid"),
            "calendar_day": [{"day": day, "working": True} for day in APRIL],
        }
    )
    answer = asked(engine, "fte_formation", by=("team",))
    assert sum(float(row.value.value or 0) for row in answer.rows) == answer.total.value == 6
    noord = next(row.ids["team"] for row in answer.rows if row.names["team"] == "Noord")
    assert asked(engine, "fte_formation", Scope(teams=frozenset({noord or 0}))).total.value == 4


def test_who_leads_is_available_but_not_there_to_sell() -> None:
    leads = [{**day, "selling_fte": 0.0} for day in present("Bob", APRIL)]
    calendar = [{"day": day, "working": True} for day in APRIL]
    engine = ExampleEngine({"person_day": [*present("Alice", APRIL, 0.8), *leads], "calendar_day": calendar})
    inquiry = prepared(question("fte_available"), EVERYTHING, engine)
    assert asked(engine, "fte_available").total.value == pytest.approx(1.8)
    assert selling_fte(inquiry) == {(): pytest.approx(0.8)}
    assert sorted(selling_fte(inquiry, ("person",)).values()) == [0, pytest.approx(0.8)]


def test_an_amount_or_a_count_is_told_per_fte_of_who_was_there_to_sell() -> None:
    leads = [{**day, "selling_fte": 0.0} for day in present("Bob", APRIL)]
    lead = {"created_at": "2026-03-02 09:00", "team": "Noord"}
    facts = {
        "person_day": [*present("Alice", APRIL, 0.5), *leads],
        "calendar_day": [{"day": day, "working": True} for day in APRIL],
        "lead": [{**lead, "owner": "Alice"}, {**lead, "owner": "Alice"}, {**lead, "owner": "Bob"}],
    }
    answer = asked(ExampleEngine(facts), "leads_created", by=("person",), per_fte=True)
    told = {row.names["person"]: (row.value.value, row.value.more["per_fte"]) for row in answer.rows}
    assert told == {"Alice": (2, pytest.approx(4)), "Bob": (1, None)}
    assert answer.total.more == {"fte": pytest.approx(0.5), "per_fte": pytest.approx(6)}


@pytest.mark.parametrize(("key", "by"), [("win_rate", ()), ("fte_available", ()), ("leads_created", ("source",))])
def test_a_share_is_not_told_per_fte_nor_is_what_has_no_hands(key: str, by: tuple[str, ...]) -> None:
    with pytest.raises(QuestionError, match="per FTE"):
        asked(ExampleEngine({}), key, by=by, per_fte=True)


def visit(occurred: str, recorded: str, owner: str = "Alice") -> dict[str, Any]:
    return {
        "kind": "visit",
        "occurred_at": f"2026-03-{occurred}",
        "recorded_at": f"2026-03-{recorded}",
        "owner": owner,
        "team": "Noord",
    }


def test_recorded_in_the_evening_is_recorded_the_same_day() -> None:
    value = asked(
        ExampleEngine({"activity": [visit("02 16:00", "02 21:00"), visit("02 10:00", "05 10:00")]}), "recording_delay"
    ).total
    assert value.value == (60 + 3 * 480) / 2
    assert value.more["within_a_day"] == 0.5


def test_the_day_of_today_is_not_silent_yet() -> None:
    week = [day for day in APRIL if day < date(2026, 3, 7)]
    engine = ExampleEngine({"activity": [visit("02 16:00", "03 09:00")], "person_day": present("Alice", week)})
    # At the end of Wednesday: Monday and Wednesday are silent; Tuesday is the day of recording.
    value = asked(engine, "days_without_record", as_of="2026-03-04").total
    assert (value.value, value.n) == (2, 3)
    assert [(r.person, r.on) for r in behind(engine, "days_without_record", as_of="2026-03-04")] == [
        ("Alice", date(2026, 3, 4)),
        ("Alice", date(2026, 3, 2)),
    ]


def test_a_day_of_absence_is_not_silent() -> None:
    week = [day for day in APRIL if day < date(2026, 3, 7)]
    engine = ExampleEngine({"person_day": present("Alice", week[:2]) + present("Alice", week[2:], 0.0)})
    assert asked(engine, "days_without_record").total.value == 2
