"""What can be done with any record, and with many at once: change, hand over, delete, put back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import FieldDoesNotExist
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stuurhut.crm.models import Lead, LeadAssignment
from stuurhut.kpi.words.errors import nearest
from stuurhut.people.history import change_many
from stuurhut.people.models import Person, User
from stuurhut.people.records import Recorded
from stuurhut.people.refusal import Refused
from stuurhut.people.teams import team_of

AnyRecord = TypeVar("AnyRecord", bound=Recorded)

# Fields that mean something only together with others, or that nobody sets; the former have their own verb.
NOT_SET = {
    "id", "stage", "outcome", "closed_at", "amount_minor", "base_minor", "currency", "merged_into", "deleted_at",
    "recorded_at", "intake", "system", "system_key",
}  # fmt: skip


class NotInBulk(Refused):
    """A field that is not simply set."""


class NoSuchField(Refused):
    """A field that the record does not have."""


@transaction.atomic
def bulk_change(
    *, records: Iterable[AnyRecord], by: User | None, at: datetime | None = None, **fields: Any
) -> list[AnyRecord]:
    """Sets the same fields of many records, with their history; nothing changes when one of them cannot be.

    A new owner brings his team along, and starts the clock of a lead again. Raises NotInBulk or NoSuchField.
    """
    chosen = list(records)
    for record in chosen[:1]:
        _check_fields(type(record), fields)
    moment = at or timezone.now()
    if "owner" in fields and "team" not in fields:
        fields["team"] = team_of(fields["owner"], moment)
    written = change_many([(record, fields) for record in chosen], by=by, at=at)
    if "owner" in fields:
        handed_over = {row.record_id for row in written if row.field == "owner" and row.kind == "lead"}
        LeadAssignment.objects.bulk_create(
            LeadAssignment(lead=lead, person=fields["owner"], team=fields["team"], assigned_at=moment, by=by)
            for lead in chosen
            if isinstance(lead, Lead) and lead.pk in handed_over
        )
    return chosen


@transaction.atomic
def hand_over(
    *, records: Iterable[AnyRecord], to: Person | None, by: User | None, at: datetime | None = None
) -> list[AnyRecord]:
    """Gives records to another owner; what happened before stays with the old one."""
    return bulk_change(records=records, by=by, at=at, owner=to)


@transaction.atomic
def delete(*, records: Iterable[AnyRecord], by: User | None) -> list[AnyRecord]:
    """Deletes records: they count nowhere, and can be put back."""
    chosen, now = list(records), timezone.now()
    change_many([(record, {"deleted_at": now}) for record in chosen if record.deleted_at is None], by=by)
    return chosen


@transaction.atomic
def undelete(*, records: Iterable[AnyRecord], by: User | None) -> list[AnyRecord]:
    """Puts deleted records back."""
    chosen = list(records)
    change_many([(record, {"deleted_at": None}) for record in chosen], by=by)
    return chosen


def _check_fields(model: type[Recorded], fields: dict[str, Any]) -> None:
    for name in fields:
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist as error:
            known = nearest(name, [f.name for f in model._meta.concrete_fields])
            raise NoSuchField(
                _("There is no field '%(name)s'; did you mean '%(near)s'?"), name=name, near=known
            ) from error
        if field.name in NOT_SET:
            raise NotInBulk(_("'%(name)s' is not set by itself; use the action that belongs to it."), name=name)
