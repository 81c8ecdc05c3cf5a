"""Work with customers: planned, held, recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stuurhut.crm.models import Activity, ActivityLink
from stuurhut.people.history import change, made
from stuurhut.people.models import Person, Team, User
from stuurhut.people.refusal import Refused
from stuurhut.people.teams import team_of

State = Activity.State


class NotPlanned(Refused):
    """Holding or cancelling what was not planned."""


@transaction.atomic
def log_activity(
    *,
    kind: str,
    owner: Person | None,
    by: User | None,
    occurred_at: datetime | None = None,
    team: Team | None = None,
    also_about: tuple[dict[str, Any], ...] = (),
    **fields: Any,
) -> Activity:
    """Something that was done. It happened at `occurred_at` (default now) and is recorded now.

    `fields`: direction, outcome, minutes, subject, note, account, contact, lead, opportunity and the four content
    marks. `also_about` holds further links, such as `{"account": other}`.
    """
    moment = occurred_at or timezone.now()
    values = {
        "kind": kind,
        "owner": owner,
        "team": team or team_of(owner, moment),
        "occurred_at": moment,
        "state": State.HELD,
    }
    return _create({**values, **fields}, also_about, by)


@transaction.atomic
def plan_activity(
    *,
    kind: str,
    owner: Person | None,
    planned_for: datetime,
    by: User | None,
    team: Team | None = None,
    also_about: tuple[dict[str, Any], ...] = (),
    **fields: Any,
) -> Activity:
    """Something that will be done."""
    its_team = team or team_of(owner, timezone.now())
    values = {"kind": kind, "owner": owner, "team": its_team, "planned_for": planned_for, "state": State.PLANNED}
    return _create({**values, **fields}, also_about, by)


@transaction.atomic
def hold_activity(
    *, activity: Activity, by: User | None, occurred_at: datetime | None = None, **fields: Any
) -> Activity:
    """What was planned has been done; `fields` as in `log_activity`. Raises NotPlanned."""
    _check_planned(activity)
    moment = occurred_at or timezone.now()
    team = team_of(activity.owner, moment) or activity.team
    return change(activity, by=by, state=State.HELD, occurred_at=moment, team=team, **fields)


@transaction.atomic
def cancel_activity(*, activity: Activity, by: User | None, no_show: bool = False) -> Activity:
    """What was planned is called off, or the customer did not come. Raises NotPlanned."""
    _check_planned(activity)
    return change(activity, by=by, state=State.NO_SHOW if no_show else State.CANCELLED)


def _check_planned(activity: Activity) -> None:
    if activity.state != State.PLANNED:
        raise NotPlanned(_("This activity is not planned any more; log a new one instead."))


def _create(values: dict[str, Any], also_about: tuple[dict[str, Any], ...], by: User | None) -> Activity:
    activity = Activity.objects.create(**values)
    ActivityLink.objects.bulk_create(ActivityLink(activity=activity, **link) for link in also_about)
    made([activity], by=by)
    return activity
