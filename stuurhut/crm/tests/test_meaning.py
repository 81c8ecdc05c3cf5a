"""What the numbers mean where two readings are possible, asked of records as the product keeps them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from stuurhut import replica
from stuurhut.crm.actions import assign_lead, cancel_order, hold_activity, set_credits
from stuurhut.crm.models import Account, Activity, Order, Quote
from stuurhut.crm.tests.little_company import Sales, at, person, question
from stuurhut.kpi.words.answer import Answer, Value
from stuurhut.kpi.words.scope import EVERYTHING
from stuurhut.people.history import change
from stuurhut.people.models import History, Person, Team

pytestmark = pytest.mark.django_db

CLOSED = at("2026-04-02")  # when the books of March were closed
EUROS: dict[str, Any] = {"base_minor": 100_000, "amount_minor": 100_000, "currency": "EUR"}


def asked(kpi: str, **how: Any) -> Answer:
    return replica.ask(question(kpi, **how), EVERYTHING)


def total(kpi: str, **how: Any) -> Any:
    return asked(kpi, **how).total.value


def per_person(kpi: str, **how: Any) -> dict[str | None, Value]:
    return {row.names["person"]: row.value for row in asked(kpi, by=("person",), **how).rows}


@pytest.fixture
def sales() -> Sales:
    return Sales()


@pytest.fixture
def north() -> Team:
    return Team.objects.create(name="Noord")


@pytest.fixture
def alice(north: Team) -> Person:
    return person("Alice", north)


@pytest.fixture
def bram(north: Team) -> Person:
    return person("Bram", north)


# -- leads -----------------------------------------------------------------------------------------------------------


def test_a_lead_of_which_a_deal_was_won_is_not_open_from_just_after_that_moment(sales: Sales, alice: Person) -> None:
    lead = sales.lead("2026-03-02T09:00", owner=alice)
    deal = sales.deal("2026-03-03T09:00", owner=alice, lead=lead)
    sales.entered(deal, sales.offer, "2026-03-03T09:00")
    sales.entered(deal, sales.won, "2026-03-10T09:00")

    assert [total("leads_open", as_of=f"2026-03-10T{clock}") for clock in ("09:00", "09:01")] == [1, 0]


def test_what_the_first_owner_of_an_imported_lead_did_stays_his_after_it_is_given_away(
    sales: Sales, alice: Person, bram: Person
) -> None:
    lead = sales.lead("2026-03-02T09:00", owner=alice)
    sales.done("call", "2026-03-02T09:30", lead=lead, owner=alice, outcome="reached")
    assign_lead(lead=lead, to=bram, by=None, at=at("2026-03-03T09:00"))

    found = per_person("lead_response_time")
    assert (found["Alice"].value, found["Alice"].more["answered"]) == (30, 1)
    assert (found["Bram"].value, found["Bram"].more["not_answered"]) == (None, 1)


def test_an_imported_first_contact_answers_on_the_clock_of_the_seller_too(sales: Sales, alice: Person) -> None:
    sales.lead("2026-03-02T09:00", owner=alice, contacted_at=at("2026-03-02T11:00"))

    assert (total("lead_response_time"), per_person("lead_response_time")["Alice"].value) == (120, 120)


def test_the_contact_of_a_colleague_answers_on_the_clock_of_the_team_only(
    sales: Sales, alice: Person, bram: Person
) -> None:
    lead = sales.lead("2026-03-02T09:00", owner=alice, contacted_at=at("2026-03-02T11:00"))
    sales.done("call", "2026-03-02T11:00", lead=lead, owner=bram, outcome="reached")

    assert total("lead_response_time") == 120
    assert per_person("lead_response_time")["Alice"].more["not_answered"] == 1


def test_a_lead_that_is_given_to_nobody_is_on_nobodys_clock(sales: Sales, alice: Person) -> None:
    lead = sales.lead("2026-03-02T09:00", owner=alice)
    assign_lead(lead=lead, to=None, by=None, at=at("2026-03-03T09:00"))

    answer = asked("lead_response_time", by=("person",))
    assert ([row.names["person"] for row in answer.rows], answer.total.n) == (["Alice"], 1)


# -- deals -----------------------------------------------------------------------------------------------------------


def test_contacts_of_days_without_a_clock_all_count_up_to_a_win_on_that_day(sales: Sales, alice: Person) -> None:
    for _deal in range(3):
        deal = sales.deal("2026-03-02T00:00", owner=alice)
        sales.entered(deal, sales.offer, "2026-03-02T00:00")
        for _call in range(4):
            sales.done("call", "2026-03-05T00:00", opportunity=deal, owner=alice, outcome="reached")
        sales.entered(deal, sales.won, "2026-03-05T00:00")

    assert total("follow_ups_to_close") == 3


def test_a_draft_does_not_wait_for_its_acceptance(alice: Person) -> None:
    for state in ("sent", "draft"):
        Quote.objects.create(owner=alice, state=state, sent_at=at("2026-03-03T09:00"), recorded_at=at("2026-03-03"))

    assert asked("quote_acceptance_days").total.n == 1


def test_ninety_days_are_ninety_days_on_the_calendar_when_the_clock_was_moved(sales: Sales, alice: Person) -> None:
    account = Account.objects.create(name="Bakker BV", owner=alice, recorded_at=at("2026-01-01"))
    sales.done("visit", "2025-12-31T23:00", account=account, owner=alice)  # New Year's Day, imported without a clock

    # At the end of 1 April it is ninety days old.
    old = [
        asked("appointment_to_quote_cohort", period="2026-01", as_of=midnight).total.n
        for midnight in ("2026-03-31T22:00", "2026-04-01T22:00")
    ]
    assert old == [0, 1]


# -- corrections afterwards ------------------------------------------------------------------------------------------


def test_a_closed_month_keeps_the_credit_it_was_closed_with(sales: Sales, alice: Person, bram: Person) -> None:
    deal = sales.deal("2026-03-02T09:00", owner=alice, **EUROS)
    sales.entered(deal, sales.won, "2026-03-05T09:00")
    for credit in set_credits(deal=deal, shares={alice: 50, bram: 50}, by=None):
        change(credit, by=None, recorded_at=at("2026-03-05T09:00"))
    set_credits(deal=deal, shares={bram: 100}, by=None)

    shared = {who: value.value for who, value in per_person("won_value", known_at=CLOSED).items()}
    now = {who: value.value for who, value in per_person("won_value").items()}
    assert shared == {"Alice": Decimal(500), "Bram": Decimal(500)}
    assert now == {"Alice": Decimal(0), "Bram": Decimal(1000)}


def test_a_closed_month_keeps_the_order_that_was_cancelled_afterwards(alice: Person) -> None:
    order = Order.objects.create(
        owner=alice, ordered_at=at("2026-03-05T09:00"), recorded_at=at("2026-03-05T09:00"), **EUROS
    )
    cancel_order(order=order, by=None, at=at("2026-03-30T09:00"))

    assert (total("turnover", known_at=CLOSED), total("turnover")) == (Decimal(1000), Decimal(0))


def test_an_order_counts_until_just_after_the_moment_of_its_cancelling(alice: Person) -> None:
    order = Order.objects.create(
        owner=alice, ordered_at=at("2026-03-05T09:00"), recorded_at=at("2026-03-05T09:00"), **EUROS
    )
    cancel_order(order=order, by=None, at=at("2026-04-10T09:00"))

    worth = [total("turnover", as_of=f"2026-04-10T{clock}") for clock in ("09:00", "09:01")]
    assert worth == [Decimal(1000), Decimal(0)]


def test_what_was_planned_is_recorded_when_it_is_said_to_have_been_held(alice: Person) -> None:
    planned = Activity.objects.create(
        kind="visit", state="planned", owner=alice, planned_for=at("2026-03-10T09:00"),
        recorded_at=at("2026-03-02T09:00"),
    )  # fmt: skip
    hold_activity(activity=planned, by=None, occurred_at=at("2026-03-10T09:00"))
    History.objects.filter(kind="activity").update(recorded_at=at("2026-03-24T09:00"))

    assert total("recording_delay") == 10 * 8 * 60  # ten working days
    assert (total("visits", known_at=at("2026-03-20")), total("visits")) == (0, 1)
    assert total("days_without_record") == 22 - 2  # the days of planning and of telling


def test_a_day_on_which_somebody_of_two_teams_recorded_nothing_is_one_day(north: Team) -> None:
    south = Team.objects.create(name="Zuid")
    person("Alice", north)
    person("Alice", south)

    answer = asked("days_without_record", by=("team",))
    assert ({row.names["team"]: row.value.value for row in answer.rows}, answer.total.value) == (
        {"Noord": 22, "Zuid": 22}, 22,
    )  # fmt: skip
