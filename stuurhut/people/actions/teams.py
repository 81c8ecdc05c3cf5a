"""Teams, and the people who come, go and move."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from stuurhut.people.actions.days import WrongShare, check_days
from stuurhut.people.history import change, made
from stuurhut.people.models import Membership, Person, Team, User
from stuurhut.people.refusal import Refused
from stuurhut.people.teams import with_sub_teams


class AlreadyMember(Refused):
    """A second membership of one team at the same time."""


class NotAMember(Refused):
    """Leaving a team that somebody is not in."""


class Circle(Refused):
    """A team under itself."""


class AddressTaken(Refused):
    """An e-mail address that already belongs to somebody."""


@transaction.atomic
def create_team(*, name: str, by: User | None, parent: Team | None = None, region_label: str = "") -> Team:
    """A new team, under `parent` or at the top."""
    team = Team.objects.create(name=name, parent=parent, region_label=region_label)
    made([team], by=by)
    return team


@transaction.atomic
def place_team(*, team: Team, under: Team | None, by: User | None) -> Team:
    """Moves a team, with what is below it, under another or to the top. Raises Circle."""
    if under is not None and under.pk in with_sub_teams([team.pk]):
        raise Circle(_("%(team)s cannot stand under itself; choose a team outside it."), team=team)
    return change(team, by=by, parent=under)


@transaction.atomic
def create_person(*, name: str, by: User | None, email: str | None = None, user: User | None = None) -> Person:
    """A new person, with or without a login. Raises AddressTaken when someone else has the address."""
    address = email.lower() if email else None
    if address and Person.objects.filter(email__iexact=address).exists():
        raise AddressTaken(
            _("Somebody with the address %(email)s exists already; change that person instead."), email=address
        )
    person = Person.objects.create(name=name, email=address, user=user)
    made([person], by=by)
    return person


@transaction.atomic
def join_team(
    *,
    person: Person,
    team: Team,
    starts_on: date,
    by: User | None,
    until: date | None = None,
    role: str = Membership.Role.SELLER,
    fte: float = 1.0,
    contract_hours: float = 40.0,
) -> Membership:
    """Puts a person in a team from a day on. Raises AlreadyMember, WrongDays or WrongShare."""
    check_days(starts_on, until)
    if not 0 <= fte <= 2:
        raise WrongShare(_("%(fte)s FTE is not possible; give a number from 0 to 2."), fte=fte)
    same_time = Membership.objects.filter(person=person, team=team, deleted_at__isnull=True).exclude(
        until__lte=starts_on
    )
    if until:
        same_time = same_time.filter(starts_on__lt=until)
    if same_time.exists():
        raise AlreadyMember(
            _("%(person)s is in %(team)s already; end that membership first."), person=person, team=team
        )
    membership = Membership.objects.create(
        person=person, team=team, role=role, fte=fte, contract_hours=contract_hours, starts_on=starts_on, until=until
    )
    made([membership], by=by)
    return membership


@transaction.atomic
def leave_team(*, person: Person, team: Team, until: date, by: User | None) -> Membership:
    """Ends a membership; `until` is the first day outside the team. Raises NotAMember."""
    current = Membership.objects.filter(person=person, team=team, starts_on__lt=until, deleted_at__isnull=True)
    membership = current.exclude(until__lte=until).order_by("-starts_on").first()
    if membership is None:
        raise NotAMember(
            _("%(person)s is not in %(team)s before %(until)s; give a later day or another team."),
            person=person, team=team, until=until,
        )  # fmt: skip
    return change(membership, by=by, until=until)


@transaction.atomic
def move_team(*, person: Person, old: Team, new: Team, starts_on: date, by: User | None) -> Membership:
    """Moves a person to another team from a day on, in the same role and hours. The past stays with the old team."""
    left = leave_team(person=person, team=old, until=starts_on, by=by)
    return join_team(
        person=person,
        team=new,
        starts_on=starts_on,
        by=by,
        role=left.role,
        fte=left.fte,
        contract_hours=left.contract_hours,
    )
