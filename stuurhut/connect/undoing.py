"""An import taken back: what it made is removed, what it changed is as before, in short transactions.

What later records stand on stays, and is named; so are the records that a person edited since.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_noop as _

from stuurhut.connect.fields import FACTS, FactKind
from stuurhut.connect.models import ImportRun
from stuurhut.connect.problems import UndoRefused
from stuurhut.connect.runs import at_work, this_process
from stuurhut.connect.writing import Pace, allocate, insert
from stuurhut.crm.models import ActivityLink, LeadAssignment, Opportunity, Stage, StageChange, StageProbability
from stuurhut.people.models import History, Intake, SourceAlias

AT_ONCE = 1000
NAMED = 50


@dataclass(frozen=True)
class UndoPlan:
    """What taking an import back means. `edited`: records it made or changed that a person edited since."""

    intake_id: int
    edited: list[str]
    created: dict[str, int]
    changed: int


@dataclass
class UndoReport:
    """What was taken back. `left`: records that stay, since others that came later refer to them."""

    intake_id: int
    removed: dict[str, int] = field(default_factory=dict)
    restored: int = 0
    edited: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def plan_undo(intake_id: int) -> UndoPlan:
    """Looks at what an undo would do, to be shown before it is done. Raises UndoRefused."""
    _found(intake_id)
    created = {fact.name: n for fact in FACTS if (n := fact.model._default_manager.filter(intake_id=intake_id).count())}
    changed = History.objects.filter(intake_id=intake_id).values("kind", "record_id").distinct().count()
    return UndoPlan(intake_id, _edited(intake_id), created, changed)


def undo(intake_id: int) -> UndoReport:
    """Takes an import back, whole or broken off. Raises UndoRefused when there is none or it was taken back before."""
    intake = _found(intake_id)
    report = UndoReport(intake_id, edited=_edited(intake_id))
    with transaction.atomic():
        # From here on none of its rows count, whatever happens to the rest of this.
        Intake.objects.filter(pk=intake_id).update(completed_at=None)
        ImportRun.objects.filter(intake_id=intake_id).update(state=ImportRun.State.UNDOING)
    report.restored = _restore(intake_id)
    pace = Pace()
    for model in (StageChange, LeadAssignment, StageProbability):
        _remove_all(model, intake_id, pace)
    for fact in reversed(FACTS):
        removed = _remove(fact, intake_id, pace)
        if removed:
            report.removed[fact.name] = removed
    report.left = _release(intake_id)
    with transaction.atomic():
        SourceAlias.objects.filter(intake_id=intake_id).delete()
        History.objects.filter(intake_id=intake_id).delete()
        Intake.objects.filter(pk=intake_id).update(undone_at=datetime.now(UTC))
        ImportRun.objects.filter(intake_id=intake_id).update(state=ImportRun.State.UNDONE, process="")
        ImportRun.objects.get(intake_id=intake.pk).rejected_rows.all().delete()
    return report


def _found(intake_id: int) -> Intake:
    run = ImportRun.objects.select_related("intake").filter(intake_id=intake_id).first()
    if run is None:
        last = Intake.objects.filter(undone_at=None, run__isnull=False).order_by("-id").first()
        raise UndoRefused(
            _("There is no import %(number)s; the last one is %(last)s."),
            number=intake_id,
            last=last.pk if last else "-",
        )
    if at_work(run) and run.process != this_process():
        raise UndoRefused(_("Import %(number)s is running; wait until it is done."), number=intake_id)
    if run.intake.undone_at:
        raise UndoRefused(_("Import %(number)s was taken back already."), number=intake_id)
    return run.intake


def _edited(intake_id: int) -> list[str]:
    """Names of records of this import that a person edited since."""
    names: list[str] = []
    for fact in FACTS:
        own = fact.model._default_manager.filter(intake_id=intake_id)
        by_hand = History.objects.filter(kind=fact.kind, by__isnull=False, intake=None)
        ids = set(by_hand.filter(record_id__in=own.values("id")).values_list("record_id", flat=True)[:NAMED])
        if fact.name == "opportunity":
            moved = StageChange.objects.filter(by__isnull=False, intake=None, opportunity__intake_id=intake_id)
            ids |= set(moved.values_list("opportunity_id", flat=True)[:NAMED])
        names += [f"{translated(fact.word)} {record}" for record in fact.model._default_manager.filter(id__in=ids)]
    return names[:NAMED]


def _restore(intake_id: int) -> int:
    """Puts back what the import changed in records that were here before; a later change by another stays."""
    restored = set()
    for part in _parts(History.objects.filter(intake_id=intake_id).order_by("-id")):
        with transaction.atomic():
            for change in part:
                if _put_back(change, intake_id):
                    restored.add((change.kind, change.record_id))
    restored |= {("opportunity", number) for number in _restore_stages(intake_id)}
    return len(restored)


def _parts(rows: models.QuerySet[Any]) -> Iterator[list[Any]]:
    ids = list(rows.values_list("id", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        found = rows.model._default_manager.in_bulk(ids[start : start + AT_ONCE])
        yield [found[number] for number in ids[start : start + AT_ONCE]]


def _put_back(change: History, intake_id: int) -> bool:
    fact = next((fact for fact in FACTS if fact.kind == change.kind), None)
    record = fact.model._default_manager.filter(pk=change.record_id).first() if fact else None
    if fact is None or record is None or getattr(record, "intake_id", None) == intake_id:
        return False
    later = History.objects.filter(kind=change.kind, record_id=change.record_id, field=change.field, id__gt=change.id)
    if (following := later.exclude(intake_id=intake_id).order_by("id").first()) is not None:
        following.old = change.old
        following.save(update_fields=["old"])
        return False
    if change.field == "lines":
        _put_lines_back(fact, record.pk, json.loads(change.old or "[]"))
        return True
    column = next(column for column in fact.model._meta.concrete_fields if column.name == change.field)
    setattr(record, column.attname, None if change.old is None else column.to_python(change.old))
    record.save(update_fields=[change.field])
    if change.kind == "opportunity" and change.field == "created_at" and change.old and change.new:
        first = StageChange.objects.filter(opportunity_id=record.pk, from_stage=None)
        first.filter(occurred_at=column.to_python(change.new)).update(occurred_at=column.to_python(change.old))
    if change.kind == "opportunity" and change.field == "closed_at":
        last = StageChange.objects.filter(opportunity_id=record.pk).order_by("-occurred_at", "-id").first()
        if last is not None and change.old is not None:
            StageChange.objects.filter(pk=last.pk).update(occurred_at=column.to_python(change.old))
    return True


def _put_lines_back(fact: FactKind, number: int, lines: list[dict[str, Any]]) -> None:
    parent = f"{fact.kind}_id"
    fact.line_model._default_manager.filter(**{parent: number}).delete()
    rows = [{**line, parent: number} for line in lines]
    for row, row_id in zip(rows, allocate(fact.line_model, len(rows)), strict=True):
        row["id"] = row_id
    insert(fact.line_model, rows)


def _restore_stages(intake_id: int) -> set[int]:
    """Opportunities of others that this import moved stand again where they stood, unless they were moved since."""
    moved = StageChange.objects.filter(intake_id=intake_id).exclude(opportunity__intake_id=intake_id)
    numbers = set(moved.values_list("opportunity_id", flat=True))
    for number in numbers:
        with transaction.atomic():
            moved.filter(opportunity_id=number).delete()
            last = StageChange.objects.filter(opportunity_id=number).order_by("-occurred_at", "-id").first()
            if last is None:
                continue
            stage = Stage.objects.get(pk=last.to_stage_id)
            closed = None if stage.kind == "open" else last.occurred_at
            Opportunity.objects.filter(pk=number).update(stage=stage, outcome=stage.kind, closed_at=closed)
    return numbers


def _remove_all(model: type[models.Model], intake_id: int, pace: Pace) -> None:
    """Removes rows that hang from records and that nothing refers to."""
    for ids in _batches(model, intake_id, ""):
        with pace.transaction(len(ids)):
            model._default_manager.filter(id__in=ids)._raw_delete(using="default")


def _remove(fact: FactKind, intake_id: int, pace: Pace) -> int:
    """Removes the records of one fact that nothing refers to any more, with what hangs from them."""
    if fact.lines:
        _remove_all(fact.line_model, intake_id, pace)
    count = 0
    condition = _unused(fact.model)
    while ids := next(_batches(fact.model, intake_id, condition), None):
        with pace.transaction(len(ids)):
            History.objects.filter(kind=fact.kind, record_id__in=ids).delete()
            SourceAlias.objects.filter(kind=fact.kind, record_id__in=ids).delete()
            if fact.name == "activity":
                ActivityLink.objects.filter(activity_id__in=ids).delete()
            if fact.name == "lead":
                LeadAssignment.objects.filter(lead_id__in=ids).delete()
            if fact.name == "opportunity":
                StageChange.objects.filter(opportunity_id__in=ids).delete()
                if fact.lines:
                    fact.line_model._default_manager.filter(opportunity_id__in=ids).delete()
            fact.model._default_manager.filter(id__in=ids)._raw_delete(using="default")
        count += len(ids)
    return count


def _batches(model: type[models.Model], intake_id: int, condition: str) -> Iterator[list[int]]:
    """Ids of rows of the import, a batch at a time, each read after the one before was removed."""
    quoted = connection.ops.quote_name(model._meta.db_table)
    sql = f"SELECT id FROM {quoted} WHERE intake_id = %s {condition} LIMIT {AT_ONCE}"  # noqa: S608
    while True:
        with connection.cursor() as cursor:
            cursor.execute(sql, [intake_id])
            ids = [number for (number,) in cursor.fetchall()]
        if not ids:
            return
        yield ids


# Rows that belong to a record and go with it.
_PARTS = {
    "crm.stagechange",
    "crm.leadassignment",
    "crm.opportunityline",
    "crm.quoteline",
    "crm.orderline",
    "crm.activitylink",
}


def _unused(model: type[models.Model]) -> str:
    """SQL that is true for rows to which no other row refers."""
    own = connection.ops.quote_name(model._meta.db_table)
    parts = defaultdict(list)
    for other in apps.get_models(include_auto_created=True):
        belongs = other._meta.label_lower in _PARTS and model._meta.label_lower in _wholes(other)
        if belongs or (other is StageProbability and model is Stage):
            continue
        for column in other._meta.concrete_fields:
            if isinstance(column, models.ForeignKey) and column.related_model is model:
                parts[other._meta.db_table].append(connection.ops.quote_name(column.column))
    return " ".join(
        f"AND NOT EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)} r WHERE r.{column} = {own}.id)"  # noqa: S608
        for table, columns in parts.items()
        for column in columns
    )


def _wholes(part: type[models.Model]) -> set[str]:
    """Of what a part is a part."""
    names = {"lead": "crm.lead", "opportunity": "crm.opportunity", "quote": "crm.quote", "order": "crm.order"}
    names |= {"activity": "crm.activity"}
    found = {field.name for field in part._meta.concrete_fields}
    if part is ActivityLink:
        found &= {"activity"}
    return {label for name, label in names.items() if name in found}


def _release(intake_id: int) -> list[str]:
    """Lets go of records that stay because others refer to them; from now on they belong to no import."""
    left: list[str] = []
    for fact in FACTS:
        rows = fact.model._default_manager.filter(intake_id=intake_id)
        left += [f"{translated(fact.word)} {record}" for record in rows[:NAMED]]
        rows.update(intake_id=None)
        if fact.lines:
            fact.line_model._default_manager.filter(intake_id=intake_id).update(intake_id=None)
    return left[:NAMED]
