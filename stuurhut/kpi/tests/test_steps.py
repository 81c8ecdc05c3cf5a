"""Strong or weak step: against the others, at the same mix of sources, and never against oneself."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import betabinom

from stuurhut.kpi.statistics.steps import Crowd, Mix, Tally, _at_most, against_others, against_past, at_mix

TEAM: list[Mix] = [
    {"site": Tally(hits, n)} for hits, n in ((31, 100), (28, 95), (33, 110), (25, 90), (30, 105), (29, 98))
]
MIXES = st.lists(
    st.fixed_dictionaries({source: st.tuples(st.integers(0, 40), st.integers(0, 40)) for source in ("site", "fair")}),
    min_size=3, max_size=7,
)  # fmt: skip


def mixed(drawn: dict[str, tuple[int, int]]) -> Mix:
    return {source: Tally(min(pair), max(pair)) for source, pair in drawn.items()}


def test_half_the_rate_of_colleagues_is_weak() -> None:
    found = against_others({"site": Tally(14, 100)}, TEAM)
    assert found.chance is not None
    assert found.chance < 0.01
    assert found.effect == pytest.approx(0.14 / 0.2943 - 1, abs=0.01)
    assert found.shrunk is not None
    assert 0.14 < found.shrunk < 0.29
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.shrunk < found.high


def test_of_hundreds_each_is_told_what_each_alone_against_all_others_is_told() -> None:
    drawn = random.Random(5)
    crowd: dict[int, Mix] = {}
    for who in range(90):
        rates = {"site": drawn.betavariate(30, 70), "fair": drawn.betavariate(15, 85)}
        sold = {key: Tally(sum(drawn.random() < rate for _ in range(40)), 40) for key, rate in rates.items()}
        crowd[who] = sold if who else {"of nobody else": Tally(3, 60)}
    together = Crowd(crowd)
    for who in range(0, 90, 9):
        alone = against_others(crowd[who], [mix for other, mix in crowd.items() if other != who])
        found = together.against_others(crowd[who], who)
        assert found.expected == pytest.approx(alone.expected)
        assert found.chance == pytest.approx(alone.chance, rel=0.05)
        assert (found.shrunk, found.low, found.high) == pytest.approx((alone.shrunk, alone.low, alone.high), rel=0.01)


def test_like_the_others_is_nothing() -> None:
    found = against_others({"site": Tally(30, 100)}, TEAM)
    assert found.chance is not None
    assert found.chance > 0.5


def test_who_gets_bad_leads_is_measured_against_what_others_make_of_such_leads() -> None:
    others: list[Mix] = [{"good": Tally(40, 100), "bad": Tally(8, 100)} for _seller in range(7)]
    own: Mix = {"good": Tally(8, 20), "bad": Tally(16, 180)}
    found = against_others(own, others)
    assert found.rate == pytest.approx(0.12)
    assert found.expected == pytest.approx(0.112)
    assert found.chance is not None
    assert found.chance > 0.5


def test_an_unknown_source_is_expected_at_the_overall_rate() -> None:
    assert at_mix({"new": Tally(0, 10)}, {"": 0.3, "site": 0.4}) == pytest.approx(0.3)


def test_few_cases_cannot_be_weak() -> None:
    found = against_others({"site": Tally(0, 5)}, TEAM)
    assert found.chance is not None
    assert found.chance > 0.1
    assert found.needed is not None
    assert found.needed > 5
    assert found.shrunk is not None
    assert found.shrunk > 0.15


@pytest.mark.parametrize(
    ("own", "others"),
    [
        ({"site": Tally(1, 9)}, TEAM[:1]),
        ({"site": Tally(1, 9)}, [{"site": Tally(0, 0)}] * 4),
        ({}, TEAM),
        ({"site": Tally(0, 9)}, [{"site": Tally(0, 9)}] * 4),
    ],
    ids=["one colleague", "colleagues without anything", "nothing of one's own", "nobody ever"],
)
def test_without_something_to_compare_nothing_is_said(own: Mix, others: list[Mix]) -> None:
    assert against_others(own, others).chance is None


def test_sellers_that_differ_much_make_it_harder_to_differ() -> None:
    alike = [{"": Tally(30, 100)}] * 7
    unlike = [{"": Tally(hits, 100)} for hits in (12, 48, 20, 40, 16, 44, 30)]
    own = {"": Tally(14, 100)}
    sure, unsure = against_others(own, alike).chance, against_others(own, unlike).chance
    assert sure is not None
    assert unsure is not None
    assert sure < 0.02 < 0.1 < unsure


@given(MIXES, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_colleagues_and_sources_changes_nothing(
    drawn: list[dict[str, tuple[int, int]]], rng: random.Random
) -> None:
    own, *others = [mixed(one) for one in drawn]
    turned = [dict(list(one.items())[::-1]) for one in others]
    rng.shuffle(turned)
    first, again = against_others(own, others), against_others(own, turned)
    for name in ("hits", "n", "rate", "expected", "shrunk", "low", "high", "effect", "chance", "needed"):
        assert getattr(first, name) == pytest.approx(getattr(again, name)), name


@given(MIXES)
@settings(max_examples=60, deadline=None)
def test_a_chance_is_a_chance_and_the_shrunk_rate_is_a_rate(drawn: list[dict[str, tuple[int, int]]]) -> None:
    own, *others = [mixed(one) for one in drawn]
    found = against_others(own, others)
    if found.chance is not None:
        assert 0 <= found.chance <= 1
        assert found.low is not None
        assert found.shrunk is not None
        assert found.high is not None
        assert 0 <= found.low <= found.high <= 1
        assert 0 < found.shrunk < 1


@pytest.mark.parametrize("hits", [0, 3, 20, 35, 39, 40])
def test_the_tail_is_that_of_the_beta_binomial(hits: int) -> None:
    ours = _at_most(hits, 40, np.array([3.0, 20.0]), np.array([7.0, 15.0]))
    assert ours == pytest.approx(betabinom.cdf(hits, 40, [3.0, 20.0], [7.0, 15.0]), rel=1e-9)


def test_a_step_that_fell_for_the_whole_team_differs_from_its_past() -> None:
    past: list[Mix] = [{"site": Tally(hits, 200)} for hits in (100, 95, 104, 98, 101)]
    fallen = against_past({"site": Tally(55, 200)}, past)
    assert fallen.chance is not None
    assert fallen.chance < 0.001
    assert fallen.effect == pytest.approx(-0.448, abs=0.01)
    same = against_past({"site": Tally(97, 200)}, past)
    assert same.chance is not None
    assert same.chance > 0.5


def test_worse_leads_are_no_worse_process() -> None:
    past: list[Mix] = [{"good": Tally(80, 160), "bad": Tally(4, 40)}] * 5
    found = against_past({"good": Tally(20, 40), "bad": Tally(16, 160)}, past)
    assert found.expected == pytest.approx(0.18)
    assert found.chance is not None
    assert found.chance > 0.5


def test_a_past_that_always_swung_makes_a_swing_no_news() -> None:
    calm: list[Mix] = [{"": Tally(hits, 200)} for hits in (100, 99, 101, 100, 100)]
    wild: list[Mix] = [{"": Tally(hits, 200)} for hits in (140, 60, 130, 70, 100)]
    recent: Mix = {"": Tally(70, 200)}
    sure, unsure = against_past(recent, calm).chance, against_past(recent, wild).chance
    assert sure is not None
    assert unsure is not None
    assert sure < 0.01 < 0.1 < unsure


def test_three_periods_are_no_past() -> None:
    assert against_past({"": Tally(5, 100)}, [{"": Tally(50, 100)}] * 3).chance is None
