"""Asking KPIs of a few facts, for the tests of this room."""

from __future__ import annotations

from datetime import date
from typing import Any

from stuurhut.kpi.answering import answer, records
from stuurhut.kpi.catalogue.facts import BY_NAME
from stuurhut.kpi.catalogue.index import CATALOGUE
from stuurhut.kpi.examples import ZONE, ExampleEngine
from stuurhut.kpi.kpi import FactRows
from stuurhut.kpi.words.answer import Answer, Record
from stuurhut.kpi.words.period import parse
from stuurhut.kpi.words.question import Question, end_of
from stuurhut.kpi.words.scope import EVERYTHING, Scope

NAMES = {
    "source": ("Beurs", "Website"),
    "strategy": ("Inbound", "Partner"),
    "industry": ("Bouw", "Zorg"),
    "segment": ("A", "B"),
    "region": ("Noord-Holland", "Zeeland"),
    "product": ("Pomp", "Klep"),
    "product_group": ("Water", "Gas"),
    "stage": ("Offerte", "Voorstel"),
    "loss_reason": ("Prijs", "Tijd"),
    "lead_owner": ("Alice", "Bram"),
    "account": ("Bakker BV", "Visser"),
}


def question(key: str, *, period: str = "2026-03", as_of: str = "2026-03-31", **others: Any) -> Question:
    """A question as of the end of a day."""
    day = date.fromisoformat(as_of)
    return Question(key, parse(period, today=day), end_of(day, ZONE), **others)


def asked(
    engine: ExampleEngine, key: str, scope: Scope = EVERYTHING, *, period: str = "2026-03", as_of: str = "2026-03-31",
    **others: Any,
) -> Answer:  # fmt: skip
    return answer(question(key, period=period, as_of=as_of, **others), scope, engine)


def behind(engine: ExampleEngine, key: str, scope: Scope = EVERYTHING, **others: Any) -> list[Record]:
    return records(question(key, **others), scope, engine)[0]


def example_question(key: str, **others: Any) -> Question:
    """The question of a KPI's worked example, asked in another way."""
    example = CATALOGUE[key].example
    return question(
        key, period=example.period, as_of=example.as_of, **{"of": example.of, "where": example.where, **others}
    )


def enriched(facts: dict[str, FactRows]) -> dict[str, FactRows]:
    """The facts with a source, product, industry and the like on every row that names none: two of each, in turn."""
    whole = {name: [_named(name, row, number) for number, row in enumerate(rows, 1)] for name, rows in facts.items()}
    if "account" not in whole:
        named = {str(row["account"]) for rows in facts.values() for row in rows if "account" in row}
        whole["account"] = [
            _named("account", {"name": name, "created_at": "2020-01-06 09:00"}, number)
            for number, name in enumerate(sorted({*NAMES["account"], *named}))
        ]
    if "lead" in whole and "lead_assignment" not in whole:
        whole["lead_assignment"] = [_assigned(row, number) for number, row in enumerate(whole["lead"], 1)]
    return whole


def _assigned(lead: dict[str, Any], number: int) -> dict[str, Any]:
    """The lead as given to its owner when it came in."""
    same: dict[str, Any] = {
        name: lead[name]
        for name in ("source", "strategy", "industry", "product", "product_group", "account", "created_at",
                     "answered_at", "disqualified_at", "disqualified_reason", "team")
        if name in lead
    }  # fmt: skip
    whose = {"person": lead["owner"]} if "owner" in lead else {}
    return {"id": number, "lead_id": number, "assigned_at": lead.get("created_at"), **whose, **same}


def _named(fact: str, row: dict[str, Any], number: int) -> dict[str, Any]:
    columns = BY_NAME[fact].columns
    turn = int(row.get("id", number)) % 2
    given = {
        name: names[turn]
        for name, names in NAMES.items()
        if f"{name}_id" in columns and name not in row and f"{name}_id" not in row
    }
    return {**given, **row}


def id_of(engine: ExampleEngine, kind: str, name: str) -> int:
    """The id that an example gave a name; -1 when nobody there is called so."""
    found = [row["id"] for row in engine.tables["label"].to_pylist() if (row["kind"], row["name"]) == (kind, name)]
    return int(found[0]) if found else -1
