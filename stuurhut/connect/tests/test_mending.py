"""Rows that were refused are mended in their file, which the same mapping then reads as it read the first."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from xlsxwriter import Workbook

from stuurhut.connect.importing import Report, run_import
from stuurhut.connect.mapping import parse
from stuurhut.connect.tests.bringing import DEALS, HEADER, bring, deals
from stuurhut.crm.models import Opportunity

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> Any:
    settings.DATA = tmp_path / "data"
    with translation.override("en"):
        yield


def mend(report: Report, wrong: str, right: str) -> Path:
    """Replaces a text in the file of rejected rows."""
    (file,) = map(Path, report.rejected_files)
    text = file.read_text(encoding="utf-8-sig")
    assert wrong in text
    file.write_text(text.replace(wrong, right), encoding="utf-8-sig")
    return file


def found() -> list[tuple[str, int | None, str]]:
    rows = Opportunity.objects.order_by("system_key")
    return [(deal.system_key, deal.base_minor, f"{deal.created_at:%Y-%m-%d}") for deal in rows]


def spreadsheet(path: Path) -> Path:
    """Deals on the second sheet, under a title, with numbers and days as a spreadsheet has them."""
    book = Workbook(path)
    book.add_worksheet("Uitleg").write(0, 0, "Zie het tweede blad")
    sheet, day = book.add_worksheet("Kansen"), book.add_format({"num_format": "dd-mm-yyyy"})
    sheet.write(0, 0, "Kansen van team Noord")
    sheet.write_row(2, 0, HEADER.strip().split(","))
    for line, (key, stage, amount) in enumerate(((7, "New", 1250.5), (8, "Now", 234.567), (9, "Now", "1.250,75")), 3):
        sheet.write_row(line, 0, (key, "Desks", "Acme", "Alice", stage, "", "", amount))
        sheet.write_datetime(line, 5, date(2026, 1, 5), day)
    book.close()
    return path


def test_rows_refused_from_a_spreadsheet_come_in_by_the_same_mapping_once_they_are_mended(tmp_path: Path) -> None:
    stated = 'name = "kansen.xlsx"\nsheet = "Kansen"\nheader_line = 3\ndecimals = ","'
    mapping = DEALS.replace('name = "deals*"', stated)
    report = bring(spreadsheet(tmp_path / "kansen.xlsx"), mapping)
    assert (report.rejected, [Path(name).name for name in report.rejected_files]) == (2, ["kansen.xlsx.csv"])
    again = bring(mend(report, "Now", "New"), mapping)
    assert (again.rejected_rows, again.count("created")) == ([], 2)
    assert found() == [("7", 125050, "2026-01-04"), ("8", 23457, "2026-01-04"), ("9", 125075, "2026-01-04")]


def test_a_separator_and_an_encoding_of_the_export_do_not_hold_for_our_file_of_its_rejected_rows(
    tmp_path: Path,
) -> None:
    stated = 'name = "kansen.csv"\ndelimiter = ";"\nencoding = "cp1252"\nheader_line = 2'
    mapping = DEALS.replace('name = "deals*"', stated)
    rows = HEADER.replace(",", ";") + "1;Stoel;Café;Alice;New;05-01-2026;;12,5\n2;Ÿ;Café;Alice;Now;06-01-2026;;1.250\n"
    path = tmp_path / "kansen.csv"
    path.write_bytes(f"Kansen van team Noord\n{rows}".encode("cp1252"))
    again = bring(mend(bring(path, mapping), "Now", "New"), mapping)
    assert (again.rejected_rows, again.count("created")) == ([], 1)
    deal = Opportunity.objects.get(system_key="2")
    assert (deal.name, deal.account and deal.account.name, deal.base_minor) == ("Ÿ", "Café", 125000)


def test_a_row_that_is_refused_again_keeps_its_columns_and_gets_its_new_reason(tmp_path: Path) -> None:
    report = bring(deals(tmp_path, "7,Lamps,Acme,Alice,Now,2026-01-09,,12\n"))
    again = bring(mend(report, ",12,", ",twaalf,"))
    (file,) = map(Path, again.rejected_files)
    header, row = file.read_text(encoding="utf-8-sig").splitlines()
    assert header == f"{HEADER.strip()},line,reason,remedy"
    assert "'twaalf' is not a number" in row or "there is no stage" in row
    file = mend(again, "twaalf", "12")
    file.write_text(file.read_text(encoding="utf-8-sig").replace("Now", "New"), encoding="utf-8-sig")
    assert run_import([file], parse(DEALS)).rejected_rows == []


@pytest.mark.parametrize(
    ("good", "bad", "example"),
    [
        ("25-01-2026", "soon", "14-09-2026"),
        ("25/01/2026", "32/01/2026", "14/09/2026"),
        ("01/25/2026", "soon", "09/14/2026"),
        ("2026-01-25", "soon", "2026-09-14"),
        ("2026.01.25 10:00", "soon", "2026.09.14"),
    ],
)
def test_the_remedy_writes_a_day_as_the_file_does(tmp_path: Path, good: str, bad: str, example: str) -> None:
    rows = (f"{n},Lamps,Acme,Alice,New,{day},,12\n" for n, day in enumerate((good, bad)))
    (refused,) = bring(deals(tmp_path, *rows)).rejected_rows
    assert refused.remedy == f"write a day such as {example}, with or without 13:45 behind it"


def test_the_remedy_writes_a_day_as_the_mapping_says_where_the_file_shows_none(tmp_path: Path) -> None:
    mapping = DEALS.replace('name = "deals*"', 'name = "deals*"\ndates = "dd-mm-yyyy"')
    (refused,) = bring(deals(tmp_path, "1,Lamps,Acme,Alice,New,soon,,12\n"), mapping).rejected_rows
    assert "14-09-2026" in refused.remedy
