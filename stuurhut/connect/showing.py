"""The files of an import as somebody sees them: their columns, samples, and what each may feed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stuurhut.connect.choosing import KEY, LINE, SKIP, destinations, uses
from stuurhut.connect.fields import BY_NAME, FactKind, Field
from stuurhut.connect.guessing import look_at
from stuurhut.connect.mapped import FileMap, Mapping, RecordMap, Take
from stuurhut.connect.survey import DAYS, NUMBERS, Source
from stuurhut.connect.words import FIELDS

NAMES: dict[str, Any] = {
    "opportunity": gettext_lazy("Opportunities"),
    "lead": gettext_lazy("Leads"),
    "activity": gettext_lazy("Activities"),
    "account": gettext_lazy("Accounts"),
    "contact": gettext_lazy("Contacts"),
    "order": gettext_lazy("Orders"),
    "quote": gettext_lazy("Quotes"),
    "product": gettext_lazy("Products"),
    "person": gettext_lazy("People"),
    "target": gettext_lazy("Targets"),
    "membership": gettext_lazy("Who is in which team"),
    "team": gettext_lazy("Teams"),
    "source": gettext_lazy("Sources"),
    "stage": gettext_lazy("Stages"),
    "process": gettext_lazy("Sales processes"),
    "industry": gettext_lazy("Industries"),
    "segment": gettext_lazy("Segments"),
    "region": gettext_lazy("Regions"),
    "strategy": gettext_lazy("Strategies"),
    "loss_reason": gettext_lazy("Loss reasons"),
    "product_group": gettext_lazy("Product groups"),
    "seat": gettext_lazy("Seats"),
    "absence": gettext_lazy("Absences"),
    "credit": gettext_lazy("Shares in deals"),
    "top_relation": gettext_lazy("Top relations"),
    "supplier_share": gettext_lazy("Suppliers of accounts"),
    "spend": gettext_lazy("Spend of accounts"),
    "buying_phase": gettext_lazy("Buying phases"),
    "pain_gain": gettext_lazy("Pains and gains"),
    "exchange_rate": gettext_lazy("Exchange rates"),
}
HIDDEN = ("recorded_at", "amount_before_closing", "set_at", "formation_fte")


@dataclass(frozen=True)
class Column:
    """A column of a file: what stands in it, what it feeds (`to`), what else, and how it is read."""

    number: int
    name: str
    samples: list[str]
    to: str
    also: list[str] = field(default_factory=list)
    read: str = ""


@dataclass(frozen=True)
class Choice:
    """Something a column may feed."""

    value: str
    label: str


@dataclass(frozen=True)
class Group:
    """What a column may feed in one kind of record."""

    label: str
    choices: list[Choice]


@dataclass(frozen=True)
class File:
    """A file as it is shown."""

    number: int
    name: str
    rows: int
    fact: str
    columns: list[Column]
    groups: list[Group]
    constants: list[str]
    dates: str
    decimals: str
    lacking: list[str]

    @property
    def usual(self) -> bool:
        """Whether what the file holds is among what people choose from; a mapping may hold more."""
        return self.fact in FIELDS

    @property
    def fact_name(self) -> str:
        return str(NAMES.get(self.fact, self.fact))

    @property
    def used(self) -> list[Column]:
        return [column for column in self.columns if column.to or column.also]

    @property
    def unused(self) -> list[Column]:
        return [column for column in self.columns if not (column.to or column.also)]


def shown(source: Source, mapping: Mapping) -> File:
    """A file with its columns, as the mapping has them."""
    part, look = source.map, look_at(source.table)
    columns = [_column(number, name, look.samples(name), source) for number, name in enumerate(source.table.header)]
    fact = part.records[0].fact if part.records else ""
    return File(
        mapping.files.index(part), source.table.name, source.rows, fact, columns, list(_groups(part)),
        list(_constants(part)), part.dates, part.decimals, list(_lacking(mapping, part)),
    )  # fmt: skip


def _column(number: int, name: str, samples: list[str], source: Source) -> Column:
    places = list(destinations(source.map, name))
    also = [_label(source.map, place) for place in places[1:]]
    if not places and name in source.map.named():
        also = [_("steers what is imported")]
    return Column(number, name, samples, places[0] if places else SKIP, also, _how_read(source, name, samples))


def _how_read(source: Source, column: str, samples: list[str]) -> str:
    """How days and numbers of a column are read, in words."""
    kinds = {known.kind: take for known, take in _known(source.map, column)}
    days = next((kinds[kind] for kind in DAYS if kind in kinds), None)
    if days is not None and samples and all(re.match(r"\d{4}\D", text) for text in samples):
        return _("year-month-day")
    if days is not None:
        return _("day-month-year") if source.form(days, column).day_first else _("month-day-year")
    number = next((kinds[kind] for kind in NUMBERS if kind in kinds), None)
    if number is not None:
        return _("decimal comma") if source.form(number, column).decimal == "," else _("decimal point")
    return ""


def _known(part: FileMap, column: str) -> Iterator[tuple[Field, Take]]:
    for record in part.records:
        fact = BY_NAME[record.fact]
        yield from ((fact.fields[name], take) for name, take in record.fields.items() if uses(take, column))
        yield from ((fact.line_fields[name], take) for name, take in record.lines.items() if uses(take, column))


def _groups(part: FileMap) -> Iterator[Group]:
    for number, record in enumerate(part.records):
        fact = BY_NAME[record.fact]
        choices = [Choice(f"{number}.{KEY}", _("its own number"))]
        choices += [Choice(f"{number}.{name}", _named(known)) for name, known in _offered(fact, record)]
        if fact.lines:
            lines = fact.line_fields.items()
            choices += [
                Choice(f"{number}.{LINE}.{name}", _("%(field)s, per line") % {"field": _named(known)})
                for name, known in lines
            ]
        yield Group(str(NAMES.get(record.fact, record.fact)), choices)


def _offered(fact: FactKind, record: RecordMap) -> Iterator[tuple[str, Field]]:
    for name, known in fact.fields.items():
        if name not in HIDDEN or name in record.fields:
            yield name, known


def _named(known: Field) -> str:
    text = _(str(known.label or known.name))  # a reference bears the name of its model, which is marked elsewhere
    return text[:1].upper() + text[1:]


def _label(part: FileMap, place: str) -> str:
    number, _dot, rest = place.partition(".")
    record = part.records[int(number)]
    fact = BY_NAME[record.fact]
    if rest == KEY:
        return _("its own number")
    known = fact.line_fields[rest.partition(".")[2]] if rest.startswith(f"{LINE}.") else fact.fields[rest]
    return _named(known)


def _constants(part: FileMap) -> Iterator[str]:
    for record in part.records:
        for name, take in record.fields.items():
            if take.value is not None and not take.only:
                known = BY_NAME[record.fact].fields[name]
                words = {str(value): str(label) for value, label in known.choices}
                yield f"{_named(known)}: {words.get(str(take.value), take.value)}"


def _lacking(mapping: Mapping, part: FileMap) -> Iterator[str]:
    """What no record of this kind can do without and no column feeds, nor that of a record which this one completes."""
    everywhere = [record for file in mapping.files for record in file.records]
    for record in part.records:
        fact = BY_NAME[record.fact]
        for name in fact.required:
            derived = (fact.name, name) in (("target", "until"), ("target", "starts_on")) and "period" in record.fields
            fed = any(name in other.fields for other in everywhere if other.fact == record.fact)
            if not fed and name != "starts_on" and not derived:
                yield _("Choose the column for %(field)s; %(fact)s cannot do without.") % {
                    "field": _named(fact.fields[name]),
                    "fact": str(NAMES.get(fact.name, fact.name)).lower(),
                }
