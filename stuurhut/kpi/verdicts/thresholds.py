"""Where a verdict begins: limits with sane defaults, which an organisation can change."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    """Limits of the verdicts; each default is explained in docs/statistics.md."""

    periods_at_least: int = 8  # fewer: too early to tell
    step_effect: float = 0.20  # a strong or weak step differs at least so much from the others, relatively
    false_discoveries: float = 0.05  # share of what is called weak or strong that may be so by luck
    false_years: float = 0.05  # share of seller-years in which a steady seller may be called structural
    trend_weeks: int = 26  # over which a slope is a trend
    seasons_needed: float = 2.0  # years of weeks before season and trend can be told apart
    load_low: float = 2.0  # open leads per available FTE: fewer asks for marketing or outbound
    load_high: float = 20.0  # more asks for stricter qualifying, hands or growth
    response_slow: float = 2.0  # a seller's median against that of the others, at least so many times
    new_customer_share: float = 0.10  # of calls and visits with accounts that never bought; lower is hardly any
    order_rate: float = 0.5  # of the others' orders per visit; lower is "half the order rate"
    understaffed: float = 0.15  # of the formation
