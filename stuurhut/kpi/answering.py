"""From a question to its answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

from stuurhut.kpi.catalogue.index import CATALOGUE
from stuurhut.kpi.engine import Engine
from stuurhut.kpi.holders import overlaps, parents_at
from stuurhut.kpi.inquiry import Inquiry
from stuurhut.kpi.kpi import Kpi
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
    inquiry = prepared(question, scope, engine)
    found = kpi.groups(inquiry, question.by) if question.by else {}
    keys = _with_empty_groups(found, inquiry, kpi)
    names = _Names(inquiry, question.by)
    then = prepared(question.compared(engine.zone), scope, engine) if question.compare else None
    earlier = kpi.groups(then, question.by) if then and question.by and not set(question.by) & set(GRAINS) else {}
    empty = kpi.formula.empty
    rows = [
        Row(names.of(key), names.ids(key), found.get(key, empty), earlier.get(key, empty) if then else None)
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
        total=kpi.total(inquiry),
        compared_total=kpi.total(then) if then else None,
        excluded=() if question.brief else tuple(kpi.excluded(inquiry)),
        fresh_at=engine.fresh_at,
        currency=engine.rules.currency,
    )


def records(
    question: Question, scope: Scope, engine: Engine, limit: int = 1000, offset: int = 0
) -> tuple[list[Record], int]:
    """The records behind a number, newest first, and how many there are in all."""
    inquiry = prepared(question, scope, engine)
    if scope.totals_of and not scope.everything:
        inquiry = replace(inquiry, scope=replace(scope, totals_of=frozenset()))
    t = kpi_of(question.kpi).formula.records(inquiry)
    if t is None:
        return [], 0
    t = t.distinct()
    total = int(inquiry.fetched(t.aggregate(n=t.count()))[0]["n"])
    in_order = t.order_by([t.on.desc(), t.kind, t.id.desc(), t.person_id])
    found = inquiry.fetched(in_order.limit(limit, offset=offset))
    names = labels(inquiry, "person")
    return [
        Record(r["kind"], r["id"], r["on"], names.get(r["person_id"]), r["amount"], bool(r["counted"])) for r in found
    ], total


def prepared(question: Question, scope: Scope, engine: Engine) -> Inquiry:
    """The question checked, its filters resolved to ids. Raises UnknownName or QuestionError."""
    kpi = kpi_of(question.kpi)
    known = kpi.formula.dimensions
    for name in (*question.by, *(dimension for dimension, _value in question.where)):
        if name not in known:
            raise UnknownName(
                _("%(kpi)s cannot be broken down by '%(name)s'; it can by %(known)s."),
                kpi=kpi.key, name=name, known=", ".join(sorted(known)) or "-",
            )  # fmt: skip
    inquiry = Inquiry(question, scope, engine, {})
    filters: dict[str, tuple[int | str, ...]] = {}
    for dimension in dict.fromkeys(d for d, _value in question.where):
        values = [v for d, v in question.where if d == dimension]
        filters[dimension] = tuple(v for value in values for v in _allowed(inquiry, dimension, value))
    return replace(inquiry, filters=filters)


def _allowed(inquiry: Inquiry, dimension: str, value: str) -> list[Any]:
    if dimension in PLAIN_VALUES:
        return [value.lower()]
    if dimension in GRAINS:
        return [_bucket_start(inquiry, dimension, value)]
    ids = _named(inquiry, dimension, value)
    return _with_sub_teams(inquiry, ids) if dimension == "team" else ids


def _bucket_start(inquiry: Inquiry, grain: str, value: str) -> date:
    for start in buckets(inquiry.question.period, grain, inquiry.zone.fiscal_start):
        if bucket_name(start, grain) == value:
            return start
    raise UnknownName(_("The period holds no %(grain)s '%(value)s'."), grain=grain, value=value)


def _named(inquiry: Inquiry, dimension: str, value: str) -> list[int]:
    names = labels(inquiry, dimension)
    if value.isdigit() and int(value) in names:
        return [int(value)]
    found = [key for key, name in names.items() if str(name).casefold() == value.casefold()]
    if not found:
        raise UnknownName(
            _("There is no %(dimension)s '%(value)s'; did you mean '%(near)s'?"),
            dimension=dimension, value=value, near=nearest(value, map(str, names.values())),
        )  # fmt: skip
    return found


def _with_sub_teams(inquiry: Inquiry, ids: list[int]) -> list[int]:
    parents = parents_at(inquiry)
    found, front = set(ids), set(ids)
    while front:
        front = {child for child, parent in parents.items() if parent in front} - found
        found |= front
    return sorted(found)


def _with_empty_groups(found: dict[Key, Value], inquiry: Inquiry, kpi: Kpi) -> list[Key]:
    """The keys found, and those of every person in scope and every time bucket in which nothing happened."""
    by = inquiry.question.by
    if not kpi.formula.shows_everyone or not set(by) & {"person", *GRAINS}:
        return list(found)
    axes: list[list[object]] = []
    for position, name in enumerate(by):
        seen = {key[position] for key in found}
        axes.append(_all_values(inquiry, name, seen))
    everything: dict[Key, None] = dict.fromkeys(found)
    everything.update(dict.fromkeys(product(*axes)))
    if "person" in by and "team" in by:  # a person appears in the own team only
        p, t = by.index("person"), by.index("team")
        member_of = _members(inquiry)
        return [k for k in everything if k in found or (k[p], k[t]) in member_of]
    return list(everything)


def _all_values(inquiry: Inquiry, name: str, seen: Iterable[object]) -> list[object]:
    values = dict.fromkeys(seen)
    if name in GRAINS:
        allowed = inquiry.filters.get(name)
        starts = buckets(inquiry.question.period, name, inquiry.zone.fiscal_start)
        values.update(dict.fromkeys(s for s in starts if allowed is None or s in allowed))
    if name in ("person", "team"):
        values.update(dict.fromkeys(person if name == "person" else team for person, team in _members(inquiry)))
    return list(values)


def _members(inquiry: Inquiry) -> set[tuple[int, int]]:
    """Sellers and their teams in the period up to T, in scope and not filtered out. Who only leads has no empty row."""
    columns = ("person_id", "team_id", "starts_on", "until_on")
    sellers = inquiry.kept("sellers", lambda: inquiry.every("membership", *columns, role="seller"))
    during = inquiry.question.period.start, min(inquiry.question.period.until, inquiry.last_day)
    return {
        (seller["person_id"], seller["team_id"])
        for seller in sellers
        if overlaps(seller, during) and inquiry.sees(seller["person_id"], seller["team_id"])
    }


def labels(inquiry: Inquiry, kind: str) -> dict[Any, str]:
    """The names of all records of one kind."""
    named = "person" if kind == "lead_owner" else kind
    return inquiry.kept(
        ("labels", named), lambda: {row["id"]: row["name"] for row in inquiry.every("label", "id", "name", kind=named)}
    )


class _Names:
    """How the keys of an answer are written."""

    def __init__(self, inquiry: Inquiry, by: tuple[str, ...]) -> None:
        self.by = by
        self.labels = {name: labels(inquiry, name) for name in by if name not in GRAINS and name not in PLAIN_VALUES}

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
