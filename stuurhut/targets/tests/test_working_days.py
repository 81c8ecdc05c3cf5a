"""One calendar drives goal, pace and hands: part-time, absence and holidays count everywhere alike (T8)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from stuurhut import replica
from stuurhut.kpi.words.answer import Value
from stuurhut.kpi.words.period import Period
from stuurhut.kpi.words.question import Question
from stuurhut.kpi.words.scope import EVERYTHING
from stuurhut.people.actions import create_person, end_absence, join_team, record_absence
from stuurhut.people.models import Membership
from stuurhut.people.tests.company import START
from stuurhut.targets.actions import set_target
from stuurhut.targets.models import Target
from stuurhut.targets.tests.selling import YEAR, firm, month, quarter, sold

pytestmark = pytest.mark.django_db

FEBRUARY = datetime(2025, 2, 1, tzinfo=UTC)  # 22 of the 63 working days of the quarter lie before it


def asked(
    kpi: str, by: str, period: Period | None = None, as_of: datetime = FEBRUARY, of: str = "sales_value"
) -> dict[str, Value]:  # fmt: skip
    answer = replica.ask(Question(kpi, period or quarter(1), as_of, (by,), of=of, brief=True), EVERYTHING)
    return {row.names[by] or "": row.value for row in answer.rows}


def agreed(kpi: str, period: Period, value: int, **whose: Any) -> None:
    """A goal that was set in the December before."""
    goal = set_target(kpi=kpi, period=period, value=value, by=None, **whose)
    Target.objects.filter(pk=goal.pk).update(set_at=datetime(2024, 12, 15, tzinfo=UTC))


def test_planned_absence_later_in_the_period_brings_the_clock_forward() -> None:
    them = firm()
    agreed("sales_value", quarter(1), 6300, person=them.alice)
    assert asked("target_attainment", "person")["Alice"].more["elapsed_share"] == pytest.approx(22 / 63)
    record_absence(person=them.alice, starts_on=month(3).start, expected_until=month(4).start, by=None)  # 21 days
    assert asked("target_attainment", "person")["Alice"].more["elapsed_share"] == pytest.approx(22 / 42)


def test_absence_that_passed_turns_the_clock_back() -> None:
    them = firm()
    agreed("sales_value", quarter(1), 4100, person=them.alice)
    sold(them.alice, "2025-01-20", "1000")
    absence = record_absence(person=them.alice, share=0.5, starts_on=month(1).start, by=None)
    end_absence(absence=absence, until=month(2).start, by=None)
    alice = asked("target_attainment", "person")["Alice"]
    assert alice.more["elapsed_share"] == pytest.approx(11 / 52)
    assert alice.more["pace"] == pytest.approx(1000 / (4100 * 11 / 52))


def test_a_month_takes_its_part_of_the_quarter_by_the_days_that_absence_leaves() -> None:
    them = firm()
    agreed("sales_value", quarter(1), 4200, person=them.alice)
    record_absence(person=them.alice, starts_on=month(3).start, expected_until=month(4).start, by=None)
    parts = [asked("target_attainment", "person", month(number))["Alice"].more["target"] for number in (1, 2, 3)]
    assert [float(str(part)) for part in parts] == pytest.approx([2200, 2000, 0])


def test_the_clock_of_a_team_is_that_of_its_people_by_fte_and_absence() -> None:
    them = firm()
    Membership.objects.filter(person=them.bob).delete()
    join_team(person=create_person(name="Eva", by=None), team=them.noord, fte=0.5, starts_on=START, by=None)
    agreed("sales_value", quarter(1), 100, team=them.noord)
    record_absence(person=them.alice, starts_on=month(3).start, expected_until=month(4).start, by=None)
    noord = asked("target_attainment", "team")["Noord"]
    assert noord.more["elapsed_share"] == pytest.approx((22 + 11) / (42 + 31.5))


def test_goal_pace_and_hands_go_by_the_same_days() -> None:
    them = firm()
    record_absence(person=them.alice, share=0.4, starts_on=month(2).start, expected_until=month(3).start, by=None)
    agreed("calls", quarter(1), 1000, person=them.alice)
    end = datetime(2025, 4, 2, tzinfo=UTC)
    hands = [asked("fte_available", "person", month(number), end)["Alice"].value for number in (1, 2, 3)]
    assert hands == pytest.approx([1, 0.6, 1])
    days = {1: 22, 2: 20, 3: 21}
    whole = days[1] + days[2] * 0.6 + days[3]
    share = asked("target_attainment", "person", of="calls", as_of=datetime(2025, 3, 1, tzinfo=UTC))["Alice"]
    assert share.more["elapsed_share"] == pytest.approx((days[1] + days[2] * 0.6) / whole)
    goal = asked("target_attainment", "person", month(2), end, of="calls")["Alice"].more["target"]
    assert float(str(goal)) == pytest.approx(1000 * days[2] * 0.6 / whole)


def test_who_is_away_all_year_has_no_clock_and_breaks_none() -> None:
    them = firm()
    agreed("sales_value", YEAR, 100, person=them.alice)
    record_absence(person=them.alice, starts_on=date(2024, 12, 1), by=None)
    alice = asked("target_attainment", "person", YEAR)["Alice"]
    assert (alice.more["elapsed_share"], alice.more["pace"]) == (None, None)
    assert asked("target_attainment", "person")["Alice"].more["target"] is None, "a part of nothing is no goal"


def test_a_second_team_adds_its_days_to_the_clock_of_the_person() -> None:
    them = firm()
    join_team(person=them.alice, team=them.zuid, fte=0.5, starts_on=month(3).start, by=None)
    agreed("sales_value", quarter(1), 100, person=them.alice)
    assert asked("target_attainment", "person")["Alice"].more["elapsed_share"] == pytest.approx(22 / (42 + 21 * 1.5))
