"""One person opens the cockpit, and then many at once, over HTTP, from a server of its own."""

from __future__ import annotations

import html
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from statistics import median, quantiles

from bench.apart import Failed, in_megabytes

PAGE = "/?period=2026-Q4"  # as of now: the minute moves on, as it does at work
PAGES_EACH = 6
PERIODS = ("2026-Q4", "2026-11", "2026", "2026-Q3", "2026-W47")  # what one person looks at in turn
PART = re.compile(r'hx-get="([^"]*[?;&]part=(\w+)[^"]*)"')
PATIENCE = 120.0  # seconds after which nobody opens another page
START = 600.0  # seconds that a server may take before its first page


@dataclass(frozen=True)
class Alone:
    """Seconds that one person waited, who sees the whole organisation and has the server to himself: medians."""

    new: float  # a period that nobody asked for yet: the dial, the seven and what they were before
    again: float  # the same page a moment later
    parts: dict[str, float]  # what loads after the page, by its name


@dataclass(frozen=True)
class Crowd:
    """What many people met at once, after one of them was alone."""

    alone: Alone
    people: int
    pages: int
    seconds: float
    median: float
    p95: float
    peak: float  # megabytes of the server

    @property
    def per_second(self) -> float:
        return self.pages / self.seconds


class Server:
    """`stuurhut serve` on a free port of this machine, gone at the end."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        words = [sys.executable, "-m", "stuurhut", "serve", "--port", str(self.port)]
        self._process = subprocess.Popen(words, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
        self.peak = 0.0

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        _pid, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self.peak = in_megabytes(usage.ru_maxrss)


@contextmanager
def server() -> Iterator[Server]:
    running = Server()
    try:
        yield running
    finally:
        running.stop()


def crowd(cookies: list[str], most: int = PAGES_EACH) -> Crowd:
    """Everybody opens the cockpit so many times, one after the other. Raises Failed for a page that is not given."""
    with server() as running:
        _first_page(running.port, cookies[0])
        one = _alone(running.port, cookies[-1])
        start = time.perf_counter()
        with ThreadPoolExecutor(len(cookies)) as people:
            each = list(people.map(lambda cookie: _visits(running.port, cookie, most, start + PATIENCE), cookies))
        seconds = time.perf_counter() - start
    taken = [page for visits in each for page in visits]
    cuts = quantiles(taken, n=20, method="inclusive")
    return Crowd(one, len(cookies), len(taken), seconds, cuts[9], cuts[18], running.peak)


def _first_page(port: int, cookie: str) -> None:
    until = time.perf_counter() + START
    while True:
        try:
            _visits(port, cookie, 1, until)
        except OSError as error:
            if time.perf_counter() > until:
                raise Failed("The server gave no page.") from error
            time.sleep(0.2)
        else:
            return


def _alone(port: int, cookie: str) -> Alone:
    door = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    new, again, parts = [], [], defaultdict(list)
    for period in PERIODS:
        address = f"/?period={period}"
        taken, page = _opened(door, address, cookie)
        new.append(taken)
        again.append(_opened(door, address, cookie)[0])
        for part, name in PART.findall(page):
            parts[name].append(_opened(door, html.unescape(part), cookie)[0])
    door.close()
    return Alone(median(new), median(again), {name: median(each) for name, each in parts.items()})


def _visits(port: int, cookie: str, most: int, until: float) -> list[float]:
    door = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    taken: list[float] = []
    while len(taken) < most and (not taken or time.perf_counter() < until):
        taken.append(_opened(door, PAGE, cookie)[0])
    door.close()
    return taken


def _opened(door: HTTPConnection, address: str, cookie: str) -> tuple[float, str]:
    """The seconds that it took, and the page. Raises Failed when it is not given."""
    start = time.perf_counter()
    door.request("GET", address, headers={"Cookie": f"sessionid={cookie}"})
    answer = door.getresponse()
    page = answer.read()
    if answer.status != 200:
        raise Failed(f"The cockpit answered {answer.status} {answer.getheader('Location') or ''}")
    return time.perf_counter() - start, page.decode()
