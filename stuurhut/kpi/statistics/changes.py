"""Where the level of a course most likely changed, for many courses at once.

The change-point model for process control (Hawkins, Qiu & Kang 2003, Journal of Quality Technology 35:355): every
moment is tried as the one from which the level differs, and the levels before and after are both estimated. Before that
each value is drawn in to its natural limits (robust CUSUM, Lucas & Crosier 1982, Technometrics 24:15), so that one bad
month cannot make a structural change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Table = Any  # an array of numpy, which takes a while to import: a row per course, a column per period

Kind = Literal["share", "count", "money", "duration"]
COUNTED: dict[Kind, float] = {"share": 0.25, "count": 0.5}  # spread at least that of luck; see as_normal
SIGMAS = 3.0  # natural limits as Shewhart set them: one steady period in 370 lies outside
RUN = 2  # periods at least that make a level
D2 = 1.128  # mean moving range of two, in standard deviations


@dataclass(frozen=True)
class Limits:
    """What is usual in each period of each course, in the unit of the values."""

    centre: Table
    low: Table
    high: Table


@dataclass(frozen=True)
class Change:
    """The most likely change of each course: its signed size in standard errors, the first column after it, and the
    levels before and after per unit of n.
    """

    z: Table
    since: Table
    before: Table
    after: Table


def level(values: Table, n: Table, kind: Kind) -> Table:
    """The one level of each course, a column: hits or sums per unit of n; of a duration the mean of the logarithms."""
    sums = (values * n if kind == "duration" else values).sum(axis=-1, keepdims=True)
    total = n.sum(axis=-1, keepdims=True)
    return sums / _some(total)


def limits(values: Table, n: Table, kind: Kind, rate: Table | None = None) -> Limits:
    """Three-sigma limits around a level (default: the one of the course), with the spread from the moving ranges.

    Binomial for shares and Poisson for counts, both over-dispersed when the moving ranges say so; gamma for money;
    normal for durations, which come as logarithms.
    """
    rate = level(values, n, kind) if rate is None else rate
    spread = dispersion(values, n, kind, rate)
    return Limits(_centre(rate, n, kind), *_quantiles(rate, n, kind, spread))


def dispersion(values: Table, n: Table, kind: Kind, rate: Table) -> Table:
    """Variance against that of luck alone, from the mean moving range (Wheeler's XmR chart), a column."""
    import numpy as np

    residual = (values - _centre(rate, n, kind)) / np.sqrt(_some(_variance(rate, n, kind)))
    moved = np.abs(np.diff(residual, axis=-1)) * (n[..., 1:] > 0) * (n[..., :-1] > 0)
    pairs = ((n[..., 1:] > 0) & (n[..., :-1] > 0)).sum(axis=-1, keepdims=True)
    found = (moved.sum(axis=-1, keepdims=True) / np.maximum(pairs, 1) / D2) ** 2
    return np.maximum(found, 1.0 if kind in COUNTED else 1e-12)


def change(values: Table, n: Table, kind: Kind) -> Change:
    """The most likely change of level that has lasted to the end, over at least two periods and at most half of all."""
    import numpy as np

    usual = limits(values, n, kind)
    raw, values = values, np.clip(values, usual.low, usual.high)
    periods = values.shape[-1]
    first = np.arange(periods - periods // 2, periods - RUN + 1)
    z = _sizes(values, n, kind, first)
    best = np.argmax(np.abs(z), axis=-1)
    since = first[best]
    after = np.arange(periods) >= since[..., None]
    fitted = np.where(after, *(level(values * part, n * part, kind) for part in (after, ~after)))
    levels = [level(raw * part, n * part, kind) for part in (~after, after)]
    size = np.take_along_axis(z, best[..., None], axis=-1)[..., 0]
    size = size / np.sqrt(_drift(values, n, kind, fitted))
    return Change(size, since, levels[0][..., 0], levels[1][..., 0])


def _sizes(values: Table, n: Table, kind: Kind, first: Table) -> Table:
    """Signed size of the change at each of `first`, in standard errors: a row per course, a column per moment."""
    import numpy as np

    weighted = values * n if kind == "duration" else values
    squares = values * values * n if kind == "duration" else values * values / _some(n)

    def both(table: Table) -> tuple[Table, Table]:
        before = np.cumsum(table, axis=-1)
        return before[..., first - 1], before[..., -1:] - before[..., first - 1]

    sums, totals, spreads = both(weighted), both(n), both(squares)
    free = np.maximum((n > 0).sum(axis=-1, keepdims=True) - 2, 1)
    spread = sum(_pearson(sums[part], totals[part], spreads[part], kind) for part in (0, 1)) / free
    spread = np.maximum(spread, 1.0 if kind in COUNTED else 1e-12)
    return as_normal(contrast(sums, totals, kind) / np.sqrt(spread), spread, free, kind)


def as_normal(z: Table, spread: Table, free: Table, kind: Kind) -> Table:
    """Student's size as that of a normal one: a spread measured on few periods may well be too small.

    The spread of luck alone is known, so that shares and counts that show no more than it rest on measuring for a part
    only (found by simulation); the more they are over-dispersed, the more.
    """
    import numpy as np
    from scipy.special import ndtri, stdtr

    measured = np.clip(2 * (spread - 1), COUNTED[kind], 1) if kind in COUNTED else 1.0
    chance = stdtr(free / measured, -np.abs(z))
    return np.sign(z) * -ndtri(np.clip(chance, 1e-300, 0.5))


def contrast(sums: tuple[Table, Table], totals: tuple[Table, Table], kind: Kind) -> Table:
    """After against before: the signed root of the likelihood ratio, or the difference of means for durations."""
    import numpy as np

    if kind == "duration":
        scale = np.sqrt(1 / _some(totals[0]) + 1 / _some(totals[1]))
        return (
            np.where((totals[0] > 0) & (totals[1] > 0), sums[1] / _some(totals[1]) - sums[0] / _some(totals[0]), 0)
            / scale
        )
    together, whole = sums[0] + sums[1], totals[0] + totals[1]
    rate = together / _some(whole)
    gap = sums[1] - rate * totals[1]
    half = 0.5 if kind in COUNTED else 0.0  # continuity: counts move by whole steps
    gap = np.sign(gap) * np.maximum(np.abs(gap) - half, 0)
    deviance = sum(
        _deviance(rate * total + sign * gap, total, rate, kind) for sign, total in zip((-1, 1), totals, strict=True)
    )
    return np.sign(gap) * np.sqrt(np.maximum(deviance, 0))


def _deviance(hits: Table, n: Table, rate: Table, kind: Kind) -> Table:
    """Twice the log-likelihood ratio of the own level of these hits against the common rate."""
    found = 2 * (_xlog(hits, rate * n) - (hits - rate * n))
    if kind == "share":
        found = 2 * (_xlog(hits, rate * n) + _xlog(n - hits, n - rate * n))
    return found


def _pearson(sums: Table, totals: Table, squares: Table, kind: Kind) -> Table:
    """The sum of squared residuals around the level of this part, each against the variance of luck alone."""
    import numpy as np

    if kind == "duration":
        return squares - sums * sums / _some(totals)
    rate = sums / _some(totals)
    found = np.where(rate > 0, squares / _some(rate) - sums, 0)
    return found / np.maximum(1 - rate, 0.05) if kind == "share" else found


def _drift(values: Table, n: Table, kind: Kind, fitted: Table) -> Table:
    """(1+r)/(1-r) for the autocorrelation r left around the levels: neighbours that move together say less.

    r below its own noise is no autocorrelation.
    """
    import numpy as np

    residual = (values - _centre(fitted, n, kind)) / np.sqrt(_some(_variance(fitted, n, kind))) * (n > 0)
    r = (residual[..., 1:] * residual[..., :-1]).sum(axis=-1) / _some((residual**2).sum(axis=-1))
    noise = 1.645 / np.sqrt(np.maximum((n > 0).sum(axis=-1), 1))
    r = np.where(r > noise, np.minimum(r, 0.9), 0)
    return (1 + r) / (1 - r)


def _centre(rate: Table, n: Table, kind: Kind) -> Table:
    return rate + 0 * n if kind == "duration" else rate * n


def _variance(rate: Table, n: Table, kind: Kind) -> Table:
    """Of the value of one period, by luck alone (of money and durations: up to a factor)."""
    import numpy as np

    if kind == "duration":
        return 1 / _some(n)
    return rate * n * np.maximum(1 - rate, 0.0) if kind == "share" else rate * n


def _quantiles(rate: Table, n: Table, kind: Kind, spread: Table) -> tuple[Table, Table]:
    import numpy as np
    from scipy.special import gammaincinv, ndtr

    if kind == "duration":
        width = SIGMAS * np.sqrt(spread / _some(n))
        return rate - width, rate + width
    tail = ndtr(-SIGMAS)
    if kind == "money":
        shape = _some(rate * n / spread)
        least = np.where(np.exp(-shape) > tail, 0.0, gammaincinv(shape, tail))  # a month without any deal
        return least * spread, gammaincinv(shape, 1 - tail) * spread
    n, probability = n / spread, np.clip(rate, 0, 1)
    low, high = (_counted(q, n, rate, probability, kind) for q in (tail, 1 - tail))
    return np.maximum(low, 0) * spread, (high + 1) * spread


def _counted(share: float, n: Table, rate: Table, probability: Table, kind: Kind) -> Table:
    """The number, not necessarily whole, that luck stays under in this share of the cases; 0 where it always can."""
    import numpy as np
    from scipy.special import bdtrik, pdtrik

    with np.errstate(invalid="ignore"):
        found = bdtrik(share, _some(n), probability + 0 * n) if kind == "share" else pdtrik(share, rate * n)
    return np.nan_to_num(found, nan=0.0 if share < 0.5 else np.inf)


def _some(table: Any) -> Any:
    """The table with something small in place of nothing, to divide by."""
    import numpy as np

    return np.maximum(table, 1e-12)


def _xlog(hits: Table, expected: Table) -> Table:
    import numpy as np

    return np.where(hits > 0, hits * np.log(_some(hits) / _some(expected)), 0)
