"""Answers questions from a copy that is as new as the database."""

from __future__ import annotations

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
from stuurhut.kpi.words.question import Question
from stuurhut.kpi.words.scope import Scope
from stuurhut.replica import marks, mirror
from stuurhut.replica.engine_duckdb import Copy, DuckEngine, Setting
from stuurhut.replica.mapping import Plan

COPIES_KEPT = 2
ANSWERS_KEPT = 2000
Given = TypeVar("Given")


class UnknownEngine(Exception):
    """The setting names an engine that there is not."""


@dataclass
class Shelf:
    """What this process keeps: the latest copies by position, and the answers given from them."""

    copies: OrderedDict[tuple[str, Setting], Copy] = field(default_factory=OrderedDict)
    answers: OrderedDict[tuple[object, ...], object] = field(default_factory=OrderedDict)
    lock: RLock = field(default_factory=RLock)
    has_triggers: set[str] = field(default_factory=set)


SHELF = Shelf()
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
    with SHELF.lock:
        _see_to_triggers()
        wanted = setting()
        key = (marks.position(), wanted)
        if key not in SHELF.copies:
            if not connection.in_atomic_block:
                marks.add_up()
            copy = Copy(plan(), mirror.read(plan().tables), wanted)
            key = (copy.source.position, wanted)
            SHELF.copies[key] = copy
        SHELF.copies.move_to_end(key)
        while len(SHELF.copies) > COPIES_KEPT:
            SHELF.copies.popitem(last=False)
        return _on_the_engine_set(SHELF.copies[key])


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
    key = (question, scope, current.position, setting(), settings.ENGINE)
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
    return marks.position()


def _kept(key: tuple[object, ...]) -> object:
    with SHELF.lock:
        if key in SHELF.answers:
            SHELF.answers.move_to_end(key)
        return SHELF.answers.get(key)


def _keep(key: tuple[object, ...], given: Given) -> Given:
    with SHELF.lock:
        SHELF.answers[key] = given
        while len(SHELF.answers) > ANSWERS_KEPT:
            SHELF.answers.popitem(last=False)
    return given


def _see_to_triggers() -> None:
    database = str(connection.settings_dict["NAME"])
    if database not in SHELF.has_triggers:
        marks.install(plan().tables)
        if not connection.in_atomic_block:  # what is rolled back takes its triggers along
            SHELF.has_triggers.add(database)


__all__ = ["SHELF", "UnknownEngine", "ask", "engine", "held", "plan", "position", "records", "setting"]
