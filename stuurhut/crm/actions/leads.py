"""A lead: in, to a seller, judged."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stuurhut.crm.models import Lead, LeadAssignment
from stuurhut.people.history import change, made
from stuurhut.people.models import Person, Team, User
from stuurhut.people.refusal import Refused
from stuurhut.people.teams import team_of


class NoSuchReason(Refused):
    """A reason for disqualifying that is not in the list."""


class WrongRating(Refused):
    """A rating outside 1 to 5."""


@transaction.atomic
def create_lead(
    *,
    by: User | None,
    owner: Person | None = None,
    team: Team | None = None,
    created_at: datetime | None = None,
    **fields: Any,
) -> Lead:
    """A new lead; with an owner it is assigned at once. `fields`: name, company, email, phone, source, strategy,
    industry, product, account, contact ..."""
    moment = created_at or timezone.now()
    lead = Lead.objects.create(owner=owner, team=team or team_of(owner, moment), created_at=moment, **fields)
    made([lead], by=by)
    if owner is not None:
        LeadAssignment.objects.create(lead=lead, person=owner, team=lead.team, assigned_at=moment, by=by)
    return lead


@transaction.atomic
def assign_lead(
    *, lead: Lead, to: Person | None, by: User | None, at: datetime | None = None, team: Team | None = None
) -> LeadAssignment:
    """Gives a lead to a seller, whose clock starts now, or to nobody; every assignment is kept."""
    moment = at or timezone.now()
    its_team = team or team_of(to, moment)
    change(lead, by=by, at=at, owner=to, team=its_team)
    return LeadAssignment.objects.create(lead=lead, person=to, team=its_team, assigned_at=moment, by=by)


@transaction.atomic
def qualify_lead(*, lead: Lead, by: User | None, at: datetime | None = None) -> Lead:
    """The lead is worth pursuing; an earlier disqualification is withdrawn."""
    moment = at or timezone.now()
    return change(lead, by=by, at=at, qualified_at=moment, disqualified_at=None, disqualified_reason="")


@transaction.atomic
def disqualify_lead(*, lead: Lead, reason: str, by: User | None, at: datetime | None = None) -> Lead:
    """The lead is not worth pursuing, for a reason of `Lead.Reason`. Raises NoSuchReason."""
    if reason not in Lead.Reason.values:
        known = ", ".join(Lead.Reason.values)
        raise NoSuchReason(_("'%(reason)s' is not a reason; give one of %(known)s."), reason=reason, known=known)
    moment = at or timezone.now()
    return change(lead, by=by, at=at, disqualified_at=moment, disqualified_reason=reason, qualified_at=None)


@transaction.atomic
def reopen_lead(*, lead: Lead, by: User | None, at: datetime | None = None) -> Lead:
    """Withdraws the judgement: the lead is open again."""
    return change(lead, by=by, at=at, qualified_at=None, disqualified_at=None, disqualified_reason="")


@transaction.atomic
def rate_lead(*, lead: Lead, rating: int, by: User | None, at: datetime | None = None) -> Lead:
    """The seller's judgement of the quality, 1 to 5. Raises WrongRating."""
    if rating not in range(1, 6):
        raise WrongRating(_("A rating of %(rating)s is not possible; give 1 to 5."), rating=rating)
    return change(lead, by=by, at=at, rating=rating)
