"""Every KPI can be broken down by every dimension it says it can, and the parts agree with the whole."""

from __future__ import annotations

from datetime import date

import pytest

from stuurhut.kpi.answering import prepared
from stuurhut.kpi.catalogue.index import CATALOGUE
from stuurhut.kpi.examples import ExampleEngine
from stuurhut.kpi.tests.asking import enriched, example_question
from stuurhut.kpi.words.answer import Key, Value
from stuurhut.kpi.words.period import bucket_name
from stuurhut.kpi.words.scope import EVERYTHING

FILTERED = ("person", "team", "month", "industry", "kind", "product", "from_phase")  # others go the same way as these


@pytest.mark.parametrize("key", list(CATALOGUE))
def test_the_parts_of_a_number_agree_with_the_whole(key: str) -> None:
    kpi = CATALOGUE[key]
    engine = ExampleEngine(enriched(kpi.example.facts))

    def groups(*by: str, where: tuple[tuple[str, str], ...] = ()) -> dict[Key, Value]:
        asked = example_question(key, by=by, where=(*kpi.example.where, *where))
        return kpi.formula.groups(prepared(asked, EVERYTHING, engine), by)

    total = groups()[()].value
    for dimension in sorted(kpi.formula.dimensions):
        parts = groups(dimension)
        assert parts, f"nothing by {dimension}"
        if kpi.unit == "count":
            assert sum(float(v.value or 0) for v in parts.values()) == total, f"the rows by {dimension} add up"
        if dimension in FILTERED and (name := _fullest(parts)) is not None:
            alone = groups(where=((dimension, _written(name, dimension)),))[()]
            part = parts[(name,)]
            assert alone.value == pytest.approx(part.value), f"{dimension} {name} alone"
            assert alone.n == part.n


def _fullest(parts: dict[Key, Value]) -> object:
    """The group that says most."""
    named = {key: value for key, value in parts.items() if key[0] is not None}
    best = max(named, key=lambda key: float(named[key].n or 0) + abs(float(named[key].value or 0)), default=(None,))
    return best[0]


def _written(value: object, dimension: str) -> str:
    return bucket_name(value, dimension) if isinstance(value, date) else str(value)
