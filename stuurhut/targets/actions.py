"""Setting who should reach what by when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.words.period import Period
from stuurhut.people.history import change, made
from stuurhut.people.models import Person, Seat, Team, User
from stuurhut.people.refusal import Refused
from stuurhut.targets.models import Target


class ForWhom(Refused):
    """A target for nobody, or for two at once."""


@transaction.atomic
def set_target(
    *,
    kpi: str,
    period: Period,
    value: Decimal | int | str,
    by: User | None,
    person: Person | None = None,
    team: Team | None = None,
    currency: str = "",
    where: Mapping[str, str] | None = None,
) -> Target:
    """A goal for a person or a team in a period; a new version when there is one, and the old ones stay.

    `value` is in the KPI's unit; money in whole units of `currency` (default the base currency). `where` narrows the
    KPI as in a question. The formation of the day is remembered. Raises UnknownName (the KPI) or ForWhom.
    """
    declared = kpi_of(kpi)
    if (person is None) == (team is None):
        raise ForWhom(_("A target is for one person or for one team; give one of the two."))
    same = Target.objects.filter(
        kpi=kpi, person=person, team=team, starts_on=period.start, until=period.until, filter=dict(where or {})
    )
    version = same.select_for_update().aggregate(last=Max("version"))["last"] or 0
    target = Target.objects.create(
        kpi=kpi,
        filter=dict(where or {}),
        person=person,
        team=team,
        starts_on=period.start,
        until=period.until,
        value=f"{Decimal(value):f}",
        currency=(currency or settings.CURRENCY) if declared.unit == "money" else "",
        version=version + 1,
        set_by=by,
        formation_fte=_formation(team, max(period.start, timezone.localdate())),
    )
    made([target], by=by)
    return target


@transaction.atomic
def withdraw_target(*, target: Target, by: User | None) -> Target:
    """Takes a version back; the one before holds again."""
    return change(target, by=by, deleted_at=timezone.now())


def _formation(team: Team | None, day: date) -> float | None:
    if team is None:
        return None
    seats = Seat.objects.filter(team=team, starts_on__lte=day, deleted_at__isnull=True).exclude(until__lte=day)
    found: float | None = seats.aggregate(fte=Sum("fte"))["fte"]
    return found
