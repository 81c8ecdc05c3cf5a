"""A step of the funnel: a seller against the others, or a team against its own past, at the same mix of sources.

The rates of sellers differ, as sellers do. How much is measured on the *others* (never on oneself): the tail is that of
a beta-binomial around the others' rate, averaged over every level and spread that could have given what the others did.
With seven others the best single guess of that spread is "none" half of the time, and luck would look like weakness.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any

from stuurhut.kpi.statistics.changes import Table, as_normal, contrast

TYPICAL_SPREAD = 0.2  # of log odds, before anything is known: rates of 30% are then 26 to 34% two in three times
SPREADS = tuple(0.02 + 0.08 * step for step in range(11))
LEVELS = 15
MANY = 60  # sellers: one of so many adds next to nothing to what they are like together
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
    likes = _Likes([_whole(mix) for mix in others], at_theirs, expected)
    return _compared(mine, expected, *likes.all_of_them(expected))


class Crowd:
    """Everybody who does a step, each to be laid beside the others (at least two besides with anything to count).

    Of a few, what the others are like is reckoned anew for each. Of MANY one makes so little difference that it is
    reckoned once, around the rates of all, and what one did is left out of it after.
    """

    def __init__(self, mixes: Mapping[Any, Mix]) -> None:
        self._mixes = {who: mix for who, mix in mixes.items() if _whole(mix).n}
        self._place = {who: place for place, who in enumerate(self._mixes)}

    def against_others(self, own: Mix, who: Hashable) -> Comparison:
        """What `who` did (`own`: as far as it may be seen) against all the others."""
        if len(self._mixes) <= MANY:
            return against_others(own, [mix for other, mix in self._mixes.items() if other != who])
        mine, place = _whole(own), self._place.get(who)
        hits, n = (table.sum(axis=0) - (0 if place is None else table[place]) for table in (self._hits, self._n))
        rates = {source: hits[at] / n[at] for source, at in self._sources.items() if n[at]} | {"": hits.sum() / n.sum()}
        expected = at_mix(own, rates)
        if not mine.n or expected is None or not 0 < expected < 1:
            return Comparison(mine.hits, mine.n, _rate(mine), expected, needed=_needed(expected))
        around = float((n * self._rates).sum() / n.sum())  # the others, at the rates of all
        return _compared(mine, expected, *self._likes.without(place, expected, rates[""], around))

    @cached_property
    def _sources(self) -> dict[str, int]:
        return {source: at for at, source in enumerate(sorted({s for mix in self._mixes.values() for s in mix}))}

    @cached_property
    def _hits(self) -> Table:
        return self._table("hits")

    @cached_property
    def _n(self) -> Table:
        return self._table("n")

    def _table(self, what: str) -> Table:
        import numpy as np

        found = np.zeros((len(self._mixes), len(self._sources)))
        for place, mix in enumerate(self._mixes.values()):
            for source, tally in mix.items():
                found[place, self._sources[source]] = getattr(tally, what)
        return found

    @cached_property
    def _rates(self) -> Table:
        """The rate per source of all."""
        return self._hits.sum(axis=0) / self._n.sum(axis=0).clip(1)

    @cached_property
    def _likes(self) -> _Likes:
        usual = (self._n * self._rates).sum(axis=1) / self._n.sum(axis=1)
        overall = float(self._hits.sum() / self._n.sum())
        return _Likes([_whole(mix) for mix in self._mixes.values()], usual, overall)


def _compared(mine: Tally, expected: float, weights: Table, first: Table, second: Table) -> Comparison:
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


class _Likes:
    """What these sellers are like: every level and spread that may have given what they did, and how well each fits.

    Levels are shifts of the log odds of `usual`, the rate expected of each; `rate` is that of about all of them.
    """

    def __init__(self, tallies: Sequence[Tally], usual: Sequence[float] | Table, rate: float) -> None:
        import numpy as np
        from scipy.special import betaln, expit, logit

        n = np.array([tally.n for tally in tallies], dtype=float)
        hits = np.array([tally.hits for tally in tallies], dtype=float)
        odds = logit(np.clip(usual, 1e-4, 1 - 1e-4))
        width = 4 * np.sqrt(TYPICAL_SPREAD**2 / len(n) + 1 / max(n.sum() * rate * (1 - rate), 1))
        self.shift, self.spread = (g.ravel() for g in np.meshgrid(np.linspace(-width, width, LEVELS), SPREADS))
        first, second = _beta(expit(odds[:, None] + self.shift), self.spread)
        self._each = betaln(hits[:, None] + first, (n - hits)[:, None] + second) - betaln(first, second)
        self._all = self._each.sum(axis=0) - self.spread**2 / (2 * TYPICAL_SPREAD**2)

    def all_of_them(self, expected: float) -> tuple[Table, Table, Table]:
        """How likely each level and spread is, and the beta distribution (both parameters) of somebody like these with
        the mix at which `expected` holds.
        """
        return self._weighed(self._all, expected, 0.0)

    def without(self, place: int | None, expected: float, rate: float, usual: float) -> tuple[Table, Table, Table]:
        """The same of all but one; without whom the rate is `rate`, where all were taken to be around `usual`."""
        from scipy.special import logit

        others = self._all if place is None else self._all - self._each[place]
        return self._weighed(others, expected, float(logit(rate) - logit(usual)))

    def _weighed(self, likelihood: Table, expected: float, off: float) -> tuple[Table, Table, Table]:
        import numpy as np
        from scipy.special import expit, logit

        weights = np.exp(likelihood - likelihood.max())
        return weights / weights.sum(), *_beta(expit(logit(expected) - off + self.shift), self.spread)


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
