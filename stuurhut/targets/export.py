"""The grid as a file: goals first, so that the block can be edited in a spreadsheet and pasted back."""

from __future__ import annotations

import csv
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from stuurhut.crm.export import harmless
from stuurhut.kpi.goals import Holder
from stuurhut.kpi.words.answer import Number
from stuurhut.targets.cells import Grid, Row
from stuurhut.targets.columns import Column
from stuurhut.targets.drawing import Drawing
from stuurhut.targets.grid import grid_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = ("csv", "xlsx")
Line = list[Any]


def exported(drawing: Drawing, form: str) -> HttpResponse:
    """The grid as csv or xlsx, numbers as numbers in the KPI's unit (12.5% is 0.125)."""
    grid = grid_of(drawing)
    lines = [_heading(grid), *_lines(drawing, grid)]
    asked = drawing.asked
    name = f"targets-{asked.kpi.key}-{asked.year}-{asked.grain}.{form}"
    response = _csv(lines) if form == "csv" else _xlsx(lines, asked.kpi.unit)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _heading(grid: Grid) -> Line:
    names = [column.name for column in grid.columns]
    counted = [" ".join(filter(None, (column.name, column.up_to))) for column in grid.columns]
    return [
        _("Team"), _("Person"), *(_("goal %(period)s") % {"period": name} for name in names),
        *(_("achieved %(period)s") % {"period": name} for name in counted),
        *(_("a year before %(period)s") % {"period": name} for name in counted),
    ]  # fmt: skip


def _lines(drawing: Drawing, grid: Grid) -> list[Line]:
    found: list[Line] = []
    for block in grid.blocks:
        team = block.team.name if block.team else ""
        if block.row:
            found.append([team, "", *_figures(drawing, block.row)])
        found += [[team, person.name, *_figures(drawing, person)] for person in block.people if not person.elsewhere]
    return found


def _figures(drawing: Drawing, row: Row) -> Line:
    shown = row.cells
    goals: Line = [cell.counts if cell.text else None for cell in shown]
    reached = [_seen(drawing, row.holder, cell.column, drawing.reached_in(row.holder, cell.column)) for cell in shown]
    before = [
        _seen(drawing, row.holder, cell.column, drawing.as_far_last_year(row.holder, cell.column)) for cell in shown
    ]
    return [*goals, *reached, *before]


def _seen(drawing: Drawing, holder: Holder, column: Column, value: Number) -> Number:
    return value if drawing.rights.sees(holder, *column.span) else None


def _csv(lines: list[Line]) -> HttpResponse:
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")  # the mark tells Excel it is UTF-8
    csv.writer(response).writerows([_plain(cell) for cell in line] for line in lines)
    return response


def _plain(cell: Any) -> Any:
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return harmless(cell) if isinstance(cell, str) else cell


def _xlsx(lines: list[Line], unit: str) -> HttpResponse:
    buffer = BytesIO()
    book = Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(_("Goals"))
    bold = book.add_format({"bold": True})
    form = book.add_format({"num_format": {"money": "#,##0.00", "ratio": "0.0%", "count": "#,##0"}.get(unit, "0.##")})
    for number, line in enumerate(lines):
        for place, cell in enumerate(line):
            if isinstance(cell, str):
                sheet.write_string(number, place, cell, bold if number == 0 else None)
            elif cell is not None:
                sheet.write_number(number, place, float(cell), form)
    sheet.freeze_panes(1, 2)
    sheet.set_column(0, 1, 22)
    sheet.set_column(2, 60, 14)
    book.close()
    return HttpResponse(buffer.getvalue(), content_type=XLSX)
