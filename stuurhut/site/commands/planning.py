"""The command that plans: from what is still to be sold to what it takes a week."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TypeVar

from django.conf import settings
from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from stuurhut.cockpit.asking import visible_people
from stuurhut.cockpit.lens import Where, lens_for
from stuurhut.cockpit.plan_lines import IN_TABLE, labels, lines, new_deals, new_lines, rows
from stuurhut.cockpit.plan_written import as_json
from stuurhut.cockpit.planning import ends_at, headline, remarks
from stuurhut.kpi.judging.asking import Asking
from stuurhut.kpi.judging.planning import plan as plan_for
from stuurhut.kpi.judging.planning import plans as plans_for
from stuurhut.kpi.plan import Plan
from stuurhut.kpi.words.errors import nearest
from stuurhut.kpi.words.scope import EVERYTHING, Scope
from stuurhut.people.models import Team, User
from stuurhut.people.teams import counting
from stuurhut.replica import ask, held
from stuurhut.replica.asked import DEFAULT_PERIOD, moment_from, period_from, zone
from stuurhut.site.commands.asking import scope_of
from stuurhut.site.commands.line import Options, Parser, WrongUse
from stuurhut.site.commands.printing import print_json, print_table, say

Named = TypeVar("Named", bound=Model)


def plan_arguments(parser: Parser) -> None:
    add = parser.add_argument
    add("--period", default="", metavar="P", help=_("such as 2026-Q4 or this-month; default %s") % DEFAULT_PERIOD)
    add("--team", default="", metavar="T", help=_("the team, by name or number"))
    add("--person", default="", metavar="X", help=_("the seller, by name or number"))
    add("--as-of", default="", metavar="DATE", help=_("as things stood at the end of that day, or at a moment"))
    add("--as", dest="as_email", default="", metavar="EMAIL", help=_("with the rights of this person"))
    add("--json", action="store_true", help=_("as data"))


def plan(options: Options) -> int:
    """The plan of everybody in view, and of each seller."""
    asking, alone = _asking(options)
    with held():
        found, people = plan_for(asking), () if alone else plans_for(asking)
    people = tuple(one for one in people if one.aim.target is not None or one.aim.realised)
    if options.json:
        written = [as_json(one, settings.CURRENCY) for one in people]
        period = {"start": asking.period.start.isoformat(), "until": asking.period.until.isoformat()}
        print_json({"period": period, **as_json(found, settings.CURRENCY), "people": written})
        return 0
    _show(found, asking)
    if people:
        _show_people(people)
    return 0


def _asking(options: Options) -> tuple[Asking, bool]:
    """What is asked, and whether it is of one person. Raises WrongUse or QuestionError."""
    here, scope = zone(), scope_of(options.as_email)
    moment = moment_from(options.as_of, here)
    period = period_from(options.period, moment, here)
    team = _named(Team.objects.filter(counting()), options.team, _("team")) if options.team else None
    where: Where = (("team", str(team.pk)),) if team else ()
    if options.as_email:
        today = here.day(moment - timedelta(microseconds=1))
        scope, where = _seen(options.as_email, scope, str(team.pk) if team else "", today)
    if options.person:
        person = _named(visible_people(scope), options.person, _("seller"))
        where = (*(where if team else ()), ("person", str(person.pk)))
    everybody = partial(ask, scope=EVERYTHING)
    asking = Asking(partial(ask, scope=scope), period, moment, here, where, ask_all=everybody)
    return asking, any(dimension == "person" for dimension, _value in where)


def _seen(email: str, scope: Scope, team: str, today: date) -> tuple[Scope, Where]:
    """What a person's own page would be about. Raises WrongUse when there is nothing to see."""
    try:
        lens = lens_for(User.objects.get(email__iexact=email), scope, team, today)
    except Http404:
        raise WrongUse(_("%(email)s may not see that team; leave --team out.") % {"email": email}) from None
    if lens.nothing:
        raise WrongUse(_("%(email)s sees no figures; leave --as out or name somebody who sells.") % {"email": email})
    return lens.scope, lens.where


def _named(found: QuerySet[Named], text: str, what: str) -> Named:
    """The one with that number or name. Raises WrongUse naming the nearest."""
    one = found.filter(pk=int(text)).first() if text.isdigit() else found.filter(name__iexact=text).first()
    if one is None:
        words = {"what": what, "text": text, "near": nearest(text, [str(row) for row in found])}
        raise WrongUse(_("There is no %(what)s '%(text)s'; did you mean '%(near)s'?") % words)
    return one


def _show(found: Plan, asking: Asking) -> None:
    say(headline(found))
    for remark in remarks(found, asking.period.start):
        say(remark)
    if end := ends_at(found):
        say(_("Ends at this pace at: %(end)s") % {"end": end})
    say()
    columns = [(_("step"), False), (_("still needed"), True), (_("a week"), True), (_("now a week"), True)]
    columns += [(_("it takes"), False), (_("enough?"), False)]
    steps = [*lines(found, _nowhere), *new_lines(found, _nowhere)]
    print_table(
        columns, [(s.label, s.needed, s.per_week, s.done, f"{s.takes} {s.sure}".strip(), s.words) for s in steps]
    )
    if found.standing == "open":
        say(_("New deals: %(deals)s") % {"deals": new_deals(found)})


def _show_people(people: tuple[Plan, ...]) -> None:
    say()
    names = labels()
    columns = [(_("seller"), False), (_("stands"), False), (_("of target"), True), (_("to go"), True)]
    columns += [(_("%(step)s a week: needed | now") % {"step": names[key]}, True) for key in IN_TABLE]
    shown = rows(people, _nowhere)
    print_table(
        columns,
        [
            (
                row.name,
                row.words,
                row.attained,
                row.still,
                *(f"{needed} | {done}" for needed, done, _enough in row.steps),
            )
            for row in shown
        ],
    )


def _nowhere(_key: object) -> str:
    return ""
