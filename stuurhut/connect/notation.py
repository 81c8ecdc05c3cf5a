"""How numbers and days are written in a column: told from the whole column, then read that way.

Pure values: no Django, no files.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

SPACES = re.compile(r"[\s\u00a0\u2009\u202f'’]+")
CURRENCY = re.compile(r"€|\$|£|¥|EUR|USD|GBP|CHF", re.IGNORECASE)
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januari",
            "feb february februari",
            "mar march mrt maart",
            "apr april",
            "may mei",
            "jun june juni",
            "jul july juli",
            "aug august augustus",
            "sep sept september",
            "oct october okt oktober",
            "nov november",
            "dec december",
        ),
        1,
    )
    for name in names.split()
}
YEAR_FIRST = "yyyy-mm-dd"
DAY_FORMS = {YEAR_FIRST: "dmy", "dd-mm-yyyy": "dmy", "mm-dd-yyyy": "mdy"}
_YEAR_FIRST = re.compile(r"(\d{4})[-/. ]?(\d{1,2})[-/. ]?(\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?!\d)")
_NAMED = re.compile(r"(\d{1,2})[-. ]+([A-Za-z]{3,9})\.?[-, ]+(\d{4})(?!\d)")
_NAMED_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})(?!\d)")
_CLOCK = re.compile(
    r"[T ,]*(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)? ?([AaPp]\.?[Mm]\.?)? ?(Z|UTC|[+-]\d{2}:?\d{2})?"
)
EXCEL_DAYS = (20_000, 80_000)  # 1954 to 2119: numbers that a spreadsheet may mean as days
EXCEL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a day of the spreadsheet's calendar, in no zone


class NotRead(ValueError):
    """A text that is not a number, or not a day, in the form of its column."""


@dataclass(frozen=True)
class Notation:
    """How one column is written. `sure` is False when nothing in the column told it."""

    decimal: str = "."
    day_first: bool = True
    sure: bool = True
    year_first: bool = True
    separator: str = "-"

    @property
    def example(self) -> str:
        """A day as this column has it: 14 September 2026."""
        parts = ("2026", "09", "14") if self.year_first else ("14", "09", "2026")
        if not self.year_first and not self.day_first:
            parts = ("09", "14", "2026")
        return self.separator.join(parts)


@dataclass
class Evidence:
    """What the values of one column say about their form. Counts, so that one slip does not decide."""

    decimal_comma: int = 0
    decimal_point: int = 0
    unclear_number: int = 0
    day_first: int = 0
    month_first: int = 0
    unclear_day: int = 0
    styles: Counter[tuple[bool, str]] = field(default_factory=Counter)  # of days: the year first, and what separates

    def add_numbers(self, texts: Iterable[object]) -> None:
        for text in texts:
            if isinstance(text, str):
                self._number(text)

    def _number(self, text: str) -> None:
        comma, point = text.rfind(","), text.rfind(".")
        if comma < 0 and point < 0:
            return
        sign = "," if comma > point else "."
        if min(comma, point) < 0:
            whole, _, rest = text.strip().partition(sign)
            digits = re.match(r"\d*", rest)
            lead = re.sub(r"\D", "", whole)
            if text.count(sign) > 1:
                sign = "." if sign == "," else ","
            elif digits and len(digits[0]) == 3 and lead and lead[0] != "0" and len(lead) <= 3:
                self.unclear_number += 1
                return
        if sign == ",":
            self.decimal_comma += 1
        else:
            self.decimal_point += 1

    def add_days(self, texts: Iterable[object]) -> None:
        for text in texts:
            if isinstance(text, str) and (match := _YEAR_LAST.match(text.strip())):
                first, second = int(match[1]), int(match[2])
                self.styles[False, text.strip()[match.end(1)]] += 1
                if first > 12 >= second:
                    self.day_first += 1
                elif second > 12 >= first:
                    self.month_first += 1
                elif first != second:
                    self.unclear_day += 1
            elif isinstance(text, str) and (match := _YEAR_FIRST.match(text.strip())):
                self.styles[True, text.strip()[match.end(1) : match.start(2)]] += 1

    def join(self, other: Evidence) -> None:
        """Adds what another column of the same file says."""
        for name in ("decimal_comma", "decimal_point", "day_first", "month_first"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.styles.update(other.styles)


def notation(own: Evidence, file: Evidence, *, delimiter: str = ",") -> Notation:
    """The form of a column from its own values, else from the other columns of the file, else the usual one here.

    Day before month and a decimal point are the usual ones; where `;` separates, the decimal sign is the comma.
    """
    numbers = own if own.decimal_comma or own.decimal_point else file
    if numbers.decimal_comma or numbers.decimal_point:
        comma, known = numbers.decimal_comma > numbers.decimal_point, True
    else:
        comma, known = delimiter == ";", delimiter == ";" or not own.unclear_number
    days = own if own.day_first or own.month_first else file
    told = bool(days.day_first or days.month_first)
    day_first = days.day_first >= days.month_first
    sure = known and (told or not own.unclear_day)
    styles = (own.styles or file.styles).most_common(1) or [((True, "-"), 0)]
    return Notation("," if comma else ".", day_first, sure, *styles[0][0])


def read_number(raw: object, form: Notation) -> Decimal:
    """A number from `1.234,50`, `€ 1,234.50`, `(12)`, `40%` (0.40) or `12,-`. Raises NotRead."""
    if isinstance(raw, bool):
        raise NotRead(str(raw))
    if isinstance(raw, int | Decimal):
        return Decimal(raw)
    if isinstance(raw, float):
        return Decimal(str(raw))
    text = CURRENCY.sub("", SPACES.sub("", str(raw)))
    negative = text.startswith("(") and text.endswith(")")
    text = text.strip("()")
    percent = text.endswith("%")
    text = re.sub(r"[,.](-{1,2}|=)$", "", text.rstrip("%"))
    if text.endswith("-"):
        text, negative = text[:-1], True
    group = "." if form.decimal == "," else ","
    if group in text and not re.fullmatch(rf"[+-]?\d{{1,3}}(\{group}\d{{3}})+(\{form.decimal}\d*)?", text):
        raise NotRead(text)
    text = text.replace(group, "").replace(form.decimal, ".")
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", text):
        raise NotRead(text)
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise NotRead(text) from error
    value = -value if negative else value
    return value / 100 if percent else value


def read_day(raw: object, form: Notation) -> date:
    """A day, of a text with or without a time, of a spreadsheet's number, or as it is. Raises NotRead."""
    return read_local(raw, form).date()


def read_local(raw: object, form: Notation) -> datetime:
    """Day and time as written, with the zone when one is written; without a time 00:00. Raises NotRead."""
    if isinstance(raw, str):
        return _of_text(raw.strip(), form)
    if isinstance(raw, datetime):
        return raw
    if isinstance(raw, date):
        return datetime.combine(raw, time.min)
    if isinstance(raw, int | float | Decimal):
        return _excel(float(raw))
    return _of_text(str(raw).strip(), form)


def _of_text(text: str, form: Notation) -> datetime:
    if text[4:5] == "-" and len(text) in (10, 19):
        with suppress(ValueError):  # more forms are known below
            return datetime.fromisoformat(text)  # ten times as fast, for what most systems write
    try:
        day, rest = _day(text, form)
        return _clock(day, rest) if rest else datetime.combine(day, time.min)
    except (ValueError, OverflowError) as error:
        raise NotRead(text) from error


def read_moment(raw: object, form: Notation, zone: ZoneInfo) -> datetime:
    """A moment in UTC; a time without zone is the organisation's, a day begins at 00:00 there. Raises NotRead."""
    local = read_local(raw, form)
    try:
        return (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError as error:
        raise NotRead(str(raw)) from error


def is_clock(raw: object) -> bool:
    """Whether this is a time of day and nothing else: 13:45, 9.30, 1:45 PM."""
    return isinstance(raw, time) or (isinstance(raw, str) and _CLOCK.fullmatch(raw.strip()) is not None)


def _excel(serial: float) -> datetime:
    if not EXCEL_DAYS[0] <= serial < EXCEL_DAYS[1]:
        raise NotRead(str(serial))
    return EXCEL_ZERO + timedelta(seconds=round(serial * 86400))


def _day(text: str, form: Notation) -> tuple[date, str]:
    """The day at the head of a text, and what stands behind it."""
    if match := _YEAR_FIRST.match(text):
        return date(int(match[1]), int(match[2]), int(match[3])), text[match.end() :]
    if match := _YEAR_LAST.match(text):
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        year += 0 if year > 99 else 2000 if year < 70 else 1900
        day, month = (first, second) if form.day_first else (second, first)
        return date(year, month, day), text[match.end() :]
    if match := _NAMED.match(text):
        return date(int(match[3]), _month(match[2]), int(match[1])), text[match.end() :]
    if match := _NAMED_MONTH_FIRST.match(text):
        return date(int(match[3]), _month(match[1]), int(match[2])), text[match.end() :]
    if re.fullmatch(r"\d{5}([.]\d+)?", text):
        found = _excel(float(text))
        return found.date(), found.strftime(" %H:%M:%S")
    raise NotRead(text)


def _month(name: str) -> int:
    if name.lower() not in MONTHS:
        raise NotRead(name)
    return MONTHS[name.lower()]


def _clock(day: date, text: str) -> datetime:
    match = _CLOCK.fullmatch(text.rstrip())
    if match is None:
        raise NotRead(text)
    hour = int(match[1])
    if match[5]:
        if not 1 <= hour <= 12:
            raise NotRead(text)
        hour = hour % 12 + (12 if match[5][0] in "pP" else 0)
    micro = int((match[4] or "0")[:6].ljust(6, "0"))
    local = datetime.combine(day, time(hour, int(match[2]), int(match[3] or 0), micro))
    zone = match[6]
    if not zone:
        return local
    if zone in ("Z", "UTC"):
        return local.replace(tzinfo=UTC)
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return (local - timedelta(minutes=minutes if zone[0] == "+" else -minutes)).replace(tzinfo=UTC)
