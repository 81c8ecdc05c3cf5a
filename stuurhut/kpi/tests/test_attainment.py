"""How far we are: never capped, at the pace of the person's own working days, team and person apart."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from stuurhut.kpi.catalogue.hands import weekdays
from stuurhut.kpi.examples import ExampleEngine
from stuurhut.kpi.tests.asking import asked, behind
from stuurhut.kpi.words.answer import Answer, Value
from stuurhut.kpi.words.errors import QuestionError, UnknownName
from stuurhut.kpi.words.scope import Scope

MARCH = weekdays(date(2026, 3, 1), date(2026, 4, 1))  # 22 working days
Rows = list[dict[str, Any]]


def sale(day: str, value: float, owner: str = "Alice", team: str = "Noord", **more: Any) -> dict[str, Any]:
    return {
        "created_at": "2023-01-02 09:00",
        "closed_at": f"{day} 12:00",
        "outcome": "won",
        "amount": value,
        "owner": owner,
        "team": team,
        **more,
    }


def goal(value: float | str, kpi: str = "sales_value", **more: Any) -> dict[str, Any]:
    return {
        "kpi": kpi,
        "value": str(value),
        "currency": "EUR",
        "version": 1,
        "starts_on": "2026-03-01",
        "until_on": "2026-04-01",
        "set_at": "2026-01-02 09:00",
        **more,
    }


def at_work(person: str, days: list[date] = MARCH, team: str = "Noord", fte: float = 1.0) -> Rows:
    return [{"person": person, "team": team, "day": d, "contract_fte": fte, "available_fte": fte} for d in days]


def engine(sales: Rows, goals: Rows, days: Rows | None = None, **facts: Rows) -> ExampleEngine:
    calendar = [{"day": day, "working": True} for day in weekdays(date(2023, 1, 1), date(2027, 1, 1))]
    return ExampleEngine(
        {"opportunity": sales, "target": goals, "person_day": days or [], "calendar_day": calendar, **facts}
    )


def of(answer: Answer, name: str) -> Value:
    return next(row.value for row in answer.rows if name in row.names.values())


def attained(*args: Any, **question: Any) -> Value:
    return asked(engine(*args), "target_attainment", **question).total


# -- T6: not capped, and the person's own days -----------------------------------------------------------------------


def test_130_percent_is_130_percent() -> None:
    assert attained([sale("2026-03-06", 13000)], [goal(10000, person="Alice")]).value == pytest.approx(1.3)


def test_pace_goes_by_the_working_days_of_the_person_not_of_the_calendar() -> None:
    # Alice works all 22 days, Bram only from the 16th (12 days). At the end of the 17th 12 and 2 days have passed.
    days = at_work("Alice") + at_work("Bram", [day for day in MARCH if day.day >= 16])
    them = engine(
        [sale("2026-03-16", 3000), sale("2026-03-17", 3000, "Bram")],
        [goal(6000, person="Alice"), goal(6000, person="Bram")],
        days,
    )
    answer = asked(them, "target_attainment", by=("person",), as_of="2026-03-17")
    alice, bram = of(answer, "Alice").more, of(answer, "Bram").more
    assert alice["elapsed_share"] == pytest.approx(12 / 22)
    assert alice["pace"] == pytest.approx(0.5 / (12 / 22))
    assert bram["elapsed_share"] == pytest.approx(2 / 12)
    assert bram["pace"] == pytest.approx(3)
    assert bram["projected"] == Decimal("18000.00")


def test_on_day_0_there_is_no_pace() -> None:
    it = attained([], [goal(6000, person="Alice")], at_work("Alice"), as_of="2026-03-01")
    assert (it.value, it.more["pace"], it.more["elapsed_share"]) == (0, None, 0)


def test_after_the_period_pace_is_attainment() -> None:
    it = attained([sale("2026-03-06", 5000)], [goal(10000, person="Alice")], at_work("Alice"), as_of="2026-05-01")
    assert (it.value, it.more["pace"], it.more["projected"]) == (0.5, pytest.approx(0.5), Decimal("5000.00"))


def test_the_season_weighs_the_days() -> None:
    # Three years in which a working day of January brings twice that of any other month.
    past = [
        sale(f"{year}-{month:02d}-10", (2 if month == 1 else 1) * 1000.0 * n)
        for year in (2023, 2024, 2025)
        for month in range(1, 13)
        for n in [len(weekdays(date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)))]
    ]
    quarter = goal(9000, person="Alice", starts_on="2026-01-01", until_on="2026-04-01")
    it = attained(past, [quarter], period="2026-Q1", as_of="2026-01-31")
    # 22, 20 and 22 working days: 44 of 86 instead of 22 of 64.
    assert it.more["elapsed_share"] == pytest.approx(44 / 86)


def test_less_than_two_years_of_history_is_a_flat_year() -> None:
    past = [sale(f"2025-{month:02d}-10", 1000) for month in range(1, 13)]
    quarter = goal(9000, person="Alice", starts_on="2026-01-01", until_on="2026-04-01")
    assert attained(past, [quarter], period="2026-Q1", as_of="2026-01-31").more["elapsed_share"] == pytest.approx(
        22 / 64
    )


# -- which target ----------------------------------------------------------------------------------------------------


def test_a_month_takes_its_share_of_the_year_by_own_working_days() -> None:
    # Bram works in March and April only: 22 of 44 days.
    days = at_work("Bram", weekdays(date(2026, 3, 1), date(2026, 5, 1)))
    year = goal(8800, person="Bram", starts_on="2026-01-01", until_on="2027-01-01")
    it = attained([sale("2026-03-06", 2200, "Bram")], [year], days)
    assert (it.more["target"], it.value) == (Decimal("4400.00"), 0.5)


def test_a_year_without_a_target_for_one_month_has_no_percentage() -> None:
    months = [
        goal(100, person="Alice", starts_on=date(2026, m, 1), until_on=date(2026 + m // 12, m % 12 + 1, 1))
        for m in range(1, 13)
    ]
    sales = [sale("2026-03-06", 600)]
    whole = asked(engine(sales, months), "target_attainment", by=("person",), period="2026", as_of="2026-12-31")
    lacking = asked(
        engine(sales, months[:6] + months[7:]), "target_attainment", by=("person",), period="2026", as_of="2026-12-31"
    )
    assert of(whole, "Alice").value == pytest.approx(0.5)
    assert (of(lacking, "Alice").value, of(lacking, "Alice").more["realised"]) == (None, Decimal("600.00"))
    assert of(lacking, "Alice").more["reason"]
    assert [left.n for left in lacking.excluded if "part of the period" in left.why] == [1]


def test_the_latest_version_set_before_the_peildatum_holds() -> None:
    versions = [
        goal(1000, person="Alice"),
        goal(2000, person="Alice", version=2, set_at="2026-03-10 09:00"),
        goal(4000, person="Alice", version=3, set_at="2026-03-20 09:00"),
    ]
    sales = [sale("2026-03-06", 1000)]
    assert [attained(sales, versions, as_of=f"2026-03-{day}").value for day in ("09", "15", "31")] == [1, 0.5, 0.25]


def test_a_goal_in_another_currency_does_not_count_for_euros() -> None:
    goals = [goal(1000, person="Alice", currency="USD"), goal(500, person="Bram")]
    answer = asked(engine([sale("2026-03-06", 1000)], goals), "target_attainment", by=("person",))
    assert of(answer, "Alice").value is None
    assert [left.n for left in answer.excluded if "another currency" in left.why] == [1]


def test_a_goal_for_one_source_is_met_by_that_source_only() -> None:
    goals = [goal(1000, person="Alice"), goal(200, person="Alice", filter=json.dumps({"source": "Beurs"}))]
    them = engine([sale("2026-03-06", 100, source="Beurs"), sale("2026-03-07", 400, source="Website")], goals)
    assert asked(them, "target_attainment").total.value == pytest.approx(0.5)
    assert asked(them, "target_attainment", where=(("source", "Beurs"),)).total.value == pytest.approx(0.5)
    assert asked(them, "target_attainment", where=(("source", "Website"),)).total.value is None
    assert of(asked(them, "target_attainment", by=("source",)), "Beurs").more["target"] == Decimal("200.00")


# -- T7: teams -------------------------------------------------------------------------------------------------------

TEAMS = {
    "team": [{"id": 1, "name": "Noord"}, {"id": 2, "name": "Drenthe", "parent_id": 1}, {"id": 3, "name": "Zuid"}],
    "label": [{"kind": "team", "id": n, "name": name} for n, name in ((1, "Noord"), (2, "Drenthe"), (3, "Zuid"))],
}


def in_teams(goals: Rows) -> ExampleEngine:
    """Alice sold 100 in Noord, Bram 300 in Drenthe (part of Noord), Carla 50 in Zuid."""
    sales: Rows = [
        {
            **sale("2026-03-06", value),
            "owner": who,
            "team": None,
            "owner_id": n,
            "own_team_id": n,
            "created_team_id": n,
            "closed_team_id": n,
        }
        for n, (who, value) in enumerate((("Alice", 100), ("Bram", 300), ("Carla", 50)), 1)
    ]
    for row in sales:
        del row["owner"], row["team"]
    members = [{"person_id": n, "team_id": n, "teams": 1, "fte": 1.0, "starts_on": "2020-01-01"} for n in (1, 2, 3)]
    persons = [{"kind": "person", "id": n, "name": name} for n, name in enumerate(("Alice", "Bram", "Carla"), 1)]
    return engine(sales, goals, person_team=members, team=TEAMS["team"], label=[*TEAMS["label"], *persons])


def test_a_team_is_met_by_itself_and_the_teams_below_it() -> None:
    answer = asked(in_teams([goal(800, team_id=1), goal(600, team_id=2)]), "target_attainment", by=("team",))
    assert (of(answer, "Noord").value, of(answer, "Drenthe").value) == (0.5, 0.5)


def test_the_target_of_a_team_stands_apart_from_those_of_its_people() -> None:
    answer = asked(
        in_teams([goal(800, team_id=1), goal(300, person_id=2), goal(100, person_id=3)]),
        "target_attainment",
        by=("team",),
    )
    assert answer.total.more["target"] == Decimal("900.00")  # Noord's own, and Carla's: Zuid has none
    assert of(answer, "Noord").more["target"] == Decimal("800.00")
    assert of(answer, "Drenthe").more["target"] == Decimal("300.00")
    assert answer.total.value == pytest.approx(450 / 900)


def test_without_team_targets_those_of_the_people_are_added() -> None:
    answer = asked(
        in_teams([goal(100, person_id=1), goal(300, person_id=2), goal(50, person_id=3)]),
        "target_attainment",
        by=("team",),
    )
    assert answer.total.value == 1
    assert of(answer, "Noord").more["target"] == Decimal("400.00")


def test_charlie_sees_the_target_of_another_team_nowhere() -> None:
    them = in_teams([goal(800, team_id=1), goal(300, person_id=2), goal(100, person_id=3)])
    charlie = Scope(persons=frozenset({3}))
    answer = asked(them, "target_attainment", charlie, by=("person",))
    assert [row.names["person"] for row in answer.rows] == ["Carla"]
    assert answer.total.more["target"] == Decimal("100.00")
    manager = asked(them, "target_attainment", Scope(teams=frozenset({3})), by=("team",))
    assert [row.names["team"] for row in manager.rows] == ["Zuid"]


def moved_house(goals: Rows, days: Rows | None = None) -> ExampleEngine:
    """Alice moved from Noord to Zuid on 12 March, after 8 of 22 working days; she sold 40 before it and 60 after."""
    names = [
        {"kind": "team", "id": 1, "name": "Noord"},
        {"kind": "team", "id": 2, "name": "Zuid"},
        {"kind": "person", "id": 1, "name": "Alice"},
    ]
    stays: Rows = [
        {"person_id": 1, "team_id": 1, "teams": 1, "fte": 1.0, "starts_on": "2020-01-01", "until_on": "2026-03-12"},
        {"person_id": 1, "team_id": 2, "teams": 1, "fte": 1.0, "starts_on": "2026-03-12"},
    ]
    sales = [
        {
            **{name: value for name, value in sale(day, amount).items() if name not in ("owner", "team")},
            "owner_id": 1,
            "own_team_id": team,
            "created_team_id": team,
            "closed_team_id": team,
        }
        for day, amount, team in (("2026-03-06", 40, 1), ("2026-03-20", 60, 2))
    ]
    worked = [
        {"person_id": 1, "team_id": 1 if day.day < 12 else 2, "day": day, "contract_fte": 1.0, "available_fte": 1.0}
        for day in MARCH
    ]
    teams = [{"id": 1, "name": "Noord"}, {"id": 2, "name": "Zuid"}]
    return engine(sales, goals, worked if days is None else days, person_team=stays, team=teams, label=names)


@pytest.mark.parametrize("days", [None, []], ids=["own working days", "those of the calendar"])
def test_the_target_of_who_moved_is_divided_over_the_teams_by_working_days(days: Rows | None) -> None:
    them = moved_house([goal(110, person_id=1)], days)
    answer = asked(them, "target_attainment", by=("team",))
    targets = [of(answer, team).more["target"] for team in ("Noord", "Zuid")]
    assert targets == [Decimal("40.00"), Decimal("70.00")]
    assert [of(answer, team).value for team in ("Noord", "Zuid")] == [1, pytest.approx(60 / 70)]
    assert answer.total.more["target"] == of(asked(them, "target_attainment", by=("person",)), "Alice").more["target"]
    assert answer.total.more["target"] == Decimal("110.00")


def test_the_old_team_is_through_its_share_of_the_target_once_somebody_has_moved() -> None:
    answer = asked(moved_house([goal(110, person_id=1)]), "target_attainment", by=("team",), as_of="2026-03-13")
    assert of(answer, "Noord").more["elapsed_share"] == 1
    assert of(answer, "Zuid").more["elapsed_share"] == pytest.approx(2 / 14)


def test_a_manager_sees_the_target_of_who_moved_for_the_time_in_the_own_team() -> None:
    them = moved_house([goal(110, person_id=1)])
    of_zuid = asked(them, "target_attainment", Scope(teams=frozenset({2})))
    filtered = asked(them, "target_attainment", where=(("team", "Zuid"),), by=("person", "team"))
    assert of_zuid.total.more["target"] == filtered.total.more["target"] == Decimal("70.00")
    assert of(filtered, "Alice").more["target"] == Decimal("70.00")
    herself = asked(them, "target_attainment", Scope(persons=frozenset({1})))
    assert herself.total.more["target"] == Decimal("110.00")


def test_who_had_a_target_for_each_part_brings_to_a_team_the_one_of_the_time_there() -> None:
    parts = [
        goal(10, person_id=1, starts_on="2026-03-01", until_on="2026-03-12"),
        goal(100, person_id=1, starts_on="2026-03-12", until_on="2026-04-01"),
    ]
    answer = asked(moved_house(parts), "target_attainment", by=("team",))
    assert [of(answer, team).more["target"] for team in ("Noord", "Zuid")] == [Decimal("10.00"), Decimal("100.00")]


# -- other kinds of KPI ----------------------------------------------------------------------------------------------


def test_a_ratio_is_met_or_not_and_says_how_sure() -> None:
    deals = [sale("2026-03-06", 1), sale("2026-03-06", 1), sale("2026-03-06", 1, outcome="lost")]
    goals = [goal("0.5", kpi="win_rate", person="Alice", currency="")]
    it = attained(deals, goals, of="win_rate")
    assert it.value == pytest.approx((2 / 3) / 0.5)
    assert (it.more["met"], it.more["sure"], it.more["pace"]) == (True, False, None)


def test_where_lower_is_better_the_percentage_is_turned_round() -> None:
    goals = [goal(10, kpi="sales_cycle_days", person="Alice", currency="")]
    slow = [sale("2026-03-06", 1, created_at="2026-02-14 09:00")]  # 20 days
    it = attained(slow, goals, of="sales_cycle_days")
    assert (it.value, it.more["met"]) == (0.5, False)


def test_a_target_for_calls_counts_calls() -> None:
    calls = [
        {"kind": "call", "occurred_at": f"2026-03-0{n} 10:00", "owner": "Alice", "team": "Noord"} for n in (2, 3, 4)
    ]
    them = engine([], [goal(6, kpi="calls", person="Alice", currency="")], activity=calls)
    assert asked(them, "target_attainment", of="calls").total.value == 0.5
    assert len(behind(them, "target_attainment", of="calls")) == 3


def test_every_month_with_a_target_has_its_row() -> None:
    months = [goal(100, person="Alice"), goal(200, person="Alice", starts_on="2026-04-01", until_on="2026-05-01")]
    answer = asked(
        engine([sale("2026-03-06", 100)], months),
        "target_attainment",
        by=("month",),
        period="2026-Q2",
        as_of="2026-04-15",
    )
    assert [(row.names["month"], row.value.value) for row in answer.rows] == [
        ("2026-04", 0),
        ("2026-05", None),
        ("2026-06", None),
    ]


def test_attainment_of_itself_or_of_nothing_is_refused() -> None:
    with pytest.raises(QuestionError):
        attained([], [], of="target_attainment")
    with pytest.raises(UnknownName, match="sales_value"):
        attained([], [], of="sale_value")


# -- coverage --------------------------------------------------------------------------------------------------------


def chance(close: str | None, value: float | None, **more: Any) -> dict[str, Any]:
    return {
        "created_at": "2026-01-05 09:00",
        "expected_close_on": close,
        "amount": value,
        "owner": "Alice",
        "team": "Noord",
        **more,
    }


def test_a_met_target_needs_no_cover() -> None:
    it = asked(
        engine([sale("2026-03-06", 100), chance("2026-03-20", 50)], [goal(100, person="Alice")]),
        "pipeline_coverage",
        as_of="2026-03-10",
    ).total
    assert (it.value, it.more["open"], it.more["needed"]) == (None, Decimal("50.00"), Decimal("0.00"))


def test_what_should_have_closed_and_what_has_no_amount_is_said_apart() -> None:
    open_deals = [
        chance("2026-03-09", 70),
        chance("2026-03-20", 50),
        chance("2026-03-21", None),
        chance(None, 10),
        chance("2026-03-22", 5, qualified=False),
    ]
    answer = asked(engine(open_deals, [goal(100, person="Alice")]), "pipeline_coverage", as_of="2026-03-10")
    assert (answer.total.value, answer.total.more["overdue"]) == (0.5, Decimal("70.00"))
    assert {left.why: left.n for left in answer.excluded} == {
        "expected close has passed": 1,
        "no expected close": 1,
        "no amount": 1,
    }


def test_coverage_of_a_period_to_come_leaves_out_what_closes_before_it() -> None:
    open_deals = [chance("2026-02-20", 100), chance("2026-03-10", 100)]
    answer = asked(engine(open_deals, [goal(100, person="Alice")]), "pipeline_coverage", as_of="2026-02-10")
    assert (answer.total.value, answer.total.more["overdue"]) == (1, 0)
