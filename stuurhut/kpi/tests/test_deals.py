"""Won, lost, re-opened and shared deals are counted as a sales manager would count them by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stuurhut.kpi.examples import ExampleEngine, ExampleRules
from stuurhut.kpi.tests.asking import asked, behind
from stuurhut.kpi.words.answer import Answer

SELLERS = {"Alice": "Noord", "Bram": "Noord", "Charlie": "Zuid"}
WON = {"closed_at": "2026-03-10 12:00", "outcome": "won"}
LOST = {"closed_at": "2026-03-12 12:00", "outcome": "lost", "loss_reason": "Prijs"}


def deal(owner: str = "Alice", **how: Any) -> dict[str, Any]:
    return {"created_at": "2026-01-05 09:00", "owner": owner, "team": SELLERS[owner], "amount": 1000, **how}


def by_name(answer: Answer) -> dict[str | None, Any]:
    return {next(iter(row.names.values())): row.value.value for row in answer.rows}


def test_a_lost_deal_stays_in_the_win_rate() -> None:
    engine = ExampleEngine({"opportunity": [deal(**WON), deal(**LOST), deal()]})
    rate = asked(engine, "win_rate").total
    assert (rate.value, rate.n) == (0.5, 2)
    assert {(r.id, r.counted) for r in behind(engine, "win_rate")} == {(1, True), (2, False)}


def test_losing_a_deal_lowers_the_weighted_pipeline_by_its_weighted_value() -> None:
    chance = [{"stage": "Offerte", "probability": 0.3, "starts_on": "2025-01-01"}]
    until_lost = deal(id=2, stage="Offerte", amount=2000, valid_until="2026-03-12 12:00")
    lost = deal(id=2, stage="Verloren", amount=2000, valid_from="2026-03-12 12:00", **LOST)
    kept = deal(id=1, stage="Offerte")
    engine = ExampleEngine({"opportunity": [kept, until_lost, lost], "stage_probability": chance})
    before = asked(engine, "pipeline_weighted_value", as_of="2026-03-11").total.value
    after = asked(engine, "pipeline_weighted_value", as_of="2026-03-12").total.value
    assert (before, after) == (Decimal("900.00"), Decimal("300.00"))


def test_a_deal_that_was_re_opened_no_longer_counts_as_won() -> None:
    """Won on 10 March, open again on the 20th, lost on 2 April."""
    engine = ExampleEngine({"opportunity": [
        deal(id=1, valid_until="2026-03-10 12:00"),
        deal(id=1, valid_from="2026-03-10 12:00", valid_until="2026-03-20 12:00", **WON),
        deal(id=1, valid_from="2026-03-20 12:00", valid_until="2026-04-02 12:00"),
        deal(id=1, valid_from="2026-04-02 12:00", closed_at="2026-04-02 12:00", outcome="lost"),
    ]})  # fmt: skip
    won = [asked(engine, "won_count", as_of=day).total.value for day in ("2026-03-09", "2026-03-10", "2026-03-20")]
    assert won == [0, 1, 0]
    still_open = [asked(engine, "pipeline_open_count", as_of=day).total.value for day in ("2026-03-09", "2026-03-15")]
    assert still_open == [1, 0]
    assert asked(engine, "win_rate", period="2026", as_of="2026-04-02").total.n == 1


def test_a_deal_counts_for_its_owner_at_closing_even_when_it_was_handed_over_since() -> None:
    handed = deal(id=1, owner="Bram", created_owner="Alice", closed_owner="Alice", valid_from="2026-03-20 12:00", **WON)
    handed |= {"created_team": "Noord", "closed_team": "Noord"}
    engine = ExampleEngine({"opportunity": [handed]})
    assert by_name(asked(engine, "won_count", by=("person",)))["Alice"] == 1


def test_what_cannot_count_is_told() -> None:
    engine = ExampleEngine({"opportunity": [
        deal(**WON), deal(amount=None, **WON), deal(outcome="won"), deal(amount=None),
        {"owner": "Alice", "team": "Noord", "amount": 500, "valid_from": None},
        {"owner": "Alice", "team": "Noord", "amount": 500, "valid_from": None, **WON},
    ]})  # fmt: skip
    won = asked(engine, "won_value")
    assert {left.why: left.n for left in won.excluded} == {"no close date": 1, "no creation date": 1, "no amount": 1}
    found = asked(engine, "pipeline_open_value")
    assert {left.why: left.n for left in found.excluded} == {"no creation date": 1, "no amount": 1}
    assert found.total.value == 0


def test_an_exclusion_follows_the_filters_of_the_question() -> None:
    engine = ExampleEngine({"opportunity": [deal(amount=None, **WON), deal("Charlie", amount=None, **WON)]})
    of_zuid = asked(engine, "won_value", where=(("team", "Zuid"),))
    assert {left.why: left.n for left in of_zuid.excluded if left.n} == {"no amount": 1}


def test_sales_are_what_the_organisation_says_they_are() -> None:
    facts = {
        "opportunity": [deal(**WON)],
        "order": [{"ordered_at": "2026-03-20 12:00", "owner": "Bram", "team": "Noord", "amount": 70, "margin": 7}] * 2,
    }
    opportunities, orders = ExampleEngine(facts), ExampleEngine(facts, ExampleRules(sales_are="orders"))
    assert [asked(opportunities, key).total.value for key in ("sales_count", "sales_value")] == [1, 1000]
    assert [asked(orders, key).total.value for key in ("sales_count", "sales_value")] == [2, 140]
    assert [asked(orders, key).total.value for key in ("won_count", "average_deal_size")] == [1, 70]


def test_an_order_cancelled_after_the_peildatum_still_counts_before_it() -> None:
    order = {"ordered_at": "2026-03-02 12:00", "void_at": "2026-03-20 12:00", "owner": "Alice", "team": "Noord",
             "amount": 100}  # fmt: skip
    engine = ExampleEngine({"order": [order]})
    assert asked(engine, "turnover", as_of="2026-03-19").total.value == 100
    assert asked(engine, "turnover", as_of="2026-03-20").total.value == 0


@st.composite
def shared_deals(draw: st.DrawFn) -> list[tuple[str, int, dict[str, int]]]:
    """Deals as owner, amount in cents, and credit in ten-thousandths that adds to 10,000."""
    found = []
    for _ in range(draw(st.integers(1, 6))):
        owner = draw(st.sampled_from(sorted(SELLERS)))
        first = draw(st.integers(1, 9999))
        other = draw(st.sampled_from(sorted(SELLERS)))
        credit = {owner: 10_000} if other == owner else {owner: first, other: 10_000 - first}
        found.append((owner, draw(st.integers(1, 10_000_000)), credit))
    return found


@given(shared_deals())
@settings(max_examples=15, deadline=None)
def test_the_team_counts_each_deal_once_while_credit_splits_it(deals: list[tuple[str, int, dict[str, int]]]) -> None:
    whole, shares = [], []
    for number, (owner, cents, credit) in enumerate(deals, 1):
        row = deal(owner, id=number, amount=Decimal(cents) / 100, **WON)
        whole.append(row)
        for person, share in credit.items():
            portion = Decimal(cents) * share / 1_000_000
            shares.append({**row, "credit_person": person, "credit_team": SELLERS[person], "portion": portion})
    engine = ExampleEngine({"opportunity": whole, "opportunity_share": shares})
    total = sum((Decimal(cents) / 100 for _, cents, _ in deals), Decimal(0))
    by_person = asked(engine, "won_value", by=("person",))
    by_team = asked(engine, "won_value", by=("team",))
    assert by_person.total.value == by_team.total.value == total
    assert sum(by_name(by_team).values()) == total
    for seller, value in by_name(by_person).items():
        owed = sum(Decimal(cents) * credit.get(str(seller), 0) / 1_000_000 for _, cents, credit in deals)
        assert abs(value - owed) <= Decimal("0.01")
    assert sum(by_name(asked(engine, "won_count", by=("person",))).values()) == len(deals)


@given(st.lists(st.tuples(st.sampled_from(sorted(SELLERS)), st.booleans()), min_size=1, max_size=12))
@settings(max_examples=15, deadline=None)
def test_a_ratio_is_of_the_sums_and_not_the_mean_of_ratios(closed: list[tuple[str, bool]]) -> None:
    engine = ExampleEngine({"opportunity": [deal(owner, **(WON if won else LOST)) for owner, won in closed]})
    found = asked(engine, "win_rate", by=("person",))
    assert found.total.value == pytest.approx(sum(won for _, won in closed) / len(closed))
    assert sum(row.value.n or 0 for row in found.rows) == found.total.n == len(closed)
    for row in found.rows:
        own = [won for owner, won in closed if owner == row.names["person"]]
        assert row.value.value == (pytest.approx(sum(own) / len(own)) if own else None)
