"""What happened with a record, newest first: contacts, stages, assignments and every change of a field."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from heapq import nlargest
from typing import Any

from django.conf import settings
from django.db.models import ForeignKey, Model, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stuurhut.crm.models import Account, Activity, BuyingPhase, Lead, LeadAssignment, Opportunity, StageChange
from stuurhut.crm.status import label_of, title_of, with_moment
from stuurhut.crm.visible import visible_to
from stuurhut.kpi.words.money import Amount
from stuurhut.people.history import CREATED, as_value, kind_of
from stuurhut.people.models import History, User
from stuurhut.ui.numbers import NOTHING, money, short_day

ICONS = {
    "call": "phone", "visit": "map-pin", "meeting": "users", "video": "video", "demo": "presentation", "email": "mail",
    "event": "calendar-event", "other": "message-circle",
}  # fmt: skip
NOTES = {"credits": gettext_lazy("who is credited for it")}  # changes that are no column of the record
UNSAID = ("base_minor", "currency")  # they change with the amount, which is said


@dataclass(frozen=True)
class Event:
    """Something that happened: when, what, in which words, by whom; `href` leads to more."""

    at: datetime
    icon: str
    title: str
    text: str = ""
    by: str = ""
    href: str = ""
    planned: bool = False

    @property
    def day(self) -> str:
        local = timezone.localtime(self.at)
        return (
            f"{short_day(local.date())} {local.year}"
            if local.year != timezone.localdate().year
            else short_day(local.date())
        )


def timeline(record: Model, user: User, most: int) -> list[Event]:
    """The newest `most` events of a record, as far as the user may see them."""
    found: list[Event] = []
    for source in _SOURCES.get(type(record), ()):
        found += source(record, user, most)
    found += _changes(record, most)
    return nlargest(most, found, key=lambda event: event.at)


def _activities(record: Any, user: User, most: int) -> Iterator[Event]:
    rows: QuerySet[Any] = with_moment(visible_to(user, Activity)).filter(
        **{kind_of(record): record}, moment__isnull=False
    )
    for activity in rows.select_related("owner").order_by("-moment")[:most]:
        state = "" if activity.state == Activity.State.HELD else activity.get_state_display()
        words = (state, activity.get_outcome_display(), activity.note)
        yield Event(
            activity.moment, ICONS[activity.kind], title_of(activity), " · ".join(filter(None, words)),
            str(activity.owner or ""), reverse("activity_card", args=[activity.pk]),
            activity.state == Activity.State.PLANNED,
        )  # fmt: skip


def _stages(record: Any, user: User, most: int) -> Iterator[Event]:
    rows: QuerySet[StageChange] = StageChange.objects.select_related(
        "opportunity__account", "from_stage", "to_stage", "by"
    )
    if isinstance(record, Opportunity):
        rows = rows.filter(opportunity=record)
    else:
        rows = rows.filter(opportunity__in=visible_to(user, Opportunity).filter(account=record))
    for row in rows.order_by("-occurred_at", "-id")[:most]:
        here = isinstance(record, Opportunity)
        title = _("Stage: %(stage)s") % {"stage": row.to_stage}
        before = _("before: %(stage)s") % {"stage": row.from_stage} if row.from_stage else ""
        text = before if here else title_of(row.opportunity)
        href = "" if here else reverse("opportunity_card", args=[row.opportunity_id])
        yield Event(row.occurred_at, "flag", title, text, str(row.by or ""), href)


def _assignments(record: Any, _user: User, most: int) -> Iterator[Event]:
    rows = LeadAssignment.objects.filter(lead=record, deleted_at__isnull=True).select_related("person", "by")
    for row in rows.order_by("-assigned_at")[:most]:
        title = (
            _("Assigned to %(person)s") % {"person": row.person} if row.person else _("Taken back: nobody's lead now")
        )
        yield Event(row.assigned_at, "user-check", title, "", str(row.by or ""))


def _phases(record: Any, _user: User, most: int) -> Iterator[Event]:
    rows = BuyingPhase.objects.filter(account=record, deleted_at__isnull=True).select_related("by")
    for row in rows.order_by("-since")[:most]:
        title = _("Buying phase: %(phase)s") % {"phase": row.get_phase_display()}
        yield Event(row.since, "road", title, row.note, str(row.by or ""))


_SOURCES: dict[type[Model], tuple[Callable[[Any, User, int], Iterator[Event]], ...]] = {
    Lead: (_activities, _assignments),
    Account: (_activities, _stages, _phases),
    Opportunity: (_activities, _stages),
}


def _changes(record: Model, most: int) -> Iterator[Event]:
    rows = History.objects.filter(kind=kind_of(record), record_id=record.pk).exclude(field__in=UNSAID)
    # An assignment of a lead says who owns it; twice would be noise.
    rows = rows.exclude(field__in=("owner", "team")) if isinstance(record, Lead) else rows
    for row in rows.select_related("by").order_by("-occurred_at", "-id")[:most]:
        yield _change(type(record), row)


def _change(model: type[Model], row: History) -> Event:
    by = str(row.by or "")
    if row.field == CREATED:
        return Event(row.occurred_at, "plus", _("Recorded"), "", by)
    if row.field not in {field.name for field in model._meta.concrete_fields}:
        return Event(
            row.occurred_at, "edit", _("Changed: %(field)s") % {"field": NOTES.get(row.field, row.field)}, "", by
        )
    label = label_of(model, row.field)
    change = {"old": in_words(model, row.field, row.old), "new": in_words(model, row.field, row.new)}
    return Event(row.occurred_at, "edit", label, _("from %(old)s to %(new)s") % change, by)


def in_words(model: type[Model], name: str, text: str | None) -> str:
    """A value as history keeps it, the way a reader wants it: names for keys, local days, amounts with a sign."""
    if text in (None, ""):
        return NOTHING
    field: Any = model._meta.get_field(name)
    value = as_value(model, name, text)
    if isinstance(field, ForeignKey):
        found = field.related_model._default_manager.filter(pk=value).first()
        return str(found) if found else _("removed (%(number)s)") % {"number": text}
    if name.endswith("_minor"):
        amount = Amount.of_minor(int(value), settings.CURRENCY)
        return money(amount.value, amount.currency)
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "SHORT_DATE_FORMAT")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(dict(field.flatchoices).get(value, value)) if field.choices else str(value)
