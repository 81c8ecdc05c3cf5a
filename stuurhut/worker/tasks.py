"""The queue: a worker takes a task, ends it or puts it back, and gives those of dead workers to the living."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import ngettext
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from stuurhut.worker import heart
from stuurhut.worker.models import Process

ATTEMPTS = 5
READY, RUNNING = TaskResultStatus.READY, TaskResultStatus.RUNNING
log = logging.getLogger("stuurhut.worker")

Task = DBTaskResult[Any, Any]


class Later(Exception):
    """Raised by a task that cannot be done yet: it waits again, and this counts as no attempt."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(wait)
        self.wait = wait


class Interrupted(BaseException):
    """The worker has to go in the middle of a task, which another will do again."""


class GivenUp(Exception):
    """A task during which worker after worker was stopped."""


def claim(worker: str) -> Task | None:
    """Takes the next task that waits, or None. Of workers that ask at once, each gets another."""
    if not DBTaskResult.objects.ready().exists():  # without it, an idle worker would take SQLite's write lock
        return None
    with transaction.atomic():
        task = DBTaskResult.objects.ready().get_locked()
        if task is not None:
            task.claim(worker)
    return task


def put_back(task: Task, wait: timedelta = timedelta()) -> None:
    """A task that was begun waits again, as if it had not been."""
    later = timezone.now() + wait if wait else get_date_max()  # the latter means: at once
    own = DBTaskResult.objects.filter(pk=task.pk, status=RUNNING, worker_ids=task.worker_ids)
    own.update(status=READY, run_after=later, worker_ids=task.worker_ids[:-1])


def finish(task: Task, outcome: Any, error: BaseException | None = None) -> bool:
    """Notes how a task ended. False when it was given to another worker meanwhile."""
    with transaction.atomic():
        own = DBTaskResult.objects.select_for_update().filter(pk=task.pk, status=RUNNING, worker_ids=task.worker_ids)
        if not own.exists():
            return False
        if error is None:
            task.set_successful(outcome)
        else:
            task.set_failed(error)
    return True


def free_those_of_the_dead() -> int:
    """Tasks of workers that fell silent wait again, but for those begun too often. Returns how many."""
    fallen = [name for name, quiet in heart.silence().items() if quiet >= heart.LEASE]
    if fallen:
        Process.objects.filter(pk__in=fallen).delete()  # one that lives after all sees it, and stops
    rows = DBTaskResult.objects.running().values_list("pk", "worker_ids")
    living = heart.alive() if rows else set()
    return sum(_free(pk) for pk, workers in rows if not living.intersection(workers[-1:]))


@transaction.atomic
def _free(pk: Any) -> bool:
    task = DBTaskResult.objects.running().filter(pk=pk).get_locked()
    if task is None or heart.alive().intersection(task.worker_ids[-1:]):
        return False
    if len(task.worker_ids) >= ATTEMPTS:
        sentence = ngettext(
            "The worker was stopped while it was at this, %(n)s time; it is not tried again.",
            "The worker was stopped while it was at this, %(n)s times; it is not tried again.",
            len(task.worker_ids),
        )
        task.set_failed(GivenUp(sentence % {"n": len(task.worker_ids)}))
        log.error("%s: %s", task.task_name, sentence % {"n": len(task.worker_ids)})
        return False
    DBTaskResult.objects.filter(pk=pk).update(status=READY)
    return True
