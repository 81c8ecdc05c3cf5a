"""What a page shows as a file."""

from __future__ import annotations

import csv
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext
from xlsxwriter import Workbook

from stuurhut import replica
from stuurhut.cockpit.asking import Asked
from stuurhut.cockpit.behind import named
from stuurhut.cockpit.breakdown import breakdown_of
from stuurhut.cockpit.figure_course import figure_course
from stuurhut.cockpit.judged import limits_of
from stuurhut.cockpit.metrics import SEVEN
from stuurhut.cockpit.team import of_rows
from stuurhut.cockpit.wording import column_words
from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.words.answer import Answer, Number, Record, Row
from stuurhut.kpi.words.errors import QuestionError
from stuurhut.kpi.words.text import gettext_noop as _
from stuurhut.replica.written import Table, as_json, as_table, money_text, records_json

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST = 1_000_000  # what a sheet can hold


def export_breakdown(asked: Asked, key: str) -> HttpResponse:
    """The breakdown of a KPI as csv, xlsx or json. Raises QuestionError for another format."""
    answer = breakdown_of(asked, key)
    if asked.given["format"] == "json":
        return JsonResponse(as_json(answer), json_dumps_params={"ensure_ascii": False})
    return as_file(asked, as_table(answer), key, "")


def export_seven(asked: Asked) -> HttpResponse:
    """The seven as csv or xlsx: of all in view, and of each team or seller that may be seen."""
    by = of_rows(asked)
    rows = []
    for metric in SEVEN:
        groups = ((), (by,)) if by else ((),)
        for names in groups:
            answer = replica.ask(asked.question(metric.key, by=names, compare=asked.compare, brief=True), asked.scope)
            label = gettext(kpi_of(metric.key).label)
            found = answer.rows if names else (Row({}, {}, answer.total, answer.compared_total),)
            rows += [(label, row.names.get(by, asked.lens.title), *_figures(row, answer)) for row in found]
    columns = ("figure", by or "name", "value", "low", "high", "n", "compared", "currency")
    return as_file(asked, Table(columns, tuple(rows)), "", "cockpit", gettext("Cockpit"))


def _figures(row: Row, answer: Answer) -> tuple[Any, ...]:
    is_money = answer.unit == "money"

    def plain(value: Number) -> Any:
        return Decimal(money_text(value, answer.currency)) if is_money and value is not None else value

    total, then = row.value, row.compared.value if row.compared else None
    figures = (plain(total.value), plain(total.low), plain(total.high), total.n, plain(then))
    return (*figures, answer.currency if is_money else "")


def export_course(asked: Asked, key: str) -> HttpResponse:
    """The course of a KPI as csv or xlsx, a row per period. Raises QuestionError for another format."""
    columns = ("period", "start", "value", "finished", "last_year", "target", "usual_low", "usual_high", "remark")
    told = figure_course(asked, key, limits_of(asked, key))
    rows = []
    for line in told.lines:
        step, usual = line.step, (line.step.low, line.step.high) if told.has_usual else (None, None)
        values = (step.value, not step.unfinished, step.before, step.target, *usual)
        rows.append((line.name, line.start.isoformat(), *values, line.what))
    return as_file(asked, Table(columns, tuple(rows)), key, "-course")


def export_records(asked: Asked, key: str) -> HttpResponse:
    """All records behind a number as csv, xlsx or json. Raises QuestionError for another format."""
    answer = replica.ask(asked.question(key), asked.scope)
    found, _total = replica.records(asked.question(key), asked.scope, limit=MOST, offset=0)
    if asked.given["format"] == "json":
        return JsonResponse(records_json(found, answer), safe=False, json_dumps_params={"ensure_ascii": False})
    columns = ("kind", "id", "on", "name", "account", "person", "amount", "counted", "length")
    rows = tuple(
        (
            *(r.kind, r.id, r.on.isoformat() if r.on else None, name, account, r.person),
            *(_amount(r, answer), r.counted, r.length),
        )
        for r, _kind, name, account in named(found)
    )
    return as_file(asked, Table(columns, rows), key, "-records")


def _amount(record: Record, answer: Answer) -> Decimal | None:
    return None if record.amount is None else Decimal(money_text(record.amount, answer.currency))


def as_file(asked: Asked, table: Table, key: str, what: str, title: str = "") -> HttpResponse:
    """The table as the file asked for. Names of columns are for programs in csv and in the reader's words in xlsx.

    `title` is that of the sheet, without it the label of the KPI `key`.
    """
    kind, title = asked.given["format"], title or gettext(kpi_of(key).label)
    if kind == "csv":
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        writer = csv.writer(response)
        writer.writerow(table.columns)
        writer.writerows([_harmless(cell) for cell in row] for row in table.rows)
    elif kind == "xlsx":
        words = tuple(column_words(column) for column in table.columns)
        response = HttpResponse(_sheet(Table(words, table.rows), title), content_type=XLSX)
    else:
        raise QuestionError(_("'%(text)s' is not a kind of file; choose csv, xlsx or json."), text=kind)
    name = f"{key}{what}-{asked.period.start}-{asked.period.until}"
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def _harmless(cell: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets a quote in front."""
    return (
        f"'{cell}"
        if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t") and not _is_number(cell)
        else cell
    )


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()


def _sheet(table: Table, title: str) -> bytes:
    file = BytesIO()
    workbook = Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold, money = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "#,##0.00"})
    sheet = workbook.add_worksheet(_sheet_name(title))
    for column, name in enumerate(table.columns):
        sheet.write_string(0, column, name, bold)
    for number, row in enumerate(table.rows, 1):
        for column, cell in enumerate(row):
            _write(sheet, number, column, cell, money)
    sheet.freeze_panes(1, 0)
    sheet.autofit()
    workbook.close()
    return file.getvalue()


def _write(sheet: Any, row: int, column: int, cell: Any, money: Any) -> None:
    match cell:
        case None:
            return
        case bool():
            sheet.write_boolean(row, column, cell)
        case Decimal():
            sheet.write_number(row, column, float(cell), money)
        case int() | float():
            sheet.write_number(row, column, cell)
        case date() | datetime():
            sheet.write_string(row, column, cell.isoformat())
        case _:
            sheet.write_string(row, column, str(cell))


def _sheet_name(title: str) -> str:
    return "".join(" " if sign in "[]:*?/\\'" else sign for sign in title)[:31]
