"""What we remember of imports: each run, the rows it refused, and how files with known headers are mapped."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stuurhut.people.models import Intake, User


class ImportRun(models.Model):
    """How one intake of files went. `process` is machine and process id of who works on it, empty when nobody does.

    Until it is imported `files` are the names of the uploaded files and `report` is that of the last check.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("being prepared")
        CHECKING = "checking", _("being checked")
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        COMPLETE = "complete", _("complete")
        FAILED = "failed", _("failed")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")

    intake = models.OneToOneField(Intake, on_delete=models.CASCADE, related_name="run")
    files = models.JSONField(_("files"), default=list)
    mapping = models.TextField(_("mapping"), blank=True, default="")
    fingerprint = models.CharField(max_length=64, blank=True, default="")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_done = models.PositiveIntegerField(_("rows done"), default=0)
    rejected = models.PositiveIntegerField(_("rejected rows"), default=0)
    report = models.JSONField(_("report"), default=dict)
    error = models.TextField(_("error"), blank=True, default="")
    process = models.CharField(max_length=200, blank=True, default="")
    seen_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"import {self.intake_id}"


class RejectedRow(models.Model):
    """A row that did not come in: where it stands, why, what would mend it, and its cells."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rejected_rows")
    file = models.CharField(_("file"), max_length=300)
    line = models.PositiveIntegerField(_("line"))
    column = models.CharField(_("column"), max_length=300, blank=True, default="")
    value = models.TextField(_("value"), blank=True, default="")
    reason = models.TextField(_("reason"))
    remedy = models.TextField(_("remedy"))
    cells = models.JSONField(_("cells"), default=dict)

    class Meta:
        indexes = [models.Index(fields=["run", "file", "line"], name="connect_rejected_place")]

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.reason}"


class SavedMapping(models.Model):
    """A mapping to use again for files with the same headers."""

    name = models.CharField(_("name"), max_length=200)
    signature = models.CharField(max_length=64, unique=True)
    mapping = models.TextField(_("mapping"))
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name
