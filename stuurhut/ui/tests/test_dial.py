"""The dial tells the same as the number it is drawn of."""

from hypothesis import given
from hypothesis import strategies as st

from stuurhut.ui.dial import dial
from stuurhut.ui.dots import dots

shares = st.floats(min_value=0, max_value=5)


def end_of(path: str) -> float:
    """Where an arc ends, from left to right."""
    return float(path.split()[-2])


def test_130_percent_ends_beyond_the_target() -> None:
    found = dial(1.3, expected=0.5)
    assert found.beyond
    assert end_of(found.beyond) > found.finish.x1
    assert found.today is not None
    assert found.today.x1 < found.finish.x1


def test_below_nothing_fills_nothing() -> None:
    assert dial(-0.2).filled == ""


@given(shares, shares)
def test_more_is_further_and_nothing_lies_past_the_end(one: float, other: float) -> None:
    low, high = sorted((one, other))
    found = dial(low, ending=high, band=(low, high))
    assert found.scale >= max(1.0, high)
    assert found.ending is not None
    assert 0 <= found.ending.x1 <= 120
    if low >= 1:
        assert end_of(found.filled) <= 108


def test_a_dot_without_a_value_is_not_drawn() -> None:
    drawn = dots([(0.4, 0.3, 0.5), (None, None, None)], [0.45, 0.5])
    assert drawn[1] is None
    assert drawn[0] is not None


@given(st.lists(st.tuples(shares, shares), min_size=1, max_size=9))
def test_dots_lie_in_the_order_of_their_values(pairs: list[tuple[float, float]]) -> None:
    drawn = [one for one in dots([(value, None, None) for value, _ in pairs], [other for _, other in pairs]) if one]
    assert all(0 <= one.at <= 100 for one in drawn)
    by_value = sorted(zip((value for value, _ in pairs), drawn, strict=True), key=lambda pair: pair[0])
    places = [one.at for _value, one in by_value]
    assert places == sorted(places)
