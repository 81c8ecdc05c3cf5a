"""Exports of well-known CRM systems need no mapping; what headers cannot tell is asked once."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from xlsxwriter import Workbook

from stuurhut.connect.asking import Asked, answered_people, asked, with_stages, with_words
from stuurhut.connect.guessing import guess, look_at
from stuurhut.connect.importing import run_import
from stuurhut.connect.mapped import ProcessMap, StageMap
from stuurhut.connect.mapping import load, parse
from stuurhut.connect.proposing import propose
from stuurhut.connect.read import open_table
from stuurhut.connect.recognise import NotRecognised, recognise, remember
from stuurhut.connect.survey import survey
from stuurhut.connect.telling import Found
from stuurhut.connect.tests.bringing import ALICE, DEALS, HEADER, deals
from stuurhut.connect.writing_toml import as_toml
from stuurhut.crm.models import Account, Activity, Contact, Lead, Opportunity, Product
from stuurhut.people import actions as people
from stuurhut.people.models import Intake, Person

ROOT = Path(__file__).resolve().parents[3]
HEADERS = ROOT.parent / "shared" / "data" / "crm_export_headers"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")

pytestmark = pytest.mark.django_db
with_headers = pytest.mark.skipif(
    not HEADERS.is_dir(), reason="the headers of CRM exports (../shared/data) are not beside this clone"
)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: object) -> None:
    settings.DATA = tmp_path / "data"  # type: ignore[attr-defined]
    translation.activate("en")


def export(path: Path, rows: list[dict[str, str]], header: list[str] | None = None) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, header or list(rows[0]), restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def asked_of(path: Path) -> Asked:
    """What somebody who brings a file is asked about it."""
    proposal = propose([path])
    found = Found(proposal.mapping, survey([path], proposal.mapping))
    return asked(with_stages(proposal.mapping, found), found, proposal.told)


PIPEDRIVE = {
    "Deal - ID": "7", "Deal - Title": "Desks", "Deal - Value": "1200", "Deal - Currency": "EUR",
    "Deal - Pipeline": "New business", "Deal - Stage": "Proposal made", "Deal - Status": "Won",
    "Deal - Owner": "Alice", "Deal - Organization": "Acme", "Deal - Deal created": "2026-01-05 10:00:00",
    "Deal - Won time": "2026-02-03 11:30:00", "Deal - Lost time": "",
}  # fmt: skip


def test_pipedrive_deals_that_were_won_close_in_the_stage_that_its_file_lacks(tmp_path: Path) -> None:
    still_open = {**PIPEDRIVE, "Deal - ID": "8", "Deal - Status": "Open", "Deal - Won time": ""}
    path = export(tmp_path / "deals-2026.csv", [PIPEDRIVE, still_open])
    found = recognise([path])
    asks = asked_of(path)
    assert (found.name, [ask.stage.name for ask in asks.stages]) == (
        "Pipedrive deals",
        ["Proposal made", "Won", "Lost"],
    )
    assert [ask.name for ask in asks.people] == ["Alice"]
    report = run_import([path], found.mapping)
    assert report.rejected_rows == []
    won, other = Opportunity.objects.order_by("system_key")
    assert (won.outcome, won.stage.name, won.base_minor, won.account and won.account.name) == (
        "won",
        "Won",
        120000,
        "Acme",
    )
    assert [change.to_stage.name for change in won.stage_changes.order_by("id")] == ["Proposal made", "Won"]
    assert won.closed_at is not None
    assert f"{won.closed_at.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}" == "2026-02-03 11:30"
    assert (other.outcome, other.stage.name, other.closed_at) == ("open", "Proposal made", None)


def test_what_was_looked_at_once_is_not_asked_again(tmp_path: Path) -> None:
    alice = people.create_person(name="Alice de Vries", by=None)
    path = export(tmp_path / "deals.csv", [PIPEDRIVE])
    mapping = answered_people(recognise([path]).mapping, {"Alice": alice.name})
    remember([path], mapping, name="Our Pipedrive")
    next_month = export(tmp_path / "deals-next-month.csv", [{**PIPEDRIVE, "Deal - ID": "9"}])
    assert not asked_of(next_month)
    again = recognise([next_month])
    assert (again.name, again.kept) == ("Our Pipedrive", True)
    for file in (path, next_month):
        run_import([file], recognise([file]).mapping)
    assert set(Opportunity.objects.values_list("owner__name", flat=True)) == {alice.name}
    assert (Opportunity.objects.count(), Person.objects.count()) == (2, 1)


def test_hubspot_in_dutch_is_hubspot_as_well(tmp_path: Path) -> None:
    row = {
        "Record-ID": "1", "Dealnaam": "Bureaus", "Pijplijn": "Verkoop", "Dealstadium": "Gewonnen", "Bedrag": "1.234,50",
        "Sluitdatum": "2026-03-02 12:00", "Aanmaakdatum": "2026-02-01 09:00", "Eigenaar van deal": "Anouk",
    }  # fmt: skip
    path = tmp_path / "hubspot-crm-exports-alle-deals-2026-03-05.csv"
    path.write_bytes(("\r\n".join(";".join(cells) for cells in (row, row.values())) + "\r\n").encode("cp1252"))
    report = run_import([path], recognise([path]).mapping)
    assert report.rejected_rows == []
    deal = Opportunity.objects.get()
    assert (deal.name, deal.outcome, deal.base_minor, deal.stage.process.name) == ("Bureaus", "won", 123450, "Verkoop")


def test_in_salesforce_the_deals_tell_which_stage_is_won(tmp_path: Path) -> None:
    row = {
        "Id": "006A", "Name": "Desks", "StageName": "Getekend", "Amount": "10", "CloseDate": "2026-02-01",
        "IsClosed": "true", "IsWon": "true", "CreatedDate": "2026-01-01T08:00:00.000Z", "OwnerId": "005A",
    }  # fmt: skip
    lost = {**row, "Id": "006B", "StageName": "Afgevallen", "IsWon": "false"}
    busy = {
        **row,
        "Id": "006C",
        "StageName": "In gesprek",
        "IsClosed": "false",
        "IsWon": "false",
        "CloseDate": "2027-01-01",
    }
    path = export(tmp_path / "Opportunity.csv", [row, lost, busy])
    run_import([path], recognise([path]).mapping)
    found = Opportunity.objects.order_by("system_key").values_list("stage__name", "stage__kind", "outcome")
    assert list(found) == [("Getekend", "won", "won"), ("Afgevallen", "lost", "lost"), ("In gesprek", "open", "open")]


HUBSPOT_DEALS = "Record ID,Deal Name,Pipeline,Deal Stage,Amount,Create Date,Close Date,Deal owner\n"


def stages_of(path: Path) -> list[str]:
    return [stage.name for stage in recognise([path]).mapping.processes[0].stages]


def hubspot_deals(path: Path, *stages: str) -> Path:
    rows = (f"{n},Deal {n},Sales,{stage},100,2026-01-0{n},2026-03-01,Alice\n" for n, stage in enumerate(stages, 1))
    path.write_text(HUBSPOT_DEALS + "".join(rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("found", "ladder"),
    [
        (
            ("Contract sent", "closedwon", "Decision maker bought-in", "Appointment scheduled", "Qualified to buy",
             "Closed Lost", "Presentation scheduled"),
            ["Appointment scheduled", "Qualified to buy", "Presentation scheduled", "Decision maker bought-in",
             "Contract sent", "closedwon", "Closed Lost"],
        ),
        (
            ("Negotiation/Review", "Perception Analysis", "Id. Decision Makers", "Prospecting", "Value Proposition"),
            ["Prospecting", "Value Proposition", "Id. Decision Makers", "Perception Analysis", "Negotiation/Review",
             "Won", "Lost"],
        ),
        (
            ("Negotiations Started", "Contact Made", "Proposal Made", "Qualified", "Second visit"),
            ["Qualified", "Contact Made", "Second visit", "Proposal Made", "Negotiations Started", "Won", "Lost"],
        ),
        (
            ("Onderhandeling", "Offerte uit", "Nieuw", "Behoefte bekend", "Verloren"),
            ["Nieuw", "Behoefte bekend", "Offerte uit", "Onderhandeling", "Won", "Verloren"],
        ),
    ],
)  # fmt: skip
def test_stages_are_proposed_in_the_order_in_which_a_deal_passes_them(
    tmp_path: Path, found: tuple[str, ...], ladder: list[str]
) -> None:
    assert stages_of(hubspot_deals(tmp_path / "deals.csv", *found)) == ladder


def test_a_slash_in_the_name_of_a_stage_does_not_make_it_another_process(tmp_path: Path) -> None:
    path = hubspot_deals(tmp_path / "deals.csv", "Proposal/Price Quote", "Qualification")
    run_import([path], recognise([path]).mapping)
    undeclared = DEALS[: DEALS.index("[[process]]")] + DEALS[DEALS.index("[[file]]") :]
    undeclared = undeclared.replace('stage = "stage"', 'stage = { column = "stage", create = true }')
    run_import([deals(tmp_path, ALICE.replace("New", "Proposal/Quote"), name="deals-2.csv")], parse(undeclared))
    found = Opportunity.objects.order_by("id").values_list("stage__process__name", "stage__name")
    assert list(found) == [("Sales", "Proposal/Price Quote"), ("Sales", "Qualification"), ("Sales", "Proposal/Quote")]


def test_stages_that_somebody_put_in_order_keep_it_when_a_new_one_turns_up(tmp_path: Path) -> None:
    ours = replace(parse(DEALS), processes=(ProcessMap("Sales", tuple(map(StageMap, ("Offerte", "Nieuw", "Bezoek")))),))
    path = deals(tmp_path, ALICE.replace("New", "Demo"))
    found = Found(ours, survey([path], ours))
    stages = [stage.name for stage in with_stages(ours, found).processes[0].stages]
    assert stages == ["Offerte", "Nieuw", "Bezoek", "Demo", "Won", "Lost"]


def test_an_import_that_was_broken_off_is_recognised_as_the_same_when_it_is_brought_again(tmp_path: Path) -> None:
    path = hubspot_deals(tmp_path / "deals.csv", "Contract sent", "Qualified to buy")
    before = recognise([path]).mapping
    run_import([path], before)
    Intake.objects.update(completed_at=None)
    assert recognise([path]).mapping.text == before.text


def test_the_time_in_a_column_beside_the_day_makes_the_moment(tmp_path: Path) -> None:
    path = tmp_path / "activiteiten.csv"
    path.write_text(
        "Soort;Datum;Tijd;Bedrijf;Medewerker\nBezoek;20-01-2026;14:30;Acme;Anouk\nBezoek;21-01-2026;;Acme;Anouk\n"
    )
    mapping = propose([path]).mapping
    run_import([path], with_words(mapping, Found(mapping, survey([path], mapping))))
    moments = Activity.objects.order_by("occurred_at").values_list("occurred_at", flat=True)
    assert [f"{at.astimezone(AMSTERDAM):%d-%m %H:%M}" for at in moments if at] == ["20-01 14:30", "21-01 00:00"]


def test_days_and_times_in_cells_of_a_spreadsheet_make_the_moment_too(tmp_path: Path) -> None:
    book = Workbook(tmp_path / "bezoeken.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ("Soort", "Datum", "Tijd", "Bedrijf"))
    sheet.write_row(1, 0, ("Bezoek", "", "", "Acme"))
    sheet.write_datetime(1, 1, date(2026, 1, 20), book.add_format({"num_format": "dd-mm-yyyy"}))
    sheet.write_datetime(1, 2, time(14, 30), book.add_format({"num_format": "hh:mm"}))
    book.close()
    mapping = propose([tmp_path / "bezoeken.xlsx"]).mapping
    found = Found(mapping, survey([tmp_path / "bezoeken.xlsx"], mapping))
    run_import([tmp_path / "bezoeken.xlsx"], with_words(mapping, found))
    at = Activity.objects.get().occurred_at
    assert at is not None
    assert f"{at.astimezone(AMSTERDAM):%d-%m %H:%M}" == "20-01 14:30"


def test_a_column_called_time_that_holds_durations_is_no_time_of_day(tmp_path: Path) -> None:
    path = tmp_path / "activiteiten.csv"
    path.write_text("Soort;Datum;Tijd;Bedrijf\nBezoek;20-01-2026;90 minuten;Acme\n")
    take = guess(look_at(open_table(path))).records[0].fields["occurred_at"]
    assert (take.column, take.columns) == ("Datum", ())


def test_accounts_that_come_after_the_deals_complete_what_the_deals_made(tmp_path: Path) -> None:
    deal = export(tmp_path / "deals.csv", [PIPEDRIVE])
    run_import([deal], recognise([deal]).mapping)
    organizations = [{"Organization - ID": "55", "Organization - Name": "Acme", "Organization - Owner": "Bob"}]
    path = export(tmp_path / "organizations.csv", organizations)
    run_import([path], recognise([path]).mapping)
    account = Account.objects.get()
    assert account.owner is not None
    assert account.owner.name == "Bob"


def test_a_file_of_nobody_says_what_to_do(tmp_path: Path) -> None:
    path = export(tmp_path / "recipe.csv", [{"flour": "500 g"}])
    with pytest.raises(
        NotRecognised, match=r"recipe\.csv are not known; give a mapping \(--mapping\), or map them by eye"
    ):
        recognise([path])


def test_of_two_columns_for_one_field_the_filled_one_counts(tmp_path: Path) -> None:
    header = "Record ID,Deal Name,Deal Stage,Pipeline,Amount,Amount in company currency,Close Date,Create Date"
    path = tmp_path / "deals.csv"
    path.write_text(f"{header}\n7,Desks,Closed Won,Sales,900,,2026-03-02,2026-02-01\n", encoding="utf-8")
    found = recognise([path]).mapping.files[0].records[0]
    assert found.fields["amount"].column == "Amount"


def test_a_lead_number_that_stands_there_twice_is_still_the_number_of_a_lead(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    numbers = [f"L{n}" for n in range(1, 41)] + ["L40"]
    rows = "".join(f"{number};Bedrijf {place};2026-03-02\n" for place, number in enumerate(numbers))
    path.write_text("Leadnummer;Bedrijf;Aangemaakt op\n" + rows, encoding="utf-8")
    found = guess(look_at(open_table(path))).records[0]
    assert (found.fact, [take.column for take in found.key]) == ("lead", ["Leadnummer"])


def test_a_mapping_written_as_toml_is_the_same_mapping() -> None:
    for path in sorted((ROOT / "examples" / "mappings").glob("*.toml")):
        mapping = load(path)
        again = parse(as_toml(mapping))
        assert (again.system, again.processes, again.files) == (mapping.system, mapping.processes, mapping.files), (
            path.stem
        )
    assert parse(as_toml(parse(DEALS))).files == parse(DEALS).files


def test_a_mapping_kept_for_one_file_fits_it_under_any_name(tmp_path: Path) -> None:
    remember([deals(tmp_path, ALICE)], parse(DEALS), name="Ours")
    (tmp_path / "export (3).csv").write_text(HEADER.upper().lower() + ALICE)
    run_import([tmp_path / "export (3).csv"], recognise([tmp_path / "export (3).csv"]).mapping)
    assert Opportunity.objects.get().name == "Desks"


def cell(column: str, system: str) -> str:
    """Something that such a column may hold."""
    word = column.casefold()
    exact = {
        "status": "Completed" if system == "salesforce" else "Held", "deal - status": "Won", "stagename": "Closed Won",
        "stage": "Closed Won", "sales stage": "Closed Won", "deal stage": "Closed Won", "isclosed": "true",
        "iswon": "true", "isdeleted": "false", "deleted": "0", "converted": "0",
        "direction": "Outbound", "duration hours": "0", "duration minutes": "30", "calldurationinseconds": "90",
        "durationinminutes": "45", "rating": "Hot", "lifecycle stage": "Lead", "activity - done": "Done",
        "activity - type": "Call", "type": "Call", "deal - currency": "EUR", "deal - currency of value": "EUR",
        "activity - due time": "10:30", "deal - lost time": "", "parent type": "Leads", "isconverted": "true",
    }  # fmt: skip
    if word in exact:
        return exact[word]
    if any(part in word for part in ("date", "created", "time", "closed on", "modified")) and "last stage" not in word:
        return "2026-02-03" if "activitydate" in word or "due date" in word else "2026-02-03 09:30"
    if any(part in word for part in ("amount", "value", "price")):
        return "1234.50"
    return f"{column} 1"


LISTS: list[tuple[str, str, Any, str]] = [
    ("suitecrm", "leads_real_header", Lead, "SuiteCRM leads"),
    ("suitecrm", "order_and_default_labels_from_code.opportunities", Opportunity, "SuiteCRM opportunities"),
    ("suitecrm", "order_and_default_labels_from_code.calls", Activity, "SuiteCRM calls"),
    ("suitecrm", "order_and_default_labels_from_code.meetings", Activity, "SuiteCRM meetings"),
    ("suitecrm", "order_and_default_labels_from_code.tasks", Activity, "SuiteCRM tasks"),
    ("hubspot", "deals", Opportunity, "HubSpot deals"),
    ("hubspot", "contacts", Lead, "HubSpot contacts"),
    ("hubspot", "companies", Account, "HubSpot companies"),
    ("salesforce", "opportunity_api", Opportunity, "Salesforce opportunities"),
    ("salesforce", "opportunity_report_labels", Opportunity, "Salesforce opportunity report"),
    ("salesforce", "lead_api", Lead, "Salesforce leads"),
    ("salesforce", "task_api", Activity, "Salesforce tasks"),
    ("salesforce", "event_api", Activity, "Salesforce events"),
    ("pipedrive", "deals_export_seen_in_readers", Opportunity, "Pipedrive deals"),
    ("pipedrive", "persons", Contact, "Pipedrive persons"),
    ("pipedrive", "organizations", Account, "Pipedrive organizations"),
    ("pipedrive", "activities", Activity, "Pipedrive activities"),
    ("pipedrive", "leads", Lead, "Pipedrive leads"),
    ("pipedrive", "products", Product, "Pipedrive products"),
]


@with_headers
@pytest.mark.parametrize(("system", "place", "model", "name"), LISTS, ids=[entry[3] for entry in LISTS])
def test_the_headers_of_every_export_are_enough_to_bring_its_rows_in(
    tmp_path: Path, system: str, place: str, model: Any, name: str
) -> None:
    header = json.loads((HEADERS / "headers.json").read_text(encoding="utf-8"))[system]
    for part in place.split("."):
        header = header[part]
    path = tmp_path / "export.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, [cell(column, system) for column in header]])
    found = recognise([path])
    assert found.name == name
    report = run_import([path], found.mapping)
    assert report.rejected_rows == []
    assert model.objects.count() == 1
    record = model.objects.get()
    if model is Opportunity:
        assert (record.outcome, record.base_minor) == ("won", 123450)
        assert record.owner is not None
        assert record.closed_at is not None
    if model is Activity:
        assert record.occurred_at is not None
        assert record.owner is not None
    again = run_import([path], recognise([path]).mapping)
    assert (again.count("created"), again.count("changed")) == (0, 0)


@with_headers
def test_a_real_suitecrm_export_comes_in() -> None:
    path = HEADERS / "suitecrm8_leads_export_a.csv"
    report = run_import([path], recognise([path]).mapping)
    lead = Lead.objects.get()
    assert report.rejected_rows == []
    assert (lead.name, lead.company, lead.source and lead.source.name) == (
        "Melissa Bucy",
        "Smith & Sons",
        "Self Generated",
    )
    assert lead.created_at is not None
    assert f"{lead.created_at.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}" == "2023-02-06 06:30"
