"""What an import that was broken off and went on did in all, since its last part alone would tell too little."""

from __future__ import annotations

from django.db.models import Q

from stuurhut.connect.fields import FACTS, FactKind
from stuurhut.crm.models import StageChange
from stuurhut.people.models import History

Counts = dict[str, dict[str, int]]


def whole(counts: Counts, intake: int) -> Counts:
    """The counts per fact with what earlier parts made and changed; the last part took those records as unchanged."""
    return {
        fact.name: told for fact in FACTS if any((told := _whole(fact, counts.get(fact.name, {}), intake)).values())
    }


def _whole(fact: FactKind, told: dict[str, int], intake: int) -> dict[str, int]:
    rows = fact.model._default_manager
    created = rows.filter(intake_id=intake).count()
    touched = Q(id__in=History.objects.filter(intake_id=intake, kind=fact.kind).values("record_id"))
    if fact.name == "opportunity":
        touched |= Q(id__in=StageChange.objects.filter(intake_id=intake).values("opportunity_id"))
    changed = max(told.get("changed", 0), rows.filter(touched).exclude(intake_id=intake).count())
    earlier = created - told.get("created", 0) + changed - told.get("changed", 0)
    unchanged = max(0, told.get("unchanged", 0) - earlier)
    return {**told, "created": created, "changed": changed, "unchanged": unchanged}
