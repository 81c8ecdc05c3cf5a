"""Season or trend: what the time of year explains of weekly counts, and whether the last half year rises besides.

Quasi-Poisson regression with two yearly pairs of sines, the working days as exposure, and a slope that begins so many
weeks before the end (a hinge). The spread is measured, and widened by (1+r)/(1-r) for the autocorrelation r of
neighbouring weeks. STL with Theil-Sen, the usual way, finds a trend in nearly every series without one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from stuurhut.kpi.statistics.changes import Table

Direction = Literal["steady", "season", "upward", "downward", "not enough history"]
YEAR = 365.25
WEEKS_A_YEAR = 52
PAIRS = 2  # of sines: a wave a year, and one twice a year
SURE = 0.01  # chance by luck under which there is a season
SURE_TREND = 0.003  # and a trend: it is looked at every week of the year
MATTERS = 0.10  # smaller movements are none
FEW = 52  # counted in all: under that no pattern can be told
ROUNDS = 25  # of reweighting; six are usual


@dataclass(frozen=True)
class Movement:
    """How a weekly count moves.

    `slope` is the change over the last `weeks` weeks beside the season (0.2: 20% up), with 95% interval `low` to
    `high`, and `chance` its p-value. `swing` is what the season alone did between the `weeks`/2 weeks before and the
    last `weeks`/2 weeks (0.3: 30% up), `season_chance` the p-value of there being a season. `weeks_more` is how many
    weeks of history are still needed; 0 with "not enough history": too few were counted. `fitted` is the usual count
    of each week given season and days, without the trend; weeks without working days have 0.
    """

    direction: Direction
    weeks: int
    slope: float | None = None
    low: float | None = None
    high: float | None = None
    chance: float | None = None
    swing: float | None = None
    season_chance: float | None = None
    weeks_more: int = 0
    fitted: tuple[float, ...] = ()


@dataclass(frozen=True)
class Fit:
    """Coefficients of many series (a row each), their covariance, and the degrees of freedom left."""

    coefficients: Table
    covariance: Table
    free: int


def movement(
    counts: Sequence[float], days: Sequence[float], starts: Sequence[date], *, weeks: int = 26, years: float = 2.0
) -> Movement:
    """Whether weekly counts are steady, follow the season, or really rise or fall.

    `counts` per whole week, `days` the working days in it (0: the week is left out), `starts` its Mondays, oldest
    first. `years` of history are needed to tell season and trend apart.
    """
    import numpy as np

    worked = [index for index, exposure in enumerate(days) if exposure > 0]
    more = round(years * WEEKS_A_YEAR) - len(worked)
    if more > 0 or sum(counts[index] for index in worked) < FEW:
        return Movement("not enough history", weeks, weeks_more=max(0, more))
    exposure = np.array([float(days[index]) for index in worked])
    columns = design([starts[index] for index in worked], hinge=weeks)
    fit = fitted(np.array([[float(counts[index]) for index in worked]]), exposure[None, :], columns)
    waves = columns[:, 1 : 1 + 2 * PAIRS] @ fit.coefficients[0, 1 : 1 + 2 * PAIRS]
    usual = np.zeros(len(counts))
    usual[worked] = np.exp(fit.coefficients[0, 0] + waves) * exposure
    return _told(fit, waves, weeks, tuple(float(one) for one in usual))


def factors(values: Sequence[float], days: Sequence[float], starts: Sequence[date]) -> tuple[float, ...]:
    """What is usual per working day at each start against an ordinary one: the season for `behaviour.Reading`.

    From weekly or monthly totals of the whole organisation or team (`values` in `days`), oldest first; 1 throughout
    with under two years of history, or where the year shows no clear pattern.
    """
    import numpy as np

    worked = [index for index, exposure in enumerate(days) if exposure > 0]
    total = sum(max(0.0, float(values[index])) for index in worked)
    if not total or (starts[worked[-1]] - starts[worked[0]]).days < 1.9 * YEAR:
        return (1.0,) * len(starts)
    columns = design([starts[index] for index in worked], hinge=len(worked))
    brought = np.array([[max(0.0, float(values[index])) for index in worked]])
    fit = fitted(brought, np.array([[float(days[index]) for index in worked]]), columns)
    if float(season_chance(fit)[0]) > SURE:
        return (1.0,) * len(starts)
    every = design(starts, hinge=len(starts))[:, 1 : 1 + 2 * PAIRS]
    found = np.exp(every @ fit.coefficients[0, 1 : 1 + 2 * PAIRS])
    return tuple(float(one) for one in found / found.mean())


def design(starts: Sequence[date], *, hinge: int) -> Table:
    """One row per start: 1, the yearly sines, and the slope of the last `hinge` starts, which ends at 1."""
    import numpy as np

    angle = 2 * np.pi * np.array([start.toordinal() for start in starts]) / YEAR
    waves = [wave(angle * (pair + 1)) for pair in range(PAIRS) for wave in (np.sin, np.cos)]
    slope = np.maximum(np.arange(len(starts)) - (len(starts) - 1 - hinge), 0) / hinge
    return np.column_stack([np.ones(len(starts)), *waves, slope])


def fitted(counts: Table, days: Table, columns: Table) -> Fit:
    """Quasi-Poisson regression of many series (rows) on the same columns, by iteratively reweighted least squares."""
    import numpy as np

    coefficients = np.zeros((len(counts), columns.shape[1]))
    coefficients[:, 0] = np.log(np.maximum(counts.sum(axis=1), 0.5) / days.sum(axis=1))
    for _round in range(ROUNDS):
        expected = days * np.exp(np.clip(coefficients @ columns.T, -30, 30))
        step = np.linalg.solve(_information(expected, columns), ((counts - expected) @ columns)[..., None])[..., 0]
        coefficients = coefficients + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-8:
            break
    expected = days * np.exp(np.clip(coefficients @ columns.T, -30, 30))
    residual = (counts - expected) / np.sqrt(np.maximum(expected, 1e-12))
    free = counts.shape[1] - columns.shape[1]
    squares = np.maximum((residual**2).sum(axis=1), 1e-12)
    r = np.clip((residual[:, 1:] * residual[:, :-1]).sum(axis=1) / squares, 0, 0.9)
    spread = squares / free * (1 + r) / (1 - r)
    return Fit(coefficients, np.linalg.inv(_information(expected, columns)) * spread[:, None, None], free)


def slope_chance(fit: Fit) -> Table:
    """Two-sided p-value of the slope at the end, per series."""
    import numpy as np
    from scipy.special import stdtr

    size = np.abs(fit.coefficients[:, -1]) / np.sqrt(fit.covariance[:, -1, -1])
    return 2 * stdtr(fit.free, -size)


def season_chance(fit: Fit) -> Table:
    """p-value of there being a season: the F-test of the sines together, per series."""
    import numpy as np
    from scipy.special import fdtrc

    waves = slice(1, 1 + 2 * PAIRS)
    found = fit.coefficients[:, waves, None]
    size = (np.swapaxes(found, 1, 2) @ np.linalg.solve(fit.covariance[:, waves, waves], found))[:, 0, 0]
    return fdtrc(2 * PAIRS, fit.free, size / (2 * PAIRS))


def is_trend(slope: Table, chance: Table) -> Table:
    """Whether a slope (relative, over all its weeks) is no luck and large enough to matter; of one or of many."""
    return (chance < SURE_TREND) & (abs(slope) >= MATTERS)


def _told(fit: Fit, waves: Table, weeks: int, usual: tuple[float, ...]) -> Movement:
    import numpy as np
    from scipy.special import stdtrit

    middle, half = float(fit.coefficients[0, -1]), weeks // 2
    width = float(stdtrit(fit.free, 0.975) * np.sqrt(fit.covariance[0, -1, -1]))
    slope, low, high = (float(np.expm1(np.clip(one, -20, 20))) for one in (middle, middle - width, middle + width))
    chance, season = float(slope_chance(fit)[0]), float(season_chance(fit)[0])
    level = np.exp(waves)
    swing = float(level[-half:].mean() / level[-2 * half : -half].mean()) - 1
    direction: Direction = "steady"
    if is_trend(slope, chance):
        direction = "upward" if slope > 0 else "downward"
    elif season < SURE and abs(swing) >= MATTERS:
        direction = "season"
    return Movement(direction, weeks, slope, low, high, chance, swing, season, fitted=usual)


def _information(expected: Table, columns: Table) -> Table:
    import numpy as np

    return np.einsum("ti,st,tj->sij", columns, expected, columns) + 1e-9 * np.eye(columns.shape[1])
