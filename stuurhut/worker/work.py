"""What a worker does all day: look at the clock, take the next task, do it, and leave tidily when told to."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any, cast

from django.db import close_old_connections, connections
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks.base import TaskContext, TaskResult
from django_tasks.signals import task_finished, task_started

from stuurhut.worker import tasks
from stuurhut.worker.clock import Recurring, tick
from stuurhut.worker.heart import Heart, beating
from stuurhut.worker.models import Process

POLL_SECONDS = 1.0
GRACE_SECONDS = 6.0  # what a task may still take once the worker was told to stop
TOLD_AFTER = 1.0  # seconds; the many tasks that take less are not worth a line
log = logging.getLogger("stuurhut.worker")


class Worker:
    """One worker; `run` returns once it is told to stop."""

    def __init__(self, jobs: Sequence[Recurring]) -> None:
        self.jobs = jobs
        self.leaving = threading.Event()
        self._in_task = False

    def run(self) -> None:
        """Works until told to stop. A task that does not end in time is put back."""
        with self._told_by_signals(), beating(Process.Does.WORKER) as heart:
            assert heart is not None, "a worker does not work inside a transaction"
            while not self.leaving.is_set():
                close_old_connections()
                if not self._one(heart):
                    self.leaving.wait(POLL_SECONDS)

    def run_waiting(self) -> int:
        """Does what waits now, and returns how many tasks that were; for tests and for trying things."""
        done = 0
        with beating(Process.Does.WORKER) as heart:
            while heart is not None and self._one(heart):
                done += 1
        return done

    def _one(self, heart: Heart) -> bool:
        """Looks at the clock and does one task. False when there was none, or when it is time to leave."""
        tick(self.jobs, timezone.now())
        if heart.on_time >= 2:  # just woken, it would take those for dead that woke with it
            tasks.free_those_of_the_dead()
        task = tasks.claim(heart.name)
        if task is None:
            return False
        try:
            self._do(task)
        except tasks.Interrupted:
            connections.close_all()  # whatever it was in the middle of is rolled back
            tasks.put_back(task)
            log.info(_("%(task)s is put back; another worker goes on with it."), {"task": task.task_name})
            return False
        return True

    def _do(self, task: tasks.Task) -> None:
        began = time.monotonic()
        outcome, error = None, None
        try:
            self._in_task = True
            outcome = _called(task)
        except tasks.Later as later:
            self._in_task = False
            tasks.put_back(task, later.wait)
            return
        except Exception as problem:
            log.exception("%s", task.task_path)
            error = problem
        finally:
            self._in_task = False
        if tasks.finish(task, outcome, error):
            task_finished.send(sender=type(task.task.get_backend()), task_result=task.task_result)
        if (seconds := time.monotonic() - began) > TOLD_AFTER and error is None:
            log.info(_("%(task)s took %(seconds).1f seconds."), {"task": task.task_name, "seconds": seconds})

    @contextmanager
    def _told_by_signals(self) -> Iterator[None]:
        wanted = {signal.SIGTERM: self._leave, signal.SIGINT: self._leave, signal.SIGALRM: self._interrupt}
        before = {number: signal.signal(number, handler) for number, handler in wanted.items()}
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _leave(self, _number: int, _frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0.01 if self.leaving.is_set() else GRACE_SECONDS)
        self.leaving.set()

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if self._in_task:
            raise tasks.Interrupted


def _called(task: tasks.Task) -> Any:
    job, told = task.task, task.task_result
    task_started.send(sender=type(job.get_backend()), task_result=told)
    context = (TaskContext(task_result=cast(TaskResult[Any], told)),) if job.takes_context else ()
    return job.call(*context, *told.args, **told.kwargs)
