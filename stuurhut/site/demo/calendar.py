"""When the made company works: Dutch working days from nine to five, counted in working minutes.

A *position* is a number of working minutes since the first day, so that waiting is adding. A *moment* is a whole
number of seconds since 1970 in UTC, always at a whole minute.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

OPENS = 9
DAY = 480


class Calendar:
    """The working days in [first, last] in a time zone."""

    def __init__(self, first: date, last: date, zone: str) -> None:
        self.zone = ZoneInfo(zone)
        free = holidays.country_holidays("NL", years=range(first.year, last.year + 1))
        every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        self.days = [day for day in every if day.weekday() < 5 and day not in free]
        self.opens = [self.at(day, OPENS) for day in self.days]
        self.ordinals = [day.toordinal() for day in self.days]

    def at(self, day: date, hour: int, minute: int = 0) -> int:
        """The moment of a clock time on a day."""
        return int(datetime.combine(day, time(hour, minute), self.zone).timestamp())

    def moment(self, position: int) -> int:
        """The moment of a position."""
        day, minute = divmod(position, DAY)
        return self.opens[day] + minute * 60

    def day(self, position: int) -> date:
        """The day of a position."""
        return self.days[position // DAY]

    def index(self, day: date) -> int:
        """The number of the first working day on or after a day."""
        return bisect_left(self.ordinals, day.toordinal())

    def position(self, moment: int) -> int:
        """The first working minute at or after a moment."""
        day = max(bisect_left(self.opens, moment + 1) - 1, 0)
        minute = (moment - self.opens[day]) // 60
        return (day + 1) * DAY if minute >= DAY else day * DAY + max(minute, 0)
