"""The page of every KPI: for whoever looks, whenever, and however little there is."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import date
from decimal import Decimal
from zipfile import ZipFile

import pytest
from django.test import RequestFactory
from django.utils import timezone
from django.utils.translation import override

from stuurhut import replica
from stuurhut.cockpit.asking import AT_A_MOMENT, Asked, asked
from stuurhut.cockpit.judged import judgement, looks
from stuurhut.cockpit.tests.reading import text_of
from stuurhut.cockpit.tests.sales_of_two_teams import Company, company, sell, signed_in, with_sales
from stuurhut.kpi.catalogue.index import CATALOGUE
from stuurhut.kpi.catalogue.remedies import ORDER, remedies
from stuurhut.kpi.verdicts import kinds
from stuurhut.kpi.verdicts.verdict import Sentence, Subject, Verdict
from stuurhut.kpi.words.scope import EVERYTHING
from stuurhut.people.actions.teams import move_team
from stuurhut.people.models import User
from stuurhut.people.scope import scope_for
from stuurhut.replica.asked import question_from, zone
from stuurhut.ui.numbers import written

pytestmark = pytest.mark.django_db

Q1 = "period=2026-Q1"
ONE_OF_EACH_KIND = (
    "leads_open_per_fte", "lead_response_time", "lead_conversion", "calls", "quoted_value", "quote_to_order_cohort",
    "time_in_stage", "pipeline_open_value", "margin", "target_attainment", "phase_moves", "understaffing",
)  # fmt: skip
ENGLISH = re.compile(r"\b(the|with|this|what|when|than|their|here is|not over|line:|of the)\b", re.IGNORECASE)


@pytest.fixture
def them() -> Company:
    return with_sales()


def visible(page: str) -> str:
    """The words of a page, as somebody reads them."""
    body = page.split('id="page"')[-1]
    body = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", body, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body))).replace("\u00a0", " ")


def asked_by(name: str, address: str) -> Asked:
    request = RequestFactory().get(address)
    request.user = User.objects.get(email=f"{name}@example.com")
    return asked(request)


def big(page: str) -> str:
    found = re.search(r'<p class="big"><a[^>]*>(.*?)</a>', page)
    return html.unescape(found[1]) if found else ""


@pytest.mark.parametrize("name", ["alice", "bob", "dora"])
def test_every_kpi_has_a_page_whose_number_is_the_answer(them: Company, name: str) -> None:
    scope = scope_for(User.objects.get(email=f"{name}@example.com"))
    where = {"alice": [("person", str(them.alice.pk))], "bob": [("team", str(them.noord.pk))], "dora": []}[name]
    for key in CATALOGUE if name == "dora" else ONE_OF_EACH_KIND:
        kpi, page = CATALOGUE[key], text_of(name, f"/kpi/{key}/?{Q1}")
        words = visible(page)
        assert "None" not in words, key
        assert ENGLISH.findall(words) == [], (key, words)
        own = [pair for pair in where if pair[0] in kpi.formula.dimensions]
        as_of = "2026-03-31" if key in AT_A_MOMENT else ""
        total = replica.ask(question_from(key, period="2026-Q1", where=own, as_of=as_of), scope).total.value
        with override("nl"):
            said = written(total, kpi.unit, short=kpi.unit == "money").replace("\u00a0", " ")
        assert big(page) == ("" if total is None else said), key
        assert page.count("<dt><svg") == 3, f"{key} says what to do when it goes well, falls short or is too early"


@pytest.mark.parametrize("query", ["period=2019-Q1", "period=2030-Q1", "period=2026-01&as_of=2027-12-31&grain=week"])
def test_kpis_read_well_before_the_first_fact_and_in_time_to_come(them: Company, query: str) -> None:
    for key in ONE_OF_EACH_KIND:
        words = visible(text_of("dora", f"/kpi/{key}/?{query}"))
        assert "None" not in words, key
        assert ENGLISH.findall(words) == [], (key, words)


def test_what_to_do_is_known_for_every_kpi() -> None:
    for kpi in CATALOGUE.values():
        found = [remedy.situation for remedy in remedies(kpi)]
        wanted = {"high", "low"} if kpi.better == "neither" else {"good", "bad"}
        assert set(found) == {*wanted, "unknown"}, kpi.key
        assert found == sorted(found, key=ORDER.index), "what falls short comes first"


def test_every_count_has_as_many_records_as_it_says(them: Company) -> None:
    for key, kpi in CATALOGUE.items():
        question = question_from(key, period="2026-Q1")
        total = replica.ask(question, EVERYTHING).total
        found, number = replica.records(question, EVERYTHING, limit=1000)
        if kpi.unit == "count" and number:
            assert sum(record.counted for record in found) == total.value, key


# -- the course ------------------------------------------------------------------------------------------------------


def test_the_course_has_thirteen_months_and_can_go_by_week_quarter_or_year(them: Company) -> None:
    page = text_of("dora", f"/kpi/sales_value/?{Q1}")
    assert re.findall(r'id="grain-(\w+)" aria-current', page) == ["month"]
    bars = r'<rect class="bar[^"]*" x='
    assert len(re.findall(bars, page.split('id="breakdown"')[0])) == 5, "nothing was recorded before December"
    later = text_of("dora", "/kpi/sales_value/?period=2027-02&as_of=2027-02-28")
    assert len(re.findall(bars, later.split('id="breakdown"')[0])) == 13
    weeks = text_of("dora", f"/kpi/sales_value/?{Q1}&grain=week")
    assert "week 13 van 2026" in visible(weeks).lower()
    text_of("dora", f"/kpi/sales_value/?{Q1}&grain=moon", status=400)


def test_leads_of_a_week_are_too_young_to_draw_a_course_of_weeks(them: Company) -> None:
    page = text_of("dora", f"/kpi/lead_conversion/?{Q1}&grain=week")
    assert re.findall(r'id="grain-(\w+)" aria-current', page) == ["month"]
    assert 'id="grain-week"' not in page


def test_a_month_that_is_not_over_is_hatched_and_said_to_be_so(them: Company) -> None:
    page = text_of("dora", "/kpi/sales_value/?period=2026-Q1&as_of=2026-02-12")
    assert page.count('class="hatched"') == 1
    assert "nog niet voorbij" in visible(page)
    assert 'class="hatched"' not in text_of("dora", f"/kpi/sales_value/?{Q1}")


def test_who_went_to_another_team_is_marked_in_the_course(them: Company) -> None:
    move_team(person=them.alice, old=them.noord, new=them.zuid, starts_on=date(2026, 2, 2), by=None)
    page = text_of("dora", f"/kpi/sales_value/?{Q1}&person={them.alice.pk}")
    assert "2 feb 2026: naar team Zuid" in visible(page)
    came = visible(text_of("dora", f"/kpi/sales_value/?{Q1}&team={them.zuid.pk}"))
    assert "2 feb 2026: Alice erbij" in came
    assert "2 feb 2026: Alice weg" in visible(text_of("dora", f"/kpi/sales_value/?{Q1}&team={them.noord.pk}"))


def test_the_course_is_a_file_as_well(them: Company) -> None:
    address = f"/kpi/sales_value/?{Q1}&part=course&format="
    read = list(csv.DictReader(io.StringIO(text_of("dora", address + "csv"))))
    sold = {row["start"]: Decimal(row["value"]) for row in read}
    assert (sold["2026-01-01"], sold["2026-02-01"]) == (Decimal(4000), Decimal(70000))
    assert [row["finished"] for row in read] == ["True"] * 5
    with ZipFile(io.BytesIO(signed_in("dora").get(address + "xlsx").content)) as file:
        assert "70000" in file.read("xl/worksheets/sheet1.xml").decode()


def test_the_verdict_follows_with_what_to_do_and_the_limits_in_the_picture(them: Company) -> None:
    part = text_of("dora", f"/kpi/sales_value/?{Q1}&part=verdict")
    assert "<html" not in part
    assert "Wat kan ik doen?" in part
    assert "Te vroeg" in part, "three months are too few to say what is usual"
    filtered = text_of("dora", f"/kpi/sales_value/?{Q1}&part=verdict&account=Staal BV")
    assert "Met dit filter blijft er te weinig over" in filtered


# -- the breakdown ---------------------------------------------------------------------------------------------------


def test_a_value_of_the_breakdown_leads_to_just_as_many_records(them: Company) -> None:
    page = html.unescape(text_of("dora", f"/kpi/sales_count/?{Q1}&by=person"))
    links = re.findall(r'<td class="num"><a href="([^"]+)"[^>]*>(\d+)</a>', page)
    assert sorted(number for _address, number in links) == ["1", "2"]
    for address, number in links:
        assert f"{number} regel" in text_of("dora", address), address


def test_a_name_leads_further_and_a_month_becomes_the_period(them: Company) -> None:
    page = html.unescape(text_of("dora", f"/kpi/sales_value/?{Q1}&by=month"))
    assert 'href="/kpi/sales_value/?period=2026-02"' in page
    by_source = html.unescape(text_of("dora", f"/kpi/sales_value/?{Q1}&by=team"))
    assert f'href="/kpi/sales_value/?period=2026-Q1&team={them.zuid.pk}"' in by_source


def test_people_and_teams_stand_beside_what_all_do_per_fte(them: Company) -> None:
    words = visible(text_of("dora", f"/kpi/sales_value/?{Q1}&by=team"))
    assert "Per fte" in words
    assert "streep: gemiddeld € 42.000 per fte" in words, words
    assert "Zuid € 70.000 € 70.000" in words
    assert "Noord € 13.000 € 13.000" in words
    ratio = visible(text_of("dora", f"/kpi/win_rate/?{Q1}&by=team"))
    assert "streep: 100,0 %, allen samen" in ratio


# -- records ---------------------------------------------------------------------------------------------------------


def test_the_records_follow_the_page_in_a_request_of_their_own(them: Company) -> None:
    page = text_of("dora", f"/kpi/sales_count/?{Q1}")
    assert "part=records" in page
    part = text_of("dora", f"/kpi/sales_count/?{Q1}&part=records")
    assert "3 regels achter dit cijfer" in part
    assert all(name in part for name in ("Staal", "Glas", "Geheim"))
    assert "<html" not in part
    assert "Geheim" not in text_of("alice", f"/kpi/sales_count/?{Q1}&part=records")


def test_the_file_of_records_names_them(them: Company) -> None:
    read = list(csv.DictReader(io.StringIO(text_of("dora", f"/kpi/sales_value/records/?{Q1}&format=csv"))))
    assert {row["name"]: (row["account"], row["person"], row["amount"]) for row in read} == {
        "Staal": ("Staal BV", "Alice", "4000.00"),
        "Glas": ("Glas BV", "Alice", "9000.50"),
        "Geheim": ("Geheim BV", "Charlie", "70000.00"),
    }


# -- what is out of the ordinary -------------------------------------------------------------------------------------


def test_without_anything_recorded_every_part_says_so() -> None:
    company()
    shown = text_of("dora", "/kpi/win_rate/?period=2026-Q1")
    page = visible(shown)
    assert big(shown) == ""
    assert "is er niets om dit uit te berekenen" in page
    assert "In deze perioden is er niets te zien" in page
    assert "staan er geen regels" in visible(text_of("dora", "/kpi/win_rate/?period=2026-Q1&part=records"))


def test_an_open_pipeline_of_a_past_period_says_of_which_day_it_is(them: Company) -> None:
    page = text_of("dora", f"/kpi/pipeline_open_value/?{Q1}&as_of=2026-06-30")
    assert "stand op 30 juni 2026" in visible(page)
    assert "toon de stand van 31 maart 2026" in visible(page)
    page = html.unescape(text_of("dora", "/kpi/pipeline_open_value/?period=2026-01"))
    assert "stand op 31 januari 2026" in visible(page)
    today = zone().day(timezone.now())
    assert f"as_of={today.isoformat()}" in page, "the stock of today is one step away"
    assert re.search(r"period=2026-01&as_of=2026-01-31[^\"]*part=records|part=records[^\"]*as_of=2026-01-31", page)


def test_of_a_stock_it_is_said_that_it_gets_no_verdict(them: Company) -> None:
    with override("en"):
        said = judgement(asked_by("dora", f"/kpi/pipeline_open_value/?{Q1}"), "pipeline_open_value")["verdict"]
    assert said.sentence == "Of a stock we give no verdict; put it beside its target and last year."


def test_on_a_reference_day_to_come_nothing_is_found_and_nothing_judged(them: Company) -> None:
    page = text_of("dora", "/?as_of=2031-06-30&part=found")
    assert 'class="finding"' not in page
    assert 'id="verdict-' not in page
    assert 'class="calm"' in page
    assert "is-good" not in page


@pytest.mark.parametrize(
    ("kind", "look"), [(kinds.STEADY, "unknown"), (kinds.SEASON, "unknown"), (kinds.ON_TIME, "good")]
)
def test_what_is_steady_does_not_look_good(kind: str, look: str) -> None:
    verdict = Verdict(kind, "good", Subject("whole"), "calls", Sentence("steady"), Sentence("steady"))
    assert looks(verdict) == look


def test_a_period_to_come_says_that_it_has_not_begun(them: Company) -> None:
    assert "nog niet begonnen" in visible(text_of("dora", "/kpi/win_rate/?period=2031-Q1"))


def test_negative_amounts_read_well(them: Company) -> None:
    sell(them.alice, "2026-04-02", "-250.00", "Retour")
    page = text_of("alice", "/kpi/sales_value/?period=2026-04")
    assert big(page) == "−€ 250"
    assert "None" not in visible(page)


def test_one_seller_sees_the_own_figures_and_nothing_of_another(them: Company) -> None:
    own, example = text_of("charlie", f"/kpi/sales_value/?{Q1}").split('id="explained"')
    assert "rekenvoorbeeld" in example, "in which an Alice sells as well"
    page = own + text_of("charlie", f"/kpi/sales_value/?{Q1}&part=records")
    assert "70.000" in page
    assert "Alice" not in page
    assert "13.000" not in page
    for by in ("person", "team", "source"):
        assert "Alice" not in text_of("charlie", f"/kpi/sales_value/?{Q1}&by={by}&format=csv")
