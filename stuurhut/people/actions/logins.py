"""Logins: who gets in, and in which role."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stuurhut.people.actions.teams import create_person, join_team
from stuurhut.people.history import change, change_many, made, note
from stuurhut.people.models import Membership, Person, Team, User
from stuurhut.people.refusal import Refused

Role = Literal["seller", "manager", "director", "payroll", "admin"]


class LoginTaken(Refused):
    """An e-mail address that already signs in."""


class WrongLogin(Refused):
    """An e-mail address or password that cannot be used."""


class TeamNeeded(Refused):
    """A manager of nothing."""


@transaction.atomic
def add_user(
    *,
    email: str,
    role: Role,
    by: User | None,
    team: Team | None = None,
    password: str | None = None,
    name: str = "",
    starts_on: date | None = None,
) -> User:
    """A login with one role; sellers, managers and directors get the person and the membership that go with it.

    A person who is known by this address gets the login. A director without team leads everything.
    Raises LoginTaken, WrongLogin or TeamNeeded.
    """
    address = _free_address(email)
    if role == "manager" and team is None:
        raise TeamNeeded(_("A manager leads a team; say which one."))
    user = User(
        email=address,
        name=name,
        is_administrator=role == "admin",
        is_payroll=role == "payroll",
        is_director=role == "director" and team is None,
    )
    if password is not None:
        _check_password(password, user)
    user.set_password(password)
    user.save()
    made([user], by=by)
    if role in ("seller", "manager", "director"):
        person = _person_behind(user, by)
        if team is not None:
            _give_role(person, team, role, starts_on or timezone.localdate(), by)
    return user


@transaction.atomic
def set_roles(
    *,
    user: User,
    by: User | None,
    is_administrator: bool | None = None,
    is_payroll: bool | None = None,
    is_director: bool | None = None,
) -> User:
    """Gives or takes the roles that do not come from a team; None leaves one as it is."""
    wished = {"is_administrator": is_administrator, "is_payroll": is_payroll, "is_director": is_director}
    change_many([(user, {role: wish for role, wish in wished.items() if wish is not None})], by=by)
    return user


@transaction.atomic
def set_active(*, user: User, active: bool, by: User | None) -> User:
    """Lets a user in, or out of the door: an inactive one signs in nowhere and sees nothing."""
    return change(user, by=by, is_active=active)


@transaction.atomic
def set_password(*, user: User, password: str, by: User | None) -> User:
    """A new password. Raises WrongLogin. That it was set is kept, the password is not."""
    _check_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    note(user, "password", by=by)
    return user


def _free_address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise WrongLogin(
            _("'%(email)s' is not an e-mail address; give one such as name@example.com."), email=email
        ) from error
    if User.objects.filter(email__iexact=address).exists():
        raise LoginTaken(_("%(email)s has a login already; change that one instead."), email=address)
    return address


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WrongLogin(_("Choose another password. %(why)s"), why=" ".join(error.messages)) from error


def _person_behind(user: User, by: User | None) -> Person:
    known = Person.objects.filter(email__iexact=user.email, user__isnull=True, deleted_at__isnull=True).first()
    if known is None:
        return create_person(name=user.name or user.email.partition("@")[0], email=user.email, user=user, by=by)
    if not user.name:
        change(user, by=by, name=known.name)
    return change(known, by=by, user=user)


def _give_role(person: Person, team: Team, role: str, starts_on: date, by: User | None) -> None:
    """The membership in this role from a day on; one that was there in another role ends."""
    current = Membership.objects.filter(person=person, team=team, deleted_at__isnull=True).exclude(until__lte=starts_on)
    for membership in current:
        if membership.role == role:
            return
        end = max(starts_on, membership.starts_on + timedelta(days=1))
        change(membership, by=by, until=end)
        starts_on = end
    join_team(person=person, team=team, starts_on=starts_on, role=role, by=by)
