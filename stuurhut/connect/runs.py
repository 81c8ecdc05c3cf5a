"""Imports that run, ran, or were broken off: one at a time, and never two of the same."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext_noop as _
from django_tasks_db.models import DBTaskResult

from stuurhut.connect.mapped import Mapping
from stuurhut.connect.models import ImportRun
from stuurhut.connect.problems import ImportBusy
from stuurhut.connect.read import digest
from stuurhut.people.models import Intake, Organisation, User
from stuurhut.worker.heart import alive, this_process
from stuurhut.worker.tasks import READY, RUNNING

__all__ = ["ImportRunning", "at_work", "begin", "in_hand", "this_process"]


class ImportRunning(ImportBusy):
    """Another import that is at work, and ends by itself."""


class Begun(NamedTuple):
    """A run to work in, and whether part of it was done before."""

    run: ImportRun
    goes_on: bool


def begin(paths: list[Path], mapping: Mapping, rows: int, by: User | None, intake: Intake | None) -> Begun:
    """The run to work in: a new one, or the same import that was broken off. Raises ImportBusy."""
    sums = {path.name: digest(path) for path in paths}
    fingerprint = hashlib.sha256(
        "\n".join([mapping.text, *(f"{n} {s}" for n, s in sorted(sums.items()))]).encode()
    ).hexdigest()
    label = ", ".join(sums)[:300]
    with transaction.atomic():
        Organisation.objects.select_for_update().filter(pk=1).first()  # so that two do not begin at the same time
        unfinished = ImportRun.objects.filter(state__in=("running", "failed", "undoing"), intake__undone_at=None)
        for other in unfinished.order_by("id").select_for_update(of=("self",)):
            is_same = other.fingerprint == fingerprint or (intake is not None and other.intake_id == intake.pk)
            if is_same and other.state != "undoing" and not at_work(other):
                run = other
                break
            _refuse(other)
        else:
            made = intake or Intake.objects.create(by=by, label=label)
            run = getattr(made, "run", None) or ImportRun(intake=made)
        goes_on = run.fingerprint == fingerprint
        run.files = [{"name": path.name, "digest": sums[path.name]} for path in paths]
        run.mapping, run.fingerprint, run.state = mapping.text, fingerprint, ImportRun.State.RUNNING
        run.rows_total, run.process, run.seen_at, run.error = rows, this_process(), datetime.now(UTC), ""
        run.save()
        run.rejected_rows.all().delete()
    return Begun(run, goes_on)


def at_work(run: ImportRun) -> bool:
    """Whether somebody works on a run now: the process that took it is alive."""
    return bool(run.process) and run.state in ("running", "undoing") and run.process in alive()


def in_hand(run: ImportRun) -> bool:
    """Whether the queue holds a task for a run: it goes on by itself, also when its worker was killed."""
    tasks = DBTaskResult.objects.filter(status__in=(READY, RUNNING), task_path__startswith="stuurhut.connect.jobs.")
    return tasks.filter(args_kwargs__args__0=run.pk).exists()


def _refuse(other: ImportRun) -> None:
    values = {"number": other.intake_id, "files": ", ".join(part["name"] for part in other.files)}
    if at_work(other) or in_hand(other):
        raise ImportRunning(_("Import %(number)s (%(files)s) is running; wait until it is done."), **values)
    raise ImportBusy(
        _("Import %(number)s (%(files)s) was broken off; import the same files again, or undo it (--undo %(number)s)."),
        **values,
    )
