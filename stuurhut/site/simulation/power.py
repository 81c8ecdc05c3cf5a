"""How soon a change that is really there is found, and how often, by how much there is to count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from stuurhut.kpi.statistics import behaviour, changes, seasons
from stuurhut.kpi.statistics.steps import Comparison, Tally, against_others
from stuurhut.kpi.verdicts.steps import standing
from stuurhut.kpi.verdicts.thresholds import Thresholds
from stuurhut.site.simulation.false_calls import HISTORY, WEEKS, YEAR
from stuurhut.site.simulation.sellers import SELLERS_DIFFER, START, STEPS, Table

WEEKS_A_MONTH = 52 / 12
PATIENCE = 24  # months after the halving that are looked at
VOLUMES = (5, 10, 20, 40)  # a month
RATES = (0.2, 0.3, 0.5)
FACTORS = (0.5, 0.7)
TEAMS = (8, 24)  # sellers that are compared
RISES = (1.25, 1.5)  # in half a year


@dataclass(frozen=True)
class Detection:
    """A closing rate that halves for good: weeks until it is called structural. `median_weeks` None: in more than half
    of the cases not within two years. `shares` are those found within a quarter, half a year and a year.
    """

    volume: int
    rate: float
    median_weeks: float | None
    shares: tuple[float, float, float]


@dataclass(frozen=True)
class Found:
    """How often a weak step of one seller, at `factor` times the rate of the others, is found after a year."""

    sellers: int
    volume: int
    factor: float
    share: float


@dataclass(frozen=True)
class Rise:
    """How often a rise of weekly leads over half a year is called a trend, by leads a week."""

    volume: int
    factor: float
    share: float


def detection(volume: int, rate: float, made: int, seed: int) -> Detection:
    """Three steady years, then half the rate; looked at every month, as one of eleven courses."""
    rng = np.random.default_rng([seed, volume, round(rate * 100)])
    n = rng.poisson(volume, (made, HISTORY + PATIENCE))
    true = np.where(np.arange(HISTORY + PATIENCE) < HISTORY, rate, rate / 2)
    hits, n = rng.binomial(n, true).astype(float), n.astype(float)
    found = np.full(made, np.inf)
    for passed in range(1, PATIENCE + 1):
        part = slice(passed, HISTORY + passed)
        changed = changes.change(hits[:, part], n[:, part], "share")
        chance = behaviour.chance_in_a_year(changed.z, HISTORY, "share")
        seen = behaviour.stands(changed, chance, "share") & (changed.z < 0)
        found = np.where(seen, np.minimum(found, passed), found)
    middle = float(np.median(found))
    shares = (float((found <= 3).mean()), float((found <= 6).mean()), float((found <= 12).mean()))
    return Detection(volume, rate, middle * WEEKS_A_MONTH if np.isfinite(middle) else None, shares)


def weak_step(sellers: int, volume: int, factor: float, made: int, seed: int) -> Found:
    """One seller of so many closes less of 30%, a year long; four steps of everybody are looked at."""
    rng = np.random.default_rng([seed, sellers, volume, round(factor * 100)])
    limits, found = Thresholds(), 0
    for _team in range(made):
        compared = []
        for number in range(len(STEPS)):
            rates = 1 / (1 + np.exp(-(np.log(0.3 / 0.7) + rng.normal(0, SELLERS_DIFFER, sellers))))
            rates[0] = 0.3 * factor if number == 0 else rates[0]
            compared += _compared(rng, rates, volume * YEAR)
        found += standing(compared, limits)[0] and (compared[0].effect or 0) < 0
    return Found(sellers, volume, factor, found / made)


def _compared(rng: np.random.Generator, rates: Table, volume: int) -> list[Comparison]:
    n = rng.poisson(volume, len(rates))
    tallies = [{"": Tally(int(hits), int(all_of))} for hits, all_of in zip(rng.binomial(n, rates), n, strict=True)]
    return [against_others(own, tallies[:at] + tallies[at + 1 :]) for at, own in enumerate(tallies)]


def rise(volume: int, factor: float, made: int, seed: int) -> Rise:
    """Weekly leads with a season, that rise by so much in the last half year."""
    rng = np.random.default_rng([seed, volume, round(factor * 100)])
    starts = [START + timedelta(weeks=number) for number in range(WEEKS)]
    columns = seasons.design(starts, hinge=26)
    height = 1 + 0.25 * columns[:, 1]
    expected = volume * height * factor ** columns[:, -1]
    counts = rng.poisson(expected, (made, WEEKS)).astype(float)
    fit = seasons.fitted(counts, np.full((made, WEEKS), 5.0), columns)
    slopes = np.expm1(fit.coefficients[:, -1])
    called = seasons.is_trend(slopes, seasons.slope_chance(fit)) & (slopes > 0)
    return Rise(volume, factor, float(called.mean()))
