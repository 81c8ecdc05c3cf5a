"""Rows that did not come in: kept with their reason, and written to a file that can be mended and imported again."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from stuurhut.connect.behind import behind, without_behind
from stuurhut.connect.models import ImportRun, RejectedRow
from stuurhut.connect.problems import Bad
from stuurhut.connect.read import Table, text_of

KEPT = 10_000
SHOWN = 100


@dataclass(frozen=True)
class Rejected:
    """A row that did not come in."""

    file: str
    line: int
    column: str
    value: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        return _("%(file)s, line %(line)s, %(column)s: %(reason)s; %(remedy)s.") % {
            "file": self.file,
            "line": self.line,
            "column": self.column or "-",
            "reason": self.reason,
            "remedy": self.remedy,
        }


class RejectedRows:
    """Collects what one import refuses: all of it in files beside the data, the first KEPT in the database."""

    def __init__(self, run: ImportRun | None) -> None:
        self.run = run
        self.first: list[Rejected] = []
        self.count = 0
        self.files: dict[str, Path] = {}
        self._places: set[tuple[str, int]] = set()
        self._fresh: list[RejectedRow] = []

    def add(self, table: Table, line: int, cells: Any, bad: Bad, decimal: str = ".") -> None:
        """Notes a row once, with the first reason found for it. Numbers of a spreadsheet are written with `decimal`."""
        if (table.name, line) in self._places:
            return
        self._places.add((table.name, line))
        self.count += 1
        reason, remedy = bad.sentences()
        rejected = Rejected(table.name, line, bad.column, bad.value, reason, remedy)
        if len(self.first) < SHOWN:
            self.first.append(rejected)
        if self.run is None:
            return
        by_column = cells if isinstance(cells, dict) else dict(zip(table.header, cells, strict=False))
        own = without_behind(table.header)
        texts = {name: _text(cell, decimal) for name, cell in by_column.items() if name in own}
        if self.count <= KEPT:
            place = {"file": table.name, "line": line, "column": bad.column[:300], "value": bad.value[:1000]}
            self._fresh.append(RejectedRow(run=self.run, **place, reason=reason, remedy=remedy, cells=texts))
        # Read again, a `;` means a decimal comma where nothing else tells: few rows may tell less than all did.
        self._append(table, [*texts.values(), str(line), reason, remedy], ";" if decimal == "," else ",")

    def _append(self, table: Table, cells: list[str], delimiter: str) -> None:
        path = self.files.get(table.name)
        first = path is None
        if path is None:
            path = self.files[table.name] = self._path(table.name)
        with path.open("w" if first else "a", encoding="utf-8-sig" if first else "utf-8", newline="") as stream:
            writer = csv.writer(stream, delimiter=delimiter)
            if first:
                writer.writerow([*without_behind(table.header), *behind()])
            writer.writerow(cells)

    def _path(self, name: str) -> Path:
        """A CSV file with the same name, or with .csv behind it, so that the mapping knows it again."""
        assert self.run is not None
        folder = Path(settings.DATA) / "imports" / str(self.run.intake_id)
        folder.mkdir(parents=True, exist_ok=True)
        bare = name.removesuffix(".gz")
        return folder / (bare if bare.lower().endswith(".csv") else f"{bare}.csv")

    def save(self) -> None:
        """Writes what is new to the database."""
        RejectedRow.objects.bulk_create(self._fresh)
        self._fresh = []


def _text(cell: Any, decimal: str) -> str:
    return text_of(cell).replace(".", decimal) if isinstance(cell, float) else text_of(cell)
