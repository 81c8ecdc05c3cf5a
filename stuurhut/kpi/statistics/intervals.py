"""95% intervals of shares and of ratios of counts."""

from __future__ import annotations

from math import sqrt

from stuurhut.kpi.words.answer import Value

Z = 1.959963984540054


def wilson(hits: int, n: int, more: dict[str, object] | None = None) -> Value:
    """The share hits/n with Wilson's score interval (Wilson 1927); nothing over nothing is no share.

    >>> wilson(4238, 6711).low
    0.6198...
    """
    if n == 0:
        return Value(None, n=0, more=more or {})
    share = hits / n
    centre = share + Z * Z / (2 * n)
    spread = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    scale = 1 + Z * Z / n
    return Value(share, max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale), n, more or {})


def poisson_ratio(above: int, below: int) -> Value:
    """The ratio of two Poisson counts, interval by Wilson on above/(above+below) (Price & Bonett 2000).

    `n` is the count below. A ratio over nothing is null.
    """
    if below == 0:
        return Value(None, n=0)
    share = wilson(above, above + below)
    low, high = float(share.low or 0), float(share.high or 0)
    return Value(above / below, low / (1 - low), high / (1 - high) if high < 1 else None, below)
