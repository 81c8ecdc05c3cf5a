"""Means and percentiles of counted values."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, sqrt

from stuurhut.kpi.words.answer import Value

Counted = Iterable[tuple[float, int]]  # a value and how many have it


def mean(counted: Counted, more: dict[str, object] | None = None) -> Value:
    """The mean with Student's 95% interval (none under two values)."""
    values = list(counted)
    n = sum(times for _, times in values)
    if not n:
        return Value(None, n=0, more=more or {})
    centre = sum(value * times for value, times in values) / n
    if n < 2:
        return Value(centre, n=n, more=more or {})
    from scipy.special import stdtrit  # takes a while to import

    deviation = sqrt(sum(times * (value - centre) ** 2 for value, times in values) / (n - 1))
    spread = float(stdtrit(n - 1, 0.975)) * deviation / sqrt(n)
    return Value(centre, centre - spread, centre + spread, n, more or {})


def percentile(counted: Counted, share: float) -> float | None:
    """The smallest value that at least `share` of the values do not exceed (nearest rank); None of nothing."""
    values = sorted(counted)
    rank, seen = ceil(round(share * sum(times for _, times in values), 9)), 0
    for value, times in values:
        seen += times
        if seen >= rank:
            return value
    return None


def median_of(counted: Counted) -> float | None:
    """The middle value, or the mean of the middle two."""
    values = list(counted)
    n = sum(times for _, times in values)
    low, high = percentile(values, 0.5), percentile(values, (n // 2 + 1) / n) if n else None
    return None if low is None or high is None else (low + high) / 2
