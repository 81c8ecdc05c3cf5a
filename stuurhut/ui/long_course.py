"""The large picture of a course: what happened, what is usual, what was asked, a year earlier, and what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal

from stuurhut.ui.charts import Kind, Mark, Scale, path

Out = Literal["", "outside", "run"]  # as `kpi.judging.limits` marks them
APART = 9.0  # between two labels above each other, in hundredths of the height


@dataclass(frozen=True)
class Step:
    """One period: its name, its value, and what stands beside it; None where it is not known.

    `low` to `high` is what is usual, or the 95% interval when `is_interval`. `ends_at` is where a period that is
    not over would end. `out` says that the value is outside of what is usual, or part of a run; one that is outside
    may be `in_run` as well.
    """

    label: str
    name: str
    value: float | None
    text: str
    unfinished: bool = False
    before: float | None = None
    target: float | None = None
    centre: float | None = None
    low: float | None = None
    high: float | None = None
    ends_at: float | None = None
    out: Out = ""
    in_run: bool = False


@dataclass(frozen=True)
class Shape:
    """A period as drawn. All in hundredths of the width and from the upper edge; None is not drawn."""

    x: float
    width: float
    middle: float
    top: float
    height: float
    words: str
    unfinished: bool
    out: Out
    whisker: tuple[float, float] | None
    ends_at: float | None


@dataclass(frozen=True)
class Flag:
    """Something that happened: its place, the number that stands there, and the words of the list below."""

    at: float
    number: int
    words: str


@dataclass(frozen=True)
class LongCourse:
    """The picture, finished: a template only writes it down. Empty paths are not drawn."""

    kind: Kind
    shapes: tuple[Shape, ...]
    line: str
    open_line: str
    before: str
    usual: str
    centre: str
    target: str
    base: float
    run: tuple[float, float] | None
    ticks: tuple[Mark, ...]
    labels: tuple[Mark, ...]
    ends: tuple[Mark, ...]
    flags: tuple[Flag, ...]


def long_course(
    steps: Sequence[Step],
    kind: Kind,
    write: Callable[[float], str],
    words: dict[str, str],
    *,
    flags: Iterable[tuple[int, str]] = (),
    is_interval: bool = False,
    whole: float = 1,
) -> LongCourse:
    """The picture of `steps`, oldest first.

    `words` are what `target`, `before` and `usual` are called at their ends; `flags` pairs the place of a step with
    what happened then. Ticks are round numbers of `whole` (60 for minutes that are read as hours).
    """
    scale = Scale(_heights(steps), whole)
    room = 100 / max(len(steps), 1)
    ys = [None if step.value is None else scale.y(step.value) for step in steps]
    middles = [round((place + 0.5) * room, 2) for place in range(len(steps))]
    done = [(x, None if step.unfinished else y) for x, y, step in zip(middles, ys, steps, strict=True)]
    return LongCourse(
        kind=kind,
        shapes=tuple(_shape(step, i * room, room, scale, kind, is_interval) for i, step in enumerate(steps)),
        line=path(done) if kind == "line" else "",
        open_line=_open_line(steps, middles, ys) if kind == "line" else "",
        before=path([(x, _y(scale, step.before)) for x, step in zip(middles, steps, strict=True)]),
        usual="" if is_interval else _band(steps, room, scale),
        centre=_stairs([step.centre for step in steps], room, scale),
        target=_stairs([step.target for step in steps], room, scale),
        base=scale.y(0),
        run=_run(steps, room),
        ticks=tuple(Mark(scale.y(value), write(value)) for value in scale.steps()),
        labels=_labels(steps, middles),
        ends=_ends(steps, scale, words, is_interval),
        flags=tuple(Flag(middles[at], number, text) for number, (at, text) in enumerate(flags, 1)),
    )


def _heights(steps: Sequence[Step]) -> list[float]:
    """All that must be in sight; limits far above everything that happened would only make the rest small."""
    main = [v for s in steps for v in (s.value, s.before, s.target, s.ends_at, s.centre) if v is not None]
    most = max(map(abs, main), default=1.0) * 2
    return [*main, *(v for s in steps for v in (s.low, s.high) if v is not None and abs(v) <= most)]


def _y(scale: Scale, value: float | None) -> float | None:
    return None if value is None else min(100.0, max(0.0, scale.y(value)))


def _shape(step: Step, x: float, room: float, scale: Scale, kind: Kind, is_interval: bool) -> Shape:
    zero = scale.y(0)
    y = zero if step.value is None else scale.y(step.value)
    top, height = (min(y, zero), abs(zero - y)) if kind == "bars" else (y, 0.0)
    low, high = _y(scale, step.low), _y(scale, step.high)
    is_drawn = is_interval and step.value is not None and low is not None and high is not None
    return Shape(
        x=round(x + room * 0.16, 2),
        width=round(room * 0.68, 2),
        middle=round(x + room / 2, 2),
        top=top,
        height=round(height, 2),
        words=f"{step.name}: {step.text}" if step.value is not None else "",
        unfinished=step.unfinished,
        out=step.out,
        whisker=(high, low) if is_drawn and high is not None and low is not None else None,
        ends_at=_y(scale, step.ends_at),
    )


def _open_line(steps: Sequence[Step], middles: Sequence[float], ys: Sequence[float | None]) -> str:
    """From the last period that is over to those that are not."""
    first = next((place for place, step in enumerate(steps) if step.unfinished), None)
    return "" if first is None else path(list(zip(middles, ys, strict=True))[max(0, first - 1) :])


def _band(steps: Sequence[Step], room: float, scale: Scale) -> str:
    """What is usual as areas with straight sides, one per stretch of periods in which it is known."""
    parts: list[str] = []
    for stretch in _stretches([step.low is not None and step.high is not None for step in steps]):
        upper = [(place * room, (place + 1) * room, _y(scale, steps[place].high)) for place in stretch]
        lower = [(place * room, (place + 1) * room, _y(scale, steps[place].low)) for place in stretch]
        there = " ".join(f"L{left:.2f} {y:.2f} L{right:.2f} {y:.2f}" for left, right, y in upper)
        back = " ".join(f"L{right:.2f} {y:.2f} L{left:.2f} {y:.2f}" for left, right, y in reversed(lower))
        parts.append(f"M{there[1:]} {back} Z")
    return " ".join(parts)


def _stairs(values: Sequence[float | None], room: float, scale: Scale) -> str:
    """A level per period, as stairs; broken where there is none."""
    parts: list[str] = []
    for stretch in _stretches([value is not None for value in values]):
        points = [(place, _y(scale, values[place])) for place in stretch]
        line = " ".join(f"L{at * room:.2f} {y:.2f} L{(at + 1) * room:.2f} {y:.2f}" for at, y in points)
        parts.append(f"M{line[1:]}")
    return " ".join(parts)


def _stretches(known: Sequence[bool]) -> list[list[int]]:
    """The places that are known, those next to each other together."""
    found: list[list[int]] = []
    for place, is_known in enumerate(known):
        if is_known and found and found[-1][-1] == place - 1:
            found[-1].append(place)
        elif is_known:
            found.append([place])
    return found


def _run(steps: Sequence[Step], room: float) -> tuple[float, float] | None:
    """From where to where the last run lies."""
    runs = _stretches([step.in_run for step in steps])
    return (round(runs[-1][0] * room, 2), round((runs[-1][-1] + 1) * room, 2)) if runs else None


def _labels(steps: Sequence[Step], middles: Sequence[float]) -> tuple[Mark, ...]:
    """At most seven labels, the last one always among them."""
    stride = max(1, ceil(len(steps) / 7))
    chosen = range((len(steps) - 1) % stride, len(steps), stride)
    return tuple(Mark(middles[place], steps[place].label) for place in chosen)


def _ends(steps: Sequence[Step], scale: Scale, words: dict[str, str], is_interval: bool) -> tuple[Mark, ...]:
    """What the lines are called, at the height where they end and never over each other."""
    last = {
        "target": _last([step.target for step in steps]),
        "before": _last([step.before for step in steps]),
        "usual": None if is_interval else _last([step.centre for step in steps]),
    }
    wanted = sorted((scale.y(y), words[name]) for name, y in last.items() if y is not None and words.get(name))
    highest = [100.0 - APART * after for after in reversed(range(len(wanted)))]  # so that those after it have room
    found: list[Mark] = []
    for (at, text), most in zip(wanted, highest, strict=True):
        lowest = found[-1].at + APART if found else 0.0
        found.append(Mark(round(max(min(at, most), lowest), 2), text))
    return tuple(found)


def _last(values: Sequence[float | None]) -> float | None:
    return next((value for value in reversed(values) if value is not None), None)
