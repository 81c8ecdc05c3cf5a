"""What is judged: a period, a peildatum and whose figures, with the way to ask for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from stuurhut.kpi.verdicts.thresholds import Thresholds
from stuurhut.kpi.words.answer import Answer
from stuurhut.kpi.words.period import Period, Zone
from stuurhut.kpi.words.question import Comparison, Question

Ask = Callable[[Question], Answer]
PEOPLE = ("person", "team", "lead_owner")


@dataclass(frozen=True)
class Asking:
    """`ask` answers within one scope; `where` narrows as in a question (a team, a person). `as_of` had best be a
    midnight, so that what was judged in the morning holds all day; `exactly` is then the peildatum to the minute, for
    what is counted and not judged.

    `ask_all` answers for the whole organisation, so that a seller meets the same colleagues whoever is looking; what it
    says is told of the colleagues together only. Without it the colleagues are those in view. `only` is the one person
    in view, when it is one: teams are then not judged by that person's part in them. `teams` are those of which
    everything is in view (None: all).
    """

    ask: Ask
    period: Period
    as_of: datetime
    zone: Zone
    where: tuple[tuple[str, str], ...] = ()
    thresholds: Thresholds = field(default_factory=Thresholds)
    ask_all: Ask | None = None
    only: int | None = None
    teams: frozenset[int] | None = None
    exactly: datetime | None = None

    def question(
        self,
        kpi: str,
        *,
        period: Period | None = None,
        by: tuple[str, ...] = (),
        where: tuple[tuple[str, str], ...] = (),
        of: str = "sales_value",
        compare: Comparison = "",
        per_fte: bool = False,
    ) -> Question:
        """A brief question in this frame, narrowed further by `where`."""
        where = (*self.where, *where)
        return Question(kpi, period or self.period, self.as_of, by, where, compare, of=of, brief=True, per_fte=per_fte)

    def answer(self, kpi: str, **how: object) -> Answer:
        return self.ask(self.question(kpi, **how))  # type: ignore[arg-type]

    @property
    def everyone(self) -> Asking:
        """The same frame over all colleagues."""
        if self.ask_all is None:
            return self
        return replace(self, ask=self.ask_all, where=tuple(pair for pair in self.where if pair[0] not in PEOPLE))
