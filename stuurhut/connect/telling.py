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
from stuurhut.connect.read import Chunk
from stuurhut.connect.references import plain
from stuurhut.connect.survey import Source, Survey, text_of
from stuurhut.crm.models import Process

MOST = 200
UTC = ZoneInfo("UTC")


class Found:
    """The texts that stages, owners and choices have in the files, in the order in which they turn up."""

    def __init__(self, mapping: Mapping, surveyed: Survey) -> None:
        self.stages: dict[str, dict[str, None]] = defaultdict(dict)
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
                texts = dict.fromkeys(_texts(evaluator, take, source.map, record, chunk))
                if record.fact == "person":
                    self.made |= {plain(text) for text in texts}
                elif name == "stage":
                    self._note_stages(texts, take, mapping)
                elif BY_NAME[record.fact].fields[name].to == "person":
                    self.people.update(texts)
                elif len(self.words[place, number, name]) < MOST:
                    self.words[place, number, name].update(texts)

    def _note_stages(self, texts: dict[str, None], take: Take, mapping: Mapping) -> None:
        for text in texts:
            process, _slash, name = text.rpartition("/") if take.columns else ("", "", text)
            self.stages[process or home_of_stages(mapping)].setdefault(name)


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
    """What a field reads before it is translated, in the rows that are imported."""
    wanted = [holds(condition, chunk) for condition in (file.only, record.only, take.only) if condition]
    refused = [holds(condition, chunk) for condition in (file.skip, record.skip) if condition]
    for index, cell in enumerate(evaluator.raw(replace(take, values={}), chunk)):
        text = text_of(cell)
        if text and all(so[index] for so in wanted) and not any(so[index] for so in refused):
            yield text


def home_of_stages(mapping: Mapping) -> str:
    """The sales process of stages that come without one: the mapping's, else the only one here, else a new one."""
    if mapping.processes:
        return mapping.processes[0].name
    here = list(Process.objects.filter(deleted_at=None).values_list("name", flat=True)[:2])
    return here[0] if len(here) == 1 else gettext("Sales process")
