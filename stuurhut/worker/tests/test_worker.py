"""A task is done once, by whoever is there; a clock puts work in the queue that comes back."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from time import sleep
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone, translation
from django_tasks import task
from django_tasks_db.models import DBTaskResult
from hypothesis import given
from hypothesis import strategies as st

from stuurhut.worker import tasks
from stuurhut.worker.clock import Daily, Every, Recurring, tick
from stuurhut.worker.heart import LEASE, alive, beating, this_process
from stuurhut.worker.models import Process, Turn
from stuurhut.worker.work import Worker

pytestmark = pytest.mark.django_db(transaction=True)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
WORKER = Process.Does.WORKER
DONE: list[Any] = []


@pytest.fixture(autouse=True)
def _nothing_done() -> Iterator[None]:
    DONE.clear()
    with translation.override("en"):
        yield


@task()
def note(what: str) -> None:
    DONE.append(what)


@task()
def stumble() -> None:
    raise ValueError("over its own feet")


@task(takes_context=True)
def not_before_the_second_time(context: Any) -> None:
    DONE.append(context.attempt)
    if len(DONE) < 2:
        raise tasks.Later(timedelta(microseconds=1))


@task()
def tidy() -> None:
    DONE.append("tidied")


@task()
def dawdle() -> None:
    """Is told to leave while it is busy; and then again, by somebody without patience."""
    for _ in range(2):
        os.kill(os.getpid(), signal.SIGTERM)
    sleep(60)
    DONE.append("dawdled")


@task()
def hurry() -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    DONE.append("done in time")


def status() -> list[str]:
    return list(DBTaskResult.objects.order_by("enqueued_at").values_list("status", flat=True))


def begun_by(worker: str, *, quiet: timedelta = timedelta()) -> tasks.Task:
    """A task at which a worker is, that was last heard of so long ago."""
    Process.objects.create(name=worker, does=WORKER)
    Process.objects.filter(pk=worker).update(seen_at=F("seen_at") - quiet)
    found = tasks.claim(worker)
    assert found is not None
    return found


def test_what_waits_is_done_in_its_order_and_a_failure_does_not_stop_the_others() -> None:
    note.enqueue("one")
    stumble.enqueue()
    note.enqueue("two")
    assert Worker([]).run_waiting() == 3
    assert (DONE, status()) == (["one", "two"], ["SUCCESSFUL", "FAILED", "SUCCESSFUL"])
    assert "over its own feet" in DBTaskResult.objects.failed().get().traceback


def test_a_task_of_a_transaction_that_is_undone_was_never_there() -> None:
    with transaction.atomic():
        note.enqueue("never")
        transaction.set_rollback(True)
    assert Worker([]).run_waiting() == 0
    assert DONE == []


def test_of_workers_that_ask_at_once_each_gets_another_task() -> None:
    for number in range(8):
        note.enqueue(str(number))
    gate, got = threading.Barrier(4), []

    def ask(worker: str) -> None:
        gate.wait()
        while (found := tasks.claim(worker)) is not None:
            got.append(found.pk)
        connection.close()

    threads = [threading.Thread(target=ask, args=(f"worker {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 8


def test_a_task_whose_worker_fell_silent_is_done_by_another() -> None:
    note.enqueue("again")
    fallen = begun_by("fallen", quiet=LEASE)
    assert tasks.free_those_of_the_dead() == 1
    assert Worker([]).run_waiting() == 1
    assert (DONE, status()) == (["again"], ["SUCCESSFUL"])
    assert tasks.finish(fallen, None) is False, "the silent one speaks up, too late"


def test_a_task_whose_worker_is_alive_is_left_to_it() -> None:
    note.enqueue("once")
    begun_by("busy", quiet=LEASE - timedelta(seconds=3))
    assert tasks.free_those_of_the_dead() == 0
    assert Worker([]).run_waiting() == 0
    assert status() == ["RUNNING"]


def test_a_task_during_which_five_workers_died_is_not_tried_again_and_says_so() -> None:
    note.enqueue("deadly")
    for number in range(tasks.ATTEMPTS):
        assert status() == ["READY"]
        begun_by(f"worker {number}", quiet=LEASE)
        tasks.free_those_of_the_dead()
    failed = DBTaskResult.objects.get()
    assert failed.status == "FAILED"
    assert "was stopped while it was at this, 5 times; it is not tried again" in failed.traceback
    assert Worker([]).run_waiting() == 0


def test_a_task_that_has_to_wait_is_done_later_and_that_is_no_attempt() -> None:
    not_before_the_second_time.enqueue()
    assert Worker([]).run_waiting() == 2
    assert (DONE, status()) == ([1, 1], ["SUCCESSFUL"])


def test_a_task_that_is_put_back_is_the_next_one_s_at_once() -> None:
    note.enqueue("halfway")
    tasks.put_back(begun_by("leaving"))
    assert Worker([]).run_waiting() == 1
    assert len(DBTaskResult.objects.get().worker_ids) == 1


def test_a_worker_that_is_told_to_leave_ends_its_task_and_takes_no_other() -> None:
    hurry.enqueue()
    note.enqueue("another")
    Worker([]).run()
    assert (DONE, status()) == (["done in time"], ["SUCCESSFUL", "READY"])


def test_a_task_that_takes_too_long_for_a_worker_that_has_to_leave_is_put_back() -> None:
    dawdle.enqueue()
    Worker([]).run()
    assert (DONE, status()) == ([], ["READY"])
    assert DBTaskResult.objects.get().worker_ids == []
    assert Process.objects.count() == 0


def test_a_process_is_seen_while_it_works_and_not_after() -> None:
    with beating(WORKER), beating(Process.Does.IMPORT):
        assert this_process() in alive()
    assert Process.objects.count() == 0


def test_a_heart_beats_on_while_a_long_sum_is_made_and_another_writes() -> None:
    def seen() -> datetime:
        return Process.objects.get(pk=this_process()).seen_at

    with beating(WORKER):
        before, total = seen(), 0
        while seen() == before:
            total += sum(range(100_000))
        with transaction.atomic():
            note.enqueue("SQLite has one writer")
            between = seen()
            sum(range(3_000_000))
        while seen() <= between:
            total += sum(range(100_000))
    assert total > 0


def test_what_comes_back_is_put_in_the_queue_when_it_is_due_and_once() -> None:
    jobs = [Recurring("tidy", Every(timedelta(minutes=10)), tidy)]
    now = timezone.now()
    assert tick(jobs, now) == ["tidy"]
    assert tick(jobs, now + timedelta(minutes=9)) == []
    assert tick(jobs, now + timedelta(minutes=10)) == [], "the first one still waits"
    Worker([]).run_waiting()
    assert tick(jobs, now + timedelta(hours=5)) == ["tidy"], "turns that were missed are made up for once"
    assert tick(jobs, now + timedelta(hours=5)) == []
    Worker([]).run_waiting()
    assert DONE == ["tidied"] * 2


def test_workers_that_look_at_the_clock_at_once_put_one_task_in_the_queue() -> None:
    jobs, now = [Recurring("tidy", Every(timedelta(minutes=10)), tidy)], timezone.now()
    tick(jobs, now)
    Worker([]).run_waiting()
    gate, taken = threading.Barrier(4), []

    def look() -> None:
        gate.wait()
        taken.extend(tick(jobs, now + timedelta(hours=1)))
        connection.close()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == ["tidy"]


def test_daily_work_waits_for_its_hour_when_it_is_new() -> None:
    jobs = [Recurring("tidy", Daily(time(3, 10)), tidy)]
    assert tick(jobs, datetime(2026, 3, 28, 12, tzinfo=UTC)) == []
    assert Turn.objects.get().due_at == datetime(2026, 3, 29, 1, 10, tzinfo=UTC), "summer time has begun by then"


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - given one
    st.times().map(lambda at: at.replace(microsecond=0, fold=0)),
)
def test_daily_work_comes_once_a_day_also_when_the_clock_is_moved(now: datetime, at: time) -> None:
    daily, days = Daily(at), []
    for _ in range(4):
        later = daily.after(now, AMSTERDAM)
        assert timedelta() < later - now <= timedelta(hours=25)
        days.append(later.astimezone(AMSTERDAM).date())
        now = later
    assert [(b - a).days for a, b in pairwise(days)] == [1, 1, 1]
