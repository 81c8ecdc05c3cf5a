"""What is judged: a period, a peildatum and whose figures, with the way to ask for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from stuurhut.kpi.verdicts.thresholds import Thresholds
from stuurhut.kpi.words.answer import Answer
from stuurhut.kpi.words.period import Period, Zone
from stuurhut.kpi.words.question import Comparison, Question


@dataclass(frozen=True)
class Asking:
    """`ask` answers within one scope; `where` narrows as in a question (a team, a person)."""

    ask: Callable[[Question], Answer]
    period: Period
    as_of: datetime
    zone: Zone
    where: tuple[tuple[str, str], ...] = ()
    thresholds: Thresholds = field(default_factory=Thresholds)

    def question(
        self,
        kpi: str,
        *,
        period: Period | None = None,
        by: tuple[str, ...] = (),
        where: tuple[tuple[str, str], ...] = (),
        of: str = "sales_value",
        compare: Comparison = "",
    ) -> Question:
        """A brief question in this frame, narrowed further by `where`."""
        return Question(
            kpi, period or self.period, self.as_of, by, (*self.where, *where), compare, of=of, brief=True
        )

    def answer(self, kpi: str, **how: object) -> Answer:
        return self.ask(self.question(kpi, **how))  # type: ignore[arg-type]
