"""Pictures tell the same as the numbers they are made of."""

from hypothesis import given
from hypothesis import strategies as st

from stuurhut.ui.charts import Mark, Point, course, nice_step, whiskers

numbers = st.one_of(st.none(), st.floats(min_value=-1e9, max_value=1e9, allow_nan=False))


def points(values: list[float | None], unfinished: bool = True) -> list[Point]:
    last = len(values) - 1
    return [Point(f"wk {i}", v, str(v), unfinished=unfinished and i == last) for i, v in enumerate(values)]


def test_the_period_that_is_not_over_is_drawn_apart() -> None:
    drawn = course(points([3, 5, 2]), "bars")
    assert [bar.unfinished for bar in drawn.bars] == [False, False, True]
    line = course(points([3, 5, 2]), "line")
    assert line.path.count("L") == 1
    assert line.open_path.count("L") == 1


def test_a_year_earlier_is_one_line_through_what_is_known() -> None:
    drawn = course([Point("a", 1, "1", before=2), Point("b", 2, "2"), Point("c", 3, "3", before=1)], "bars")
    assert drawn.before.count("M") == 2


def test_nothing_known_is_said_and_not_drawn() -> None:
    drawn = course(points([None, None]), "line")
    assert drawn.bars == ()
    assert drawn.path == ""
    assert drawn.summary


def test_the_axis_holds_the_target_too() -> None:
    drawn = course(points([10.0, 20.0]), "line", write=str, target=Mark(50, "doel"))
    assert drawn.target is not None
    assert 0 <= drawn.target.at <= 100


@given(st.lists(numbers, max_size=20), st.sampled_from(["bars", "line"]))
def test_everything_stays_inside_the_picture(values: list[float | None], kind: str) -> None:
    drawn = course(points(values), kind, write=str)  # type: ignore[arg-type]
    for bar in drawn.bars:
        assert -0.01 <= bar.top <= 100.01
        assert -0.01 <= bar.top + bar.height <= 100.01
        assert 0 <= bar.x <= bar.x + bar.width <= 100.01


@given(st.floats(min_value=1e-6, max_value=1e12))
def test_steps_of_an_axis_are_round_numbers(rough: float) -> None:
    step = nice_step(rough)
    assert step >= rough * 0.999
    assert step <= rough * 10.001


@given(st.lists(numbers, min_size=1, max_size=8))
def test_bars_of_a_table_share_one_scale(values: list[float | None]) -> None:
    drawn = whiskers([(value, None, None) for value in values], as_dots=False)
    for value, bar in zip(values, drawn, strict=True):
        assert (bar is None) == (value is None)
        assert bar is None or 0 <= bar.start <= bar.start + bar.length <= 100.1
