"""Brings the reference data into Stuurhut as anyone would, by `stuurhut import`, and keeps how long that took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bench.apart import Apart, Failed, in_megabytes
from bench.reference import Reference

MAPPING = Path(__file__).resolve().parent.parent / "examples" / "mappings" / "reference.toml"
SETTINGS = ("team", "rep", "source", "industry", "product")
BATCH = 50_000
KINDS = {"follow_up": "other"}  # as the mapping says
FILLED = (
    "id", "system", "system_key", "recorded_at", "kind", "direction", "state", "outcome", "subject", "note",
    "occurred_at", "owner_id", "lead_id", "opportunity_id", "intake_id",
)  # fmt: skip
GROUPS = (SETTINGS, ("lead",), ("opp",), ("activity",))  # an import of its own for each large fact


@dataclass(frozen=True)
class Import:
    """One import as it was measured."""

    facts: str
    rows: int
    columns: int
    references: int
    seconds: float
    peak: float  # megabytes
    day: str  # on which; a run may use what an earlier one loaded


def bring_in(reference: Reference, kept: Path, *, fill: bool = False) -> list[Import]:
    """Imports the data, unless `kept` tells how that went before. Raises Failed when a row is rejected.

    With `fill` the activities are not imported but written straight into their table, as the import would.
    """
    if kept.is_file():
        return [Import(**one) for one in json.loads(kept.read_text(encoding="utf-8"))]
    measured("-m", "stuurhut", "migrate")
    found = [_import(reference, group) for group in GROUPS if not fill or group != ("activity",)]
    if fill:
        with Apart(Filler, reference) as filler:
            filler("fill")
    kept.write_text(json.dumps([asdict(one) for one in found]), encoding="utf-8")
    return found


class Filler:
    """Writes the activities of the reference straight into their table."""

    def __init__(self, reference: Reference) -> None:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stuurhut.site.settings")
        import django

        django.setup()
        self._file = reference.file("activity", "parquet")

    def fill(self) -> None:
        """All of them, in the transactions of batches, as those of a complete intake."""
        import pyarrow.parquet as pq
        from django.db import connection, transaction
        from django.utils import timezone

        from stuurhut.people.models import Intake

        intake = Intake.objects.create(label="activity.parquet", completed_at=timezone.now())
        places = ", ".join(["%s"] * len(FILLED))
        sql = f"INSERT INTO crm_activity ({', '.join(FILLED)}) VALUES ({places})"  # noqa: S608 - our own columns
        for batch in pq.ParquetFile(self._file).iter_batches(BATCH):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.executemany(sql, _as_stored(batch, intake.pk))


def _as_stored(batch: Any, intake: int) -> list[tuple[Any, ...]]:
    """Rows of the table for those of the reference, whose times are office times."""
    office = (
        batch.column("done_at")
        .to_pandas()
        .dt.tz_localize("Europe/Amsterdam", ambiguous=True, nonexistent="shift_forward")
    )
    moments = office.dt.tz_convert("UTC").dt.strftime("%Y-%m-%d %H:%M:%S").tolist()
    names = ("activity_id", "type", "rep_id", "lead_id", "opp_id")
    columns = [batch.column(name).to_pylist() for name in names]
    return [
        (n, "reference", str(n), at, KINDS.get(kind, kind), "out", "held", "", "", "", at, rep, lead, deal, intake)
        for at, n, kind, rep, lead, deal in zip(moments, *columns, strict=True)
    ]


def _import(reference: Reference, tables: tuple[str, ...]) -> Import:
    files = [str(reference.file(table, "csv")) for table in tables]
    said, seconds, peak = measured("-m", "stuurhut", "import", "--json", "--mapping", str(MAPPING), *files)
    report = json.loads(said)
    if report["rejected"]:
        raise Failed(f"{report['rejected']} rows of {', '.join(tables)} were rejected: {report['rejected_rows'][:1]}")
    columns, references = mapped(tables)
    rows = sum(reference.rows[table] for table in tables)
    return Import(", ".join(tables), rows, columns, references, seconds, peak, date.today().isoformat())


def mapped(tables: tuple[str, ...]) -> tuple[int, int]:
    """How many fields of each row the mapping fills, and how many of these refer to other records."""
    files = tomllib.loads(MAPPING.read_text(encoding="utf-8"))["file"]
    records = [r for file in files if file["name"].split(".")[0] in tables for r in file["record"]]
    fields = [field for record in records for part in ("fields", "lines") for field in record.get(part, {}).items()]
    return len(records) + len(fields), sum(_refers(*field) for field in fields)


def _refers(name: str, rule: Any) -> bool:
    return name == "stage" or (isinstance(rule, dict) and "by" in rule)


def measured(*words: str) -> tuple[str, float, float]:
    """What a Python program said, its seconds, and its peak memory in megabytes. Raises Failed."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as complaints:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, *words], stdout=subprocess.PIPE, stderr=complaints, text=True
        )
        assert process.stdout is not None
        said = process.stdout.read()
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            complaints.seek(0)
            raise Failed(f"`{' '.join(words[1:3])}` ended with {process.returncode}: {said}{complaints.read()}"[:1000])
    return said, time.perf_counter() - start, in_megabytes(usage.ru_maxrss)
