"""The questions of one page look up once what they share, and share nothing that differs between them."""

from __future__ import annotations

from dataclasses import replace
from gc import collect
from typing import Any
from weakref import ref

import pytest

from stuurhut.kpi.answering import answer
from stuurhut.kpi.catalogue.attainment import AT_WORK, sale, target
from stuurhut.kpi.catalogue.index import CATALOGUE
from stuurhut.kpi.examples import ExampleEngine
from stuurhut.kpi.inquiry import WRITTEN
from stuurhut.kpi.kpi import FactRows
from stuurhut.kpi.tests.asking import asked, example_question, id_of, question
from stuurhut.kpi.words.errors import UnknownName
from stuurhut.kpi.words.scope import EVERYTHING, Scope

SALES: dict[str, FactRows] = {
    "opportunity": [sale("2026-03-06", 13000, "Alice"), sale("2026-03-11", 4000, "Bram")],
    "target": [target(10000, person="Alice"), target(25000, team="Noord")],
    "person_day": AT_WORK,
}


class Counting(ExampleEngine):
    """Counts how often its facts were read."""

    read = 0

    def rows(self, *asked: Any) -> list[dict[str, Any]]:
        self.read += 1
        return super().rows(*asked)


def test_what_was_sold_is_added_up_once_for_its_own_tile_and_for_the_target() -> None:
    engine, alone = Counting(SALES), Counting(SALES)
    asked(engine, "sales_value")
    before = engine.read
    attained = asked(engine, "target_attainment")
    assert attained.total == asked(alone, "target_attainment").total
    assert engine.read - before < alone.read


def test_a_question_asked_again_reads_nothing() -> None:
    engine = Counting(SALES)
    first = asked(engine, "target_attainment")
    before = engine.read
    assert asked(engine, "target_attainment") == first
    assert engine.read == before


def test_what_was_found_for_one_reader_period_or_day_is_not_shown_for_another() -> None:
    engine = ExampleEngine(SALES)
    alice = Scope(persons=frozenset({id_of(engine, "person", "Alice")}))
    different: list[tuple[Scope, dict[str, Any]]] = [
        (EVERYTHING, {}),
        (alice, {}),
        (EVERYTHING, {"as_of": "2026-03-10"}),
        (EVERYTHING, {"period": "2026-02"}),
        (EVERYTHING, {"where": (("person", "Bram"),)}),
        (EVERYTHING, {"where": (("team", "Noord"),)}),
        (EVERYTHING, {"by": ("person",)}),
        (EVERYTHING, {"by": ("person",), "where": (("person", "Bram"),)}),
    ]
    for key in ("sales_value", "target_attainment"):
        for scope, others in different:
            assert asked(engine, key, scope, **others) == asked(ExampleEngine(SALES), key, scope, **others)


def test_what_was_looked_up_is_forgotten_with_the_engine_that_knew_it() -> None:
    engine = ExampleEngine(SALES)
    asked(engine, "target_attainment")
    known = ref(engine)
    del engine
    collect()
    assert known() is None


@pytest.mark.parametrize("key", list(CATALOGUE))
def test_a_brief_answer_has_the_same_figures_and_counts_nothing_that_was_left_out(key: str) -> None:
    example = CATALOGUE[key].example
    engine = ExampleEngine(example.facts)
    whole = answer(example_question(key, by=example.by), EVERYTHING, engine)
    brief = answer(replace(example_question(key, by=example.by), brief=True), EVERYTHING, ExampleEngine(example.facts))
    assert brief == replace(whole, excluded=())


def test_a_brief_answer_does_not_read_what_was_left_out() -> None:
    engine, brief = Counting(SALES), Counting(SALES)
    asked(engine, "sales_value")
    answer(replace(question("sales_value"), brief=True), EVERYTHING, brief)
    assert 0 < brief.read < engine.read


@pytest.mark.parametrize("key", list(CATALOGUE))
def test_what_was_written_for_a_question_serves_for_another_period_day_person_or_team(key: str) -> None:
    example = CATALOGUE[key].example
    engine = ExampleEngine(example.facts)
    dimensions = sorted(CATALOGUE[key].formula.dimensions & {"person", "team"})
    shapes: list[tuple[tuple[str, ...], Any]] = [((), {})]
    shapes += [((dimension,), {}) for dimension in dimensions]
    shapes += [((), {"where": ((dimension, "1"),)}) for dimension in dimensions]
    for by, where in shapes:
        _asked_in_all_ways(engine, key, by, where)
        _asked_in_all_ways(engine, key, by, where, period="2024-Q4", as_of="2025-05-12")  # nothing happened then
        before = len(WRITTEN)
        _asked_in_all_ways(engine, key, by, where, period="2025-Q4", as_of="2026-05-12")
        assert len(WRITTEN) == before


def _asked_in_all_ways(engine: ExampleEngine, key: str, by: tuple[str, ...], where: Any, **when: str) -> None:
    asking = replace(example_question(key, by=by), **where)
    if when:
        asking = replace(asking, period=question(key, **when).period, as_of=question(key, **when).as_of)
    try:
        answer(asking, EVERYTHING, engine)
    except UnknownName:
        return  # nobody is called so here
