"""What headers cannot tell and a person is asked once: what stages mean, who an owner is, what words mean."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from stuurhut.connect.fields import BY_NAME, words_of_choice
from stuurhut.connect.guessing import meaning
from stuurhut.connect.ladder import KINDS, in_order, likely_stage
from stuurhut.connect.mapped import Mapping, ProcessMap, StageMap, Take
from stuurhut.connect.references import plain
from stuurhut.connect.survey import Survey
from stuurhut.connect.telling import Found
from stuurhut.connect.writing_toml import written
from stuurhut.crm.models import Lead, Opportunity, Stage
from stuurhut.people.models import Person, SourceAlias
from stuurhut.people.teams import counting

MOST = 200


@dataclass(frozen=True)
class StageAsked:
    """A stage that is not known here yet, and its `place` among those of its process, from 1."""

    process: str
    stage: StageMap
    place: int


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
    declared = {process.name: process.stages for process in mapping.processes}
    here = _stages_here()
    changed = False
    for process, names in found.stages.items():
        stages = declared.get(process, ())
        there = {plain(stage.name) for stage in stages}
        fresh = [likely_stage(name, told) for name, told in names.items() if plain(name) not in there]
        if not fresh:
            continue
        changed = True
        fresh += _closings(process, [*stages, *fresh], here)
        both = [*stages, *in_order(fresh)]  # those that somebody put in order stay in it
        declared[process] = tuple(stage for kind in KINDS for stage in both if stage.kind == kind)
    if not changed:
        return mapping
    return written(replace(mapping, processes=tuple(ProcessMap(name, stages) for name, stages in declared.items())))


def _stages_here() -> set[tuple[str, str]]:
    """Process and stage of all that counts; what an import made that was broken off will be made again."""
    return {(plain(p), plain(n)) for p, n in Stage.objects.filter(counting()).values_list("process__name", "name")}


def _closings(process: str, stages: list[StageMap], here: set[tuple[str, str]]) -> list[StageMap]:
    """The stages for won and lost that a process lacks; one that exists here has its own."""
    if any(name == plain(process) for name, _stage in here):
        return []
    kinds = {stage.kind for stage in stages}
    return [StageMap(word, kind) for kind, word in (("won", _("Won")), ("lost", _("Lost"))) if kind not in kinds]


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


@dataclass(frozen=True)
class Told:
    """What need not be asked, since a mapping of somebody's hand, or of an earlier import, says it.

    `texts` are owners and words, `stages` have their process before a slash. `makes_people`: owners who are not known
    here are made, or left out, as the mapping says.
    """

    texts: Collection[str] = ()
    stages: Collection[str] = ()
    makes_people: bool = False


def told_by(mapping: Mapping, *, stages: bool, people: bool = False) -> Told:
    """What a mapping answers: what it translates, and its `stages` and `people` when somebody has looked at those."""
    takes = [take for part in mapping.files for record in part.records for take in record.fields.values()]
    named = [f"{process.name}/{stage.name}" for process in mapping.processes for stage in process.stages]
    return Told(sorted({text for take in takes for text in take.values}), named if stages else [], people)


def asked(mapping: Mapping, found: Found, told: Told = Told()) -> Asked:
    """What is still to be told, with the answers that the mapping has."""
    here = _stages_here()
    stages = tuple(
        StageAsked(process.name, stage, place)
        for process in mapping.processes
        for place, stage in enumerate(process.stages, 1)
        if (plain(process.name), plain(stage.name)) not in here and f"{process.name}/{stage.name}" not in told.stages
    )
    people = () if told.makes_people else _people_asked(mapping, found)
    words = tuple(ask for ask in _words_asked(mapping, found) if ask.word not in told.texts)
    return Asked(stages, tuple(ask for ask in people if ask.name not in told.texts), words)


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
