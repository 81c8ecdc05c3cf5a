"""The columnar copy of the facts, and the engines that answer from it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stuurhut.kpi.words.answer import Answer, Record
    from stuurhut.kpi.words.question import Question
    from stuurhut.kpi.words.scope import Scope

# Imported where used: the child process that makes a snapshot needs neither Django nor Ibis, which take a second.


def ask(question: Question, scope: Scope) -> Answer:
    """The answer to a question within a scope, never older than the database. Raises UnknownName or QuestionError."""
    from stuurhut.replica import asking

    return asking.ask(question, scope)


def records(question: Question, scope: Scope, limit: int = 1000, offset: int = 0) -> tuple[list[Record], int]:
    """The records behind a number, newest first, and how many there are in all."""
    from stuurhut.replica import asking

    return asking.records(question, scope, limit, offset)


def held() -> AbstractContextManager[None]:
    """All that is asked within is answered from one copy, so that the figures of one page agree."""
    from stuurhut.replica import asking

    return asking.held()


def position() -> str:
    """Names the state of the data: equal positions give equal answers."""
    from stuurhut.replica import asking

    return asking.position()


def tend() -> bool:
    """What a worker does now and then, that nobody need wait for it. Returns whether a new snapshot was made."""
    from stuurhut.replica import asking

    return asking.tend()
