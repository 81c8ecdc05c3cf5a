"""Worked examples: a few facts in readable form, completed to whole fact rows and asked like any others.

A row may name what it belongs to (`owner="Alice"`, `source="Beurs"`): names get ids, and persons their team from
`team=`. Moments are local times as text; `_on`, `_wm`, and the owner at creation and closing follow from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from stuurhut.kpi.answering import answer
from stuurhut.kpi.catalogue.facts import BY_NAME, TYPES, Fact
from stuurhut.kpi.engine import Kept
from stuurhut.kpi.given import Fillings, Given, givens, nothing, written_out
from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.words.answer import Answer
from stuurhut.kpi.words.period import Zone, parse
from stuurhut.kpi.words.question import Question, end_of
from stuurhut.kpi.words.scope import EVERYTHING

ZONE = Zone()
EPOCH = date(2000, 1, 3)  # a Monday
KINDS = {"owner": "person", "created_owner": "person", "closed_owner": "person", "credit_person": "person",
         "own_team": "team", "created_team": "team", "closed_team": "team", "credit_team": "team", "parent": "team",
         "lead_owner": "person", "from_stage": "stage", "next_stage": "stage"}  # fmt: skip
HELD = {"state": "held", "direction": "out", "minutes": 30, "marks_known": 0, "marks_yes": 0,
        "is_quiet_appointment": False}  # fmt: skip
LATER = datetime(2030, 1, 1, tzinfo=UTC)  # examples are looked back upon
LONG_AGO = datetime(2000, 1, 1)  # noqa: DTZ001 - as the facts write moments
APPOINTMENTS = ("visit", "meeting", "video", "demo")


class NineToFive:
    """Monday to Friday, nine to five, no holidays."""

    def working_minute(self, moment: datetime) -> float:
        local = moment.astimezone(ZoneInfo(ZONE.name))
        weeks, weekday = divmod((local.date() - EPOCH).days, 7)
        clock = (local - datetime.combine(local.date(), time(9), local.tzinfo)).total_seconds() / 60
        return weeks * 2400.0 + min(weekday, 5) * 480.0 + (min(max(clock, 0.0), 480.0) if weekday < 5 else 0.0)


@dataclass(frozen=True)
class ExampleRules:
    """The rules of the organisation in the examples."""

    sales_are: str = "opportunities"
    response_norm_minutes: int = 240
    conversion_age_days: int | None = 30
    currency: str = "EUR"
    minutes_a_day: float = 480.0
    work: NineToFive = field(default_factory=NineToFive)


class ExampleEngine:
    """Answers over the few facts of an example."""

    zone = ZONE
    position = "example"

    def __init__(
        self, facts: dict[str, list[dict[str, Any]]], rules: ExampleRules | None = None, fresh_at: datetime = LATER
    ) -> None:
        self.rules = rules or ExampleRules()
        self.fresh_at = fresh_at
        self.looked_up = Kept(1000)
        self._connection = ibis.duckdb.connect()
        self.tables = {name: _arrow(BY_NAME[name], rows) for name, rows in _completed(facts).items()}
        for name, rows in self.tables.items():
            self._connection.con.register(f"fact_{name}", rows)

    def rows(
        self, expression: ir.Table, find: Callable[[Given], Fillings] = nothing, known_at: datetime | None = None
    ) -> list[dict[str, Any]]:
        complete = written_out(expression, {one: find(one) for one in givens(expression)})
        found: list[dict[str, Any]] = self._connection.to_pyarrow(complete).to_pylist()
        return found


def worked(kpi: Kpi) -> Answer:
    """The answer to a KPI's example."""
    example = kpi.example
    day = date.fromisoformat(example.as_of)
    question = Question(
        kpi.key, parse(example.period, today=day), end_of(day, ZONE), example.by, example.where, of=example.of
    )
    return answer(question, EVERYTHING, ExampleEngine(example.facts))


def _arrow(fact: Fact, rows: list[dict[str, Any]]) -> pa.Table:
    schema = ibis.schema({name: TYPES[kind] for name, kind in fact.columns.items()}).to_pyarrow()
    for row in rows:
        unknown = set(row) - set(fact.columns)
        if unknown:
            raise KeyError(f"example: {fact.name} has no column {', '.join(sorted(unknown))}")
    return pa.Table.from_pylist([{name: row.get(name) for name in fact.columns} for row in rows], schema=schema)


def _completed(facts: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    names = _Names()
    whole: dict[str, list[dict[str, Any]]] = {name: [] for name in BY_NAME}
    for name, rows in facts.items():
        whole[name] = [_row(BY_NAME[name], row, number, names) for number, row in enumerate(rows, 1)]
    for fact, share in (("opportunity", "opportunity_share"), ("order", "order_share")):
        if not whole[share]:
            whole[share] = [_undivided(row, share) for row in whole[fact]]
    whole["label"] += names.labels()
    for fact in ("person_team", "membership"):
        known = {row["person_id"] for row in whole[fact]}
        whole[fact] += [m for m in names.memberships(fact) if m["person_id"] not in known]
    return whole


class _Names:
    """Gives names their ids."""

    def __init__(self) -> None:
        self.ids: dict[tuple[str, str], int] = {}
        self.team_of: dict[int, int] = {}

    def id(self, column: str, name: str) -> int:
        kind = KINDS.get(column, column)
        return self.ids.setdefault((kind, name), len([k for k in self.ids if k[0] == kind]) + 1)

    def labels(self) -> list[dict[str, Any]]:
        return [
            {"kind": kind, "id": number, "name": name, "position": number} for (kind, name), number in self.ids.items()
        ]

    def memberships(self, fact: str) -> Iterable[dict[str, Any]]:
        kind = {"teams": 1} if fact == "person_team" else {"role": "seller"}
        for person, team in self.team_of.items():
            yield {"person_id": person, "team_id": team, "fte": 1.0, "starts_on": date(2000, 1, 1), **kind}


def _row(fact: Fact, given: dict[str, Any], number: int, names: _Names) -> dict[str, Any]:
    row: dict[str, Any] = {"id": number} if "id" in fact.columns else {}
    if fact.name == "account" and "name" in given:
        row["id"] = names.id("account", given["name"])
    for column, value in given.items():
        if column not in fact.columns and f"{column}_id" in fact.columns and isinstance(value, str):
            row[f"{column}_id"] = names.id(column, value)
        elif column == "team" and "own_team_id" in fact.columns:
            row["own_team_id"] = names.id("team", value)
        else:
            row[column] = _plain(value, fact.columns.get(column, ""))
    _owned(fact, row, names)
    _timed(fact, row)
    _detailed(fact, row)
    return row


def _plain(value: Any, kind: str) -> Any:
    if isinstance(value, str) and kind == "moment":
        return datetime.fromisoformat(value).replace(tzinfo=ZoneInfo(ZONE.name)).astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, str) and kind == "day":
        return date.fromisoformat(value)
    if kind in ("money", "portion") and value is not None:
        return Decimal(str(value))
    return value


def _owned(fact: Fact, row: dict[str, Any], names: _Names) -> None:
    owner = next((row[c] for c in ("owner_id", "person_id") if row.get(c)), None)
    team = next((row[c] for c in ("team_id", "own_team_id") if row.get(c)), None)
    if owner and team:
        names.team_of.setdefault(owner, team)
    for when in ("created", "closed"):
        if f"{when}_owner_id" in fact.columns:
            row.setdefault(f"{when}_owner_id", owner)
            row.setdefault(f"{when}_team_id", team)


def _timed(fact: Fact, row: dict[str, Any]) -> None:
    if fact.versioned:
        row.setdefault("valid_from", row.get("created_at") or LONG_AGO)
    for column, kind in fact.columns.items():
        moment = row.get(column)
        if kind != "moment" or moment is None:
            continue
        aware = moment.replace(tzinfo=UTC)
        if column.replace("_at", "_on") in fact.columns:
            row.setdefault(column.replace("_at", "_on"), ZONE.day(aware))
        if column.replace("_at", "_wm") in fact.columns:
            row.setdefault(column.replace("_at", "_wm"), NineToFive().working_minute(aware))
    happened = next((row[c] for c in ("occurred_at", "created_at", "ordered_at", "sent_at") if row.get(c)), None)
    if "recorded_at" in fact.columns:
        row.setdefault("recorded_at", happened)
    if "recorded_on" in fact.columns and row.get("recorded_at"):
        aware = row["recorded_at"].replace(tzinfo=UTC)
        row.setdefault("recorded_on", ZONE.day(aware))
        row.setdefault("recorded_wm", NineToFive().working_minute(aware))


def _detailed(fact: Fact, row: dict[str, Any]) -> None:
    if fact.name.startswith("opportunity"):
        row.setdefault("outcome", "open")
        row.setdefault("qualified", True)
    if fact.name == "activity":
        for column, value in HELD.items():
            row.setdefault(column, value)
        held, kind = row["state"] == "held", row.get("kind")
        reached = row.get("outcome") != "not_reached"
        row.setdefault("is_appointment", kind in APPOINTMENTS)
        row.setdefault("is_contact", held and (kind in (*APPOINTMENTS, "email") or (kind == "call" and reached)))
        two_way = kind in APPOINTMENTS or (kind == "call" and row.get("outcome") == "reached")
        row.setdefault("is_two_way", held and (two_way or (kind == "email" and row["direction"] == "in")))


def _undivided(row: dict[str, Any], share: str) -> dict[str, Any]:
    order = share == "order_share"
    whole = {
        **row,
        "credit_person_id": row.get("owner_id" if order else "closed_owner_id"),
        "credit_team_id": row.get("team_id" if order else "closed_team_id"),
        "portion": row.get("amount"),
    }
    return {**whole, "margin_portion": row.get("margin")} if order else whole
