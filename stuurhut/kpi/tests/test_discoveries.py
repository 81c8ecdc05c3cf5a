"""Of all that is looked at, only what stands out of the luck of so many looks is said."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from stuurhut.kpi.statistics.discoveries import discoveries

CHANCES = st.lists(st.floats(1e-9, 1), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("chances", "stands"),
    [
        ([], ()),
        ([None], (False,)),
        ([0.04], (True,)),
        ([0.04, 0.9], (False, False)),
        ([0.04, 0.03], (True, True)),
        ([0.001, 0.02, 0.9, None], (True, True, False, False)),
    ],
)
def test_by_hand(chances: list[float | None], stands: tuple[bool, ...]) -> None:
    assert discoveries(chances) == stands


@given(CHANCES)
def test_as_the_reviewed_library_has_it(chances: list[float]) -> None:
    adjusted = false_discovery_control(chances)
    for stands, value in zip(discoveries(chances, 0.05), adjusted, strict=True):
        if abs(value - 0.05) > 1e-9:
            assert stands == (value <= 0.05)


@given(CHANCES, st.randoms(use_true_random=False))
def test_the_order_in_which_is_looked_changes_nothing(chances: list[float], rng: random.Random) -> None:
    order = list(range(len(chances)))
    rng.shuffle(order)
    shuffled = discoveries([chances[at] for at in order])
    assert [discoveries(chances)[at] for at in order] == list(shuffled)
