"""The page of one seller: what is on it, and for whom."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from stuurhut.cockpit.tests.reading import text_of
from stuurhut.cockpit.tests.sales_of_two_teams import Company, person, sell, signed_in, with_sales
from stuurhut.kpi.words.period import Period
from stuurhut.people import actions as people
from stuurhut.people.models import User
from stuurhut.targets import actions as targets
from stuurhut.targets.models import Target

pytestmark = pytest.mark.django_db

Q1 = "period=2026-Q1&as_of=2026-03-31"
PARTS = ("", "&part=steps", "&part=course", "&part=seven", "&part=work")


@pytest.fixture
def them() -> Company:
    """Alice has a target of 20,000 for the quarter, set by Bob; she sold 13,000.50."""
    found = with_sales()
    bob = User.objects.get(email="bob@example.com")
    quarter = Period(date(2026, 1, 1), date(2026, 4, 1))
    goal = targets.set_target(kpi="sales_value", period=quarter, value=Decimal(20_000), by=bob, person=found.alice)
    Target.objects.filter(pk=goal.pk).update(set_at=datetime(2025, 12, 15, tzinfo=UTC))
    return found


def whole(name: str, key: int, query: str = Q1) -> str:
    """The page with all its parts."""
    return "".join(text_of(name, f"/seller/{key}/?{query}{part}") for part in PARTS)


def test_the_seller_the_manager_and_the_director_read_the_same_of_alice(them: Company) -> None:
    for name in ("alice", "bob", "dora"):
        page = whole(name, them.alice.pk)
        assert "€ 13.000" in page
        assert "€ 20.000" in page
        assert "Bob, 15 dec 2025" in page
        assert "Geheim" not in page


def test_charlie_never_sees_alice_and_bob_never_sees_charlie(them: Company) -> None:
    for name, key in (("charlie", them.alice.pk), ("bob", them.charlie.pk), ("alice", them.charlie.pk)):
        for part in PARTS:
            text_of(name, f"/seller/{key}/?{Q1}{part}", status=404)
    text_of("charlie", f"/seller/{them.charlie.pk}/?{Q1}&person={them.alice.pk}", status=404)
    text_of("alice", "/seller/999999/", status=404)
    text_of("alice", f"/seller/{them.alice.pk}/?part=secrets", status=404)


def test_who_has_no_part_in_sales_finds_no_seller(them: Company) -> None:
    User.objects.create_user("administrator@example.com", is_administrator=True)
    User.objects.create_user("payroll@example.com", is_payroll=True)
    for role in ("administrator", "payroll"):
        text_of(role, f"/seller/{them.alice.pk}/?{Q1}", status=404)


def test_the_figures_of_the_team_do_not_tell_on_a_single_colleague(them: Company) -> None:
    # Two in team Noord: the figures lie beside those of the organisation, in total only.
    part = text_of("alice", f"/seller/{them.alice.pk}/?{Q1}&part=seven")
    assert "Charlie" not in part
    assert ">Noord<" not in part


def test_all_that_is_recorded_about_a_seller_stands_on_the_page(them: Company) -> None:
    away = {"starts_on": date(2026, 2, 2), "until": date(2026, 2, 9), "share": 0.5}
    people.record_absence(person=them.alice, planned=False, by=None, **away)  # type: ignore[arg-type]
    page = text_of("alice", f"/seller/{them.alice.pk}/?{Q1}")
    assert "2 februari 2026 t/m 8 februari 2026" in page
    assert "50,0 %" in page
    assert "Noord, verkoper" in page
    assert f'href="/kpi/calls/records/?period=2026-Q1&amp;as_of=2026-03-31&amp;person={them.alice.pk}"' in page


def test_a_manager_sees_a_seller_who_moved_on_for_the_time_in_the_own_team(them: Company) -> None:
    people.move_team(person=them.alice, old=them.noord, new=them.zuid, starts_on=date(2026, 2, 16), by=None)
    sell(them.alice, "2026-03-20", "5000.00", "Hout")
    people.record_absence(person=them.alice, starts_on=date(2026, 3, 2), until=date(2026, 3, 9), by=None)
    seen_by_bob, seen_by_dora = (text_of(name, f"/seller/{them.alice.pk}/?{Q1}") for name in ("bob", "dora"))
    assert "Zuid" not in seen_by_bob
    assert "2 maart 2026" not in seen_by_bob
    assert "2 maart 2026" in seen_by_dora
    assert "16 februari 2026" in seen_by_dora
    record = text_of("bob", f"/kpi/sales_value/records/?{Q1}&person={them.alice.pk}")
    assert "Staal" in record
    assert "Hout" not in record


def test_a_seller_who_left_one_who_is_new_and_one_in_no_team_read_well(them: Company) -> None:
    people.leave_team(person=them.alice, team=them.noord, until=date(2026, 2, 2), by=None)
    people.add_user(
        email="eva@example.com", name="Eva", role="seller", team=them.noord, starts_on=date(2026, 3, 16), by=None
    )
    nobody = people.create_person(name="Nina", by=None)
    for key in (them.alice.pk, person("eva@example.com").pk, nobody.pk):
        page = whole("dora", key)
        assert "None" not in page
        assert "nan" not in page
    assert "2 februari 2026" in text_of("dora", f"/seller/{them.alice.pk}/?{Q1}")


def test_the_page_reads_well_whenever_it_is_asked(them: Company) -> None:
    for query in (
        "period=2019-Q1&as_of=2026-03-31",
        "period=2026-Q1&as_of=2027-03-31",
        "period=2026-Q1&as_of=2025-12-01",
    ):
        assert "None" not in whole("alice", them.alice.pk, query), query


def test_a_figure_that_is_not_drawn_gets_a_sentence_with_those_that_are(them: Company) -> None:
    page = text_of("alice", f"/seller/{them.alice.pk}/?{Q1}&part=course&figure=moon", status=400)
    assert "win_rate" in page


def test_the_page_of_a_team_is_the_cockpit_with_that_team(them: Company) -> None:
    noord = them.noord.pk
    found = signed_in("bob").get(f"/team/{noord}/?{Q1}")
    assert found.status_code == 302
    assert found["Location"] == f"/?{Q1}&team={noord}"
    assert signed_in("bob").get(f"/team/{noord}/", follow=True).status_code == 200
    assert signed_in("charlie").get(f"/team/{noord}/", follow=True).status_code == 404
