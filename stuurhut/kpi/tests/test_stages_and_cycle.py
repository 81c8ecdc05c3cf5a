"""How long sales and stages take, and where they drop off (T1: lost deals stay in, a bounce counts once)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from stuurhut.kpi.examples import ExampleEngine
from stuurhut.kpi.tests.asking import asked, behind
from stuurhut.kpi.words.answer import Value

ORDER = {"Intake": 1, "Offer": 2, "Deal": 3, "Won": 4, "Lost": 5}
KIND = {"Won": "won", "Lost": "lost"}


def path(number: int, *steps: tuple[str, int]) -> list[dict[str, Any]]:
    """The entries of an opportunity into (stage, day of March)."""
    days = [day for _stage, day in steps[1:]]
    return [
        {
            "id": number * 10 + n,
            "opportunity_id": number,
            "stage": stage,
            "stage_order": ORDER[stage],
            "kind": KIND.get(stage, "open"),
            "nth": 1 + [s for s, _d in steps[:n]].count(stage),
            "entered_at": f"2026-03-{day:02d} 12:00",
            "left_at": f"2026-03-{days[n]:02d} 12:00" if n < len(days) else None,
            "owner": "Alice",
            "team": "Noord",
        }
        for n, (stage, day) in enumerate(steps)
    ]


def by_stage(key: str, *paths: list[dict[str, Any]], **question: Any) -> dict[str | None, Value]:
    engine = ExampleEngine({"stage_entry": [row for rows in paths for row in rows]})
    return {row.names["stage"]: row.value for row in asked(engine, key, by=("stage",), **question).rows}


def test_a_deal_lost_in_negotiation_keeps_its_earlier_entries() -> None:
    found = by_stage("stage_conversion", path(1, ("Intake", 2), ("Offer", 4), ("Deal", 6), ("Lost", 8)))
    assert {stage: value.value for stage, value in found.items()} == {"Intake": 1, "Offer": 1, "Deal": 0}


def test_a_bounce_counts_once() -> None:
    back_and_forth = path(1, ("Intake", 2), ("Offer", 3), ("Intake", 4), ("Offer", 5), ("Deal", 6), ("Won", 7))
    found = by_stage("stage_conversion", back_and_forth)
    assert {stage: (value.value, value.n) for stage, value in found.items()} == {
        "Intake": (1, 1),
        "Offer": (1, 1),
        "Deal": (1, 1),
    }


def test_a_skipped_stage_counts_as_reached_by_the_one_before() -> None:
    found = by_stage("stage_conversion", path(1, ("Intake", 2), ("Deal", 6)))
    assert (found["Intake"].value, found["Deal"].value, found["Deal"].more["undecided"]) == (1, None, 1)


def test_the_course_after_the_peildatum_is_not_known_yet() -> None:
    found = by_stage("stage_conversion", path(1, ("Intake", 2), ("Offer", 10)), as_of="2026-03-09")
    assert (found["Intake"].value, found["Intake"].more["undecided"]) == (None, 1)


def test_a_deal_won_and_opened_again_is_not_won() -> None:
    found = by_stage("stage_conversion", path(1, ("Offer", 2), ("Won", 4), ("Offer", 6)))
    assert found["Offer"].more["undecided"] == 1


def test_who_is_still_in_a_stage_counts_as_at_least() -> None:
    found = by_stage(
        "time_in_stage", path(1, ("Intake", 2), ("Offer", 12)), path(2, ("Intake", 2)), path(3, ("Intake", 30))
    )
    assert (found["Intake"].value, found["Intake"].n, found["Intake"].more["still_there"]) == (10, 3, 2)
    assert (found["Offer"].value, found["Offer"].more["still_there"]) == (None, 1)


def test_the_records_behind_a_stage_are_opportunities() -> None:
    engine = ExampleEngine({"stage_entry": path(7, ("Intake", 2), ("Offer", 4))})
    assert {(r.kind, r.id, r.counted) for r in behind(engine, "time_in_stage")} == {
        ("opportunity", 7, True),
        ("opportunity", 7, False),
    }


def deal(created: str | None, closed: str | None, outcome: str, **more: Any) -> dict[str, Any]:
    return {
        "created_at": created and f"{created} 09:00",
        "closed_at": closed and f"{closed} 15:00",
        "outcome": outcome,
        "owner": "Alice",
        "team": "Noord",
        **more,
    }


def cycle(*deals: dict[str, Any], **question: Any) -> Any:
    return asked(ExampleEngine({"opportunity": list(deals)}), "sales_cycle_days", **question)


def test_of_an_even_number_of_deals_the_middle_two_are_averaged() -> None:
    assert cycle(deal("2026-03-01", "2026-03-11", "won"), deal("2026-03-01", "2026-03-21", "won")).total.value == 15


def test_a_deal_without_creation_date_is_left_out_and_counted() -> None:
    unknown = deal(None, "2026-03-20", "won", valid_from="2020-01-01 00:00")
    answer = cycle(deal("2026-03-01", "2026-03-11", "won"), unknown)
    assert (answer.total.value, answer.total.n, answer.excluded[0].n) == (10, 1, 1)


def test_in_the_cohort_a_lost_deal_will_not_be_won_later() -> None:
    # Of four opportunities of March two are won, one lost and one is still open.
    deals = [
        deal("2026-03-02", "2026-03-12", "won"),
        deal("2026-03-02", "2026-04-11", "won"),
        deal("2026-03-02", "2026-03-22", "lost"),
        deal("2026-03-02", None, "open"),
    ]
    cohort = cycle(*deals, as_of="2026-06-30").total.more["cohort"]
    assert cohort["ages"] == [30, 60, 90, 120]
    assert cohort["won"] == [pytest.approx(share) for share in (0.25, 0.5, 0.5, 0.5)]
    assert cohort["lost"] == [pytest.approx(0.25)] * 4


def test_a_quote_that_is_still_open_counts_as_at_least() -> None:
    def quote(decided: str | None, state: str) -> dict[str, Any]:
        return {"sent_at": "2026-03-02 09:00", "decided_at": decided, "state": state, "owner": "Alice", "team": "Noord"}

    quotes = [quote("2026-03-06 09:00", "accepted"), quote(None, "sent"), quote("2026-03-04 09:00", "expired")]
    answer = asked(ExampleEngine({"quote": quotes}), "quote_acceptance_days")
    assert (answer.total.value, answer.total.n, answer.total.more["open"]) == (4, 2, 1)
    assert {left.why: left.n for left in answer.excluded} == {"rejected": 0, "expired": 1}
    early = asked(ExampleEngine({"quote": quotes}), "quote_acceptance_days", as_of="2026-03-03").total
    assert (early.value, early.more["open"]) == (None, 3)


def test_a_peildatum_ahead_does_not_make_open_deals_stand_longer_than_they_have() -> None:
    # Asked on 4 March of the end of the month: one left after two days, two are there for one day so far.
    entries = [*path(1, ("Intake", 2), ("Offer", 4)), *path(2, ("Intake", 3)), *path(3, ("Intake", 3))]
    now = ExampleEngine({"stage_entry": entries}, fresh_at=datetime(2026, 3, 4, 12, tzinfo=UTC))
    intake = (("stage", "Intake"),)
    assert asked(now, "time_in_stage", where=intake).total.value == 2
    assert asked(ExampleEngine({"stage_entry": entries}), "time_in_stage", where=intake).total.value is None
