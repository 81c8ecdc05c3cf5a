"""Behind a number lie its records: as many as it says, and worth what it says."""

from __future__ import annotations

from decimal import Decimal

import pytest

from stuurhut.kpi.answering import answer, records
from stuurhut.kpi.catalogue.index import CATALOGUE
from stuurhut.kpi.examples import ExampleEngine
from stuurhut.kpi.tests.asking import asked, behind, example_question
from stuurhut.kpi.words.scope import EVERYTHING

SUMS = ("sales_value", "won_value", "turnover", "quoted_value", "pipeline_open_value", "pipeline_weighted_value")


@pytest.mark.parametrize("key", [key for key, kpi in CATALOGUE.items() if kpi.unit == "count"])
def test_a_count_has_as_many_records_as_it_says(key: str) -> None:
    engine = ExampleEngine(CATALOGUE[key].example.facts)
    found, n = records(example_question(key), EVERYTHING, engine)
    total = answer(example_question(key), EVERYTHING, engine).total.value
    assert sum(record.counted for record in found) == total
    assert n == len(found) == len({(record.kind, record.id, record.on) for record in found})


@pytest.mark.parametrize("key", SUMS)
def test_the_amounts_of_the_records_add_to_the_value(key: str) -> None:
    engine = ExampleEngine(CATALOGUE[key].example.facts)
    found, _ = records(example_question(key), EVERYTHING, engine)
    total = answer(example_question(key), EVERYTHING, engine).total.value
    assert sum(Decimal(record.amount or 0) for record in found) == total


def test_a_deal_with_two_products_is_one_record_of_each() -> None:
    whole = {"created_at": "2026-01-05 09:00", "closed_at": "2026-03-05 12:00", "outcome": "won", "amount": 1000,
             "owner": "Alice", "team": "Noord"}  # fmt: skip
    lines = [
        {**whole, "id": 1, "product": "Pomp", "credit_person": person, "credit_team": "Noord", "portion": portion}
        for person, portion in (("Alice", 300), ("Bram", 300))
    ] + [{**whole, "id": 1, "product": "Klep", "credit_person": "Alice", "credit_team": "Noord", "portion": 400}]
    engine = ExampleEngine({"opportunity": [whole], "opportunity_share": lines})
    counts = {row.names["product"]: row.value.value for row in asked(engine, "won_count", by=("product",)).rows}
    values = {row.names["product"]: row.value.value for row in asked(engine, "won_value", by=("product",)).rows}
    assert (counts, values) == ({"Klep": 1, "Pomp": 1}, {"Klep": 400, "Pomp": 600})
    assert asked(engine, "won_count").total.value == 1
    pumps = behind(engine, "won_value", where=(("product", "Pomp"),))
    assert [(record.id, record.amount) for record in pumps] == [(1, 600)]
    by_seller = asked(engine, "won_count", by=("person",), where=(("product", "Pomp"),)).rows
    assert {row.names["person"]: row.value.value for row in by_seller}["Alice"] == 1, "a count goes to the owner"
