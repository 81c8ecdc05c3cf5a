"""A period of whole days, its names, and the calendar of the organisation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from stuurhut.kpi.words.errors import QuestionError
from stuurhut.kpi.words.text import gettext_noop as _

GRAINS = ("day", "week", "month", "quarter", "year", "fiscal_year")


@dataclass(frozen=True)
class Zone:
    """Where the organisation's days begin and its fiscal year starts."""

    name: str = "Europe/Amsterdam"
    fiscal_start: int = 1

    def instant(self, day: date) -> datetime:
        """The moment the day begins, aware, in UTC."""
        return datetime.combine(day, time.min, ZoneInfo(self.name)).astimezone(UTC)

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.name))

    def day(self, moment: datetime) -> date:
        return self.local(moment).date()


@dataclass(frozen=True)
class Period:
    """Days from `start` up to `until` (not included).

    >>> parse("2026-Q3", today=date(2026, 11, 21))
    Period(start=datetime.date(2026, 7, 1), until=datetime.date(2026, 10, 1), name='2026-Q3')
    """

    start: date
    until: date
    name: str = ""

    def __post_init__(self) -> None:
        if self.until <= self.start:
            raise QuestionError(
                _("The period ends on %(until)s, before it has begun; give a later end."), until=self.until
            )

    @property
    def days(self) -> int:
        return (self.until - self.start).days

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.until


def add_months(day: date, months: int) -> date:
    """The same day so many months on, or the last of that month when it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def floor(day: date, grain: str, fiscal_start: int = 1) -> date:
    """The first day of the day's bucket."""
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain == "month":
        return day.replace(day=1)
    if grain == "quarter":
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    if grain == "year":
        return date(day.year, 1, 1)
    if grain == "fiscal_year":
        return date(day.year if day.month >= fiscal_start else day.year - 1, fiscal_start, 1)
    return day


def following(start: date, grain: str) -> date:
    """The first day of the next bucket."""
    if grain == "day":
        return start + timedelta(days=1)
    if grain == "week":
        return start + timedelta(days=7)
    return add_months(start, {"month": 1, "quarter": 3, "year": 12, "fiscal_year": 12}[grain])


@lru_cache(4096)
def bucket_name(start: date, grain: str) -> str:
    """How a bucket is written: 2026-W37, 2026-09, 2026-Q3, 2026, FY2026, 2026-09-14."""
    if grain == "week":
        year, week, _day = start.isocalendar()
        return f"{year}-W{week:02d}"
    if grain == "month":
        return f"{start:%Y-%m}"
    if grain == "quarter":
        return f"{start.year}-Q{(start.month + 2) // 3}"
    if grain == "year":
        return str(start.year)
    if grain == "fiscal_year":
        return f"FY{(add_months(start, 12) - timedelta(days=1)).year}"
    return start.isoformat()


def buckets(period: Period, grain: str, fiscal_start: int = 1) -> Iterator[date]:
    """The first days of all buckets that the period touches."""
    start = floor(period.start, grain, fiscal_start)
    while start < period.until:
        yield start
        start = following(start, grain)


def parse(text: str, *, today: date, fiscal_start: int = 1) -> Period:
    """A period from its name. Raises QuestionError with the forms that exist."""
    name = text.strip()
    try:
        found = _absolute(name, fiscal_start) or _relative(name.lower(), today, fiscal_start)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise QuestionError(
            _(
                "'%(text)s' is not a period; write 2026, 2026-Q3, 2026-09, 2026-W37, 2026-09-14, "
                "2026-09-01..2026-10-01, FY2026, FY2026-Q1, this-month, last-quarter, ytd or last-13-weeks."
            ),
            text=text,
        )
    start, until = found
    return Period(start, until, name)


def _absolute(name: str, fiscal_start: int) -> tuple[date, date] | None:
    if ".." in name:
        first, last = name.split("..", 1)
        return date.fromisoformat(first), date.fromisoformat(last)
    if match := re.fullmatch(r"FY(\d{4})(?:-Q([1-4]))?", name, re.IGNORECASE):
        year, quarter = int(match[1]), match[2]
        start = date(year if fiscal_start == 1 else year - 1, fiscal_start, 1)
        return (start, add_months(start, 12)) if quarter is None else _quarter(start, int(quarter))
    if match := re.fullmatch(r"(\d{4})", name):
        return date(int(match[1]), 1, 1), date(int(match[1]) + 1, 1, 1)
    if match := re.fullmatch(r"(\d{4})-Q([1-4])", name, re.IGNORECASE):
        return _quarter(date(int(match[1]), 1, 1), int(match[2]))
    if match := re.fullmatch(r"(\d{4})-W(\d{1,2})", name, re.IGNORECASE):
        start = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return start, start + timedelta(days=7)
    if match := re.fullmatch(r"(\d{4})-(\d{2})", name):
        start = date(int(match[1]), int(match[2]), 1)
        return start, add_months(start, 1)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", name):
        start = date.fromisoformat(name)
        return start, start + timedelta(days=1)
    return None


def _quarter(year_start: date, quarter: int) -> tuple[date, date]:
    start = add_months(year_start, 3 * (quarter - 1))
    return start, add_months(start, 3)


def _relative(name: str, today: date, fiscal_start: int) -> tuple[date, date] | None:
    if name == "today":
        return today, today + timedelta(days=1)
    if name == "yesterday":
        return today - timedelta(days=1), today
    if name == "ytd":
        return date(today.year, 1, 1), today + timedelta(days=1)
    match = re.fullmatch(r"(this|last)-(?:([1-9]\d*)-)?(day|week|month|quarter|year|fiscal-year)s?", name)
    if not match:
        return None
    which, count, grain = match[1], match[2], match[3].replace("-", "_")
    this = floor(today, grain, fiscal_start)
    if which == "this":
        return None if count else (this, following(this, grain))
    if count is None:  # the last complete one
        return floor(this - timedelta(days=1), grain, fiscal_start), this
    start = this
    for _step in range(int(count) - 1):
        start = floor(start - timedelta(days=1), grain, fiscal_start)
    return start, following(this, grain)


def moved(period: Period, by: str) -> Period:
    """The period to compare with: the one before (`previous`), or the same a year earlier (`last-year`)."""
    return Period(moved_day(period.start, period, by), moved_day(period.until, period, by))


def moved_day(day: date, period: Period, by: str) -> date:
    """A day of the period, moved to the period to compare with: by the same calendar distance."""
    if by == "last-year":
        weeks = period.start.weekday() == 0 and period.days % 7 == 0 and "w" in period.name.lower()
        return day - timedelta(days=364) if weeks else add_months(day, -12)
    months = _whole_months(period)
    return add_months(day, -months) if months else day - timedelta(days=period.days)


def _whole_months(period: Period) -> int:
    if period.start.day != 1 or period.until.day != 1:
        return 0
    return (period.until.year - period.start.year) * 12 + period.until.month - period.start.month
