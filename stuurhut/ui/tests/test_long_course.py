"""The large picture of a course: every shape where its number is."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from stuurhut.ui.long_course import APART, Step, long_course

WORDS = {"target": "target", "before": "last year", "usual": "usual"}
AMOUNTS = st.one_of(st.none(), st.floats(-1e7, 1e7, allow_nan=False))


def step(value: float | None, **more: object) -> Step:
    return Step(label="jan", name="January", value=value, text=str(value), **more)  # type: ignore[arg-type]


def test_a_bar_stands_on_zero_and_reaches_its_value() -> None:
    picture = long_course([step(50.0), step(100.0), step(-50.0)], "bars", str, WORDS)
    half, whole, below = picture.shapes
    assert half.top + half.height == whole.top + whole.height == below.top == picture.base
    assert round(whole.height, 1) == round(2 * half.height, 1) == round(2 * below.height, 1)


def test_what_is_not_known_is_not_drawn() -> None:
    picture = long_course([step(1.0), step(None), step(2.0)], "line", str, WORDS)
    assert [shape.words for shape in picture.shapes] == ["January: 1.0", "", "January: 2.0"]
    assert picture.line.count("M") == 2, "the line is broken where nothing is known"
    assert (picture.before, picture.usual, picture.target) == ("", "", "")
    assert picture.ends == ()


def test_what_is_usual_and_what_was_asked_are_drawn_per_period() -> None:
    steps = [
        step(5.0, centre=4.0, low=2.0, high=6.0, target=7.0),
        step(9.0, out="outside", centre=4.0, low=2.0, high=6.0),
    ]
    picture = long_course(steps, "bars", str, WORDS)
    assert picture.usual.endswith("Z")
    assert picture.target.count("L") == 1, "one period has a target"
    assert [end.text for end in picture.ends] == ["target", "usual"]
    assert [shape.out for shape in picture.shapes] == ["", "outside"]


def test_a_run_lies_under_its_periods() -> None:
    picture = long_course([step(1.0), step(2.0, in_run=True), step(3.0, in_run=True), step(4.0)], "bars", str, WORDS)
    assert picture.run == (25.0, 75.0)


def test_a_period_that_is_not_over_is_drawn_apart() -> None:
    picture = long_course([step(1.0), step(2.0), step(1.0, unfinished=True)], "line", str, WORDS)
    assert "83.33" not in picture.line
    assert "83.33" in picture.open_line


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS), min_size=1, max_size=15))
def test_nothing_leaves_the_picture_and_no_words_lie_over_each_other(rows: list[tuple[float | None, ...]]) -> None:
    steps = [step(value, before=before, target=target, centre=centre) for value, before, target, centre in rows]
    picture = long_course(steps, "bars", str, WORDS)
    for shape in picture.shapes:
        assert -0.01 <= shape.top <= 100.01
        assert shape.top + shape.height <= 100.02
    for drawn in (picture.before, picture.target, picture.centre):
        places = [float(number) for number in re.findall(r"-?\d+\.\d+", drawn)]
        assert all(0 <= place <= 100 for place in places)
    heights = [end.at for end in picture.ends]
    assert all(later - sooner >= APART - 0.01 for sooner, later in pairwise(heights))
