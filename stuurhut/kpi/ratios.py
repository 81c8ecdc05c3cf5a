"""What one's own past year says of how much comes of what, drawn to the team's as far as that is little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from scipy.special import gammaincinv

Basis = Literal["own", "both", "team"]

SOLD, DEALS, LEADS = "sales_value", "sales_count", "leads_created"
CHAIN = (DEALS, "quotes_sent", "appointments", "calls")  # each leads to the one before it
COUNTED = (*CHAIN, LEADS)
PRIOR = 10.0  # what the team's ratio weighs, in events
AT_LEAST = 5  # fewer events of the team in a year: no ratio
MOSTLY = 0.8  # the weight of the own ratio from which it is called one's own, and below 1 - MOSTLY the team's
TAILS = (0.025, 0.975)


@dataclass(frozen=True)
class Tally:
    """What was done in the past year (52 whole weeks): how often each step (`counts`), what the sales with an amount
    were worth (`worth`) and how many those were (`priced`), how many sales came `from_leads`, how many
    opportunities were `won` of those `decided`; `done` per step in the last thirteen of those weeks, and what was
    `sold` per week, oldest first.
    """

    counts: Mapping[str, float] = field(default_factory=dict)
    worth: float = 0.0
    priced: float = 0.0
    from_leads: float = 0.0
    won: float = 0.0
    decided: float = 0.0
    done: Mapping[str, float] = field(default_factory=dict)
    sold: Sequence[float] = ()

    def between(self, leads_to: str, key: str) -> tuple[float, float]:
        """How much of `leads_to` there was, and how often `key`, which leads to it."""
        if leads_to == SOLD:
            return self.worth, self.priced
        return self.from_leads if key == LEADS else self.counts.get(leads_to, 0.0), self.counts.get(key, 0.0)


@dataclass(frozen=True)
class Ratio:
    """How much of the step before comes of one of this step, with its 95% interval (None for an amount).

    `n` is what it rests on: of one's own. `own` is the weight of the own ratio in it, 0 to 1; the rest is the team's.
    """

    value: float
    low: float | None
    high: float | None
    n: int
    own: float

    @property
    def basis(self) -> Basis:
        return "own" if self.own >= MOSTLY else "team" if self.own < 1 - MOSTLY else "both"


def ratio_between(leads_to: str, key: str, own: Tally, team: Tally) -> Ratio | None:
    """How much of `leads_to` comes of one `key`, as one's own year and the team's have it; None when too few."""
    shrink = _size if leads_to == SOLD else shrunk
    return shrink(*own.between(leads_to, key), *team.between(leads_to, key))


def shrunk(above: float, below: float, team_above: float, team_below: float) -> Ratio | None:
    """The ratio of two counts, drawn to the team's as far as it rests on little, with its 95% interval.

    Gamma-Poisson shrinkage (Gelman et al., Bayesian Data Analysis, 2.6): the team's ratio counts for ten events more,
    so who has ten events of his own lies half way; the interval is that of the posterior. None under five events.
    """
    if team_above < AT_LEAST or team_below <= 0:
        return None
    prior = PRIOR * team_below / team_above
    events, exposure = above + PRIOR, below + prior
    low, high = (float(gammaincinv(events, tail)) / exposure for tail in TAILS)
    return Ratio(events / exposure, low, high, round(below), below / exposure)


def _size(value: float, deals: float, team_value: float, team_deals: float) -> Ratio | None:
    """The average deal, the team's counting for ten deals more; None under five deals or when they bring nothing."""
    if team_deals < AT_LEAST or team_value <= 0:
        return None
    size = (value + PRIOR * team_value / team_deals) / (deals + PRIOR)
    return Ratio(size, None, None, round(deals), deals / (deals + PRIOR)) if size > 0 else None
