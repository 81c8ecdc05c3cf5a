"""From a question to its answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

from stuurhut.kpi.catalogue.index import CATALOGUE
from stuurhut.kpi.engine import Engine
from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.study import Study
from stuurhut.kpi.words.answer import Answer, Key, Left, Record, Row, Value
from stuurhut.kpi.words.errors import QuestionError, UnknownName, nearest
from stuurhut.kpi.words.period import GRAINS, bucket_name, buckets
from stuurhut.kpi.words.question import Question
from stuurhut.kpi.words.scope import Scope
from stuurhut.kpi.words.text import gettext_noop as _

PLAIN_VALUES = ("kind", "channel", "from_phase", "to_phase", "rule")  # words, not records with an id


def kpi_of(key: str) -> Kpi:
    """The declaration. Raises UnknownName naming the nearest key."""
    if key not in CATALOGUE:
        raise UnknownName(
            _("There is no KPI '%(key)s'; did you mean '%(near)s'?"), key=key, near=nearest(key, CATALOGUE)
        )
    return CATALOGUE[key]


def answer(question: Question, scope: Scope, engine: Engine) -> Answer:
    """The answer to a question within a scope.

    Raises UnknownName or QuestionError when the question cannot be answered as put.
    """
    kpi = kpi_of(question.kpi)
    study = prepared(question, scope, engine)
    found = kpi.groups(study, question.by) if question.by else {}
    keys = _with_empty_groups(found, study, kpi)
    names = _Names(study, question.by, keys)
    then = prepared(question.compared(engine.zone), scope, engine) if question.compare else None
    earlier = kpi.groups(then, question.by) if then and question.by and not set(question.by) & set(GRAINS) else {}
    rows = [
        Row(
            names.of(key),
            names.ids(key),
            found.get(key, kpi.formula.empty),
            (earlier.get(key, kpi.formula.empty) if then else None),
        )
        for key in keys
    ]
    rows.sort(key=names.order)
    return Answer(
        kpi=kpi.key,
        unit=kpi.unit,
        better=kpi.better,
        start=question.period.start,
        until=question.period.until,
        as_of=question.as_of,
        by=question.by,
        rows=tuple(rows),
        total=kpi.total(study),
        compared_total=kpi.total(then) if then else None,
        excluded=() if question.brief else tuple(kpi.excluded(study)),
        fresh_at=engine.fresh_at,
        currency=engine.rules.currency,
    )


def records(
    question: Question, scope: Scope, engine: Engine, limit: int = 1000, offset: int = 0
) -> tuple[list[Record], int]:
    """The records behind a number, newest first, and how many there are in all."""
    study = prepared(question, scope, engine)
    if scope.totals_of and not scope.everything:
        study = replace(study, scope=replace(scope, totals_of=frozenset()))
    t = kpi_of(question.kpi).formula.records(study)
    if t is None:
        return [], 0
    t = t.distinct()
    total = int(study.first(t.aggregate(n=t.count()))["n"])
    found = engine.rows(t.order_by([t.on.desc(), t.kind, t.id.desc(), t.person_id]).limit(limit, offset=offset))
    people = {row["person_id"] for row in found}
    names = labels(study, "person", people)
    return [
        Record(r["kind"], r["id"], r["on"], names.get(r["person_id"]), r["amount"], bool(r["counted"])) for r in found
    ], total


def prepared(question: Question, scope: Scope, engine: Engine) -> Study:
    """The question checked, its filters resolved to ids. Raises UnknownName or QuestionError."""
    kpi = kpi_of(question.kpi)
    known = kpi.formula.dimensions
    for name in (*question.by, *(dimension for dimension, _value in question.where)):
        if name not in known:
            raise UnknownName(
                _("%(kpi)s cannot be broken down by '%(name)s'; it can by %(known)s."),
                kpi=kpi.key, name=name, known=", ".join(sorted(known)) or "-",
            )  # fmt: skip
    study = Study(question, scope, engine, {})
    filters: dict[str, tuple[int | str, ...]] = {}
    for dimension in dict.fromkeys(d for d, _value in question.where):
        values = [v for d, v in question.where if d == dimension]
        filters[dimension] = tuple(v for value in values for v in _allowed(study, dimension, value))
    return replace(study, filters=filters)


def _allowed(study: Study, dimension: str, value: str) -> list[Any]:
    if dimension in PLAIN_VALUES:
        return [value.lower()]
    if dimension in GRAINS:
        return [_bucket_start(study, dimension, value)]
    ids = _named(study, dimension, value)
    return _with_sub_teams(study, ids) if dimension == "team" else ids


def _bucket_start(study: Study, grain: str, value: str) -> date:
    for start in buckets(study.question.period, grain, study.zone.fiscal_start):
        if bucket_name(start, grain) == value:
            return start
    raise UnknownName(_("The period holds no %(grain)s '%(value)s'."), grain=grain, value=value)


def _named(study: Study, dimension: str, value: str) -> list[int]:
    t = study.table("label")
    t = t.filter(t.kind == ("person" if dimension == "lead_owner" else dimension))
    rows = study.engine.rows(t.select("id", "name"))
    if value.isdigit() and any(row["id"] == int(value) for row in rows):
        return [int(value)]
    found = [row["id"] for row in rows if str(row["name"]).casefold() == value.casefold()]
    if not found:
        raise UnknownName(
            _("There is no %(dimension)s '%(value)s'; did you mean '%(near)s'?"),
            dimension=dimension, value=value, near=nearest(value, [str(r["name"]) for r in rows]),
        )  # fmt: skip
    return found


def _with_sub_teams(study: Study, ids: list[int]) -> list[int]:
    teams = study.state("team")
    parents = {row["id"]: row["parent_id"] for row in study.engine.rows(teams.select("id", "parent_id"))}
    found, front = set(ids), set(ids)
    while front:
        front = {child for child, parent in parents.items() if parent in front} - found
        found |= front
    return sorted(found)


def _with_empty_groups(found: dict[Key, Value], study: Study, kpi: Kpi) -> list[Key]:
    """The keys found, and those of every person in scope and every time bucket in which nothing happened."""
    by = study.question.by
    if not kpi.formula.shows_everyone or not set(by) & {"person", *GRAINS}:
        return list(found)
    axes: list[list[object]] = []
    for position, name in enumerate(by):
        seen = {key[position] for key in found}
        axes.append(_all_values(study, name, seen))
    everything: dict[Key, None] = dict.fromkeys(found)
    everything.update(dict.fromkeys(product(*axes)))
    if "person" in by and "team" in by:  # a person appears in the own team only
        p, t = by.index("person"), by.index("team")
        member_of = {(m["person_id"], m["team_id"]) for m in _members(study)}
        return [k for k in everything if k in found or (k[p], k[t]) in member_of]
    return list(everything)


def _all_values(study: Study, name: str, seen: Iterable[object]) -> list[object]:
    values = dict.fromkeys(seen)
    if name in GRAINS:
        allowed = study.filters.get(name)
        starts = buckets(study.question.period, name, study.zone.fiscal_start)
        values.update(dict.fromkeys(s for s in starts if allowed is None or s in allowed))
    if name in ("person", "team"):
        values.update(dict.fromkeys(m[f"{name}_id"] for m in _members(study)))
    return list(values)


def _members(study: Study) -> list[dict[str, Any]]:
    """Sellers whose team is in scope and not filtered out, in the period up to T. Who only leads has no empty row."""
    t = study.table("membership")
    last = min(study.question.period.until, study.last_day)
    during = (t.starts_on < last) & (t.until_on.isnull() | (t.until_on > study.question.period.start))
    t = t.filter(during & (t.role == "seller"))
    t = study.seen(t, "person_id", "team_id")
    if "person" in study.filters:
        t = t.filter(t.person_id.isin(study.filters["person"]))
    if "team" in study.filters:
        t = t.filter(t.team_id.isin(study.filters["team"]))
    return study.engine.rows(t.select("person_id", "team_id").distinct())


def labels(study: Study, kind: str, ids: Iterable[Any]) -> dict[Any, str]:
    """The names of records of one kind."""
    wanted = sorted(i for i in set(ids) if i is not None)
    if not wanted:
        return {}
    t = study.table("label")
    t = t.filter((t.kind == ("person" if kind == "lead_owner" else kind)) & t.id.isin(wanted))
    return {row["id"]: row["name"] for row in study.engine.rows(t.select("id", "name"))}


class _Names:
    """How the keys of an answer are written."""

    def __init__(self, study: Study, by: tuple[str, ...], keys: list[Key]) -> None:
        self.by = by
        self.labels = {
            name: labels(study, name, (key[i] for key in keys))
            for i, name in enumerate(by)
            if name not in GRAINS and name not in PLAIN_VALUES
        }

    def of(self, key: Key) -> dict[str, str | None]:
        return {name: self._name(name, value) for name, value in zip(self.by, key, strict=True)}

    def ids(self, key: Key) -> dict[str, int | None]:
        return {
            n: v for n, v in zip(self.by, key, strict=True) if n in self.labels and (v is None or isinstance(v, int))
        }

    def _name(self, name: str, value: object) -> str | None:
        if value is None:
            return None
        if name in GRAINS:
            assert isinstance(value, date)
            return bucket_name(value, name)
        if name in PLAIN_VALUES:
            return str(value)
        return self.labels[name].get(value)

    def order(self, row: Row) -> tuple[tuple[bool, str], ...]:
        return tuple((row.names[name] is None, (row.names[name] or "").casefold()) for name in self.by)


__all__ = ["Left", "QuestionError", "answer", "kpi_of", "records"]
