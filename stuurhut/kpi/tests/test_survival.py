"""Times that have not all ended: our curves are those of the reviewed library, and one can check them by hand."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.utils import median_survival_times, qth_survival_time

from stuurhut.kpi.statistics.survival import aalen_johansen, kaplan_meier, log_log, step_at

SPELLS = st.lists(st.tuples(st.integers(1, 12), st.booleans(), st.integers(1, 3)), min_size=1, max_size=12)


def test_by_hand() -> None:
    # 1 ended, 2 ended, 2 not yet, 5 ended: 3/4, then 2/4, then 0.
    curve = kaplan_meier([(1, True, 1), (2, True, 1), (2, False, 1), (5, True, 1)])
    assert curve.times == [1, 2, 5]
    assert curve.survivals == pytest.approx([0.75, 0.5, 0])
    assert curve.quantile(0.5) == 2
    assert (curve.n, curve.ended, curve.longest) == (4, 3, 5)


def test_a_curve_that_stays_above_half_has_no_median() -> None:
    curve = kaplan_meier([(1, True, 1), (3, False, 2)])
    assert curve.quantile(0.5) is None
    assert curve.ended_by(2) == pytest.approx(1 / 3)
    assert curve.ended_by(4) is None


def test_no_spells_give_no_curve() -> None:
    curve = kaplan_meier([])
    assert curve.quantile(0.5) is None
    assert curve.interval(0.5) == (None, None)
    assert curve.ended_by(1) is None


def test_lost_deals_are_not_deals_that_will_be_won_later() -> None:
    # Ten deals: five won after 10 days, five lost after 5. Half is won, and stays half.
    steps = aalen_johansen([(5, 2, 5), (10, 1, 5)], way=1)
    assert len(steps) == 1
    assert steps[0] == pytest.approx((10, 0.5))
    assert step_at(steps, 9) == 0
    assert kaplan_meier([(5, False, 5), (10, True, 5)]).ended_by(10) == pytest.approx(1.0)  # what censoring would say


@settings(deadline=None, max_examples=60)
@given(SPELLS)
def test_kaplan_meier_is_that_of_lifelines(spells: list[tuple[int, bool, int]]) -> None:
    theirs = KaplanMeierFitter().fit(
        [s[0] for s in spells], [s[1] for s in spells], weights=[float(s[2]) for s in spells]
    )
    ours = kaplan_meier(spells)
    interval = theirs.confidence_interval_
    for time, survival, greenwood in zip(ours.times, ours.survivals, ours.greenwoods, strict=True):
        assert survival == pytest.approx(float(theirs.predict(time)), abs=1e-9)
        ends = [log_log(survival, greenwood, sign) for sign in (1, -1)]
        assert ends == pytest.approx([float(v) for v in interval.loc[float(time)]], abs=1e-9)
    expected = float(qth_survival_time(0.5, theirs.survival_function_.round(9)))
    assert (ours.quantile(0.5) if ours.quantile(0.5) is not None else float("inf")) == expected
    low, high = (float(v) for v in median_survival_times(interval.round(9)).iloc[0])
    got = [float("inf") if v is None else v for v in ours.interval(0.5)]
    assert got == [low, high]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3)), min_size=2, max_size=10))
def test_aalen_johansen_is_that_of_lifelines(ways: list[tuple[int, int]]) -> None:
    endings = [
        (2.0 * place + 1, how, count) for place, (how, count) in enumerate(ways)
    ]  # theirs shakes equal times apart
    if not any(how == 1 for how, _ in ways):
        assert aalen_johansen(endings, 1) == []
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs warns where there is one way to end
        theirs = AalenJohansenFitter(calculate_variance=False).fit(
            [e[0] for e in endings],
            [e[1] for e in endings],
            event_of_interest=1,
            weights=[float(e[2]) for e in endings],
        )
    for time, share in aalen_johansen(endings, 1):
        assert share == pytest.approx(float(theirs.cumulative_density_.loc[:time].iloc[-1, 0]), abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2), st.integers(1, 3)), max_size=12))
def test_the_ways_to_end_never_add_to_more_than_everything(endings: list[tuple[int, int, int]]) -> None:
    assert sum(step_at(aalen_johansen(endings, way), 100) for way in (1, 2)) <= 1 + 1e-9
