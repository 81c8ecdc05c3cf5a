"""Goals: which hold for whom at T, and what they come to in a period."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

import ibis.expr.types as ir

from stuurhut.kpi.given import naive
from stuurhut.kpi.inquiry import Inquiry
from stuurhut.kpi.study import Study
from stuurhut.kpi.words.answer import Key

WORDS = frozenset({"kind", "channel"})  # dimensions whose values are words
Days = Callable[[date, date], float]  # available working days from one day up to another
NOT_IN_GOALS = frozenset({"person", "team", "day", "week", "month", "quarter", "year", "fiscal_year"})


class Holder(NamedTuple):
    """Whose goal it is."""

    kind: Literal["person", "team"]
    id: int


@dataclass(frozen=True)
class Goal:
    """A value to reach in [start, until)."""

    start: date
    until: date
    value: Decimal

    @property
    def days(self) -> int:
        return (self.until - self.start).days


@dataclass(frozen=True)
class Goals:
    """The goals of one KPI that touch a period, per holder; how many were set aside for being in another currency."""

    of: dict[Holder, list[Goal]] = field(default_factory=dict)
    other_currency: int = 0

    def holders(self, kind: str) -> set[int]:
        return {holder.id for holder in self.of if holder.kind == kind}


# -- what a holder's goals come to -----------------------------------------------------------------------------------


def goal_in(
    goals: Iterable[Goal], start: date, until: date, days: Days, *, adds_up: bool, gaps: bool = False
) -> Decimal | None:
    """What the goals ask in [start, until): the exact goal, else goals that tile it, else its part of the narrowest
    goal around it, else the parts of goals that cover it together; None when a part of it has no goal and there may be
    no `gaps`.

    Parts go by available working days. Of what does not add up (a ratio, a duration) it is the mean by those days.
    """
    known = [goal for goal in goals if goal.start < until and goal.until > start]
    around = [goal for goal in known if goal.start <= start and goal.until >= until]
    tiles = tiling(known, start, until)
    if tiles is None and around:
        tiles = [min(around, key=lambda goal: goal.days)]
    parts = [(goal, max(goal.start, start), min(goal.until, until)) for goal in tiles or ()]
    parts = parts or pieces(known, start, until, gaps=gaps)
    if not parts:
        return None
    return _sum(parts, days) if adds_up else _mean(parts, days)


def tiling(goals: Iterable[Goal], start: date, until: date) -> list[Goal] | None:
    """The fewest goals that fill [start, until) end to end; None when none do."""
    best: dict[date, list[Goal]] = {start: []}
    for goal in sorted(goals, key=lambda goal: (goal.start, goal.until)):
        before = best.get(goal.start)
        if before is None or goal.until > until:
            continue
        if goal.until not in best or len(before) + 1 < len(best[goal.until]):
            best[goal.until] = [*before, goal]
    return best.get(until)


Part = tuple[Goal, date, date]


def pieces(goals: Iterable[Goal], start: date, until: date, *, gaps: bool = False) -> list[Part]:
    """Parts of goals, the narrowest first, that cover [start, until) together.

    Empty when a day has no goal; with `gaps` such days are skipped.
    """
    known, parts, day = list(goals), [], start
    while day < until:
        here = [goal for goal in known if goal.start <= day < goal.until]
        if here:
            goal = min(here, key=lambda goal: goal.days)
            end = min(goal.until, until)
            parts.append((goal, day, end))
        elif not gaps:
            return []
        else:
            end = min([until, *(goal.start for goal in known if goal.start > day)])
        day = end
    return parts


def _sum(parts: list[Part], days: Days) -> Decimal | None:
    total = Decimal(0)
    for goal, start, until in parts:
        if (start, until) == (goal.start, goal.until):
            total += goal.value
            continue
        whole = days(goal.start, goal.until)
        if not whole:
            return None
        total += goal.value * Decimal(str(days(start, until) / whole))
    return total


def _mean(parts: list[Part], days: Days) -> Decimal:
    weighed = [(goal.value, days(start, until)) for goal, start, until in parts]
    if not any(weight for _value, weight in weighed):
        weighed = [(goal.value, float((until - start).days)) for goal, start, until in parts]
    return weighted_mean(weighed)


def weighted_mean(weighed: list[tuple[Decimal, float]]) -> Decimal:
    """The mean of values by weight; the plain mean when nothing weighs."""
    weights = [Decimal(str(weight)) for _value, weight in weighed]
    if not sum(weights):
        weights = [Decimal(1)] * len(weighed)
    return sum((v * weight for (v, _w), weight in zip(weighed, weights, strict=True)), Decimal(0)) / sum(weights)


# -- reading ---------------------------------------------------------------------------------------------------------


def goals_at(inquiry: Inquiry, kpi: str, others: tuple[str, ...], *, money: bool) -> dict[Key, Goals]:
    """The goals for a KPI that touch the period, the latest version set before T, per group of the dimensions `others`.

    A goal counts when its own filter names exactly the dimensions filtered on and those in `others`.
    """
    named = _Named(inquiry)
    groups: dict[Key, list[dict[str, Any]]] = defaultdict(list)
    for row in inquiry.once(("goals", kpi), lambda: _latest(inquiry, kpi)):
        key = named.group(json.loads(row["filter"]) if row["filter"] else {}, others)
        if key is not None:
            groups[key].append(row)
    currency = inquiry.engine.rules.currency if money else None
    return {key: _by_holder(rows, currency) for key, rows in groups.items()}


def _latest(inquiry: Inquiry, kpi: str) -> list[dict[str, Any]]:
    start, until, at = inquiry.question.period.start, inquiry.question.period.until, naive(inquiry.question.as_of)
    latest: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in inquiry.kept(("targets", kpi), lambda: inquiry.rows(_targets, kpi)):
        if (row["set_at"] is None or row["set_at"] < at) and row["starts_on"] < until and row["until_on"] > start:
            latest[row["person_id"], row["team_id"], row["filter"], row["starts_on"], row["until_on"]] = row
    return list(latest.values())


def _targets(study: Study, kpi: str) -> ir.Table:
    t = study.table("target")
    return t.filter(t.kpi == kpi).order_by([t.version, t.set_at, t.id])


def _by_holder(rows: Iterable[dict[str, Any]], currency: str | None) -> Goals:
    of: dict[Holder, list[Goal]] = defaultdict(list)
    other = 0
    for row in rows:
        if not row["value"]:  # the goal was taken away
            continue
        if currency and row["currency"] not in (None, "", currency):
            other += 1
            continue
        holder = Holder("person", row["person_id"]) if row["person_id"] is not None else Holder("team", row["team_id"])
        of[holder].append(Goal(row["starts_on"], row["until_on"], Decimal(row["value"])))
    return Goals(dict(of), other)


class _Named:
    """What the values in the filters of goals stand for: an id, or a name of one."""

    def __init__(self, inquiry: Inquiry) -> None:
        self.inquiry = inquiry
        self.filtered = {name: ids for name, ids in inquiry.filters.items() if name not in NOT_IN_GOALS}

    def group(self, asked: dict[str, Any], others: tuple[str, ...]) -> Key | None:
        """The key of a goal's filter; None when it names other dimensions, or values that were not asked for."""
        if asked.keys() != {*self.filtered, *others}:
            return None
        meant = {name: self._value(name, str(value)) for name, value in asked.items()}
        if any(meant[name] not in allowed for name, allowed in self.filtered.items()):
            return None
        return tuple(meant[name] for name in others)

    def _value(self, name: str, text: str) -> int | str | None:
        ids = self._labels(name)
        if ids is None:
            return text.lower()
        return int(text) if text.isdigit() and int(text) in ids.values() else ids.get(text.casefold())

    def _labels(self, name: str) -> dict[str, int] | None:
        """The ids of a dimension by name; None when its values are words."""
        if name in WORDS:
            return None
        return self.inquiry.kept(("ids", name), lambda: _labels(self.inquiry, name))


def _labels(inquiry: Inquiry, name: str) -> dict[str, int]:
    kind = "person" if name == "lead_owner" else name
    return {str(row["name"]).casefold(): row["id"] for row in inquiry.every("label", "id", "name", kind=kind)}
