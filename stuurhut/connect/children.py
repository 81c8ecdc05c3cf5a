"""What hangs from a record: lines, entries into stages, the amount before closing, assignments, probabilities."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from django.db import models, transaction

from stuurhut.connect.drafts import Draft
from stuurhut.connect.fields import FactKind
from stuurhut.connect.writing import Values, allocate, as_text, insert, update
from stuurhut.crm.models import LeadAssignment, Opportunity, StageChange, StageProbability
from stuurhut.people.models import History

Children = dict[type[models.Model], list[Values]]
MakeHistory = Callable[[str, int, str, Any, Any, datetime], History]
LINE = ("product_id", "quantity", "amount_minor", "currency", "base_minor", "margin_minor")


def new_children(fact: FactKind, drafts: list[Draft], intake: int, system: str, now: datetime) -> Children:
    """The rows that come with new records, by model; ids are still to be given."""
    children: Children = defaultdict(list)
    if fact.lines:
        children[fact.line_model] = _lines(fact, drafts, intake)
    if fact.name == "opportunity":
        children[StageChange] = [row for draft in drafts for row in _entries(draft, intake)]
        children[History] = [row for draft in drafts for row in _amount_at_closing(draft, intake)]
    elif fact.name == "lead":
        children[LeadAssignment] = [row for draft in drafts for row in _assignment(draft, intake)]
    elif fact.name == "stage":
        children[StageProbability] = [row for draft in drafts for row in _probability(draft, intake)]
    return children


def _lines(fact: FactKind, drafts: list[Draft], intake: int) -> list[Values]:
    parent = f"{fact.kind}_id"
    return [{**line, parent: draft.id, "intake_id": intake} for draft in drafts for line in draft.line_columns]


def _entries(draft: Draft, intake: int) -> list[Values]:
    chain = [*draft.chain, *([draft.closing] if draft.closing else [])]
    rows, before = [], None
    for at, stage in chain:
        row = {"opportunity_id": draft.id, "from_stage_id": before, "to_stage_id": stage}
        rows.append({**row, "occurred_at": at, "recorded_at": at, "intake_id": intake})
        before = stage
    return rows


def _amount_at_closing(draft: Draft, intake: int) -> list[Values]:
    if not draft.before or not draft.closing:
        return []
    at = draft.closing[0]
    row = {"kind": "opportunity", "record_id": draft.id, "occurred_at": at, "recorded_at": at, "intake_id": intake}
    pairs = zip(("amount_minor", "base_minor"), draft.before, strict=True)
    return [
        {**row, "field": name, "old": str(old), "new": as_text(draft.columns.get(name))}
        for name, old in pairs
        if old != draft.columns.get(name)
    ]


def _assignment(draft: Draft, intake: int) -> list[Values]:
    at = draft.values.get("assigned_at") or draft.columns.get("created_at")
    owner = draft.columns.get("owner_id")
    if at is None or owner is None:
        return []
    row = {"lead_id": draft.id, "person_id": owner, "team_id": draft.columns.get("team_id"), "assigned_at": at}
    return [{**row, "recorded_at": at, "intake_id": intake}]


def _probability(draft: Draft, intake: int) -> list[Values]:
    chance = draft.values.get("probability")
    if chance is None:
        return []
    row = {"stage_id": draft.id, "probability": chance / 100 if chance > 1 else chance, "starts_on": date(1970, 1, 1)}
    return [{**row, "intake_id": intake, "recorded_at": draft.columns["recorded_at"]}]


def line_changes(
    fact: FactKind, drafts: list[Draft], intake: int | None, history: MakeHistory, now: datetime
) -> set[int]:
    """Puts the lines of the file in the place of those here where they differ, and keeps the old ones in history."""
    with_lines = {draft.id: draft for draft in drafts if draft.line_columns}
    if not with_lines:
        return set()
    parent = f"{fact.kind}_id"
    here: dict[int, list[Values]] = defaultdict(list)
    rows = fact.line_model._default_manager.filter(**{f"{parent}__in": list(with_lines)}).order_by("id")
    for row in rows.values(parent, *LINE):
        here[row.pop(parent)].append(row)
    changed = {
        number for number, draft in with_lines.items() if _comparable(here[number]) != _comparable(draft.line_columns)
    }
    if not changed or intake is None:
        return changed
    with transaction.atomic():
        rows.filter(**{f"{parent}__in": changed}).delete()
        fresh = _lines(fact, [with_lines[number] for number in changed], intake)
        for row, number in zip(fresh, allocate(fact.line_model, len(fresh)), strict=True):
            row["id"] = number
        insert(fact.line_model, fresh)
        made = [
            history(fact.kind, n, "lines", json.dumps(here[n]), json.dumps(with_lines[n].line_columns), now)
            for n in changed
            if (with_lines[n].existing or {}).get("intake_id") != intake
        ]
        History.objects.bulk_create(made)
    return changed


def _comparable(lines: list[Values]) -> list[tuple[Any, ...]]:
    values = ([line.get(name) for name in LINE] for line in lines)
    return sorted(
        ((p or 0, float(1 if q is None else q), a or 0, b or 0, m or 0) for p, q, a, _currency, b, m in values),
        key=repr,
    )


def stage_changes(
    drafts: list[Draft], intake: int | None, by: int | None, now: datetime, history: MakeHistory
) -> set[int]:
    """Moves opportunities that stand in another stage in the file; a stage that a person chose here stays."""
    moved = [draft for draft in drafts if _stands_elsewhere(draft)]
    if not moved:
        return set()
    chosen = set(
        StageChange.objects.filter(opportunity_id__in=[d.id for d in moved], by__isnull=False, intake=None).values_list(
            "opportunity_id", flat=True
        )
    )
    moved = [draft for draft in moved if draft.id not in chosen]
    if intake is None or not moved:
        return {draft.id for draft in moved}
    rows: list[Values] = []
    with transaction.atomic():
        for draft in moved:
            rows += _moves(draft, intake, by, now, history)
        for row, number in zip(rows, allocate(StageChange, len(rows)), strict=True):
            row["id"] = number
        insert(StageChange, rows)
        names = ("stage_id", "outcome", "closed_at")
        update(Opportunity, [(draft.id, {name: draft.columns[name] for name in names}) for draft in moved])
    return {draft.id for draft in moved}


def assign_anew(changed: list[tuple[Draft, Values]], intake: int, by: int | None, now: datetime) -> None:
    """A lead that has another owner in the file is assigned to that one, now."""
    LeadAssignment.objects.bulk_create(
        LeadAssignment(
            lead_id=draft.id,
            person_id=changes["owner_id"],
            assigned_at=now,
            recorded_at=now,
            by_id=by,
            intake_id=intake,
        )
        for draft, changes in changed
        if changes.get("owner_id")
    )


def move_creation(changed: list[tuple[Draft, Values]]) -> None:
    """A corrected day of creation moves the entry into the first stage with it."""
    for draft, changes in changed:
        before = (draft.existing or {}).get("created_at")
        if before is not None and "created_at" in changes:
            first = StageChange.objects.filter(opportunity_id=draft.id, from_stage=None, occurred_at=before)
            first.update(occurred_at=changes["created_at"])


def _stands_elsewhere(draft: Draft) -> bool:
    existing = draft.existing or {}
    dated = existing.get("created_at") is None and draft.columns.get("created_at") is not None
    return dated or any(existing.get(name) != draft.columns.get(name) for name in ("stage_id", "closed_at"))


def _moves(draft: Draft, intake: int, by: int | None, now: datetime, history: MakeHistory) -> list[Values]:
    """The entries since the last one known here; a corrected closing day moves the closing itself."""
    existing = draft.existing or {}
    last = StageChange.objects.filter(opportunity_id=draft.id).order_by("-occurred_at", "-id").first()
    if last is None:
        return [{**row, "by_id": by, "recorded_at": now} for row in _entries(draft, intake)]
    if existing["stage_id"] == draft.columns["stage_id"]:
        if draft.closing and draft.closing[0] and draft.closing[0] != existing["closed_at"]:
            History.objects.bulk_create(
                [history("opportunity", draft.id, "closed_at", existing["closed_at"], draft.closing[0], now)]
            )
            StageChange.objects.filter(id=last.id).update(occurred_at=draft.closing[0])
        return []
    entries = [entry for entry in draft.chain if entry[0] > last.occurred_at]
    if draft.closing:
        entries.append(draft.closing)
    elif not entries or entries[-1][1] != draft.columns["stage_id"]:
        entries.append((max(now, last.occurred_at), draft.columns["stage_id"]))
    before, rows = existing["stage_id"], []
    for at, stage in entries:
        at = max(at or now, last.occurred_at) if isinstance(at, datetime) else datetime.now(UTC)
        row = {"opportunity_id": draft.id, "from_stage_id": before, "to_stage_id": stage, "occurred_at": at}
        rows.append({**row, "recorded_at": now, "by_id": by, "intake_id": intake})
        before = stage
    return rows
