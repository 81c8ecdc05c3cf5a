"""Two records that are one: merged, and apart again when that was a mistake."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stuurhut.crm.models import (
    Account,
    Activity,
    ActivityLink,
    BuyingPhase,
    Contact,
    Lead,
    Opportunity,
    Order,
    PainGain,
    Quote,
    Spend,
    SupplierShare,
    TopRelation,
)
from stuurhut.people.history import change_many, kind_of
from stuurhut.people.models import History, User
from stuurhut.people.refusal import Refused

Merged = TypeVar("Merged", Account, Lead, Opportunity)
Link = tuple[type[models.Model], str]

MOVES: dict[type[models.Model], tuple[Link, ...]] = {
    Account: (
        (Account, "parent"), (Contact, "account"), (Lead, "account"), (Activity, "account"), (ActivityLink, "account"),
        (Opportunity, "account"), (Quote, "account"), (Order, "account"), (PainGain, "account"),
    ),
    Lead: ((Activity, "lead"), (ActivityLink, "lead"), (Opportunity, "lead")),
    Opportunity: (
        (Activity, "opportunity"), (ActivityLink, "opportunity"), (Quote, "opportunity"), (Order, "opportunity"),
    ),
}  # fmt: skip
# Two of these for one account would contradict each other, so they move only when the other has none.
MOVES_WHEN_NONE: dict[type[models.Model], tuple[Link, ...]] = {
    Account: ((BuyingPhase, "account"), (TopRelation, "account"), (SupplierShare, "account"), (Spend, "account")),
}


class CannotMerge(Refused):
    """Records that cannot become one."""


class NotMerged(Refused):
    """Taking apart what is not merged."""


@transaction.atomic
def merge(*, records: Iterable[Merged], into: Merged, by: User | None) -> Merged:
    """Makes records one with `into`: what hangs on them moves there and they count no longer from now on.

    Numbers of a day before the merge stay as they were. Raises CannotMerge. Returns `into`.
    """
    now = timezone.now()
    for record in records:
        _check(record, into)
        for model, name in _moving(record, into):
            change_many([(row, {name: into}) for row in _hanging(model, name, record)], by=by, at=now)
        change_many([(record, {"merged_into": into})], by=by, at=now)
    return into


@transaction.atomic
def undo_merge(*, record: Merged, by: User | None) -> Merged:
    """Takes a merged record apart again; what was moved elsewhere since then stays there. Raises NotMerged."""
    merged = History.objects.filter(kind=kind_of(record), record_id=record.pk, field="merged_into", new__isnull=False)
    last = merged.order_by("-id").first()
    if record.merged_into_id is None or last is None:
        raise NotMerged(_("%(record)s is not merged with another; there is nothing to undo."), record=record)
    for model, name in (*MOVES[type(record)], *MOVES_WHEN_NONE.get(type(record), ())):
        rows = History.objects.filter(
            kind=kind_of(model), field=name, occurred_at=last.occurred_at, old=str(record.pk), new=last.new
        )
        moved = model._default_manager.filter(pk__in=list(rows.values_list("record_id", flat=True)))
        still_there = moved.filter(**{f"{name}_id": record.merged_into_id})
        change_many([(row, {name: record}) for row in still_there], by=by)
    change_many([(record, {"merged_into": None})], by=by)
    return record


def _check(record: Merged, into: Merged) -> None:
    if type(record) is not type(into) or record.pk == into.pk:
        raise CannotMerge(_("%(record)s can only be merged with another record of its kind."), record=record)
    for one in (record, into):
        if one.deleted_at is not None:
            raise CannotMerge(_("%(record)s was deleted; put it back first."), record=one)
        if one.merged_into is not None:
            raise CannotMerge(
                _("%(record)s was merged into %(other)s already; merge with that one."),
                record=one,
                other=one.merged_into,
            )


def _moving(record: models.Model, into: models.Model) -> list[Link]:
    kind = type(record)
    spare = [link for link in MOVES_WHEN_NONE.get(kind, ()) if not _hanging(*link, into).exists()]
    return [*MOVES[kind], *spare]


def _hanging(model: type[models.Model], name: str, record: models.Model) -> models.QuerySet[models.Model]:
    return model._default_manager.filter(**{name: record})
