"""`stuurhut up` keeps its server and its worker running, and takes them along when it goes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest

from stuurhut.site.tests.installation import installation
from stuurhut.site.tests.killing import environment, until
from stuurhut.worker.models import Process


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/health/") as response:
            return bool(response.status == 200)
    except (URLError, ConnectionError):
        return False


def is_free(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False


def lives(process: psutil.Process) -> bool:
    """Not so one that only waits for somebody to take note of its end."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def children(up: subprocess.Popen[bytes]) -> dict[str, psutil.Process]:
    """The server and the worker, by their command."""
    found: dict[str, psutil.Process] = {}
    for child in psutil.Process(up.pid).children():
        with suppress(psutil.NoSuchProcess):  # it went while we looked
            words = child.cmdline()
            found |= {word: child for word in ("serve", "worker") if word in words}
    return found


@contextmanager
def running_up(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    with installation(folder, "stuurhut_up") as here:
        words = [sys.executable, "-m", "stuurhut", "up", "--port", str(port)]
        up = subprocess.Popen(words, env=here.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until(lambda: answers(port), "the first page was there")
            yield up
        finally:
            up.kill()
            up.wait()
            until(lambda: is_free(port), "the port was free again")


def test_a_child_that_is_killed_is_started_again_and_none_outlives_its_parent(tmp_path: Path) -> None:
    port = free_port()
    with running_up(tmp_path / "data", port) as up:
        before = children(up)
        everyone = psutil.Process(up.pid).children(recursive=True)
        for child in before.values():
            child.kill()
        until(
            lambda: set(now := children(up)) == set(before) and not set(now.values()) & set(before.values()), "new ones"
        )
        until(lambda: answers(port), "pages were served again")
        everyone += psutil.Process(up.pid).children(recursive=True)
        os.kill(up.pid, signal.SIGKILL)
        up.wait()
        until(lambda: not any(map(lives, everyone)), "all of them were gone")
        until(lambda: is_free(port), "the port was free")


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_told_to_leave_says_goodbye(tmp_path: Path, settings: object) -> None:
    settings.DATA = tmp_path  # type: ignore[attr-defined]
    worker = subprocess.Popen([sys.executable, "-m", "stuurhut", "worker"], env=environment())
    until(lambda: Process.objects.count() == 1, "the worker was there")
    worker.terminate()
    assert worker.wait(timeout=30) == 0
    assert Process.objects.count() == 0
