"""How quickly leads get an answer: the team's clock runs on, the seller's starts at the own assignment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter

from stuurhut.kpi.examples import ExampleEngine, NineToFive
from stuurhut.kpi.tests.asking import asked, behind
from stuurhut.kpi.words.answer import Value
from stuurhut.kpi.words.scope import Scope

MONDAY = "2026-03-02 09:00"


def lead(answered: str | None = None, created: str = MONDAY, owner: str = "Alice", **more: Any) -> dict[str, Any]:
    return {"created_at": created, "answered_at": answered, "owner": owner, "team": "Noord", **more}


def given_to(person: str, assigned: str, lead_id: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "lead_id": lead_id,
        "created_at": MONDAY,
        "assigned_at": assigned,
        "person": person,
        "team": "Noord",
        **more,
    }


def team_clock(*leads: dict[str, Any], **question: Any) -> Value:
    return asked(ExampleEngine({"lead": list(leads)}), "lead_response_time", **question).total


def test_the_night_and_the_weekend_do_not_count() -> None:
    # From Friday 16:30 to Monday 09:15: half an hour and a quarter.
    assert team_clock(lead("2026-03-09 09:15", created="2026-03-06 16:30")).value == 45


def test_without_times_of_day_it_counts_whole_working_days() -> None:
    assert team_clock(lead("2026-03-04 00:00", created="2026-03-02 00:00")).value == 2 * 480


def test_a_lead_without_answer_counts_as_at_least() -> None:
    it = team_clock(lead("2026-03-02 10:00"), lead(), lead())
    assert (it.value, it.n, it.more["answered"], it.more["not_answered"]) == (None, 3, 1, 2)


def test_a_record_says_how_long_it_took_or_how_long_it_takes_so_far() -> None:
    engine = ExampleEngine({"lead": [lead("2026-03-02 10:00"), lead(created="2026-03-31 16:00")]})
    found = behind(engine, "lead_response_time", as_of="2026-03-31")
    assert [(record.counted, record.length) for record in found] == [(False, 60), (True, 60)]


def test_an_answer_after_the_peildatum_has_not_come_yet() -> None:
    leads = [lead("2026-03-02 10:00"), lead("2026-03-05 10:00")]
    assert team_clock(*leads, as_of="2026-03-03").more["answered"] == 1
    assert team_clock(*leads, as_of="2026-03-05").more["answered"] == 2


def test_a_peildatum_ahead_does_not_make_leads_wait_longer_than_they_have() -> None:
    # Asked on Tuesday at ten of Friday's evening: one took two hours, two have waited for one hour so far.
    leads = [lead("2026-03-02 11:00"), lead(created="2026-03-03 09:00"), lead(created="2026-03-03 09:00")]
    engine = ExampleEngine({"lead": leads}, fresh_at=datetime(2026, 3, 3, 9, tzinfo=UTC))
    it = asked(engine, "lead_response_time", as_of="2026-03-06").total
    assert (it.value, it.n) == (120, 3)
    assert asked(ExampleEngine({"lead": leads}), "lead_response_time", as_of="2026-03-06").total.value is None


def test_a_lead_disqualified_before_an_answer_has_not_been_answered() -> None:
    no_need = {"disqualified_at": "2026-03-02 09:30", "disqualified_reason": "no_need"}
    it = team_clock(lead("2026-03-02 10:00"), lead("2026-03-02 11:00", **no_need))
    assert (it.more["answered"], it.n) == (1, 2)
    assert it.value == 60  # the other one left the curve after half an hour


def test_spam_and_duplicates_are_left_out_and_counted() -> None:
    spam = {"disqualified_at": "2026-03-02 09:30", "disqualified_reason": "spam"}
    leads = [lead("2026-03-02 10:00"), lead(**spam), lead(**{**spam, "disqualified_reason": "duplicate"}), lead(**spam)]
    answer = asked(ExampleEngine({"lead": leads}), "lead_response_time")
    assert (answer.total.n, answer.total.value) == (1, 60)
    assert {left.why: left.n for left in answer.excluded} == {"spam": 2, "duplicates": 1}


def test_spam_that_was_not_known_as_such_yet_still_counts() -> None:
    late = {"disqualified_at": "2026-03-20 09:30", "disqualified_reason": "spam"}
    assert team_clock(lead(**late), as_of="2026-03-10").n == 1


def test_the_share_within_the_norm_and_nine_in_ten() -> None:
    hours = [lead(f"2026-03-02 {hour:02d}:00") for hour in (10, 11, 12, 13, 14, 15, 16)]
    it = team_clock(*hours)
    assert it.more["within_norm"] == pytest.approx(4 / 7)  # the norm is four hours
    assert it.more["p90"] == 420


ASSIGNED = {
    "lead": [lead("2026-03-04 10:00", owner="Bram")],
    "lead_assignment": [
        given_to("Alice", "2026-03-02 09:00", until_at="2026-03-03 09:00"),
        given_to("Bram", "2026-03-03 09:00", answered_at="2026-03-04 10:00"),
    ],
}


def test_the_clock_of_the_seller_starts_at_the_own_assignment() -> None:
    answer = asked(ExampleEngine(ASSIGNED), "lead_response_time", by=("person",))
    bram, alice = (next(row.value for row in answer.rows if row.names["person"] == name) for name in ("Bram", "Alice"))
    assert (bram.value, bram.more["answered"]) == (540, 1)  # a working day and an hour
    assert (alice.value, alice.n, alice.more["answered"]) == (None, 1, 0)  # re-assigned: at least a working day


def test_the_clock_of_the_team_runs_on_through_re_assignment() -> None:
    assert asked(ExampleEngine(ASSIGNED), "lead_response_time").total.value == 1020
    assert asked(ExampleEngine(ASSIGNED), "lead_response_time", by=("team",)).rows[0].value.value == 1020


def test_filtered_on_a_person_or_asked_by_one_it_is_the_clock_of_the_seller() -> None:
    them = ExampleEngine(ASSIGNED)
    assert asked(them, "lead_response_time", where=(("person", "Bram"),)).total.value == 540
    bram = next(
        row.ids["person"] for row in asked(them, "leads_created", by=("person",)).rows if row.names["person"] == "Bram"
    )
    assert asked(them, "lead_response_time", Scope(persons=frozenset({bram or 0}))).total.value == 540


def test_an_assignment_after_the_peildatum_has_not_been_made() -> None:
    answer = asked(ExampleEngine(ASSIGNED), "lead_response_time", by=("person",), as_of="2026-03-02")
    assert {row.names["person"]: row.value.n for row in answer.rows} == {"Alice": 1, "Bram": 0}


def test_the_records_behind_it_are_leads() -> None:
    assert [(r.kind, r.id, r.counted) for r in behind(ExampleEngine(ASSIGNED), "lead_response_time")] == [
        ("lead", 1, True)
    ]


HOURS = st.lists(st.tuples(st.integers(0, 400), st.one_of(st.none(), st.integers(0, 300))), min_size=1, max_size=8)


@settings(deadline=None, max_examples=12, phases=[Phase.explicit, Phase.generate])  # shrinking takes minutes
@given(HOURS)
def test_any_leads_give_the_median_of_the_reviewed_library(leads: list[tuple[int, int | None]]) -> None:
    start = datetime(2026, 3, 1)  # noqa: DTZ001 - facts of examples are local
    moments = [(start + timedelta(hours=a), None if b is None else start + timedelta(hours=a + b)) for a, b in leads]
    rows = [lead(f"{b:%Y-%m-%d %H:%M}" if b else None, created=f"{a:%Y-%m-%d %H:%M}") for a, b in moments]
    end = datetime(2026, 4, 1)  # noqa: DTZ001
    work, zone = NineToFive(), ZoneInfo("Europe/Amsterdam")
    known = [b is not None and b < end for _a, b in moments]
    lengths = [
        work.working_minute((b if seen and b else end).replace(tzinfo=zone))
        - work.working_minute(a.replace(tzinfo=zone))
        for (a, b), seen in zip(moments, known, strict=True)
    ]
    theirs = KaplanMeierFitter().fit(lengths, known).survival_function_.iloc[:, 0].round(9)
    reached = theirs[theirs <= 0.5].index
    assert team_clock(*rows).value == (reached.min() if len(reached) else None)
