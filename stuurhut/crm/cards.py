"""What stands on the card of a record: its fields in words, and the records that hang on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import singledispatch
from typing import Any

from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stuurhut.crm import kinds
from stuurhut.crm.actions import current_phase
from stuurhut.crm.deals import LISTED, deals_of, lines_of, look, withdrawn
from stuurhut.crm.models import (
    Account,
    Activity,
    BuyingPhase,
    Lead,
    LossReason,
    Opportunity,
    Order,
    PainGain,
    Quote,
    Stage,
)
from stuurhut.crm.status import STATUSES, label_of, title_of
from stuurhut.crm.tables import amount_of
from stuurhut.crm.visible import visible_to
from stuurhut.kpi.words.money import Amount
from stuurhut.people.models import User
from stuurhut.ui.numbers import money

PHASE_HOLDS = timedelta(days=90)
APPROACHES = {
    1: gettext_lazy("Stay in touch with something useful, twice a year. Do not push."),
    2: gettext_lazy("Help to define the problem. Ask for pains and gains."),
    3: gettext_lazy("Show cases and bring the people who decide together."),
    4: gettext_lazy("Make the proposal together. Agree how and when they decide."),
    5: gettext_lazy("Deliver. Ask what could be better, and who else you can help."),
}
MARKS = ("benefit_named", "customer_prepared", "advice_given", "proposal_asked")
APPOINTMENTS = (Activity.Kind.VISIT, Activity.Kind.MEETING, Activity.Kind.VIDEO, Activity.Kind.DEMO)


@dataclass(frozen=True)
class Fact:
    """A field of a record in words; `href` when the value has a card of its own."""

    label: str
    text: str
    href: str = ""


@dataclass(frozen=True)
class Card:
    """A record as its card shows it. `state` and `look` are its state in words and shape."""

    title: str
    facts: list[Fact]
    state: str = ""
    look: str = ""
    below: dict[str, Any] | None = None


def card_of(record: Model, user: User) -> Card:
    """The card of a record, holding nothing that the user may not see."""
    return _card(record, user)


@singledispatch
def _card(record: Any, user: User) -> Card:
    raise TypeError(f"{type(record).__name__} has no card")


@_card.register
def _lead(lead: Lead, user: User) -> Card:
    status = getattr(lead, "status", "new")
    facts = [
        *_texts(lead, "name", "company", "email", "phone"),
        *_linked(lead, user, "account"),
        *_texts(lead, "source", "strategy", "industry", "product", "owner", "team"),
        *_texts(lead, "created_at", "contacted_at", "qualified_at", "disqualified_at", "disqualified_reason", "rating"),
    ]
    below = {
        "opportunities": deals_of(kinds.OPPORTUNITIES, user, lead=lead).rows,
        "reasons": Lead.Reason.choices,
    }
    return Card(title_of(lead), facts, str(STATUSES[status]), look(status), below)


@_card.register
def _account(account: Account, user: User) -> Card:
    facts = [
        *_texts(
            account, "industry", "segment", "region", "parent", "city", "country", "website", "phone", "owner", "team"
        ),
        *_base_amount(account, "potential_minor"),
        *_texts(account, "created_at"),
    ]
    today = timezone.localdate()
    top = account.top_relation.filter(
        Q(until__isnull=True) | Q(until__gt=today), since__lte=today, deleted_at__isnull=True
    )
    below: dict[str, Any] = {
        "contacts": account.contacts.filter(deleted_at__isnull=True).order_by("-is_right_contact", "name"),
        "phase": _phase(account),
        "phases": BuyingPhase.Phase.choices,
        "statements": [
            (_("Pains"), _statements(account, PainGain.Kind.PAIN), _("What keeps them awake? Ask at the next visit.")),
            (_("Gains"), _statements(account, PainGain.Kind.GAIN), _("Which chance do they want to take?")),
        ],
        "top_relation": top.first(),
        "suppliers": _kept(account.supplier_shares).select_related("product_group").order_by("-recorded_at")[:LISTED],
        "spends": [(spend, _base(spend.amount_minor)) for spend in _kept(account.spends).order_by("-year")[:3]],
        "deals": [deals_of(kind, user, account=account) for kind in (kinds.OPPORTUNITIES, kinds.QUOTES, kinds.ORDERS)],
    }
    return Card(title_of(account), facts, capfirst(account.get_kind_display()), "plain", below)


@_card.register
def _opportunity(opportunity: Opportunity, user: User) -> Card:
    facts = [
        *_linked(opportunity, user, "account", "lead"),
        *_amount(opportunity),
        *_texts(opportunity, "expected_close_on", "owner", "team", "source", "strategy", "contact"),
        *_texts(opportunity, "created_at", "closed_at", "loss_reason"),
    ]
    stages = Stage.objects.filter(process=opportunity.stage.process_id, deleted_at__isnull=True)
    below = {
        "stages": stages,
        "reasons": LossReason.objects.filter(deleted_at__isnull=True),
        "lines": lines_of(opportunity),
        "credits": [(c.person.name, c.share / 10_000) for c in _kept(opportunity.credits).select_related("person")],
        "deals": [deals_of(kind, user, opportunity=opportunity) for kind in (kinds.QUOTES, kinds.ORDERS)],
    }
    outcome = opportunity.outcome
    return Card(title_of(opportunity), facts, opportunity.get_outcome_display(), look(outcome), below)


@_card.register
def _activity(activity: Activity, user: User) -> Card:
    facts = [
        *_linked(activity, user, "account", "lead", "opportunity"),
        *_texts(
            activity,
            "contact",
            "occurred_at",
            "planned_for",
            "recorded_at",
            "minutes",
            "direction",
            "outcome",
            "owner",
            "team",
        ),
    ]
    marks = []
    if activity.kind in APPOINTMENTS:
        marks = [(label_of(activity, name), getattr(activity, name)) for name in MARKS]
    return Card(
        title_of(activity),
        facts,
        activity.get_state_display(),
        look(activity.state),
        {"marks": marks, "note": activity.note},
    )


@_card.register
def _quote(quote: Quote, user: User) -> Card:
    facts = [
        *_linked(quote, user, "account", "opportunity"),
        *_amount(quote),
        *_texts(quote, "owner", "team", "sent_at", "valid_until", "decided_at"),
    ]
    return Card(title_of(quote), facts, quote.get_state_display(), look(quote.state), {"lines": lines_of(quote)})


@_card.register
def _order(order: Order, user: User) -> Card:
    facts = [
        *_linked(order, user, "account", "opportunity"),
        *_amount(order),
        *_base_amount(order, "margin_minor"),
        *_texts(order, "owner", "team", "ordered_at", "cancelled_at", "credited_at"),
    ]
    state = withdrawn(order)
    return Card(title_of(order), facts, state, "bad" if state else "", {"lines": lines_of(order)})


def _texts(record: Any, *names: str) -> list[Fact]:
    """Fields that hold something, in words."""
    return [Fact(label_of(record, name), text) for name in names if (text := _text(record, name))]


def _text(record: Any, name: str) -> str:
    value = getattr(record, name)
    if value in (None, ""):
        return ""
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    words: Callable[[], str] | None = getattr(record, f"get_{name}_display", None)
    return str(words() if words else value)


def _linked(record: Any, user: User, *names: str) -> list[Fact]:
    """Records this one belongs to; a link where the user may open them."""
    found = []
    for name in names:
        other = getattr(record, name)
        if other is not None:
            opens = visible_to(user, type(other)).filter(pk=other.pk).exists()
            href = reverse(f"{name}_card", args=[other.pk]) if opens else ""
            found.append(Fact(label_of(record, name), title_of(other), href))
    return found


def _amount(record: Any) -> list[Fact]:
    amount = amount_of(record)
    if amount is None:
        return []
    facts = [Fact(_("Amount"), money(amount.value, amount.currency))]
    if amount.currency != settings.CURRENCY and record.base_minor is not None:
        facts.append(Fact(_("In %(currency)s") % {"currency": settings.CURRENCY}, _base(record.base_minor)))
    return facts


def _base_amount(record: Any, name: str) -> list[Fact]:
    minor = getattr(record, name)
    return [] if minor is None else [Fact(label_of(record, name), _base(minor))]


def _base(minor: int | None) -> str:
    return money(None if minor is None else Amount.of_minor(minor, settings.CURRENCY).value, settings.CURRENCY)


def _phase(account: Account) -> dict[str, Any] | None:
    row = current_phase(account, timezone.now())
    if row is None:
        return None
    seen = row.confirmed_at or row.since
    return {"row": row, "approach": APPROACHES[row.phase], "seen": seen, "stale": timezone.now() - seen > PHASE_HOLDS}


def _statements(account: Account, kind: str) -> QuerySet[PainGain]:
    rows = account.pains_gains.filter(kind=kind, deleted_at__isnull=True)
    return rows.order_by("addressed_at", "-weight", "pk")


def _kept(rows: Any) -> Any:
    return rows.filter(deleted_at__isnull=True)
