"""Opportunities, quotes and orders.

Every amount stands twice: in its own currency (`amount_minor`, `currency`) and in the base currency
(`base_minor`) at the rate of the day it was set, or of the day of closing once closed. Numbers use the second.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stuurhut.crm.records.relations import Account, Contact
from stuurhut.crm.records.settings import LossReason, Product, Source, Stage, Strategy
from stuurhut.crm.records.work import Lead
from stuurhut.people.fields import MinorUnitsField
from stuurhut.people.models import Intake, Person, Team, User
from stuurhut.people.records import Recorded


class Valued(models.Model):
    """An amount excluding VAT, in its own currency and in the base currency."""

    amount_minor = MinorUnitsField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    base_minor = MinorUnitsField(_("amount in the base currency"))

    class Meta:
        abstract = True


class Opportunity(Recorded, Valued):
    """A chance on a sale. Outcome and closing moment follow from the stage and stand here for the lists."""

    class Outcome(models.TextChoices):
        OPEN = "open", _("open")
        WON = "won", _("won")
        LOST = "lost", _("lost")

    name = models.CharField(_("name"), max_length=300, blank=True, default="")
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="opportunities")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    lead = models.ForeignKey(Lead, null=True, blank=True, on_delete=models.SET_NULL, related_name="opportunities")
    owner = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="opportunities")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    strategy = models.ForeignKey(Strategy, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="opportunities")
    created_at = models.DateTimeField(_("created"), null=True, blank=True)
    expected_close_on = models.DateField(_("expected close"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=4, choices=Outcome.choices, default=Outcome.OPEN)
    loss_reason = models.ForeignKey(LossReason, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta(Recorded.Meta):
        verbose_name_plural = "opportunities"
        indexes = [
            models.Index(fields=["created_at"], name="crm_opp_created"),
            models.Index(fields=["closed_at"], name="crm_opp_closed"),
        ]

    def __str__(self) -> str:
        return self.name or f"opportunity {self.pk}"


class Line(Valued):
    """A product on an opportunity, quote or order."""

    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    quantity = models.FloatField(_("quantity"), default=1)
    margin_minor = MinorUnitsField(_("margin in the base currency"))
    intake = models.ForeignKey(Intake, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class OpportunityLine(Line):
    """A product on an opportunity."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="lines")

    def __str__(self) -> str:
        return f"{self.product} on opportunity {self.opportunity_id}"


class StageChange(models.Model):
    """An opportunity that entered a stage. The first entry has no `from_stage`. Append-only."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="stage_changes")
    from_stage = models.ForeignKey(Stage, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    to_stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    intake = models.ForeignKey(Intake, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"opportunity {self.opportunity_id} to {self.to_stage}"


class Quote(Recorded, Valued):
    """A quotation sent to an account."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SENT = "sent", _("sent")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")
        EXPIRED = "expired", _("expired")

    number = models.CharField(_("number"), max_length=60, blank=True, default="")
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="quotes")
    owner = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="quotes")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    opportunity = models.ForeignKey(
        Opportunity, null=True, blank=True, on_delete=models.SET_NULL, related_name="quotes"
    )
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.SENT)

    def __str__(self) -> str:
        return self.number or f"quote {self.pk}"


class QuoteLine(Line):
    """A product on a quote."""

    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="lines")

    def __str__(self) -> str:
        return f"{self.product} on quote {self.quote_id}"


class Order(Recorded, Valued):
    """An order placed by an account."""

    number = models.CharField(_("number"), max_length=60, blank=True, default="")
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="orders")
    owner = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="orders")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    opportunity = models.ForeignKey(
        Opportunity, null=True, blank=True, on_delete=models.SET_NULL, related_name="orders"
    )
    ordered_at = models.DateTimeField(_("ordered"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    credited_at = models.DateTimeField(_("credited"), null=True, blank=True)
    margin_minor = MinorUnitsField(_("margin in the base currency"))

    class Meta(Recorded.Meta):
        indexes = [models.Index(fields=["ordered_at"], name="crm_order_ordered")]

    def __str__(self) -> str:
        return self.number or f"order {self.pk}"


class OrderLine(Line):
    """A product on an order."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")

    def __str__(self) -> str:
        return f"{self.product} on order {self.order_id}"


class Credit(Recorded):
    """A person's share in a deal, in ten-thousandths. The shares of one deal add to 10,000; none means the owner."""

    opportunity = models.ForeignKey(
        Opportunity, null=True, blank=True, on_delete=models.CASCADE, related_name="credits"
    )
    order = models.ForeignKey(Order, null=True, blank=True, on_delete=models.CASCADE, related_name="credits")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="credits")
    share = models.PositiveIntegerField(_("share (ten-thousandths)"))

    class Meta(Recorded.Meta):
        constraints = [
            *Recorded.Meta.constraints,
            models.CheckConstraint(
                condition=(Q(opportunity__isnull=True) & Q(order__isnull=False))
                | (Q(opportunity__isnull=False) & Q(order__isnull=True)),
                name="crm_credit_for_one_deal",
            ),
            models.CheckConstraint(condition=Q(share__gte=1) & Q(share__lte=10000), name="crm_credit_share_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.share / 100} %"
