"""Every change of a record goes through here, so that what it was at any moment can still be told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stuurhut.people.models import History, Intake, User
from stuurhut.people.refusal import Refused

AnyModel = TypeVar("AnyModel", bound=models.Model)
CREATED = "created"  # the field under which it is written who made a record; no column has this name
BATCH = 500


class NotYet(Refused):
    """A change dated in the future."""


def change(
    record: AnyModel, *, by: User | None, at: datetime | None = None, intake: Intake | None = None, **fields: Any
) -> AnyModel:
    """Sets fields of a record and writes what they were, by whom and when, in one transaction.

    `at` is when it became so (default now). When the field already changed at a later moment, the history is
    completed and what the record holds now stays. Returns the record, with its new values.
    """
    change_many([(record, fields)], by=by, at=at, intake=intake)
    return record


def change_many(
    changes: Iterable[tuple[models.Model, Mapping[str, Any]]],
    *,
    by: User | None,
    at: datetime | None = None,
    intake: Intake | None = None,
) -> list[History]:
    """`change` for many records at once: pairs of a record and its new values. Returns the history written."""
    moment = at or timezone.now()
    if at is not None and at > timezone.now():
        raise NotYet(_("A change cannot be dated in the future; give a moment up to now."))
    by_model: dict[type[models.Model], list[tuple[models.Model, Mapping[str, Any]]]] = defaultdict(list)
    for record, fields in changes:
        by_model[type(record)].append((record, fields))
    written: list[History] = []
    with transaction.atomic():
        for model, pairs in by_model.items():
            for start in range(0, len(pairs), BATCH):
                written += _change_batch(model, pairs[start : start + BATCH], moment, at is not None)
        for row in written:
            row.by, row.intake = by, intake
        return History.objects.bulk_create(written, batch_size=BATCH)


def _change_batch(
    model: type[models.Model], pairs: list[tuple[models.Model, Mapping[str, Any]]], at: datetime, is_dated: bool
) -> list[History]:
    keys = [record.pk for record, _fields in pairs]
    # What the caller holds may be old: the value before the change is the database's.
    stored = model._base_manager.select_for_update().in_bulk(keys)
    later = _changed_later(model, keys, at) if is_dated else set()
    rows: list[History] = []
    alike: dict[tuple[tuple[str, Any], ...], list[int]] = defaultdict(list)
    for record, fields in pairs:
        new_values: dict[str, Any] = {}
        for name, value in fields.items():
            field = model._meta.get_field(name)
            assert isinstance(field, models.Field)
            keeps_present = (record.pk, field.name) in later
            raw = value.pk if isinstance(value, models.Model) else value
            old = (
                text_at(record, field.name, at) if keeps_present else as_text(getattr(stored[record.pk], field.attname))
            )
            if old != as_text(raw):
                rows.append(_row(record, field.name, old, as_text(raw), at))
                if not keeps_present:
                    new_values[field.attname] = raw
                    setattr(stored[record.pk], field.attname, raw)
            if not keeps_present:
                setattr(record, field.name if isinstance(value, models.Model) else field.attname, value)
        if new_values:
            alike[tuple(new_values.items())].append(record.pk)
    for values, same in alike.items():
        model._base_manager.filter(pk__in=same).update(**dict(values))
    return rows


def _changed_later(model: type[models.Model], keys: list[int], at: datetime) -> set[tuple[int, str]]:
    rows = History.objects.filter(kind=kind_of(model), record_id__in=keys, occurred_at__gt=at)
    return set(rows.values_list("record_id", "field"))


def _row(record: models.Model, field: str, old: str | None, new: str | None, at: datetime) -> History:
    return History(kind=kind_of(record), record_id=record.pk, field=field, old=old, new=new, occurred_at=at)


def made(records: Iterable[models.Model], *, by: User | None) -> None:
    """Writes who made these records; their first values need no row."""
    now = timezone.now()
    rows = [_row(record, CREATED, None, str(record), now) for record in records]
    for row in rows:
        row.by = by
    History.objects.bulk_create(rows, batch_size=BATCH)


def note(
    record: models.Model,
    field: str,
    *,
    by: User | None,
    old: str | None = None,
    new: str | None = None,
    at: datetime | None = None,
) -> History:
    """Writes down a change that is not the change of one column, such as a new division of credit."""
    row = _row(record, field, old, new, at or timezone.now())
    row.by = by
    row.save()
    return row


def text_at(record: models.Model, field: str, at: datetime) -> str | None:
    """The value of a field just after `at`, as history writes it."""
    rows = History.objects.filter(kind=kind_of(record), record_id=record.pk, field=field)
    before = rows.filter(occurred_at__lte=at).order_by("-occurred_at", "-id").first()
    if before:
        return before.new
    first = rows.order_by("id").first()
    return first.old if first else as_text(getattr(record, _field(type(record), field).attname))


def kind_of(model: models.Model | type[models.Model]) -> str:
    """What history calls this kind of record."""
    return str(model._meta.model_name)


def as_text(value: object) -> str | None:
    """A field's value as history writes it: digits, ISO days, ISO moments in UTC, true or false, null as null."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)


def as_value(model: type[models.Model], field: str, text: str | None) -> Any:
    """The value that history wrote as this text; of a key, the key."""
    column = _field(model, field)
    if isinstance(column, models.BooleanField) and text is not None:
        return text == "true"
    return (column.target_field if isinstance(column, models.ForeignKey) else column).to_python(text)


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    return field
