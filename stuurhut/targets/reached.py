"""What was reached, per holder and period, as the grid shows it beside the goals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from stuurhut import replica
from stuurhut.kpi.goals import Holder
from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.words.answer import Number, Row
from stuurhut.kpi.words.period import Period, bucket_name
from stuurhut.kpi.words.question import Question, rounded_up
from stuurhut.kpi.words.scope import Scope
from stuurhut.replica.asked import zone
from stuurhut.targets.moments import is_course, moment_for

Span = tuple[date, date]
Reached = dict[tuple[Holder, Span], Number]
KINDS = ("person", "team")


@dataclass(frozen=True)
class Asker:
    """Asks one KPI for all holders that a scope may see: of persons the own figure, of teams with those below them."""

    kpi: Kpi
    scope: Scope
    now: datetime
    kinds: tuple[str, ...] = KINDS
    found: Reached = field(default_factory=dict)

    def course(self, period: Period, grain: str, spans: Iterable[Span]) -> None:
        """Looks up each of the spans, which are the buckets of the grain in the period, and the period as a whole."""
        begun = [span for span in spans if self._has_begun(span[0])]
        if not begun:
            return
        self.whole(period)
        if grain == "year":
            return
        if not is_course(self.kpi, grain):
            for span in begun:
                self.whole(Period(*span))
            return
        by_name = {bucket_name(start, grain): (start, until) for start, until in begun}
        for kind in self.kinds:
            for row in self._rows(period, (kind, grain)):
                if (name := row.names[grain]) in by_name:
                    self._keep(row, kind, by_name[name])

    def whole(self, period: Period) -> None:
        """Looks up the period in one figure."""
        for kind in self.kinds:
            for row in self._rows(period, (kind,)):
                self._keep(row, kind, (period.start, period.until))

    def _has_begun(self, day: date) -> bool:
        return zone().instant(day) < rounded_up(self.now)

    def _rows(self, period: Period, by: tuple[str, ...]) -> tuple[Row, ...]:
        if by[0] not in self.kpi.formula.dimensions:
            return ()
        as_of = moment_for(self.kpi, period, rounded_up(self.now), zone())
        scope = self.scope
        if by[0] == "person":
            return replica.ask(Question(self.kpi.key, period, as_of, by, brief=True), scope).rows
        # Of a team with the teams below it: attainment adds those up, and for a share computes it anew.
        question = Question("target_attainment", period, as_of, by, of=self.kpi.key, brief=True)
        return replica.ask(question, scope).rows

    def _keep(self, row: Row, kind: str, span: Span) -> None:
        number = row.ids[kind]
        if number is None:
            return
        if kind == "person":
            self.found[Holder("person", number), span] = row.value.value
        else:
            self.found[Holder("team", number), span] = row.value.more.get("realised")  # type: ignore[assignment]
