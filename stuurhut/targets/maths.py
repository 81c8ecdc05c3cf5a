"""How a goal is divided: over months, over people, and as last year plus so much."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

STEPS = (Decimal(1000), Decimal(100), Decimal(10), Decimal(1))
ROUGH = 200  # parts of fewer steps than this would come out too coarse


def divided(whole: Decimal, weights: Sequence[float], smallest: Decimal) -> list[Decimal]:
    """The whole in parts by weight, in round steps no smaller than `smallest`; the parts add up to the whole exactly.

    What is left after rounding down goes to the parts that lost most. Equal weights when none weighs.
    """
    if not weights:
        return []
    exact = [Decimal(str(max(weight, 0.0))) for weight in weights]
    if not sum(exact):
        exact = [Decimal(1)] * len(weights)
    shares = [whole * weight / sum(exact) for weight in exact]
    step = step_for(whole, len(shares), smallest)
    parts = [(share / step).to_integral_value(ROUND_DOWN) * step for share in shares]
    left = whole - sum(parts, Decimal(0))
    most_lost = sorted(range(len(parts)), key=lambda n: (parts[n] - shares[n], n))
    for n in most_lost:
        if left < step:
            break
        parts[n] += step
        left -= step
    if left:  # the whole is no number of steps: the largest part bears the rest
        parts[max(range(len(parts)), key=lambda n: parts[n])] += left
    return parts


def step_for(whole: Decimal, parts: int, smallest: Decimal) -> Decimal:
    """The largest round step that the whole consists of and that is small beside its parts."""
    for step in STEPS:
        if step >= smallest and not whole % step and abs(whole) / parts >= step * ROUGH:
            return step
    return smallest


def raised(before: Decimal, percent: Decimal, smallest: Decimal) -> Decimal:
    """Last year's figure plus so many percent, in round steps no smaller than `smallest`."""
    value = before * (1 + percent / 100)
    step = next((step for step in STEPS if step >= smallest and abs(value) >= step * ROUGH), smallest)
    return (value / step).quantize(Decimal(1), ROUND_HALF_UP) * step
