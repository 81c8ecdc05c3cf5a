"""Work that comes back: what is due is put in the queue once, however many workers look at the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from stuurhut.worker.models import Turn
from stuurhut.worker.tasks import READY, RUNNING


@dataclass(frozen=True)
class Every:
    """Again and again, so long after the turn before; the first time at once."""

    span: timedelta

    def first(self, now: datetime, _zone: ZoneInfo) -> datetime:
        return now

    def after(self, now: datetime, _zone: ZoneInfo) -> datetime:
        return now + self.span


@dataclass(frozen=True)
class Daily:
    """Once a day at this time on the organisation's clock; an hour that summer time leaves out is an hour later."""

    at: time

    def first(self, now: datetime, zone: ZoneInfo) -> datetime:
        return self.after(now, zone)

    def after(self, now: datetime, zone: ZoneInfo) -> datetime:
        today = now.astimezone(zone).date()
        moments = (datetime.combine(today + timedelta(days=n), self.at, zone).astimezone(UTC) for n in range(3))
        return next(moment for moment in moments if moment > now)


@dataclass(frozen=True)
class Weekly:
    """Once a week on this day (ISO: 1 is Monday), at this time on the organisation's clock."""

    weekday: int
    at: time

    def first(self, now: datetime, zone: ZoneInfo) -> datetime:
        return self.after(now, zone)

    def after(self, now: datetime, zone: ZoneInfo) -> datetime:
        moment = Daily(self.at).after(now, zone)
        while moment.astimezone(zone).isoweekday() != self.weekday:
            moment = Daily(self.at).after(moment, zone)
        return moment


@dataclass(frozen=True)
class Recurring:
    """A task without arguments, and when it comes back."""

    name: str
    when: Every | Daily | Weekly
    task: Task[[], Any]


def registered() -> Sequence[Recurring]:
    """What comes back, as the settings name it."""
    found: Sequence[Recurring] = import_string(settings.RECURRING)
    return found


def tick(jobs: Sequence[Recurring], now: datetime) -> list[str]:
    """Puts what is due in the queue; a turn that was missed is made up for once. Returns the names."""
    zone = ZoneInfo(settings.TIME_ZONE)
    due = dict(Turn.objects.values_list("name", "due_at"))
    new = [Turn(name=job.name, due_at=job.when.first(now, zone)) for job in jobs if job.name not in due]
    if new:
        Turn.objects.bulk_create(new, ignore_conflicts=True)
        due |= {turn.name: turn.due_at for turn in new}
    return [job.name for job in jobs if due[job.name] <= now and _take_turn(job, due[job.name], now, zone)]


@transaction.atomic
def _take_turn(job: Recurring, due_at: datetime, now: datetime, zone: ZoneInfo) -> bool:
    turn = Turn.objects.filter(name=job.name, due_at=due_at)  # another worker may have moved it
    if not turn.update(due_at=job.when.after(now, zone)):
        return False
    if DBTaskResult.objects.filter(task_path=job.task.module_path, status__in=(READY, RUNNING)).exists():
        return False
    job.task.enqueue()
    return True
