"""A dial from nothing to beyond the target, as SVG paths: how far, where one should be today, and where it ends."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, cos, pi, sin

CENTRE, RADIUS = (60.0, 60.0), 48.0
BAND_RADIUS = 55.5
WIDTH_AT_LEAST = 1.2  # the target itself is never at the very end
STEP = 0.1


@dataclass(frozen=True)
class Tick:
    """A short line across the dial: from (x1, y1) to (x2, y2)."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Dial:
    """In a box of 120 by 66. Paths are SVG path data, empty ones are not drawn; `scale` is the share at the far end."""

    track: str
    filled: str
    beyond: str
    band: str
    finish: Tick
    today: Tick | None
    ending: Tick | None
    scale: float
    name_at: tuple[float, float]  # where the word for the target stands


def dial(
    reached: float, expected: float | None = None, ending: float | None = None, band: tuple[float, float] | None = None
) -> Dial:
    """All as shares of the target (1.0). Never capped: what lies beyond the target moves the end of the scale outward.

    Below nothing is drawn as nothing; the number beside the dial says how much it is.
    """
    ends = [WIDTH_AT_LEAST, reached, ending or 0.0, *(band or ())]
    scale = max(WIDTH_AT_LEAST, ceil(round(max(ends) / STEP, 6)) * STEP)
    return Dial(
        track=_arc(RADIUS, 0.0, 1.0),
        filled=_arc(RADIUS, 0.0, min(reached, 1.0) / scale),
        beyond=_arc(RADIUS, 1.0 / scale, reached / scale),
        band=_arc(BAND_RADIUS, band[0] / scale, band[1] / scale) if band else "",
        finish=_tick(1.0 / scale, 39.0, 57.0),
        today=None if expected is None else _tick(min(expected, 1.0) / scale, 38.0, 58.0),
        ending=None if ending is None else _tick(ending / scale, 53.0, 58.0),
        scale=scale,
        name_at=_point(64.0, 1.0 / scale),
    )


def _point(radius: float, share: float) -> tuple[float, float]:
    """Where a share of the dial lies, from the left end (0) over the top to the right end (1)."""
    angle = pi * (1 - min(max(share, 0.0), 1.0))
    return round(CENTRE[0] + radius * cos(angle), 2), round(CENTRE[1] - radius * sin(angle), 2)


def _arc(radius: float, start: float, end: float) -> str:
    if end <= max(start, 0.0):
        return ""
    (x1, y1), (x2, y2) = _point(radius, start), _point(radius, end)
    return f"M{x1} {y1}A{radius} {radius} 0 0 1 {x2} {y2}"


def _tick(share: float, inner: float, outer: float) -> Tick:
    return Tick(*_point(inner, share), *_point(outer, share))
