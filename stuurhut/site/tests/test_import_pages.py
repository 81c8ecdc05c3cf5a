"""Somebody imports in the browser: brings files, looks, checks, imports, mends, and takes it back."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path
from socket import gethostname
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone, translation
from django_tasks_db.models import DBTaskResult

from stuurhut import replica
from stuurhut.connect.models import ImportRun, SavedMapping
from stuurhut.connect.tests.bringing import ALICE, BOB, DEALS, HEADER
from stuurhut.connect.uploads import folder_of
from stuurhut.crm.models import Account, Activity, Lead, Opportunity, Order, Stage
from stuurhut.kpi.words.scope import EVERYTHING
from stuurhut.people import actions as people
from stuurhut.people.models import Membership, Person, User
from stuurhut.replica.asked import question_from
from stuurhut.targets.models import Target

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT.parent / "shared" / "data"
SINCE = date(2020, 1, 1)

pytestmark = pytest.mark.django_db(transaction=True)

KANSEN = """Kansnummer;Naam;Bedrijf;Bedrag;Fase;Eigenaar;Bron;Lead;Aangemaakt op;Gesloten op
K1;Bureaus;Acme BV;1.250,50;Gewonnen;Anouk;Website;L1;05-01-2026;13-02-2026
K2;Stoelen;Baks NV;900,00;Offerte;Anouk;Website;L2;06-01-2026;
K3;Kasten;Cirkel BV;2.000,00;Verloren;Bram;Beurs;;07-01-2026;20-02-2026
"""
LEADS = """Leadnummer;Naam;Bedrijf;Bron;Eigenaar;Aangemaakt op;Gekwalificeerd op
L1;Piet;Acme BV;Website;Anouk;02-01-2026 09:00;04-01-2026
L2;Kees;Baks NV;Website;Anouk;02-01-2026 10:00;
L3;Toos;Duin BV;Beurs;Bram;03-01-2026 11:00;
"""
ACTIVITEITEN = """Soort;Datum;Onderwerp;Bedrijf;Medewerker;Lead;Kansnummer;Richting
Telefoongesprek;02-01-2026 11:30;Kennismaking;Acme BV;Anouk;L1;;Uitgaand
Telefoongesprek;02-01-2026 12:00;Kennismaking;Baks NV;Anouk;L2;;Uitgaand
Bezoek;20-01-2026 14:00;Offerte besproken;Acme BV;Anouk;;K1;Uitgaand
Borrel;21-01-2026 14:00;Nieuwjaar;Baks NV;Anouk;;K2;Uitgaand
"""
DOELEN = """Eigenaar;Doel;Periode
Anouk;10.000,00;2026-Q1
"""


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.DATA = tmp_path / "data"
    with translation.override("en"):
        yield


@pytest.fixture
def director() -> Client:
    people.add_user(email="dora@example.com", name="Dora", role="director", by=None)
    return signed_in("dora")


def signed_in(name: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(email=f"{name}@example.com"))
    return client


def bring(client: Client, *files: tuple[str, str | bytes]) -> Any:
    """Drops files on the page."""
    uploads = [SimpleUploadedFile(n, t if isinstance(t, bytes) else t.encode()) for n, t in files]
    return client.post("/imports/new/", {"file": uploads})


def brought(client: Client, *files: tuple[str, str | bytes]) -> str:
    """Drops files on the page, which takes them; the address of the import."""
    response = bring(client, *files)
    assert response.status_code == 302, text_of(response)
    return str(response.headers["Location"])


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send of a form: its fields as they stand."""
    fields = dict(re.findall(r'<input type="(?:hidden|text|number)"[^>]*name="([^"]+)" value="([^"]*)"', page))
    fields |= dict.fromkeys(re.findall(r'<input type="checkbox"[^>]*name="([^"]+)" checked', page), "on")
    for name, body in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', body) or re.search(r'<option value="([^"]*)"', body)
        assert chosen
        fields[name] = chosen[1]
    return {unescape(name): unescape(value) for name, value in fields.items() if name != "csrfmiddlewaretoken"}


def press(client: Client, address: str, button: str, **changes: str) -> Any:
    """Fills in the page of an import as it stands but for `changes`, presses a button, and lets the worker work."""
    fields = {**fields_of(text_of(client.get(address))), **changes, "do": button}
    response = client.post(f"{address}prepare/", fields)
    work()
    return response


def work() -> None:
    """What the worker does until nothing waits."""
    call_command("db_worker", batch=True, interval=0, startup_delay=False, reload=False, verbosity=0)


def text_of(response: Any) -> str:
    return str(response.content.decode())


def column(page: str, name: str) -> str:
    """The field of the form that says what a column feeds."""
    found = re.search(rf"<tr><td>{name}</td>.*?<select name=\"([^\"]+)\"", page, re.DOTALL)
    assert found
    return found[1]


def asked(kpi: str, period: str = "2026-Q1") -> Any:
    return replica.ask(question_from(kpi, period=period, as_of="2026-09-30"), EVERYTHING).total.value


def test_three_dutch_files_with_headers_that_nobody_saw_before_fill_the_seven_tiles(director: Client) -> None:
    files = (("kansen.csv", KANSEN), ("leads.csv", LEADS), ("activiteiten.csv", ACTIVITEITEN), ("doelen.csv", DOELEN))
    address = brought(director, *((name, text.encode("cp1252")) for name, text in files))
    page = text_of(director.get(address))
    assert "We guessed what each column is" in page
    assert "1.250,50" in page
    assert page.count("decimal comma") == 2
    response = press(director, address, "check")
    assert response.status_code == 302
    page = text_of(director.get(address))
    assert "All rows are good" in page
    assert Opportunity.objects.count() == 0
    press(director, address, "import")
    run = ImportRun.objects.get()
    assert (run.state, run.error, run.rejected) == ("complete", "", 0)
    assert [m.objects.count() for m in (Opportunity, Lead, Activity, Target)] == [3, 3, 4, 1]
    won, busy, lost = Opportunity.objects.order_by("system_key")
    assert (won.outcome, won.base_minor, str(won.lead), won.account and won.account.name) == (
        "won", 125050, str(Lead.objects.get(system_key="L1")), "Acme BV",
    )  # fmt: skip
    assert (busy.outcome, lost.outcome) == ("open", "lost")
    assert list(Activity.objects.order_by("id").values_list("kind", flat=True)) == ["call", "call", "visit", "other"]
    figures = {
        kpi: asked(kpi)
        for kpi in (
            "target_attainment", "sales_value", "pipeline_open_value", "leads_created", "lead_response_time",
            "follow_ups", "lead_conversion",
        )
    }  # fmt: skip
    assert [kpi for kpi, value in figures.items() if value is None] == []
    assert (float(figures["sales_value"]), int(figures["leads_created"])) == (1250.5, 3)
    assert 'href="/?period=2026-Q1"' in text_of(director.get(address))


def test_a_known_export_takes_three_clicks(director: Client) -> None:
    deal = (
        "Deal - ID,Deal - Title,Deal - Value,Deal - Currency,Deal - Pipeline,Deal - Stage,Deal - Status,Deal - Owner,"
        "Deal - Organization,Deal - Deal created,Deal - Won time,Deal - Lost time\n"
        "7,Desks,1200,EUR,New business,Proposal made,Won,Alice,Acme,2026-01-05 10:00:00,2026-02-03 11:30:00,\n"
    )
    address = brought(director, ("deals.csv", deal))
    page = text_of(director.get(address))
    assert "Recognised: Pipedrive deals" in page
    press(director, address, "check")
    press(director, address, "import")
    assert Opportunity.objects.get().outcome == "won"


def test_what_was_answered_once_is_not_asked_again(director: Client) -> None:
    anouk = people.create_person(name="Anouk de Wit", by=None)
    address = brought(director, ("kansen januari.csv", KANSEN))
    page = text_of(director.get(address))
    assert "What the files cannot tell" in page
    stage = re.search(r'name="(s\d+)-name" value="Offerte"', page)
    asks = dict(re.findall(r'name="(p\d+)-name" value="(\w+)"', page))
    who = {name: number for number, name in asks.items()}
    assert stage
    answers = {f"{who['Anouk']}-answer": f"={anouk.name}", f"{who['Bram']}-answer": "=", f"{stage[1]}-kind": "won"}
    press(director, address, "check", **answers)
    answered = text_of(director.get(address))
    assert '<option value="=Anouk de Wit" selected>' in answered
    # Chairs are won now, and were never closed: the check names the row, the column and the remedy.
    assert "1 row would be rejected" in answered
    assert "kansen_januari.csv, 3" in answered
    assert "closing day" in answered
    press(director, address, "import", **{f"{stage[1]}-kind": "open"})
    owners = Opportunity.objects.order_by("system_key").values_list("owner__name", flat=True)
    assert (list(owners), Person.objects.count()) == (["Anouk de Wit", "Anouk de Wit", None], 2)
    page = text_of(director.get(brought(director, ("kansen februari.csv", KANSEN))))
    assert "Recognised" in page
    assert "What the files cannot tell" not in page


def test_a_column_can_feed_another_field_and_a_file_hold_something_else(director: Client) -> None:
    address = brought(director, ("export.csv", "Klant,Totaal,Besteld op,Code\nAcme,100.50,2026-01-05,A1\n"))
    page = text_of(director.get(address))
    assert 'value="order" selected' in page
    press(director, address, "import", **{column(page, "Code"): "0.number"})
    order = Order.objects.get()
    assert (order.number, order.base_minor, order.account and order.account.name) == ("A1", 10050, "Acme")
    address = brought(director, ("export.csv", "Naam,Plaats,Van alles\nAcme,Delft,ja\nBaks,Urk,nee\n"))
    press(director, address, "look", **{"f0-fact": "account"})
    press(director, address, "import", **{"f0-c2": ""})
    assert list(Account.objects.order_by("name").values_list("name", "city")) == [("Acme", "Delft"), ("Baks", "Urk")]


def test_a_file_that_lacks_what_records_need_is_not_imported_until_a_column_is_chosen(director: Client) -> None:
    address = brought(director, ("deals.csv", "Deal,Bedrag,Waar staan we\nBureaus,100,Offerte\n"))
    response = press(director, address, "import")
    page = text_of(response)
    assert "Choose the column for Stage; opportunities cannot do without." in page
    assert Opportunity.objects.count() == 0
    press(director, address, "import", **{column(page, "Waar staan we"): "0.stage"})
    assert Opportunity.objects.get().stage.name == "Offerte"


def wrong_deals() -> tuple[str, str]:
    return "kansen.csv", KANSEN.replace("900,00", "negenhonderd").replace("07-01-2026", "32-01-2026")


def test_rejected_rows_are_mended_on_the_page_and_read_as_in_their_own_file(director: Client) -> None:
    address = brought(director, wrong_deals())
    press(director, address, "check")
    assert "2 rows would be rejected" in text_of(director.get(address))
    press(director, address, "import")
    assert Opportunity.objects.count() == 1
    page = text_of(director.get(address))
    assert "Imported, but for 2 rows" in page
    cells = {value: name for name, value in re.findall(r'<input name="(r[^"]+)" value="([^"]*)"', page)}
    kept = director.post(f"{address}mend/", {cells["negenhonderd"]: "1.900,00", "do": "keep"})
    assert kept.status_code == 302
    assert 'value="1.900,00"' in text_of(director.get(address))
    response = director.post(f"{address}mend/", {cells["32-01-2026"]: "02-03-2026", "do": "import"})
    work()
    fresh = ImportRun.objects.get(intake_id=response.headers["Location"].split("/")[2])
    assert (fresh.state, fresh.rejected, fresh.error) == ("complete", 0, "")
    assert f'mended and brought again in <a href="/imports/{fresh.intake_id}/">' in text_of(director.get(address))
    values = Opportunity.objects.order_by("system_key").values_list("base_minor", "created_at__month")
    assert list(values) == [(125050, 1), (190000, 1), (200000, 2)]  # a deal created after it closed: when it closed


def test_rejected_rows_are_mended_in_a_spreadsheet_and_recognised(director: Client) -> None:
    address = brought(director, wrong_deals())
    press(director, address, "import")
    response = director.get(f"{address}rejected/0/")
    text = b"".join(response).decode("utf-8-sig")
    assert response.headers["Content-Disposition"] == 'attachment; filename="kansen.csv"'
    assert director.get(f"{address}rejected/1/").status_code == 404
    mended = text.replace(";negenhonderd;", ";900,00;").replace("32-01-2026", "07-01-2026")
    again = brought(director, ("kansen.csv", mended))
    assert "Recognised" in text_of(director.get(again))
    press(director, again, "import")
    values = Opportunity.objects.order_by("system_key").values_list("base_minor", flat=True)
    assert list(values) == [125050, 90000, 200000]


def test_undo_names_first_what_was_edited_here_and_leaves_nothing(director: Client) -> None:
    address = brought(director, ("kansen.csv", KANSEN))
    press(director, address, "import")
    deal = Opportunity.objects.get(system_key="K2")
    director.post(f"/opportunities/{deal.pk}/change/", {"name": "Krukken", "stage": deal.stage_id})
    deal.refresh_from_db()
    assert deal.name == "Krukken"
    page = text_of(director.get(f"{address}undo/"))
    assert "These were edited here since, and go as well" in page
    assert "Krukken" in page
    assert Opportunity.objects.count() == 3
    director.post(f"{address}undo/")
    work()
    assert (Opportunity.objects.count(), Account.objects.count(), Stage.objects.count()) == (0, 0, 0)
    assert "This import was taken back" in text_of(director.get(address))
    assert director.get(f"{address}undo/").status_code == 302
    response = director.post(f"{address}again/")
    press(director, response.headers["Location"], "import")
    assert Opportunity.objects.count() == 3


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("leeg.csv", b"", "A file is empty; export it again."),
        ("wit.csv", b"\n \n", "wit.csv is empty; export it again."),
        ("foto.csv", b"\x89PNG\r\n\x1a\n" + bytes(200), "foto.csv is a PNG file, not a table; save it as CSV"),
        ("kop.csv", b"Naam;Fase\n", None),
        ("kapot.csv.gz", gzip.compress(b"a,b\n1,2\n" * 5000, mtime=0)[:60], "damaged gzip file"),
        ("stuk.toml", b"system =", "There is no file with rows among these"),
        ("stuk.xlsx", b"PK\x03\x04 no sheet", "stuk.xlsx is not a spreadsheet that can be read"),
    ],
)
def test_a_file_that_is_no_table_gets_one_sentence_and_changes_nothing(
    director: Client, name: str, content: bytes, sentence: str | None
) -> None:
    response = bring(director, (name, content))
    if sentence is None:
        page = text_of(director.get(response.headers["Location"]))
        assert "has a header and no rows; export it again." in page
        assert 'value="import"' not in page
        return
    assert response.status_code == 400
    assert sentence in unescape(text_of(response))
    assert ImportRun.objects.count() == 0


def test_no_file_is_said(director: Client) -> None:
    response = director.post("/imports/new/", {})
    assert (response.status_code, "Choose the files to import." in text_of(response)) == (400, True)


def test_a_mapping_that_is_dropped_along_is_used(director: Client) -> None:
    address = brought(director, ("deals.csv", HEADER + ALICE + BOB), ("ours.toml", DEALS))
    assert "What the files cannot tell" not in text_of(director.get(address))
    press(director, address, "import")
    assert Opportunity.objects.filter(outcome="won").get().base_minor == 25050
    response = bring(director, ("deals.csv", HEADER + ALICE), ("ours.toml", DEALS.replace("opportunity", "oportunity")))
    assert "did you mean &#x27;opportunity&#x27;?" in text_of(response)


def test_of_a_mapping_dropped_along_only_the_stage_that_it_does_not_know_is_asked(director: Client) -> None:
    address = brought(director, ("deals.csv", HEADER + ALICE + BOB.replace("Won", "Demo")), ("ours.toml", DEALS))
    page = text_of(director.get(address))
    assert re.findall(r'name="s\d+-name" value="([^"]*)"', page) == ["Demo"]
    press(director, address, "import")
    order = Stage.objects.order_by("order").values_list("name", flat=True)
    assert list(order) == ["New", "Proposal", "Demo", "Won", "Lost"]


def test_a_time_beside_the_day_is_shown_and_can_be_left_out(director: Client) -> None:
    address = brought(director, ("bezoeken.csv", "Soort;Datum;Tijd;Bedrijf\nBezoek;20-01-2026;14:30;Acme\n"))
    page = text_of(director.get(address))
    assert column(page, "Tijd") == "f0-c2"
    assert fields_of(page)["f0-c2"] == fields_of(page)["f0-c1"] == "0.occurred_at"
    press(director, address, "look", **{"f0-c2": ""})
    press(director, address, "look", **{"f0-c2": "0.occurred_at"})
    press(director, address, "import")
    at = Activity.objects.get().occurred_at
    assert at is not None
    assert f"{timezone.localtime(at):%d-%m-%Y %H:%M}" == "20-01-2026 14:30"


def test_people_with_their_team_and_manager_form_teams(director: Client) -> None:
    address = brought(director, ("sales_teams.csv", "sales_agent,manager,regional_office\nAnna,Dustin,Central\n"))
    press(director, address, "import")
    found = Membership.objects.order_by("role").values_list("person__name", "team__name", "role")
    run = ImportRun.objects.get()
    assert (run.state, run.error, run.report.get("rejected_rows")) == ("complete", "", []), run.mapping
    assert set(found) == {("Anna", "Central", "seller"), ("Dustin", "Central", "manager")}


def test_an_import_that_fails_on_the_way_says_why_and_can_be_tried_again(director: Client) -> None:
    address = brought(director, ("kansen.csv", KANSEN))
    run = ImportRun.objects.get()
    fields = fields_of(text_of(director.get(address)))
    director.post(f"{address}prepare/", {**fields, "do": "import"})
    file = folder_of(run) / "kansen.csv"
    file.rename(file.with_name("elsewhere.csv"))
    work()
    page = text_of(director.get(address))
    assert "There is no file" in page
    file.with_name("elsewhere.csv").rename(file)
    press(director, address, "import")
    assert Opportunity.objects.count() == 3


def test_a_run_whose_worker_was_killed_goes_on(director: Client) -> None:
    address = brought(director, ("kansen.csv", KANSEN))
    fields = fields_of(text_of(director.get(address)))
    director.post(f"{address}prepare/", {**fields, "do": "import"})
    DBTaskResult.objects.all().delete()
    ImportRun.objects.update(state="running", process=f"{gethostname()} 999999999")
    assert "This stopped halfway" in text_of(director.get(address))
    director.post(f"{address}again/")
    work()
    assert (ImportRun.objects.get().state, Opportunity.objects.count()) == ("complete", 3)


def test_sellers_do_not_import_and_managers_see_their_own_imports() -> None:
    team = people.create_team(name="Noord", by=None)
    for name, role in (("alice", "seller"), ("bob", "manager")):
        people.add_user(email=f"{name}@example.com", name=name.title(), role=role, team=team, starts_on=SINCE, by=None)  # type: ignore[arg-type]
    for role in ("director", "admin"):
        people.add_user(email=f"{role}@example.com", role=role, by=None)  # type: ignore[arg-type]
    of_bob = brought(signed_in("bob"), ("kansen.csv", KANSEN))
    of_director = brought(signed_in("director"), ("kansen.csv", KANSEN))
    seen = {
        name: [signed_in(name).get(address).status_code for address in ("/imports/", of_bob, of_director)]
        for name in ("alice", "bob", "director", "admin")
    }
    assert seen == {
        "alice": [404, 404, 404], "bob": [200, 200, 404], "director": [200, 200, 200], "admin": [200, 200, 200],
    }  # fmt: skip


@pytest.mark.skipif(not DATA.is_dir(), reason="the real files (../shared/data) are not beside this clone")
def test_the_real_pipeline_gives_in_the_browser_what_it_gives_on_the_command_line(director: Client) -> None:
    names = sorted((DATA / "maven_crm").glob("*.csv"))
    mapping = ROOT / "examples" / "mappings" / "maven_crm.toml"
    files = [(path.name, path.read_bytes()) for path in (*names, mapping)]
    address = brought(director, *files)
    press(director, address, "import")
    run = ImportRun.objects.get()
    assert (run.state, run.rejected, Opportunity.objects.count()) == ("complete", 0, 8800)
    assert replica.ask(question_from("won_value", period="2017"), EVERYTHING).total.value == 10005534
    assert 'href="/?period=2017-Q4"' in text_of(director.get(address))
    assert SavedMapping.objects.exists()
