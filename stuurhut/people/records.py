"""What every record carries: where it came from, when it was recorded, and by which intake."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Origin(models.Model):
    """A record's place in the system it came from; empty when it was typed here."""

    system = models.CharField(max_length=60, blank=True, default="")
    system_key = models.CharField(max_length=200, blank=True, default="")
    intake = models.ForeignKey("people.Intake", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["system", "system_key"],
                condition=~Q(system=""),
                name="%(app_label)s_%(class)s_one_per_system_key",
            )
        ]


class Recorded(Origin):
    """A record that people may delete by mistake, so that deleting can be undone."""

    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta(Origin.Meta):
        abstract = True
