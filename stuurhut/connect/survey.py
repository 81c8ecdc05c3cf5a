"""The first walk through the files: how many rows, how numbers and days are written, when the first thing happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as translated
from django.utils.translation import gettext_noop as _

from stuurhut.connect.behind import is_ours
from stuurhut.connect.fields import BY_NAME, Field
from stuurhut.connect.mapped import FileMap, Mapping, RecordMap, Take
from stuurhut.connect.notation import DAY_FORMS, YEAR_FIRST, Evidence, Notation, NotRead, notation, read_day
from stuurhut.connect.problems import ColumnMissing, FileUnreadable, NothingToImport
from stuurhut.connect.read import Chunk, Table, open_table, text_of
from stuurhut.kpi.words.errors import nearest

NUMBERS = ("number", "whole", "decimal", "money", "amount")
DAYS = ("moment", "day")
DISTINCT = 50_000
FIRST = 1  # the line of a header


@dataclass
class Source:
    """A file of this import with its part of the mapping and what the first walk told."""

    table: Table
    map: FileMap
    rows: int = 0
    notations: dict[str, Notation] = field(default_factory=dict)
    last_rows: dict[int, dict[tuple[str, ...], int]] = field(default_factory=dict)
    known: dict[int, set[str]] = field(default_factory=dict)

    def form(self, take: Take, column: str) -> Notation:
        """How a column is written: as the mapping says, else as the column told."""
        told = self.notations.get(column, Notation())
        decimals = take.decimals or self.map.decimals or told.decimal
        if dates := take.dates or self.map.dates:
            told = replace(told, day_first=DAY_FORMS[dates] == "dmy", year_first=dates == YEAR_FIRST)
        return replace(told, decimal=decimals)

    @property
    def decimal(self) -> str:
        """The decimal sign of its numbers; a point where columns differ."""
        signs = {self.form(take, name).decimal for name, known, take, _r in _columns(self) if known.kind in NUMBERS}
        return "," if signs == {","} else "."


@dataclass
class Survey:
    """All files of one import. `first_day` is the earliest day on which anything in them happened."""

    sources: list[Source]
    first_day: date | None = None
    notes: list[str] = field(default_factory=list)
    lookups: dict[tuple[str, str, str], dict[str, str]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(source.rows for source in self.sources)


def survey(files: Iterable[Any], mapping: Mapping) -> Survey:
    """Opens every file and walks through it once.

    Raises FileUnreadable, ColumnMissing (naming the nearest column) and NothingToImport; nothing is written.
    """
    found, notes = [], []
    for path in files:
        if not path.exists():
            raise FileUnreadable(_("There is no file %(file)s; check the name and the folder."), file=path)
        parts = [part for part in mapping.files if part.fits(path.name)]
        if not parts:
            notes.append(translated("The mapping says nothing of %(file)s; it was left out.") % {"file": path.name})
        found += [_source(path, part) for part in parts]
    if not any(source.map.records for source in found):
        wanted = ", ".join(part.name for part in mapping.files)
        raise NothingToImport(_("The mapping says nothing of these files; it knows %(wanted)s."), wanted=wanted)
    result = Survey(found, notes=notes)
    days: set[date] = set()
    for source in found:
        days |= _walk(source, result.notes)
    result.first_day = min(days, default=None)
    _look_up(result)
    return result


def _source(path: Any, part: FileMap) -> Source:
    table = _table(path, part)
    if part.delimiter and len(table.header) == 1:
        raise ColumnMissing(
            _("%(file)s is not separated by '%(delimiter)s'; leave `delimiter` out of the mapping."),
            file=path.name,
            delimiter=part.delimiter,
        )
    missing = part.named() - set(table.header)
    if missing and not part.optional:
        column = min(missing)
        raise ColumnMissing(
            _("%(file)s has no column '%(column)s'; the nearest is '%(nearest)s'. Its columns are: %(header)s."),
            file=path.name,
            column=column,
            nearest=nearest(column, table.header),
            header=", ".join(table.header[:30]),
        )
    return Source(table, part)


def _table(path: Any, part: FileMap) -> Table:
    """The file as the mapping says that it is written; our own file of its rejected rows as we write those."""
    is_stated = part.delimiter or part.encoding or part.sheet or part.header_line != FIRST
    if is_stated and path.name.lower().endswith(".csv") and is_ours((ours := open_table(path)).header):
        return ours
    return open_table(
        path,
        wanted=part.named(),
        delimiter=part.delimiter,
        encoding=part.encoding,
        header_line=part.header_line,
        sheet=part.sheet,
    )


def _columns(source: Source) -> Iterable[tuple[str, Field, Take, RecordMap]]:
    """Every column that feeds a field, with that field."""
    for record in source.map.records:
        fact = BY_NAME[record.fact]
        pairs = [(fact.fields[name], take) for name, take in record.fields.items()]
        pairs += [(fact.line_fields[name], take) for name, take in record.lines.items()]
        for known, take in pairs:
            for column in filter(None, (take.column, take.minus, *take.columns[:1])):
                if column in source.table.header:
                    yield column, known, take, record


def _walk(source: Source, notes: list[str]) -> set[date]:
    """Counts the rows, tells the notation of each column, and returns the days on which facts happened."""
    evidence: dict[str, Evidence] = defaultdict(Evidence)
    seen: dict[str, set[Any]] = defaultdict(set)
    numbers = {column for column, known, _take, _record in _columns(source) if known.kind in NUMBERS}
    days = {column for column, known, _take, _record in _columns(source) if known.kind in DAYS}
    days |= {column for record in source.map.records for column in record.entered.values()}
    happened = {
        column: take
        for column, known, take, record in _columns(source)
        if known.name in (BY_NAME[record.fact].moment, "closed_at") and known.kind in DAYS
    }
    folds = {i: record for i, record in enumerate(source.map.records) if record.fold}
    for chunk in source.table.chunks():
        for column in numbers | days:
            distinct = {
                value if not isinstance(value, str) else _dated(value, column in days)
                for value in chunk.columns[column]
            }
            fresh = distinct - seen[column]
            (evidence[column].add_days if column in days else evidence[column].add_numbers)(fresh)
            if len(seen[column]) < DISTINCT:
                seen[column] |= fresh
        for number, record in folds.items():
            _note_keys(source, number, record, chunk)
        source.rows += len(chunk.lines) + len(chunk.ragged)
    if not source.rows:
        raise FileUnreadable(_("%(file)s has a header and no rows; export it again."), file=source.table.name)
    _decide(source, evidence, days, notes)
    return _days_of(source, seen, happened)


def _dated(text: str, is_day: bool) -> str:
    """Of a day with a time only the day, so that there are few different ones."""
    return text[:10].split(" ")[0].split("T")[0] if is_day and text[:1].isdigit() else text


def _note_keys(source: Source, number: int, record: RecordMap, chunk: Chunk) -> None:
    """Remembers on which line a record's last row stands, so that its rows can be brought together."""
    columns = [chunk.columns[take.column] for take in record.key if take.column]
    last = source.last_rows.setdefault(number, {})
    for line, key in zip(chunk.lines, zip(*columns, strict=True), strict=True):
        last[key] = line


def _decide(source: Source, evidence: dict[str, Evidence], days: set[str], notes: list[str]) -> None:
    together = Evidence()
    for one in evidence.values():
        together.join(one)
    for column, one in evidence.items():
        form = notation(one, together, delimiter=source.table.delimiter)
        source.notations[column] = form
        stated = (
            source.map.dates
            or source.map.decimals
            or any(take.dates or take.decimals for name, _known, take, _record in _columns(source) if name == column)
        )
        if form.sure or stated:
            continue
        values = {"file": source.table.name, "column": column}
        if column in days:
            notes.append(
                translated("%(file)s, %(column)s: every day could also be a month; read as day-month-year.") % values
            )
        else:
            notes.append(
                translated("%(file)s, %(column)s: every point could also group thousands; read as a decimal point.")
                % values
            )


def _days_of(source: Source, seen: dict[str, set[Any]], happened: dict[str, Take]) -> set[date]:
    found: set[date] = set()
    for column, take in happened.items():
        form = source.form(take, column)
        for value in seen[column]:
            if value not in (None, ""):
                try:
                    found.add(read_day(value, form))
                except NotRead:
                    continue  # it is refused with its line when the row is read
    return found


def _look_up(result: Survey) -> None:
    """Reads the pairs of columns that other files are looked up through."""
    by_name = {source.table.name: source for source in result.sources}
    for source in result.sources:
        for record in source.map.records:
            for take in (*record.key, *record.fields.values(), *record.lines.values()):
                through = take.through
                if through is None or (through.file, through.match, through.take) in result.lookups:
                    continue
                other = next((s for name, s in by_name.items() if s.map.fits(name) and _is(through.file, name)), None)
                if other is None:
                    raise FileUnreadable(
                        _("%(file)s is needed to look values up in; add it to the import."), file=through.file
                    )
                result.lookups[through.file, through.match, through.take] = _pairs(
                    other.table, through.match, through.take
                )


def _is(wanted: str, name: str) -> bool:
    return name.lower().removesuffix(".gz") == wanted.lower().removesuffix(".gz")


def _pairs(table: Table, match: str, take: str) -> dict[str, str]:
    for column in (match, take):
        if column not in table.header:
            raise ColumnMissing(
                _("%(file)s has no column '%(column)s'; the nearest is '%(nearest)s'."),
                file=table.name,
                column=column,
                nearest=nearest(column, table.header),
            )
    pairs: dict[str, str] = {}
    for chunk in table.chunks():
        pairs.update(zip(map(text_of, chunk.columns[match]), map(text_of, chunk.columns[take]), strict=True))
    return pairs
