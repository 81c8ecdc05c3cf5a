"""Closing a period: what was to be reached and what was, written down once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from stuurhut import replica
from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.catalogue.index import CATALOGUE
from stuurhut.kpi.goals import Holder
from stuurhut.kpi.words.answer import Row
from stuurhut.kpi.words.errors import QuestionError
from stuurhut.kpi.words.period import Period
from stuurhut.kpi.words.question import Question, rounded_up
from stuurhut.kpi.words.scope import EVERYTHING
from stuurhut.people.history import made
from stuurhut.people.models import User
from stuurhut.people.refusal import Refused
from stuurhut.people.teams import counting
from stuurhut.replica.asked import zone
from stuurhut.targets.models import ClosedGoal, Closing, Target
from stuurhut.targets.moments import moment_for

Filter = tuple[tuple[str, str], ...]


class StillRunning(Refused):
    """A period that has not ended."""


class NothingToClose(Refused):
    """A period in which nobody had a goal."""


def close_period(*, period: Period, by: User | None) -> Closing:
    """Writes down, for every holder and KPI with a goal in the period, target, realised and attainment as known now.

    Again changes nothing and returns what was written first, also when two do it at once. Goals of parts of the period
    count as the cockpit counts them. Of a balance it is the stand at the end of the period, against the goal set by
    then; of all else what happened in the period, with the corrections recorded up to the closing: the same question
    with `known_at` the moment of closing gives the same figure for ever. The cockpit goes on asking the live figure;
    the targets pages show the frozen one. Raises StillRunning or NothingToClose.
    """
    closed = Closing.objects.filter(starts_on=period.start, until=period.until).first()
    if closed is not None:
        return closed
    if period.until > timezone.localdate():
        last = date_format(period.until, "DATE_FORMAT")
        raise StillRunning(_("This period runs until %(day)s; close it once it is over."), day=last)
    now = timezone.now()
    with replica.held():
        frozen = list(_frozen(period, now))  # before the transaction: it may take a while
    if not frozen:
        raise NothingToClose(_("Nobody had a goal in this period, so there is nothing to close."))
    try:
        with transaction.atomic():
            closing = Closing.objects.create(starts_on=period.start, until=period.until, closed_at=now, closed_by=by)
            for goal in frozen:
                goal.closing = closing
            ClosedGoal.objects.bulk_create(frozen, batch_size=500)
            made([closing], by=by)
    except IntegrityError:  # another process was first: what it wrote holds
        return Closing.objects.get(starts_on=period.start, until=period.until)
    return closing


def _frozen(period: Period, now: datetime) -> Iterator[ClosedGoal]:
    touching = Target.objects.filter(counting(), starts_on__lt=period.until, until__gt=period.start)
    whose: dict[tuple[str, str], set[Holder]] = {}
    for row in touching.values("kpi", "filter", "person_id", "team_id"):
        holder = Holder("person", row["person_id"]) if row["team_id"] is None else Holder("team", row["team_id"])
        whose.setdefault((row["kpi"], json.dumps(row["filter"], sort_keys=True)), set()).add(holder)
    for (key, where), holders in sorted(whose.items()):
        if key in CATALOGUE:  # an import may name a KPI of a later version
            yield from _goals(key, json.loads(where), holders, period, now)


def _goals(
    key: str, where: dict[str, str], holders: set[Holder], period: Period, now: datetime
) -> Iterator[ClosedGoal]:
    money = kpi_of(key).unit == "money"
    for row, holder in attained(key, where, holders, period, now):
        target, realised = row.value.more.get("target"), row.value.more.get("realised")
        if target is not None:
            yield ClosedGoal(
                kpi=key,
                filter=where,
                person_id=holder.id if holder.kind == "person" else None,
                team_id=holder.id if holder.kind == "team" else None,
                target=_text(target),
                realised=None if realised is None else _text(realised),
                attainment=None if row.value.value is None else float(row.value.value),
                currency=settings.CURRENCY if money else "",
            )


def attained(
    key: str, where: dict[str, str], holders: set[Holder], period: Period, now: datetime
) -> Iterator[tuple[Row, Holder]]:
    """The attainment of each of these holders in the period, as of now; of a balance as of the period's end."""
    as_of = moment_for(kpi_of(key), period, rounded_up(now), zone())
    for kind in ("person", "team"):
        wanted = {holder.id for holder in holders if holder.kind == kind}
        if not wanted or kind not in kpi_of(key).formula.dimensions:
            continue
        pairs = tuple((name, str(value)) for name, value in where.items())
        question = Question("target_attainment", period, as_of, (kind,), pairs, of=key, brief=True)
        for row in _rows(question):
            number = row.ids[kind]
            if number in wanted:
                yield row, Holder("person", number) if kind == "person" else Holder("team", number)


def _rows(question: Question) -> tuple[Row, ...]:
    try:
        return replica.ask(question, EVERYTHING).rows
    except QuestionError:
        if not question.where:
            raise
        return ()  # an imported goal for something that is not there, such as a source: it counts nowhere


def _text(number: Any) -> str:
    return f"{number:f}" if hasattr(number, "as_tuple") else repr(number)
