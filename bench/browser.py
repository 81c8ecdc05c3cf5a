"""Somebody of the demo company before a real browser: for pictures of the pages, and to count clicks and seconds."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

UNTIL = date(2026, 11, 20)  # a Friday; every address here says so, or the pages would be of the day on which this runs
PASSWORD = "stuurhut-demo"  # noqa: S105 - of a company that was made up
WHO = {"director": "directeur", "manager": "manager", "seller": "verkoper", "administrator": "beheer"}
WIDE, NARROW = (1440, 900), (390, 844)
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
READY_SECONDS = 240.0


class NoBrowser(Exception):
    """There is nothing to look with; the sentence names the remedy."""


class NotServed(Exception):
    """The demo company could not be made or served; the sentence says what it said."""


@dataclass(frozen=True)
class Company:
    """A demo company that is served: its address, and the folder that holds it."""

    address: str
    folder: Path

    def run(self, *words: str) -> str:
        """What `stuurhut` says when it is run on this company. Raises NotServed."""
        done = subprocess.run(  # noqa: S603 - our own
            [sys.executable, "-m", "stuurhut", *words],
            env=environment(self.folder),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NotServed(done.stderr.strip() or done.stdout.strip())
        return done.stdout


def environment(folder: Path) -> dict[str, str]:
    """That of an installation in `folder`, which touches no other."""
    ours = ("STUURHUT_", "DATABASE_URL", "EMAIL_URL")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**plain, "STUURHUT_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "stuurhut.site.settings"}


@contextmanager
def served(folder: Path, size: str = "medium") -> Iterator[Company]:
    """The demo company of seed 1 up to UNTIL in `folder`, served with its worker until one is done with it."""
    port = _free_port()
    company = Company(f"http://127.0.0.1:{port}", folder)
    company.run("migrate")
    company.run("demo", "--size", size, "--seed", "1", "--until", UNTIL.isoformat())
    words = [sys.executable, "-m", "stuurhut", "up", "--port", str(port)]
    log = (folder / "served.log").open("w")
    child = subprocess.Popen(words, env=environment(folder), stdout=log, stderr=subprocess.STDOUT)  # noqa: S603 - our own
    try:
        _wait_for(port, child, folder / "served.log")
        yield company
    finally:
        child.terminate()
        child.wait(timeout=30)
        log.close()


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def _wait_for(port: int, child: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and child.poll() is None:
        try:
            door = HTTPConnection("127.0.0.1", port, timeout=5)
            door.request("GET", "/auth/login/")
            if door.getresponse().status == 200:
                return
        except OSError:  # not listening yet
            time.sleep(0.3)
    raise NotServed(f"The demo company is not served: {log.read_text(encoding='utf-8').strip()[-500:]}")


@contextmanager
def browser() -> Iterator[Any]:
    """A started Chromium. Raises NoBrowser with one sentence when there is none."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise NoBrowser("Playwright is not installed: script/install requirements-dev.txt brings it.") from error
    names = (os.environ.get("CHROMIUM", ""), *PROGRAMS)
    program = next((found for name in names if name and (found := shutil.which(name))), None)
    if program is None:
        raise NoBrowser(
            "There is no Chromium: 'sudo apt-get install chromium libatomic1' brings it, or CHROMIUM names its program."
        )
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


def signed_in(
    started: Any, company: Company, role: str, size: tuple[int, int] = WIDE, scheme: str = "light", scale: float = 1
) -> Any:
    """A page in which somebody of that role is signed in, in Dutch; it still shows what comes after signing in."""
    context = started.new_context(
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=scale,
        locale="nl-NL",
        color_scheme=scheme,
        base_url=company.address,
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto("/auth/login/")
    page.fill("input[name=login]", f"{WHO[role]}@demo.example")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_load_state()
    return page


def at(path: str, **query: str) -> str:
    """An address as of UNTIL."""
    return f"{path}?{urlencode({'as_of': UNTIL.isoformat(), **query})}"


def settled(page: Any) -> None:
    """Waits until nothing is on its way any more, and nothing says that it is being looked up."""
    page.wait_for_load_state("networkidle")
    page.wait_for_function("!document.querySelector('.htmx-request')")
