"""Whom and which teams somebody may choose from: those whose records he or she sees."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from stuurhut.people.models import Membership, Person, Team, User
from stuurhut.people.scope import scope_for


def people_seen_by(user: User) -> QuerySet[Person]:
    """Oneself, and everybody who is or was in a team that one leads."""
    scope = scope_for(user)
    people = Person.objects.filter(deleted_at__isnull=True).order_by("name", "pk")
    if scope.everything:
        return people
    led = Membership.objects.filter(team__in=scope.teams, deleted_at__isnull=True).values("person")
    return people.filter(Q(pk__in=scope.persons) | Q(pk__in=led))


def teams_seen_by(user: User) -> QuerySet[Team]:
    """The teams that one leads, and those that one is in."""
    scope = scope_for(user)
    teams = Team.objects.filter(deleted_at__isnull=True).order_by("name", "pk")
    if scope.everything:
        return teams
    own = Membership.objects.filter(person__in=scope.persons, deleted_at__isnull=True).values("team")
    return teams.filter(Q(pk__in=scope.teams) | Q(pk__in=own))
