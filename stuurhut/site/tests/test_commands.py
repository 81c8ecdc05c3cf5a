"""What people type, what they are told, and the exit code."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from stuurhut.crm.actions import create_opportunity, log_activity
from stuurhut.crm.tests.stages import stages
from stuurhut.kpi.words.money import Amount
from stuurhut.people.models import User
from stuurhut.people.tests.company import Company, company, seller
from stuurhut.site.cli import main
from stuurhut.site.tests.installation import installation

MARCH = datetime(2026, 3, 10, 12, tzinfo=UTC)


class Said:
    """Runs a command and keeps what it said."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *words: str) -> tuple[int, str, str]:
        code = main(words)
        out, err = self.capsys.readouterr()
        return code, out, err

    def data(self, *words: str) -> Any:
        code, out, err = self(*words, "--format", "json")
        assert code == 0, err
        return json.loads(out)


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    return Said(capsys)


@pytest.fixture
def firm(db: None) -> Company:
    """Alice made three calls and won 1,000.50; Charlie made one call; Dirk did nothing yet."""
    made = company()
    seller("Dirk", made.zuid)
    for owner in (made.alice, made.alice, made.alice, made.charlie):
        log_activity(kind="call", owner=owner, occurred_at=MARCH, by=None)
    amount = Amount(Decimal("1000.50"), "EUR")
    create_opportunity(stage=stages()["Won"], owner=made.alice, amount=amount, created_at=MARCH, by=None)
    return made


def test_an_answer_as_data_is_what_others_build_on(firm: Company, said: Said) -> None:
    answer = said.data("kpi", "calls", "--period", "2026-03", "--as-of", "2026-03-31", "--by", "person")
    assert list(answer) == [
        "kpi", "label", "unit", "better", "period", "as_of", "by", "rows", "total", "excluded", "fresh_at",
    ]  # fmt: skip
    assert answer["period"] == {"start": "2026-03-01", "until": "2026-04-01"}
    assert answer["as_of"] == "2026-04-01T00:00:00+02:00"
    assert {row["person"]: row["value"] for row in answer["rows"]} == {"Alice": 3, "Charlie": 1, "Dirk": 0}
    assert {row["person"]: row["person_id"] for row in answer["rows"]}["Alice"] == firm.alice.pk
    assert answer["total"]["value"] == 4


def test_money_is_text_with_all_its_decimals_and_its_currency(firm: Company, said: Said) -> None:
    answer = said.data("kpi", "won_value", "--period", "2026-03", "--by", "person")
    by_name = {row["person"]: (row["value"], row["currency"]) for row in answer["rows"]}
    assert by_name == {"Alice": ("1000.50", "EUR"), "Charlie": ("0.00", "EUR"), "Dirk": ("0.00", "EUR")}
    assert answer["total"]["value"] == "1000.50"


def test_the_same_answer_as_table_csv_and_data(firm: Company, said: Said) -> None:
    asked = ("kpi", "calls", "--period", "2026-03", "--by", "team")
    code, sheet, _ = said(*asked, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(sheet)))
    assert code == 0
    assert {(row["team"], row["value"]) for row in rows} == {("Noord", "3"), ("Zuid", "1")}
    code, table, _ = said(*asked)
    assert code == 0
    assert [line.split()[-1] for line in table.splitlines() if line.startswith(("Noord", "Zuid"))] == ["3", "1"]
    assert [row["value"] for row in said.data(*asked)["rows"]] == [3, 1]


def test_each_person_is_answered_with_his_own_rights(firm: Company, said: Said) -> None:
    def total(email: str) -> int:
        return int(said.data("kpi", "calls", "--period", "2026-03", "--as", email)["total"]["value"])

    User.objects.create_user("ada@example.com", is_administrator=True)
    assert [total(f"{name}@example.com") for name in ("alice", "bob", "charlie", "ada")] == [3, 3, 1, 0]


def test_the_records_behind_a_number_are_as_many_as_the_number(firm: Company, said: Said) -> None:
    answer = said.data("kpi", "calls", "--period", "2026-03", "--rows", "--where", "person=Alice")
    assert len(answer["records"]) == answer["total"]["value"] == 3
    assert {record["person"] for record in answer["records"]} == {"Alice"}
    _code, sheet, _err = said("kpi", "calls", "--period", "2026-03", "--rows", "--format", "csv")
    assert len(list(csv.DictReader(io.StringIO(sheet)))) == 4


def test_a_number_is_explained_when_asked(firm: Company, said: Said) -> None:
    answer = said.data("kpi", "calls", "--period", "2026-03", "--explain")
    assert answer["explained"]["meaning"]
    assert answer["explained"]["example"]["story"]
    assert answer["explained"]["meaning"] in said("kpi", "calls", "--period", "2026-03", "--explain")[1]


def test_a_comparison_stands_beside_the_number(firm: Company, said: Said) -> None:
    answer = said.data("kpi", "calls", "--period", "2026-03", "--by", "team", "--compare", "previous")
    assert answer["compared_total"]["value"] == 0
    assert {row["team"]: row["compared"]["value"] for row in answer["rows"]} == {"Noord": 0, "Zuid": 0}


def test_per_fte_stands_beside_the_number_where_it_can_be_told(firm: Company, said: Said) -> None:
    asked = ("kpi", "calls", "--period", "2026-03", "--by", "team", "--per-fte")
    rows = {row["team"]: row for row in said.data(*asked)["rows"]}
    assert rows["Noord"]["per_fte"] == pytest.approx(rows["Noord"]["value"] / rows["Noord"]["fte"])
    sheet = list(csv.DictReader(io.StringIO(said(*asked, "--format", "csv")[1])))
    assert {row["team"]: float(row["per_fte"]) for row in sheet}["Noord"] == rows["Noord"]["per_fte"]
    assert "per fte" in said(*asked)[1].splitlines()[1]
    code, _out, refusal = said("kpi", "win_rate", "--per-fte")
    assert code == 2
    assert "per fte" in refusal


def test_before_it_happened_it_does_not_count(firm: Company, said: Said) -> None:
    asked = ("kpi", "calls", "--period", "2026-03", "--as-of")
    values = [
        said.data(*asked, at)["total"]["value"]
        for at in ("2026-03-09", "2026-03-10T13:00", "2026-03-10T13:01", "2026-03-10")
    ]
    assert values == [0, 0, 4, 4]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["kpi", "cals"], "calls"),
        (["kpi", "calls", "--by", "persn"], "person"),
        (["kpi", "calls", "--where", "persn=Alice"], "person"),
        (["kpi", "calls", "--where", "person"], "DIMENSION=VALUE"),
        (["kpi", "calls", "--period", "2026-13"], "2026-Q3"),
        (["kpi", "calls", "--period", "2026-10-01..2026-09-01"], "2026-09-01"),
        (["kpi", "calls", "--as-of", "yesterday evening"], "2026-09-30"),
        (["kpi", "calls", "--compare", "yesterday"], "last-year"),
        (["kpi", "calls", "--format", "jsn"], "json"),
        (["kpi", "calls", "--perid", "2026"], "--period"),
        (["kpi", "calls", "--period"], "--help"),
        (["kpi", "calls", "visits"], "visits"),
        (["kpi", "target_attainment", "--of", "cals"], "calls"),
        (["kpi"], "KEY"),
        (["kpi", "calls", "--as", "nobody@example.com"], "nobody@example.com"),
        (["kpsi"], "kpi"),
        (["--lang", "fr", "kpis"], "nl"),
        (["user", "add", "a@example.com"], "--role"),
        (["user", "add", "a@example.com", "--role", "boss"], "seller"),
        (["user", "add", "a@example.com", "--role", "seller", "--team", "Nrd"], "Nrd"),
        (["user", "remove", "a@example.com", "--role", "seller"], "add"),
        (["demo", "--size", "huge"], "large"),
        (["import"], "--undo"),
        (["import", "nowhere.csv"], "nowhere.csv"),
        (["up", "--port", "http"], "65535"),
    ],
)
def test_wrong_use_is_one_sentence_with_the_remedy_and_code_2(said: Said, words: Sequence[str], named: str) -> None:
    code, out, err = said(*words)
    assert (code, out) == (2, "")
    assert named in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.django_db
def test_an_error_is_data_for_who_asked_data(said: Said) -> None:
    code, _, err = said("kpi", "cals", "--format", "json")
    assert code == 2
    assert json.loads(err)["exit"] == 2
    assert "calls" in json.loads(err)["error"]


@pytest.mark.django_db
def test_every_kpi_is_listed_with_its_meaning(said: Said) -> None:
    code, out, _ = said("kpis", "--json")
    assert code == 0
    found = {one["kpi"]: one for one in json.loads(out)}
    assert {"leads_created", "win_rate", "target_attainment", "sales_value"} <= set(found)
    assert all(one["meaning"] and one["label"] for one in found.values())
    code, table, _ = said("kpis")
    assert code == 0
    assert all(key in table for key in found)


def test_a_login_is_made_with_a_password_that_is_said_once(firm: Company, said: Said) -> None:
    code, out, _ = said("user", "add", "els@example.com", "--role", "seller", "--team", "noord", "--name", "Els")
    assert code == 0
    password = out.split()[-1]
    els = User.objects.get(email="els@example.com")
    assert els.check_password(password)
    assert els.person.memberships.get().team == firm.noord
    assert said("user", "add", "els@example.com", "--role", "seller")[0] == 2


@pytest.mark.django_db
def test_the_demo_company_needs_an_empty_database(firm: Company, said: Said) -> None:
    code, _, err = said("demo", "--until", date(2026, 11, 20).isoformat())
    assert code == 3
    assert len(err.strip().splitlines()) == 1


@pytest.mark.django_db
def test_help_names_every_command_and_every_option(said: Said) -> None:
    code, out, _ = said("--help")
    assert code == 0
    for command in ("up", "serve", "worker", "import", "kpis", "kpi", "user", "demo", "backup", "restore", "check"):
        assert f"  {command} " in out
    code, out, _ = said("kpi", "--help")
    assert code == 0
    for option in (
        "--period",
        "--by",
        "--where",
        "--as-of",
        "--compare",
        "--of",
        "--as",
        "--format",
        "--explain",
        "--rows",
    ):
        assert option in out


def test_a_new_installation_says_what_it_needs(tmp_path: Path) -> None:
    """From a terminal: a setting with a typo, a database without tables, a database that is not there."""
    with installation(tmp_path / "data", "stuurhut_commands") as new:
        without_tables = new.run("kpi", "calls")
        assert (without_tables.returncode, without_tables.stdout) == (3, "")
        assert "stuurhut migrate" in without_tables.stderr
        new.environment["STUURHUT_DTA"] = "x"
        typo = new.run("kpis")
        assert (typo.returncode, typo.stdout) == (2, "")
        assert "STUURHUT_DATA" in typo.stderr
        del new.environment["STUURHUT_DTA"]
        new.environment["DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/nothing"
        gone = new.run("check")
        assert gone.returncode == 3
        assert "DATABASE_URL" in gone.stderr
        assert len(gone.stderr.strip().splitlines()) == 1
