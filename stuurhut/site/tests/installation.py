"""An installation of its own: a data folder and a database that no other test sees."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg


@dataclass(frozen=True)
class Installation:
    """Runs `stuurhut` as somebody would at a terminal."""

    folder: Path
    environment: dict[str, str]

    def run(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return self.python("-m", "stuurhut", *words, given=given)

    def python(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words],
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )

    def start(self, code: str) -> subprocess.Popen[str]:
        """Another process of this installation that goes on by itself."""
        return subprocess.Popen([sys.executable, "-c", code], env=self.environment, stdout=subprocess.PIPE, text=True)

    def told(self, code: str) -> str:
        """What a few lines of Python say, with Django set up."""
        done = self.python("-c", f"import django; django.setup()\n{code}")
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@contextmanager
def installation(folder: Path, name: str) -> Iterator[Installation]:
    """A new one, on the same kind of database as the tests run on."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith("STUURHUT_")}
    environment = {**plain, "STUURHUT_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "stuurhut.site.settings"}
    address = os.environ.get("DATABASE_URL", "")
    if not address.startswith("postgresql"):
        yield Installation(folder, environment)
        return
    with psycopg.connect(address, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            own = urlunsplit(urlsplit(address)._replace(path=f"/{name}"))
            yield Installation(folder, {**environment, "DATABASE_URL": own})
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
