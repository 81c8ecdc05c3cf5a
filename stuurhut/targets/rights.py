"""Who may see and set whose goals: the scope of a person, by the teams that people were in at the time of the goal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from stuurhut.kpi.goals import Holder
from stuurhut.kpi.words.scope import Scope
from stuurhut.people.models import Membership, User
from stuurhut.people.scope import scope_for
from stuurhut.people.teams import counting


@dataclass(frozen=True)
class Rights:
    """What somebody may do with goals.

    A director sets all; a manager those of the own teams and of people for a time in which they were in one; a seller
    reads the own, and those of a team of which the totals may be seen.
    """

    scope: Scope
    stays: dict[int, tuple[Membership, ...]]

    @property
    def sets_any(self) -> bool:
        return self.scope.everything or bool(self.scope.teams)

    def sets(self, holder: Holder, start: date, until: date) -> bool:
        """Whether a goal of this holder in [start, until) may be set."""
        if self.scope.everything:
            return True
        if holder.kind == "team":
            return holder.id in self.scope.teams
        return any(
            stay.team_id in self.scope.teams and stay.starts_on < until and (stay.until is None or stay.until > start)
            for stay in self.stays.get(holder.id, ())
        )

    def sees(self, holder: Holder, start: date, until: date) -> bool:
        """Whether a goal of this holder in [start, until) and what was reached may be seen."""
        if holder.kind == "team":
            return self.scope.everything or holder.id in self.scope.teams | self.scope.totals_of
        return holder.id in self.scope.persons or self.sets(holder, start, until)


def rights_of(user: User) -> Rights:
    """The rights of a user today."""
    scope = scope_for(user)
    memberships = Membership.objects.filter(counting()).order_by("starts_on", "id")
    if not scope.everything:
        memberships = memberships.filter(Q(team_id__in=scope.teams) | Q(person_id__in=scope.persons))
    return Rights(scope, by_person(memberships))


def by_person(memberships: Iterable[Membership]) -> dict[int, tuple[Membership, ...]]:
    """Memberships per person, in their order."""
    found: dict[int, list[Membership]] = {}
    for one in memberships:
        found.setdefault(one.person_id, []).append(one)
    return {person: tuple(those) for person, those in found.items()}
