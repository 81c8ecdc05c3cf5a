"""Alice sells, Bram sells beside her; neither ever reads the other's figures, and a manager reads the team's."""

from __future__ import annotations

import pytest

from stuurhut.kpi.answering import answer, records
from stuurhut.kpi.catalogue.index import CATALOGUE
from stuurhut.kpi.examples import ExampleEngine
from stuurhut.kpi.tests.asking import asked, behind, enriched, example_question, id_of
from stuurhut.kpi.words.answer import Value
from stuurhut.kpi.words.scope import Scope

ALICE, BRAM = 1, 2
NOORD, ZUID = 1, 2
DEALS = [
    {"created_at": "2026-01-05 09:00", "closed_at": "2026-03-05 12:00", "outcome": "won", "amount": 1000,
     "owner": "Alice", "team": "Noord", "account": "Bakker BV", "lead_owner": "Alice"},
    {"created_at": "2026-01-05 09:00", "closed_at": "2026-03-06 12:00", "outcome": "won", "amount": 400,
     "owner": "Bram", "team": "Noord", "account": "Visser", "lead_owner": "Bram"},
    {"created_at": "2026-01-05 09:00", "closed_at": "2026-03-06 12:00", "outcome": "won", "amount": 70,
     "owner": "Charlie", "team": "Zuid", "account": "De Boer", "lead_owner": "Charlie"},
]  # fmt: skip
SHARES = [
    {**DEALS[0], "id": 1, "credit_person": "Alice", "credit_team": "Noord", "portion": 600},
    {**DEALS[0], "id": 1, "credit_person": "Bram", "credit_team": "Noord", "portion": 400},
    {**DEALS[1], "id": 2, "credit_person": "Bram", "credit_team": "Noord", "portion": 400},
    {**DEALS[2], "id": 3, "credit_person": "Charlie", "credit_team": "Zuid", "portion": 70},
]
SELLER = Scope(persons=frozenset({ALICE}))
SELLER_WITH_TOTALS = Scope(persons=frozenset({ALICE}), totals_of=frozenset({NOORD}))
MANAGER = Scope(persons=frozenset({BRAM}), teams=frozenset({NOORD}))


@pytest.fixture(scope="module")
def deals() -> ExampleEngine:
    return ExampleEngine({"opportunity": DEALS, "opportunity_share": SHARES})


@pytest.mark.parametrize("key", list(CATALOGUE))
def test_who_may_see_nothing_reads_nothing(key: str) -> None:
    kpi = CATALOGUE[key]
    engine = ExampleEngine(enriched(kpi.example.facts))
    found = answer(example_question(key), Scope(), engine)
    assert _says_nothing(found.total), found.total
    if key != "data_quality":  # which leaves out rules, not records
        assert [left for left in found.excluded if left.n] == []
    assert records(example_question(key), Scope(), engine) == ([], 0)


@pytest.mark.parametrize("key", [key for key, kpi in CATALOGUE.items() if "person" in kpi.formula.dimensions])
def test_a_seller_reads_the_own_figures_and_records_only(key: str) -> None:
    kpi = CATALOGUE[key]
    engine = ExampleEngine(enriched(kpi.example.facts))
    alone = Scope(persons=frozenset({id_of(engine, "person", "Alice")}))
    found = answer(example_question(key, by=("person",)), alone, engine)
    assert {row.names["person"] for row in found.rows if not _says_nothing(row.value)} <= {"Alice", None}
    assert {record.person for record in records(example_question(key), alone, engine)[0]} <= {"Alice", None}


def test_a_seller_gets_the_own_share_of_a_shared_deal(deals: ExampleEngine) -> None:
    assert asked(deals, "won_value", SELLER).total.value == 600
    assert [(record.id, record.amount) for record in behind(deals, "won_value", SELLER)] == [(1, 600)]


def test_team_totals_show_the_team_and_never_a_colleague(deals: ExampleEngine) -> None:
    assert asked(deals, "won_value", SELLER_WITH_TOTALS).total.value == 1400
    assert asked(deals, "won_count", SELLER_WITH_TOTALS).total.value == 2
    by_person = asked(deals, "won_value", SELLER_WITH_TOTALS, by=("person",))
    assert {row.names["person"]: row.value.value for row in by_person.rows} == {"Alice": 600}
    assert by_person.total.value == 600
    assert {record.id for record in behind(deals, "won_value", SELLER_WITH_TOTALS)} == {1}


@pytest.mark.parametrize("where", [("person", "Bram"), ("lead_owner", "Bram"), ("account", "Visser")])
def test_a_filter_does_not_open_a_colleague_to_who_sees_totals(deals: ExampleEngine, where: tuple[str, str]) -> None:
    assert asked(deals, "won_count", SELLER_WITH_TOTALS, where=(where,)).total.value == 0
    assert asked(deals, "won_value", SELLER_WITH_TOTALS, where=(where,)).total.value == 0


@pytest.mark.parametrize("dimension", ["person", "lead_owner", "account"])
def test_a_breakdown_does_not_open_a_colleague_to_who_sees_totals(deals: ExampleEngine, dimension: str) -> None:
    found = asked(deals, "won_count", SELLER_WITH_TOTALS, by=(dimension,))
    assert sum(row.value.value for row in found.rows) == 1  # type: ignore[misc]


def test_a_manager_reads_what_the_director_reads_of_the_team(deals: ExampleEngine) -> None:
    for key in ("won_value", "won_count", "average_deal_size", "win_rate"):
        of_team = asked(deals, key, where=(("team", "Noord"),)).total
        assert asked(deals, key, MANAGER).total == of_team
    assert {row.names["person"] for row in asked(deals, "won_value", MANAGER, by=("person",)).rows} == {"Alice", "Bram"}


def _says_nothing(value: Value) -> bool:
    return not value.value and not value.n
