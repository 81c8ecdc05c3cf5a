"""From a question to its answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from itertools import product, repeat
from typing import Any, cast

from stuurhut.kpi import per_fte
from stuurhut.kpi.catalogue.hands import selling_fte
from stuurhut.kpi.catalogue.index import CATALOGUE
from stuurhut.kpi.engine import Engine
from stuurhut.kpi.formula import By
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
    now = _Side(kpi, inquiry, question.by)
    then = None
    if question.compare:
        is_by_time = bool(set(question.by) & set(GRAINS))  # a bucket of time has no like in another period
        then = _Side(kpi, prepared(question.compared(engine.zone), scope, engine), () if is_by_time else question.by)
    keys, names, ids = _in_order(_with_empty_groups(now.found, inquiry, kpi), inquiry)
    rows = tuple(map(Row, names, ids, now.values(keys), then.values(keys) if then else repeat(None)))
    return Answer(
        kpi=kpi.key,
        unit=kpi.unit,
        better=kpi.better,
        start=question.period.start,
        until=question.period.until,
        as_of=question.as_of,
        by=question.by,
        rows=rows,
        total=now.total,
        compared_total=then.total if then else None,
        excluded=() if question.brief else tuple(kpi.excluded(inquiry)),
        fresh_at=engine.fresh_at,
        currency=engine.rules.currency,
    )


class _Side:
    """What a KPI is in one period: its value per key, and of all together; per FTE too where that is asked."""

    def __init__(self, kpi: Kpi, inquiry: Inquiry, by: By) -> None:
        self.found = kpi.groups(inquiry, by) if by else {}
        self._empty = kpi.formula.empty
        self._hands = {**selling_fte(inquiry, by), **selling_fte(inquiry)} if inquiry.question.per_fte else None
        self.total = self._told((), kpi.total(inquiry))

    def values(self, keys: list[Key]) -> list[Value]:
        found = [self.found.get(key, self._empty) for key in keys]
        if self._hands is None:
            return found
        return [self._told(key, value) for key, value in zip(keys, found, strict=True)]

    def _told(self, key: Key, value: Value) -> Value:
        return value if self._hands is None else per_fte.told(value, self._hands.get(key))


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
    t = t.aggregate(by=t.columns)  # each once: Ibis fails on a DISTINCT with an order where two columns come from one
    total = int(inquiry.fetched(t.aggregate(n=t.count()))[0]["n"])
    in_order = t.order_by([t.on.desc(), t.kind, t.id.desc(), t.person_id])
    found = inquiry.fetched(in_order.limit(limit, offset=offset))
    names = labels(inquiry, "person")
    return [
        Record(r["kind"], r["id"], r["on"], names.get(r["person_id"]), r["amount"], bool(r["counted"]), r["length"])
        for r in found
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
    per_fte.check(kpi, question)
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


Names = list[dict[str, str | None]]
Ids = list[dict[str, int | None]]


def _in_order(keys: list[Key], inquiry: Inquiry) -> tuple[list[Key], Names, Ids]:
    """The keys by name, nameless last, with the names and the ids of each. Column by column: there may be thousands."""
    by = inquiry.question.by
    columns = list(zip(*keys, strict=True)) if keys else [() for _name in by]
    names = [_names(inquiry, name, set(column)) for name, column in zip(by, columns, strict=True)]
    order = [0] * len(keys)
    for named, column in zip(names, columns, strict=True):
        ranks = _ranks(named)
        order = [before * len(ranks) + ranks[value] for before, value in zip(order, column, strict=True)]
    keys = [keys[place] for place in sorted(range(len(keys)), key=order.__getitem__)]
    with_id = [place for place, name in enumerate(by) if name not in GRAINS and name not in PLAIN_VALUES]
    return (
        keys,
        [{name: named[value] for name, named, value in zip(by, names, key, strict=True)} for key in keys],
        [{by[place]: cast("int | None", key[place]) for place in with_id} for key in keys],
    )


def _ranks(named: Mapping[object, str | None]) -> dict[object, int]:
    """The place of each by its name, nameless last; those alike but for capitals share one."""
    told = {value: (name is None, (name or "").casefold()) for value, name in named.items()}
    places = {one: place for place, one in enumerate(sorted(set(told.values())))}
    return {value: places[one] for value, one in told.items()}


def _names(inquiry: Inquiry, dimension: str, values: Iterable[object]) -> dict[object, str | None]:
    """How the values of a dimension are written; nothing for none."""
    if dimension in GRAINS:
        return {value: None if value is None else bucket_name(cast(date, value), dimension) for value in values}
    if dimension in PLAIN_VALUES:
        return {value: None if value is None else str(value) for value in values}
    known = labels(inquiry, dimension)
    return {value: known.get(value) for value in values}


__all__ = ["Left", "QuestionError", "answer", "kpi_of", "records"]
