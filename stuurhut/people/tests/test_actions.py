"""People come, move and go; logins are given and taken."""

from __future__ import annotations

from datetime import date

import pytest

from stuurhut.people.actions import (
    AddressTaken,
    AlreadyMember,
    Circle,
    LoginTaken,
    NotAMember,
    TeamNeeded,
    WrongDays,
    WrongLogin,
    WrongShare,
    add_user,
    create_person,
    create_seat,
    create_team,
    end_absence,
    fill_seat,
    join_team,
    leave_team,
    move_team,
    place_team,
    record_absence,
    set_password,
    vacate_seat,
)
from stuurhut.people.models import History, Membership, Person, Seat, User
from stuurhut.people.teams import team_of
from stuurhut.people.tests.company import company

pytestmark = pytest.mark.django_db

JULY = date(2026, 7, 1)


def test_moving_to_another_team_leaves_the_past_with_the_old_one() -> None:
    firm = company()
    move_team(person=firm.alice, old=firm.noord, new=firm.zuid, starts_on=JULY, by=None)
    assert team_of(firm.alice, date(2026, 6, 30)) == firm.noord
    assert team_of(firm.alice, JULY) == firm.zuid
    new = Membership.objects.get(person=firm.alice, team=firm.zuid)
    assert (new.role, new.fte) == ("seller", 1.0)


def test_in_two_teams_the_larger_part_decides() -> None:
    firm = company()
    join_team(person=firm.charlie, team=firm.noord, starts_on=JULY, fte=0.2, by=None)
    assert team_of(firm.charlie, JULY) == firm.zuid


def test_nobody_is_in_a_team_twice_at_the_same_time() -> None:
    firm = company()
    with pytest.raises(AlreadyMember, match="Alice"):
        join_team(person=firm.alice, team=firm.noord, starts_on=JULY, by=None)
    leave_team(person=firm.alice, team=firm.noord, until=JULY, by=None)
    assert join_team(person=firm.alice, team=firm.noord, starts_on=JULY, by=None).starts_on == JULY


def test_leaving_a_team_one_is_not_in_is_refused() -> None:
    firm = company()
    with pytest.raises(NotAMember):
        leave_team(person=firm.alice, team=firm.zuid, until=JULY, by=None)


def test_days_and_shares_that_cannot_be_are_refused() -> None:
    firm = company()
    with pytest.raises(WrongDays):
        join_team(person=firm.alice, team=firm.zuid, starts_on=JULY, until=JULY, by=None)
    with pytest.raises(WrongShare):
        join_team(person=firm.alice, team=firm.zuid, starts_on=JULY, fte=3, by=None)
    with pytest.raises(WrongShare):
        record_absence(person=firm.alice, starts_on=JULY, share=1.5, by=None)


def test_a_team_cannot_stand_under_itself() -> None:
    top = create_team(name="Top", by=None)
    below = create_team(name="Below", parent=top, by=None)
    with pytest.raises(Circle):
        place_team(team=top, under=below, by=None)
    assert place_team(team=below, under=None, by=None).parent is None


def test_a_vacancy_stays_in_the_past_of_the_formation_when_it_is_filled() -> None:
    firm = company()
    seat = create_seat(team=firm.noord, starts_on=date(2026, 1, 1), person=firm.alice, by=None)
    vacate_seat(seat=seat, since=date(2026, 3, 1), by=None)
    filled = fill_seat(seat=seat, person=firm.charlie, starts_on=JULY, by=None)
    seat = Seat.objects.get(pk=seat.pk)
    assert (seat.vacant_since, seat.until) == (date(2026, 3, 1), JULY)
    assert (filled.person, filled.starts_on, filled.vacant_since) == (firm.charlie, JULY, None)


def test_an_absence_has_an_end_and_never_a_cause() -> None:
    absence = record_absence(person=company().alice, starts_on=JULY, planned=False, by=None)
    assert end_absence(absence=absence, until=date(2026, 8, 1), by=None).until == date(2026, 8, 1)
    kept = {field.name for field in absence._meta.get_fields()}
    assert kept.isdisjoint({"reason", "cause", "note", "sick", "kind"})


def test_a_login_joins_the_person_who_came_with_an_import() -> None:
    person = create_person(name="Rosie Papadopoulos", email="Rosie@Example.com", by=None)
    user = add_user(email="rosie@example.com", role="seller", by=None)
    assert Person.objects.get().user == user
    assert User.objects.get().name == person.name


@pytest.mark.parametrize(
    ("role", "flags"),
    [
        ("seller", (False, False, False)),
        ("director", (False, False, True)),
        ("payroll", (False, True, False)),
        ("admin", (True, False, False)),
    ],
)
def test_each_role_gets_its_own_right_and_no_other(role: str, flags: tuple[bool, bool, bool]) -> None:
    user = add_user(email="new@example.com", role=role, by=None)  # type: ignore[arg-type]
    assert (user.is_administrator, user.is_payroll, user.is_director) == flags
    assert Person.objects.filter(user=user).exists() == (role in ("seller", "director"))


def test_a_manager_needs_a_team() -> None:
    with pytest.raises(TeamNeeded):
        add_user(email="bob@example.com", role="manager", by=None)
    assert not User.objects.exists()


def test_one_address_is_one_login_whatever_its_capitals() -> None:
    add_user(email="alice@example.com", role="admin", by=None)
    with pytest.raises(LoginTaken, match="alice@example"):
        add_user(email="Alice@Example.com", role="seller", by=None)
    create_person(name="Dirk", email="dirk@example.com", by=None)
    with pytest.raises(AddressTaken):
        create_person(name="Dirk", email="DIRK@example.com", by=None)


@pytest.mark.parametrize(("email", "password"), [("no address", "long-enough-words"), ("a@example.com", "short")])
def test_a_login_that_cannot_be_used_is_refused(email: str, password: str) -> None:
    with pytest.raises(WrongLogin):
        add_user(email=email, role="admin", password=password, by=None)
    assert not User.objects.exists()


def test_that_a_password_was_set_is_kept_but_not_the_password() -> None:
    user = add_user(email="alice@example.com", role="admin", by=None)
    set_password(user=user, password="een lange zin van Alice", by=user)
    row = History.objects.get(kind="user", field="password")
    assert (row.old, row.new, row.by) == (None, None, user)
    assert User.objects.get().check_password("een lange zin van Alice")
