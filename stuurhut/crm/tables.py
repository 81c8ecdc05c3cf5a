"""The columns of every list of records: how a value is shown, sorted and exported."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.conf import settings
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django_tables2.utils import A

from stuurhut.crm.models import Account, Activity, Opportunity, Quote
from stuurhut.crm.status import STATUSES, title_of
from stuurhut.kpi.words.money import Amount
from stuurhut.ui.numbers import NOTHING, money

WIDE = {"th": {"class": "wide-only"}, "td": {"class": "wide-only"}}
Exported = str | int | float | Decimal | date | datetime | None


class Column(tables.Column):  # type: ignore[misc]
    """A value of the record. Sorts by `by` with empty ones last, and equal ones always in the same order.

    `secondary` columns step aside on a phone.
    """

    def __init__(
        self, path: str, label: Any, *, by: tuple[str, ...] = (), secondary: bool = False, **options: Any
    ) -> None:
        attrs = options.pop("attrs", WIDE if secondary else {})
        super().__init__(accessor=path, verbose_name=label, default=NOTHING, attrs=attrs, **options)
        self.path = path
        self.by = by or (path.replace(".", "__"),)

    def order(self, records: QuerySet[Any], is_descending: bool) -> tuple[QuerySet[Any], bool]:
        way = "desc" if is_descending else "asc"
        return records.order_by(*(getattr(F(name), way)(nulls_last=True) for name in self.by), "pk"), True

    def exported(self, record: Any) -> dict[str, Exported]:
        """The cells of this column in an export, by heading."""
        value = A(self.path).resolve(record, quiet=True)
        plain = isinstance(value, int | float | Decimal | date) or value is None
        return {str(self.verbose_name): value if plain else str(value)}


class TitleColumn(Column):
    """What the record is called; opens its card."""

    def __init__(self, label: Any, kind: str, *, by: tuple[str, ...]) -> None:
        super().__init__("pk", label, by=by)
        self.kind = kind

    def render(self, record: Any) -> str:
        return format_html('<a href="{}">{}</a>', reverse(f"{self.kind}_card", args=[record.pk]), title_of(record))

    def exported(self, record: Any) -> dict[str, Exported]:
        return {"id": record.pk, str(self.verbose_name): title_of(record)}


class AccountColumn(Column):
    """The account, as a link to its card for those who may see it."""

    def __init__(self, *, secondary: bool = False) -> None:
        super().__init__("account", _("Account"), by=("account__name",), secondary=secondary)

    def render(self, value: Account, table: RecordTable) -> str:
        if value.pk not in table.accounts_that_open:
            return str(value)
        return format_html('<a href="{}">{}</a>', reverse("account_card", args=[value.pk]), value)


class ChoiceColumn(Column):
    """A value out of a list, in words."""

    def __init__(self, path: str, label: Any, words: dict[str, Any], **options: Any) -> None:
        super().__init__(path, label, **options)
        self.words = words

    def render(self, value: str) -> str:
        return str(self.words.get(value, value))

    def exported(self, record: Any) -> dict[str, Exported]:
        value = A(self.path).resolve(record, quiet=True)
        return {str(self.verbose_name): str(self.words.get(value, value)) if value else ""}


class StateColumn(ChoiceColumn):
    """A state in words with its shape: never by colour alone."""

    LOOKS = {
        "won": "good", "accepted": "good", "qualified": "good", "held": "good",
        "lost": "bad", "rejected": "bad", "no_show": "bad", "cancelled": "bad", "expired": "bad", "disqualified": "bad",
    }  # fmt: skip

    def render(self, value: str) -> str:
        look = self.LOOKS.get(value, "plain")
        return format_html('<span class="mark is-{}">{}</span>', look, self.words.get(value, value))


class DayColumn(Column):
    """A day, or the day of a moment; hours and minutes stand in the hint and in the export."""

    def __init__(self, path: str, label: Any, **options: Any) -> None:
        super().__init__(path, label, **options)

    def render(self, value: date | datetime) -> str:
        if isinstance(value, datetime):
            local = timezone.localtime(value)
            hint = date_format(local, "DATETIME_FORMAT")
            return format_html(
                '<time class="num" datetime="{}" title="{}">{}</time>', value.isoformat(), hint, short(local)
            )
        return format_html('<time class="num" datetime="{}">{}</time>', value.isoformat(), short(value))


class AmountColumn(Column):
    """An amount in its own currency; sorted by its worth in the base currency."""

    def __init__(self, label: Any) -> None:
        right = {"th": {"class": "num"}, "td": {"class": "num"}}
        super().__init__("amount_minor", label, by=("base_minor", "amount_minor"), attrs=right)

    def render(self, record: Any) -> str:
        amount = amount_of(record)
        return money(amount.value, amount.currency) if amount else NOTHING

    def exported(self, record: Any) -> dict[str, Exported]:
        amount = amount_of(record)
        return {
            str(self.verbose_name): amount.value if amount else None,
            str(_("Currency")): amount.currency if amount else "",
        }


def amount_of(record: Any) -> Amount | None:
    """The amount of an opportunity, quote or order in its own currency, None when it has none."""
    if record.amount_minor is None:
        return None
    return Amount.of_minor(record.amount_minor, record.currency or settings.CURRENCY)


def short(day: date | datetime) -> str:
    """21-11-2026, the way the language writes days in a table."""
    return date_format(day, "SHORT_DATE_FORMAT")


class RecordTable(tables.Table):  # type: ignore[misc]
    """A list of records. `accounts_that_open` are the accounts on this page whose card the reader may see."""

    accounts_that_open: frozenset[int] = frozenset()

    class Meta:
        attrs = {"class": "figures records"}
        template_name = "crm/table.html"
        order_by_field = "sort"


class LeadTable(RecordTable):
    lead = TitleColumn(_("Lead"), "lead", by=("company", "name"))
    status = StateColumn("status", _("Status"), STATUSES)
    source = Column("source", _("Source"), by=("source__name",), secondary=True)
    owner = Column("owner", _("Owner"), by=("owner__name",), secondary=True)
    team = Column("team", _("Team"), by=("team__name",), secondary=True)
    rating = Column("rating", _("Rating"), secondary=True)
    created = DayColumn("created_at", _("Created"))

    class Meta(RecordTable.Meta):
        order_by = "-created"


class AccountTable(RecordTable):
    account = TitleColumn(_("Account"), "account", by=("name",))
    kind = ChoiceColumn("kind", _("Kind"), dict(Account.Kind.choices))
    segment = Column("segment", _("Segment"), by=("segment__name",), secondary=True)
    industry = Column("industry", _("Industry"), by=("industry__name",), secondary=True)
    region = Column("region", _("Region"), by=("region__name",), secondary=True)
    city = Column("city", _("City"), secondary=True)
    owner = Column("owner", _("Owner"), by=("owner__name",), secondary=True)
    contact = DayColumn("last_contact_at", _("Last contact"))

    class Meta(RecordTable.Meta):
        order_by = "account"


class OpportunityTable(RecordTable):
    opportunity = TitleColumn(_("Opportunity"), "opportunity", by=("name",))
    account = AccountColumn(secondary=True)
    stage = Column("stage", _("Stage"), by=("stage__process_id", "stage__order"))
    outcome = StateColumn("outcome", _("Outcome"), dict(Opportunity.Outcome.choices), secondary=True)
    amount = AmountColumn(_("Amount"))
    owner = Column("owner", _("Owner"), by=("owner__name",), secondary=True)
    expected = DayColumn("expected_close_on", _("Expected close"), secondary=True)
    created = DayColumn("created_at", _("Created"), secondary=True)
    closed = DayColumn("closed_at", _("Closed"), secondary=True)

    class Meta(RecordTable.Meta):
        order_by = "-created"


class ActivityTable(RecordTable):
    activity = TitleColumn(_("Activity"), "activity", by=("kind", "subject"))
    state = StateColumn("state", _("State"), dict(Activity.State.choices), secondary=True)
    account = AccountColumn()
    outcome = ChoiceColumn("outcome", _("Outcome"), dict(Activity.Outcome.choices), secondary=True)
    owner = Column("owner", _("Owner"), by=("owner__name",), secondary=True)
    minutes = Column("minutes", _("Minutes"), secondary=True)
    day = DayColumn("moment", _("When"))

    class Meta(RecordTable.Meta):
        order_by = "-day"


class QuoteTable(RecordTable):
    quote = TitleColumn(_("Quote"), "quote", by=("number",))
    account = AccountColumn()
    state = StateColumn("state", _("State"), dict(Quote.State.choices), secondary=True)
    amount = AmountColumn(_("Amount"))
    owner = Column("owner", _("Owner"), by=("owner__name",), secondary=True)
    sent = DayColumn("sent_at", _("Sent"), secondary=True)
    decided = DayColumn("decided_at", _("Decided"), secondary=True)
    valid = DayColumn("valid_until", _("Valid until"), secondary=True)

    class Meta(RecordTable.Meta):
        order_by = "-sent"


class OrderTable(RecordTable):
    order = TitleColumn(_("Order"), "order", by=("number",))
    account = AccountColumn()
    amount = AmountColumn(_("Amount"))
    owner = Column("owner", _("Owner"), by=("owner__name",), secondary=True)
    ordered = DayColumn("ordered_at", _("Ordered"))
    cancelled = DayColumn("cancelled_at", _("Cancelled"), secondary=True)
    credited = DayColumn("credited_at", _("Credited"), secondary=True)

    class Meta(RecordTable.Meta):
        order_by = "-ordered"
