"""What changed around a figure: who came, who left, and who went to another team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.db.models import Q
from django.utils.translation import gettext as _

from stuurhut.cockpit.asking import Asked, visible_people
from stuurhut.people.models import Membership
from stuurhut.people.teams import counting, with_sub_teams
from stuurhut.ui.numbers import short_day

MOST = 9  # more says that people come and go, and no longer when


@dataclass(frozen=True)
class Event:
    """Something that happened on a day, in words."""

    on: date
    words: str


def changes_in_teams(asked: Asked, start: date, until: date) -> list[Event]:
    """Changes of team in [start, until) of the person or team that the page is about, oldest first.

    None for the whole organisation, where somebody comes or goes all the time.
    """
    if not asked.lens.people:
        return []
    narrowed = dict((*asked.lens.where, *asked.filters))
    person, team = narrowed.get("person", ""), asked.lens.team
    if person:
        found = _of_person(asked, person)
    elif team is not None or narrowed.get("team"):
        found = _of_teams(with_sub_teams(int(value) for name, value in asked.lens.where if name == "team"))
    else:
        return []
    events = sorted((event for event in found if start <= event.on < until), key=lambda event: event.on)
    return events if len(events) <= MOST else events[-MOST:]


def _of_person(asked: Asked, person: str) -> list[Event]:
    """Each team that a person came into, but the first."""
    who = Q(person_id=int(person)) if person.isdigit() else Q(person__name__iexact=person)
    stays = Membership.objects.filter(counting(), who, person__in=visible_people(asked.scope)).select_related("team")
    ordered = list(stays.order_by("starts_on", "id"))
    return [
        Event(stay.starts_on, _("%(day)s: to team %(team)s") % {"day": _day(stay.starts_on), "team": stay.team})
        for before, stay in pairwise(ordered)
        if stay.team_id != before.team_id
    ]


def _of_teams(teams: frozenset[int]) -> list[Event]:
    """Who came into these teams and who left them; not who was there from the beginning."""
    stays = list(Membership.objects.filter(counting(), team_id__in=teams).select_related("person"))
    first = min((stay.starts_on for stay in stays), default=None)
    ends = {(stay.person_id, stay.until) for stay in stays}
    begins = {(stay.person_id, stay.starts_on) for stay in stays}
    came = [
        Event(stay.starts_on, _("%(day)s: %(name)s joined") % {"day": _day(stay.starts_on), "name": stay.person})
        for stay in stays
        if stay.starts_on != first and (stay.person_id, stay.starts_on) not in ends
    ]
    left = [
        Event(stay.until, _("%(day)s: %(name)s left") % {"day": _day(stay.until), "name": stay.person})
        for stay in stays
        if stay.until is not None and (stay.person_id, stay.until) not in begins
    ]
    return came + left


def _day(day: date) -> str:
    return f"{short_day(day)} {day.year}"
