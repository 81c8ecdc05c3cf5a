"""Goals through the pages: what is typed is saved whole or not at all, and nobody reaches another's."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from stuurhut.people.actions import join_team, record_absence
from stuurhut.people.tests.company import seller
from stuurhut.targets.actions import close_period, set_target
from stuurhut.targets.models import Target
from stuurhut.targets.tests.selling import (
    YEAR,
    fields_of,
    firm,
    month,
    name_of,
    quarter,
    signed_in,
    sold,
    text_of,
    user,
)

pytestmark = pytest.mark.django_db

PAGE = "/targets/?year=2025"


def post(name: str, fields: dict[str, Any], do: str = "save", **more: str) -> Any:
    return signed_in(name).post("/targets/", {"kpi": "sales_value", "year": "2025", "do": do, **more, **fields})


def values() -> list[tuple[str, int, str]]:
    return [(str(t.person or t.team), t.version, t.value) for t in Target.objects.order_by("id")]


def test_a_manager_sets_the_team_goal_of_a_quarter() -> None:
    them = firm()
    response = post("bob", {name_of(them.noord, quarter(3)): "€ 1.200.000"})
    assert (response.status_code, response.headers["Location"]) == (
        302,
        "/targets/?kpi=sales_value&year=2025&grain=quarter",
    )
    target = Target.objects.get()
    assert (target.team, target.value, target.currency, target.set_by) == (them.noord, "1200000", "EUR", user("bob"))
    page = text_of(signed_in("bob").get(PAGE))
    assert 'value="1.200.000"' in page
    assert "Gesteld door Bob op" in page


def test_the_form_works_without_script_and_sets_only_what_was_changed() -> None:
    them = firm()
    for number in (1, 2):
        set_target(kpi="sales_value", period=quarter(number), value="1000.50", person=them.alice, by=None)
    client = signed_in("bob")
    fields = fields_of(client.get(PAGE))
    assert fields[name_of(them.alice, quarter(1))] == "1.000,50"
    assert client.post("/targets/", {**fields, "do": "save"}).status_code == 302
    assert Target.objects.count() == 2, "nothing was changed"
    fields[name_of(them.alice, quarter(2))] = "2.000"
    client.post("/targets/", {**fields, "do": "save"})
    assert values()[2:] == [("Alice", 2, "2000")]


def test_enter_in_a_field_without_script_saves_nothing() -> None:
    them = firm()
    form = signed_in("bob").get(PAGE).content.decode().split('id="goals"', 1)[1]
    assert form.index('value="look"') < form.index('value="save"'), "the first button is the one that Enter presses"
    response = post("bob", {name_of(them.noord, quarter(3)): "5000"}, do="look")
    assert 'value="5000"' in text_of(response)
    assert values() == []


def test_one_wrong_cell_keeps_all_from_being_saved_and_says_why_in_the_cell() -> None:
    them = firm()
    good, bad = name_of(them.alice, quarter(1)), name_of(them.alice, quarter(2))
    response = post("bob", {good: "1.000", bad: "veel"})
    page = text_of(response)
    assert response.status_code == 422
    assert values() == []
    assert "Er is nog niets opgeslagen: kijk 1 cel na." in page
    assert f"id=\"{bad}-wrong\">'veel' is geen getal; schrijf het zoals 1.234,50." in page
    assert 'value="1.000"' in page, "what was right stays filled in"


def test_emptying_a_cell_takes_the_goal_away_and_keeps_it_in_the_versions() -> None:
    them = firm()
    set_target(kpi="sales_value", period=quarter(1), value=1000, team=them.noord, by=None)
    name = name_of(them.noord, quarter(1))
    post("bob", {name: ""})
    assert values() == [("Noord", 1, "1000"), ("Noord", 2, "")]
    assert fields_of(signed_in("bob").get(PAGE))[name] == ""
    history = text_of(signed_in("bob").get(f"/targets/history/t{them.noord.pk}/?year=2025"))
    assert "geen doel" in history
    assert "1.000" in history


def test_a_goal_that_a_colleague_changed_meanwhile_is_not_overwritten_unseen() -> None:
    them = firm()
    set_target(kpi="sales_value", period=quarter(1), value=1000, team=them.noord, by=None)
    client, name = signed_in("bob"), name_of(them.noord, quarter(1))
    fields = fields_of(client.get(PAGE))
    set_target(kpi="sales_value", period=quarter(1), value=1500, team=them.noord, by=user("dora"))
    # What Bob did not touch stays Dora's ...
    client.post("/targets/", {**fields, "do": "save", name_of(them.alice, quarter(1)): "10"})
    assert values()[-1] == ("Alice", 1, "10")
    assert values()[-2] == ("Noord", 2, "1500")
    # ... and what he did is asked about first.
    response = client.post("/targets/", {**fields, "do": "save", name: "900"})
    assert response.status_code == 422
    assert "Dora heeft dit op" in text_of(response)
    client.post("/targets/", {**fields_of(response), "do": "save"})
    assert values()[-1] == ("Noord", 3, "900")


def test_the_goal_of_somebody_elses_people_cannot_be_set_by_making_up_a_field() -> None:
    them = firm()
    for name in ("bob", "alice", "charlie"):
        assert post(name, {name_of(them.charlie, quarter(1)): "1"}).status_code == 404
        assert post(name, {name_of(them.zuid, quarter(1)): "1"}).status_code == 404
    assert post("alice", {}).status_code == 404
    assert post("bob", {"g-p999-2025-01-01-2025-04-01": "1"}).status_code == 404
    assert post("bob", {"g-p1-2025-99-01-2025-04-01": "1"}).status_code == 404
    assert values() == []
    assert post("dora", {name_of(them.zuid, quarter(1)): "1"}).status_code == 302


def test_charlie_reads_nothing_of_alice() -> None:
    them = firm()
    sold(them.alice, "2025-02-03", "4711")
    set_target(kpi="sales_value", period=quarter(1), value=8222, person=them.alice, by=None)
    set_target(kpi="sales_value", period=quarter(1), value=8333, team=them.noord, by=None)
    closing = close_period(period=quarter(1), by=None)
    for address in (
        PAGE, f"{PAGE}&team=everyone", f"{PAGE}&format=csv", "/targets/closed/", f"/targets/closed/{closing.pk}/",
    ):  # fmt: skip
        response = signed_in("charlie").get(address)
        body = response.content.decode()
        assert response.status_code in (200, 404), address
        assert not any(mark in body for mark in ("4.711", "4711", "8.222", "8222", "8.333", "8333", "Alice")), address
    for key in (f"p{them.alice.pk}", f"t{them.noord.pk}"):
        assert signed_in("charlie").get(f"/targets/history/{key}/?year=2025").status_code == 404


@pytest.mark.parametrize("name", ["adam", "pay"])
def test_administrator_and_payroll_see_no_goals(name: str) -> None:
    firm()
    for address in (PAGE, "/targets/closed/"):
        assert signed_in(name).get(address).status_code == 404
    assert post(name, {}).status_code == 404
    assert "/targets/" not in signed_in(name).get("/").content.decode()


@pytest.mark.parametrize(
    "asked", ["kpi=sails_value", "kpi=target_attainment", "year=next", "year=1999", "grain=week", "year=٢٠٢٥"]
)
def test_a_question_that_cannot_be_answered_gets_a_sentence(asked: str) -> None:
    firm()
    response = signed_in("bob").get(f"/targets/?{asked}")
    assert response.status_code == 400
    assert "Zo lukt die vraag niet" in text_of(response)


@pytest.mark.parametrize("asked", ["team=0", "team=x", "team=99999999999999999999"])
def test_a_team_that_is_not_there_is_not_found(asked: str) -> None:
    firm()
    assert signed_in("bob").get(f"/targets/?{asked}").status_code == 404


@pytest.mark.parametrize("seen", ["{", "[]", "7", '{"a": "b"}', "null"])
def test_a_broken_note_of_what_was_seen_harms_nothing(seen: str) -> None:
    them = firm()
    assert post("bob", {name_of(them.noord, quarter(1)): "5"}, seen=seen).status_code == 302
    assert values() == [("Noord", 1, "5")]


# -- proposals -------------------------------------------------------------------------------------------------------


def test_the_year_is_spread_over_the_quarters_by_available_days_and_nothing_is_saved() -> None:
    them = firm()
    record_absence(person=them.alice, starts_on=month(4).start, expected_until=month(7).start, by=None)
    fields = fields_of(post("bob", {name_of(them.alice, YEAR): "193.000"}, do="spread"))
    parts = [fields[name_of(them.alice, quarter(number))] for number in (1, 2, 3, 4)]
    assert parts == [
        "63.000",
        "0",
        "66.000",
        "64.000",
    ]  # working days of each quarter
    assert values() == []


def test_a_year_is_spread_with_the_season_of_the_years_before() -> None:
    them = firm()
    for year in (2022, 2023, 2024):
        for number in range(1, 13):
            sold(them.charlie, f"{year}-{number:02d}-05", "9000" if number == 12 else "1000")
    fields = fields_of(post("bob", {name_of(them.alice, YEAR): "20.000"}, do="spread", grain="month"))
    months = [int(fields[name_of(them.alice, month(number))].replace(".", "")) for number in range(1, 13)]
    assert sum(months) == 20000
    assert months[11] > 7 * months[10], "December brings nine times an ordinary month"


def test_a_team_goal_is_divided_over_who_sells_by_the_days_they_are_there() -> None:
    them = firm()
    eva = seller("Eva", them.noord)
    record_absence(person=eva, share=0.5, starts_on=YEAR.start, expected_until=YEAR.until, by=None)
    fields = fields_of(post("bob", {name_of(them.noord, quarter(1)): "90.000"}, do="divide"))
    assert fields[name_of(them.alice, quarter(1))] == "60.000"
    assert fields[name_of(eva, quarter(1))] == "30.000"
    assert fields[name_of(them.alice, quarter(2))] == ""


def test_a_level_is_the_same_for_everybody_and_in_every_part() -> None:
    them = firm()
    seller("Eva", them.noord)
    spread = fields_of(post("bob", {name_of(them.noord, YEAR): "25%"}, do="spread", kpi="win_rate"))
    assert [spread[name_of(them.noord, quarter(number))] for number in (1, 2, 3, 4)] == ["25%"] * 4
    divided = fields_of(post("bob", {name_of(them.noord, quarter(1)): "25%"}, do="divide", kpi="win_rate"))
    assert divided[name_of(them.alice, quarter(1))] == "25%"


def test_last_year_plus_five_percent_fills_what_last_year_had() -> None:
    them = firm()
    sold(them.alice, "2024-02-05", "100000")
    fields = fields_of(post("bob", {}, do="raise", percent="5"))
    assert fields[name_of(them.alice, quarter(1))] == "105.000"
    assert fields[name_of(them.noord, quarter(1))] == "105.000"
    assert fields[name_of(them.alice, quarter(2))] == ""
    one = fields_of(post("bob", {}, do="raise", percent="-2,5", whose=f"p{them.alice.pk}"))
    assert one[name_of(them.alice, quarter(1))] == "97.500"
    assert one[name_of(them.noord, quarter(1))] == ""


@pytest.mark.parametrize(
    ("do", "more", "told"),
    [
        ("spread", {}, "Er is geen jaardoel om te verdelen"),
        ("spread", {"grain": "year"}, "kies een van beide"),
        ("raise", {"percent": "veel"}, "is geen percentage"),
        ("raise", {"percent": "NaN"}, "is geen percentage"),
        ("raise", {"percent": "5"}, "Vorig jaar heeft hier geen cijfers"),
        ("divide", {}, "Er is geen teamdoel"),
    ],
)
def test_a_proposal_that_cannot_be_made_says_what_is_missing(do: str, more: dict[str, str], told: str) -> None:
    firm()
    response = post("bob", {}, do=do, **more)
    assert response.status_code == 422
    assert told in text_of(response)


# -- versions, export ------------------------------------------------------------------------------------------------


def test_a_version_is_withdrawn_and_put_back_by_who_may_set_it() -> None:
    them = firm()
    set_target(kpi="sales_value", period=quarter(1), value=1000, team=them.noord, by=user("dora"))
    last = set_target(kpi="sales_value", period=quarter(1), value=2000, team=them.noord, by=user("bob"))
    bob, page, name = signed_in("bob"), f"/targets/versions/{last.pk}/", name_of(them.noord, quarter(1))
    for other in ("alice", "charlie", "adam", "pay"):
        assert signed_in(other).post(page).status_code == 404
    assert bob.get(page).status_code == 405
    bob.post(page)
    assert fields_of(bob.get(PAGE))[name] == "1.000"
    history = text_of(bob.get(f"/targets/history/t{them.noord.pk}/?year=2025"))
    assert "ingetrokken" in history
    assert "Dora" in history
    bob.post(page, {"do": "restore"})
    assert fields_of(bob.get(PAGE))[name] == "2.000"


@pytest.mark.parametrize("key", ["x1", "t", "p0", "t99999999999999999999", "pp1"])
def test_versions_of_nobody_are_not_found(key: str) -> None:
    firm()
    assert signed_in("bob").get(f"/targets/history/{key}/").status_code == 404


def test_the_grid_is_exported_as_it_is_seen() -> None:
    them = firm()
    them.alice.name = "=1+1"
    them.alice.save()
    set_target(kpi="sales_value", period=quarter(1), value="1234.50", team=them.noord, by=None)
    sold(them.alice, "2025-02-03", "4711.00")
    lines = signed_in("bob").get(f"{PAGE}&format=csv").content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Team,Medewerker,doel 1e kwartaal 2025,")
    assert lines[1].split(",")[:7] == ["Noord", "", "1234.50", "", "", "", ""]
    assert lines[2].split(",")[:2] == ["Noord", "'=1+1"]
    assert "4711.00" in lines[2]
    book = signed_in("bob").get(f"{PAGE}&format=xlsx").content
    with zipfile.ZipFile(io.BytesIO(book)) as sheets:
        sheet = sheets.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>1234.5</v>" in sheet
    assert "<f>" not in sheet
    assert signed_in("bob").get(f"{PAGE}&format=pdf").status_code == 400


def test_a_whole_grid_fits_in_a_form() -> None:
    them = firm()
    for number in range(90):
        join_team(person=seller(f"S{number}", them.zuid), team=them.noord, starts_on=YEAR.start, fte=0.5, by=None)
    client = signed_in("bob")
    fields = fields_of(client.get(f"{PAGE}&grain=month"))
    assert len(fields) > 1000
    assert len(json.loads(fields["seen"])) > 1000
    assert client.post("/targets/", {**fields, "do": "save"}).status_code == 302
