"""Any file of rows is read, or refused in one sentence that says what to do; then nothing has changed."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from django.utils import translation

from stuurhut.connect import decode
from stuurhut.connect.mapping import parse
from stuurhut.connect.problems import FileUnreadable, ImportFailed, MappingWrong
from stuurhut.connect.read import open_table
from stuurhut.connect.tests.bringing import ALICE, BOB, DEALS, HEADER, bring, deals
from stuurhut.crm.models import Opportunity, Process
from stuurhut.people.models import Intake

pytestmark = pytest.mark.django_db
Writer = Callable[[Path], None]
NAMES = HEADER.strip().split(",")
ROWS = [line.strip().split(",") for line in (ALICE, BOB)]
TYPED = [
    [1, "Desks", "Acme", "Alice", "New", datetime(2026, 1, 5), None, 1000.0],  # noqa: DTZ001
    [2, "Chairs", "Acme", "Bob", "Won", datetime(2026, 1, 6), datetime(2026, 2, 1), 250.5],  # noqa: DTZ001
]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: object) -> None:
    settings.DATA = tmp_path / "data"  # type: ignore[attr-defined]
    translation.activate("en")


def as_text(path: Path, delimiter: str, encoding: str) -> None:
    lines = [delimiter.join(f'"{cell}"' for cell in row) for row in [NAMES, *ROWS]]
    path.write_bytes("\r\n".join(lines).encode(encoding))


def as_xlsx(path: Path) -> None:
    book = xlsxwriter.Workbook(path)
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, NAMES)
    for number, cells in enumerate(TYPED, 1):
        for column, cell in enumerate(cells):
            sheet.write(number, column, cell, day if isinstance(cell, datetime) else None)
    book.close()


def as_ods(path: Path) -> None:
    cell = "<table:table-cell office:value-type='string'><text:p>{}</text:p></table:table-cell>"
    rows = ("".join(cell.format(text) for text in row) for row in [NAMES, *ROWS])
    table = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = " ".join(f"xmlns:{name}='{urn}:{name}:1.0'" for name in ("office", "table", "text"))
    sheet = f"<office:spreadsheet><table:table table:name='Deals'>{table}</table:table></office:spreadsheet>"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f"<m:manifest xmlns:m='{urn}:manifest:1.0'/>")
        content = f"<office:document-content {spaces}><office:body>{sheet}</office:body></office:document-content>"
        archive.writestr("content.xml", f"<?xml version='1.0'?>{content}")


def as_json_lines(path: Path) -> None:
    records = (dict(zip(NAMES, row, strict=True)) for row in TYPED)
    path.write_text("\n".join(json.dumps(record, default=str) for record in records), encoding="utf-8")


def as_gzip(path: Path) -> None:
    path.write_bytes(gzip.compress(b"\n".join(",".join(row).encode() for row in [NAMES, *ROWS]), mtime=0))


def as_parquet(path: Path) -> None:
    pq.write_table(pa.Table.from_pylist([dict(zip(NAMES, row, strict=True)) for row in TYPED]), path)


FORMS: list[tuple[str, Writer]] = [
    ("deals.csv", lambda path: as_text(path, ",", "utf-8")),
    ("deals.tsv", lambda path: as_text(path, "\t", "utf-8-sig")),
    ("deals.txt", lambda path: as_text(path, "|", "utf-16")),
    ("deals-2.csv", lambda path: as_text(path, ";", "utf-16-le")),
    ("deals.csv.gz", as_gzip),
    ("deals.xlsx", as_xlsx),
    ("deals.ods", as_ods),
    ("deals.jsonl", as_json_lines),
    ("deals.parquet", as_parquet),
]


@pytest.mark.parametrize(("name", "write"), FORMS, ids=[name for name, _write in FORMS])
def test_the_same_deals_come_in_from_every_kind_of_file(tmp_path: Path, name: str, write: Writer) -> None:
    write(tmp_path / name)
    report = bring(tmp_path / name)
    assert report.rejected_rows == []
    columns = ("system_key", "name", "owner__name", "base_minor", "closed_at")
    found = Opportunity.objects.order_by("system_key").values_list(*columns)
    closed = datetime.fromisoformat("2026-02-01T00:00+01:00")
    assert list(found) == [("1", "Desks", "Alice", 100000, None), ("2", "Chairs", "Bob", 25050, closed)]


def test_columns_without_a_name_or_with_a_name_twice_can_still_be_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Related to,,Related to\n1,2,3\n")
    assert open_table(path).header == ("Related to", "column 2", "Related to (2)")


def test_lines_above_the_header_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_text("Export of 5 January\n\n" + HEADER + ALICE)
    bring(path, DEALS.replace('name = "deals*"', 'name = "deals*"\nheader_line = 3'))
    assert Opportunity.objects.get().name == "Desks"


WRONG: list[tuple[str, bytes, str]] = [
    ("deals.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is a PNG file, not a table"),
    ("deals.csv", bytes(range(256)) * 20, "is a binary file, not a table"),
    ("deals.csv", b"", "is empty"),
    ("deals.csv", b"\xef\xbb\xbf \r\n", "is empty"),
    ("deals.csv", HEADER.encode(), "has a header and no rows"),
    ("deals.csv", HEADER.encode() + b"1,Desks," + b"x" * 3_000_000, "is longer than a million characters"),
    ("deals.csv", HEADER.encode() + b'1,"' + b"Desks\n" * 300_000, "a quote may be left open"),
    ("deals.csv", HEADER.replace("created", "made").encode() + ALICE.encode(), "no column 'created'; the nearest is '"),
    ("deals.csv.gz", gzip.compress(HEADER.encode() * 99, mtime=0)[:-20], "is a damaged gzip file"),
    ("deals.xlsx", b"PK\3\4 and no spreadsheet", "is not a spreadsheet"),
    ("deals.parquet", b"PAR1 and no table", "is not a Parquet file"),
    ("deals.jsonl", b'{"id": 1}\nnonsense\n', "Line 2 of deals.jsonl is not a JSON object"),
    ("other.csv", HEADER.encode() + ALICE.encode(), "says nothing of these files"),
]


@pytest.mark.parametrize(("name", "content", "sentence"), WRONG)
def test_a_file_that_cannot_be_read_changes_nothing_and_says_why(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ImportFailed) as caught:
        bring(path)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 3
    assert not Intake.objects.exists()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match=r"There is no file .*nowhere\.csv; check the name and the folder\."):
        bring(tmp_path / "nowhere.csv")


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [('delimiter = ";"', "is not separated by ';'"), ('encoding = "utf-17"', "There is no encoding 'utf-17'")],
)
def test_a_wrong_separator_or_encoding_in_the_mapping_is_named(tmp_path: Path, setting: str, sentence: str) -> None:
    with pytest.raises(ImportFailed) as caught:
        bring(deals(tmp_path, ALICE), DEALS.replace('name = "deals*"', f'name = "deals*"\n{setting}'))
    assert sentence in str(caught.value)


TYPOS = [
    ('system = "crm"', 'sytem = "crm"', "In mapping: there is no 'sytem'; did you mean 'system'?"),
    ('fact = "opportunity"', 'fact = "oportunity"', "there is no 'oportunity'; did you mean 'opportunity'?"),
    ("owner = {", "ownr = {", "In file deals*, opportunity: there is no 'ownr'; did you mean 'owner'?"),
    ("create = true", "creat = true", "there is no 'creat'; did you mean 'create'?"),
    ("create = true", 'create = "yes"', "write create = true/false."),
    ('kind = "won"', 'kind = "wonn"', "there is no 'wonn'; did you mean 'won'?"),
    ('key = "id"', 'key = "id"\ndates = "dmy"', "there is no 'dates'"),
    ('name = "deals*"', 'name = "deals*"\ndates = "dd-mm-jjjj"', "did you mean 'dd-mm-yyyy'?"),
    ('stage = "stage"', "stage = 3", "give the name of a column"),
    ('stage = "stage"', "stage = { create = true }", "say which `column` it comes from"),
    ('stage = "stage"', 'stage = { of = "product.price" }', "did you mean 'list_price'?"),
    ('name = "Sales"', 'name = "Sales', "The mapping is not valid TOML"),
    ("[[file]]", "[[files]]", "there is no 'files'; did you mean 'file'?"),
]


@pytest.mark.parametrize(("right", "wrong", "sentence"), TYPOS)
def test_a_typo_in_a_mapping_is_one_sentence_that_names_the_nearest_word(right: str, wrong: str, sentence: str) -> None:
    with pytest.raises(MappingWrong) as caught:
        parse(DEALS.replace(right, wrong, 1))
    assert sentence in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_stage_in_entered_that_does_not_exist_changes_nothing(tmp_path: Path) -> None:
    mapping = DEALS.replace('key = "id"', 'key = "id"\nentered = { Propsal = "created" }')
    with pytest.raises(MappingWrong, match=r"no stage 'Propsal'; did you mean 'proposal'\?"):
        bring(deals(tmp_path, ALICE), mapping)
    assert not Opportunity.objects.exists()


def test_an_import_that_was_refused_half_way_does_not_stand_in_the_way_of_the_next(tmp_path: Path) -> None:
    mapping = DEALS.replace('key = "id"', 'key = "id"\nentered = { Propsal = "created" }')
    many = deals(tmp_path, *(ALICE.replace("1,Desks", f"{n},Desks") for n in range(2000)))
    with pytest.raises(MappingWrong):
        bring(many, mapping)
    assert not Process.objects.exists()
    assert bring(many).counts["opportunity"]["created"] == 2000


def test_a_line_end_of_two_characters_on_the_border_of_two_pieces_is_one_line_end(tmp_path: Path) -> None:
    row = "1,Desks\r\n"
    start = "id,name\r\n" + "x" * (decode.LONGEST_LINE % len(row)) + ",y\r\n"
    rows = (decode.LONGEST_LINE - len(start)) // len(row) + 3
    for shift in range(len(row)):
        (tmp_path / "long.csv").write_bytes((start + "z" * shift + row * rows).encode())
        read = [cells for chunk in open_table(tmp_path / "long.csv").chunks() for cells in chunk.columns["name"]]
        assert read == ["y", *["Desks"] * rows]
