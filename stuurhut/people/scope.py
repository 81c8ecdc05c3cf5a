"""Who may see what: the rights table as a plain value."""

from __future__ import annotations

from datetime import date, datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count
from django.utils import timezone

from stuurhut.kpi.words.scope import EVERYTHING, Scope
from stuurhut.people.models import Membership, Organisation, Person, User
from stuurhut.people.teams import memberships_on, with_sub_teams

ENOUGH_FOR_TOTALS = 3  # a total of fewer people tells what one of them did
LEADING = (Membership.Role.MANAGER, Membership.Role.DIRECTOR)
NOTHING = Scope()


def scope_for(user: User | AnonymousUser, at: datetime | None = None) -> Scope:
    """What a user may see, by the memberships of the day (default today).

    A seller sees himself and totals of his team; who leads teams sees those and all below them, and totals of the
    others; the director of the organisation everything. Administrator and payroll are no reason to see a figure.
    """
    if not isinstance(user, User) or not user.is_active:
        return NOTHING
    if user.is_director:
        return EVERYTHING
    person = Person.objects.filter(user=user, deleted_at__isnull=True).first()
    if person is None:
        return NOTHING
    memberships = list(memberships_on(timezone.localdate(at)).filter(person=person))
    led = with_sub_teams(m.team_id for m in memberships if m.role in LEADING)
    may_compare = bool(led) or Organisation.objects.filter(opens_team_totals=True).exists()
    totals = _teams_with_enough(timezone.localdate(at))
    if not may_compare:
        totals &= {m.team_id for m in memberships}
    return Scope(persons=frozenset({person.pk}), teams=led, totals_of=totals - led)


def _teams_with_enough(day: date) -> frozenset[int]:
    counted = memberships_on(day).values("team_id").annotate(people=Count("person_id", distinct=True))
    return frozenset(row["team_id"] for row in counted if row["people"] >= ENOUGH_FOR_TOTALS)
