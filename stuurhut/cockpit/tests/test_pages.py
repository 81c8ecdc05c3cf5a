"""What people see of their figures, and what they do not."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from decimal import Decimal
from zipfile import ZipFile

import pytest
from django.test import Client
from django.utils.translation import override

from stuurhut import replica
from stuurhut.cockpit.tests.reading import text_of, tile, value_in
from stuurhut.cockpit.tests.sales_of_two_teams import Company, company, sell, signed_in, with_sales
from stuurhut.kpi.words.scope import EVERYTHING, Scope
from stuurhut.people.models import Membership, Person, Team, User
from stuurhut.people.scope import scope_for
from stuurhut.replica.asked import question_from
from stuurhut.ui.numbers import money

pytestmark = pytest.mark.django_db

Q1 = "period=2026-Q1"
SEVEN = (
    "target_attainment", "sales_value", "pipeline_open_value", "leads_created", "lead_response_time", "follow_ups",
    "lead_conversion",
)  # fmt: skip


@pytest.fixture
def them() -> Company:
    return with_sales()


def asked(kpi: str, scope: Scope, where: tuple[tuple[str, str], ...] = ()) -> Decimal:
    value = replica.ask(question_from(kpi, period="2026-Q1", where=where), scope).total.value
    assert value is not None
    return Decimal(str(value))


# -- the cockpit -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "sold", "title"), [("alice", "€ 13.000", "Alice"), ("bob", "€ 13.000", "Noord"), ("dora", "€ 83.000", "")]
)
def test_each_role_starts_at_the_widest_scope_it_may_see(them: Company, name: str, sold: str, title: str) -> None:
    page = text_of(name, f"/?{Q1}")
    assert title in re.findall(r"<h1>(.*?)</h1>", page)[0]
    assert value_in(tile(page, "sales_value")) == sold


def test_figures_of_one_page_agree_while_sales_come_in(them: Company) -> None:
    with replica.held():
        value = asked("sales_value", EVERYTHING)
        sell(them.alice, "2026-03-10", "1000.00", "Hout")
        assert asked("sales_count", EVERYTHING) == 3
        assert asked("sales_value", EVERYTHING) == value
    assert asked("sales_count", EVERYTHING) == 4
    assert asked("sales_value", EVERYTHING) == value + 1000


def test_a_director_without_teams_is_told_to_put_people_in_one(them: Company) -> None:
    hint = "/settings/people/"
    assert hint not in text_of("dora", f"/?{Q1}").split('id="page"')[1]
    Membership.objects.all().delete()
    Team.objects.all().update(deleted_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert hint in text_of("dora", f"/?{Q1}").split('id="page"')[1]


def test_the_number_on_the_tile_is_the_answer_of_the_replica(them: Company) -> None:
    page = text_of("bob", f"/?{Q1}")
    scope = scope_for(User.objects.get(email="bob@example.com"))
    sold = asked("sales_value", scope, where=(("team", str(them.noord.pk)),))
    with override("nl"):
        assert value_in(tile(page, "sales_value")) == money(sold, short=True).replace("\u00a0", " ")
    assert value_in(tile(page, "leads_created")) == str(asked("leads_created", scope))


def test_every_tile_leads_to_its_breakdown_and_its_records(them: Company) -> None:
    page = text_of("dora", f"/?{Q1}")
    for key in SEVEN:
        shown = tile(page, key)
        then = "&amp;as_of=2026-03-31" if key == "pipeline_open_value" else ""  # what it was when the quarter ended
        assert f'href="/kpi/{key}/?period=2026-Q1{then}"' in shown
        assert f'href="/kpi/{key}/?period=2026-Q1{then}#records"' in shown


def test_charlie_reads_nothing_of_alice(them: Company) -> None:
    page = text_of("charlie", f"/?{Q1}") + text_of("charlie", f"/kpi/sales_value/records/?{Q1}")
    assert "Staal" not in page
    assert "13.000" not in page
    assert "Geheim" in page


def test_who_has_no_part_in_sales_is_told_why_there_is_nothing(them: Company) -> None:
    User.objects.create_user("nobody@example.com")
    assert "tile-" not in text_of("nobody", "/")


def test_somebody_elses_team_and_people_are_not_found(them: Company) -> None:
    noord, alice = them.noord.pk, them.alice.pk
    for address in (
        f"/?team={noord}", f"/kpi/calls/?team={noord}", f"/kpi/calls/?person={alice}", "/kpi/calls/?person=Alice",
        f"/kpi/calls/records/?person={alice}&format=csv", "/?team=999999", "/?team=noord", "/kpi/no_such_kpi/",
    ):  # fmt: skip
        text_of("charlie", address, status=404)


def test_a_director_narrows_to_a_team_and_a_seller(them: Company) -> None:
    page = text_of("dora", f"/?{Q1}&team={them.zuid.pk}")
    assert value_in(tile(page, "sales_value")) == "€ 70.000"
    page = text_of("dora", f"/kpi/sales_value/?{Q1}&person={them.alice.pk}")
    assert "€ 13.000,50" in page
    assert "70.000" not in page


@pytest.mark.parametrize(
    "query",
    [
        "period=soon",
        "period=2026-13",
        "period=2026-03-02..2026-03-01",
        "as_of=yesterday",
        "as_of=2026-02-30",
        "compare=moon",
    ],
)
def test_a_question_that_cannot_be_read_gets_one_sentence_with_the_remedy(query: str) -> None:
    company()
    page = text_of("dora", f"/?{query}", status=400)
    assert "tile-" not in page
    assert query.split("=")[1] in page or "2026-03-01" in page


def test_a_filter_that_cannot_be_read_says_so_in_its_place() -> None:
    company()
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    response = signed_in("dora").get("/?as_of=soon", headers=headers)
    assert response.status_code == 400
    assert "<html" not in response.content.decode()
    assert "soon" in response.content.decode()


@pytest.mark.parametrize("query", ["by=moon", "source=moon", "format=pdf", "by=person&format=doc"])
def test_what_a_kpi_cannot_do_is_said(query: str) -> None:
    company()
    text_of("dora", f"/kpi/sales_value/?{query}", status=400)
    text_of("dora", "/kpi/sales_value/records/?page=-1", status=400)


def test_an_unfinished_period_says_up_to_which_day(them: Company) -> None:
    page = text_of("dora", f"/?{Q1}&as_of=2026-02-15")
    assert "t/m 15 februari 2026" in page
    assert value_in(tile(page, "sales_value")) == "€ 74.000"
    assert "t/m" not in re.findall(r"</h1>(.*?)</p>", text_of("dora", f"/?{Q1}"), re.DOTALL)[0]


def test_an_empty_installation_says_what_will_stand_here() -> None:
    company()
    page = text_of("dora", "/")
    assert 'href="/imports/"' in page
    assert "tile-" not in page


def test_when_the_quarter_is_empty_the_last_one_with_facts_is_offered(them: Company) -> None:
    page = text_of("dora", "/?period=2029-Q1")
    assert 'href="?period=2026-Q1"' in page
    assert "niets vastgelegd. Het laatste" not in text_of("dora", f"/?{Q1}")


def test_leads_that_are_too_young_are_said_to_be(them: Company) -> None:
    shown = tile(text_of("dora", "/?period=2025-12&as_of=2025-12-15"), "lead_conversion")
    assert "Te vroeg om te zeggen" in shown
    assert "0 van 3" in shown


def test_pictures_follow_the_numbers_in_one_request(them: Company) -> None:
    page = text_of("dora", f"/?{Q1}")
    assert "part=pictures" in page
    drawn = text_of("dora", f"/?{Q1}&part=pictures")
    assert [f'id="picture-{key}"' in drawn for key in SEVEN] == [True] * 7
    assert drawn.count("<svg") == 7


def test_htmx_gets_the_part_of_the_page_that_changes(them: Company) -> None:
    client = signed_in("dora")
    headers = {"HX-Request": "true", "HX-Request-Type": "partial", "accept-language": "nl"}
    part = client.get(f"/?{Q1}", headers=headers).content.decode()
    whole = text_of("dora", f"/?{Q1}")
    assert "<html" not in part
    assert [value_in(tile(part.replace("\u00a0", " "), k)) for k in ("sales_value", "leads_created")] == [
        value_in(tile(whole, k)) for k in ("sales_value", "leads_created")
    ]


# -- the page of a KPI -----------------------------------------------------------------------------------------------


def rows_of(page: str) -> dict[str, str]:
    """Name and value of the rows of the breakdown."""
    name, value = r'<th scope="row"[^>]*>(?:<a[^>]*>)?([^<]+)(?:</a>)?</th>', r'<td class="num">(?:<a[^>]*>)?([^<]*)<'
    found = re.findall(name + value, page.split('id="breakdown"')[1])
    return dict(found)


def test_the_breakdown_holds_the_rows_of_the_answer(them: Company) -> None:
    rows = rows_of(text_of("dora", f"/kpi/sales_value/?{Q1}&by=person"))
    assert rows["Charlie"] == "€ 70.000"
    assert rows["Alice"] == "€ 13.000"
    answer = replica.ask(question_from("sales_value", period="2026-Q1", by="person"), EVERYTHING)
    assert set(rows) == {row.names["person"] for row in answer.rows} | {"Samen"}


def test_the_files_hold_what_the_page_shows(them: Company) -> None:
    address = f"/kpi/sales_value/?{Q1}&by=person&format="
    answer = replica.ask(question_from("sales_value", period="2026-Q1", by="person", compare="last-year"), EVERYTHING)
    read = list(csv.DictReader(io.StringIO(text_of("dora", address + "csv"))))
    assert {row["person"]: Decimal(row["value"]) for row in read} == {
        row.names["person"]: row.value.value for row in answer.rows
    }
    sheet = signed_in("dora").get(address + "xlsx")
    with ZipFile(io.BytesIO(sheet.content)) as file:
        assert "13000.5" in file.read("xl/worksheets/sheet1.xml").decode()
    total = signed_in("dora").get(address + "json").json()["total"]
    assert (total["value"], total["currency"]) == ("83000.50", "EUR")


def test_as_many_records_stand_behind_a_count_as_it_says(them: Company) -> None:
    count = int(asked("sales_count", EVERYTHING))
    page = text_of("dora", f"/kpi/sales_count/records/?{Q1}")
    assert f"{count} regels achter dit cijfer" in page
    assert all(name in page for name in ("Staal", "Glas", "Geheim"))
    read = list(csv.DictReader(io.StringIO(text_of("dora", f"/kpi/sales_count/records/?{Q1}&format=csv"))))
    assert len(read) == count


def test_a_name_that_looks_like_a_formula_is_only_text_in_a_file(them: Company) -> None:
    Person.objects.filter(pk=them.alice.pk).update(name="=2+2")
    assert "'=2+2" in text_of("dora", f"/kpi/sales_value/?{Q1}&by=person&format=csv")


def test_the_page_explains_itself(them: Company) -> None:
    page = text_of("dora", f"/kpi/win_rate/?{Q1}")
    assert "rekenvoorbeeld" in page
    assert "95" in page or "tot" in page


@pytest.mark.parametrize("key", ["understaffing", "pipeline_coverage", "data_quality", "phase_moves", "time_in_stage"])
@pytest.mark.parametrize("name", ["alice", "dora"])
def test_every_kind_of_kpi_has_a_page_for_every_role(key: str, name: str) -> None:
    company()
    assert "rekenvoorbeeld" in text_of(name, f"/kpi/{key}/?{Q1}")


def test_all_figures_are_found_by_a_word(them: Company) -> None:
    assert "/kpi/win_rate/" in text_of("alice", "/kpi/")
    found = text_of("alice", "/kpi/?q=win_rate")
    assert "/kpi/win_rate/" in found
    assert "/kpi/calls/" not in found
    assert "/kpi/calls/" not in text_of("alice", "/kpi/?q=zzzz")


def test_signed_out_visitors_go_to_the_login_page(them: Company) -> None:
    for address in ("/", "/kpi/", "/kpi/calls/", "/kpi/calls/records/", "/kpi/calls/?format=csv"):
        assert Client().get(address).headers["Location"].startswith("/auth/login/")


def test_a_lost_amount_below_zero_reads_well(them: Company) -> None:
    sell(them.alice, "2026-04-02", "-250.00", "Retour")
    assert value_in(tile(text_of("alice", "/?period=2026-04"), "sales_value")) == "−€ 250"
