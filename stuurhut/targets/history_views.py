"""The versions of somebody's goals in a year: who set them, when, and on which formation."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from stuurhut.kpi.goals import Holder
from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.words.period import Period
from stuurhut.people.access import signed_in
from stuurhut.people.models import Person, Team
from stuurhut.people.refusal import Refused
from stuurhut.people.teams import counting
from stuurhut.targets import actions
from stuurhut.targets.actions.standing import closing_around
from stuurhut.targets.asking import GridAsked, grid_asked
from stuurhut.targets.formation import Formation
from stuurhut.targets.models import Target
from stuurhut.targets.notes import formation_then, setter_of
from stuurhut.targets.rights import Rights, rights_of
from stuurhut.targets.typed import written_in
from stuurhut.targets.versions import goal_value, holder_of, versions
from stuurhut.targets.views import for_who_sees_figures
from stuurhut.ui.periods import called

KINDS = {"t": "team", "p": "person"}


@dataclass(frozen=True)
class Version:
    """A version of a goal, in words."""

    target: Target
    value: str
    who: str
    formation: str
    holds: bool


@dataclass(frozen=True)
class Goal:
    """A goal in a period with its versions, the newest first."""

    period: str
    versions: tuple[Version, ...]
    may_set: bool


@for_who_sees_figures
def history(request: HttpRequest, key: str) -> HttpResponse:
    """All versions of the goals of one team (t3) or person (p12) for a KPI in a year."""
    rights = rights_of(signed_in(request))
    asked = grid_asked({name: request.GET[name].strip() for name in request.GET})
    holder, name = _holder(key)
    goals = _goals(asked, holder, rights)
    if not rights.sees(holder, asked.period.start, asked.period.until):
        raise Http404(key)
    page = {"asked": asked, "goals": goals, "name": name, "back": asked.address()}
    return render(request, "targets/history.html", page)


@require_POST
@for_who_sees_figures
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Takes a version back, or puts it in its place again with `do=restore`."""
    user = signed_in(request)
    target = get_object_or_404(Target.objects.filter(filter={}), pk=number)
    holder = holder_of(target)
    if not rights_of(user).sets(holder, target.starts_on, target.until):
        raise Http404(number)
    try:
        if request.POST.get("do") == "restore":
            actions.restore_target(target=target, by=user)
            messages.success(request, _("The version is back in its place."))
        else:
            actions.withdraw_target(target=target, by=user)
            messages.success(request, _("The version is withdrawn; the one before it holds again."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    asked = grid_asked({"kpi": target.kpi, "year": str(target.starts_on.year)})
    return redirect(asked.address(f"/targets/history/{holder.kind[0]}{holder.id}/"))


def _holder(key: str) -> tuple[Holder, str]:
    kind, number = KINDS.get(key[:1], ""), key[1:]
    if not kind or not (number.isascii() and number.isdigit() and len(number) < 16):
        raise Http404(key)
    found: Team | Person
    if kind == "team":
        found = get_object_or_404(Team.objects.filter(counting()), pk=int(number))
        return Holder("team", found.pk), found.name
    found = get_object_or_404(Person.objects.filter(counting()), pk=int(number))
    return Holder("person", found.pk), found.name


def _goals(asked: GridAsked, holder: Holder, rights: Rights) -> list[Goal]:
    period = asked.period
    formation = Formation.of([holder])
    by_period: dict[tuple[object, object], list[Target]] = {}
    for target in versions(asked.kpi.key, [holder], period.start, period.until):
        if rights.sees(holder, target.starts_on, target.until):
            by_period.setdefault((target.starts_on, target.until), []).append(target)
    found = sorted(by_period.values(), key=lambda those: (those[0].starts_on, those[0].until))
    return [_goal(asked.kpi, those, formation, rights, holder) for those in found]


def _goal(kpi: Kpi, those: list[Target], formation: Formation, rights: Rights, holder: Holder) -> Goal:
    holding = next((one for one in reversed(those) if one.deleted_at is None), None)
    told = tuple(_version(kpi, one, formation, holds=one is holding) for one in reversed(those))
    start, until = those[0].starts_on, those[0].until
    return Goal(
        called(Period(start, until)), told, rights.sets(holder, start, until) and closing_around(start, until) is None
    )


def _version(kpi: Kpi, one: Target, formation: Formation, *, holds: bool) -> Version:
    value = written_in(goal_value(one), kpi) if one.value else _("no goal")
    return Version(one, value, setter_of(one), formation_then(one, formation), holds)
