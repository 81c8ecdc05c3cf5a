"""When the organisation works: its weekdays and hours, less the Dutch public holidays.

Good Friday is an ordinary working day, as in most Dutch firms; Liberation Day is a day off once in five years (2025,
2030), as in most collective agreements. Only the working hours of a day count, by the clock on the wall: a day on which
summer time begins or ends has as many of them as any other, unless the shift falls within them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, cached_property
from zoneinfo import ZoneInfo

import holidays

from stuurhut.kpi.words.period import Zone

EPOCH = date(2000, 1, 1)
END = date(2041, 1, 1)
DAYS_THAT_ARE_WORKED = frozenset({"Good Friday"})


@dataclass(frozen=True)
class CalendarDay:
    """A day: whether it is worked, from when until when (UTC), and what was worked since the epoch before it began."""

    day: date
    working: bool
    opens_at: datetime
    closes_at: datetime
    minutes_before: float
    working_days_before: int

    @property
    def minutes(self) -> float:
        return (self.closes_at - self.opens_at).total_seconds() / 60


@cache
def dutch_holidays() -> frozenset[date]:
    """The public holidays on which work stops, 2000 to 2040."""
    named = holidays.country_holidays("NL", years=range(EPOCH.year, END.year), language="en_US")
    return frozenset(day for day, name in named.items() if name not in DAYS_THAT_ARE_WORKED)


@dataclass(frozen=True)
class WorkingCalendar:
    """Working weekdays (ISO, 1 is Monday) and hours in a time zone. A day that closes at 00:00 lasts until midnight."""

    zone: Zone
    weekdays: frozenset[int]
    opens: time
    closes: time

    def is_working(self, day: date) -> bool:
        return day.isoweekday() in self.weekdays and day not in dutch_holidays()

    @property
    def minutes_a_day(self) -> float:
        return (self._clock(EPOCH, self.closes, 1) - self._clock(EPOCH, self.opens, 0)).total_seconds() / 60

    @cached_property
    def days(self) -> tuple[CalendarDay, ...]:
        """Every day from the epoch up to 2041."""
        return tuple(self._counted())

    @cached_property
    def _opening(self) -> list[datetime]:
        return [day.opens_at for day in self.days]

    def working_minute(self, moment: datetime) -> float:
        """Working minutes from the epoch up to the moment; within 2000 to 2040, beyond it stands still."""
        at = bisect_right(self._opening, moment.astimezone(UTC)) - 1
        if at < 0:
            return 0.0
        day = self.days[at]
        worked = (min(moment.astimezone(UTC), day.closes_at) - day.opens_at).total_seconds() / 60
        return day.minutes_before + max(worked, 0.0)

    def working_days(self, start: date, until: date) -> int:
        """Working days from `start` up to `until`, that day not included."""
        return self._days_before(until) - self._days_before(start)

    def _days_before(self, day: date) -> int:
        index = min(max((day - EPOCH).days, 0), len(self.days) - 1)
        return self.days[index].working_days_before

    def _counted(self) -> Iterator[CalendarDay]:
        minutes, working_days, day = 0.0, 0, EPOCH
        while day < END:
            working = self.is_working(day)
            opens = self._clock(day, self.opens, 0)
            closes = self._clock(day, self.closes, 1) if working else opens
            yield (one := CalendarDay(day, working, opens, closes, minutes, working_days))
            minutes, working_days, day = minutes + one.minutes, working_days + working, day + timedelta(days=1)

    def _clock(self, day: date, clock: time, midnight_is: int) -> datetime:
        if clock == time(0):
            day += timedelta(days=midnight_is)
        return datetime.combine(day, clock, ZoneInfo(self.zone.name)).astimezone(UTC)


@cache
def calendar_of(zone: Zone, weekdays: str, opens: time, closes: time) -> WorkingCalendar:
    """The calendar with these choices; the same one every time, since 15,000 days take a while to count."""
    return WorkingCalendar(zone, frozenset(int(digit) for digit in weekdays), opens, closes)
