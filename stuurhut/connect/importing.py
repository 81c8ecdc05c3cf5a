"""Files in: `run_import` brings the valid rows in and says which it refused; `undo` takes an import back.

Rows count nowhere until the intake is complete. An import that was killed goes on when the same files and mapping are
imported again, or is taken back by `undo`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import ngettext

from stuurhut.connect.deriving import Deriver
from stuurhut.connect.evaluate import Evaluator
from stuurhut.connect.fields import BY_NAME, ORDER, FactKind
from stuurhut.connect.mapped import Mapping, RecordMap
from stuurhut.connect.models import ImportRun
from stuurhut.connect.problems import ImportFailed
from stuurhut.connect.records import RecordImport
from stuurhut.connect.references import References
from stuurhut.connect.rejected import Rejected, RejectedRows
from stuurhut.connect.resumed import whole
from stuurhut.connect.runs import begin
from stuurhut.connect.stages import StageMaker
from stuurhut.connect.storing import Store
from stuurhut.connect.survey import Source, Survey, survey
from stuurhut.connect.undoing import UndoPlan, UndoReport, plan_undo, undo
from stuurhut.connect.writing import Pace
from stuurhut.people.models import Intake, User
from stuurhut.worker.heart import beating
from stuurhut.worker.models import Process
from stuurhut.worker.tasks import Interrupted

__all__ = ["Progress", "Report", "UndoPlan", "UndoReport", "plan_undo", "run_import", "undo"]

SMALL = 1000
BEAT_SECONDS = 1.0


@dataclass(frozen=True)
class Progress:
    """How far an import is, in rows read; a row that feeds two facts is read twice."""

    done: int
    total: int


@dataclass
class Report:
    """What an import did. `counts`: per fact how many records were created, changed, unchanged, kept, repeated.

    kept: records of which a person edited a field here that the file says otherwise. `rejected_files`: the refused
    rows, to mend and import again.
    """

    intake_id: int | None
    dry_run: bool
    files: list[dict[str, Any]]
    counts: dict[str, dict[str, int]]
    rejected: int
    rejected_rows: list[Rejected] = field(default_factory=list)
    rejected_files: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """0 when all rows came in, 1 when some were refused."""
        return 1 if self.rejected else 0

    def count(self, what: str) -> int:
        """Records of all facts that were created, changed, unchanged or kept."""
        return sum(of_fact.get(what, 0) for of_fact in self.counts.values())

    def as_json(self) -> dict[str, Any]:
        """The report as plain data, for `--json` and for the page."""
        return asdict(self)


def run_import(
    files: Iterable[Path | str],
    mapping: Mapping,
    *,
    dry_run: bool = False,
    by: User | None = None,
    progress: Callable[[Progress], None] | None = None,
    intake: Intake | None = None,
) -> Report:
    """Imports files by a mapping: valid rows in, the others reported.

    `intake`: one that was made beforehand (a page that wants to show progress). Raises ImportFailed, with nothing
    changed, when a file cannot be read, lacks a column, or another import is at work.
    """
    paths = [Path(file) for file in files]
    if dry_run:
        return _import(paths, mapping, dry_run, by, progress, intake)
    with beating(Process.Does.IMPORT):  # others see that somebody is at it, and wait
        return _import(paths, mapping, dry_run, by, progress, intake)


def _import(
    paths: list[Path],
    mapping: Mapping,
    dry_run: bool,
    by: User | None,
    progress: Callable[[Progress], None] | None,
    intake: Intake | None,
) -> Report:
    began = time.perf_counter()
    surveyed = survey(paths, mapping)
    run, goes_on = (None, False) if dry_run else begin(paths, mapping, surveyed.rows, by, intake)
    rejected = RejectedRows(run)
    try:
        work = _Work(mapping, surveyed, run, rejected, by, progress)
        if run is not None and surveyed.rows <= SMALL:
            with transaction.atomic():
                work.all()
        else:
            work.all()
    except BaseException as error:
        _failed(run, error)
        raise
    counts = {fact: dict(counts) for fact, counts in work.store.counts.items() if any(counts.values())}
    report = Report(
        intake_id=run.intake_id if run else None,
        dry_run=dry_run,
        files=[_told(source) for source in surveyed.sources],
        counts=whole(counts, run.intake_id) if run and goes_on else counts,
        rejected=rejected.count,
        rejected_rows=rejected.first,
        rejected_files=[str(path) for path in rejected.files.values()],
        notes=[*surveyed.notes, *work.notes],
        seconds=round(time.perf_counter() - began, 3),
    )
    if run is not None:
        _complete(run, report)
    return report


def _place(record: RecordMap) -> tuple[int, bool]:
    """Facts in the order in which they need each other; what only completes records after what makes them."""
    fact = BY_NAME[record.fact]
    return ORDER[fact.name], any(name not in record.fields for name in fact.required)


class _Work:
    """The records of a mapping, fact after fact in the order in which they need each other."""

    def __init__(
        self,
        mapping: Mapping,
        surveyed: Survey,
        run: ImportRun | None,
        rejected: RejectedRows,
        by: User | None,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.mapping, self.surveyed, self.run, self.rejected = mapping, surveyed, run, rejected
        self.progress = progress
        self.references = References(
            mapping.system, self._create_named, [process.name for process in mapping.processes]
        )
        self.store = Store(
            mapping.system, run.intake_id if run else None, by.pk if by else None, self.references, Pace()
        )
        self.zone = ZoneInfo(settings.TIME_ZONE)
        self.stages = StageMaker(mapping, self.store, self.references)
        self.notes: list[str] = []
        self.beaten = 0.0

    def all(self) -> None:
        self.stages.declared()
        steps = [(source, number) for source in self.surveyed.sources for number in range(len(source.map.records))]
        steps.sort(key=lambda step: _place(step[0].map.records[step[1]]))
        total, done = sum(source.rows for source, _number in steps), 0
        for source, number in steps:
            record = self._record(source, number)
            for rows in record.run():
                done += rows
                self._tell(done, total)
            self._note(source, record.deriver.moved_back)
        self.rejected.save()

    def _note(self, source: Source, moved_back: int) -> None:
        if moved_back:
            self.notes.append(
                ngettext(
                    "%(file)s: %(count)s deal was created after it closed; it counts as created when it closed.",
                    "%(file)s: %(count)s deals were created after they closed; they count as created when they closed.",
                    moved_back,
                )
                % {"file": source.table.name, "count": moved_back}
            )

    def _record(self, source: Source, number: int) -> RecordImport:
        fact = BY_NAME[source.map.records[number].fact]
        record = source.map.records[number]
        evaluator = Evaluator(source, self.surveyed, self.zone, fact.name)
        deriver = Deriver(fact, record, self.zone, self.surveyed.first_day, settings.FISCAL_YEAR_START)
        deriver.looked = self.store.looked
        deriver.stages = self.stages.book()
        deriver.stage_ids = {name: self.stages.id_of(name) for name in record.entered}
        return RecordImport(source, number, evaluator, deriver, self.references, self.store, self.rejected)

    def _create_named(self, fact: FactKind, texts: list[str]) -> dict[str, int]:
        if fact.name == "stage":
            return self.stages.unknown(texts)
        first = self.surveyed.first_day
        at = (
            datetime.now(UTC)
            if first is None
            else datetime.combine(first, datetime.min.time(), self.zone).astimezone(UTC)
        )
        rows = [{"name": text[:200], "system_key": text[:200], "recorded_at": at} for text in texts]
        return dict(zip(texts, self.store.create_named(fact, rows), strict=True))

    def _tell(self, done: int, total: int) -> None:
        now = time.monotonic()
        if self.progress and (now - self.beaten > BEAT_SECONDS / 4 or done == total):
            self.progress(Progress(done, total))
        if self.run is not None and now - self.beaten > BEAT_SECONDS:
            self.rejected.save()
            beat = {"rows_done": done, "rows_total": total, "rejected": self.rejected.count}
            ImportRun.objects.filter(pk=self.run.pk).update(**beat, seen_at=datetime.now(UTC))
            self.beaten = now


def _failed(run: ImportRun | None, error: BaseException) -> None:
    """Notes why a run ended before its time. A fault of the mapping takes it back; else it can go on later."""
    if run is None or isinstance(error, Interrupted):  # the worker puts its task back, and the next one goes on
        return
    refused = isinstance(error, ImportFailed)
    if refused or run.rows_total <= SMALL:
        undo(run.intake_id)
    text = str(error) if refused else f"{type(error).__name__}: {error}"
    ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.State.FAILED, error=text, process="")


def _complete(run: ImportRun, report: Report) -> None:
    """The last short transaction, from which on the rows count."""
    now = datetime.now(UTC)
    with transaction.atomic():
        Intake.objects.filter(pk=run.intake_id).update(completed_at=now)
        run.state, run.rejected, run.report, run.process = (
            ImportRun.State.COMPLETE,
            report.rejected,
            report.as_json(),
            "",
        )
        run.rows_done, run.seen_at = run.rows_total, now
        run.save()


def _told(source: Source) -> dict[str, Any]:
    table = source.table
    told = {"name": table.name, "rows": source.rows, "format": table.format}
    return told | {"encoding": table.encoding, "delimiter": table.delimiter}
