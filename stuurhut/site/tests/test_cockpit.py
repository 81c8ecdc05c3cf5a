"""The cockpit on a Monday morning: the clock, what was found, and how it reads when things are odd."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from stuurhut import replica
from stuurhut.cockpit.tests.reading import text_of, tile, value_in
from stuurhut.cockpit.tests.sales_of_two_teams import Company, company, sell, signed_in, with_sales
from stuurhut.crm import actions as crm
from stuurhut.crm.models import Stage
from stuurhut.kpi.words.money import Amount
from stuurhut.kpi.words.period import Period
from stuurhut.kpi.words.scope import EVERYTHING
from stuurhut.people.models import Team
from stuurhut.replica.asked import question_from
from stuurhut.targets import actions as targets
from stuurhut.targets.models import Target
from stuurhut.ui.numbers import share

pytestmark = pytest.mark.django_db

Q1 = "period=2026-Q1"
HALFWAY = f"{Q1}&as_of=2026-02-15"
QUARTER = Period(date(2026, 1, 1), date(2026, 4, 1))
PARTS = ("pictures", "found", "funnel", "team")


@pytest.fixture
def them() -> Company:
    return with_sales()


def aim(value: int, team: Team) -> None:
    """A target of the team for the first quarter, set before it began."""
    found = targets.set_target(kpi="sales_value", period=QUARTER, value=Decimal(value), by=None, team=team)
    Target.objects.filter(pk=found.pk).update(set_at=datetime(2025, 12, 15, tzinfo=UTC))


def clock(page: str) -> str:
    return tile(page, "target_attainment")


def test_the_clock_says_how_far_where_it_should_be_and_where_it_ends(them: Company) -> None:
    aim(10_000, them.noord)
    shown = clock(text_of("bob", f"/?{HALFWAY}"))
    assert value_in(shown) == "40,0 %"
    assert "€ 4.000 van € 10.000" in shown
    assert 'class="dial-today"' in shown
    assert 'class="dial-ending"' in shown
    answer = replica.ask(
        question_from("target_attainment", period="2026-Q1", as_of="2026-02-15",
                      where=(("team", str(them.noord.pk)),)), EVERYTHING,
    )  # fmt: skip
    elapsed = answer.total.more["elapsed_share"]
    assert isinstance(elapsed, float)
    assert share(elapsed).replace(".", ",").removesuffix("%").strip() in shown


def test_what_is_still_needed_comes_with_the_plan(them: Company) -> None:
    aim(10_000, them.noord)
    page = text_of("bob", f"/?{HALFWAY}&part=pictures")
    assert "€ 6.000" in page
    assert 'id="clock-dial"' in page


def test_in_english_it_says_what_the_goal_is_measured_by_and_what_is_still_needed_of_what(them: Company) -> None:
    aim(10_000, them.noord)
    seen = signed_in("bob")

    def english(address: str) -> str:
        return seen.get(address, headers={"accept-language": "en"}).content.decode()

    page = english(f"/?{HALFWAY}")
    assert re.search(r"(behind|on course): 40\.0% of €10,000, \d+\.\d% expected by now", tile(page, "sales_value"))
    assert re.search(r"% (short of|ahead of) schedule", clock(page))
    assert re.search(r"€6,000 from .*new deals", english(f"/?{HALFWAY}&part=pictures")), "nothing is open: all of it"


def test_130_percent_is_drawn_and_said_as_130(them: Company) -> None:
    aim(10_000, them.noord)
    shown = clock(text_of("bob", f"/?{Q1}"))
    assert value_in(shown) == "130,0 %"
    assert 'class="dial-beyond"' in shown


def test_a_target_of_nothing_is_no_missing_target(them: Company) -> None:
    none = clock(text_of("bob", f"/?{Q1}"))
    aim(0, them.noord)
    nothing = clock(text_of("bob", f"/?{Q1}"))
    assert 'class="dial"' not in none + nothing
    assert re.findall(r'is-words">([^<]*)', none) != re.findall(r'is-words">([^<]*)', nothing)


def test_a_month_below_zero_reads_well(them: Company) -> None:
    aim(10_000, them.noord)
    sell(them.alice, "2026-02-10", "-6000.00", "Retour")
    shown = clock(text_of("bob", f"/?{HALFWAY}"))
    assert value_in(shown) == "−20,0 %"
    assert 'class="dial-filled"' not in shown


@pytest.mark.parametrize(
    "question", [Q1, HALFWAY, "period=2019-Q1", "period=2031-Q1", "as_of=2030-06-30", f"{Q1}&as_of=2025-12-15"]
)
@pytest.mark.parametrize("name", ["alice", "bob", "dora"])
def test_every_part_reads_well_whatever_the_period(them: Company, name: str, question: str) -> None:
    text_of(name, f"/?{question}")
    for part in PARTS:
        page = text_of(name, f"/?{question}&part={part}")
        assert "None" not in page
        assert "nan" not in page


def test_nothing_recorded_nothing_found() -> None:
    company()
    page = text_of("dora", f"/?{Q1}&part=found")
    assert 'class="finding"' not in page
    assert 'class="calm"' in page


def test_the_pipeline_of_a_quarter_that_is_over_is_that_of_its_last_day(them: Company) -> None:
    qualified = Stage.objects.filter(kind=Stage.Kind.OPEN, qualified=True).first()
    assert qualified is not None
    crm.create_opportunity(
        name="Nieuw", stage=qualified, owner=them.alice, amount=Amount(Decimal(5000), "EUR"),
        created_at=datetime(2026, 5, 1, 9, tzinfo=UTC), by=None,
    )  # fmt: skip
    past = tile(text_of("dora", "/?period=2025-Q4"), "pipeline_open_value")
    assert "op 31 december 2025" in past
    assert value_in(past) == "€ 0"
    assert value_in(tile(text_of("dora", "/"), "pipeline_open_value")) == "€ 5.000"


def test_a_part_that_there_is_not_is_not_found(them: Company) -> None:
    text_of("dora", f"/?{Q1}&part=nonsense", status=404)
