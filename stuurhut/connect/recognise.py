"""Files of a known CRM system, or with headers seen before, need no mapping: it is made from their headers.

What cannot be known from headers, the kind of a stage and who an owner is, is guessed from the rows and can be asked.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from django.utils.translation import gettext_noop as _

from stuurhut.connect.fields import BY_NAME
from stuurhut.connect.known import ALIASES, EXPORTS, Columns, Export, From
from stuurhut.connect.mapped import Condition, FileMap, Mapping, ProcessMap, RecordMap, StageMap, Take
from stuurhut.connect.mapping import load, parse
from stuurhut.connect.models import SavedMapping
from stuurhut.connect.problems import ImportFailed
from stuurhut.connect.read import Chunk, Table, open_table
from stuurhut.connect.references import plain
from stuurhut.connect.stages import LOST, WON
from stuurhut.connect.survey import text_of
from stuurhut.connect.writing_toml import as_toml
from stuurhut.crm.models import Stage
from stuurhut.people.models import Person, SourceAlias, User

LABELS = {"hubspot": "HubSpot", "salesforce": "Salesforce", "pipedrive": "Pipedrive", "suitecrm": "SuiteCRM"}


class NotRecognised(ImportFailed):
    """A file whose headers nobody has seen before."""


@dataclass(frozen=True)
class Recognised:
    """A mapping for files, and what it had to guess: stages and people that are not known here yet."""

    mapping: Mapping
    name: str
    unknown_stages: tuple[StageMap, ...] = ()
    unknown_people: tuple[str, ...] = ()


def recognise(files: Iterable[Path | str]) -> Recognised:
    """The mapping for files from their headers: one that was kept, else that of a known system.

    Raises NotRecognised, and FileUnreadable for a file that cannot be read.
    """
    tables = [open_table(Path(file)) for file in files]
    saved = SavedMapping.objects.filter(signature=signature(tables)).first()
    if saved is not None:
        return Recognised(parse(saved.mapping), saved.name)
    found = [(table, export) for table in tables if (export := _export(table)) is not None]
    unknown = [table for table in tables if _export(table) is None]
    systems = {export.system for _table, export in found}
    if unknown or len(systems) != 1:
        name = unknown[0].name if unknown else tables[-1].name if tables else ""
        raise NotRecognised(
            _("The columns of %(file)s are not known; give a mapping (--mapping), or map them by eye under Imports."),
            file=name,
        )
    system = systems.pop()
    mapping = Mapping(system, tuple(_file(table, export) for table, export in found), label=LABELS[system])
    processes = _processes(mapping, found)
    mapping = replace(mapping, processes=processes)
    mapping = replace(mapping, text=as_toml(mapping))
    name = ", ".join(export.name for _table, export in found)
    return Recognised(mapping, name, _unknown_stages(processes), _unknown_people(mapping, tables))


def mapping_for(files: Iterable[Path | str], mapping: Path | str | None) -> Mapping:
    """The mapping that was given, else the one that the headers tell. Raises ImportFailed."""
    return load(mapping) if mapping else recognise(files).mapping


def remember(files: Iterable[Path | str], mapping: Mapping, *, name: str, by: User | None = None) -> SavedMapping:
    """Keeps a mapping for the next files with the same headers."""
    key = signature([open_table(Path(file)) for file in files])
    # The names of files differ from export to export, their headers do not: one file is known by any name.
    kept = mapping if len(mapping.files) > 1 else replace(mapping, files=(replace(mapping.files[0], name="*"),))
    values = {"name": name, "mapping": as_toml(kept), "by": by}
    return SavedMapping.objects.update_or_create(signature=key, defaults=values)[0]


def answered(mapping: Mapping, *, stages: Iterable[StageMap] = (), people: dict[str, str] | None = None) -> Mapping:
    """The mapping with answers in it: what kind of stage each is, and by which name a person is known here."""
    given = {plain(stage.name): stage for stage in stages}
    processes = tuple(
        replace(process, stages=tuple(given.get(plain(stage.name), stage) for stage in process.stages))
        for process in mapping.processes
    )
    files = tuple(
        replace(file, records=tuple(_with_people(record, people or {}) for record in file.records))
        for file in mapping.files
    )
    done = replace(mapping, processes=processes, files=files)
    return replace(done, text=as_toml(done))


def signature(tables: Iterable[Table]) -> str:
    """A sum over the headers of files, in whatever order and case."""
    headers = sorted("\x1f".join(sorted(map(plain, table.header))) for table in tables)
    return hashlib.sha256("\x1e".join(headers).encode()).hexdigest()


def _words(table: Table) -> dict[str, str]:
    """The system's own word for each column, to the column as it is called in the file."""
    words: dict[str, str] = {}
    for column in table.header:
        word = plain(column).rstrip("*")
        words.setdefault(ALIASES.get(word, word), column)
    return words


def _export(table: Table) -> Export | None:
    words = _words(table)
    fitting = [export for export in EXPORTS if all(column in words for column in export.telling)]
    return max(fitting, key=lambda export: _merit(export, words), default=None)


def _merit(export: Export, words: dict[str, str]) -> int:
    return sum(column in words for source in export.fields.values() for column in (*source.columns, *source.joined))


def _file(table: Table, export: Export) -> FileMap:
    words = _words(table)
    head = next(table.chunks(), Chunk([], {})).columns
    filled = {word for word, column in words.items() if any(text_of(cell) for cell in head.get(column, ()))}
    records = [_record(part, words, filled) for part in (export, *export.also)]
    return FileMap(table.name, tuple(record for record in records if record is not None), optional=True)


def _record(export: Export, words: dict[str, str], filled: set[str]) -> RecordMap | None:
    only = _condition(export.only, words)
    if only is None:
        return None
    found = {name: _take(source, words, filled) for name, source in export.fields.items()}
    takes = {name: take for name, take in found.items() if take is not None}
    keys = [columns for columns in export.key if columns[0] in words]
    key = tuple(Take(column=words[column]) for column in keys[0] if column in words) if keys else ()
    return RecordMap(
        export.fact, key, match=export.match, fields=takes, only=only, skip=_condition(export.skip, words) or {}
    )


def _take(source: From, words: dict[str, str], filled: set[str]) -> Take | None:
    """Where a field comes from in this file, of alternatives the first that is filled; None without such a column."""
    only = _condition(source.only, words)
    if only is None:
        return None
    present = sorted((name for name in source.columns if name in words), key=lambda name: name not in filled)
    column = words[present[0]] if present else ""
    joined = tuple(words[name] for name in source.joined if name in words) if not column else ()
    if source.value is None and not column and not joined:
        return None
    if source.values and source.joined and len(joined) < len(source.joined):
        return None  # the translation is of all of them together
    return Take(
        column=column,
        columns=joined,
        join=source.join if joined else " ",
        value=source.value,
        values=source.values,
        empty=source.empty,
        only=only,
        create=source.create,
        by=source.by,
        if_known=source.if_known,
        times=source.times,
    )


def _condition(condition: dict[str, Columns], words: dict[str, str]) -> Condition | None:
    """The condition in the file's own words; None when a column for it lacks."""
    if any(column not in words for column in condition):
        return None
    return {words[column]: values for column, values in condition.items()}


def _processes(mapping: Mapping, found: list[tuple[Table, Export]]) -> tuple[ProcessMap, ...]:
    """The sales processes in the files: stages in order of appearance, won and lost by their words or their deals."""
    seen: dict[str, dict[str, Counter[str]]] = defaultdict(dict)
    for (table, export), file in zip(found, mapping.files, strict=True):
        for record in file.records:
            if record.fact == "opportunity":
                _note_stages(seen, table, record, mapping.label, export.stage_tells)
    processes = []
    for name, stages in seen.items():
        listed = [StageMap(stage, _kind(stage, outcomes)) for stage, outcomes in stages.items()]
        for kind, word in (("won", "Won"), ("lost", "Lost")):
            if not any(stage.kind == kind for stage in listed):
                listed.append(StageMap(word, kind))
        listed.sort(key=lambda stage: ("open", "won", "lost").index(stage.kind))
        processes.append(ProcessMap(name, tuple(listed)))
    return tuple(processes)


def _note_stages(
    seen: dict[str, dict[str, Counter[str]]], table: Table, record: RecordMap, label: str, stage_tells: bool
) -> None:
    stage, outcome = record.fields.get("stage"), record.fields.get("outcome") if stage_tells else None
    if stage is None:
        return
    for chunk in table.chunks():
        columns = [chunk.columns[name] for name in (stage.columns or (stage.column,))]
        outcomes = [[text_of(cell) for cell in chunk.columns[name]] for name in _columns(outcome)]
        for index, cells in enumerate(zip(*columns, strict=True)):
            *process, name = map(text_of, cells)
            if not name:
                continue
            told = "/".join(column[index] for column in outcomes)
            kind = outcome.values.get(told, told).casefold() if outcome else ""
            seen[next(iter(process), "") or label].setdefault(name, Counter())[kind] += 1


def _columns(take: Take | None) -> tuple[str, ...]:
    return () if take is None else take.columns or ((take.column,) if take.column else ())


def _kind(stage: str, outcomes: Counter[str]) -> str:
    word = plain(stage)
    if word in WON or word in LOST:
        return "won" if word in WON else "lost"
    told = {outcome for outcome in outcomes if outcome}
    return next(iter(told)) if told in ({"won"}, {"lost"}) else "open"


def _unknown_stages(processes: tuple[ProcessMap, ...]) -> tuple[StageMap, ...]:
    known = {(plain(process), plain(name)) for process, name in Stage.objects.values_list("process__name", "name")}
    return tuple(
        stage
        for process in processes
        for stage in process.stages
        if (plain(process.name), plain(stage.name)) not in known
    )


def _unknown_people(mapping: Mapping, tables: list[Table]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for table, file in zip(tables, mapping.files, strict=True):
        columns = {
            take.column
            for record in file.records
            for name, take in record.fields.items()
            if BY_NAME[record.fact].fields[name].to == "person" and take.column
        }
        for chunk in table.chunks() if columns else ():
            names.update(dict.fromkeys(text_of(cell) for column in columns for cell in chunk.columns[column]))
    known = {plain(text) for pair in Person.objects.values_list("name", "email") for text in pair if text}
    keys = set(Person.objects.filter(system=mapping.system).values_list("system_key", flat=True))
    keys |= set(SourceAlias.objects.filter(system=mapping.system, kind="person").values_list("key", flat=True))
    return tuple(name for name in names if name and plain(name) not in known and name not in keys)


def _with_people(record: RecordMap, people: dict[str, str]) -> RecordMap:
    if not people:
        return record
    fields = {
        name: replace(take, values={**take.values, **people})
        if BY_NAME[record.fact].fields[name].to == "person"
        else take
        for name, take in record.fields.items()
    }
    return replace(record, fields=fields)
