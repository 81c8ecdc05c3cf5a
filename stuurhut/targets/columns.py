"""The periods of a grid: those of the grain, and the year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.utils.translation import gettext as _

from stuurhut.kpi.words.period import Period
from stuurhut.targets.asking import GridAsked
from stuurhut.targets.models import Closing
from stuurhut.ui.numbers import short_day
from stuurhut.ui.periods import bucket_called

State = Literal["past", "now", "ahead"]


@dataclass(frozen=True)
class Column:
    """A period of the grid. `closing`: it was closed itself; `locked_by`: so was this, or a period around it.

    `up_to` says of a running period up to which day its figures count, in words; empty for any other.
    """

    start: date
    until: date
    label: str
    name: str
    state: State
    is_whole: bool
    closing: Closing | None
    locked_by: Closing | None
    up_to: str = ""

    @property
    def is_locked(self) -> bool:
        """Whether its goals stay as they are."""
        return self.locked_by is not None

    @property
    def period(self) -> Period:
        return Period(self.start, self.until)

    @property
    def span(self) -> tuple[date, date]:
        return self.start, self.until


def columns(asked: GridAsked, today: date) -> list[Column]:
    """The periods of the grain, then the year where those are shorter."""
    closings = list(Closing.objects.filter(starts_on__lt=asked.period.until, until__gt=asked.period.start))
    spans = [] if asked.grain == "year" else asked.spans()
    found = [_column(start, until, asked.grain, today, closings) for start, until in spans]
    return [*found, _column(asked.period.start, asked.period.until, "year", today, closings, is_whole=True)]


def _column(
    start: date, until: date, grain: str, today: date, closings: list[Closing], *, is_whole: bool = False
) -> Column:
    own = next((one for one in closings if (one.starts_on, one.until) == (start, until)), None)
    around = next((one for one in closings if one.starts_on <= start and until <= one.until), None)
    state: State = "past" if until <= today else "now" if start <= today else "ahead"
    label, name = bucket_called(start, grain, short=True), bucket_called(start, grain)
    up_to = _("up to %(day)s") % {"day": short_day(today)} if state == "now" else ""
    return Column(start, until, label, name, state, is_whole, own, own or around, up_to)
