"""The command that gives somebody a login."""

from __future__ import annotations

import secrets
import sys
from typing import get_args

from django.utils.translation import gettext as _

from stuurhut.kpi.words.errors import nearest
from stuurhut.people.actions import Role, add_user
from stuurhut.people.models import Team
from stuurhut.site.commands.line import Options, Parser, WrongUse, one_of
from stuurhut.site.commands.printing import say


def user_arguments(parser: Parser) -> None:
    roles = get_args(Role)
    parser.add_argument("verb", metavar="add", type=one_of("stuurhut user", ("add",)), help=_("what to do: add"))
    parser.add_argument("email", metavar="EMAIL", help=_("the address to log in with"))
    parser.add_argument("--role", required=True, type=one_of("--role", roles), metavar="ROLE", help=", ".join(roles))
    parser.add_argument("--team", default="", metavar="T", help=_("name or id of the team"))
    parser.add_argument("--name", default="", metavar="NAME", help=_("the name of the person"))
    parser.add_argument("--password-stdin", action="store_true", help=_("read the password from standard input"))


def user(options: Options) -> int:
    """A new login; without --password-stdin with a made password, said once."""
    password = sys.stdin.readline().rstrip("\n") if options.password_stdin else secrets.token_urlsafe(12)
    team = team_named(options.team) if options.team else None
    made = add_user(email=options.email, role=options.role, team=team, password=password, name=options.name, by=None)
    if options.password_stdin:
        say(_("%(email)s can log in now.") % {"email": made.email})
    else:
        say(_("%(email)s can log in now, with the password %(password)s") % {"email": made.email, "password": password})
    return 0


def team_named(text: str) -> Team:
    """A team by id or name. Raises WrongUse naming the nearest."""
    teams = list(Team.objects.filter(deleted_at__isnull=True))
    found = [team for team in teams if team.name.casefold() == text.casefold() or str(team.pk) == text]
    if not found:
        near = nearest(text, [team.name for team in teams])
        if not near:
            raise WrongUse(
                _("There is no team '%(team)s': there are no teams yet; import or make one first.") % {"team": text}
            )
        raise WrongUse(_("There is no team '%(team)s'; did you mean '%(near)s'?") % {"team": text, "near": near})
    if len(found) > 1:
        ids = ", ".join(str(team.pk) for team in found)
        raise WrongUse(
            _("There are more teams called '%(team)s'; give one of the ids %(ids)s.") % {"team": text, "ids": ids}
        )
    return found[0]
