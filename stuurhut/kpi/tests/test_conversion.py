"""Which leads become customers: every lead judged at the same age."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from stuurhut.kpi.examples import ExampleEngine, ExampleRules
from stuurhut.kpi.statistics.averages import mean, median_of, percentile
from stuurhut.kpi.tests.asking import asked

AUTOMATIC = ExampleRules(conversion_age_days=None)
Rows = list[dict[str, Any]]


def lead(number: int, day: date | str) -> dict[str, Any]:
    return {"id": number, "created_at": f"{day} 09:00", "owner": "Alice", "team": "Noord"}


def win(number: int, day: date | str, outcome: str = "won", **more: Any) -> dict[str, Any]:
    return {
        "lead_id": number,
        "created_at": "2022-01-03 09:00",
        "closed_at": f"{day} 12:00",
        "outcome": outcome,
        "owner": "Alice",
        "team": "Noord",
        **more,
    }


def conversion(leads: Rows, wins: Rows, rules: ExampleRules | None = None, **question: Any) -> Any:
    engine = ExampleEngine({"lead": leads, "opportunity": wins}, rules)
    return asked(engine, "lead_conversion", **{"period": "2026-01", "as_of": "2026-02-28", **question})


def test_a_win_on_the_last_day_of_the_age_counts_and_a_day_later_not() -> None:
    leads = [lead(1, "2026-01-05"), lead(2, "2026-01-05")]
    assert conversion(leads, [win(1, "2026-02-04"), win(2, "2026-02-05")]).total.value == 0.5


def test_leads_that_are_not_that_old_stand_beside_it() -> None:
    # At the end of 28 February a lead of 29 January is 30 days old; one of the 30th is not.
    leads = [lead(1, "2026-01-29"), lead(2, "2026-01-30"), lead(3, "2026-01-31")]
    answer = conversion(leads, [win(2, "2026-02-10")])
    assert (answer.total.value, answer.total.n) == (0, 1)
    assert (answer.total.more["young"], answer.total.more["young_won"], answer.total.more["age_days"]) == (2, 1, 30)
    assert answer.excluded[0].n == 2


def test_a_win_after_the_peildatum_and_a_deal_opened_again_are_no_wins() -> None:
    leads = [lead(1, "2026-01-05"), lead(2, "2026-01-05")]
    opened_again = [
        win(2, "2026-01-10", valid_until="2026-02-01 09:00"),
        win(2, "2026-01-10", "open", id=2, closed_at=None, valid_from="2026-02-01 09:00"),
    ]
    later = win(1, "2026-02-03")
    assert conversion(leads, [later, *opened_again], as_of="2026-02-28").total.value == 0.5
    before = conversion(leads, [later, *opened_again], as_of="2026-01-31").total
    assert (before.more["young"], before.more["young_won"]) == (2, 1)  # lead 2, won on 10 January and not yet re-opened


def test_a_lead_with_two_deals_is_one_lead_won_at_the_first() -> None:
    assert conversion([lead(1, "2026-01-05")], [win(1, "2026-01-10"), win(1, "2026-02-20")]).total.n == 1


def test_with_few_wins_the_age_is_180_days() -> None:
    assert (
        conversion([lead(1, "2025-01-06")], [win(1, "2025-02-06")], AUTOMATIC, period="2025").total.more["age_days"]
        == 180
    )


def test_with_enough_wins_it_is_the_age_by_which_nine_in_ten_had_come() -> None:
    # Forty leads won after 1 to 40 days: nine in ten had come by day 36. One won four years ago does not count.
    start = date(2025, 3, 3)
    leads = [lead(n, start) for n in range(1, 41)] + [lead(41, "2021-01-04")]
    wins = [win(n, start + timedelta(days=n)) for n in range(1, 41)] + [win(41, "2021-12-31")]
    answer = conversion(leads, wins, AUTOMATIC, period="2025-03")
    assert answer.total.more["age_days"] == 36
    assert answer.total.value == pytest.approx(36 / 40)


def test_the_curve_says_at_which_contact_deals_are_won() -> None:
    deals = [
        win(n, "2026-03-10", outcome, outbound_before_close=k)
        for n, (outcome, k) in enumerate([("won", 1), ("won", 3), ("lost", 3), ("lost", 2)])
    ]
    value = asked(ExampleEngine({"opportunity": deals}), "follow_ups_to_close").total
    assert (value.value, value.more["median"], value.n) == (1, 1, 2)
    curve = [(point["contact"], point["share"], point["n"]) for point in value.more["curve"]]  # type: ignore[attr-defined]
    assert curve == [(1, 0.25, 4), (2, 0, 3), (3, 0.5, 2)]


def test_means_and_percentiles_by_hand() -> None:
    assert percentile([(1, 5), (2, 4), (9, 1)], 0.9) == 2
    assert percentile([], 0.9) is None
    assert median_of([(1, 1), (4, 1)]) == 2.5
    # 1, 2, 3: deviation 1, Student's quantile with two degrees of freedom 4.3027.
    value = mean([(1, 1), (2, 1), (3, 1)])
    assert value.value == 2
    assert value.high == pytest.approx(2 + 4.302653 / 3**0.5, abs=1e-5)
    assert mean([(7, 1)]).low is None
