"""The six kinds of records that have a list and a card, declared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from stuurhut.crm import filters, tables, visible
from stuurhut.crm.models import Account, Activity, Lead, Opportunity, Order, Quote
from stuurhut.crm.status import with_last_contact, with_moment, with_status
from stuurhut.people.models import User

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Kind:
    """A kind of record: its queryset for a user, how it is listed, and what its empty list teaches.

    `new` says how one is made by hand, "" when they only come from outside.
    """

    name: str
    plural: str
    title: Any
    rows: Callable[[User], Rows]
    table: type[tables.RecordTable]
    filters: type[filters.RecordFilter]
    icon: str
    teaches: Any
    new: Any = ""

    @property
    def new_path(self) -> str:
        """Where one is made by hand."""
        return f"/{self.plural}/new/"


def leads(user: User) -> Rows:
    """The leads a user may see, with their status."""
    rows = visible.visible_to(user, Lead)
    return with_status(rows.select_related("source", "owner", "team"))


def accounts(user: User) -> Rows:
    """The accounts a user may see, with the moment of the last contact."""
    rows = visible.visible_to(user, Account)
    return with_last_contact(rows.select_related("segment", "industry", "region", "owner"))


def opportunities(user: User) -> Rows:
    """The opportunities a user may see."""
    rows = visible.visible_to(user, Opportunity)
    return rows.select_related("account", "stage", "owner")


def activities(user: User) -> Rows:
    """The activities a user may see, with their moment."""
    rows = visible.visible_to(user, Activity)
    return with_moment(rows.select_related("account", "owner"))


def quotes(user: User) -> Rows:
    """The quotes a user may see."""
    return visible.visible_to(user, Quote).select_related("account", "owner")


def orders(user: User) -> Rows:
    """The orders a user may see."""
    return visible.visible_to(user, Order).select_related("account", "owner")


LEADS = Kind(
    "lead", "leads", _("Leads"), leads, tables.LeadTable, filters.LeadFilter, "user-plus",
    _("Every lead with its source, its owner and how it was judged. "
      "Response time and conversion are counted from here."),
    _("New lead"),
)  # fmt: skip
ACCOUNTS = Kind(
    "account", "accounts", _("Accounts"), accounts, tables.AccountTable, filters.AccountFilter, "building",
    _("Your customers and prospects, with the people there, what you sell them and when you last spoke."),
    _("New account"),
)  # fmt: skip
OPPORTUNITIES = Kind(
    "opportunity", "opportunities", _("Opportunities"), opportunities, tables.OpportunityTable,
    filters.OpportunityFilter, "briefcase",
    _("Every possible sale with its stage, its amount and the day on which you expect a decision. "
      "Together: the pipeline."),
    _("New opportunity"),
)  # fmt: skip
ACTIVITIES = Kind(
    "activity", "activities", _("Activities"), activities, tables.ActivityTable, filters.ActivityFilter, "activity",
    _("Calls, visits, demos and mails, planned and held. Log one here in a few seconds."),
    _("Log a contact"),
)  # fmt: skip
QUOTES = Kind(
    "quote", "quotes", _("Quotes"), quotes, tables.QuoteTable, filters.QuoteFilter, "file-invoice",
    _("What was offered to whom, for how much, and what came of it. Quotes come in with an import."),
)  # fmt: skip
ORDERS = Kind(
    "order", "orders", _("Orders"), orders, tables.OrderTable, filters.OrderFilter, "package",
    _("What customers ordered. Turnover and margin are counted from here. Orders come in with an import."),
)  # fmt: skip
KINDS = (LEADS, ACCOUNTS, OPPORTUNITIES, ACTIVITIES, QUOTES, ORDERS)
