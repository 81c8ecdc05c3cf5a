"""Alice sells in team Noord, Bob leads it, Charlie sells in team Zuid, Dora directs; and what they sold in 2026."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from django.test import Client

from stuurhut.crm import actions as crm
from stuurhut.crm.actions.stages import start_usual_process
from stuurhut.crm.models import Stage
from stuurhut.kpi.words.money import Amount
from stuurhut.people import actions as people
from stuurhut.people.models import Person, Team, User

SINCE = date(2020, 1, 1)


@dataclass(frozen=True)
class Company:
    """Two teams and who is in them."""

    noord: Team
    zuid: Team
    alice: Person
    bob: Person
    charlie: Person


def person(email: str) -> Person:
    return Person.objects.get(user__email=email)


def signed_in(name: str) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(User.objects.get(email=f"{name}@example.com"))
    return client


def company() -> Company:
    """The two teams, with nothing recorded yet."""
    noord, zuid = (people.create_team(name=name, by=None) for name in ("Noord", "Zuid"))
    for name, role, team in (("alice", "seller", noord), ("bob", "manager", noord), ("charlie", "seller", zuid)):
        people.add_user(
            email=f"{name}@example.com",
            name=name.title(),
            role=role,  # type: ignore[arg-type]
            team=team,
            starts_on=SINCE,
            by=None,
        )
    people.add_user(email="dora@example.com", name="Dora", role="director", by=None)
    start_usual_process(by=None)
    alice, bob, charlie = (person(f"{name}@example.com") for name in ("alice", "bob", "charlie"))
    return Company(noord, zuid, alice, bob, charlie)


def sell(owner: Person, day: str, value: str, name: str = "Deal") -> None:
    """A deal won on a day, out of a lead that came in and was called a month earlier."""
    won_at = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC)
    came_in = datetime(2025, 12, 1, 9, tzinfo=UTC)
    stages = list(Stage.objects.order_by("order"))
    won = next(stage for stage in stages if stage.kind == Stage.Kind.WON)
    account = crm.create_account(name=f"{name} BV", owner=owner, created_at=came_in, by=None)
    lead = crm.create_lead(company=f"{name} BV", owner=owner, created_at=came_in, by=None)
    for hour in (10, 12):
        at = came_in.replace(hour=hour)
        crm.log_activity(
            kind="call", owner=owner, lead=lead, account=account, occurred_at=at, outcome="reached", by=None
        )
    amount = Amount(Decimal(value), "EUR")
    deal = crm.create_opportunity(
        name=name, stage=stages[0], owner=owner, amount=amount, account=account, lead=lead,
        created_at=datetime(2025, 12, 10, 9, tzinfo=UTC), by=None,
    )  # fmt: skip
    crm.move_stage(opportunity=deal, to=won, at=won_at, by=None)


def with_sales() -> Company:
    """Alice sold 4,000 and 9,000.50, Charlie 70,000; all in the first quarter of 2026."""
    them = company()
    sell(them.alice, "2026-01-20", "4000.00", "Staal")
    sell(them.alice, "2026-03-03", "9000.50", "Glas")
    sell(them.charlie, "2026-02-11", "70000.00", "Geheim")
    return them
