"""The last day on which anything was recorded that counts."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Max
from django.utils import timezone

from stuurhut.crm.models import Activity, Lead, Opportunity, Order, Quote
from stuurhut.people.teams import counting

MOMENTS = (
    (Lead, "created_at"),
    (Activity, "occurred_at"),
    (Opportunity, "created_at"),
    (Opportunity, "closed_at"),
    (Quote, "sent_at"),
    (Order, "ordered_at"),
)


def last_day_with_facts(before: datetime) -> date | None:
    """The local day of the last fact before a moment; None when there is nothing at all."""
    found = []
    for model, field in MOMENTS:
        rows = model.objects.filter(counting(), **{f"{field}__lt": before})
        found.append(rows.aggregate(last=Max(field))["last"])
    moments = [moment for moment in found if moment is not None]
    return timezone.localdate(max(moments)) if moments else None
