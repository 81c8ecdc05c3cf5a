"""A company in whose first quarter calls led to visits, quotes and orders; for the tests of the cockpit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from stuurhut.cockpit.tests.sales_of_two_teams import Company, company
from stuurhut.crm import actions as crm
from stuurhut.kpi.words.money import Amount
from stuurhut.people.models import Person

STEPS = ("call", "visit", "quote", "order")


def customer(owner: Person, name: str, steps: int, value: str = "1000", on: str = "2026-01-12") -> None:
    """A customer who was called on a day and got so many steps far, a week each."""
    at = datetime.fromisoformat(f"{on}T10:00").replace(tzinfo=UTC)
    account = crm.create_account(name=name, owner=owner, created_at=at - timedelta(days=30), by=None)
    amount = Amount(Decimal(value), "EUR")
    for step in STEPS[:steps]:
        if step == "quote":
            crm.create_quote(account=account, owner=owner, amount=amount, sent_at=at, by=None)
        elif step == "order":
            crm.create_order(account=account, owner=owner, amount=amount, ordered_at=at, by=None)
        else:
            crm.log_activity(kind=step, owner=owner, account=account, occurred_at=at, outcome="reached", by=None)
        at += timedelta(days=7)


def with_a_funnel() -> Company:
    """Alice called five: four had a visit, three a quote of 1,000, 2,000 and 5,000, and the first two ordered.
    Charlie called one, without more.
    """
    them = company()
    for name, steps, value in (("Een", 4, "1000"), ("Twee", 4, "2000"), ("Drie", 3, "5000"), ("Vier", 2, "0"),
                               ("Vijf", 1, "0")):  # fmt: skip
        customer(them.alice, name, steps, value)
    customer(them.charlie, "Geheim", 1)
    return them
