"""Small pictures as shapes in a square of 100 by 100, which the page stretches to the room there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Literal

from django.utils.translation import gettext as _

Kind = Literal["bars", "line"]


@dataclass(frozen=True)
class Point:
    """One period of a course: its name, its value and how that is written; and the same a year earlier."""

    label: str
    value: float | None
    text: str
    unfinished: bool = False
    before: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Bar:
    """A bar or dot at `x` with its words; `top` and `height` from the upper edge."""

    x: float
    width: float
    top: float
    height: float
    words: str
    unfinished: bool
    whisker: tuple[float, float] | None = None

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 2)


@dataclass(frozen=True)
class Mark:
    """Words at a place along an axis, 0 to 100."""

    at: float
    text: str


@dataclass(frozen=True)
class Course:
    """The picture of a course over time. Paths are SVG path data; an empty one is not drawn."""

    kind: Kind
    bars: tuple[Bar, ...]
    path: str
    open_path: str
    before: str
    base: float
    ticks: tuple[Mark, ...]
    labels: tuple[Mark, ...]
    target: Mark | None
    summary: str


class Scale:
    """From values to heights: 0 is the upper edge, 100 the lower; zero is always in sight."""

    def __init__(self, values: Sequence[float], whole: float) -> None:
        self.low, self.high = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
        if self.high == self.low:
            self.high = self.low + 1
        self.step = nice_step((self.high - self.low) / 3 / whole) * whole
        self.low, self.high = floor(self.low / self.step) * self.step, ceil(self.high / self.step) * self.step

    def y(self, value: float) -> float:
        return round(100 * (self.high - value) / (self.high - self.low), 2)

    def steps(self) -> list[float]:
        return [self.low + i * self.step for i in range(round((self.high - self.low) / self.step) + 1)]


def nice_step(rough: float) -> float:
    """The 1, 2, 2.5, 5 or 10 times a power of ten that lies at or above `rough`."""
    power = 10.0 ** floor(log10(rough)) if rough > 0 else 1.0
    return next((factor * power for factor in (1, 2, 2.5, 5) if factor * power >= rough), 10 * power)


def course(
    points: Sequence[Point],
    kind: Kind,
    write: Callable[[float], str] | None = None,
    target: Mark | None = None,
    whole: float = 1,
) -> Course:
    """The picture of `points`. With `write` it has an axis; `target` is a level with its words.

    Steps of the axis are round numbers of `whole` (60 for minutes that are read as hours).

    What is not finished yet is drawn apart: a hatched bar, a dashed line.
    """
    values = [p.value for p in points if p.value is not None] + [p.before for p in points if p.before is not None]
    scale = Scale([*values, *([target.at] if target else [])], whole)
    room = 100 / max(len(points), 1)
    bars = tuple(_bar(p, i * room, room, scale, kind) for i, p in enumerate(points) if p.value is not None)
    heights = [(i, p, None if p.value is None else scale.y(p.value)) for i, p in enumerate(points)]
    done = [((i + 0.5) * room, y) for i, p, y in heights if not p.unfinished]
    ending = [((i + 0.5) * room, y) for i, p, y in heights if p.unfinished or _ends_done(points, i)]
    earlier = [((i + 0.5) * room, None if p.before is None else scale.y(p.before)) for i, p in enumerate(points)]
    return Course(
        kind=kind,
        bars=bars,
        path=path(done) if kind == "line" else "",
        open_path=path(ending) if kind == "line" and any(p.unfinished for p in points) else "",
        before=path(earlier),
        base=scale.y(0),
        ticks=tuple(Mark(scale.y(v), write(v)) for v in scale.steps()) if write else (),
        labels=_labels(points, room),
        target=Mark(scale.y(target.at), target.text) if target else None,
        summary=_summary(points),
    )


def _ends_done(points: Sequence[Point], i: int) -> bool:
    return i + 1 < len(points) and points[i + 1].unfinished and not points[i].unfinished


def _bar(point: Point, x: float, room: float, scale: Scale, kind: Kind) -> Bar:
    assert point.value is not None
    y, zero = scale.y(point.value), scale.y(0)
    top, height = (min(y, zero), abs(zero - y)) if kind == "bars" else (y, 0.0)
    whisker = (scale.y(point.high), scale.y(point.low)) if point.low is not None and point.high is not None else None
    words = f"{point.label}: {point.text}"
    return Bar(
        round(x + room * 0.14, 2), round(room * 0.72, 2), top, round(height, 2), words, point.unfinished, whisker
    )


def path(places: Sequence[tuple[float, float | None]]) -> str:
    """A line through the places, broken where there is none; empty for fewer than two."""
    parts, pen_down = [], False
    for x, y in places:
        if y is not None:
            parts.append(f"{'L' if pen_down else 'M'}{x:.2f} {y:.2f}")
        pen_down = y is not None
    return " ".join(parts) if len(parts) > 1 else ""


def _labels(points: Sequence[Point], room: float) -> tuple[Mark, ...]:
    """At most seven labels, the last one always among them."""
    stride = max(1, ceil(len(points) / 7))
    chosen = range((len(points) - 1) % stride, len(points), stride)
    return tuple(Mark(round((i + 0.5) * room, 2), points[i].label) for i in chosen)


def _summary(points: Sequence[Point]) -> str:
    """What the picture says, for who cannot see it."""
    known = [p for p in points if p.value is not None]
    if not known:
        return _("Nothing to show in these periods.")
    return _("From %(first)s (%(first_value)s) to %(last)s (%(last_value)s).") % {
        "first": known[0].label,
        "first_value": known[0].text,
        "last": known[-1].label,
        "last_value": known[-1].text,
    }


@dataclass(frozen=True)
class Whisker:
    """A value on a common scale: where its bar begins and how long it is; its interval when known. All 0 to 100."""

    start: float
    length: float
    at: float
    low: float | None = None
    high: float | None = None
    as_dot: bool = False


def whiskers(values: Sequence[tuple[float | None, float | None, float | None]], as_dots: bool) -> list[Whisker | None]:
    """For each (value, low, high) its place on the scale that holds them all; None where there is no value."""
    known = [v for triple in values for v in triple if v is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    span = (high - low) or 1.0

    def place(value: float) -> float:
        return round(100 * (value - low) / span, 2)

    def one(value: float | None, lower: float | None, upper: float | None) -> Whisker | None:
        if value is None:
            return None
        start, end = sorted((place(0.0), place(value)))
        first, last = (place(lower), place(upper)) if lower is not None and upper is not None else (None, None)
        return Whisker(start, round(end - start, 2), place(value), first, last, as_dots)

    return [one(*triple) for triple in values]
