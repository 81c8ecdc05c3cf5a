"""The command that says what matters most now."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stuurhut.cockpit.findings import Finding, asking_within, finding, findings_of
from stuurhut.cockpit.lens import lens_for
from stuurhut.kpi.judging.asking import Asking
from stuurhut.kpi.verdicts.verdict import Verdict
from stuurhut.kpi.words.errors import UnknownName, nearest
from stuurhut.kpi.words.scope import Scope
from stuurhut.kpi.words.text import gettext_noop as noop
from stuurhut.people.models import Team, User
from stuurhut.people.teams import counting
from stuurhut.replica.asked import DEFAULT_PERIOD, moment_from, period_from, zone
from stuurhut.site.commands.asking import scope_of
from stuurhut.site.commands.line import Options, Parser
from stuurhut.site.commands.printing import print_json, say


def findings_arguments(parser: Parser) -> None:
    add = parser.add_argument
    add("--period", default="", metavar="P", help=_("such as 2026-Q3 or this-month; default %s") % DEFAULT_PERIOD)
    add("--team", default="", metavar="TEAM", help=_("only of this team and the teams below it"))
    add("--as-of", default="", metavar="DATE", help=_("as things stood at the end of that day, or at a moment"))
    add("--as", dest="as_email", default="", metavar="EMAIL", help=_("with the rights of this person"))
    add("--json", action="store_true", help=_("as data"))


def findings(options: Options) -> int:
    """The three findings that matter most, and the others: the same as on the cockpit."""
    asking = _asking(options)
    found = findings_of(asking)
    if options.json:
        print_json({
            "top": [_as_json(one) for one in found.top],
            "others": [_as_json(one) for one in found.others],
            "looked_at": found.looked_at,
        })  # fmt: skip
        return 0
    for number, verdict in enumerate(found.top, 1):
        _tell(number, finding(verdict))
    if found.others:
        say(_("Besides:"))
        for verdict in found.others:
            say(f"- {finding(verdict).headline}")
        say()
    if not found.top:
        say(_("Nothing stands out: what differs may well be chance."))
    looked = ngettext("%(number)s thing was looked at.", "%(number)s things were looked at.", found.looked_at)
    say(looked % {"number": found.looked_at})
    return 0


def _asking(options: Options) -> Asking:
    """As the cockpit would ask; without --as that of whoever sees everything. Raises UnknownName or WrongUse."""
    here = zone()
    as_of = moment_from(options.as_of, here)
    period = period_from(options.period, as_of, here)
    scope = scope_of(options.as_email)
    team = _team(options.team, scope) if options.team else ""
    if not options.as_email:
        return asking_within(scope, (("team", team),) if team else (), period, as_of, here)
    user = User.objects.get(email__iexact=options.as_email)
    lens = lens_for(user, scope, team, here.day(as_of))
    return asking_within(lens.scope, lens.where, period, as_of, here)


def _team(text: str, scope: Scope) -> str:
    """The id of a team that may be seen, by name or id. Raises UnknownName."""
    teams = Team.objects.filter(counting())
    if not scope.everything:
        teams = teams.filter(pk__in=scope.teams | scope.totals_of)
    team = teams.filter(pk=int(text)).first() if text.isdigit() else teams.filter(name__iexact=text).first()
    if team is None:
        near = nearest(text, teams.values_list("name", flat=True))
        sentence = noop("There is no %(dimension)s '%(value)s'; did you mean '%(near)s'?")
        raise UnknownName(sentence, dimension="team", value=text, near=near)
    return str(team.pk)


def _tell(number: int, one: Finding) -> None:
    say(f"{number}. {one.headline}")
    for line in one.evidence:
        say(f"   - {line}")
    worth = f"; {_('at stake: %(stake)s') % {'stake': one.stake}}" if one.stake else ""
    say(f"   {_('How sure:')} {one.sure}{worth}")
    if one.remedy:
        say(f"   {_('What you can do:')} {one.remedy}")
    say()


def _as_json(verdict: Verdict) -> dict[str, Any]:
    told = finding(verdict)
    return {
        "kind": verdict.kind,
        "state": verdict.state,
        "about": {"kind": verdict.about.kind, "id": verdict.about.id, "name": verdict.about.name},
        "kpi": verdict.kpi,
        "sentence": told.sentence,
        "evidence": list(told.evidence),
        "certainty": verdict.certainty,
        "at_stake": None if verdict.at_stake is None else str(round(verdict.at_stake, 2)),
        "remedy": told.remedy,
        "address": told.address,
    }
