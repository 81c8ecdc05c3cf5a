"""Every rule of data quality finds its offender, leaves the right record alone, and counts only where it can."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from stuurhut.kpi.answering import prepared
from stuurhut.kpi.catalogue.quality import offenders
from stuurhut.kpi.catalogue.quality_rules import RULES
from stuurhut.kpi.examples import ExampleEngine
from stuurhut.kpi.tests.asking import asked, behind, question
from stuurhut.kpi.words.errors import UnknownName
from stuurhut.kpi.words.period import parse
from stuurhut.kpi.words.question import Question
from stuurhut.kpi.words.scope import EVERYTHING

OWNED = {"owner": "Alice", "team": "Noord"}


def chance(number: int, created: str = "2026-03-20", **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "created_at": f"{created} 09:00",
        "amount": 100,
        "expected_close_on": "2026-05-01",
        **OWNED,
        **more,
    }


def closed(number: int, outcome: str = "won", **more: Any) -> dict[str, Any]:
    return chance(number, outcome=outcome, closed_at="2026-03-25 09:00", **more)


def visit(number: int, occurred: str, **more: Any) -> dict[str, Any]:
    return {"id": number, "kind": "visit", "occurred_at": f"{occurred} 10:00", **OWNED, **more}


PLANNED = {
    "state": "planned",
    "occurred_at": None,
    "planned_for": "2026-04-20 10:00",
    "recorded_at": "2026-03-02 10:00",
}

BROKEN: dict[str, tuple[dict[str, list[dict[str, Any]]], set[tuple[str, int]]]] = {
    "close_date_past": (
        {
            "opportunity": [
                chance(1, expected_close_on="2026-03-31"),
                chance(2, expected_close_on="2026-04-01"),
                chance(3),
            ]
        },
        {("opportunity", 1)},
    ),
    "no_next_step": (
        {
            "opportunity": [chance(n, "2026-01-05") for n in (1, 2, 3)] + [chance(4)],
            "activity": [
                visit(1, "2026-03-10", opportunity_id=1),
                visit(2, "2026-01-10", opportunity_id=2),
                visit(3, "2026-01-10", opportunity_id=3, **PLANNED),
            ],
        },
        {("opportunity", 2)},
    ),
    "amount_missing": (
        {
            "opportunity": [
                chance(1, amount=None),
                chance(2, amount=0),
                chance(3),
                closed(4, "lost", amount=0),
                chance(5, amount=None, qualified=False),
            ]
        },
        {("opportunity", 1), ("opportunity", 2)},
    ),
    "won_without_document": (
        {
            "opportunity": [closed(1), closed(2), closed(3)],
            "quote": [{"sent_at": "2026-03-21 09:00", "opportunity_id": 2, "state": "accepted", **OWNED}],
            "order": [{"ordered_at": "2026-03-26 09:00", "opportunity_id": 3, **OWNED}],
        },
        {("opportunity", 1)},
    ),
    "order_without_opportunity": (
        {
            "opportunity": [chance(1)],
            "order": [
                {"ordered_at": "2026-03-26 09:00", "opportunity_id": 1, **OWNED},
                {"ordered_at": "2026-03-27 09:00", **OWNED},
                {"ordered_at": "2026-03-27 09:00", "void_at": "2026-03-28 09:00", **OWNED},
            ],
        },
        {("order", 2)},
    ),
    "activity_late": (
        {
            "activity": [
                visit(1, "2026-03-02", recorded_at="2026-03-09 09:00"),
                visit(2, "2026-03-02", recorded_at="2026-03-09 11:00"),
                visit(3, "2026-04-09", recorded_at="2026-03-09 11:00"),
            ]
        },
        {("activity", 2), ("activity", 3)},
    ),
    "lead_without_owner": (
        {"lead": [{"created_at": "2026-03-02 09:00", **OWNED}, {"created_at": "2026-03-02 09:00"}]},
        {("lead", 2)},
    ),
    "closed_without_reason": (
        {
            "opportunity": [closed(1, "lost", loss_reason="Prijs"), closed(2, "lost"), closed(3)],
            "lead": [
                {
                    "created_at": "2026-03-02 09:00",
                    "disqualified_at": "2026-03-03 09:00",
                    "disqualified_reason": reason,
                    **OWNED,
                }
                for reason in ("no_need", "")
            ],
        },
        {("opportunity", 2), ("lead", 2)},
    ),
    "likely_duplicate": (
        {
            "account": [
                {"name": name, "kind": "customer", "created_at": "2026-01-05 09:00", **OWNED}
                for name in ("Bakker B.V.", "bakker bv", "Visser", "Bakkerij")
            ]
        },
        {("account", 1), ("account", 2)},
    ),
}


@pytest.mark.parametrize("rule", list(RULES))
def test_each_rule_finds_its_offenders_and_no_others(rule: str) -> None:
    facts, expected = BROKEN[rule]
    engine = ExampleEngine(facts)
    assert {(r.kind, r.id) for r in behind(engine, "data_quality", where=(("rule", rule),))} == expected
    by_rule = {row.names["rule"]: row.value for row in asked(engine, "data_quality", by=("rule",)).rows}
    assert by_rule[rule].more["offenders"] == len(expected)


def test_a_record_that_breaks_two_rules_is_one_record() -> None:
    engine = ExampleEngine({"opportunity": [chance(1, amount=None, expected_close_on="2026-03-10"), chance(2)]})
    value = asked(engine, "data_quality").total
    assert (value.value, value.n, value.more["offenders"]) == (0.5, 2, 1)
    assert value.more["rules"] == {
        "close_date_past": {"offenders": 1, "checked": 2},
        "amount_missing": {"offenders": 1, "checked": 2},
    }


def test_a_rule_about_what_nobody_records_does_not_count() -> None:
    engine = ExampleEngine({"opportunity": [closed(1, "lost"), closed(2), chance(3, "2025-01-06", amount=None)]})
    answer = asked(engine, "data_quality")
    # No quotes, orders, loss reasons or activities: what is left are the amounts and the close dates.
    assert set(answer.total.more["rules"]) == {"close_date_past", "amount_missing"}  # type: ignore[call-overload]
    assert answer.excluded[0].n == len(RULES) - 2


def test_an_unknown_rule_is_named_with_its_nearest() -> None:
    with pytest.raises(UnknownName, match="amount_missing"):
        asked(ExampleEngine({}), "data_quality", where=(("rule", "amount"),))


def test_the_offenders_of_some_rules_can_be_asked_for() -> None:
    facts, expected = BROKEN["close_date_past"]
    engine = ExampleEngine(facts)
    inquiry = prepared(question("data_quality"), EVERYTHING, engine)
    t = offenders(inquiry, "close_date_past")
    assert t is not None
    assert {(row["kind"], row["id"]) for row in inquiry.fetched(t)} == expected


def test_during_the_day_itself_a_close_date_has_not_passed() -> None:
    engine = ExampleEngine({"opportunity": [chance(1, expected_close_on="2026-03-25")]})
    noon = datetime(2026, 3, 25, 11, tzinfo=UTC)
    asking = Question("data_quality", parse("2026-03", today=noon.date()), noon)
    inquiry = prepared(asking, EVERYTHING, engine)
    t = offenders(inquiry, "close_date_past")
    assert t is not None
    assert inquiry.fetched(t) == []
