"""When people were in the teams of a scope, and when in other teams only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone

from stuurhut.kpi.words.period import Zone
from stuurhut.people.models import Membership
from stuurhut.people.teams import counting

FIRST = date(2, 1, 1)  # what lies earlier has no moment in every time zone
AT_ONCE = 100  # SQLite follows an OR of conditions a thousand deep


class Stretch(NamedTuple):
    """From a moment up to another; without end None."""

    start: datetime
    until: datetime | None


class Stay(NamedTuple):
    """Somebody in a team from a day up to another; without end `date.max`."""

    team: int
    start: date
    until: date


@dataclass(frozen=True)
class Stretches:
    """Per stretch the people who were then in no other teams than those meant, and those who were in others only."""

    inside: dict[Stretch, list[int]]
    outside: dict[Stretch, list[int]]


def stretches(teams: frozenset[int]) -> Stretches:
    """The stretches in which everybody was inside or outside of these teams, by the memberships that count."""
    found = Stretches(defaultdict(list), defaultdict(list))
    zone = Zone(timezone.get_default_timezone_name())
    for person, stays in _stays().items():
        for days, here in _parts(stays):
            those = {stay.team in teams for stay in here}
            if len(those) == 1:
                place = found.inside if those == {True} else found.outside
                place[_moments(*days, zone)].append(person)
    return found


def during(column: str, stretches: dict[Stretch, list[int]]) -> Q:
    """The records whose owner was so at the moment in `column`, which may not be null."""
    return _any(
        Q(owner_id__in=people, **{f"{column}__gte": start}, **({f"{column}__lt": until} if until else {}))
        for (start, until), people in stretches.items()
    )


def _stays() -> dict[int, list[Stay]]:
    found: dict[int, list[Stay]] = defaultdict(list)
    rows = Membership.objects.filter(counting()).values_list("person_id", "team_id", "starts_on", "until")
    for person, team, start, until in rows:
        found[person].append(Stay(team, start, until or date.max))
    return found


def _parts(stays: list[Stay]) -> Iterable[tuple[tuple[date, date], list[Stay]]]:
    """The days between any two changes, with the stays of those days, none of them empty."""
    changes = sorted({day for stay in stays for day in (stay.start, stay.until)})
    for start, until in pairwise(changes):
        here = [stay for stay in stays if stay.start <= start and stay.until >= until]
        if here:
            yield (start, until), here


def _moments(start: date, until: date, zone: Zone) -> Stretch:
    return Stretch(zone.instant(max(start, FIRST)), None if until == date.max else zone.instant(max(until, FIRST)))


def _any(conditions: Iterable[Q]) -> Q:
    """One of them at least."""
    every = list(conditions)
    chosen = Q(pk__in=[])
    for first in range(0, len(every), AT_ONCE):
        part = Q(pk__in=[])
        for condition in every[first : first + AT_ONCE]:
            part |= condition
        chosen |= part & Q(pk__isnull=False)  # kept apart from the others by what always holds
    return chosen
