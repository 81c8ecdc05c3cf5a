"""Keeps the copy of a large database in the data folder, so that a process starts from it instead of from nothing.

A child process reads the tables into Parquet files, which are folded into a DuckDB file with all facts. A process takes
a copy of that file and catches up from the state in its manifest. All of it is a cache: what is old, damaged or gone is
made anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from weakref import finalize

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

import stuurhut
from stuurhut.replica import feed, mirror
from stuurhut.replica.copies import VERSION, Copy, Damaged, Setting, Source
from stuurhut.replica.feed import State
from stuurhut.replica.mapping import Plan

FILE = "copy.duckdb"
MOST_CHANGES = 20_000  # rows, and at least a tenth of all: further behind, a new snapshot is as quick as catching up
ATTEMPTS = 3
LEFTOVER = timedelta(hours=1)  # what a killed child did not finish


class SnapshotFailed(Exception):
    """The child process could not read the database; holds what it said."""


def taken(plan: Plan, setting: Setting) -> Copy:
    """A copy from the newest snapshot; one is made when the feed reaches none. Raises SnapshotFailed."""
    with _alone() as shelf:
        folder = _usable(plan, setting, shelf, most_changes(plan))
        if folder:
            try:
                return _opened(plan, setting, folder)
            except (Damaged, OSError):  # damaged, or not all there
                shutil.rmtree(folder, ignore_errors=True)
        return _opened(plan, setting, _made(plan, setting, shelf))


def most_changes(plan: Plan) -> int:
    """How far a copy may be behind to catch up."""
    return max(MOST_CHANGES, mirror.size(plan.tables) // 10)


def refresh(plan: Plan, setting: Setting) -> bool:
    """Makes a new snapshot when the newest is behind; the worker does so, that nobody need wait for it."""
    if mirror.is_small(plan.tables):
        return False
    with _alone() as shelf:
        if _usable(plan, setting, shelf, most_changes(plan) // 2):
            return False
        _made(plan, setting, shelf)
    return True


def _usable(plan: Plan, setting: Setting, shelf: Path, most: int) -> Path | None:
    """The newest snapshot, if it was made for these tables, facts and settings and is not too far behind."""
    for folder in sorted(shelf.glob(f"*-{_fingerprint(plan, setting)}"), reverse=True):
        try:
            changes = feed.changes(_manifest(folder)[0])
        except (OSError, ValueError, KeyError, TypeError):  # half removed, or written by something else
            continue
        if changes and changes.rows <= most:
            return folder
    return None


def _opened(plan: Plan, setting: Setting, folder: Path) -> Copy:
    """A copy in a file of this process alone; it goes when the copy does, or else with the next process."""
    setting.spill.mkdir(parents=True, exist_ok=True)
    _sweep(setting.spill)
    own = Path(mkdtemp(prefix=f"copy-{os.getpid()}-", dir=setting.spill))
    shutil.copyfile(folder / FILE, own / FILE)
    copy = Copy.kept(plan, _manifest(folder)[0], setting, own / FILE)
    finalize(copy, shutil.rmtree, own, ignore_errors=True)
    return copy


def _made(plan: Plan, setting: Setting, shelf: Path) -> Path:
    """Makes a snapshot: all of it or nothing."""
    folder = shelf / f"{time.time_ns()}-{_fingerprint(plan, setting)}"
    arriving = shelf / f"arriving-{os.getpid()}-{time.time_ns()}"
    try:
        _read_by_child(plan, arriving)
        state, read_at = _manifest(arriving)
        copy = Copy.of(plan, Source(state, read_at, arriving), setting, arriving / FILE)
        copy.fold_all()
        copy.close()
        for file in arriving.glob("*.parquet"):
            file.unlink()
        arriving.rename(folder)
    finally:
        shutil.rmtree(arriving, ignore_errors=True)
    _clear(shelf, folder)
    return folder


def _manifest(folder: Path) -> tuple[State, datetime]:
    found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return State(**found["state"]), datetime.fromisoformat(found["read_at"])


def _fingerprint(plan: Plan, setting: Setting) -> str:
    """Changes when other columns are copied or facts are folded otherwise, also by another version of DuckDB."""
    parts = (sorted(plan.tables.items()), sorted(plan.steps.items()), setting.zone, setting.year, setting.currency)
    whole = repr((parts, VERSION, str(connection.settings_dict["NAME"])))
    return hashlib.sha256(whole.encode()).hexdigest()[:12]


@contextmanager
def _alone() -> Iterator[Path]:
    """One process at a time makes a snapshot; the others find it made."""
    shelf = Path(settings.DATA) / "snapshot"
    shelf.mkdir(parents=True, exist_ok=True)
    with (shelf / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield shelf


def _read_by_child(plan: Plan, folder: Path) -> None:
    is_sqlite = connection.vendor == "sqlite"
    order = {
        "vendor": connection.vendor,
        "database": _address(),
        "folder": str(folder),
        "state": feed.STATE[connection.vendor],
        "tables": [
            {
                "name": table.name,
                "sql": table.select_after_a_typed_row() if is_sqlite else table.select("postgresql"),
                "typed_row": is_sqlite,
                "schema": table.schema.serialize().to_pybytes().hex(),
            }
            for table in plan.tables.values()
        ],
    }
    command = [sys.executable, "-m", "stuurhut.replica.snapshot"]
    for _attempt in range(ATTEMPTS):
        done = subprocess.run(  # noqa: S603 - our own module
            command, input=json.dumps(order), capture_output=True, text=True, check=False, env=_with_this_package()
        )
        if done.returncode >= 0:  # a negative one is the signal that killed it
            break
    if done.returncode:
        raise SnapshotFailed(
            _("The copy of the tables could not be made; see whether the data folder is full. %(said)s")
            % {"said": done.stderr.strip()}
        )


def _with_this_package() -> dict[str, str]:
    """The environment of a child that finds this package wherever the command was started."""
    places = [str(Path(stuurhut.__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(places)}


def _address() -> str:
    params: dict[str, Any] = connection.get_connection_params()
    if connection.vendor == "sqlite":
        return Path(params["database"]).resolve().as_uri()
    connection.ensure_connection()
    info = connection.connection.info
    parts = {"host": info.host, "port": info.port, "user": info.user, "password": info.password, "dbname": info.dbname}
    escaped = {key: str(value).replace("\\", "\\\\").replace("'", "\\'") for key, value in parts.items() if value}
    return " ".join(f"{key}='{value}'" for key, value in escaped.items())


def _clear(shelf: Path, newest: Path) -> None:
    """Removes earlier snapshots, and what a killed process left."""
    for folder in [each for each in shelf.iterdir() if each.is_dir() and each != newest]:
        old = datetime.now(UTC).timestamp() - folder.stat().st_mtime > LEFTOVER.total_seconds()
        if old or not folder.name.startswith("arriving-"):
            shutil.rmtree(folder, ignore_errors=True)


def _sweep(spill: Path) -> None:
    """Removes the files of processes that are no more."""
    for folder in spill.glob("copy-*-*"):
        if not Path(f"/proc/{folder.name.split('-')[1]}").exists() and Path("/proc").exists():
            shutil.rmtree(folder, ignore_errors=True)
