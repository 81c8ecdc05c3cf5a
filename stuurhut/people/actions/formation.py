"""The formation of a team, and who is away."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from stuurhut.people.actions.days import WrongShare, check_days
from stuurhut.people.history import change, made
from stuurhut.people.models import Absence, Person, Seat, Team, User


@transaction.atomic
def create_seat(
    *,
    team: Team,
    starts_on: date,
    by: User | None,
    fte: float = 1.0,
    person: Person | None = None,
    expected_start: date | None = None,
) -> Seat:
    """A new place in the formation: filled by a person, or vacant from its first day."""
    vacant_since = None if person else starts_on
    seat = Seat.objects.create(
        team=team, fte=fte, starts_on=starts_on, person=person, vacant_since=vacant_since, expected_start=expected_start
    )
    made([seat], by=by)
    return seat


@transaction.atomic
def vacate_seat(*, seat: Seat, since: date, by: User | None, expected_start: date | None = None) -> Seat:
    """Nobody sits here since a day."""
    return change(seat, by=by, person=None, vacant_since=since, expected_start=expected_start)


@transaction.atomic
def fill_seat(*, seat: Seat, person: Person, starts_on: date, by: User | None) -> Seat:
    """Ends a vacancy: the vacant seat closes on the day, and one filled by the person begins. Returns the new seat.

    The vacancy stays in the formation's past, which a single row with a person would erase.
    """
    if starts_on <= seat.starts_on:
        return change(seat, by=by, person=person, vacant_since=None, expected_start=None)
    change(seat, by=by, until=starts_on)
    return create_seat(team=seat.team, fte=seat.fte, starts_on=starts_on, person=person, by=by)


@transaction.atomic
def record_absence(
    *,
    person: Person,
    starts_on: date,
    by: User | None,
    planned: bool = True,
    share: float = 1.0,
    expected_until: date | None = None,
    until: date | None = None,
) -> Absence:
    """Notes that a person is away; by law without a cause. Raises WrongDays or WrongShare."""
    check_days(starts_on, until or expected_until)
    if not 0 < share <= 1:
        raise WrongShare(_("An absence of %(share)s is not possible; give a share above 0 and up to 1."), share=share)
    absence = Absence.objects.create(
        person=person, planned=planned, share=share, starts_on=starts_on, expected_until=expected_until, until=until
    )
    made([absence], by=by)
    return absence


@transaction.atomic
def end_absence(*, absence: Absence, until: date, by: User | None) -> Absence:
    """The person is back on the day `until`. Raises WrongDays."""
    check_days(absence.starts_on, until)
    return change(absence, by=by, until=until)
