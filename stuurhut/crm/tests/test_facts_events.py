"""What follows on what: answers to leads, next steps, customers, and the stages a deal went through."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from stuurhut import replica
from stuurhut.crm.actions import cancel_order
from stuurhut.crm.models import Account, LeadAssignment, Opportunity, Order, Quote
from stuurhut.crm.tests.little_company import Sales, at, person, question
from stuurhut.kpi.study import table_of
from stuurhut.kpi.words.scope import EVERYTHING
from stuurhut.people.history import change
from stuurhut.people.models import Person, Team
from stuurhut.replica import asking

pytestmark = pytest.mark.django_db


def rows(fact: str, known_at: datetime | None = None) -> list[dict[str, Any]]:
    engine = asking.engine()
    return engine.rows(table_of(fact), known_at=known_at)


def one(fact: str, **what: Any) -> dict[str, Any]:
    found = [row for row in rows(fact) if all(row[name] == value for name, value in what.items())]
    assert len(found) == 1, found
    return found[0]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text)


def total(kpi: str, **how: Any) -> Any:
    return replica.ask(question(kpi, **how), EVERYTHING).total.value


@pytest.fixture
def sales() -> Sales:
    return Sales()


@pytest.fixture
def alice() -> Person:
    return person("Alice", Team.objects.create(name="Noord"))


@pytest.mark.parametrize(
    ("what", "answers"),
    [
        ({"kind": "call", "outcome": "reached"}, True),
        ({"kind": "call", "outcome": "not_reached"}, False),
        ({"kind": "call", "outcome": "not_reached", "direction": "in"}, False),
        ({"kind": "call"}, True),  # whether anybody was reached was not written down
        ({"kind": "call", "direction": "in", "outcome": "reached"}, True),
        ({"kind": "email"}, True),
        ({"kind": "email", "direction": "in"}, False),  # it lies there
        ({"kind": "visit"}, True),
        ({"kind": "visit", "state": "planned"}, False),
        ({"kind": "visit", "state": "no_show"}, False),
        ({"kind": "event"}, False),
    ],
)
def test_a_lead_is_answered_by_a_contact_of_ours_or_one_we_picked_up(
    sales: Sales, alice: Person, what: dict[str, str], answers: bool
) -> None:
    lead = sales.lead("2026-03-02T08:00", owner=alice)
    sales.done(when="2026-03-02T09:30", lead=lead, owner=alice, **what)
    row = one("lead", id=lead.pk)
    assert row["answered_at"] == (utc("2026-03-02T09:30") if answers else None)
    assert (row["answered_wm"] and row["answered_wm"] - row["created_wm"]) == (90 if answers else None)
    assert row["disqualified_wm"] is None


def test_the_sellers_clock_starts_when_the_lead_is_assigned(sales: Sales, alice: Person) -> None:
    bob = person("Bob")
    lead = sales.lead("2026-03-02T08:00", owner=bob)
    for who, when in ((alice, "2026-03-02T09:00"), (bob, "2026-03-03T09:00")):
        LeadAssignment.objects.create(lead=lead, person=who, assigned_at=at(when), recorded_at=at(when))
    sales.done("call", "2026-03-03T10:00", lead=lead, owner=alice)  # no longer hers
    sales.done("call", "2026-03-03T11:00", lead=lead, owner=bob)
    first, second = sorted(rows("lead_assignment"), key=lambda row: row["assigned_at"])
    assert (first["person_id"], first["until_at"], first["answered_at"]) == (alice.pk, utc("2026-03-03T09:00"), None)
    assert (second["person_id"], second["answered_at"]) == (bob.pk, utc("2026-03-03T11:00"))
    assert one("lead")["answered_at"] == utc("2026-03-03T10:00")


def test_what_comes_after_an_activity_may_hang_on_lead_opportunity_or_account(sales: Sales, alice: Person) -> None:
    account = Account.objects.create(name="Jansen", created_at=at("2026-01-01"))
    lead = sales.lead("2026-03-02T08:00", account=account, owner=alice)
    deal = sales.deal("2026-03-03T08:00", lead=lead, account=account, owner=alice)
    call = sales.done("call", "2026-03-02T10:00", lead=lead, owner=alice)
    visit = sales.done("visit", "2026-03-04T10:00", opportunity=deal, owner=alice)
    quote = Quote.objects.create(account=account, sent_at=at("2026-03-06T10:00"), recorded_at=at("2026-03-06T10:00"))
    Order.objects.create(opportunity=deal, ordered_at=at("2026-03-09T10:00"), recorded_at=at("2026-03-09T10:00"))
    assert one("activity", id=call.pk)["next_appointment_at"] == utc("2026-03-04T10:00")
    met = one("activity", id=visit.pk)
    assert (met["next_quote_at"], met["next_order_at"]) == (utc("2026-03-06T10:00"), utc("2026-03-09T10:00"))
    assert met["next_step_at"] == utc("2026-03-06T10:00")
    sent = one("quote", id=quote.pk)
    assert sent["previous_appointment_at"] == utc("2026-03-04T10:00")
    assert sent["next_order_at"] == utc("2026-03-09T10:00")


def test_a_visit_written_down_afterwards_is_not_its_own_next_step(sales: Sales, alice: Person) -> None:
    account = Account.objects.create(name="Jansen")
    visit = sales.done(
        "visit",
        "2026-03-04T10:00",
        account=account,
        planned_for=at("2026-03-04T10:00"),
        recorded_at=at("2026-03-04T18:00"),
    )
    assert one("activity", id=visit.pk)["next_step_at"] is None
    sales.done(
        "call",
        "2026-03-20T10:00",
        account=account,
        planned_for=at("2026-03-20T10:00"),
        recorded_at=at("2026-03-05T09:00"),
    )
    assert one("activity", id=visit.pk)["next_step_at"] == utc("2026-03-05T09:00"), "the day on which it was planned"


def test_outbound_contacts_count_on_the_thread_of_the_lead_and_stop_at_the_closing(sales: Sales, alice: Person) -> None:
    lead = sales.lead("2026-03-02T08:00", owner=alice)
    deal = sales.deal("2026-03-04T08:00", lead=lead, owner=alice)
    sales.entered(deal, sales.offer, "2026-03-04T08:00")
    sales.done("call", "2026-03-03T10:00", lead=lead)
    sales.done("email", "2026-03-05T10:00", lead=lead, direction="in")
    second = sales.done("visit", "2026-03-06T10:00", opportunity=deal)
    sales.entered(deal, sales.won, "2026-03-10T08:00")
    sales.done("call", "2026-03-12T10:00", opportunity=deal)
    assert one("activity", id=second.pk)["outbound_number"] == 2
    closed = one("opportunity", id=deal.pk, outcome="won")
    assert (closed["outbound_before_close"], closed["reached_contacts"]) == (2, 3)


def test_an_account_is_a_customer_from_its_first_order_or_won_deal_on(sales: Sales) -> None:
    account = Account.objects.create(name="Jansen")
    for day in (2, 20):
        sales.done("visit", f"2026-03-{day:02}T10:00", account=account)
    Order.objects.create(account=account, ordered_at=at("2026-03-10T10:00"), recorded_at=at("2026-03-10T10:00"))
    assert total("new_customer_share") == 0.5
    sales.entered(sales.deal("2026-02-02T10:00", account=account), sales.won, "2026-02-20T10:00")
    assert total("new_customer_share") == 0


def test_an_order_that_was_cancelled_is_no_earlier_order(sales: Sales, alice: Person) -> None:
    account = Account.objects.create(name="Jansen")
    first = Order.objects.create(
        account=account, ordered_at=at("2026-02-10T10:00"), recorded_at=at("2026-02-10T10:00"), owner=alice
    )
    Order.objects.create(
        account=account, ordered_at=at("2026-03-05T10:00"), recorded_at=at("2026-03-05T10:00"), owner=alice
    )
    sales.done("visit", "2026-03-02T10:00", account=account, owner=alice)
    cancel_order(order=first, by=None, at=at("2026-03-20T10:00"))
    shares = {
        day: (total("new_customer_share", as_of=day), total("repeat_order_share", as_of=day))
        for day in ("2026-03-19T23:00", "2026-03-20T23:00")
    }
    assert shares == {"2026-03-19T23:00": (0, 1), "2026-03-20T23:00": (1, 0)}


@pytest.mark.parametrize("hangs_on", ["account", "opportunity"])
def test_a_quote_is_followed_by_an_order_until_that_is_cancelled(sales: Sales, alice: Person, hangs_on: str) -> None:
    account, deal = Account.objects.create(name="Jansen"), sales.deal("2026-01-05T10:00", owner=alice)
    shared: dict[str, Any] = {"account": account} if hangs_on == "account" else {"opportunity": deal}
    Quote.objects.create(owner=alice, sent_at=at("2026-01-06T10:00"), recorded_at=at("2026-01-06T10:00"), **shared)
    ordered = [
        Order.objects.create(owner=alice, ordered_at=at(f"{day}T10:00"), recorded_at=at(f"{day}T10:00"), **shared)
        for day in ("2026-01-20", "2026-05-20")
    ]  # the second comes too late
    cancel_order(order=ordered[0], by=None, at=at("2026-06-10T10:00"))
    followed = [
        total("quote_to_order_cohort", period="2026-01", as_of=day) for day in ("2026-06-09T23:00", "2026-06-10T23:00")
    ]
    assert followed == [1, 0]


def test_the_last_of_ninety_days_lasts_until_midnight_also_when_the_clock_was_moved(
    sales: Sales, alice: Person
) -> None:
    for name, following in (("Jansen", "2026-04-12T21:30"), ("De Vries", "2026-04-12T22:30")):  # 23:30, and 00:30
        account = Account.objects.create(name=name)
        sales.done("call", "2026-01-12T08:00", account=account, owner=alice)
        sales.done("visit", following, account=account, owner=alice)
    assert total("call_to_appointment_cohort", period="2026-01", as_of="2026-05-01T00:00") == 0.5


def test_the_clock_of_the_seller_goes_by_what_the_lead_was_then(sales: Sales, alice: Person) -> None:
    lead = sales.lead("2026-03-02T08:00", owner=alice)
    given_away = at("2026-03-02T08:00")
    LeadAssignment.objects.create(lead=lead, person=alice, assigned_at=given_away, recorded_at=given_away)
    found = at("2026-03-03T08:00")
    change(lead, by=None, at=found, disqualified_at=found, disqualified_reason="spam")
    change(lead, by=None, at=at("2026-03-10T08:00"), disqualified_at=None, disqualified_reason="")  # it was none
    sales.done("call", "2026-03-11T08:00", lead=lead, owner=alice)

    clocks = {
        day: {
            by: replica.ask(question("lead_response_time", as_of=f"2026-03-{day}T23:00", by=(by,)), EVERYTHING).total
            for by in ("person", "source")
        }
        for day in ("02", "05", "12")
    }
    counted = {day: {by: value.n for by, value in them.items()} for day, them in clocks.items()}
    assert counted == {
        "02": {"person": 1, "source": 1}, "05": {"person": 0, "source": 0}, "12": {"person": 1, "source": 1},
    }  # fmt: skip
    assert clocks["12"]["person"].value == clocks["12"]["source"].value == 7 * 8 * 60


def test_a_lead_that_became_part_of_another_was_on_the_clock_of_its_seller_before(sales: Sales, alice: Person) -> None:
    kept, lead = (sales.lead("2026-03-02T08:00", owner=alice) for _n in range(2))
    change(lead, by=None, at=at("2026-03-10T08:00"), merged_into=kept)
    counted = [
        replica.ask(question("lead_response_time", as_of=day, by=("person",)), EVERYTHING).total.n
        for day in ("2026-03-09T23:00", "2026-03-10T23:00")
    ]
    assert counted == [2, 1]


def test_a_deal_that_bounces_keeps_every_entry_and_its_number(sales: Sales, alice: Person) -> None:
    deal = sales.deal("2026-03-02T08:00", owner=alice)
    entries = [
        (sales.interest, "2026-03-02T08:00"), (sales.offer, "2026-03-03T08:00"), (sales.interest, "2026-03-04T08:00"),
        (sales.lost, "2026-03-05T08:00"),
    ]  # fmt: skip
    for stage, when in entries:
        sales.entered(deal, stage, when)
    found = sorted(rows("stage_entry"), key=lambda row: row["entered_at"])
    assert [(row["stage_id"], row["nth"]) for row in found] == [
        (sales.interest.pk, 1), (sales.offer.pk, 1), (sales.interest.pk, 2), (sales.lost.pk, 1),
    ]  # fmt: skip
    assert found[2]["next_kind"] == "lost"
    assert found[3]["left_at"] is None


def test_what_was_recorded_later_is_not_known_yet(sales: Sales, alice: Person) -> None:
    deal = sales.deal("2026-03-02T08:00", owner=alice, base_minor=100_00, recorded_at=at("2026-03-02T09:00"))
    change(deal, by=None, at=at("2026-03-03T08:00"), base_minor=250_00)  # recorded now, long after
    late = sales.deal("2026-03-02T08:00", owner=alice, recorded_at=at("2026-05-01T09:00"))
    now = {(row["id"], row["amount"]) for row in rows("opportunity")}
    known = {(row["id"], row["amount"]) for row in rows("opportunity", at("2026-04-01T00:00"))}
    assert {str(amount) for pk, amount in now if pk == deal.pk} == {"100.00", "250.00"}
    assert {(pk, str(amount)) for pk, amount in known} == {(deal.pk, "100.00")}
    assert late.pk in {pk for pk, _amount in now}


def test_a_record_that_is_deleted_or_of_an_unfinished_import_counts_nowhere(sales: Sales, alice: Person) -> None:
    from stuurhut.people.models import Intake

    intake = Intake.objects.create()
    sales.deal("2026-03-02T08:00", intake=intake)
    sales.deal("2026-03-02T08:00", deleted_at=at("2026-03-03T08:00"))
    assert rows("opportunity") == []
    Intake.objects.filter(pk=intake.pk).update(completed_at=at("2026-03-04T08:00"))
    assert len(rows("opportunity")) == 1


def test_the_team_of_a_sale_is_that_of_the_seller_on_that_day(sales: Sales) -> None:
    noord, zuid = Team.objects.create(name="Noord"), Team.objects.create(name="Zuid")
    alice = person("Alice", noord, "2026-01-01", "2026-03-15")
    person("Alice", zuid, "2026-03-15")
    deal: Opportunity = sales.deal("2026-03-02T08:00", owner=alice)
    sales.entered(deal, sales.offer, "2026-03-02T08:00")
    # A quarter past midnight in Amsterdam is still the day before in UTC.
    sales.entered(deal, sales.won, "2026-03-14T23:15")
    closed = one("opportunity", id=deal.pk, outcome="won")
    assert (closed["created_team_id"], closed["closed_team_id"]) == (noord.pk, zuid.pk)
    assert closed["closed_on"] == date(2026, 3, 15)
    assert closed["closed_at"].replace(tzinfo=UTC) == at("2026-03-14T23:15")


def test_working_minutes_of_the_facts_are_those_of_the_calendar(sales: Sales) -> None:
    engine = asking.engine()
    for when in ("2026-03-28T22:30", "2026-03-30T07:15", "2026-04-06T10:00", "2026-10-26T08:30", "2026-03-02T12:34:56"):
        sales.done("visit", when)
    for row in rows("activity"):
        there = row["occurred_at"].replace(tzinfo=UTC)
        assert row["occurred_wm"] == pytest.approx(engine.rules.work.working_minute(there))
