"""The closed periods: what was written down then, beside what the same question gives today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.catalogue.index import CATALOGUE
from stuurhut.kpi.goals import Holder
from stuurhut.kpi.words.answer import Number
from stuurhut.kpi.words.period import Period
from stuurhut.people.access import signed_in
from stuurhut.people.refusal import Refused
from stuurhut.replica.asked import period_from, zone
from stuurhut.targets import actions
from stuurhut.targets.actions.closing import attained
from stuurhut.targets.jobs import waiting
from stuurhut.targets.models import ClosedGoal, Closing
from stuurhut.targets.rights import Rights, rights_of
from stuurhut.targets.views import for_who_sees_figures
from stuurhut.ui.numbers import share, written
from stuurhut.ui.periods import called


@dataclass(frozen=True)
class ClosedPeriod:
    """A closed period, or one that waits to be closed, with its name."""

    name: str
    period: Period
    closing: Closing | None = None


@dataclass(frozen=True)
class Frozen:
    """A goal as it was closed, in words; `today` when the same question gives another figure now."""

    who: str
    is_team: bool
    kpi: str
    where: str
    target: str
    realised: str
    attainment: str
    today: str


@for_who_sees_figures
def closed(request: HttpRequest) -> HttpResponse:
    """The closed periods, and those that have ended and wait."""
    rights = rights_of(signed_in(request))
    periods = [
        ClosedPeriod(called(Period(one.starts_on, one.until)), Period(one.starts_on, one.until), one)
        for one in Closing.objects.select_related("closed_by").order_by("-until", "starts_on")
    ]
    open_ = [ClosedPeriod(called(period), period) for period in reversed([*waiting(timezone.localdate(), days=0)])]
    page = {"periods": periods, "waiting": open_ if rights.sets_any else [], "days": settings.CLOSE_AFTER_DAYS}
    return render(request, "targets/closed.html", page)


@for_who_sees_figures
def closed_period(request: HttpRequest, key: int) -> HttpResponse:
    """The goals of one closed period, as far as somebody may see them."""
    rights = rights_of(signed_in(request))
    closing = get_object_or_404(Closing.objects.select_related("closed_by"), pk=key)
    goals = [goal for goal in _of(closing) if _sees(rights, goal, closing)]
    period = Period(closing.starts_on, closing.until)
    page = {"closing": closing, "name": called(period), "goals": _told(goals, period)}
    return render(request, "targets/closed_period.html", page)


@require_POST
@for_who_sees_figures
def close(request: HttpRequest) -> HttpResponse:
    """Closes a period by hand, before the worker does."""
    user = signed_in(request)
    if not rights_of(user).sets_any:
        raise Http404
    period = period_from(request.POST.get("period", ""), timezone.now(), zone())
    try:
        closing = actions.close_period(period=Period(period.start, period.until), by=user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("targets_closed")
    messages.success(request, _("%(period)s is closed.") % {"period": called(period)})
    return redirect("targets_closed_period", closing.pk)


def _of(closing: Closing) -> Iterable[ClosedGoal]:
    goals = closing.goals.select_related("person", "team").order_by("kpi", "person__name", "team__name", "id")
    return (goal for goal in goals if goal.kpi in CATALOGUE)


def _holder(goal: ClosedGoal) -> Holder:
    return Holder("person", goal.person_id) if goal.person_id else Holder("team", goal.team_id or 0)


def _sees(rights: Rights, goal: ClosedGoal, closing: Closing) -> bool:
    return rights.sees(_holder(goal), closing.starts_on, closing.until)


def _told(goals: list[ClosedGoal], period: Period) -> list[Frozen]:
    now = _now(goals, period)
    return [_frozen(goal, now.get(goal.pk)) for goal in sorted(goals, key=lambda goal: goal.team_id is None)]


def _now(goals: list[ClosedGoal], period: Period) -> dict[int, Number]:
    """What was reached, as the same question gives it today."""
    found: dict[int, Number] = {}
    alike: dict[tuple[str, tuple[tuple[str, str], ...]], dict[Holder, int]] = {}
    for goal in goals:
        alike.setdefault((goal.kpi, tuple(sorted(goal.filter.items()))), {})[_holder(goal)] = goal.pk
    for (kpi, where), holders in alike.items():
        for row, holder in attained(kpi, dict(where), set(holders), period, timezone.now()):
            found[holders[holder]] = row.value.more.get("realised")  # type: ignore[assignment]
    return found


def _frozen(goal: ClosedGoal, now: Number) -> Frozen:
    kpi, currency = kpi_of(goal.kpi), goal.currency or settings.CURRENCY
    realised = written(None if goal.realised is None else Decimal(goal.realised), kpi.unit, currency)
    today = written(now, kpi.unit, currency)
    return Frozen(
        who=goal.person.name if goal.person else goal.team.name if goal.team else "",
        is_team=goal.team_id is not None,
        kpi=_(kpi.label),
        where=", ".join(f"{name} {value}" for name, value in goal.filter.items()),
        target=written(Decimal(goal.target), kpi.unit, currency),
        realised=realised,
        attainment=share(goal.attainment),
        today=today if today != realised else "",
    )
