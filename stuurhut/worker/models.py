"""What we remember of workers and of work that comes back; the queue itself is `django_tasks_db`'s table."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Process(models.Model):
    """A process that works on something. While its heart beats, what it works on is its own.

    `seen_at` is of the database's clock, so that machines need not agree on the time.
    """

    class Does(models.TextChoices):
        WORKER = "worker"
        IMPORT = "import"

    name = models.CharField(max_length=64, primary_key=True)
    does = models.CharField(max_length=10, choices=Does.choices)
    seen_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.does} {self.name}"


class Turn(models.Model):
    """When a job that comes back is due again."""

    name = models.CharField(max_length=60, primary_key=True)
    due_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.due_at}"
