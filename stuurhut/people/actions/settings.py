"""What an administrator sets: the organisation, its first login, who has which role, names and hours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from stuurhut.people.actions.days import check_days
from stuurhut.people.actions.logins import add_user, set_active, set_roles
from stuurhut.people.actions.teams import AddressTaken, create_person, join_team, place_team
from stuurhut.people.history import change, note
from stuurhut.people.models import Membership, Organisation, Person, Team, User
from stuurhut.people.refusal import Refused


class AlreadyBegun(Refused):
    """Making the first administrator where somebody has a login."""


class LastAdministrator(Refused):
    """Leaving the organisation without anybody who can let people in."""


class WrongHours(Refused):
    """A working week without working time."""


def the_organisation() -> Organisation:
    """The one organisation, made when it is not there yet."""
    return Organisation.objects.get_or_create(pk=1)[0]


@transaction.atomic
def begin(
    *, email: str, password: str, name: str, is_director: bool, language: str, organisation: dict[str, Any]
) -> User:
    """The first administrator, and the organisation's name and hours.

    Being administrator shows no figure; whoever leads the organisation says so with `is_director`.
    Raises AlreadyBegun, LoginTaken, WrongLogin or WrongHours.
    """
    the_organisation()
    # Two people who press the button at once: the second waits here, and then finds the first.
    Organisation.objects.select_for_update().get(pk=1)
    if User.objects.exists():
        raise AlreadyBegun(_("This organisation has an administrator already; sign in, or ask for an invitation."))
    user = add_user(email=email, role="admin", name=name, password=password, by=None)
    change(user, by=user, language=language)
    change_organisation(by=user, **organisation)
    if is_director:
        set_roles(user=user, is_director=True, by=user)
        create_person(name=name or email.partition("@")[0], email=email, user=user, by=user)
    return user


@transaction.atomic
def change_organisation(*, by: User | None, **fields: Any) -> Organisation:
    """Sets name, hours, norms and choices of the organisation. Raises WrongHours."""
    organisation = the_organisation()
    opens, closes = fields.get("opens_at", organisation.opens_at), fields.get("closes_at", organisation.closes_at)
    if closes <= opens:
        raise WrongHours(_("The working day ends before it starts; give a later end."))
    if not fields.get("weekdays", organisation.weekdays):
        raise WrongHours(_("A week without working days has no figures; choose at least one."))
    return change(organisation, by=by, **fields)


@transaction.atomic
def change_limits(*, by: User | None, thresholds: Mapping[str, float]) -> Organisation:
    """Sets the limits of the verdicts; those that are left out follow the defaults."""
    organisation = Organisation.objects.select_for_update().get(pk=the_organisation().pk)
    old, organisation.thresholds = organisation.thresholds, dict(thresholds)
    if old != organisation.thresholds:
        organisation.save(update_fields=["thresholds"])
        note(organisation, "thresholds", by=by, old=json.dumps(old), new=json.dumps(organisation.thresholds))
    return organisation


@transaction.atomic
def change_login(
    *, user: User, by: User, name: str, is_active: bool, is_administrator: bool, is_director: bool, is_payroll: bool
) -> User:
    """Changes a login and its roles. Raises LastAdministrator when nobody would be left to let people in."""
    others = User.objects.select_for_update().filter(is_administrator=True, is_active=True).exclude(pk=user.pk)
    if not (is_active and is_administrator) and not others.exists():
        raise LastAdministrator(_("Somebody has to let people in: make another administrator first."))
    change(user, by=by, name=name)
    set_roles(user=user, by=by, is_administrator=is_administrator, is_director=is_director, is_payroll=is_payroll)
    return set_active(user=user, active=is_active, by=by)


@transaction.atomic
def change_team(*, team: Team, by: User | None, name: str, parent: Team | None, region_label: str = "") -> Team:
    """Another name, region or place under another team. Raises Circle."""
    place_team(team=team, under=parent, by=by)
    return change(team, by=by, name=name, region_label=region_label)


@transaction.atomic
def change_person(*, person: Person, by: User | None, name: str, email: str | None, active: bool) -> Person:
    """Another name or address, or somebody who left. Raises AddressTaken."""
    address = email.lower() if email else None
    if address and Person.objects.filter(email__iexact=address).exclude(pk=person.pk).exists():
        raise AddressTaken(
            _("Somebody with the address %(email)s exists already; change that person instead."), email=address
        )
    return change(person, by=by, name=name, email=address, active=active)


@transaction.atomic
def change_membership(
    *, membership: Membership, since: date, role: str, fte: float, contract_hours: float, by: User | None
) -> Membership:
    """Another role or other hours from the day `since` on; what held before that day stays.

    A day up to the start of the membership corrects it as a whole. Raises WrongDays or WrongShare.
    """
    until = membership.until
    if since <= membership.starts_on:
        return change(membership, by=by, role=role, fte=fte, contract_hours=contract_hours)
    check_days(since, until)
    change(membership, by=by, until=since)
    return join_team(
        person=membership.person, team=membership.team, starts_on=since, until=until, role=role, fte=fte,
        contract_hours=contract_hours, by=by,
    )  # fmt: skip


@transaction.atomic
def end_membership(*, membership: Membership, until: date, by: User | None) -> Membership:
    """Somebody leaves a team; `until` is the first day outside it. Raises WrongDays."""
    check_days(membership.starts_on, until)
    return change(membership, by=by, until=max(until, membership.starts_on + timedelta(days=1)))
