"""Files just brought: the mapping to begin with. One that was kept, that of a known system, or a guess."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from stuurhut.connect.asking import Told, told_by
from stuurhut.connect.guessing import guess, look_at
from stuurhut.connect.mapped import FileMap, Mapping, ProcessMap
from stuurhut.connect.mapping import load
from stuurhut.connect.read import Table, open_table
from stuurhut.connect.recognise import NotRecognised, Recognised, recognise, remember, signature
from stuurhut.connect.writing_toml import written
from stuurhut.people.models import User

MAPPING = ".toml"
UNNAMED = "files-"  # begins the name of a source that nobody named


@dataclass(frozen=True)
class Proposal:
    """A mapping for files, and what need not be asked. `known_as` says whose files these are, empty for a guess."""

    mapping: Mapping
    known_as: str
    told: Told


def propose(files: Sequence[Path], given: Path | None = None) -> Proposal:
    """The mapping for files: `given` as a file, kept from before, known by its headers, or guessed.

    Raises FileUnreadable for a file that holds no rows, MappingWrong for a mapping with a mistake.
    """
    if given is not None:
        mapping = load(given)
        return Proposal(mapping, mapping.label, told_by(mapping, stages=True, people=True))
    tables = [open_table(file) for file in files]
    try:
        found = recognise(files)
    except NotRecognised:
        return _together(tables)
    return _of(found, tables)


def _of(found: Recognised, tables: Sequence[Table]) -> Proposal:
    return Proposal(fitted(found.mapping, tables), found.name, told_by(found.mapping, stages=found.kept))


def _together(tables: list[Table]) -> Proposal:
    """Each file by itself: what is known of it, else a guess."""
    known = {table.name: found for table in tables if (found := _known(table)) is not None}
    system = next((found.mapping.system for found in known.values()), "") or _system(tables)
    files: list[FileMap] = []
    processes: dict[str, ProcessMap] = {}
    for table in tables:
        found = known.get(table.name)
        if found is None or found.mapping.system != system:
            files.append(guess(look_at(table)))
            continue
        files += found.mapping.files
        processes |= {process.name: process for process in found.mapping.processes}
    label = next((name for name in (_label(table.name) for table in tables) if name), system)
    mapping = Mapping(system, tuple(files), tuple(processes.values()), label)
    used = [found for found in known.values() if found.mapping.system == system]
    names = ", ".join(found.known_as for found in used) if len(used) == len(tables) else ""
    texts = [text for found in used for text in found.told.texts]
    told = Told(texts, [stage for found in used for stage in found.told.stages])
    return Proposal(written(mapping), names, told)


def _known(table: Table) -> Proposal | None:
    try:
        found = recognise([table.path])
    except NotRecognised:
        return None
    return _of(found, [table])


def fitted(mapping: Mapping, tables: Sequence[Table]) -> Mapping:
    """The mapping with the names of these files: those of an export differ from month to month, its columns do not."""
    if all(any(part.fits(table.name) and part.name != "*" for part in mapping.files) for table in tables):
        return mapping
    left = list(mapping.files)
    files = []
    for table in tables:
        part = max(left, key=lambda file: _cover(file, table), default=None)
        if part is None:
            break
        left.remove(part)
        files.append(replace(part, name=table.name))
    return written(replace(mapping, files=tuple(files)))


def _cover(file: FileMap, table: Table) -> float:
    named = file.named()
    return len(named & set(table.header)) / len(named) if named else 0.0


def keep(files: Sequence[Path], mapping: Mapping, *, by: User | None) -> None:
    """Remembers a mapping for the next files with these headers, all together and each file alone."""
    label = mapping.label or mapping.system
    remember(files, mapping, name=label, by=by)
    records = [record for file in mapping.files for record in file.records]
    if len(files) < 2 or any(take.through for record in records for take in record.fields.values()):
        return
    for file in files:
        parts = tuple(part for part in mapping.files if part.fits(file.name))
        if len(parts) == 1 and parts[0].records:
            remember([file], written(replace(mapping, files=parts)), name=label, by=by)


def _system(tables: list[Table]) -> str:
    """A name for a source without one. Numbers of records are only compared within one source."""
    return f"{UNNAMED}{hashlib.sha256(signature(tables).encode()).hexdigest()[:8]}"


def _label(name: str) -> str:
    words = re.sub(r"[\W\d_]+", " ", Path(name).name.split(".")[0]).split()
    return " ".join(words).capitalize()
