"""Which records somebody finds in a list."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import Any

import pytest
from django.utils import timezone

from stuurhut.crm.actions import (
    create_account,
    create_contact,
    create_lead,
    create_opportunity,
    create_order,
    create_quote,
    delete,
    log_activity,
    merge,
    move_stage,
    plan_activity,
)
from stuurhut.crm.models import Account, Activity, Contact, Lead, Opportunity, Order, Quote
from stuurhut.crm.tests.stages import stages
from stuurhut.crm.visible import visible_to, within
from stuurhut.kpi.words.scope import Scope
from stuurhut.people.actions import add_user, create_team, join_team, leave_team, move_team
from stuurhut.people.models import Intake, Membership, Person, User
from stuurhut.people.tests.company import Company, company, seller

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 2, 9, tzinfo=UTC)
JULY = date(2026, 7, 1)
KINDS = (Account, Lead, Opportunity, Activity, Quote, Order)


@pytest.fixture
def firm() -> Company:
    return company()


@pytest.fixture
def of_alice(firm: Company) -> dict[type, Any]:
    """One record of every kind, all of Alice, in March."""
    acme = create_account(name="Acme", owner=firm.alice, created_at=MARCH, by=None)
    lead = create_lead(company="Acme", owner=firm.alice, created_at=MARCH, by=None)
    deal = create_opportunity(stage=stages()["Quote"], owner=firm.alice, account=acme, created_at=MARCH, by=None)
    return {
        Account: acme,
        Lead: lead,
        Opportunity: deal,
        Activity: log_activity(kind="call", owner=firm.alice, account=acme, occurred_at=MARCH, by=None),
        Quote: create_quote(account=acme, owner=firm.alice, sent_at=MARCH, by=None),
        Order: create_order(account=acme, owner=firm.alice, ordered_at=MARCH, by=None),
    }


def kinds_seen(user: User) -> set[type]:
    return {kind for kind in KINDS if visible_to(user, kind).exists()}


def test_alice_and_her_manager_see_her_records_and_charlie_sees_none(firm: Company, of_alice: dict[type, Any]) -> None:
    assert kinds_seen(firm.user(firm.alice)) == set(KINDS)
    assert kinds_seen(firm.user(firm.bob)) == set(KINDS)
    assert kinds_seen(firm.user(firm.charlie)) == set()


def test_the_director_sees_all_and_administrator_and_payroll_nothing(firm: Company, of_alice: dict[type, Any]) -> None:
    assert kinds_seen(add_user(email="dora@example.com", role="director", by=None)) == set(KINDS)
    assert kinds_seen(add_user(email="ada@example.com", role="admin", by=None)) == set()
    assert kinds_seen(add_user(email="pim@example.com", role="payroll", by=None)) == set()


def test_a_total_of_a_team_opens_none_of_its_records(firm: Company, of_alice: dict[type, Any]) -> None:
    seller("Dirk", firm.noord)
    dirk = User.objects.get(email="dirk@example.com")
    assert kinds_seen(dirk) == set()
    scope = Scope(persons=frozenset(), teams=frozenset({firm.zuid.pk}), totals_of=frozenset({firm.noord.pk}))
    assert not within(scope, Activity).exists()


def test_who_works_for_the_same_customer_sees_what_colleagues_do_there(
    firm: Company, of_alice: dict[type, Any]
) -> None:
    log_activity(kind="visit", owner=firm.charlie, account=of_alice[Account], by=None)
    charlie = firm.user(firm.charlie)
    assert visible_to(charlie, Account).get() == of_alice[Account]
    assert of_alice[Activity] in visible_to(charlie, Activity)
    assert not visible_to(charlie, Lead).exists()


def test_who_is_credited_sees_the_deal(firm: Company, of_alice: dict[type, Any]) -> None:
    deal = create_opportunity(
        stage=stages()["Won"], owner=firm.alice, shares={firm.alice: 50, firm.charlie: 50}, created_at=MARCH, by=None
    )
    assert visible_to(firm.user(firm.charlie), Opportunity).get() == deal


def test_the_past_of_a_seller_who_moved_stays_with_the_old_manager_and_the_open_work_goes_along(
    firm: Company, of_alice: dict[type, Any]
) -> None:
    closed = create_opportunity(stage=(phases := stages())["Quote"], owner=firm.alice, created_at=MARCH, by=None)
    move_stage(opportunity=closed, to=phases["Won"], at=MARCH, by=None)
    new_manager = add_user(email="zoe@example.com", role="manager", team=firm.zuid, starts_on=date(2024, 1, 1), by=None)
    move_team(person=firm.alice, old=firm.noord, new=firm.zuid, starts_on=JULY, by=None)
    call = log_activity(kind="call", owner=firm.alice, by=None)
    bob = firm.user(firm.bob)
    assert set(visible_to(bob, Activity)) == {of_alice[Activity]}
    assert set(visible_to(new_manager, Activity)) == {call}
    assert set(visible_to(bob, Opportunity)) == {closed}
    assert set(visible_to(new_manager, Opportunity)) == {of_alice[Opportunity]}
    assert set(visible_to(bob, Order)) == {of_alice[Order]}
    assert not visible_to(new_manager, Order).exists()
    assert set(visible_to(new_manager, Account)) == {of_alice[Account]}


def test_the_first_hour_of_the_new_team_is_that_of_the_dutch_day(firm: Company) -> None:
    """1 July in Amsterdam begins at 22:00 UTC on 30 June."""
    new_manager = add_user(email="zoe@example.com", role="manager", team=firm.zuid, starts_on=date(2024, 1, 1), by=None)
    move_team(person=firm.alice, old=firm.noord, new=firm.zuid, starts_on=JULY, by=None)
    last = log_activity(kind="call", owner=firm.alice, occurred_at=datetime(2026, 6, 30, 21, 59, tzinfo=UTC), by=None)
    first = log_activity(kind="call", owner=firm.alice, occurred_at=datetime(2026, 6, 30, 22, 0, tzinfo=UTC), by=None)
    Activity.objects.update(team=None)
    assert set(visible_to(firm.user(firm.bob), Activity)) == {last}
    assert set(visible_to(new_manager, Activity)) == {first}


def test_the_work_of_somebody_who_left_stays_with_the_team(firm: Company, of_alice: dict[type, Any]) -> None:
    leave_team(person=firm.alice, team=firm.noord, until=JULY, by=None)
    assert kinds_seen(firm.user(firm.bob)) == set(KINDS)


def test_for_somebody_in_two_teams_the_record_says_which(firm: Company) -> None:
    new_manager = add_user(email="zoe@example.com", role="manager", team=firm.zuid, starts_on=date(2024, 1, 1), by=None)
    join_team(person=firm.alice, team=firm.zuid, starts_on=date(2025, 1, 1), by=None)
    for_noord = log_activity(kind="call", owner=firm.alice, team=firm.noord, occurred_at=MARCH, by=None)
    for_zuid = log_activity(kind="call", owner=firm.alice, team=firm.zuid, occurred_at=MARCH, by=None)
    assert set(visible_to(firm.user(firm.bob), Activity)) == {for_noord}
    assert set(visible_to(new_manager, Activity)) == {for_zuid}


def test_what_nobody_owns_is_seen_by_the_team_it_is_of(firm: Company) -> None:
    lead = create_lead(company="Acme", team=firm.noord, by=None)
    assert visible_to(firm.user(firm.bob), Lead).get() == lead
    assert not visible_to(firm.user(firm.charlie), Lead).exists()


def test_planned_work_is_seen_as_well(firm: Company) -> None:
    plan_activity(kind="visit", owner=firm.alice, planned_for=timezone.now(), by=None)
    assert visible_to(firm.user(firm.bob), Activity).count() == 1
    assert not visible_to(firm.user(firm.charlie), Activity).exists()


def test_a_sub_team_is_seen_from_above(firm: Company) -> None:
    below = create_team(name="Binnendienst", parent=firm.noord, by=None)
    dirk = seller("Dirk", below)
    log_activity(kind="call", owner=dirk, by=None)
    assert visible_to(firm.user(firm.bob), Activity).count() == 1


def test_deleted_merged_and_unfinished_records_are_in_no_list(firm: Company, of_alice: dict[type, Any]) -> None:
    director = add_user(email="dora@example.com", role="director", by=None)
    double = create_account(name="Acme B.V.", owner=firm.alice, by=None)
    merge(records=[double], into=of_alice[Account], by=None)
    delete(records=[of_alice[Lead]], by=None)
    of_alice[Order].intake = Intake.objects.create(label="still running")
    of_alice[Order].save()
    for user in (director, firm.user(firm.alice), firm.user(firm.bob)):
        assert visible_to(user, Account).get() == of_alice[Account]
        assert not visible_to(user, Lead).exists()
        assert not visible_to(user, Order).exists()


def test_contacts_are_seen_with_their_account(firm: Company, of_alice: dict[type, Any]) -> None:
    create_contact(name="Jan", account=of_alice[Account], by=None)
    assert visible_to(firm.user(firm.alice), Contact).count() == 1
    assert not visible_to(firm.user(firm.charlie), Contact).exists()


def test_a_call_that_nobody_owns_is_seen_by_the_team_it_is_of(firm: Company) -> None:
    call = Activity.objects.create(kind="call", state="held", occurred_at=MARCH, team=firm.noord)
    Activity.objects.create(kind="call", state="held", occurred_at=MARCH)
    assert set(visible_to(firm.user(firm.bob), Activity)) == {call}
    assert not visible_to(firm.user(firm.charlie), Activity).exists()


# -- the team of the day ---------------------------------------------------------------------------------------------

BEGIN, MIDDLE, END = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)
STAYS: dict[str, list[tuple[str, date, date | None]]] = {
    "in no team": [],
    "in Noord": [("Noord", BEGIN, END)],
    "in Noord for ever": [("Noord", BEGIN, None)],
    "in Zuid": [("Zuid", BEGIN, END)],
    "in both": [("Noord", BEGIN, END), ("Zuid", BEGIN, END)],
    "from Zuid to Noord": [("Zuid", BEGIN, MIDDLE), ("Noord", MIDDLE, None)],
    "from Noord to Zuid": [("Noord", BEGIN, MIDDLE), ("Zuid", MIDDLE, END)],
    "in Noord, later in both": [("Noord", BEGIN, END), ("Zuid", MIDDLE, END)],
    "twice in Noord": [("Noord", BEGIN, MIDDLE), ("Noord", BEGIN, END)],
    "away for a month": [("Noord", BEGIN, MIDDLE), ("Noord", END, None)],
}
DAYS = (date(2026, 1, 31), BEGIN, date(2026, 2, 28), MIDDLE, date(2026, 3, 31), END)


def decides(stays: list[tuple[str, date, date | None]], day: date, team: str | None) -> bool:
    """Whether the manager of Noord sees what was done that day, in words: the team of the day decides; the record's
    own does when there were several or none."""
    there = {name for name, start, until in stays if start <= day and (until is None or day < until)}
    return there == {"Noord"} or (team == "Noord" and there != {"Zuid"})


@pytest.mark.parametrize("column", ["occurred_at", "planned_for"])
def test_a_manager_sees_what_was_done_while_its_owner_was_in_the_team(firm: Company, column: str) -> None:
    teams = {"Noord": firm.noord, "Zuid": firm.zuid}
    expected = set()
    for who, stays in STAYS.items():
        person = Person.objects.create(name=who)
        for name, start, until in stays:
            Membership.objects.create(person=person, team=teams[name], starts_on=start, until=until)
        for day, team in product(DAYS, (None, "Noord", "Zuid")):
            first = datetime.combine(day, time(0), timezone.get_default_timezone())
            for moment in (first, first + timedelta(hours=23, minutes=59)):
                call = Activity.objects.create(
                    kind="call", owner=person, team=teams.get(team or ""), **{column: moment}
                )
                if decides(stays, day, team):
                    expected.add(call)
    scope = Scope(teams=frozenset({firm.noord.pk}))
    assert set(within(scope, Activity)) == expected


def test_a_team_that_had_hundreds_of_people_at_different_times_can_still_be_listed(firm: Company) -> None:
    people = Person.objects.bulk_create(Person(name=f"Seller {n}") for n in range(2200))
    Membership.objects.bulk_create(
        Membership(person=person, team=(firm.noord, firm.zuid)[n % 2], starts_on=date(2020, 1, 1) + timedelta(days=n))
        for n, person in enumerate(people)
    )
    calls = Activity.objects.bulk_create(
        Activity(kind="call", state="held", owner=person, occurred_at=MARCH) for person in people
    )
    assert set(visible_to(firm.user(firm.bob), Activity)) == set(calls[::2])


def test_a_membership_since_the_first_day_of_the_calendar_counts_as_since_always(firm: Company) -> None:
    for team in (firm.noord, firm.zuid):
        person = Person.objects.create(name=f"Always in {team}")
        Membership.objects.create(person=person, team=team, starts_on=date.min)
        Activity.objects.create(kind="call", owner=person, occurred_at=MARCH)
    assert str(visible_to(firm.user(firm.bob), Activity).get().owner) == "Always in Noord"
