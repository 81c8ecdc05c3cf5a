"""What an import brought, in the words of the page: counts per kind, and the period to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stuurhut.connect.models import ImportRun
from stuurhut.connect.showing import NAMES

MOMENTS = (
    ("crm.Opportunity", "closed_at"), ("crm.Order", "ordered_at"), ("crm.Lead", "created_at"),
    ("crm.Opportunity", "created_at"), ("crm.Activity", "occurred_at"), ("crm.Quote", "sent_at"),
)  # fmt: skip
COLUMNS = {
    "created": _("new"),
    "changed": _("changed"),
    "unchanged": _("unchanged"),
    "kept": _("kept as edited here"),
}


@dataclass(frozen=True)
class Count:
    """What happened to one kind of record."""

    label: Any
    made: int
    heads: tuple[Any, ...]
    numbers: tuple[int, ...]


def counted(report: dict[str, Any]) -> list[Count]:
    """Per kind of record how many are new, and what else happened to any of them."""
    counts = report.get("counts", {})
    names = [name for name in COLUMNS if name == "created" or any(of.get(name) for of in counts.values())]
    heads = tuple(COLUMNS[name] for name in names)
    return [
        Count(NAMES.get(fact, fact), of.get("created", 0), heads, tuple(of.get(name, 0) for name in names))
        for fact, of in counts.items()
    ]


def newest(run: ImportRun) -> datetime | None:
    """When the last thing that this import brought happened, of what has happened by now."""
    now = timezone.now()
    found = []
    for label, name in MOMENTS:
        past = apps.get_model(label).objects.filter(intake_id=run.intake_id, **{f"{name}__lte": now})
        found.append(past.aggregate(at=Max(name))["at"])
    return max(filter(None, found), default=None)


def cockpit_address(run: ImportRun) -> str:
    """The cockpit in the quarter of the newest thing that this import brought."""
    at = newest(run)
    if at is None:
        return "/"
    day = timezone.localdate(at)
    today = timezone.localdate()
    quarter = (day.month - 1) // 3 + 1
    if (day.year, quarter) == (today.year, (today.month - 1) // 3 + 1):
        return "/"
    return f"/?period={day.year}-Q{quarter}"
