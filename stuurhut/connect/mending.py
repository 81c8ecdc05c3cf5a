"""Rejected rows mended on the page: kept as they are filled in, and imported again as an import of their own."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from stuurhut.connect.mapped import FileMap, Mapping, Take
from stuurhut.connect.mapping import parse
from stuurhut.connect.models import ImportRun, RejectedRow
from stuurhut.connect.survey import Source, survey
from stuurhut.connect.uploads import folder_of, new_run, paths_of
from stuurhut.connect.writing_toml import written
from stuurhut.people.models import User

ROWS = 20
MOST_CELLS = 800  # a form may have a thousand fields


@dataclass(frozen=True)
class Cell:
    """A cell to mend. `field` is its name in the form."""

    field: str
    column: str
    value: str
    wrong: bool


@dataclass(frozen=True)
class Row:
    """A rejected row to mend."""

    rejected: RejectedRow
    cells: list[Cell]


def rows_to_mend(run: ImportRun, page: int) -> tuple[list[Row], bool]:
    """A page of rejected rows with the cells that are imported, and whether there are more."""
    mapping = parse(run.mapping)
    first = run.rejected_rows.order_by("file", "line").first()
    width = len(_columns(mapping, first)) if first else 1
    size = max(1, min(ROWS, MOST_CELLS // max(width, 1)))
    found = list(run.rejected_rows.order_by("file", "line")[page * size : (page + 1) * size + 1])
    return [_row(rejected, mapping) for rejected in found[:size]], len(found) > size


def _row(rejected: RejectedRow, mapping: Mapping) -> Row:
    names = list(rejected.cells)
    wrong = {part.strip() for part in (rejected.column, *rejected.column.split(","))}
    cells = [
        Cell(f"r{rejected.pk}-{names.index(name)}", name, rejected.cells[name], name in wrong)
        for name in _columns(mapping, rejected)
    ]
    return Row(rejected, sorted(cells, key=lambda cell: not cell.wrong))


def _columns(mapping: Mapping, rejected: RejectedRow) -> list[str]:
    used = {name for part in mapping.files if part.fits(rejected.file) for name in part.named()}
    return [name for name in rejected.cells if not used or name in used]


@transaction.atomic
def keep_mended(run: ImportRun, filled: Any) -> int:
    """Keeps what somebody filled in; returns how many rows changed."""
    keys = {name[1:].partition("-")[0] for name in filled if name.startswith("r")}
    rows = run.rejected_rows.filter(pk__in=[key for key in keys if key.isdigit()])
    changed = []
    for row in rows:
        cells = {name: filled.get(f"r{row.pk}-{place}", value) for place, (name, value) in enumerate(row.cells.items())}
        if cells != row.cells:
            row.cells = cells
            changed.append(row)
    RejectedRow.objects.bulk_update(changed, ["cells"])
    return len(changed)


@transaction.atomic
def bring_again(run: ImportRun, *, by: User) -> ImportRun:
    """An import of the rejected rows as they are now. Its numbers and days are read as in the files they came from."""
    rows: dict[str, list[RejectedRow]] = defaultdict(list)
    for row in run.rejected_rows.order_by("file", "line"):
        rows[row.file].append(row)
    mapping = parse(run.mapping)
    sources = {source.table.name: source for source in survey(paths_of(run), mapping).sources}
    fresh = new_run([_name(file) for file in rows], by=by)
    folder_of(fresh).mkdir(parents=True, exist_ok=True)
    for file, refused in rows.items():
        with (folder_of(fresh) / _name(file)).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(sources[file].table.header), restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(row.cells for row in refused)
    parts = tuple(_pinned(sources[file], _name(file)) for file in rows)
    looked_up = {
        take.through.file for part in parts for r in part.records for take in r.fields.values() if take.through
    }
    fresh.mapping = written(replace(mapping, files=parts)).text
    fresh.report = {"mends": run.intake_id}
    fresh.rows_total = sum(map(len, rows.values()))
    fresh.save()
    _bring_along(run, fresh, looked_up)
    run.report = {**run.report, "mended_in": fresh.intake_id}
    run.save(update_fields=["report"])
    return fresh


def _name(file: str) -> str:
    bare = file.removesuffix(".gz")
    return bare if bare.lower().endswith(".csv") else f"{bare}.csv"


def _bring_along(run: ImportRun, fresh: ImportRun, wanted: set[str]) -> None:
    """Files that rows are looked up through come along."""
    here = {part["name"] for part in fresh.files}
    for path in paths_of(run):
        if path.name not in here and any(path.name.lower() == name.lower() for name in wanted):
            (folder_of(fresh) / path.name).write_bytes(path.read_bytes())
            mapping = parse(fresh.mapping)
            fresh.files = [*fresh.files, {"name": path.name}]
            fresh.mapping = written(replace(mapping, files=(*mapping.files, FileMap(path.name, ())))).text
            fresh.save()


def _pinned(source: Source, name: str) -> FileMap:
    """A part that reads a few rows as it read the whole file, in a file of our own making."""
    records = tuple(
        replace(
            record,
            fields={field: _as_read(take, source) for field, take in record.fields.items()},
            lines={field: _as_read(take, source) for field, take in record.lines.items()},
        )
        for record in source.map.records
    )
    return replace(source.map, name=name, records=records, delimiter=",", encoding="", header_line=1, sheet="")


def _as_read(take: Take, source: Source) -> Take:
    column = take.column or take.minus or next(iter(take.columns), "")
    if column not in source.notations:
        return take
    form = source.form(take, column)
    return replace(take, decimals=form.decimal, dates="dd-mm-yyyy" if form.day_first else "mm-dd-yyyy")
