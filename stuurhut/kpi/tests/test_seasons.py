"""Season or trend: a rise that comes every year is season, one that comes on top of it is growth."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from stuurhut.kpi.statistics.seasons import design, factors, fitted, movement
from stuurhut.kpi.words.period import add_months

WEEKS = 156
STARTS = [date(2023, 11, 27) + timedelta(weeks=number) for number in range(WEEKS)]
DAYS = [5.0] * WEEKS


def leads(
    level: float = 30.0, season: float = 0.0, trend: float = 0.0, growth: float = 0.0, seed: int = 1
) -> list[float]:
    """Weekly leads with luck; season at its height at the end of November, trend over the last 26 weeks."""
    rng = np.random.default_rng(seed)
    angle = 2 * np.pi * np.array([(start - date(2023, 11, 27)).days for start in STARTS]) / 365.25
    ramp = np.clip((np.arange(WEEKS) - (WEEKS - 27)) / 26, 0, 1)
    years = np.arange(WEEKS) / 52
    expected = level * (1 + season * np.cos(angle)) * (1 + trend) ** ramp * (1 + growth) ** years
    return [float(one) for one in rng.poisson(expected)]


def test_a_rise_that_comes_every_autumn_is_season_and_no_trend() -> None:
    found = movement(leads(season=0.3), DAYS, STARTS)
    assert found.direction == "season"
    assert found.swing is not None
    assert found.swing > 0.2
    assert found.season_chance is not None
    assert found.season_chance < 0.001


def test_growth_on_top_of_the_season_is_a_real_rise() -> None:
    found = movement(leads(season=0.3, trend=0.6), DAYS, STARTS)
    assert found.direction == "upward"
    assert found.slope == pytest.approx(0.6, abs=0.3)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.6 < found.high


def test_leads_that_dry_up_are_a_real_fall() -> None:
    assert movement(leads(trend=-0.5), DAYS, STARTS).direction == "downward"


def test_years_of_steady_growth_are_a_rise() -> None:
    assert movement(leads(growth=0.35), DAYS, STARTS).direction == "upward"


def test_luck_alone_is_steady() -> None:
    assert movement(leads(), DAYS, STARTS).direction == "steady"


def test_a_week_with_two_working_days_brings_less_and_that_is_no_fall() -> None:
    short = [5.0] * (WEEKS - 6) + [2.0] * 6
    counts = [one * days / 5 for one, days in zip(leads(), short, strict=True)]
    assert movement(counts, short, STARTS).direction == "steady"


def test_weeks_without_working_days_are_left_out() -> None:
    days, counts = list(DAYS), leads(season=0.3)
    days[56] = counts[56] = 0.0
    found = movement(counts, days, STARTS)
    assert found.direction == "season"
    assert found.fitted[56] == 0


def test_under_two_years_cannot_tell() -> None:
    found = movement(leads()[-60:], DAYS[-60:], STARTS[-60:])
    assert found.direction == "not enough history"
    assert found.weeks_more == 44
    assert found.chance is None


def test_a_lead_a_month_is_too_few_to_tell() -> None:
    found = movement([1.0 if n % 4 == 0 else 0.0 for n in range(WEEKS)], DAYS, STARTS)
    assert found.direction == "not enough history"
    assert found.weeks_more == 0


def test_it_is_the_regression_of_the_reviewed_library_but_weeks_that_move_together_say_less() -> None:
    from statsmodels.api import GLM
    from statsmodels.genmod.families import Poisson

    rng, alike = np.random.default_rng(5), np.zeros(WEEKS)
    for week in range(1, WEEKS):
        alike[week] = 0.6 * alike[week - 1] + rng.normal(0, 0.3)
    counts, columns = rng.poisson(30 * np.exp(alike)).astype(float), design(STARTS, hinge=26)
    known = GLM(counts, columns, family=Poisson(), exposure=np.array(DAYS)).fit(scale="X2")
    ours = fitted(counts[None, :], np.array([DAYS]), columns)
    assert ours.coefficients[0] == pytest.approx(known.params, abs=1e-6)
    residual = known.resid_pearson
    r = float((residual[1:] * residual[:-1]).sum() / (residual**2).sum())
    assert r > 0.3
    assert np.sqrt(np.diag(ours.covariance[0])) == pytest.approx(known.bse * np.sqrt((1 + r) / (1 - r)), rel=1e-4)


def test_the_season_of_months_is_a_factor_around_one() -> None:
    starts = [add_months(date(2023, 1, 1), number) for number in range(36)]
    wave = [1 + 0.3 * np.cos(2 * np.pi * (start.month - 11) / 12) for start in starts]
    rng = np.random.default_rng(2)
    found = factors([float(rng.poisson(400 * one)) for one in wave], [20.0] * 36, starts)
    assert found == pytest.approx(wave, abs=0.06)
    assert sum(found) / 36 == pytest.approx(1)


def test_without_two_years_or_a_pattern_every_month_is_ordinary() -> None:
    starts = [add_months(date(2023, 1, 1), number) for number in range(36)]
    rng = np.random.default_rng(2)
    flat = [float(rng.poisson(50)) for _month in starts]
    assert factors(flat, [20.0] * 36, starts) == (1.0,) * 36
    assert factors(flat[:12], [20.0] * 12, starts[:12]) == (1.0,) * 12
    assert factors([0.0] * 36, [20.0] * 36, starts) == (1.0,) * 36
