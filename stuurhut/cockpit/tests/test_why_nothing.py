"""A tile on which nothing stands says why, where the number alone would look like a failure of the sellers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from stuurhut import replica
from stuurhut.cockpit.metrics import SEVEN
from stuurhut.cockpit.tests.reading import text_of, tile, value_in
from stuurhut.cockpit.tests.sales_of_two_teams import Company, company, sell, with_sales
from stuurhut.crm import actions as crm
from stuurhut.crm.models import Account, Lead, Opportunity
from stuurhut.kpi.words.answer import Answer, Value
from stuurhut.kpi.words.scope import EVERYTHING
from stuurhut.replica.asked import question_from
from stuurhut.ui.numbers import in_steps, money, step_of

pytestmark = pytest.mark.django_db

Q1 = "period=2026-Q1"
CAME_IN = datetime(2026, 1, 5, 9, tzinfo=UTC)


def call(them: Company, account: Account, day: int, lead: Lead | None = None) -> None:
    at = datetime(2026, 1, day, 10, tzinfo=UTC)
    crm.log_activity(
        kind="call", owner=them.alice, account=account, lead=lead, occurred_at=at, outcome="reached", by=None
    )


def test_calls_that_name_only_an_account_are_said_to_be_the_reason_that_there_are_no_follow_ups() -> None:
    them = company()
    account = crm.create_account(name="Staal BV", owner=them.alice, created_at=CAME_IN, by=None)
    lead = crm.create_lead(company="Staal BV", owner=them.alice, created_at=CAME_IN, by=None)
    for day in (6, 7, 8):
        call(them, account, day)
    page = text_of("alice", f"/?{Q1}")
    shown = tile(page, "follow_ups")
    assert value_in(shown) == "0"
    assert "3 " in shown.split("circle")[1]
    answer = replica.ask(question_from("follow_ups", period="2026-Q1"), EVERYTHING)
    assert [(left.n, left.why) for left in answer.excluded if left.n] == [
        (3, "outbound contact that names no lead or opportunity")
    ]
    # The lead was called, but nothing says so: its response time is no failure of Alice either.
    assert "info-circle" in tile(page, "lead_response_time")
    for day in (9, 10):
        call(them, account, day, lead)
    page = text_of("alice", f"/?{Q1}")
    assert value_in(tile(page, "follow_ups")) == "1"
    assert "info-circle" not in tile(page, "follow_ups") + tile(page, "lead_response_time")


def test_who_has_not_called_at_all_gets_no_excuse() -> None:
    them = company()
    crm.create_lead(company="Staal BV", owner=them.alice, created_at=CAME_IN, by=None)
    page = text_of("alice", f"/?{Q1}")
    assert "info-circle" not in "".join(tile(page, key) for key in ("follow_ups", "lead_response_time"))


def test_deals_without_their_lead_are_said_to_be_the_reason_that_no_lead_was_won() -> None:
    sell(company().alice, "2026-01-20", "4000.00")
    shown = tile(text_of("dora", "/?period=2025-Q4"), "lead_conversion")
    assert value_in(shown) == "100,0 %"
    assert "info-circle" not in shown
    Opportunity.objects.update(lead=None)
    shown = tile(text_of("dora", "/?period=2025-Q4"), "lead_conversion")
    assert value_in(shown) == "0,0 %"
    assert "info-circle" in shown
    assert 'href="/imports/new/"' in shown


def test_a_lead_that_was_simply_not_won_is_no_fault_of_the_files() -> None:
    them = with_sales()
    crm.create_lead(company="Hout BV", owner=them.alice, created_at=datetime(2025, 3, 5, 9, tzinfo=UTC), by=None)
    shown = tile(text_of("dora", "/?period=2025-Q1"), "lead_conversion")
    assert value_in(shown) == "0,0 %"
    assert "info-circle" not in shown


def attainment(realised: str, target: str, projected: str | None = None) -> Answer:
    share = Decimal(realised) / Decimal(target)
    more: dict[str, object] = {"realised": Decimal(realised), "target": Decimal(target), "elapsed_share": 0.5}
    total = Value(share, more=more | {"projected": projected and Decimal(projected)})
    at = datetime(2026, 2, 1, tzinfo=UTC)
    period = date(2026, 1, 1), date(2026, 4, 1)
    return Answer("target_attainment", "ratio", "higher", *period, at, (), (), total, None, (), at, "EUR")


def nothing_else(key: str, *, until_now: bool = False) -> Answer:
    raise AssertionError(key)


@pytest.mark.parametrize(
    ("realised", "target", "projected", "sentence"),
    [
        ("5120", "21000", "10240", "€ 5.120 van € 21.000 · nog € 15.880 nodig · eindigt in dit tempo op € 10.240"),
        ("11400", "20900", None, "€ 11.000 van € 21.000 · nog € 10.000 nodig"),
        ("811234", "1200000", None, "€ 811.000 van € 1.200.000 · nog € 389.000 nodig"),
        ("1204000", "8990000", None, "€ 1,20 mln van € 8,99 mln · nog € 7,79 mln nodig"),
        ("0", "21000", None, "€ 0 van € 21.000 · nog € 21.000 nodig"),
    ],
)
def test_what_is_reached_wanted_and_still_needed_are_written_equally_precisely(
    realised: str, target: str, projected: str | None, sentence: str
) -> None:
    with override("nl"):
        lines = SEVEN[0].beside(attainment(realised, target, projected), nothing_else)
    assert " · ".join(lines).replace("\u00a0", " ") == sentence


@given(st.lists(st.decimals(0, 10**11, places=2), min_size=1, max_size=4))
def test_amounts_in_one_step_differ_less_than_a_step_from_what_they_are(amounts: list[Decimal]) -> None:
    step = step_of(*amounts)
    assert all(abs(in_steps(amount, step) - amount) * 2 <= step for amount in amounts)
    assert money(amounts[0], "EUR", short=True) == money(amounts[0], "EUR", step=step_of(amounts[0]))
