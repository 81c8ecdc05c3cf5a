"""A question: which KPI, over which period, by what, as of when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from stuurhut.kpi.words.period import Period, Zone, moved, moved_day

Comparison = Literal["", "previous", "last-year"]


@dataclass(frozen=True)
class Question:
    """One KPI asked over [period.start, period.until) as known just before `as_of`.

    `where` pairs a dimension with a name or an id; pairs of one dimension are alternatives.
    `known_at` leaves out what was recorded later. `of` is the KPI whose target is meant. `brief` asks for the figures
    alone: what was left out of them is not counted, and the answer's `excluded` is empty. `per_fte` asks what every
    value is per selling FTE, beside it.
    """

    kpi: str
    period: Period
    as_of: datetime
    by: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    compare: Comparison = ""
    known_at: datetime | None = None
    of: str = "sales_value"
    brief: bool = False
    per_fte: bool = False

    def compared(self, zone: Zone) -> Question:
        """The same question of the other period, with T moved by the same calendar distance.

        While this period runs the other is cut at the same elapsed point; once it has ended the other is whole, and
        balances and cohorts are still met at the same age.
        """
        other = moved(self.period, self.compare)
        until = zone.instant(other.until)
        if self.as_of >= zone.instant(self.period.until):
            return replace(self, period=other, as_of=max(self._moved(self.as_of, zone), until), compare="")
        instant = timedelta(microseconds=1)  # what still counts: midnight ends the day before
        then = self._moved(self.as_of - instant, zone) + instant
        return replace(self, period=other, as_of=min(then, until), compare="")

    def _moved(self, moment: datetime, zone: Zone) -> datetime:
        local = zone.local(moment)
        day = moved_day(local.date(), self.period, self.compare)
        return datetime.combine(day, local.time(), ZoneInfo(zone.name)).astimezone(UTC)


def rounded_up(moment: datetime) -> datetime:
    """The moment rounded up to the whole minute: what has just been recorded counts at once."""
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + timedelta(minutes=1)


def end_of(day: date, zone: Zone) -> datetime:
    """A peildatum given as a date means the end of that day."""
    return zone.instant(day + timedelta(days=1))
