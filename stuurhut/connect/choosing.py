"""The mapping as somebody changes it on the page: what a file holds, and what each of its columns feeds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy

from stuurhut.connect.fields import BY_NAME
from stuurhut.connect.guessing import Look, guess, is_time, joined, look_at, take_for
from stuurhut.connect.mapped import FileMap, Mapping, RecordMap, Take
from stuurhut.connect.survey import Source
from stuurhut.connect.words import FIELDS

KEY, LINE, SKIP = "key", "line", ""
DAY_ORDERS = (("", gettext_lazy("told from the file")), ("dd-mm-yyyy", gettext_lazy("day-month-year")),
              ("mm-dd-yyyy", gettext_lazy("month-day-year")))  # fmt: skip
DECIMAL_SIGNS = (("", gettext_lazy("told from the file")), (",", gettext_lazy("comma: 1.234,50")),
                 (".", gettext_lazy("point: 1,234.50")))  # fmt: skip


def chosen(mapping: Mapping, sources: list[Source], filled: Any) -> Mapping:
    """The mapping after what somebody filled in on the page; what was left as it stood keeps its finer points."""
    files = list(mapping.files)
    for source in sources:
        number = mapping.files.index(source.map)
        if f"f{number}-fact" in filled:
            files[number] = _changed(files[number], number, source, filled)
    return replace(mapping, files=tuple(files))


def _changed(part: FileMap, number: int, source: Source, filled: Any) -> FileMap:
    fact = filled[f"f{number}-fact"]
    if fact != (part.records[0].fact if part.records else ""):
        fresh = guess(look_at(source.table), fact) if fact in FIELDS else replace(part, records=())
        return replace(part, records=fresh.records, optional=True)
    for place, column in enumerate(source.table.header):
        wanted = filled.get(f"f{number}-c{place}")
        if wanted is not None and wanted != next(destinations(part, column), SKIP):
            part = moved(part, column, wanted, look_at(source.table))
    dates, decimals = filled.get(f"f{number}-dates", part.dates), filled.get(f"f{number}-decimals", part.decimals)
    known = dates in dict(DAY_ORDERS) and decimals in dict(DECIMAL_SIGNS)
    return replace(part, dates=dates, decimals=decimals) if known else part


def moved(part: FileMap, column: str, to: str, look: Look) -> FileMap:
    """A column taken from all that it fed, and put to another field; a time goes behind the day that feeds it."""
    records = [_without(record, column) for record in part.records]
    number, _dot, name = to.partition(".")
    if number.isdigit() and int(number) < len(records):
        record = records[int(number)]
        day = record.fields.get(name)
        if day is not None and day.column and is_time(look, column):
            records[int(number)] = replace(record, fields={**record.fields, name: joined(day, column)})
        else:
            records[int(number)] = _with(record, name, column)
    return replace(part, records=tuple(records), optional=True)


def _without(record: RecordMap, column: str) -> RecordMap:
    return replace(
        record,
        key=tuple(take for take in record.key if not uses(take, column)),
        fields={name: left for name, take in record.fields.items() if (left := _left(take, column)) is not None},
        lines={name: take for name, take in record.lines.items() if not uses(take, column)},
    )


def _left(take: Take, column: str) -> Take | None:
    """What feeds a field without one of its columns; a translation is of all of them together."""
    if not uses(take, column):
        return take
    others = tuple(name for name in take.columns if name != column)
    if not others or take.values:
        return None
    return replace(take, columns=others) if len(others) > 1 else replace(take, columns=(), column=others[0])


def _with(record: RecordMap, name: str, column: str) -> RecordMap:
    fact = BY_NAME[record.fact]
    if name == KEY:
        return replace(record, key=(*record.key, Take(column=column)))
    line, _dot, of_line = name.partition(".")
    if line == LINE and fact.lines and of_line in fact.line_fields:
        take = take_for(record.fact, of_line, column, line=True)
        return replace(record, lines={**record.lines, of_line: take})
    if name in fact.fields:
        return replace(record, fields={**record.fields, name: take_for(record.fact, name, column)})
    return record


def destinations(part: FileMap, column: str) -> Iterator[str]:
    """Everything that a column feeds: `record.field`, `record.line.field`, or `record.key`."""
    keys = []
    for number, record in enumerate(part.records):
        for name, take in record.fields.items():
            if uses(take, column):
                yield f"{number}.{name}"
        for name, take in record.lines.items():
            if uses(take, column):
                yield f"{number}.{LINE}.{name}"
        if any(uses(take, column) for take in record.key):
            keys.append(f"{number}.{KEY}")
    yield from keys


def uses(take: Take, column: str) -> bool:
    """Whether a value comes from a column, alone or with others."""
    return column in (take.column, take.minus, *take.columns)
