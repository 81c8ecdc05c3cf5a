"""An import whose workers are killed: what is brought, what it leaves, and the hand that kills."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection
from django.db.models import F, ForeignKey, Model

from stuurhut.connect import jobs, uploads
from stuurhut.connect.fields import FACTS
from stuurhut.connect.models import ImportRun, RejectedRow
from stuurhut.connect.tests.bringing import DEALS, HEADER
from stuurhut.crm.models import Account, LeadAssignment, Opportunity, StageChange
from stuurhut.people.models import History, SourceAlias, User
from stuurhut.worker.models import Process

PATIENCE = 120.0
STAGES = ("New", "Proposal", "Won", "Lost")
LEFT_OUT = {"id", "recorded_at", "set_at", "deleted_at", "run", "process", "intake"}
ENDED = (ImportRun.State.COMPLETE, ImportRun.State.FAILED, ImportRun.State.DRAFT)


def deals(folder: Path, numbers: range, *, raised: int = 0) -> Path:
    """A file of deals, one in a hundred with a day that cannot be. `raised`: so much more does each bring in."""
    rows = []
    for n in numbers:
        stage = STAGES[n % 4]
        closed = f"2026-0{1 + n % 8}-20" if stage in ("Won", "Lost") else ""
        created = "2026-01-32" if n % 100 == 99 else f"2025-{1 + n % 12:02}-{1 + n % 28:02}"
        rows.append(f"{n},Deal {n},Firm {n % 400},Seller {n % 30},{stage},{created},{closed},{n + raised}.50\n")
    path = folder / f"{numbers.start}-{raised}.csv"
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return path


def bring(file: Path) -> ImportRun:
    """Puts an import in the queue, as the page does."""
    by = User.objects.first() or User.objects.create_user("ada@example.com", is_administrator=True)
    run = uploads.new_run(["deals.csv"], by=by, mapping=DEALS)
    folder = uploads.folder_of(run)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(file, folder / "deals.csv")
    jobs.start(run, jobs.import_files, ImportRun.State.WAITING)
    return run


def written(run: ImportRun) -> int:
    """How many rows of the database an import has made so far."""
    return sum(model._default_manager.filter(intake=run.intake).count() for model in (Account, Opportunity, History))


def left() -> dict[str, list[str]]:
    """Everything that imports wrote, with the names of records in the place of their numbers."""
    models = [fact.model for fact in FACTS] + [fact.line_model for fact in FACTS if fact.lines]
    models += [StageChange, LeadAssignment, History, SourceAlias, RejectedRow]
    keys = {m: dict(m._default_manager.values_list("id", "system_key")) for m in models if hasattr(m, "system_key")}
    keys[User] = dict(User.objects.values_list("id", "email"))
    of_kind = {fact.kind: keys[fact.model] for fact in FACTS}
    found = {m.__name__: sorted(_told(m, row, keys, of_kind) for row in m._default_manager.values()) for m in models}
    runs = ImportRun.objects.order_by("id").select_related("intake")
    found["runs"] = [
        f"{run.state} {run.error} {run.rows_done} {run.rejected} {bool(run.intake.completed_at)} {_counts(run)}"
        for run in runs
    ]
    return found


def _counts(run: ImportRun) -> dict[str, dict[str, int]]:
    """The counts of a report without those that are nothing: which nothing is said differs when an import goes on."""
    counts: dict[str, dict[str, int]] = run.report["counts"]
    told = {fact: {word: n for word, n in sorted(of.items()) if n} for fact, of in sorted(counts.items())}
    return {fact: of for fact, of in told.items() if of}


Names = dict[Any, str]


def _told(model: type[Model], row: dict[str, Any], keys: dict[Any, Names], of_kind: dict[str, Names]) -> str:
    said = {}
    for field in model._meta.concrete_fields:
        name, value = field.name, row[field.attname]
        if name in LEFT_OUT or (model is History and name == "occurred_at"):
            continue
        is_reference = isinstance(field, ForeignKey) and field.related_model in keys
        said[name] = keys[field.related_model].get(value) if is_reference else str(value)
    if model in (History, SourceAlias):
        said["record_id"] = of_kind[row["kind"]].get(row["record_id"])
    return json.dumps(said, sort_keys=True)


def environment() -> dict[str, str]:
    """What another process needs in order to work on the database of this test, and in its folder."""
    address = os.environ.get("DATABASE_URL", "")
    name = str(connection.settings_dict["NAME"])
    is_sqlite = connection.vendor == "sqlite"
    own = f"sqlite:///{name}" if is_sqlite else urlunsplit(urlsplit(address)._replace(path=f"/{name}"))
    return {**os.environ, "STUURHUT_DATA": str(settings.DATA), "DATABASE_URL": own}


class Crew:
    """Two workers on one queue; who is killed has a successor."""

    def __init__(self) -> None:
        self.workers: dict[int, subprocess.Popen[bytes]] = {}

    def hire(self) -> None:
        worker = subprocess.Popen([sys.executable, "-m", "stuurhut", "worker"], env=environment())
        self.workers[worker.pid] = worker

    def busy_with(self, run: ImportRun) -> int:
        """The process id of the worker that is at an import, 0 when none is; the record may still name a dead one."""
        run.refresh_from_db()
        number = int(run.process.split()[-2]) if run.process else 0
        return number if number in self.workers else 0

    def kill(self, number: int) -> None:
        """`kill -9`: no word to the worker, and no time to say one."""
        os.kill(number, signal.SIGKILL)
        self.workers.pop(number).wait()

    def dismiss(self) -> None:
        for worker in self.workers.values():
            worker.terminate()
        for worker in self.workers.values():
            worker.wait(timeout=30)


@contextmanager
def crew() -> Iterator[Crew]:
    """Two workers that are there for the length of the block."""
    hired = Crew()
    try:
        hired.hire()
        hired.hire()
        yield hired
    finally:
        hired.dismiss()


def until(true: Callable[[], object], what: str) -> None:
    """Waits until something is so. Fails when that takes too long."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"waited in vain until {what}"
        time.sleep(0.01)


def moments(seed: int, times: int, rows: int) -> list[int]:
    """After how many written rows a worker is killed, in their order; the same for the same seed."""
    chance = random.Random(seed)
    return sorted(chance.randrange(rows) for _ in range(times))


def kill_at(hired: Crew, run: ImportRun, rows: int, *, is_lease_to_run_out: bool = False) -> int:
    """Kills the worker of an import once that wrote so many rows. Returns how many it had written by then."""
    until(lambda: hired.busy_with(run) and written(run) >= rows, f"a worker had written {rows} rows")
    worker = hired.busy_with(run)
    hired.kill(worker)
    done = written(run)
    hired.hire()
    if not is_lease_to_run_out:  # for the others: as if it had
        Process.objects.filter(name__contains=f" {worker} ").update(seen_at=F("seen_at") - timedelta(hours=1))
    return done


def is_over(run: ImportRun) -> bool:
    run.refresh_from_db()
    return run.state in ENDED
