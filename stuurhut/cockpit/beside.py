"""What stands beside a share: that of the team of a seller, or the own one of before."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from stuurhut import replica
from stuurhut.cockpit.asking import Asked
from stuurhut.kpi.words.answer import Answer
from stuurhut.kpi.words.scope import Scope
from stuurhut.people.models import Person, Team
from stuurhut.people.scope import ENOUGH_FOR_TOTALS
from stuurhut.people.teams import memberships_on, team_of
from stuurhut.ui.numbers import share


def beside_of(asked: Asked, answer: Answer) -> str:
    """The team's share beside a seller's, else the own share of the period compared with."""
    team = _team_beside(asked)
    if team is not None:
        question = replace(asked.question(answer.kpi, brief=True), where=(("team", str(team.pk)),))
        theirs = replica.ask(question, Scope(totals_of=frozenset({team.pk}))).total.value
        return _("%(team)s %(share)s") % {"team": team.name, "share": share(theirs)}
    then = answer.compared_total
    if then is None or then.value is None:
        return _("nothing to compare with")
    words = {"share": share(then.value)}
    return _("before that %(share)s") % words if asked.compare == "previous" else _("last year %(share)s") % words


def _team_beside(asked: Asked) -> Team | None:
    """The team of the one seller the page is about, when enough people are in it to show its total."""
    where = asked.question("calls").where
    people = [value for name, value in where if name == "person" and value.isdigit()]
    if len(people) != 1 or any(name == "team" for name, _value in where):
        return None
    found = team_of(Person.objects.filter(pk=int(people[0])).first(), asked.last_day)
    if found is None:
        return None
    among = memberships_on(asked.last_day).filter(team=found).values("person_id").distinct().count()
    return found if among >= ENOUGH_FOR_TOTALS else None
