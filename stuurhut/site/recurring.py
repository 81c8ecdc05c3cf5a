"""The work that comes back by itself, as a list one can read."""

from __future__ import annotations

from datetime import time, timedelta
from importlib import import_module

from django.conf import settings
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from stuurhut import replica
from stuurhut.cockpit.jobs import send_monday_mail
from stuurhut.connect.jobs import tend_imports
from stuurhut.targets.jobs import close_periods
from stuurhut.worker.clock import Daily, Every, Recurring, Weekly

DONE_KEPT = timedelta(days=1)
FAILED_KEPT = timedelta(days=30)


@task()
def clear_sessions() -> None:
    """Removes sign-ins that ran out."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


@task()
def forget_tasks() -> None:
    """Removes tasks that ended a while ago; failed ones stay longer, for whoever looks for the cause."""
    now, tasks = timezone.now(), DBTaskResult.objects
    tasks.successful().filter(finished_at__lt=now - DONE_KEPT).delete()
    tasks.failed().filter(finished_at__lt=now - FAILED_KEPT).delete()


@task()
def tend_copy() -> None:
    """Keeps the change feed short, and a snapshot from which a process starts at once."""
    replica.tend()


RECURRING = (
    Recurring("copy", Every(timedelta(minutes=5)), tend_copy),
    Recurring("imports", Every(timedelta(minutes=1)), tend_imports),
    Recurring("closing", Daily(time(2, 40)), close_periods),
    Recurring("sessions", Daily(time(3, 10)), clear_sessions),
    Recurring("monday mail", Weekly(1, time(7, 30)), send_monday_mail),
    Recurring("tasks", Every(timedelta(hours=6)), forget_tasks),
)
