"""Any file of rows, as chunks of columns with the number of the line on which each row begins.

CSV in any dialect, gzip, XLSX and ODS, JSON lines, Parquet. A file is streamed as often as the import needs it, so that
memory does not grow with it.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_noop as _

from stuurhut.connect.decode import LONGEST_LINE, delimiter_of, encoding_of, lines, open_text, pieces
from stuurhut.connect.problems import Bad, FileUnreadable

CHUNK = 4000
SHEETS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
Row = tuple[int, list[Any]]


@dataclass(frozen=True)
class Chunk:
    """Some rows of a file, by column. `ragged` holds the rows whose fields do not fit the header."""

    lines: list[int]
    columns: dict[str, list[Any]]
    ragged: list[tuple[int, list[Any], Bad]] = field(default_factory=list)

    def row(self, index: int) -> dict[str, Any]:
        return {name: values[index] for name, values in self.columns.items()}


@dataclass(frozen=True)
class Table:
    """A file that can be read: its header, and how it is written."""

    path: Path
    name: str
    header: tuple[str, ...]
    format: str
    encoding: str = ""
    delimiter: str = ""
    rows: Callable[[], Iterator[Row]] = field(repr=False, default=lambda: iter(()))

    def chunks(self, size: int = CHUNK) -> Iterator[Chunk]:
        """The rows in chunks; blank rows are left out. Each call reads the file anew."""
        rows = self.rows()
        while taken := list(islice(rows, size)):
            yield self._chunk(taken)

    def _chunk(self, rows: list[Row]) -> Chunk:
        width = len(self.header)
        ragged = [(line, cells, _ragged(cells, width)) for line, cells in rows if len(cells) != width]
        fitting = [row for row in rows if len(row[1]) == width] if ragged else rows
        columns = zip(*(cells for _line, cells in fitting), strict=True) if fitting else ([] for _name in self.header)
        by_name = {name: list(values) for name, values in zip(self.header, columns, strict=True)}
        return Chunk([line for line, _cells in fitting], by_name, ragged)


def _ragged(cells: list[Any], width: int) -> Bad:
    return Bad(
        _("the row has %(found)s fields and the header %(expected)s"),
        _("put quotes around a text that holds the separator, or add the fields that lack"),
        {"found": len(cells), "expected": width},
    )


def open_table(
    path: Path,
    *,
    wanted: Iterable[str] = (),
    delimiter: str = "",
    encoding: str = "",
    header_line: int = 1,
    sheet: str = "",
) -> Table:
    """A file ready to be read; what is not given is told from the file. Raises FileUnreadable.

    `wanted`: columns that the mapping names, which help to tell the separator. `header_line` counts from 1.
    """
    path = Path(path)
    suffixes = [suffix.lower() for suffix in path.suffixes]
    last = suffixes[-1] if suffixes and suffixes[-1] != ".gz" else "".join(suffixes[-2:-1])
    if not path.is_file() or not path.stat().st_size:
        next(pieces(path), b"")  # says why when it cannot be opened
        raise FileUnreadable(_("%(file)s is empty; export it again."), file=path.name)
    if last in SHEETS:
        return _spreadsheet(path, header_line, sheet)
    if last == ".parquet":
        return _parquet(path)
    if last in (".jsonl", ".ndjson"):
        return _json_lines(path)
    return _csv(path, wanted, delimiter, encoding, header_line)


def text_of(value: Any) -> str:
    """A cell as text: trimmed, a whole number without `.0`, nothing as the empty text."""
    if value.__class__ is str:
        return str(value).strip()
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def digest(path: Path) -> str:
    """A sum over the content, to know the same file again."""
    total = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(1 << 20):
            total.update(piece)
    return total.hexdigest()


def _names(cells: Iterable[Any]) -> tuple[str, ...]:
    """Column names: trimmed, unnamed ones numbered, a name that comes back numbered too."""
    names: list[str] = []
    for number, cell in enumerate(cells, 1):
        name = base = " ".join(str(cell or "").split()) or f"column {number}"
        again = 2
        while name in names:
            name, again = f"{base} ({again})", again + 1
        names.append(name)
    return tuple(names)


def _csv(path: Path, wanted: Iterable[str], delimiter: str, encoding: str, header_line: int) -> Table:
    encoding = encoding or encoding_of(path)
    csv.field_size_limit(LONGEST_LINE)
    with open_text(path, encoding) as text:
        head = list(islice(lines(text, path.name), header_line - 1, header_line + 50))
    delimiter = delimiter or delimiter_of(head, wanted)
    header = _names(next(csv.reader(head, delimiter=delimiter), []))
    if not head or not any(header):
        raise FileUnreadable(_("%(file)s has no header on line %(line)s."), file=path.name, line=header_line)

    def rows() -> Iterator[Row]:
        with open_text(path, encoding) as text:
            reader = csv.reader(lines(text, path.name), delimiter=delimiter)
            start = 1
            try:
                for cells in reader:
                    if start > header_line - 1 and cells and (len(cells) > 1 or cells[0].strip()):
                        yield start, cells
                    start = reader.line_num + 1
            except csv.Error as error:
                raise FileUnreadable(
                    _("%(file)s cannot be read after line %(line)s (%(why)s); a quote may be left open there."),
                    file=path.name,
                    line=start,
                    why=error,
                ) from error

    def without_header() -> Iterator[Row]:
        return islice(rows(), 1, None)

    return Table(path, path.name, header, "csv", encoding.removesuffix("-sig"), delimiter, without_header)


def _spreadsheet(path: Path, header_line: int, sheet: str) -> Table:
    from python_calamine import CalamineError, CalamineWorkbook, WorksheetNotFound

    try:
        book = CalamineWorkbook.from_path(path)
        page = book.get_sheet_by_name(sheet) if sheet else book.get_sheet_by_index(0)
    except WorksheetNotFound as error:
        raise FileUnreadable(_("%(file)s has no sheet '%(sheet)s'."), file=path.name, sheet=sheet) from error
    except CalamineError as error:
        raise FileUnreadable(
            _("%(file)s is not a spreadsheet that can be read (%(why)s)."), file=path.name, why=error
        ) from error
    grid = page.to_python(skip_empty_area=False)
    if len(grid) < header_line or not any(str(cell).strip() for cell in grid[header_line - 1]):
        raise FileUnreadable(_("%(file)s has no header on line %(line)s."), file=path.name, line=header_line)

    def rows() -> Iterator[Row]:
        for line, cells in enumerate(grid[header_line:], header_line + 1):
            if any(cell != "" for cell in cells):
                yield line, list(cells)

    return Table(path, path.name, _names(grid[header_line - 1]), "spreadsheet", rows=rows)


def _json_lines(path: Path) -> Table:
    encoding = encoding_of(path)
    header: dict[str, None] = {}

    def records() -> Iterator[tuple[int, dict[str, Any]]]:
        with open_text(path, encoding) as text:
            for number, line in enumerate(lines(text, path.name), 1):
                if not line.strip():
                    continue
                try:
                    record = json.loads(line)
                except ValueError:
                    record = None
                if not isinstance(record, dict):
                    raise FileUnreadable(
                        _("Line %(line)s of %(file)s is not a JSON object; write one object a line."),
                        line=number,
                        file=path.name,
                    )
                yield number, record

    for _number, record in records():
        header.update(dict.fromkeys(record))

    def rows() -> Iterator[Row]:
        for number, record in records():
            yield number, [_plain(record.get(name)) for name in header]

    if not header:
        raise FileUnreadable(_("%(file)s is empty; export it again."), file=path.name)
    return Table(path, path.name, tuple(header), "json lines", encoding.removesuffix("-sig"), rows=rows)


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _parquet(path: Path) -> Table:
    import pyarrow
    import pyarrow.parquet

    try:
        header = tuple(pyarrow.parquet.read_schema(path).names)
    except (pyarrow.ArrowInvalid, OSError) as error:
        raise FileUnreadable(_("%(file)s is not a Parquet file that can be read."), file=path.name) from error

    def rows() -> Iterator[Row]:
        number = 1
        with pyarrow.parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(CHUNK):
                for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    yield number, list(cells)
                    number += 1

    return Table(path, path.name, header, "parquet", rows=rows)
