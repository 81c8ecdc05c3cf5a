"""What we remember of goals: every version of every goal, and what was reached when a period was closed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stuurhut.people.models import Person, Team, User
from stuurhut.people.records import Recorded

FOR_ONE = (Q(person__isnull=True) & Q(team__isnull=False)) | (Q(person__isnull=False) & Q(team__isnull=True))


class Target(Recorded):
    """A goal for one KPI, for a person or a team, in a period [starts_on, until). The highest version holds.

    A version without value takes the goal away from the moment it was set on.
    """

    kpi = models.CharField(_("KPI"), max_length=60)
    filter = models.JSONField(
        _("filter"), default=dict, blank=True, help_text=_("dimension to value, as in the question")
    )
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE, related_name="targets")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="targets")
    starts_on = models.DateField(_("from"))
    until = models.DateField(_("until"))
    value = models.CharField(
        _("value"), max_length=40, help_text=_("a decimal as text; money in whole units of the currency")
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    set_at = models.DateTimeField(default=timezone.now)
    set_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    formation_fte = models.FloatField(_("formation it was set on (FTE)"), null=True, blank=True)

    class Meta(Recorded.Meta):
        constraints = [
            *Recorded.Meta.constraints,
            models.CheckConstraint(condition=FOR_ONE, name="targets_target_for_one"),
            models.CheckConstraint(condition=Q(until__gt=F("starts_on")), name="targets_target_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.kpi} {self.starts_on} {self.value}"


class Closing(models.Model):
    """A period [starts_on, until) that was closed, once: its goals stand, and what was reached is written down.

    `closed_by` is null when the worker did it.
    """

    starts_on = models.DateField(_("from"))
    until = models.DateField(_("until"))
    closed_at = models.DateTimeField(default=timezone.now)
    closed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["starts_on", "until"], name="targets_closing_once"),
            models.CheckConstraint(condition=Q(until__gt=F("starts_on")), name="targets_closing_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} to {self.until}"


class ClosedGoal(models.Model):
    """What a holder had to reach in a closed period and had reached, as known at the closing. Append-only.

    Numbers are decimals as text, in the KPI's unit; money in whole units of the currency. Nothing where there was
    nothing to divide.
    """

    closing = models.ForeignKey(Closing, on_delete=models.CASCADE, related_name="goals")
    kpi = models.CharField(_("KPI"), max_length=60)
    filter = models.JSONField(_("filter"), default=dict, blank=True)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    target = models.CharField(max_length=40)
    realised = models.CharField(max_length=40, null=True, blank=True)
    attainment = models.FloatField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=FOR_ONE, name="targets_closedgoal_for_one")]

    def __str__(self) -> str:
        return f"{self.kpi} {self.target}"
