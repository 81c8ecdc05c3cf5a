"""Reads the copied tables: a small database over Django's own connection, a large one by a child process."""

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
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

import stuurhut
from stuurhut.replica import marks
from stuurhut.replica.columns import Table
from stuurhut.replica.engine_duckdb import Source

SMALL = 20_000  # rows; up to here reading them in this process is quicker than starting another
LEFTOVER = timedelta(hours=1)  # what a killed child did not finish
TRIES = 5


class SnapshotFailed(Exception):
    """The child process could not read the database; holds what it said."""


def read(tables: dict[str, Table]) -> Source:
    """The copied tables as this connection sees them now."""
    if connection.in_atomic_block or _in_memory() or _is_small(tables):
        return read_here(tables)
    return read_by_child(tables)


def read_here(tables: dict[str, Table]) -> Source:
    """Over Django's connection: also what its transaction wrote and has not committed."""
    with _one_moment():
        for _attempt in range(TRIES):
            position, read_at = marks.position(), datetime.now(UTC)
            found = {table.name: _rows(table) for table in tables.values()}
            if marks.position() == position:
                break
    return Source(position, read_at, found)


def read_by_child(tables: dict[str, Table]) -> Source:
    """From a snapshot in the data folder, made anew when the database changed since. Raises SnapshotFailed."""
    shelf = Path(settings.DATA) / "snapshot"
    shelf.mkdir(parents=True, exist_ok=True)
    name = f"{{position}}-{_fingerprint(tables)}"
    with _alone(shelf):
        ready = shelf / name.format(position=marks.position())
        if not (ready / "manifest.json").is_file():
            ready = _snapshot(tables, shelf, name)
            _clear(shelf, ready)
        held = (ready / "manifest.json").open(encoding="utf-8")  # closed when the last copy that reads it is gone
        fcntl.flock(held, fcntl.LOCK_SH)
    manifest = json.load(held)
    return Source(manifest["position"], datetime.fromisoformat(manifest["read_at"]), ready, held)


def _rows(table: Table) -> pa.Table:
    with connection.cursor() as cursor:
        cursor.execute(table.select(connection.vendor))
        return table.of_rows(cursor.fetchall(), connection.vendor)


@contextmanager
def _one_moment() -> Iterator[None]:
    """All reads see the database as at one moment. Within a transaction that is the caller's to say."""
    if connection.in_atomic_block:
        yield
        return
    begin = "BEGIN" if connection.vendor == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    with connection.cursor() as cursor:
        cursor.execute(begin)
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _in_memory() -> bool:
    name = str(connection.settings_dict["NAME"])
    return connection.vendor == "sqlite" and (name == ":memory:" or "mode=memory" in name)


def _is_small(tables: dict[str, Table]) -> bool:
    # The highest key is found at once, counting is not; keys of rows deleted since only make it look larger.
    highest = " UNION ALL ".join(f'SELECT max(id) AS id FROM "{name}"' for name in tables)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(sum(id), 0) FROM ({highest}) AS highest")  # noqa: S608
        return int(cursor.fetchone()[0]) <= SMALL


def _fingerprint(tables: dict[str, Table]) -> str:
    """Changes when other columns are copied, so that a snapshot of an earlier version is not taken for ours."""
    return hashlib.sha256(repr(sorted(tables.items())).encode()).hexdigest()[:12]


@contextmanager
def _alone(shelf: Path) -> Iterator[None]:
    """One process at a time makes a snapshot; the others find it made."""
    with (shelf / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _snapshot(tables: dict[str, Table], shelf: Path, name: str) -> Path:
    is_sqlite = connection.vendor == "sqlite"
    order = {
        "vendor": connection.vendor,
        "database": _address(),
        "folder": str(shelf / f"arriving-{time.time_ns()}"),
        "name": name,
        "position": marks.POSITION[connection.vendor],
        "tables": [
            {
                "name": table.name,
                "sql": table.select_after_a_typed_row() if is_sqlite else table.select("postgresql"),
                "typed_row": is_sqlite,
                "schema": table.schema.serialize().to_pybytes().hex(),
            }
            for table in tables.values()
        ],
    }
    command = [sys.executable, "-m", "stuurhut.replica.snapshot"]
    done = subprocess.run(  # noqa: S603 - our own module
        command, input=json.dumps(order), capture_output=True, text=True, check=False, env=_with_this_package()
    )
    if done.returncode:
        raise SnapshotFailed(
            _("The copy of the tables could not be made; see whether the data folder is full. %(said)s")
            % {"said": done.stderr.strip()}
        )
    return Path(json.loads(done.stdout)["folder"])


def _with_this_package() -> dict[str, str]:
    """The environment of a child that finds this package wherever the command was started."""
    places = [str(Path(stuurhut.__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(places)}


def _address() -> str:
    params: dict[str, Any] = connection.get_connection_params()
    if connection.vendor == "sqlite":
        return Path(params["database"]).resolve().as_uri()
    info = connection.connection.info
    parts = {"host": info.host, "port": info.port, "user": info.user, "password": info.password, "dbname": info.dbname}
    escaped = {key: str(value).replace("\\", "\\\\").replace("'", "\\'") for key, value in parts.items() if value}
    return " ".join(f"{key}='{value}'" for key, value in escaped.items())


def _clear(shelf: Path, newest: Path) -> None:
    """Removes snapshots that no process reads any more, and what a killed child left."""
    for folder in [each for each in shelf.iterdir() if each.is_dir() and each != newest]:
        manifest = folder / "manifest.json"
        old = time.time() - folder.stat().st_mtime > LEFTOVER.total_seconds()
        if _is_free(manifest) if manifest.is_file() else old:
            shutil.rmtree(folder)


def _is_free(manifest: Path) -> bool:
    with manifest.open() as tried:
        try:
            fcntl.flock(tried, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
