"""What records are sorted by: sources, stages, products, rates."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stuurhut.people.fields import MinorUnitsField
from stuurhut.people.records import Recorded


class Named(Recorded):
    """A name to sort by."""

    name = models.CharField(_("name"), max_length=200)

    class Meta(Recorded.Meta):
        abstract = True
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Source(Named):
    """Where a lead came from: website, fair, list."""


class Strategy(Named):
    """How we sell: inbound, outbound, referral, partner."""


class Industry(Named):
    """The trade an account is in."""


class Segment(Named):
    """The class an account is served in."""


class Region(Named):
    """The part of the market an account lies in."""


class LossReason(Named):
    """Why an opportunity was lost."""


class ProductGroup(Named):
    """A family of products."""


class Product(Named):
    """What is sold. The list price is in the organisation's base currency."""

    group = models.ForeignKey(ProductGroup, null=True, blank=True, on_delete=models.PROTECT, related_name="products")
    list_price_minor = MinorUnitsField(_("list price"))


class Process(Named):
    """A sales process: an ordered list of stages."""


class Stage(Named):
    """A step of a sales process."""

    class Kind(models.TextChoices):
        OPEN = "open", _("open")
        WON = "won", _("won")
        LOST = "lost", _("lost")

    process = models.ForeignKey(Process, on_delete=models.CASCADE, related_name="stages")
    order = models.PositiveIntegerField(_("order"), default=0)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices, default=Kind.OPEN)
    qualified = models.BooleanField(_("counts as qualified"), default=True)

    class Meta(Named.Meta):
        ordering = ["process_id", "order"]


class StageProbability(Recorded):
    """The probability of a stage from a day on; the latest day before the peildatum holds."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="probabilities")
    probability = models.FloatField(_("probability"))
    starts_on = models.DateField(_("from"))

    class Meta(Recorded.Meta):
        constraints = [
            *Recorded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(probability__gte=0) & Q(probability__lte=1), name="crm_probability_in_0_1"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.probability} from {self.starts_on}"


class ExchangeRate(Recorded):
    """One unit of `currency` in the base currency, from this day on (text decimal: exact)."""

    currency = models.CharField(_("currency"), max_length=3)
    day = models.DateField(_("day"))
    rate = models.CharField(_("rate"), max_length=30)

    class Meta(Recorded.Meta):
        constraints = [
            *Recorded.Meta.constraints,
            models.UniqueConstraint(fields=["currency", "day"], name="crm_one_rate_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.day} {self.rate}"
