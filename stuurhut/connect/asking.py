"""What headers cannot tell and a person is asked once: what stages mean, who an owner is, what words mean."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Min
from django.utils import timezone

from stuurhut.connect.fields import BY_NAME, words_of_choice
from stuurhut.connect.guessing import meaning, plain_header
from stuurhut.connect.mapped import Mapping, ProcessMap, StageMap, Take
from stuurhut.connect.proposing import written
from stuurhut.connect.references import plain
from stuurhut.connect.survey import Survey
from stuurhut.connect.telling import Found
from stuurhut.connect.words import LOST, UNQUALIFIED, WAY, WON
from stuurhut.crm.models import Lead, Opportunity, Stage
from stuurhut.people.models import Person, SourceAlias

MOST = 200


@dataclass(frozen=True)
class StageAsked:
    """A stage that is not known here yet."""

    process: str
    stage: StageMap


@dataclass(frozen=True)
class PersonAsked:
    """An owner in the files who is not known here. `answer`: None to make, "" for nobody, or a name known here."""

    name: str
    answer: str | None


@dataclass(frozen=True)
class WordAsked:
    """A word in a column of choices that is none of ours. `place` is file, record and field."""

    place: tuple[int, int, str]
    word: str
    answer: str
    field: str
    choices: tuple[tuple[Any, Any], ...]

    @property
    def place_text(self) -> str:
        return ".".join(map(str, self.place))


@dataclass(frozen=True)
class Asked:
    """Everything that is still to be told, with the answers as they stand."""

    stages: tuple[StageAsked, ...] = ()
    people: tuple[PersonAsked, ...] = ()
    words: tuple[WordAsked, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.stages or self.people or self.words)


def with_stages(mapping: Mapping, found: Found) -> Mapping:
    """The mapping with every stage of the files in it, those that nobody declared as their words suggest."""
    declared = {process.name: list(process.stages) for process in mapping.processes}
    known = {(plain(p), plain(n)) for p, n in _stages_here()}
    changed = False
    for process, names in found.stages.items():
        stages = declared.get(process, [])
        there = {plain(stage.name) for stage in stages}
        fresh = [n for n in names if plain(n) not in there and (plain(process), plain(n)) not in known]
        if not fresh:
            continue
        changed = True
        stages += [likely_stage(name) for name in fresh]
        stages += _closings(process, stages, known)
        declared[process] = sorted(stages, key=_on_the_way)
    if not changed:
        return mapping
    processes = tuple(ProcessMap(name, tuple(stages)) for name, stages in declared.items())
    return written(replace(mapping, processes=processes))


def _stages_here() -> Iterator[tuple[str, str]]:
    yield from Stage.objects.filter(deleted_at=None).values_list("process__name", "name")


def _closings(process: str, stages: list[StageMap], known: set[tuple[str, str]]) -> list[StageMap]:
    """The stages for won and lost that a process lacks; one that exists here has its own."""
    if any(name == plain(process) for name, _stage in known):
        return []
    kinds = {stage.kind for stage in stages}
    return [StageMap(word, kind) for kind, word in (("won", "Gewonnen"), ("lost", "Verloren")) if kind not in kinds]


def likely_stage(name: str) -> StageMap:
    """What a stage most likely means, by its name."""
    word = plain_header(name)
    if any(part in word for part in LOST):
        return StageMap(name, "lost")
    if any(f" {part} " in f" {word} " for part in WON):
        return StageMap(name, "won")
    return StageMap(name, "open", qualified=not any(part in word for part in UNQUALIFIED))


def _on_the_way(stage: StageMap) -> tuple[int, int]:
    word = plain_header(stage.name)
    steps = [step for step, parts in enumerate(WAY) if any(part in word for part in parts)]
    return ("open", "won", "lost").index(stage.kind), steps[-1] if steps else len(WAY) // 2


def with_people(mapping: Mapping, found: Found) -> Mapping:
    """The mapping with owners written as e-mail addresses coupled with the people who have them."""
    addresses = {text for text in found.people if "@" in text}
    if not addresses:
        return mapping
    known = Person.objects.filter(deleted_at=None).exclude(email="").values_list("email", "name")
    names = {plain(email): name for email, name in known if email}
    answers: dict[str, str | None] = {text: names[plain(text)] for text in addresses if plain(text) in names}
    return answered_people(mapping, answers) if answers else mapping


def with_words(mapping: Mapping, found: Found) -> Mapping:
    """The mapping with the choices in the files translated where their words leave little doubt."""
    for (file, number, name), texts in found.words.items():
        record = mapping.files[file].records[number]
        take, ours = record.fields[name], words_of_choice(record.fact, name)
        fresh = {
            text: meant
            for text in texts
            if text not in take.values and "*" not in take.values and text.casefold() not in ours
            if (meant := meaning(record.fact, name, text) or ("other" if name == "kind" and "other" in ours else ""))
        }
        if fresh:
            mapping = with_take(mapping, (file, number, name), replace(take, values={**take.values, **fresh}))
    return mapping


def with_first_day(mapping: Mapping, surveyed: Survey) -> Mapping:
    """The mapping with a day from which people are in their teams, where nothing in the files has a day.

    That is the day of the first lead or opportunity here, else the first of January last year.
    """
    if surveyed.first_day is not None:
        return mapping
    first = (
        Lead.objects.aggregate(at=Min("created_at"))["at"],
        Opportunity.objects.aggregate(at=Min("created_at"))["at"],
    )
    known = [timezone.localdate(at) for at in first if at]
    day = min(known, default=date(timezone.localdate().year - 1, 1, 1))
    for file, part in enumerate(mapping.files):
        for number, record in enumerate(part.records):
            if record.fact == "membership" and "starts_on" not in record.fields:
                mapping = with_take(mapping, (file, number, "starts_on"), Take(value=day.isoformat()))
    return mapping


def with_take(mapping: Mapping, place: tuple[int, int, str], take: Take) -> Mapping:
    """The mapping with another source for one field."""
    file, number, name = place
    records = list(mapping.files[file].records)
    records[number] = replace(records[number], fields={**records[number].fields, name: take})
    files = list(mapping.files)
    files[file] = replace(files[file], records=tuple(records))
    return replace(mapping, files=tuple(files))


def answered_people(mapping: Mapping, answers: dict[str, str | None]) -> Mapping:
    """The mapping with who owners are: a name known here, "" for nobody, None for one who is to be made."""
    for file, part in enumerate(mapping.files):
        for number, record in enumerate(part.records):
            for name, take in record.fields.items():
                if BY_NAME[record.fact].fields[name].to != "person" or not (take.column or take.columns):
                    continue
                values = {text: value for text, value in take.values.items() if text not in answers}
                values |= {text: value for text, value in answers.items() if value is not None}
                if values != take.values:
                    mapping = with_take(mapping, (file, number, name), replace(take, values=values))
    return mapping


def asked(mapping: Mapping, found: Found, remembered: Container[str] = ()) -> Asked:
    """What is still to be told, with the answers that the mapping has; not what was `remembered` from before."""
    here = {(plain(process), plain(name)) for process, name in _stages_here()}
    stages = tuple(
        StageAsked(process.name, stage)
        for process in mapping.processes
        for stage in process.stages
        if (plain(process.name), plain(stage.name)) not in here
    )
    asked_people = tuple(ask for ask in _people_asked(mapping, found) if ask.name not in remembered)
    words = tuple(ask for ask in _words_asked(mapping, found) if ask.word not in remembered)
    return Asked(stages, asked_people, words)


def answers_in(mapping: Mapping) -> list[str]:
    """What a mapping already translates: owners and words that were asked when it was made."""
    takes = (take for part in mapping.files for record in part.records for take in record.fields.values())
    return sorted({text for take in takes for text in take.values})


def _people_asked(mapping: Mapping, found: Found) -> Iterator[PersonAsked]:
    here = Person.objects.filter(deleted_at=None).values_list("name", "email")
    known = {plain(text) for pair in here for text in pair if text}
    keys = set(Person.objects.filter(system=mapping.system).values_list("system_key", flat=True))
    keys |= set(SourceAlias.objects.filter(system=mapping.system, kind="person").values_list("key", flat=True))
    answers = {
        text: value
        for part in mapping.files
        for record in part.records
        for name, take in record.fields.items()
        if BY_NAME[record.fact].fields[name].to == "person"
        for text, value in take.values.items()
    }
    known |= found.made
    unknown = (text for text in found.people if plain(text) not in known and text not in keys)
    for text in list(unknown)[:MOST]:
        yield PersonAsked(text, answers.get(text))


def _words_asked(mapping: Mapping, found: Found) -> Iterator[WordAsked]:
    for (file, number, name), texts in found.words.items():
        record = mapping.files[file].records[number]
        take, ours = record.fields[name], words_of_choice(record.fact, name)
        for text in texts:
            if text.casefold() not in ours and "*" not in take.values:
                known = BY_NAME[record.fact].fields[name]
                yield WordAsked((file, number, name), text, take.values.get(text, ""), str(known.label), known.choices)
