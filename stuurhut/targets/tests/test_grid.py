"""The grid: whose goals, what other goals make of a period, what was achieved, and the sum beside the team's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils.translation import override

from stuurhut.people.actions import (
    add_user,
    create_person,
    create_seat,
    create_team,
    join_team,
    move_team,
    record_absence,
)
from stuurhut.people.tests.company import seller
from stuurhut.targets.actions import set_target
from stuurhut.targets.cells import Grid
from stuurhut.targets.tests.selling import YEAR, cell, drawn, firm, month, quarter, row_of, signed_in, sold, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _dutch() -> Iterator[None]:
    with override("nl"):
        yield


def names(grid: Grid) -> list[str]:
    return [row.name for row in grid.rows]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_a_manager_sees_the_team_and_its_sellers_a_director_the_teams_and_on_request_everybody() -> None:
    firm()
    assert names(drawn("bob")) == ["Noord", "Alice"]
    assert names(drawn("dora")) == ["Noord", "Zuid"]
    assert names(drawn("dora", team="everyone")) == ["Noord", "Alice", "Zuid", "Charlie"]


def test_a_seller_reads_the_own_goal_and_that_of_a_team_large_enough_to_hide_in() -> None:
    them = firm()
    set_target(kpi="sales_value", period=quarter(1), value=9000, team=them.noord, by=None)
    assert names(drawn("alice")) == ["Alice"]  # a team of two tells what the other one does
    seller("Eva", them.noord)
    grid = drawn("alice")
    assert names(grid) == ["Noord", "Alice"]
    assert not grid.is_editable
    assert cell(grid, "Noord", 0).text == "9.000"
    assert grid.blocks[0].sums == ()  # a sum would tell what the others are asked


def test_months_make_a_quarter_and_a_quarter_set_itself_goes_before() -> None:
    them = firm()
    for number in (1, 2, 3):
        set_target(kpi="sales_value", period=month(number), value=1000 * number, person=them.alice, by=None)
    first = cell(drawn("bob"), "Alice", 0)
    assert (first.text, first.hint, first.counts) == ("", "6.000", Decimal(6000))
    assert "kortere periodes komen samen op € 6.000" in plain(first.note)
    set_target(kpi="sales_value", period=quarter(1), value=7000, person=them.alice, by=None)
    first = cell(drawn("bob"), "Alice", 0)
    assert (first.text, first.counts) == ("7.000", Decimal(7000))
    assert "dit doel gaat voor" in first.note


def test_a_month_is_its_part_of_the_year_by_the_days_somebody_is_there() -> None:
    them = firm()
    record_absence(person=them.alice, starts_on=date(2025, 1, 1), expected_until=date(2025, 7, 1), by=None)
    set_target(kpi="sales_value", period=YEAR, value=12000, person=them.alice, by=None)
    grid = drawn("bob", grain="quarter")
    assert [cell(grid, "Alice", place).counts for place in (0, 1)] == [0, 0]
    third, fourth = (cell(grid, "Alice", place).counts for place in (2, 3))
    assert third is not None
    assert fourth is not None
    assert third + fourth == pytest.approx(12000)
    assert [cell(grid, "Alice", place).remark for place in (0, 1, 2)] == ["afwezig", "afwezig", ""]
    assert "0,5 beschikbaar" in row_of(grid, "Alice").about


def test_what_was_achieved_and_what_last_year_brought_stand_beside_the_goal() -> None:
    them = firm()
    sold(them.alice, "2025-02-03", "4000")
    sold(them.alice, "2024-02-05", "3000")
    sold(them.charlie, "2025-02-03", "9000")
    grid = drawn("bob")
    for name in ("Alice", "Noord"):
        assert (cell(grid, name, 0).reached, cell(grid, name, 0).before) == ("€\u00a04.000", "€\u00a03.000")
        assert cell(grid, name, -1).reached == "€\u00a04.000"


def test_a_running_period_stands_beside_the_same_stretch_of_last_year_and_a_finished_one_beside_the_whole() -> None:
    them = firm()
    for day, value in (("2024-02-05", "3000"), ("2024-05-19", "700"), ("2024-05-21", "8300"), ("2025-05-02", "4000")):
        sold(them.alice, day, value)
    grid = drawn("bob", datetime(2025, 5, 20, 12, tzinfo=UTC))
    assert [column.up_to for column in grid.columns] == ["", "t/m 20 mei", "", "", "t/m 20 mei"]
    for name in ("Alice", "Noord"):
        first, second, _third, _fourth, year = row_of(grid, name).cells
        assert (first.before, first.before_whole) == ("€\u00a03.000", "")
        assert (second.reached, second.before, second.before_whole) == ("€\u00a04.000", "€\u00a0700", "€\u00a09.000")
        assert (year.before, year.before_whole) == ("€\u00a03.700", "€\u00a012.000")


def test_a_team_counts_with_the_teams_below_it() -> None:
    them = firm()
    top = create_team(name="Verkoop", by=None)
    them.noord.parent = them.zuid.parent = top
    them.noord.save()
    them.zuid.save()
    sold(them.alice, "2025-02-03", "4000")
    sold(them.charlie, "2025-02-03", "9000")
    grid = drawn("dora")
    assert names(grid) == ["Verkoop", "Noord", "Zuid"]
    assert [block.depth for block in grid.blocks] == [0, 1, 1]
    assert cell(grid, "Verkoop", 0).reached == "€\u00a013.000"


def test_the_team_goal_stands_apart_from_the_sum_of_the_personal_goals_and_the_difference_is_said() -> None:
    them = firm()
    eva = seller("Eva", them.noord)
    set_target(kpi="sales_value", period=quarter(1), value=10000, team=them.noord, by=None)
    set_target(kpi="sales_value", period=quarter(1), value=5000, person=them.alice, by=None)
    set_target(kpi="sales_value", period=quarter(1), value=4000, person=eva, by=None)
    sums = drawn("bob").blocks[0].sums
    assert (sums[0].text, sums[0].against, sums[0].is_less) == ("€\u00a09.000", "€\u00a01.000 minder", True)
    assert sums[1].text == "–"


def test_who_moved_counts_in_each_team_for_the_days_there_and_is_set_in_one_place() -> None:
    them = firm()
    move_team(person=them.alice, old=them.noord, new=them.zuid, starts_on=date(2025, 2, 15), by=None)
    set_target(kpi="sales_value", period=quarter(1), value=6000, person=them.alice, by=None)
    grid = drawn("dora", team="everyone")
    noord, zuid = grid.blocks
    assert noord.people[0].elsewhere == "Zuid"
    assert [row.name for row in zuid.people] == ["Alice", "Charlie"]
    parts = [block.people[0].cells[0].share for block in (noord, zuid)]
    assert sum(parts) == pytest.approx(1)
    assert 0.4 < parts[0] < 0.6
    assert all(one.editable for one in zuid.people[0].cells)
    # Bob led her up to then, and reads and sets what touches that time.
    own = row_of(drawn("bob"), "Alice")
    assert [one.editable for one in own.cells] == [True, False, False, False, True]
    assert plain(own.about) == "1,0 fte, tot 15 feb"


def test_a_newcomer_has_no_goal_before_the_first_day() -> None:
    them = firm()
    seller("Eva", them.noord, since=date(2025, 5, 12))
    eva = row_of(drawn("bob"), "Eva")
    assert [one.why_not for one in eva.cells] == ["in geen team", "", "", "", ""]
    assert plain(eva.about) == "1,0 fte, vanaf 12 mei"


def test_the_goal_of_a_team_remembers_the_formation_it_was_set_on() -> None:
    them = firm()
    for fte in (1.0, 1.0, 0.6):
        create_seat(team=them.noord, starts_on=date(2024, 1, 1), fte=fte, by=None)
    ahead = {"period": quarter(1, 2038), "team": them.noord, "by": None}
    set_target(kpi="sales_value", value=10000, **ahead)  # type: ignore[arg-type]
    assert plain(row_of(drawn("bob", year="2038"), "Noord").about) == "2,6 fte"
    create_seat(team=them.noord, starts_on=date(2025, 1, 1), fte=1.0, by=None)
    grid = drawn("bob", year="2038")
    assert row_of(grid, "Noord").about == "Gesteld op 2,6 fte; nu 3,6."
    assert "Gesteld op 2,6 fte; nu 3,6." in cell(grid, "Noord", 0).note


def test_who_only_leads_has_no_row_until_there_is_a_goal() -> None:
    them = firm()
    assert "Bob" not in names(drawn("bob"))
    set_target(kpi="sales_value", period=quarter(2), value=10, person=them.bob, by=None)
    assert "Bob" in names(drawn("bob"))


def test_a_benchmark_conversion_is_a_goal_in_percent_that_does_not_add_up() -> None:
    them = firm()
    set_target(kpi="lead_conversion", period=YEAR, value="0.125", team=them.noord, by=None)
    grid = drawn("bob", kpi="lead_conversion")
    assert (cell(grid, "Noord", -1).text, cell(grid, "Noord", 0).hint) == ("12,5%", "12,5%")
    assert grid.blocks[0].sums == ()


def test_a_goal_for_one_source_is_named_and_not_shown_as_the_whole() -> None:
    them = firm()
    set_target(kpi="win_rate", period=YEAR, value="0.4", team=them.noord, where={"source": "beurs"}, by=None)
    assert cell(drawn("bob", kpi="win_rate"), "Noord", -1).text == ""
    for name, told in (("bob", True), ("dora", True), ("charlie", False)):
        page = text_of(signed_in(name).get("/targets/?year=2025&kpi=win_rate"))
        assert ("1 doel is voor een deel van deze KPI" in page) == told


def test_a_kpi_that_nobody_has_alone_shows_teams_only() -> None:
    firm()
    assert names(drawn("bob", kpi="fte_filled")) == ["Noord"]


def test_without_teams_everybody_has_a_row() -> None:
    add_user(email="dora@example.com", name="Dora", role="director", by=None)
    for name in ("Piet", "Anna"):
        create_person(name=name, by=None)
    assert names(drawn("dora")) == ["Anna", "Dora", "Piet"]


def test_who_works_in_two_teams_stands_in_both_and_is_set_in_one() -> None:
    them = firm()
    join_team(person=them.alice, team=them.zuid, fte=0.4, starts_on=date(2025, 3, 1), by=None)
    grid = drawn("dora", team="everyone")
    homes = [row.elsewhere for row in grid.rows if row.name == "Alice"]
    assert homes == ["Zuid", ""]
