"""What a record was at any moment can always be told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from stuurhut.people.actions import create_team
from stuurhut.people.history import NotYet, as_text, as_value, change, change_many, made, text_at
from stuurhut.people.models import History, Membership, Team
from stuurhut.people.tests.company import company

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def rows_of(team: Team) -> list[tuple[str, str | None, str | None]]:
    rows = History.objects.filter(kind="team", record_id=team.pk).exclude(field="created")
    return list(rows.order_by("id").values_list("field", "old", "new"))


def test_a_change_is_written_with_what_it_was_and_who_did_it() -> None:
    firm = company()
    bob, team = firm.user(firm.bob), firm.noord
    change(team, by=bob, at=MARCH, name="Noordoost")
    row = History.objects.get(kind="team", record_id=team.pk, field="name")
    assert (row.old, row.new, row.by, row.occurred_at) == ("Noord", "Noordoost", bob, MARCH)
    assert Team.objects.get(pk=team.pk).name == "Noordoost"


def test_a_change_to_the_same_value_writes_nothing() -> None:
    team = create_team(name="Noord", by=None)
    change(team, by=None, name="Noord", parent=None)
    assert rows_of(team) == []


def test_the_old_value_is_what_the_database_holds_not_what_an_old_page_showed() -> None:
    team = create_team(name="Noord", by=None)
    shown_earlier = Team.objects.get(pk=team.pk)
    change(team, by=None, name="West")
    change(shown_earlier, by=None, name="Oost")
    assert rows_of(team) == [("name", "Noord", "West"), ("name", "West", "Oost")]


def test_a_change_of_long_ago_does_not_undo_what_was_changed_since() -> None:
    team = create_team(name="Noord", by=None)
    change(team, by=None, at=MARCH, name="West")
    change(team, by=None, at=MARCH - 10 * DAY, name="Oost")
    assert Team.objects.get(pk=team.pk).name == "West"
    assert team.name == "West"
    assert text_at(team, "name", MARCH - 11 * DAY) == "Noord"
    assert text_at(team, "name", MARCH - 5 * DAY) == "Oost"
    assert text_at(team, "name", MARCH + DAY) == "West"


def test_a_change_cannot_be_dated_in_the_future() -> None:
    team = create_team(name="Noord", by=None)
    with pytest.raises(NotYet):
        change(team, by=None, at=timezone.now() + DAY, name="West")
    assert Team.objects.get(pk=team.pk).name == "Noord"


def test_many_records_change_at_once_each_with_its_own_history() -> None:
    teams = [create_team(name=f"Team {n}", by=None) for n in range(1200)]
    top = create_team(name="Top", by=None)
    written = change_many([(team, {"parent": top}) for team in teams], by=None)
    assert len(written) == 1200
    assert Team.objects.filter(parent=top).count() == 1200
    assert {(row.old, row.new) for row in written} == {(None, str(top.pk))}


def test_nothing_changes_when_one_of_many_cannot() -> None:
    one, other = create_team(name="One", by=None), create_team(name="Other", by=None)
    with pytest.raises(Exception, match="people_team_not_its_own_parent"):
        change_many([(one, {"parent": other}), (other, {"parent": other})], by=None)


def test_who_made_a_record_is_kept_without_a_row_for_its_first_values() -> None:
    firm = company()
    bob = firm.user(firm.bob)
    team = create_team(name="West", by=bob)
    row = History.objects.get(kind="team", record_id=team.pk)
    assert (row.field, row.new, row.by) == ("created", "West", bob)


def test_values_survive_being_written_down() -> None:
    for model, field, value in (
        (Membership, "fte", 0.8),
        (Membership, "starts_on", MARCH.date()),
        (Membership, "team", 17),
        (Team, "deleted_at", MARCH),
        (Team, "deleted_at", None),
    ):
        assert as_value(model, field, as_text(value)) == value
    assert as_text(True) == "true"
    assert as_text(MARCH) == "2026-03-01T12:00:00+00:00"


class AnyOrderOfChanges(TestCase):
    """Whatever the order in which changes become known, each past day shows what held then."""

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from("ABC")), min_size=1, max_size=8))
    def test_every_day_shows_the_last_change_before_it(self, changes: list[tuple[int, str]]) -> None:
        team = create_team(name="start", by=None)
        known: list[tuple[int, int, str]] = []  # day, order in which it became known, name

        def by_replay(day: int) -> str:
            return max(((-1, -1, "start"), *(row for row in known if row[0] <= day)))[2]

        for order, (day, name) in enumerate(changes):
            change(team, by=None, at=MARCH + day * DAY, name=name)
            if by_replay(day) != name:  # saying what is so already changes nothing
                known.append((day, order, name))
        for day in range(-1, 22):
            assert text_at(team, "name", MARCH + day * DAY) == by_replay(day)
        assert Team.objects.get(pk=team.pk).name == by_replay(21)


def test_made_writes_a_row_per_record() -> None:
    teams = [Team.objects.create(name=name) for name in "AB"]
    made(teams, by=None)
    assert History.objects.filter(field="created").count() == 2
