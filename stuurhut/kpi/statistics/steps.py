"""A step of the funnel: a seller against the others, or a team against its own past, at the same mix of sources.

The rates of sellers differ, as sellers do. How much is measured on the *others* (never on oneself): the tail is that of
a beta-binomial around the others' rate, averaged over every level and spread that could have given what the others did.
With seven others the best single guess of that spread is "none" half of the time, and luck would look like weakness.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from stuurhut.kpi.statistics.changes import Table, as_normal, contrast

TYPICAL_SPREAD = 0.2  # of log odds, before anything is known: rates of 30% are then 26 to 34% two in three times
SPREADS = tuple(0.02 + 0.08 * step for step in range(11))
LEVELS = 15
ODD_ONES = 0.05  # of sellers are taken to be unlike the others, when a rate is drawn to theirs
HALVING_SEEN = 4.0  # squared: two standard errors


@dataclass(frozen=True)
class Tally:
    """How many of n went on."""

    hits: int
    n: int


Mix = Mapping[str, Tally]  # per source; one key for all where there is no source


@dataclass(frozen=True)
class Comparison:
    """A rate against that of others (or of the past) at the same mix.

    `rate` is hits/n, `expected` that of the others, `effect` rate/expected - 1. `shrunk` is the rate drawn to the
    others' as far as little is known, `low` to `high` its 95% interval. `chance` is two-sided: how likely someone like
    the others differs so much. `needed` is the n at which a true halving shows at two standard errors. All are None
    without others (or a past) with anything to count, or without an n of one's own.
    """

    hits: int
    n: int
    rate: float | None
    expected: float | None = None
    shrunk: float | None = None
    low: float | None = None
    high: float | None = None
    effect: float | None = None
    chance: float | None = None
    needed: int | None = None


def against_others(own: Mix, others: Sequence[Mix]) -> Comparison:
    """A seller against the OTHER sellers (`others` without `own`; at least two with anything to count)."""
    mine, others = _whole(own), [mix for mix in others if _whole(mix).n]
    rates = _rates(others)
    expected = at_mix(own, rates)
    if not mine.n or len(others) < 2 or expected is None or not 0 < expected < 1:
        return Comparison(mine.hits, mine.n, _rate(mine), expected, needed=_needed(expected))
    at_theirs = [at_mix(mix, rates) or expected for mix in others]
    weights, first, second = _like_the_others([_whole(mix) for mix in others], at_theirs, expected)
    chance = min(1.0, 2 * float((weights * _tail(mine, expected, first, second)).sum()))
    shrunk = _shrunk(mine, weights, first, second)
    effect = mine.hits / mine.n / expected - 1
    return Comparison(mine.hits, mine.n, _rate(mine), expected, *shrunk, effect, chance, _needed(expected))


def against_past(recent: Mix, past: Sequence[Mix]) -> Comparison:
    """A team's last quarter or half year against the periods before (months or quarters; at least four), oldest first.

    The rates of the past per source, at the mix of now; over-dispersed as much as the periods of the past were.
    """
    import numpy as np
    from scipy.special import ndtr

    now, past = _whole(recent), [mix for mix in past if _whole(mix).n]
    rates = _rates(past)
    expected = at_mix(recent, rates)
    if not now.n or len(past) < 4 or expected is None or not 0 < expected < 1:
        return Comparison(now.hits, now.n, _rate(now), expected, needed=_needed(expected))
    n = np.array([[_whole(mix).n for mix in past]], dtype=float)
    hits = np.array([[_whole(mix).hits for mix in past]], dtype=float)
    usual = np.clip([[at_mix(mix, rates) or expected for mix in past]], 1e-6, 1 - 1e-6)
    free = len(past) - 1
    spread = max(1.0, float(((hits - n * usual) ** 2 / (n * usual * (1 - usual))).sum()) / free)
    whole, there = n.sum(keepdims=True), np.array([[float(now.n)]])
    size = contrast((expected * whole, np.array([[float(now.hits)]])), (whole, there), "share") / np.sqrt(spread)
    chance = float(2 * ndtr(-abs(as_normal(size, np.array(spread), np.array(free), "share")))[0, 0])
    effect = now.hits / now.n / expected - 1
    return Comparison(
        now.hits, now.n, _rate(now), expected, effect=effect, chance=min(1.0, chance), needed=_needed(expected)
    )


def at_mix(own: Mix, rates: Mapping[str, float]) -> float | None:
    """The rate that others would have at one's own mix; of a source they do not have their overall rate ("")."""
    n = _whole(own).n
    if not n or not rates:
        return None
    return sum(tally.n * rates.get(source, rates[""]) for source, tally in own.items()) / n


def _rates(mixes: Sequence[Mix]) -> dict[str, float]:
    """The rate per source of all together, and under "" that of all sources; empty without anything."""
    tallies: dict[str, list[int]] = {"": [0, 0]}
    for mix in mixes:
        for source, tally in mix.items():
            for key in {source, ""}:
                found = tallies.setdefault(key, [0, 0])
                found[0] += tally.hits
                found[1] += tally.n
    return {source: hits / n for source, (hits, n) in tallies.items() if n}


def _whole(mix: Mix) -> Tally:
    return Tally(sum(tally.hits for tally in mix.values()), sum(tally.n for tally in mix.values()))


def _rate(tally: Tally) -> float | None:
    return tally.hits / tally.n if tally.n else None


def _needed(expected: float | None) -> int | None:
    return ceil(HALVING_SEEN * 4 * (1 - expected) / expected) if expected else None


def _like_the_others(tallies: Sequence[Tally], usual: Sequence[float], expected: float) -> tuple[Table, Table, Table]:
    """Every level and spread that may have given what the others did: their weights, and the beta distribution (both
    parameters) of somebody like them with the mix at which `expected` holds.
    """
    import numpy as np
    from scipy.special import betaln, expit, logit

    n = np.array([tally.n for tally in tallies], dtype=float)
    hits = np.array([tally.hits for tally in tallies], dtype=float)
    odds = logit(np.clip(usual, 1e-4, 1 - 1e-4))
    width = 4 * np.sqrt(TYPICAL_SPREAD**2 / len(n) + 1 / max(n.sum() * expected * (1 - expected), 1))
    shift, spread = (grid.ravel() for grid in np.meshgrid(np.linspace(-width, width, LEVELS), SPREADS))
    first, second = _beta(expit(odds[:, None] + shift), spread)
    likelihood = (betaln(hits[:, None] + first, (n - hits)[:, None] + second) - betaln(first, second)).sum(axis=0)
    likelihood -= spread**2 / (2 * TYPICAL_SPREAD**2)
    weights = np.exp(likelihood - likelihood.max())
    return weights / weights.sum(), *_beta(expit(logit(expected) + shift), spread)


def _beta(mean: Table, spread: Table) -> tuple[Table, Table]:
    """The beta distribution with this mean, and this standard deviation of the log odds around it."""
    import numpy as np

    strength = np.maximum(1 / (spread**2 * mean * (1 - mean)) - 1, 0.5)
    return mean * strength, (1 - mean) * strength


def _tail(own: Tally, expected: float, first: Table, second: Table) -> Table:
    """The chance of so few hits or fewer when they are few, of so many or more when they are many."""
    if own.hits < expected * own.n:
        return _at_most(own.hits, own.n, first, second)
    return _at_most(own.n - own.hits, own.n, second, first)


def _at_most(hits: int, n: int, first: Table, second: Table) -> Table:
    """P(X <= hits) of beta-binomials, summed term by term from the end that is nearer."""
    import numpy as np
    from scipy.special import betaln

    if 2 * hits >= n:
        return 1 - _at_most(n - hits - 1, n, second, first) if hits < n else np.ones_like(first)
    if hits < 0:
        return np.zeros_like(first)
    none = betaln(first, n + second) - betaln(first, second)
    k = np.arange(hits)[:, None]
    steps = np.log((n - k) / (k + 1)) + np.log((first + k) / (second + n - k - 1))
    terms = np.vstack([none[None, :], none + np.cumsum(steps, axis=0)])
    return np.minimum(np.exp(terms).sum(axis=0), 1.0)


def _shrunk(own: Tally, weights: Table, first: Table, second: Table) -> tuple[float, float, float]:
    """The rate to be expected of this seller, given the others and the own figures, with its 95% interval.

    Most are like the others; a few are a case of their own, of whom the others say nothing: else somebody who clearly
    differs would be drawn all the way back to them.
    """
    import numpy as np
    from scipy.special import betaincinv, betaln

    weights = np.append(weights * (1 - ODD_ONES), ODD_ONES)
    first, second = np.append(first, 1.0), np.append(second, 1.0)
    after = (own.hits + first, own.n - own.hits + second)
    likelihood = betaln(*after) - betaln(first, second)
    weights = weights * np.exp(likelihood - likelihood.max())
    weights = weights / weights.sum()
    strength = after[0] + after[1]
    means = after[0] / strength
    mean = float((weights * means).sum())
    spread = float((weights * (means * (1 - means) / (strength + 1) + means**2)).sum()) - mean**2
    known = max(mean * (1 - mean) / max(spread, 1e-12) - 1, 0.1)
    low, high = (float(betaincinv(mean * known, (1 - mean) * known, share)) for share in (0.025, 0.975))
    return mean, low, high
