"""What is said of figures: their limits, the steps of sellers, and what matters most; and nothing of too little."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache, partial
from typing import Any

import pytest

from stuurhut.kpi.answering import answer
from stuurhut.kpi.examples import ZONE, ExampleEngine
from stuurhut.kpi.judging.asking import Asking
from stuurhut.kpi.judging.course import course, course_of_person
from stuurhut.kpi.judging.findings import Findings, everything, findings
from stuurhut.kpi.judging.funnel import Rung
from stuurhut.kpi.judging.limits import in_unit, judged_chart, limits
from stuurhut.kpi.judging.series import Point, Series
from stuurhut.kpi.judging.steps import Step, steps
from stuurhut.kpi.kpi import FactRows
from stuurhut.kpi.verdicts import kinds
from stuurhut.kpi.verdicts.verdict import Subject
from stuurhut.kpi.words.period import parse
from stuurhut.kpi.words.question import end_of
from stuurhut.kpi.words.scope import EVERYTHING, Scope

NOW = date(2026, 6, 15)
SELLERS = {"Alice": "Noord", "Bram": "Noord", "Cora": "Noord", "Daan": "Zuid", "Emma": "Zuid", "Fred": "Zuid"}
MONTHS = [date(2024 + n // 12, n % 12 + 1, 1) for n in range(30)]  # January 2024 to June 2026


def deals(wins: dict[str, int], since: date = date(2026, 12, 31)) -> FactRows:
    """Ten deals a month of every seller, of which four are won; from `since` on so many as in `wins`."""
    found: FactRows = []
    for month in MONTHS:
        for owner, team in SELLERS.items():
            won = wins.get(owner, 4) if month >= since else 4
            for number in range(10):
                opened, ended = month - timedelta(days=20), month + timedelta(days=number)
                found.append({
                    "created_at": f"{opened} 09:00", "closed_at": f"{ended} 12:00",
                    "outcome": "won" if number < won else "lost", "amount": 1000, "owner": owner, "team": team,
                    "source": ("Beurs", "Website")[number % 2],
                })  # fmt: skip
    return found


@cache
def engine(weak: str = "", since: str = "2026-12-31", wins: int = 1) -> ExampleEngine:
    """Six sellers of two teams; those named in `weak` win fewer since a day."""
    fewer = dict.fromkeys(filter(None, weak.split()), wins)
    calls = [
        {"kind": "call", "occurred_at": f"{month} 10:00", "owner": owner, "team": team}
        for month in MONTHS for owner, team in SELLERS.items() for _call in range(20)
    ]  # fmt: skip
    return ExampleEngine({"opportunity": deals(fewer, date.fromisoformat(since)), "activity": calls})


def asking(found: ExampleEngine, scope: Scope = EVERYTHING, as_of: date = NOW, **narrowed: Any) -> Asking:
    return Asking(
        partial(answer, scope=scope, engine=found), parse("2026-Q2", today=as_of), end_of(as_of, ZONE), ZONE,
        ask_all=partial(answer, scope=EVERYTHING, engine=found), **narrowed,
    )  # fmt: skip


def of(found: tuple[Step, ...], name: str, kpi: str = "win_rate") -> Step:
    return next(step for step in found if step.name == name and step.kpi == kpi)


# The limits of a course


def test_what_stays_as_it_was_lies_within_its_limits() -> None:
    found = limits(asking(engine()), "win_rate")
    assert (found.starts[0], found.starts[-1]) == (date(2024, 2, 1), date(2026, 5, 1))
    assert set(found.values) == {0.4}
    assert set(found.marks) == {""}
    for centre, low, high in zip(found.centre, found.low, found.high, strict=True):
        assert centre is not None
        assert low is not None
        assert high is not None
        assert low < centre < high
        assert centre == pytest.approx(0.4)


def test_a_level_that_changed_is_marked_from_the_month_in_which_it_did() -> None:
    frame = asking(engine("Alice", "2025-10-01", 0))
    alice = next(step.person for step in steps(frame) if step.name == "Alice")
    found = limits(frame, "win_rate", alice)
    assert found.since == date(2025, 10, 1)
    assert [found.marks[found.starts.index(day)] for day in (date(2025, 9, 1), date(2025, 10, 1))] == ["", "run"]
    verdict = course_of_person(frame, "win_rate", alice)
    assert verdict is not None
    assert (verdict.kind, verdict.state, verdict.about.name) == (kinds.STRUCTURAL, "bad", "Alice")
    assert verdict.behind is not None
    assert dict(verdict.behind.where)["person"] == str(alice)


def test_calls_are_shown_per_month_and_appointments_per_call_per_call() -> None:
    assert set(limits(asking(engine()), "calls").values) == {120.0}
    assert set(limits(asking(engine()), "call_to_appointment").values) == {0.0}


def test_what_is_counted_per_event_is_judged_as_a_count_and_told_per_event() -> None:
    starts = [date(2025, month, 1) for month in range(1, 13)]
    points = tuple(Point(start, 60.0, 120, 21) for start in starts)
    found = Series(Subject("all"), Rung("call_to_appointment"), "count", points)
    judged = judged_chart(found, {}, asking(engine()))
    assert [period.value for period in judged.periods] == [60.0] * 12
    told = in_unit(found, judged)
    assert [period.value for period in told.periods] == [0.5] * 12
    for period in told.periods:
        assert period.low < 0.5 < period.high  # type: ignore[operator]


@pytest.mark.parametrize("key", ["target_attainment", "pipeline_open_value", "understaffing"])
def test_what_has_no_course_has_no_limits(key: str) -> None:
    assert limits(asking(engine()), key).starts == ()


def test_after_a_few_months_it_is_too_early_to_tell() -> None:
    frame = asking(engine(), as_of=date(2024, 6, 15))
    frame = replace(frame, period=parse("2024-Q2", today=NOW))
    verdict = course(frame, "calls")
    assert verdict is not None
    assert verdict.kind == kinds.TOO_EARLY
    assert set(limits(frame, "calls").centre) == {None}


# Steps


def test_who_wins_far_less_than_the_others_has_a_weak_step() -> None:
    found = steps(asking(engine("Alice", "2025-01-01")))
    alice = of(found, "Alice")
    assert alice.verdict is not None
    assert (alice.verdict.kind, alice.hits, alice.n) == (kinds.WEAK_STEP, 9, 90)
    assert alice.others == pytest.approx(0.4)
    assert alice.rate is not None
    assert alice.shrunk is not None
    assert alice.rate < alice.shrunk < 0.4, "drawn to the others"
    assert alice.verdict.at_stake is not None
    bram = of(found, "Bram").verdict
    assert bram is not None
    assert bram.kind == kinds.AS_OTHERS


def test_the_whole_stands_first_with_all_together() -> None:
    found = steps(asking(engine()))
    assert next(step.person for step in found if step.kpi == "win_rate") is None
    whole = of(found, "")
    assert (whole.hits, whole.n, whole.rate) == (216, 540, 0.4)


def test_a_step_that_fell_for_a_whole_team_is_its_process_and_silences_its_members() -> None:
    frame = asking(engine("Alice Bram Cora", "2025-12-01"))
    found = findings(frame)
    said = {(one.kind, one.about.name) for one in (*found.top, *found.others)}
    assert said == {(kinds.WEAK_PROCESS, "Noord")}


# Findings


def test_where_nothing_differs_nothing_is_found() -> None:
    found = findings(asking(engine()))
    assert (found.top, found.others) == ((), ())
    assert found.looked_at > 20


def test_the_weak_one_is_found_and_nobody_else() -> None:
    found = findings(asking(engine("Alice", "2025-01-01")))
    assert {one.about.name for one in (*found.top, *found.others)} == {"Alice"}
    assert len(found.top) == 1, "of one person the weightiest is on top"


def test_who_sees_one_person_is_told_of_that_person_alone_as_everybody_is() -> None:
    made = engine("Alice", "2025-01-01")
    alice = of(steps(asking(made)), "Alice")
    assert alice.person is not None
    own = asking(made, Scope(persons=frozenset({alice.person})), only=alice.person)
    assert {one.about.name for one in everything(own)} == {"Alice"}
    assert of(steps(own), "Alice") == replace(alice, verdict=of(steps(own), "Alice").verdict)
    assert {step.name for step in steps(own)} == {"Alice"}
    told = findings(own)
    assert {one.about.kind for one in (*told.top, *told.others)} == {"person"}


def test_a_team_of_which_only_a_part_is_in_view_is_not_judged() -> None:
    made = engine()
    noord = next(one.about for one in everything(asking(made)) if one.about.name == "Noord")
    assert noord.id is not None
    own = asking(made, Scope(teams=frozenset({noord.id})), teams=frozenset({noord.id}))
    assert {one.about.name for one in everything(own) if one.about.kind == "team"} == {"Noord"}


def test_where_nobody_records_any_more_nothing_is_found() -> None:
    later = date(2026, 9, 15)
    frame = replace(asking(engine("Alice", "2025-01-01"), as_of=later), period=parse("2026-Q3", today=later))
    assert findings(frame) == Findings((), (), 0)


def test_nothing_recorded_is_nothing_found_and_no_verdict() -> None:
    frame = asking(ExampleEngine({}))
    assert findings(frame) == Findings((), (), 0)
    assert course(frame, "sales_count") is None
    assert {(step.person, step.n) for step in steps(frame)} == {(None, 0)}
    assert limits(frame, "calls").starts == ()
