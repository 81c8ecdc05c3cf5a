"""Whose goals the grid shows: teams as a tree, and the people that were in them at some time in the year."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q
from django.http import Http404

from stuurhut.kpi.goals import Holder
from stuurhut.kpi.words.period import Period
from stuurhut.people.models import Membership, Person, Team
from stuurhut.people.teams import counting, with_sub_teams
from stuurhut.targets.asking import GridAsked
from stuurhut.targets.rights import Rights

LEADING = (Membership.Role.MANAGER, Membership.Role.DIRECTOR)


@dataclass(frozen=True)
class Member:
    """A person in a team during the year, from the first day to the last (None: goes on); FTE of the last membership.

    `elsewhere` names the team in which the person's goal stands, when it is another one on the same page.
    """

    person: Person
    starts_on: date
    until: date | None
    fte: float
    leads: bool
    elsewhere: str = ""

    @property
    def holder(self) -> Holder:
        return Holder("person", self.person.pk)


@dataclass(frozen=True)
class Section:
    """A team with its people, whose rows may be left out. `under` are the team and all below it.

    No team: people who are in none.
    """

    team: Team | None
    depth: int
    under: frozenset[int]
    members: tuple[Member, ...]
    shows_team: bool = True
    shows_people: bool = True

    @property
    def holder(self) -> Holder | None:
        return Holder("team", self.team.pk) if self.team and self.shows_team else None


def teams_of(rights: Rights) -> list[Team]:
    """The teams whose goals and people somebody may see in full, by name."""
    teams = Team.objects.filter(counting()).order_by("name")
    return list(teams if rights.scope.everything else teams.filter(pk__in=rights.scope.teams))


def sections(asked: GridAsked, rights: Rights) -> list[Section]:
    """The sections of a grid. Raises Http404 for a team that is not there or may not be seen."""
    if not rights.sets_any:
        return _own(asked, rights)
    teams = teams_of(rights)
    if asked.team.isdigit():
        if int(asked.team) not in {team.pk for team in teams}:
            raise Http404(asked.team)
        inside = with_sub_teams([int(asked.team)])
        teams = [team for team in teams if team.pk in inside]
    with_people = bool(asked.team) or len(teams) < 2
    found = [
        Section(team, depth, with_sub_teams([team.pk]), _members(team, asked.period), shows_people=with_people)
        for depth, team in _tree(teams)
    ]
    loose = _loose(asked) if rights.scope.everything and with_people and not asked.team.isdigit() else ()
    return _each_once([*found, *([Section(None, 0, frozenset(), loose)] if loose else [])])


def _own(asked: GridAsked, rights: Rights) -> list[Section]:
    """Of a seller: the own goal, below that of the team as far as its totals may be seen."""
    person = Person.objects.filter(pk__in=rights.scope.persons).first()
    if person is None or asked.team.isdigit():
        raise Http404(asked.team)
    stays = [stay for stay in rights.stays.get(person.pk, ()) if _during(stay, asked.period)]
    found = []
    for team in dict.fromkeys(stay.team for stay in stays):
        here = [stay for stay in stays if stay.team_id == team.pk]
        sees = team.pk in rights.scope.totals_of
        found.append(Section(team, 0, frozenset({team.pk}), (_member(person, here),), shows_team=sees))
    return _each_once(found) or [Section(None, 0, frozenset(), (_teamless(person),))]


def _tree(teams: list[Team]) -> list[tuple[int, Team]]:
    """Teams in the order of a tree, each with its depth."""
    known = {team.pk for team in teams}
    found: list[tuple[int, Team]] = []

    def add(parent: int | None, depth: int) -> None:
        for team in teams:
            if (team.parent_id if team.parent_id in known else None) == parent:
                found.append((depth, team))
                add(team.pk, depth + 1)

    add(None, 0)
    return found


def _during(stay: Membership, period: Period) -> bool:
    return stay.starts_on < period.until and (stay.until is None or stay.until > period.start)


def _members(team: Team, period: Period) -> tuple[Member, ...]:
    stays = team.memberships.filter(counting(), starts_on__lt=period.until).filter(
        Q(until__isnull=True) | Q(until__gt=period.start), person__deleted_at__isnull=True
    )
    by_person: dict[Person, list[Membership]] = {}
    for stay in stays.select_related("person", "team").order_by("starts_on", "id"):
        by_person.setdefault(stay.person, []).append(stay)
    members = [_member(person, those) for person, those in by_person.items()]
    return tuple(sorted(members, key=lambda member: (member.leads, member.person.name.casefold(), member.person.pk)))


def _member(person: Person, stays: list[Membership]) -> Member:
    last = max(stays, key=lambda stay: (stay.until is None, stay.until or stay.starts_on, stay.starts_on))
    return Member(person, min(s.starts_on for s in stays), last.until, last.fte, last.role in LEADING)


def _teamless(person: Person) -> Member:
    return Member(person, date.min, None, 1.0, leads=False)


def _loose(asked: GridAsked) -> tuple[Member, ...]:
    """People who are in no team this year but have a goal in it, or everybody active where there are no teams."""
    in_a_team = Membership.objects.filter(counting(), starts_on__lt=asked.period.until).filter(
        Q(until__isnull=True) | Q(until__gt=asked.period.start)
    )
    people = Person.objects.filter(counting()).exclude(pk__in=in_a_team.values("person_id"))
    if Team.objects.filter(counting()).exists():
        goals = {"targets__starts_on__lt": asked.period.until, "targets__until__gt": asked.period.start}
        people = people.filter(targets__kpi=asked.kpi.key, **goals).distinct()
    return tuple(_teamless(person) for person in people.filter(active=True).order_by("name"))


def _each_once(found: list[Section]) -> list[Section]:
    """A person who was in several of the teams has the goal in the last one; the others point there."""
    home: dict[int, Section] = {}
    for section in found:
        for member in section.members:
            best = home.get(member.person.pk)
            if best is None or _last(member) > _last(_in(best, member.person.pk)):
                home[member.person.pk] = section
    return [_pointing(section, home) for section in found]


def _last(member: Member) -> tuple[bool, date, date]:
    return member.until is None, member.until or date.max, member.starts_on


def _in(section: Section, person: int) -> Member:
    return next(member for member in section.members if member.person.pk == person)


def _pointing(section: Section, home: dict[int, Section]) -> Section:
    members = []
    for member in section.members:
        at = home[member.person.pk]
        name = at.team.name if at is not section and at.team else ""
        members.append(replace(member, elsewhere=name))
    return replace(section, members=tuple(members))
