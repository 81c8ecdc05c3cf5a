"""The table of the team: who is in it, and who may look."""

from __future__ import annotations

import re
from datetime import date

import pytest

from stuurhut.cockpit.tests.funnels import with_a_funnel
from stuurhut.cockpit.tests.reading import text_of
from stuurhut.cockpit.tests.sales_of_two_teams import Company, sell
from stuurhut.crm.models import Source
from stuurhut.people import actions as people

pytestmark = pytest.mark.django_db

Q1 = "period=2026-Q1&as_of=2026-11-01"


@pytest.fixture
def them() -> Company:
    found = with_a_funnel()
    sell(found.alice, "2026-01-20", "4000.00", "Staal")
    sell(found.charlie, "2026-02-11", "70000.00", "Goud")
    return found


def rows(page: str) -> dict[str, str]:
    """The name of each row and its html."""
    found = re.findall(r'<tr id="team-row-\d+">(.*?)</tr>', page, re.DOTALL)
    return {re.findall(r'data-sort="([^"]*)"', row)[0]: row for row in found}


def test_a_manager_has_a_row_for_each_seller_that_leads_to_the_sellers_page(them: Company) -> None:
    found = rows(text_of("bob", f"/?{Q1}&part=team"))
    assert list(found) == ["Alice"]
    assert f'href="/seller/{them.alice.pk}/?' in found["Alice"]
    assert "€ 4.000" in found["Alice"]


def test_a_director_sees_teams_side_by_side_per_fte_of_the_sellers_who_were_there(them: Company) -> None:
    found = rows(text_of("dora", f"/?{Q1}&part=team"))
    assert list(found) == ["Noord", "Zuid"]
    assert f"team={them.noord.pk}" in found["Noord"]
    assert "€ 4.000" in found["Noord"], "by Alice; Bob leads, and is no hand to sell with"
    assert list(rows(text_of("dora", f"/?{Q1}&part=team&team={them.zuid.pk}"))) == ["Charlie"]


def test_of_one_source_there_are_no_hands_and_so_no_numbers_per_fte(them: Company) -> None:
    Source.objects.create(name="Beurs")
    page = text_of("dora", f"/?{Q1}&part=team&source=Beurs")
    assert "Naast elkaar" in page or "naast elkaar" in page
    assert "per fte" not in page


def test_below_a_team_that_was_chosen_its_teams_stand_side_by_side(them: Company) -> None:
    above = people.create_team(name="Nederland", by=None)
    for team in (them.noord, them.zuid):
        people.place_team(team=team, under=above, by=None)
    assert list(rows(text_of("dora", f"/?period=2026-Q1&part=team&team={above.pk}"))) == ["Noord", "Zuid"]
    assert list(rows(text_of("dora", f"/?period=2026-Q1&part=team&team={them.noord.pk}"))) == ["Alice"]


def test_each_step_stands_as_a_dot_with_its_interval_in_words_too(them: Company) -> None:
    alice = rows(text_of("bob", f"/?{Q1}&part=team"))["Alice"]
    assert alice.count('class="dot-plot"') == 3
    assert re.search(r"57,1 % \(\d[^)]* tot \d[^)]*, n = 7\)", alice)


def test_who_moved_team_in_the_period_stands_in_both_with_what_was_done_there(them: Company) -> None:
    people.move_team(person=them.alice, old=them.noord, new=them.zuid, starts_on=date(2026, 2, 1), by=None)
    sell(them.alice, "2026-03-03", "900.00", "Hout")
    noord = rows(text_of("dora", f"/?{Q1}&part=team&team={them.noord.pk}"))
    zuid = rows(text_of("dora", f"/?{Q1}&part=team&team={them.zuid.pk}"))
    assert "€ 4.000" in noord["Alice"]
    assert "€ 900" in zuid["Alice"]


def test_a_seller_has_no_table_and_charlie_no_row_of_alice(them: Company) -> None:
    assert "part=team" not in text_of("alice", f"/?{Q1}")
    for name in ("alice", "charlie"):
        assert rows(text_of(name, f"/?{Q1}&part=team")) == {}
    text_of("charlie", f"/?{Q1}&part=team&team={them.noord.pk}", status=404)
    text_of("bob", f"/?{Q1}&part=team&team={them.zuid.pk}", status=404)
    text_of("charlie", f"/?{Q1}&part=funnel&person={them.alice.pk}", status=404)
