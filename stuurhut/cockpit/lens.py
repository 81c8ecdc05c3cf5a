"""Whose figures a page shows: the widest that somebody may see, or the team that was chosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stuurhut.kpi.words.scope import Scope
from stuurhut.people.models import Membership, Organisation, Person, Team, User
from stuurhut.people.teams import counting, memberships_on, with_sub_teams

Where = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Lens:
    """What a page is about: the scope and filter that go with each question, and the words above the page.

    `team` is the team chosen, None for the widest. `teams` are those one can choose. `people` says whether figures by
    person and the records behind a number may be seen.
    """

    scope: Scope
    where: Where
    title: str
    size: str
    team: int | None
    teams: tuple[Team, ...]
    people: bool
    nothing: bool = False


def lens_for(user: User, scope: Scope, team: str, day: date) -> Lens:
    """The lens of a user on a day. Raises Http404 for a team that is not there or that the scope does not hold."""
    teams = _teams_in(scope)
    own = Scope(scope.everything, scope.persons, scope.teams)  # without the totals of others
    if team:
        chosen = next((t for t in teams if str(t.pk) == team), None)
        if chosen is None:
            raise Http404(team)
        is_open = scope.everything or chosen.pk in scope.teams
        size = _size(with_sub_teams([chosen.pk]), day)
        return Lens(own if is_open else scope, (("team", team),), _team_title(chosen), size, chosen.pk, teams, is_open)
    if scope.everything:
        return Lens(scope, (), _organisation(), _size(None, day), None, teams, True)
    if scope.teams:
        tops = [t for t in teams if t.pk in scope.teams and t.parent_id not in scope.teams]
        where = tuple(("team", str(t.pk)) for t in tops)
        return Lens(own, where, ", ".join(map(_team_title, tops)), _size(scope.teams, day), None, teams, True)
    person = Person.objects.filter(pk__in=scope.persons).first()
    if person is None:
        return Lens(scope, (), str(user), "", None, (), False, nothing=True)
    return Lens(own, (("person", str(person.pk)),), person.name, _("your own figures"), None, teams, True)


def _teams_in(scope: Scope) -> tuple[Team, ...]:
    teams = Team.objects.filter(counting()).order_by("name")
    if not scope.everything:
        teams = teams.filter(pk__in=scope.teams | scope.totals_of)
    return tuple(teams)


def _organisation() -> str:
    organisation = Organisation.objects.first()
    return organisation.name if organisation else _("The whole organisation")


def _team_title(team: Team) -> str:
    return team.name if "team" in team.name.lower() else _("Team %(name)s") % {"name": team.name}


def _size(teams: frozenset[int] | None, day: date) -> str:
    """How many people, and over how many teams when more than one."""
    members = memberships_on(day)
    if teams is not None:
        members = members.filter(team_id__in=teams)
    people = members.values("person_id").distinct().count()
    among = members.filter(role=Membership.Role.SELLER).values("team_id").distinct().count()
    if not people:
        return _("nobody in a team yet") if teams is None else _("nobody in this team")
    words = ngettext("%(number)s person", "%(number)s people", people) % {"number": people}
    if among < 2:
        return words
    return _("%(people)s in %(teams)s") % {
        "people": words,
        "teams": ngettext("%(number)s team", "%(number)s teams", among) % {"number": among},
    }
