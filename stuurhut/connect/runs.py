"""Imports that run, ran, or were broken off: one at a time, and never two of the same."""

from __future__ import annotations

import hashlib
import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_noop as _

from stuurhut.connect.mapped import Mapping
from stuurhut.connect.models import ImportRun
from stuurhut.connect.problems import ImportBusy
from stuurhut.connect.read import digest
from stuurhut.people.models import Intake, Organisation, User

GONE_QUIET = timedelta(minutes=2)


def begin(paths: list[Path], mapping: Mapping, rows: int, by: User | None, intake: Intake | None) -> ImportRun:
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
            if other.fingerprint == fingerprint and other.state != "undoing" and not at_work(other):
                run = other
                break
            _refuse(other)
        else:
            made = intake or Intake.objects.create(by=by, label=label)
            run = getattr(made, "run", None) or ImportRun(intake=made)
        run.files = [{"name": path.name, "digest": sums[path.name]} for path in paths]
        run.mapping, run.fingerprint, run.state = mapping.text, fingerprint, ImportRun.State.RUNNING
        run.rows_total, run.process, run.seen_at, run.error = rows, this_process(), datetime.now(UTC), ""
        run.save()
        run.rejected_rows.all().delete()
    return run


def this_process() -> str:
    """Machine and process that work on a run."""
    return f"{socket.gethostname()} {os.getpid()}"


def at_work(run: ImportRun) -> bool:
    """Whether somebody still works on a run: its process lives or, on another machine, was heard of just now."""
    host, _space, process = run.process.rpartition(" ")
    if not process or run.state not in ("running", "undoing"):
        return False
    if host != socket.gethostname():
        return datetime.now(UTC) - run.seen_at < GONE_QUIET
    if int(process) == os.getpid():
        return datetime.now(UTC) - run.seen_at < GONE_QUIET
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _refuse(other: ImportRun) -> None:
    values = {"number": other.intake_id, "files": ", ".join(part["name"] for part in other.files)}
    if at_work(other):
        raise ImportBusy(_("Import %(number)s (%(files)s) is running; wait until it is done."), **values)
    raise ImportBusy(
        _("Import %(number)s (%(files)s) was broken off; import the same files again, or undo it (--undo %(number)s)."),
        **values,
    )
