"""The texts that stages, owners and choices have in the files of an import."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from stuurhut.connect.evaluate import Evaluator, holds
from stuurhut.connect.fields import BY_NAME
from stuurhut.connect.mapped import FileMap, Mapping, RecordMap, Take
from stuurhut.connect.read import Chunk, text_of
from stuurhut.connect.references import plain
from stuurhut.connect.survey import Source, Survey
from stuurhut.connect.systems import LABELS
from stuurhut.crm.models import Process

MOST = 200
UTC = ZoneInfo("UTC")


class Found:
    """The texts that stages, owners and choices have in the files, in the order in which they turn up.

    `stages`: per sales process each stage with the outcomes of its deals, where `deals_tell` of which kind it is.
    """

    def __init__(self, mapping: Mapping, surveyed: Survey, *, deals_tell: bool = False) -> None:
        self.deals_tell = deals_tell
        self.stages: dict[str, dict[str, set[str]]] = defaultdict(dict)
        self.people: dict[str, None] = {}
        self.made: set[str] = set()
        self.words: dict[tuple[int, int, str], dict[str, None]] = defaultdict(dict)
        for source in surveyed.sources:
            self._read(source, surveyed, mapping)

    def _read(self, source: Source, surveyed: Survey, mapping: Mapping) -> None:
        asked, makers = list(_asked_fields(source.map)), list(_ids_of_people(source.map))
        if not asked and not makers:
            return
        place = mapping.files.index(source.map)
        for chunk in source.table.chunks():
            for record, take in makers:
                evaluator = Evaluator(source, surveyed, UTC, record.fact)
                self.made |= {plain(text) for text in _texts(evaluator, take, source.map, record, chunk)}
            for number, record, name, take in asked:
                evaluator = Evaluator(source, surveyed, UTC, record.fact)
                if name == "stage":
                    self._note_stages(evaluator, record, chunk, mapping)
                    continue
                texts = dict.fromkeys(_texts(evaluator, take, source.map, record, chunk))
                if record.fact == "person":
                    self.made |= {plain(text) for text in texts}
                elif BY_NAME[record.fact].fields[name].to == "person":
                    self.people.update(texts)
                elif len(self.words[place, number, name]) < MOST:
                    self.words[place, number, name].update(texts)

    def _note_stages(self, evaluator: Evaluator, record: RecordMap, chunk: Chunk, mapping: Mapping) -> None:
        take, file = record.fields["stage"], evaluator.source.map
        process, stage = _parts(take)
        processes = _cells(evaluator, process, file, record, chunk) if process else [""] * len(chunk.lines)
        stages = _cells(evaluator, stage, file, record, chunk)
        outcome = record.fields.get("outcome") if self.deals_tell else None
        outcomes = map(text_of, evaluator.raw(outcome, chunk)) if outcome else [""] * len(chunk.lines)
        for home, name, told in dict.fromkeys(zip(processes, stages, outcomes, strict=True)):
            if name:
                known = self.stages[home or home_of_stages(mapping)].setdefault(name, set())
                known |= {told} - {""}


def _parts(take: Take) -> tuple[Take | None, Take]:
    """What says the sales process, and what the stage: with several columns the process stands in the first."""
    if len(take.columns) < 2:
        return None, take
    return replace(take, column=take.columns[0], columns=()), replace(take, columns=take.columns[1:])


def _asked_fields(file: FileMap) -> Iterator[tuple[int, RecordMap, str, Take]]:
    for number, record in enumerate(file.records):
        for name, take in record.fields.items():
            known = BY_NAME[record.fact].fields[name]
            tells = (record.fact, name) in (("opportunity", "stage"), ("person", "name"))
            if (take.column or take.columns) and (tells or known.to == "person" or known.kind == "choice"):
                yield number, record, name, take


def _ids_of_people(file: FileMap) -> Iterator[tuple[RecordMap, Take]]:
    """The ids under which the files themselves bring people: who has one of them is not unknown."""
    for record in file.records:
        if record.fact == "person":
            yield from ((record, take) for take in (*record.key, *(Take(column=name) for name in record.also)))


def _texts(evaluator: Evaluator, take: Take, file: FileMap, record: RecordMap, chunk: Chunk) -> Iterator[str]:
    """What a field reads before it is translated, in the rows that are imported and fill it."""
    return filter(None, _cells(evaluator, take, file, record, chunk))


def _cells(evaluator: Evaluator, take: Take, file: FileMap, record: RecordMap, chunk: Chunk) -> list[str]:
    """What a field reads before it is translated, row by row; nothing in a row that is not imported."""
    wanted = [holds(condition, chunk) for condition in (file.only, record.only, take.only) if condition]
    refused = [holds(condition, chunk) for condition in (file.skip, record.skip) if condition]
    return [
        text_of(cell) if all(so[index] for so in wanted) and not any(so[index] for so in refused) else ""
        for index, cell in enumerate(evaluator.raw(replace(take, values={}), chunk))
    ]


def home_of_stages(mapping: Mapping) -> str:
    """The sales process of stages that come without one.

    The mapping's; for a known system one with its name; else the only one here, else a new one.
    """
    if mapping.processes:
        return mapping.processes[0].name
    if mapping.system in LABELS:
        return LABELS[mapping.system]
    here = list(Process.objects.filter(deleted_at=None).values_list("name", flat=True)[:2])
    return here[0] if len(here) == 1 else gettext("Sales process")
