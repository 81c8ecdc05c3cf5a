"""Files of a known CRM system, or with headers seen before, need no mapping: it is made from their headers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from django.utils.translation import gettext_noop as _

from stuurhut.connect.asking import with_stages
from stuurhut.connect.behind import without_behind
from stuurhut.connect.mapped import Condition, FileMap, Mapping, RecordMap, Take
from stuurhut.connect.mapping import load, parse
from stuurhut.connect.models import SavedMapping
from stuurhut.connect.problems import ImportFailed
from stuurhut.connect.read import Chunk, Table, open_table, text_of
from stuurhut.connect.references import plain
from stuurhut.connect.survey import Source, Survey
from stuurhut.connect.systems import ALIASES, EXPORTS, LABELS
from stuurhut.connect.systems.export import Columns, Export, From
from stuurhut.connect.telling import Found
from stuurhut.connect.writing_toml import as_toml, written
from stuurhut.people.models import User


class NotRecognised(ImportFailed):
    """A file whose headers nobody has seen before."""


@dataclass(frozen=True)
class Recognised:
    """A mapping for files, and whose files they are. `kept`: it was used before, so that somebody has looked at it."""

    mapping: Mapping
    name: str
    kept: bool = False


def recognise(files: Iterable[Path | str]) -> Recognised:
    """The mapping for files from their headers: one that was kept, else that of a known system.

    Raises NotRecognised, and FileUnreadable for a file that cannot be read.
    """
    tables = [open_table(Path(file)) for file in files]
    saved = SavedMapping.objects.filter(signature=signature(tables)).first()
    if saved is not None:
        return Recognised(parse(saved.mapping), saved.name, kept=True)
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
    sources = [Source(table, part) for (table, _export), part in zip(found, mapping.files, strict=True)]
    told = Found(mapping, Survey(sources), deals_tell=any(export.stage_tells for _table, export in found))
    return Recognised(written(with_stages(mapping, told)), ", ".join(export.name for _table, export in found))


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


def signature(tables: Iterable[Table]) -> str:
    """A sum over the headers of files, in whatever order and case; rejected rows have that of their file."""
    headers = sorted("\x1f".join(sorted(map(plain, without_behind(table.header)))) for table in tables)
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
