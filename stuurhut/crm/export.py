"""A list as a file: CSV for programs, a workbook for people."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone

from stuurhut.crm.tables import Exported, RecordTable

FORMATS = ("csv", "xlsx")
MOST_ROWS_OF_A_SHEET = 1_048_575
FORMULA_STARTS = ("=", "@", "+", "-", "\t", "\r")


class TooManyRows(Exception):
    """More records than a worksheet holds."""


def exported(table: RecordTable, name: str, form: str) -> HttpResponse | StreamingHttpResponse:
    """All rows of the table as a download; `form` is csv or xlsx. Raises TooManyRows for a workbook too small."""
    filename = f"{name}-{timezone.localdate()}.{form}"
    response = _csv(table) if form == "csv" else _xlsx(table, name)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def lines(table: RecordTable) -> Iterator[list[Exported]]:
    """The headings, then a line per record, moments in local time."""
    columns = [bound.column for bound in table.columns]
    heading: list[str] = []
    for record in _records(table):
        cells: dict[str, Exported] = {}
        for column in columns:
            cells.update(column.exported(record))
        if not heading:
            heading = list(cells)
            yield list(heading)
        yield [timezone.localtime(cell) if isinstance(cell, datetime) else cell for cell in cells.values()]
    if not heading:
        yield [str(column.verbose_name) for column in columns]


def _records(table: RecordTable) -> Iterable[Any]:
    queryset: QuerySet[Any] = table.data.data
    # Read in parts, so that a long list does not fill the memory.
    return queryset.iterator(chunk_size=2000)


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _csv(table: RecordTable) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())
    # The mark at the start tells Excel that this is UTF-8.
    body = ("\ufeff" + writer.writerow(line) if first else writer.writerow(line) for first, line in _plain_lines(table))
    return StreamingHttpResponse(body, content_type="text/csv; charset=utf-8")


def _plain_lines(table: RecordTable) -> Iterator[tuple[bool, list[object]]]:
    for number, line in enumerate(lines(table)):
        yield number == 0, [_plain(cell) for cell in line]


def _plain(cell: Exported) -> object:
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    return harmless(cell) if isinstance(cell, str) else cell


def harmless(text: str) -> str:
    """A text that a spreadsheet does not run as a formula; telephone and other numbers stay as they are."""
    is_number = text[:1] in "+-" and not any(sign.isalpha() or sign in "(=!|" for sign in text[1:])
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not is_number else text


def _xlsx(table: RecordTable, name: str) -> HttpResponse:
    buffer = BytesIO()
    # Written as text, never as a formula or link, whatever a name looks like.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    book = xlsxwriter.Workbook(buffer, options)
    sheet = book.add_worksheet(name[:31])
    bold = book.add_format({"bold": True})
    forms = {
        datetime: book.add_format({"num_format": "dd-mm-yyyy hh:mm"}),
        date: book.add_format({"num_format": "dd-mm-yyyy"}),
        Decimal: book.add_format({"num_format": "#,##0.00"}),
    }
    for number, line in enumerate(lines(table)):
        if number > MOST_ROWS_OF_A_SHEET:
            raise TooManyRows
        for place, cell in enumerate(line):
            value = cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell
            sheet.write(number, place, value, bold if number == 0 else forms.get(type(cell)))
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 12, 18)
    book.close()
    return HttpResponse(
        buffer.getvalue(), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
