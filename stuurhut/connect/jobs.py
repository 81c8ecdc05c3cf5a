"""What the worker does for imports: check, import, take back. Progress and outcome stand on the run.

Each may be begun again after a worker was killed: it goes on from what the run says.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django_tasks import task

from stuurhut.connect.importing import Progress, run_import, undo
from stuurhut.connect.looking import of_the_files
from stuurhut.connect.mapping import parse
from stuurhut.connect.models import ImportRun
from stuurhut.connect.problems import ImportFailed
from stuurhut.connect.proposing import keep
from stuurhut.connect.runs import ImportRunning, at_work, in_hand
from stuurhut.connect.uploads import paths_of
from stuurhut.worker.tasks import Later

State = ImportRun.State
BEAT_SECONDS = 0.5
BUSY = timedelta(seconds=2)  # how soon to look again whether another import is done
QUIET = timedelta(minutes=1)


@transaction.atomic
def start(run: ImportRun, job: Any, state: ImportRun.State) -> None:
    """Hands a run to the worker, in the transaction that says so; the sentences come in the language of who asks."""
    run.state, run.seen_at, run.error, run.rows_done, run.process = state, datetime.now(UTC), "", 0, ""
    run.save()
    job.enqueue(run.pk, get_language())


@task()
def check_files(run_id: int, language: str) -> None:
    """Everything but writing: what an import would do, and which rows it would refuse."""
    run = _run(run_id)
    if run is None or run.state != State.CHECKING:
        return
    with override(language):
        try:
            done = run_import(paths_of(run), parse(run.mapping), dry_run=True, by=run.intake.by, progress=_beat(run_id))
        except ImportFailed as error:
            _put(run_id, State.DRAFT, error=str(error))
        except Exception as error:
            _put(run_id, State.DRAFT, error=_unforeseen(error))
            raise
        else:
            _put(run_id, State.DRAFT, report=done.as_json() | of_the_files(run.report), rejected=done.rejected)


@task()
def import_files(run_id: int, language: str) -> None:
    """Imports the files of a run; a run that fails says why, and what to do."""
    run = _run(run_id)
    if run is None or run.state not in (State.WAITING, State.RUNNING, State.FAILED):
        return
    if at_work(run):  # `stuurhut import` took it over, and may yet be broken off
        raise Later(BUSY)
    with override(language):
        try:
            mapping = parse(run.mapping)
            done = run_import(paths_of(run), mapping, by=run.intake.by, intake=run.intake)
        except ImportRunning as busy:
            raise Later(BUSY) from busy
        except ImportFailed as error:
            _failed(run_id, str(error))
        except Exception as error:
            _failed(run_id, _unforeseen(error))
            raise
        else:
            if done.intake_id != run.intake_id:
                sentence = _("These files were broken off before, in import %(number)s; that one went on.")
                _failed(run_id, sentence % {"number": done.intake_id})
            elif not run.report.get("mends"):
                keep(paths_of(run), mapping, by=run.intake.by)


@task()
def undo_import(run_id: int, language: str) -> None:
    """Takes an import back."""
    run = _run(run_id)
    if run is None or run.state != State.UNDOING:
        return
    with override(language):
        try:
            done = undo(run.intake_id)
        except ImportFailed as error:
            _put(run_id, State.UNDONE, error=str(error))
        except Exception as error:
            _put(run_id, State.FAILED, error=_unforeseen(error))
            raise
        else:
            told = {"removed": sum(done.removed.values()), "restored": done.restored, "left": done.left}
            _put(run_id, State.UNDONE, report={**run.report, "undo": told})


@task()
def tend_imports() -> None:
    """Says of imports on which nobody works any more that they stopped; whoever is concerned goes on or undoes."""
    underway = (State.CHECKING, State.WAITING, State.RUNNING, State.UNDOING)
    for run in ImportRun.objects.filter(state__in=underway, seen_at__lt=datetime.now(UTC) - QUIET):
        if at_work(run) or in_hand(run):
            continue
        language = run.intake.by.language if run.intake.by else get_language()
        with override(language):
            sentence = _("The work was stopped on the way, and nobody is going on with it. Go on, or undo the import.")
        state = State.DRAFT if run.state == State.CHECKING else State.FAILED
        same = ImportRun.objects.filter(pk=run.pk, state=run.state, seen_at=run.seen_at)
        same.update(state=state, error=sentence, process="")


def _run(run_id: int) -> ImportRun | None:
    return ImportRun.objects.select_related("intake", "intake__by").filter(pk=run_id).first()


def _put(run_id: int, state: ImportRun.State, **values: Any) -> None:
    ImportRun.objects.filter(pk=run_id).update(state=state, process="", seen_at=datetime.now(UTC), **values)


def _failed(run_id: int, sentence: str) -> None:
    """A run that wrote nothing goes back to be prepared; one that did is failed, to go on with or to take back."""
    begun = ImportRun.objects.get(pk=run_id).fingerprint
    _put(run_id, State.FAILED if begun else State.DRAFT, error=sentence)


def _unforeseen(error: Exception) -> str:
    why = f"{type(error).__name__}: {error}"[:300]
    sentence = _("Something went wrong that we did not foresee (%(why)s). Try again; if it stops again, report it.")
    return sentence % {"why": why}


def _beat(run_id: int) -> Callable[[Progress], None]:
    """Writes down how far a check is, now and then."""
    last = 0.0

    def beat(now: Progress) -> None:
        nonlocal last
        if time.monotonic() - last > BEAT_SECONDS:
            last = time.monotonic()
            rows = {"rows_done": now.done, "rows_total": now.total}
            ImportRun.objects.filter(pk=run_id).update(**rows, seen_at=datetime.now(UTC))

    return beat
