"""The versions of goals, and which of them holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from stuurhut.kpi.goals import Goal, Holder
from stuurhut.people.teams import counting
from stuurhut.targets.models import Target

Place = tuple[Holder, date, date]  # whose goal, from when, until when


def versions(kpi: str, holders: Iterable[Holder], start: date, until: date) -> QuerySet[Target]:
    """All versions of the goals of these holders that touch [start, until), the oldest first, also those withdrawn."""
    holders = list(holders)
    persons = [holder.id for holder in holders if holder.kind == "person"]
    teams = [holder.id for holder in holders if holder.kind == "team"]
    whole = Q(intake__isnull=True) | Q(intake__completed_at__isnull=False, intake__undone_at__isnull=True)
    found = Target.objects.filter(whole, kpi=kpi, filter={}, starts_on__lt=until, until__gt=start)
    found = found.filter(Q(person_id__in=persons) | Q(team_id__in=teams))
    return found.select_related("set_by").order_by("version", "set_at", "id")


def narrower(kpi: str, holders: Iterable[Holder], start: date, until: date) -> int:
    """How many goals of these holders are for a part of the KPI, such as one source."""
    holders = list(holders)
    found = Target.objects.filter(counting(), kpi=kpi, starts_on__lt=until, until__gt=start).exclude(filter={})
    persons = Q(person_id__in=[holder.id for holder in holders if holder.kind == "person"])
    return found.filter(persons | Q(team_id__in=[holder.id for holder in holders if holder.kind == "team"])).count()


def holding(kpi: str, holders: Iterable[Holder], start: date, until: date) -> dict[Place, Target]:
    """The version that holds of each goal; one that takes a goal away stands here too, without value."""
    found = versions(kpi, holders, start, until).filter(counting())
    return {(holder_of(target), target.starts_on, target.until): target for target in found}


def holder_of(target: Target) -> Holder:
    """Whose goal it is."""
    return Holder("person", target.person_id) if target.person_id else Holder("team", target.team_id or 0)


def goals_of(holder: Holder, held: dict[Place, Target], currency: str | None) -> list[Goal]:
    """The goals of a holder as the catalogue computes with them; of money only those in `currency`."""
    return [
        Goal(start, until, Decimal(target.value))
        for (whose, start, until), target in held.items()
        if whose == holder and target.value and (not currency or target.currency in ("", currency))
    ]


def goal_value(target: Target | None) -> Decimal | None:
    """The value of a version; None without one."""
    return Decimal(target.value) if target and target.value else None
