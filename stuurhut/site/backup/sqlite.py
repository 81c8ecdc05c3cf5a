"""An SQLite database into a backup and back, by SQLite's own online backup.

The copy runs over the connection that Django has, so the file is never opened by a second SQLite library.
"""

from __future__ import annotations

import sqlite3
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection

from stuurhut.site.backup.parts import Columns, Counts, Damaged, check_counts

FILE = "database.sqlite3"
SECONDS = 30.0


def back_up(archive: zipfile.ZipFile, folder: Path) -> tuple[Counts, Columns]:
    """Adds a copy of the database to the archive. Returns the rows per table in that copy."""
    copy = folder / FILE
    with closing(sqlite3.connect(copy)) as target, _ours() as source:
        source.backup(target, progress=_patience())
        target.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        counts = _counts(target)
    archive.write(copy, FILE)
    return counts, {}


def restore(unpacked: Path, counts: Counts, columns: Columns) -> None:
    """Puts the copy in the place of everything here, in one transaction. Raises Damaged or DatabaseError."""
    with closing(sqlite3.connect(unpacked / FILE)) as source, _ours() as target:
        try:
            sound = source.execute("PRAGMA quick_check").fetchone()[0]
            found = _counts(source)
        except sqlite3.DatabaseError as error:
            raise Damaged(str(error)) from error
        if sound != "ok":
            raise Damaged(sound)
        check_counts(found, counts)
        try:
            source.backup(target, progress=_patience())
        except sqlite3.OperationalError as error:
            raise Damaged(str(error)) from error


def _patience() -> Callable[[int, int, int], object]:
    """Python tries for ever while somebody else holds a lock: this gives up. Raises Damaged."""
    until = time.monotonic() + SECONDS

    def step(status: int, remaining: int, total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > until:
            raise Damaged("the database was busy for half a minute")

    return step


@contextmanager
def _ours() -> Iterator[sqlite3.Connection]:
    connection.ensure_connection()
    ours = connection.connection
    assert isinstance(ours, sqlite3.Connection)
    yield ours


def _counts(database: sqlite3.Connection) -> Counts:
    names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608
