"""What the worker does for goals: closing the periods that have ended."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from stuurhut.kpi.goals import Goal, pieces
from stuurhut.kpi.words.period import Period, floor, following
from stuurhut.people.teams import counting
from stuurhut.targets.actions import NothingToClose, close_period
from stuurhut.targets.asking import GRAINS
from stuurhut.targets.models import Closing, Target

LOOK_BACK = timedelta(days=400)  # a year and what came in late; older periods are closed by hand, if at all
log = logging.getLogger("stuurhut.targets")


@task()
def close_periods() -> None:
    """Closes every month, quarter and year with goals that ended so many days ago (STUURHUT_CLOSE_AFTER_DAYS)."""
    for period in waiting(timezone.localdate(), days=settings.CLOSE_AFTER_DAYS):
        try:
            closing = close_period(period=period, by=None)
        except NothingToClose:  # goals that count nowhere, such as in another currency
            continue
        log.info(_("%(period)s is closed with %(goals)s goals."), {"period": closing, "goals": closing.goals.count()})


def waiting(today: date, *, days: int) -> Iterator[Period]:
    """The months, quarters and years with goals, the oldest first, that ended at least `days` ago and are open."""
    closed = set(Closing.objects.values_list("starts_on", "until"))
    known = _goals()
    for period in _ended(today, days):
        if (period.start, period.until) in closed:
            continue
        if any(pieces(goals, period.start, period.until) for goals in known):
            yield period


def _goals() -> list[list[Goal]]:
    """The goals that hold, of each KPI and holder apart."""
    held: dict[tuple[object, ...], Target] = {}
    for row in Target.objects.filter(counting()).order_by("version", "set_at", "id"):
        held[*_whose(row), row.starts_on, row.until] = row
    found: dict[tuple[object, ...], list[Goal]] = {}
    for row in held.values():
        if row.value:
            found.setdefault(_whose(row), []).append(Goal(row.starts_on, row.until, Decimal(row.value)))
    return list(found.values())


def _whose(row: Target) -> tuple[object, ...]:
    return row.kpi, json.dumps(row.filter, sort_keys=True), row.person_id, row.team_id


def _ended(today: date, days: int) -> list[Period]:
    found = []
    for grain in GRAINS:
        start = floor(today - LOOK_BACK, grain)
        while (until := following(start, grain)) + timedelta(days=days) <= today:
            if until > today - LOOK_BACK:
                found.append(Period(start, until))
            start = until
    return sorted(found, key=lambda period: (period.until, period.days))
