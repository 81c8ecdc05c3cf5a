"""The days of teams and people: who counts where, and how many hands there are."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from stuurhut.kpi.study import table_of
from stuurhut.people.models import Absence, Membership, Person, Seat, Team
from stuurhut.replica import asking

pytestmark = pytest.mark.django_db


def rows(fact: str) -> list[dict[str, Any]]:
    engine = asking.engine()
    return engine.rows(table_of(fact))


def on(fact: str, day: str, **what: Any) -> dict[str, Any]:
    wanted = {"day": date.fromisoformat(day), **what}
    found = [row for row in rows(fact) if all(row[name] == value for name, value in wanted.items())]
    assert len(found) == 1, found
    return found[0]


@pytest.fixture
def noord() -> Team:
    return Team.objects.create(name="Noord")


@pytest.fixture
def alice() -> Person:
    return Person.objects.create(name="Alice")


def member(who: Person, team: Team, start: str, until: str | None = None, fte: float = 1.0) -> None:
    last = date.fromisoformat(until) if until else None
    Membership.objects.create(person=who, team=team, starts_on=date.fromisoformat(start), until=last, fte=fte)


def test_of_two_teams_the_larger_part_decides_and_it_says_that_there_are_two(noord: Team, alice: Person) -> None:
    zuid = Team.objects.create(name="Zuid")
    member(alice, noord, "2026-01-01", fte=0.4)
    member(alice, zuid, "2026-03-01", "2026-06-01", fte=0.6)
    found = sorted(rows("person_team"), key=lambda row: row["starts_on"])
    assert [(row["team_id"], row["teams"], row["fte"], row["until_on"]) for row in found] == [
        (noord.pk, 1, 0.4, date(2026, 3, 1)),
        (zuid.pk, 2, 1.0, date(2026, 6, 1)),
        (noord.pk, 1, 0.4, None),
    ]


def test_a_day_between_two_memberships_has_no_team(noord: Team, alice: Person) -> None:
    member(alice, noord, "2026-01-01", "2026-02-01")
    member(alice, noord, "2026-03-01")
    days = {row["day"] for row in rows("person_day")}
    assert date(2026, 1, 30) in days
    assert not any(date(2026, 2, 1) <= day < date(2026, 3, 1) for day in days)
    assert date(2026, 3, 1) not in days, "a Sunday"


def test_who_works_for_two_teams_is_there_for_each_with_the_part_agreed(noord: Team, alice: Person) -> None:
    zuid = Team.objects.create(name="Zuid")
    member(alice, noord, "2026-01-01", fte=0.4)
    member(alice, zuid, "2026-01-01", fte=0.6)
    Absence.objects.create(person=alice, share=0.5, starts_on=date(2026, 3, 3), until=date(2026, 3, 4))
    found = {
        (row["team_id"], row["day"].day): row["available_fte"]
        for row in rows("person_day")
        if date(2026, 3, 2) <= row["day"] < date(2026, 3, 4)
    }
    assert found == pytest.approx({(noord.pk, 2): 0.4, (zuid.pk, 2): 0.6, (noord.pk, 3): 0.2, (zuid.pk, 3): 0.3})


def test_absence_takes_its_share_until_it_ended_or_was_expected_to(noord: Team, alice: Person) -> None:
    member(alice, noord, "2026-01-01", fte=0.8)
    Absence.objects.create(person=alice, share=0.5, starts_on=date(2026, 3, 2), expected_until=date(2026, 3, 4))
    Absence.objects.create(person=alice, share=1.0, starts_on=date(2026, 3, 3), until=date(2026, 3, 4))
    days = ("2026-02-27", "2026-03-02", "2026-03-03", "2026-03-04")
    available = {day: on("person_day", day)["available_fte"] for day in days}
    assert available == {"2026-02-27": 0.8, "2026-03-02": 0.4, "2026-03-03": 0.0, "2026-03-04": 0.8}


def test_only_unplanned_absence_of_more_than_six_weeks_is_understaffing(noord: Team, alice: Person) -> None:
    member(alice, noord, "2026-01-01")
    Absence.objects.create(person=alice, planned=False, starts_on=date(2026, 3, 2))
    six_weeks, after = on("formation_day", "2026-04-10"), on("formation_day", "2026-04-14")
    assert (six_weeks["available_fte"], six_weeks["long_absent_fte"]) == (0.0, 0.0)
    assert (after["available_fte"], after["long_absent_fte"]) == (0.0, 1.0)


def test_a_seat_is_vacant_from_the_day_said_until_the_newcomer_starts(noord: Team, alice: Person) -> None:
    Seat.objects.create(team=noord, starts_on=date(2026, 1, 1), person=alice)
    Seat.objects.create(
        team=noord, fte=0.8, starts_on=date(2026, 1, 1), person=Person.objects.create(name="Bob"),
        vacant_since=date(2026, 2, 2), expected_start=date(2026, 3, 2),
    )  # fmt: skip
    filled = {day: on("formation_day", day)["filled_fte"] for day in ("2026-01-30", "2026-02-02", "2026-03-02")}
    assert filled == pytest.approx({"2026-01-30": 1.8, "2026-02-02": 1.0, "2026-03-02": 1.8})
    assert on("formation_day", "2026-02-02")["vacant_fte"] == 0.8
    assert on("formation_day", "2026-02-02")["formation_fte"] == 1.8
