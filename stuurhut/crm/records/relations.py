"""Accounts, the people there, and what makes some of them top relations."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from stuurhut.crm.records.settings import Industry, ProductGroup, Region, Segment
from stuurhut.people.fields import MinorUnitsField
from stuurhut.people.models import Person, Team, User
from stuurhut.people.records import Recorded


class Account(Recorded):
    """A company we sell to or want to sell to."""

    class Kind(models.TextChoices):
        CUSTOMER = "customer", _("customer")
        PROSPECT = "prospect", _("prospect")

    name = models.CharField(_("name"), max_length=300)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.PROSPECT)
    industry = models.ForeignKey(Industry, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    segment = models.ForeignKey(Segment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="accounts")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="subsidiaries")
    potential_minor = MinorUnitsField(_("potential a year"))
    city = models.CharField(_("city"), max_length=200, blank=True, default="")
    country = models.CharField(_("country"), max_length=100, blank=True, default="")
    website = models.CharField(_("website"), max_length=300, blank=True, default="")
    phone = models.CharField(_("phone"), max_length=60, blank=True, default="")
    created_at = models.DateTimeField(_("created"), null=True, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta(Recorded.Meta):
        indexes = [models.Index(fields=["name"], name="crm_account_name")]

    def __str__(self) -> str:
        return self.name


class TopRelation(Recorded):
    """The time in which an account is a top relation: it can contribute more than average."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="top_relation")
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta(Recorded.Meta):
        constraints = [
            *Recorded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="crm_top_relation_ends_after"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} since {self.since}"


class SupplierShare(Recorded):
    """From whom an account buys a product group now, and which share."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="supplier_shares")
    product_group = models.ForeignKey(ProductGroup, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    supplier = models.CharField(_("supplier"), max_length=200)
    share = models.FloatField(_("share"))

    class Meta(Recorded.Meta):
        constraints = [
            *Recorded.Meta.constraints,
            models.CheckConstraint(condition=Q(share__gte=0) & Q(share__lte=1), name="crm_supplier_share_in_0_1"),
        ]

    def __str__(self) -> str:
        return f"{self.supplier} {self.share}"


class Spend(Recorded):
    """What an account spends with everyone in a year, and in how many orders."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="spends")
    year = models.PositiveIntegerField(_("year"))
    amount_minor = MinorUnitsField(_("spend"))
    order_volume = models.PositiveIntegerField(_("orders"), null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.account} {self.year}"


class Contact(Recorded):
    """A person at an account and the part he or she has in a decision."""

    class Role(models.TextChoices):
        DECIDER = "decider", _("decider")
        INFLUENCER = "influencer", _("influencer")
        BUYER = "buyer", _("buyer")
        USER = "user", _("user")
        GATEKEEPER = "gatekeeper", _("gatekeeper")

    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=200)
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, blank=True, default="")
    is_right_contact = models.BooleanField(_("the right contact"), default=False)
    email = models.CharField(_("e-mail"), max_length=200, blank=True, default="")
    phone = models.CharField(_("phone"), max_length=60, blank=True, default="")
    created_at = models.DateTimeField(_("created"), null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class BuyingPhase(Recorded):
    """Where an account stands in buying, 1 no interest to 5 order, from a moment on."""

    class Phase(models.IntegerChoices):
        NO_INTEREST = 1, _("no interest")
        ORIENTING = 2, _("orienting")
        INTEREST = 3, _("interest")
        QUOTATION = 4, _("quotation")
        ORDER = 5, _("order")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="buying_phases")
    phase = models.PositiveSmallIntegerField(_("phase"), choices=Phase.choices)
    since = models.DateTimeField(_("since"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    note = models.TextField(_("note"), blank=True, default="")

    class Meta(Recorded.Meta):
        constraints = [
            *Recorded.Meta.constraints,
            models.CheckConstraint(condition=Q(phase__gte=1) & Q(phase__lte=5), name="crm_phase_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.get_phase_display()}"


class PainGain(Recorded):
    """A problem to solve (pain) or a chance to use (gain) at an account."""

    class Kind(models.TextChoices):
        PAIN = "pain", _("pain")
        GAIN = "gain", _("gain")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="pains_gains")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices)
    statement = models.TextField(_("statement"))
    weight = models.PositiveSmallIntegerField(_("weight"), default=1)
    found_at = models.DateTimeField(_("found"), null=True, blank=True)
    addressed_at = models.DateTimeField(_("addressed"), null=True, blank=True)
    opportunities = models.ManyToManyField("crm.Opportunity", blank=True, related_name="pains_gains")

    def __str__(self) -> str:
        return self.statement
