"""In which team somebody is, on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from stuurhut.people.models import Membership, Person, Team


def counting() -> Q:
    """Records that count: not deleted, and not of a delivery that is unfinished or undone."""
    whole = Q(intake__isnull=True) | Q(intake__completed_at__isnull=False, intake__undone_at__isnull=True)
    return Q(deleted_at__isnull=True) & whole


def memberships_on(day: date) -> QuerySet[Membership]:
    """The memberships that hold on a day."""
    return Membership.objects.filter(counting(), Q(until__isnull=True) | Q(until__gt=day), starts_on__lte=day)


def team_of(person: Person | None, at: datetime | date) -> Team | None:
    """The team of a person at a moment or on a day; with several the one with the largest FTE, none without any."""
    if person is None:
        return None
    day = timezone.localdate(at) if isinstance(at, datetime) else at
    found = memberships_on(day).filter(person=person).select_related("team").order_by("-fte", "id").first()
    return found.team if found else None


def with_sub_teams(teams: Iterable[int]) -> frozenset[int]:
    """Ids of these teams and of all teams below them."""
    children: dict[int | None, list[int]] = {}
    for key, parent in Team.objects.filter(deleted_at__isnull=True).values_list("id", "parent_id"):
        children.setdefault(parent, []).append(key)
    found: set[int] = set()
    front = set(teams)
    while front:
        found |= front
        front = {child for team in front for child in children.get(team, [])} - found
    return frozenset(found)
