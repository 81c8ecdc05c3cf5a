"""What a row says held against the record that is here: what differs, what a person changed, what contradicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext_noop as _

from stuurhut.connect.drafts import Draft
from stuurhut.connect.fields import FactKind
from stuurhut.connect.problems import Bad
from stuurhut.connect.writing import Values
from stuurhut.people.models import History

BY_STAGE = frozenset(("stage_id", "outcome", "closed_at"))
NOT_COMPARED = frozenset(("recorded_at", "set_at", "currency"))


def changes_of(fact: FactKind, draft: Draft, intake: int | None) -> Values:
    """Attributes whose value in the file is another than here; an empty cell changes nothing.

    A record of this same `intake` is only completed: another value for what stands there is a fault in the file, which
    the draft then bears.
    """
    existing = draft.existing or {}
    skipped = NOT_COMPARED | BY_STAGE if fact.name == "opportunity" else NOT_COMPARED
    changes = {
        name: value
        for name, value in draft.columns.items()
        if name not in skipped and value is not None and not _same(existing.get(name), value)
    }
    if changes and intake is not None and existing["intake_id"] == intake:
        fields = {field.attname: field for field in fact.model._meta.concrete_fields}
        for name in changes:
            if existing[name] not in (None, "") and existing[name] != _default(fields[name]):
                draft.bad = repeated(draft)
                return {}
    return changes


def edited_here(kind: str, ids: Iterable[int]) -> dict[int, set[str]]:
    """The fields of records that a person changed by hand; what came with an import does not count."""
    wanted, found = list(ids), defaultdict[int, set[str]](set)
    for start in range(0, len(wanted), 900):
        rows = History.objects.filter(
            kind=kind, record_id__in=wanted[start : start + 900], by__isnull=False, intake=None
        )
        for number, name in rows.values_list("record_id", "field"):
            found[number].add(name)
    return found


def repeated(draft: Draft) -> Bad:
    """Two rows with one id that say different things."""
    remedy = _("give each record its own id, or let its rows fold into one: fold = true")
    return Bad(_("an earlier row with the id '%(value)s' says otherwise"), remedy, {}, draft.key)


def field_of(attname: str) -> str:
    """The field as history names it."""
    return attname.removesuffix("_id")


def sum_of(draft: Draft) -> int:
    """A sum over all that a draft says."""
    return hash(tuple(sorted((name, str(value)) for name, value in draft.columns.items())))


def _same(here: Any, there: Any) -> bool:
    return bool(here == there or (isinstance(here, float) and abs(here - float(there)) < 1e-9))


def _default(field: models.Field[Any, Any]) -> Any:
    return field.get_default() if field.has_default() and not callable(field.default) else None
