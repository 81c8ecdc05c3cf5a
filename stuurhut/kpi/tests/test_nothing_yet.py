"""On the first day there is nothing: every KPI then says nothing or none, and never fails."""

from __future__ import annotations

import pytest

from stuurhut.kpi.catalogue.index import CATALOGUE
from stuurhut.kpi.examples import ExampleEngine, ExampleRules
from stuurhut.kpi.tests.asking import asked, behind
from stuurhut.kpi.words.scope import Scope

NOTHING = ExampleEngine({}, ExampleRules(conversion_age_days=None))


@pytest.mark.parametrize("key", list(CATALOGUE))
def test_a_kpi_of_nothing(key: str) -> None:
    by = ("person",) if "person" in CATALOGUE[key].formula.dimensions else ()
    before = asked(NOTHING, key, Scope(persons=frozenset({1})), by=by, as_of="2026-01-31")
    for answer in (before, asked(NOTHING, key, by=by)):
        assert not answer.total.value
        assert all(not row.value.value for row in answer.rows)
    assert behind(NOTHING, key) == []
