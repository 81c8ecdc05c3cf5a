"""Leads that come in and the activities that sellers do."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stuurhut.crm.records.relations import Account, Contact
from stuurhut.crm.records.settings import Industry, Product, Source, Strategy
from stuurhut.people.models import Person, Team, User
from stuurhut.people.records import Recorded


class Lead(Recorded):
    """Someone who may want to buy, before it is a qualified opportunity."""

    class Reason(models.TextChoices):
        NO_NEED = "no_need", _("no need")
        NO_BUDGET = "no_budget", _("no budget")
        NO_ANSWER = "no_answer", _("does not answer")
        COMPETITOR = "competitor", _("chose a competitor")
        NOT_OUR_MARKET = "not_our_market", _("not our market")
        SPAM = "spam", _("spam")
        DUPLICATE = "duplicate", _("duplicate")
        OTHER = "other", _("other")

    name = models.CharField(_("name"), max_length=300, blank=True, default="")
    company = models.CharField(_("company"), max_length=300, blank=True, default="")
    email = models.CharField(_("e-mail"), max_length=200, blank=True, default="")
    phone = models.CharField(_("phone"), max_length=60, blank=True, default="")
    created_at = models.DateTimeField(_("created"), null=True, blank=True)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    strategy = models.ForeignKey(Strategy, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="leads")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    industry = models.ForeignKey(Industry, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="leads")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="leads")
    contacted_at = models.DateTimeField(_("contacted"), null=True, blank=True)
    qualified_at = models.DateTimeField(_("qualified"), null=True, blank=True)
    disqualified_at = models.DateTimeField(_("disqualified"), null=True, blank=True)
    disqualified_reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices, blank=True, default="")
    rating = models.PositiveSmallIntegerField(_("rating by the seller"), null=True, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta(Recorded.Meta):
        indexes = [models.Index(fields=["created_at"], name="crm_lead_created")]
        constraints = [
            *Recorded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | (Q(rating__gte=1) & Q(rating__lte=5)), name="crm_lead_rating_1_to_5"
            ),
        ]

    def __str__(self) -> str:
        return self.company or self.name or f"lead {self.pk}"


class LeadAssignment(Recorded):
    """A lead given to a person; the seller's clock starts here. Append-only."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="assignments")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    assigned_at = models.DateTimeField(_("assigned"))
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"lead {self.lead_id} to {self.person}"


class Activity(Recorded):
    """Something a seller did or will do with a customer."""

    class Kind(models.TextChoices):
        CALL = "call", _("call")
        VISIT = "visit", _("visit")
        MEETING = "meeting", _("meeting")
        VIDEO = "video", _("video call")
        DEMO = "demo", _("demo")
        EMAIL = "email", _("e-mail")
        EVENT = "event", _("event")
        OTHER = "other", _("other")

    class Direction(models.TextChoices):
        OUT = "out", _("outbound")
        IN = "in", _("inbound")

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        HELD = "held", _("held")
        CANCELLED = "cancelled", _("cancelled")
        NO_SHOW = "no_show", _("no-show")

    class Outcome(models.TextChoices):
        REACHED = "reached", _("reached")
        NOT_REACHED = "not_reached", _("not reached")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    direction = models.CharField(_("direction"), max_length=3, choices=Direction.choices, default=Direction.OUT)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.HELD)
    outcome = models.CharField(_("outcome of the call"), max_length=12, choices=Outcome.choices, blank=True, default="")
    subject = models.CharField(_("subject"), max_length=300, blank=True, default="")
    note = models.TextField(_("note"), blank=True, default="")
    planned_for = models.DateTimeField(_("planned for"), null=True, blank=True)
    occurred_at = models.DateTimeField(_("occurred"), null=True, blank=True)
    minutes = models.PositiveIntegerField(_("minutes"), null=True, blank=True)
    owner = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="activities")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="activities")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="activities")
    lead = models.ForeignKey(Lead, null=True, blank=True, on_delete=models.SET_NULL, related_name="activities")
    opportunity = models.ForeignKey(
        "crm.Opportunity", null=True, blank=True, on_delete=models.SET_NULL, related_name="activities"
    )
    benefit_named = models.BooleanField(_("benefit for the customer named when making it"), null=True, blank=True)
    customer_prepared = models.BooleanField(_("customer had prepared"), null=True, blank=True)
    advice_given = models.BooleanField(_("advice given that helps the customer"), null=True, blank=True)
    proposal_asked = models.BooleanField(_("customer asked for a proposal"), null=True, blank=True)

    class Meta(Recorded.Meta):
        verbose_name_plural = "activities"
        indexes = [models.Index(fields=["occurred_at"], name="crm_activity_occurred")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject}"


class ActivityLink(models.Model):
    """A further account, contact, lead or opportunity that an activity was about."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="links")
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    lead = models.ForeignKey(Lead, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    opportunity = models.ForeignKey(
        "crm.Opportunity", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )

    def __str__(self) -> str:
        return f"link of activity {self.activity_id}"
