"""Alice sells, Bob leads her team, Charlie belongs elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from stuurhut.people.actions import add_user, create_team
from stuurhut.people.models import Person, Team, User

START = date(2024, 1, 1)


@dataclass(frozen=True)
class Company:
    """Two teams under one roof, with a login for everybody."""

    noord: Team
    zuid: Team
    alice: Person
    bob: Person
    charlie: Person

    def user(self, person: Person) -> User:
        return User.objects.get(person=person)


def company() -> Company:
    """Team Noord with Alice and Bob, team Zuid with Charlie, since 2024."""
    noord, zuid = create_team(name="Noord", by=None), create_team(name="Zuid", by=None)
    add_user(email="alice@example.com", role="seller", team=noord, starts_on=START, name="Alice", by=None)
    add_user(email="bob@example.com", role="manager", team=noord, starts_on=START, name="Bob", by=None)
    add_user(email="charlie@example.com", role="seller", team=zuid, starts_on=START, name="Charlie", by=None)
    alice, bob, charlie = (Person.objects.get(name=name) for name in ("Alice", "Bob", "Charlie"))
    return Company(noord, zuid, alice, bob, charlie)


def seller(name: str, team: Team, since: date = START) -> Person:
    """One more seller of a team."""
    user = add_user(email=f"{name.lower()}@example.com", role="seller", team=team, starts_on=since, name=name, by=None)
    return Person.objects.get(user=user)
