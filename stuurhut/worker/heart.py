"""A heart that beats in the database while a process works, so that others know whether to wait for it."""

from __future__ import annotations

import os
import secrets
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache

from django.db import DatabaseError, InterfaceError, connection
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from stuurhut.worker.models import Process

BEAT_SECONDS = 2.0
LEASE = timedelta(seconds=12)  # after this much silence a process is taken for dead
LET_GO = 75  # exit code of a process that others took for dead; "temporary failure" in sysexits.h


def this_process() -> str:
    """A name that no other process has or had: machine, process id, and a number drawn at its start."""
    return _name(os.getpid())


@cache
def _name(process: int) -> str:
    return f"{socket.gethostname()[:40]} {process} {secrets.token_hex(4)}"


def silence() -> dict[str, timedelta]:
    """Every process that has not said goodbye, with the time since its last beat."""
    rows = Process.objects.annotate(now=Now()).values_list("name", "seen_at", "now")
    return {name: now - seen_at for name, seen_at, now in rows}


def alive() -> set[str]:
    """The processes whose lease has not run out."""
    return {name for name, quiet in silence().items() if quiet < LEASE}


class Heart:
    """Beats from a thread with a connection of its own, so that neither long sums nor a slow query hold it up.

    When it cannot beat for a whole lease, or finds that others took it for dead, the process ends at once: whatever it
    would still write, somebody else is already doing.
    """

    def __init__(self, does: Process.Does) -> None:
        self.name, self.does = this_process(), does
        self.on_time = 0  # beats in a row without a gap
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heart", daemon=True)
        self._last, self._last_on_the_wall = time.monotonic(), time.time()

    def start(self) -> None:
        """From now on others see this process."""
        Process.objects.create(name=self.name, does=self.does)
        self._thread.start()

    def stop(self) -> None:
        """Says goodbye: what this process held is free at once."""
        self._done.set()
        self._thread.join()
        Process.objects.filter(pk=self.name).delete()

    def _run(self) -> None:
        while not self._done.wait(BEAT_SECONDS):
            self._beat()
        connection.close()

    def _beat(self) -> None:
        try:
            is_known = Process.objects.filter(pk=self.name).update(seen_at=Now())
        except (DatabaseError, InterfaceError):  # gone for a moment, or locked by a restore
            connection.close()
            if time.monotonic() - self._last > LEASE.total_seconds():
                _let_go(_("This process could not reach the database and has stopped, so that another can go on."))
            return
        if not is_known:
            _let_go(_("Others took this process for dead; it has stopped, so that nothing is done twice."))
        # A computer that slept shows a gap on the wall clock alone.
        gap = time.time() - self._last_on_the_wall
        self.on_time = self.on_time + 1 if gap < LEASE.total_seconds() / 2 else 0
        self._last, self._last_on_the_wall = time.monotonic(), time.time()


def _let_go(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()
    os._exit(LET_GO)


_lock = threading.Lock()
_users: list[Heart] = []


@contextmanager
def beating(does: Process.Does) -> Iterator[Heart | None]:
    """Others see this process until the end of the block.

    One heart for the whole process, however many blocks. None inside a transaction, where nobody sees the work itself
    before it is over, and where SQLite would let no second connection write.
    """
    if connection.in_atomic_block:
        yield None
        return
    with _lock:
        heart = _users[0] if _users else Heart(does)
        if not _users:
            heart.start()
        _users.append(heart)
    try:
        yield heart
    finally:
        with _lock:
            _users.remove(heart)
            if not _users:
                heart.stop()
