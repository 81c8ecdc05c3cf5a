"""What a plan is made of: asked of the catalogue, in working weeks of one's own."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from stuurhut.kpi.answering import answer
from stuurhut.kpi.catalogue.attainment import sale, target
from stuurhut.kpi.catalogue.hands import weekdays
from stuurhut.kpi.examples import ZONE, ExampleEngine
from stuurhut.kpi.judging.asking import Asking
from stuurhut.kpi.judging.planning import plan, plans
from stuurhut.kpi.kpi import FactRows
from stuurhut.kpi.words.period import Period
from stuurhut.kpi.words.question import Question, end_of
from stuurhut.kpi.words.scope import EVERYTHING

MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))
DAYS = weekdays(date(2025, 12, 1), date(2026, 5, 1))
CALENDAR: FactRows = [{"day": day, "working": True} for day in DAYS]


def present(person: str, fte: float = 1.0, away: tuple[date, ...] = (), since: date = DAYS[0]) -> FactRows:
    return [
        {
            "person": person,
            "team": "Noord",
            "day": day,
            "contract_fte": fte,
            "available_fte": 0.0 if day in away else fte,
        }
        for day in DAYS
        if day >= since
    ]


def asking(where: tuple[tuple[str, str], ...] = (), **facts: Any) -> Asking:
    """Halfway March 2026: ten of its twenty-two working days have passed."""
    engine = ExampleEngine({"calendar_day": CALENDAR, **facts})

    def ask(question: Question) -> Any:
        return answer(question, EVERYTHING, engine)

    return Asking(ask, MARCH, end_of(date(2026, 3, 13), ZONE), ZONE, where)


def test_a_week_is_a_working_week_of_ones_own() -> None:
    """Twelve working days are left of March: Alice has them all, Bram works half of the hours, Carla misses six."""
    away = tuple(day for day in DAYS if date(2026, 3, 16) <= day < date(2026, 3, 24))
    hands = present("Alice") + present("Bram", fte=0.5) + present("Carla", away=away)
    goals = [target(10_000, person=person) for person in ("Alice", "Bram", "Carla")]
    found = plans(asking(person_day=hands, target=goals, opportunity=[sale("2026-03-06", 4000, "Alice")]))
    weeks = {one.about.name: one.hands.weeks for one in found}
    assert weeks == pytest.approx({"Alice": 2.4, "Bram": 2.4, "Carla": 1.2})
    per_week = {one.about.name: one.sold.per_week for one in found}
    assert per_week == pytest.approx({"Alice": 2500, "Bram": 10_000 / 2.4, "Carla": 10_000 / 1.2})


def test_who_came_lately_is_measured_over_the_weeks_here() -> None:
    hands = present("Alice") + present("Bram", since=date(2026, 2, 23))
    goals = [target(10_000, person=person) for person in ("Alice", "Bram")]
    sold = [sale("2026-03-02", 6000, "Bram"), sale("2026-03-03", 6000, "Alice")]
    alice, bram = plans(asking(person_day=hands, target=goals, opportunity=sold))
    assert alice.hands.weeks_behind == pytest.approx(13, abs=0.5)
    assert bram.hands.weeks_behind == pytest.approx(2)
    assert bram.sold.done_per_week == pytest.approx(3000)


def test_a_company_that_put_nobody_in_a_team_works_the_days_of_the_calendar() -> None:
    found = plan(asking(target=[target(10_000, team="Noord")], opportunity=[]))
    assert found.hands.weeks == pytest.approx(2.4)
    assert found.standing == "open"


def test_the_open_pipeline_of_the_rest_of_the_period_counts_at_the_chance_of_its_stage() -> None:
    def chance(close: str, stage: str) -> dict[str, Any]:
        return {
            "created_at": "2026-01-05 09:00", "expected_close_on": close, "amount": 4000, "owner": "Alice",
            "team": "Noord", "stage": stage,
        }  # fmt: skip

    deals = [chance("2026-03-20", "Offerte"), chance("2026-04-02", "Offerte"), chance("2026-03-10", "Offerte")]
    chances: FactRows = [{"stage": "Offerte", "probability": 0.6, "starts_on": "2025-01-01"}]
    found = plan(
        asking(
            person_day=present("Alice"), target=[target(10_000, person="Alice")], opportunity=deals,
            stage_probability=chances,
        )
    )  # fmt: skip
    assert found.pipeline.value == 4000
    assert found.pipeline.overdue == 4000
    assert found.expected == 2400
    assert found.from_new == 7600
