"""A verdict: what is so, of whom, why we say it, how sure that is, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from stuurhut.kpi.words.answer import Number
from stuurhut.kpi.words.period import Period
from stuurhut.kpi.words.question import Question

State = Literal["good", "bad", "look", "unknown"]  # on course, behind, needs a look, cannot say


@dataclass(frozen=True)
class Figure:
    """A number in a sentence; the edge writes it by its unit in the reader's language."""

    value: Number
    unit: str


@dataclass(frozen=True)
class Term:
    """A word of our own in a sentence, such as the label of a KPI: English, translated at the edge."""

    text: str


Filling = Figure | Term | Period | date | str | int  # str is somebody's or something's own name


@dataclass(frozen=True)
class Sentence:
    """English with named placeholders, and what fills them; translated and filled at the edge."""

    text: str
    values: Mapping[str, Filling] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """Whom or what a verdict is about: a person, a team, a source ... or the whole that was asked for (`id` None)."""

    kind: str
    id: int | None = None
    name: str = ""


@dataclass(frozen=True)
class Verdict:
    """One judgement. `kind` is its key (see `kinds.py`), `brief` the few words for a tile.

    `chance`: how likely evidence at least this strong is when nothing is going on (a p-value); None where nothing was
    tested, because it was counted or because it is too early to tell. `at_stake`: what it is worth in the base
    currency over the period, None when that cannot be said. `behind`: the question whose records show it.
    """

    kind: str
    state: State
    about: Subject
    kpi: str
    brief: Sentence
    sentence: Sentence
    evidence: tuple[Sentence, ...] = ()
    remedy: Sentence | None = None
    chance: float | None = None
    at_stake: Decimal | None = None
    behind: Question | None = None

    @property
    def certainty(self) -> float | None:
        """1 - chance: how sure; None where nothing was tested."""
        return None if self.chance is None else 1 - self.chance
