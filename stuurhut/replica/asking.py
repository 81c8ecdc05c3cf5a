"""Answers questions from a copy that is as new as the database."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import RLock
from typing import TypeVar

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from stuurhut.kpi import answering
from stuurhut.kpi.engine import Engine
from stuurhut.kpi.words.answer import Answer, Record
from stuurhut.kpi.words.money import exponent
from stuurhut.kpi.words.period import Zone
from stuurhut.kpi.words.question import Question, rounded_up
from stuurhut.kpi.words.scope import Scope
from stuurhut.replica import feed, mirror, shelf
from stuurhut.replica.copies import Copy, Setting
from stuurhut.replica.engine_duckdb import DuckEngine
from stuurhut.replica.mapping import Plan

UNCOMMITTED_KEPT = 2
ANSWERS_KEPT = 2000
Given = TypeVar("Given")


class UnknownEngine(Exception):
    """The setting names an engine that there is not."""


@dataclass
class Kept:
    """What this process keeps: a copy per database, and the answers given.

    Within a transaction others may not see what it wrote, so copies of that stand apart, by what they are of.
    """

    copies: dict[tuple[str, Setting], Copy] = field(default_factory=dict)
    uncommitted: OrderedDict[tuple[str, str, Setting], Copy] = field(default_factory=OrderedDict)
    answers: OrderedDict[tuple[object, ...], object] = field(default_factory=OrderedDict)
    lock: RLock = field(default_factory=RLock)
    has_triggers: set[str] = field(default_factory=set)


KEPT = Kept()
HELD: ContextVar[list[Engine] | None] = ContextVar("held", default=None)


@cache
def plan() -> Plan:
    """What is copied and how facts are made of it, as the settings name it."""
    found: Plan = import_string(settings.FACTS)
    return found


def setting() -> Setting:
    """What a copy made now takes from the product's settings and the calendar on the wall."""
    zone = Zone(settings.TIME_ZONE, settings.FISCAL_YEAR_START)
    return Setting(
        zone=zone,
        year=zone.day(datetime.now(UTC)).year,
        currency=settings.CURRENCY,
        minor_digits=exponent(settings.CURRENCY),
        memory=settings.MEMORY,
        spill=Path(settings.DATA) / "spill",
    )


@contextmanager
def held() -> Iterator[None]:
    """All that is asked within is answered from the first copy used, so that the figures of one page agree."""
    before = HELD.set([])
    try:
        yield
    finally:
        HELD.reset(before)


def engine() -> Engine:
    """An engine that knows all that this connection sees now, or saw when a page began to ask (see `held`)."""
    page = HELD.get()
    if page:
        return page[0]
    found = _newest()
    if page is not None:
        page.append(found)
    return found


def _newest() -> Engine:
    """Threads that ask at once wait for one copy."""
    with KEPT.lock:
        return _on_the_engine_set(newest())


def newest() -> Copy:
    """The copy that knows all that this connection sees now."""
    with KEPT.lock:
        database, wanted = str(connection.settings_dict["NAME"]), setting()
        _see_to_triggers(database)
        return _uncommitted(database, wanted) if connection.in_atomic_block else _caught_up(database, wanted)


def _caught_up(database: str, wanted: Setting) -> Copy:
    """The copy that this process keeps, brought to what is committed now."""
    copy = KEPT.copies.get((database, wanted))
    if copy is None or not brought_up(copy):
        if mirror.is_small(plan().tables):
            copy = Copy.of(plan(), mirror.read_here(plan().tables), wanted)
        else:
            copy = shelf.taken(plan(), wanted)
            while not brought_up(copy, whatever_it_takes=True):  # much may have been written while it was made
                copy = shelf.taken(plan(), wanted)
        KEPT.copies = {key: other for key, other in KEPT.copies.items() if key[0] != database}
        KEPT.copies[database, wanted] = copy
    return copy


def brought_up(copy: Copy, *, whatever_it_takes: bool = False) -> bool:
    """Whether it is now as new as the database; else it is too far behind, or further than the feed reaches."""
    if feed.state().name == copy.state.name:
        return True
    at_most = math.inf if whatever_it_takes else shelf.most_changes(plan())
    read = mirror.read_changes(plan().tables, copy.state, at_most)
    if read is None:
        return False
    copy.catch_up(*read)
    return True


def _uncommitted(database: str, wanted: Setting) -> Copy:
    key = (database, feed.state().name, wanted)
    if key not in KEPT.uncommitted:
        KEPT.uncommitted[key] = Copy.of(plan(), mirror.read_here(plan().tables), wanted)
    KEPT.uncommitted.move_to_end(key)
    while len(KEPT.uncommitted) > UNCOMMITTED_KEPT:
        KEPT.uncommitted.popitem(last=False)
    return KEPT.uncommitted[key]


def tend() -> bool:
    """What the worker does now and then: a snapshot not far behind, a short feed. Whether a snapshot was made."""
    made = shelf.refresh(plan(), setting())
    feed.tend(lines_kept=max(feed.LINES_KEPT, shelf.most_changes(plan())))
    return made


def _on_the_engine_set(copy: Copy) -> Engine:
    if settings.ENGINE.startswith("sc://"):
        from stuurhut.replica.engine_spark import SparkEngine  # its packages are an extra: stuurhut[spark]

        return SparkEngine(copy, settings.ENGINE, Path(settings.DATA) / "spark")
    if settings.ENGINE != "duckdb":
        sentence = _("STUURHUT_ENGINE is '%(engine)s'; give duckdb, or sc://host:port for Spark Connect.")
        raise UnknownEngine(sentence % {"engine": settings.ENGINE})
    return DuckEngine(copy)


def ask(question: Question, scope: Scope) -> Answer:
    """The answer, never older than the database. Raises UnknownName or QuestionError."""
    asked_at = datetime.now(UTC)
    current = engine()
    # Of a peildatum ahead the answer moves with the clock, also when nothing is written.
    seen_until = min(question.as_of, rounded_up(asked_at))
    key = (question, seen_until, scope, current.position, setting(), settings.ENGINE)
    found = _kept(key)
    if found is None:
        found = _keep(key, answering.answer(question, scope, current))
    assert isinstance(found, Answer)
    return replace(found, fresh_at=asked_at)


def records(question: Question, scope: Scope, limit: int = 1000, offset: int = 0) -> tuple[list[Record], int]:
    """The records behind a number, newest first, and how many there are in all."""
    return answering.records(question, scope, engine(), limit, offset)


def position() -> str:
    """Names the state of the data; equal positions give equal answers."""
    return feed.state().name


def _kept(key: tuple[object, ...]) -> object:
    with KEPT.lock:
        if key in KEPT.answers:
            KEPT.answers.move_to_end(key)
        return KEPT.answers.get(key)


def _keep(key: tuple[object, ...], given: Given) -> Given:
    with KEPT.lock:
        KEPT.answers[key] = given
        while len(KEPT.answers) > ANSWERS_KEPT:
            KEPT.answers.popitem(last=False)
    return given


def _see_to_triggers(database: str) -> None:
    if database not in KEPT.has_triggers:
        feed.install(plan().tables)
        if not connection.in_atomic_block:  # what is rolled back takes its triggers along
            KEPT.has_triggers.add(database)


__all__ = ["KEPT", "UnknownEngine", "ask", "engine", "held", "plan", "position", "records", "setting", "tend"]
