"""Who may see what: the rights table, row by row."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from stuurhut.kpi.words.scope import EVERYTHING, Scope
from stuurhut.people.actions import add_user, create_team, join_team, leave_team, move_team, set_active
from stuurhut.people.history import change
from stuurhut.people.models import Organisation, Person, User
from stuurhut.people.scope import scope_for
from stuurhut.people.tests.company import Company, company, seller

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm() -> Company:
    return company()


def test_a_seller_sees_herself_and_of_a_team_of_two_not_even_the_total(firm: Company) -> None:
    assert scope_for(firm.user(firm.alice)) == Scope(persons=frozenset({firm.alice.pk}))


def test_from_three_people_on_a_seller_sees_the_total_of_her_team(firm: Company) -> None:
    seller("Dirk", firm.noord)
    scope = scope_for(firm.user(firm.alice))
    assert scope == Scope(persons=frozenset({firm.alice.pk}), totals_of=frozenset({firm.noord.pk}))


def test_somebody_in_a_team_twice_is_still_one_person(firm: Company) -> None:
    """A second membership of Bob as a seller does not make three people of two."""
    join_team(person=firm.bob, team=firm.zuid, starts_on=date(2024, 1, 1), by=None)
    assert scope_for(firm.user(firm.charlie)).totals_of == frozenset()


def test_charlie_sees_nothing_of_another_team(firm: Company) -> None:
    seller("Dirk", firm.noord)
    scope = scope_for(firm.user(firm.charlie))
    assert firm.alice.pk not in scope.persons
    assert firm.noord.pk not in scope.teams | scope.totals_of


def test_other_teams_totals_open_when_the_organisation_opens_them(firm: Company) -> None:
    seller("Dirk", firm.noord)
    Organisation.objects.create(pk=1, opens_team_totals=True)
    assert scope_for(firm.user(firm.charlie)).totals_of == {firm.noord.pk}


def test_a_manager_sees_the_team_and_all_below_it_and_totals_of_others(firm: Company) -> None:
    below = create_team(name="Noord binnendienst", parent=firm.noord, by=None)
    deeper = create_team(name="Leerlingen", parent=below, by=None)
    for name in ("Dirk", "Els"):
        seller(name, firm.zuid)
    scope = scope_for(firm.user(firm.bob))
    assert scope.teams == {firm.noord.pk, below.pk, deeper.pk}
    assert scope.totals_of == {firm.zuid.pk}
    assert not scope.everything


def test_a_manager_who_left_the_team_leads_it_no_more(firm: Company) -> None:
    leave_team(person=firm.bob, team=firm.noord, until=timezone.localdate(), by=None)
    assert scope_for(firm.user(firm.bob)).teams == frozenset()


def test_leading_begins_on_the_first_day_not_before(firm: Company) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    user = add_user(email="eva@example.com", role="manager", team=firm.zuid, starts_on=tomorrow, by=None)
    assert scope_for(user).teams == frozenset()


def test_a_seller_who_moved_keeps_her_own_past(firm: Company) -> None:
    move_team(person=firm.alice, old=firm.noord, new=firm.zuid, starts_on=timezone.localdate(), by=None)
    assert scope_for(firm.user(firm.alice)).persons == {firm.alice.pk}
    assert scope_for(firm.user(firm.bob)).teams == {firm.noord.pk}


def test_a_director_of_part_of_the_house_sees_what_is_below(firm: Company) -> None:
    top = create_team(name="Binnenland", by=None)
    change(firm.noord, by=None, parent=top)
    user = add_user(email="dora@example.com", role="director", team=top, by=None)
    assert scope_for(user).teams == {top.pk, firm.noord.pk}


def test_the_director_of_the_organisation_sees_everything() -> None:
    assert scope_for(add_user(email="dora@example.com", role="director", by=None)) == EVERYTHING


@pytest.mark.parametrize("role", ["payroll", "admin"])
def test_payroll_and_administrator_see_no_figures_by_that_role(role: str) -> None:
    user = add_user(email="pim@example.com", role=role, by=None)  # type: ignore[arg-type]
    assert scope_for(user).nothing
    assert scope_for(user) == Scope()


def test_an_administrator_who_also_sells_sees_his_own_figures(firm: Company) -> None:
    change(firm.user(firm.alice), by=None, is_administrator=True)
    assert scope_for(User.objects.get(person=firm.alice)).persons == {firm.alice.pk}


def test_whoever_may_not_sign_in_any_more_sees_nothing(firm: Company) -> None:
    director = add_user(email="dora@example.com", role="director", by=None)
    for user in (director, firm.user(firm.alice)):
        assert scope_for(set_active(user=user, active=False, by=None)) == Scope()


def test_a_visitor_sees_nothing() -> None:
    assert scope_for(AnonymousUser()) == Scope()


def test_a_team_that_was_deleted_is_not_below_anything(firm: Company) -> None:
    below = create_team(name="Weg", parent=firm.noord, by=None)
    change(below, by=None, deleted_at=timezone.now())
    assert below.pk not in scope_for(firm.user(firm.bob)).teams
    assert Person.objects.count() == 3
