"""Opportunities, quotes and orders as a line on the card of another record, and the lines in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from stuurhut.crm import kinds
from stuurhut.crm.models import Opportunity, Order, Quote
from stuurhut.crm.status import title_of
from stuurhut.crm.tables import StateColumn, amount_of, short
from stuurhut.people.models import User
from stuurhut.ui.numbers import money

LISTED = 10


@dataclass(frozen=True)
class Deal:
    """An opportunity, quote or order in one line of another record's card."""

    title: str
    href: str
    state: str
    look: str
    day: str
    amount: str


@dataclass(frozen=True)
class Deals:
    """The newest deals of a kind that belong to a record; `more` when the list holds others."""

    kind: kinds.Kind
    rows: list[Deal]
    more: bool


def deals_of(kind: kinds.Kind, user: User, **belonging: Model) -> Deals:
    """The newest deals that belong to a record; one more is read than shown, to know whether there are others."""
    found = list(kind.rows(user).filter(**belonging).order_by("-pk")[: LISTED + 1])
    return Deals(kind, [_deal(kind, deal) for deal in found[:LISTED]], len(found) > LISTED)


def _deal(kind: kinds.Kind, deal: Any) -> Deal:
    match deal:
        case Opportunity():
            key, words, moment = deal.outcome, deal.stage.name, deal.closed_at or deal.created_at
        case Quote():
            key, words, moment = deal.state, deal.get_state_display(), deal.sent_at
        case _:
            key = "cancelled" if deal.cancelled_at or deal.credited_at else ""
            words, moment = withdrawn(deal), deal.ordered_at
    amount = amount_of(deal)
    return Deal(
        title_of(deal), reverse(f"{kind.name}_card", args=[deal.pk]), words, look(key),
        short(timezone.localtime(moment)) if moment else "", money(amount.value, amount.currency) if amount else "",
    )  # fmt: skip


def withdrawn(order: Order) -> str:
    """Cancelled or credited; empty for an order that stands."""
    return _("cancelled") if order.cancelled_at else _("credited") if order.credited_at else ""


def lines_of(deal: Any) -> list[tuple[str, float, str]]:
    """Product, quantity and amount of each line."""
    found = []
    for line in deal.lines.select_related("product").order_by("pk"):
        amount = amount_of(line)
        found.append((str(line.product or "–"), line.quantity, money(amount.value, amount.currency) if amount else "–"))
    return found


def look(state: str) -> str:
    """How a state is shown: good, bad or plain."""
    return StateColumn.LOOKS.get(state, "plain")
