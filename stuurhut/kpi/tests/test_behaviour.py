"""Bad month or structural: one month is an incident, a level that stays is structural, and luck is neither."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from stuurhut.kpi.statistics import behaviour, changes
from stuurhut.kpi.statistics.behaviour import Reading, chart
from stuurhut.kpi.statistics.changes import Kind

STEADY = [6, 5, 7, 6, 4, 6, 8, 5, 6, 7, 5, 6, 6, 7, 4, 6, 5, 8, 6, 6, 5, 7, 6, 5]


def closing(hits: list[int], n: int = 20) -> list[Reading]:
    return [Reading(one, n) for one in hits]


def counted(values: list[float], n: float = 20) -> list[Reading]:
    return [Reading(one, n) for one in values]


def test_who_hardly_closes_any_more_since_spring_is_structurally_lower() -> None:
    found = chart(closing([*STEADY, 1, 2, 1, 0, 2, 1]), "share")
    assert found.structural
    assert found.since == len(STEADY)
    assert found.before == pytest.approx(0.296, abs=0.001)
    assert found.after == pytest.approx(0.058, abs=0.001)
    assert found.change is not None
    assert found.change < -0.5


def test_one_bad_month_is_an_incident_and_nothing_structural() -> None:
    found = chart(counted([20, 22, 19, 21, 20, 18, 22, 20, 21, 19, 20, 22, 2, 20, 21]), "count")
    assert found.outside == (12,)
    assert not found.structural


def test_one_disastrous_last_month_is_no_structure_yet() -> None:
    assert not chart(counted([200, 210, 190, 205, 195, 200, 205, 195, 200, 210, 190, 0]), "count").structural


def test_two_disastrous_months_after_many_ordinary_ones_may_be() -> None:
    steady = [200, 210, 190, 205, 195, 200, 205, 195, 200, 210, 190, 200, 205, 195, 200, 210, 190, 200]
    assert chart(counted([*steady, 40, 30, 35]), "count").structural


def test_who_rises_is_structurally_higher() -> None:
    found = chart(closing([*STEADY, 14, 13, 15, 14]), "share")
    assert found.structural
    assert found.change is not None
    assert found.change > 1


@pytest.mark.parametrize("kind", ["share", "count", "money", "duration"])
def test_steady_is_steady_in_every_kind(kind: Kind) -> None:
    found = chart(closing(STEADY), kind)
    assert not found.structural
    assert found.outside == ()


@pytest.mark.parametrize("kind", ["share", "count", "money", "duration"])
def test_nothing_at_all_is_no_change(kind: Kind) -> None:
    found = chart(closing([0] * 12), kind)
    assert not found.structural
    assert found.outside == ()
    assert found.chance == pytest.approx(1, abs=0.01)


def test_under_eight_months_it_is_too_early() -> None:
    found = chart(closing(STEADY[:5]), "share")
    assert found.too_early == 3
    assert found.chance is None
    assert [one.value for one in found.periods] == [one / 20 for one in STEADY[:5]]
    assert all(one.low is None for one in found.periods)


def test_months_of_absence_say_nothing() -> None:
    away = Reading(0, 0)
    found = chart([away, *closing(STEADY), away, Reading(None, 5), *closing([1, 0, 1, 0, 1, 1])], "share")
    assert found.structural
    assert found.since == len(STEADY) + 3  # the index in what was given
    assert found.periods[0].centre is None
    assert found.periods[-7].value is None


def test_half_the_hands_bring_half_the_calls_and_that_is_no_fall() -> None:
    calls = [Reading(100 + one, 20) for one in STEADY] + [Reading(50 + one // 2, 10) for one in STEADY[:6]]
    found = chart(calls, "count")
    assert not found.structural
    assert found.periods[-1].centre == pytest.approx(53, abs=1)


def test_a_summer_that_comes_every_year_is_no_fall() -> None:
    year = [100, 100, 100, 100, 100, 60, 60, 60, 100, 100, 100, 100]
    months = [*year, *year, *year[:8]]
    assert chart(counted([float(one) for one in months]), "count").outside
    usual = chart([Reading(one, 20, one / 90) for one in months], "count")
    assert usual.outside == ()
    assert not usual.structural


def test_limits_widen_with_less_to_count() -> None:
    found = chart([Reading(3, 10) if n % 2 else Reading(30, 100) for n in range(12)], "share")
    few, many = found.periods[1], found.periods[0]
    assert few.high is not None
    assert many.high is not None
    assert few.high > many.high
    assert few.centre == pytest.approx(many.centre)


def test_an_answer_that_takes_three_times_as_long_is_structural() -> None:
    rng = random.Random(3)
    minutes = [120 * rng.lognormvariate(0, 0.2) for _month in range(24)]
    found = chart([Reading(one, 15) for one in [*minutes, 380, 420, 350, 400, 390]], "duration")
    assert found.structural
    assert found.before == pytest.approx(120, rel=0.15)
    assert found.after == pytest.approx(387, rel=0.15)
    assert found.periods[0].centre == pytest.approx(found.before)


def test_a_small_change_of_a_large_number_does_not_matter() -> None:
    months = [10_000.0, 10_050, 9_950, 10_020, 9_980] * 5
    assert not chart(counted([*months, 11_000, 11_050, 10_950, 11_000]), "count").structural


def test_the_more_is_looked_at_the_clearer_it_must_be() -> None:
    readings = closing([*STEADY, 1, 2, 2, 2, 1])
    assert chart(readings, "share", looked_at=1).structural
    assert not chart(readings, "share", looked_at=5000).structural


def test_a_month_less_than_nothing_of_credit_notes_is_outside() -> None:
    found = chart(counted([5000, 5200, 4900, 5100, 5000, 4800, 5200, -900, 5000, 5100]), "money")
    assert found.outside == (7,)


@given(st.integers(2, 60), st.lists(st.integers(0, 12), min_size=12, max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_adding_steady_data_never_makes_a_halving(n: int, first: list[int], rng: random.Random) -> None:
    """Months that are each at the level of the whole take nothing away from it."""
    hits = [min(one, n) for one in first]
    before = chart(closing(hits, n), "share")
    mean = sum(hits) / len(hits)
    more = closing(hits, n) + [Reading(mean, n)] * 6
    after = chart(more, "share")
    assert before.structural or not after.structural


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30)), min_size=8, max_size=36))
@settings(max_examples=80, deadline=None)
def test_limits_hold_the_centre_and_a_chance_is_a_chance(months: list[tuple[int, int]]) -> None:
    for kind in ("share", "count", "money"):
        found = chart([Reading(min(hits, n), n) for hits, n in months], kind)
        assert found.chance is not None
        assert 0 <= found.chance <= 1
        for one in found.periods:
            assert one.low is not None
            assert one.high is not None
            assert one.low - 1e-6 <= (one.centre or 0) <= one.high + 1e-6


def test_before_against_after_is_the_likelihood_ratio_with_continuity() -> None:
    hits, n = (60.0, 12.0), (200.0, 100.0)
    table = [[hits[part], n[part] - hits[part]] for part in (0, 1)]
    known = chi2_contingency(table, correction=True, lambda_="log-likelihood").statistic
    sums, totals = ((np.array(one), np.array(other)) for one, other in (hits, n))
    size = changes.contrast(sums, totals, "share")
    assert size == pytest.approx(-np.sqrt(known))


def test_many_courses_are_judged_as_each_alone() -> None:
    rng = np.random.default_rng(7)
    n = rng.poisson(12, (20, 30)) + 1.0
    hits = rng.binomial(n.astype(int), 0.3).astype(float)
    together = changes.change(hits, n, "share")
    chances = behaviour.chance_in_a_year(together.z, 30, "share")
    for row in range(20):
        alone = chart([Reading(hits[row, at], n[row, at]) for at in range(30)], "share")
        assert alone.chance == pytest.approx(chances[row])
        assert alone.since == together.since[row]
