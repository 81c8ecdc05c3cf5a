"""An import that is being prepared: its files and mapping looked at together, and answers put into the mapping."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from django.utils.text import slugify

from stuurhut.connect import asking, choosing, showing
from stuurhut.connect.asking import Asked, Told
from stuurhut.connect.mapped import Mapping, StageMap
from stuurhut.connect.mapping import parse
from stuurhut.connect.models import ImportRun
from stuurhut.connect.proposing import UNNAMED
from stuurhut.connect.survey import Survey, survey
from stuurhut.connect.telling import Found
from stuurhut.connect.uploads import paths_of
from stuurhut.connect.writing_toml import written


@dataclass(frozen=True)
class Prepared:
    """What the page shows before anything is imported."""

    mapping: Mapping
    files: list[showing.File]
    asked: Asked
    notes: list[str]
    rows: int

    @property
    def lacking(self) -> list[str]:
        """Why this cannot be imported yet."""
        return [sentence for file in self.files for sentence in file.lacking]


def prepared(run: ImportRun) -> Prepared:
    """Looks at the files of an import with its mapping, which is kept with what the rows tell of stages and words.

    Raises ImportFailed when a file cannot be read or nothing of it would be imported.
    """
    return _seen(run, parse(run.mapping))


def of_the_files(report: dict[str, Any]) -> dict[str, Any]:
    """What a report says of the files themselves, whatever was checked since."""
    return {name: report[name] for name in ("recognised", "told") if name in report}


def source_of(seen: Prepared | None) -> str:
    """Where files come from, as somebody said it; empty when nobody did."""
    return "" if seen is None or seen.mapping.system.startswith(UNNAMED) else seen.mapping.label


def filled_in(run: ImportRun, filled: Any) -> Prepared:
    """The same after somebody filled the page in; the changed mapping is kept, and what was checked before is not."""
    mapping = parse(run.mapping)
    surveyed = survey(paths_of(run), mapping)
    changed = choosing.chosen(mapping, surveyed.sources, filled)
    if changed.files == mapping.files:
        changed = _answered(changed, filled)
    else:
        changed = replace(changed, processes=()) if _other_stages(mapping, changed) else changed
    if label := filled.get("source", "").strip()[:80]:
        changed = replace(changed, label=label, system=slugify(label) or changed.system)
    changed = written(changed)
    if changed.text != run.mapping:
        run.report, run.error = of_the_files(run.report), ""
    return _seen(run, changed, surveyed if changed.files == mapping.files else None)


def _other_stages(before: Mapping, after: Mapping) -> bool:
    """Whether stages come from another column than before, so that those found there go."""
    return _stage_takes(before) != _stage_takes(after)


def _stage_takes(mapping: Mapping) -> list[Any]:
    return [record.fields.get("stage") for file in mapping.files for record in file.records]


def _seen(run: ImportRun, mapping: Mapping, surveyed: Survey | None = None) -> Prepared:
    surveyed = surveyed or survey(paths_of(run), mapping)
    found = Found(mapping, surveyed)
    mapping = asking.with_stages(mapping, found)
    mapping = asking.with_people(mapping, found)
    mapping = asking.with_first_day(mapping, surveyed)
    mapping = written(asking.with_words(mapping, found))
    for source, part in ((source, mapping.files[number]) for source, number in _numbered(surveyed, mapping)):
        source.map = part
    if mapping.text != run.mapping or surveyed.rows != run.rows_total:
        run.mapping, run.rows_total = mapping.text, surveyed.rows
    run.save()
    files = [showing.shown(source, mapping) for source in surveyed.sources]
    return Prepared(
        mapping, files, asking.asked(mapping, found, Told(**run.report.get("told", {}))), surveyed.notes, surveyed.rows
    )


def _numbered(surveyed: Survey, mapping: Mapping) -> list[tuple[Any, int]]:
    """Each source with the place of its part; answers change the parts, never their order or names."""
    names = [part.name for part in mapping.files]
    return [(source, names.index(source.map.name)) for source in surveyed.sources]


def _answered(mapping: Mapping, filled: Any) -> Mapping:
    """Answers to what was asked: `s…` stages, `p…` people, `w…` words."""
    mapping = _with_stages(mapping, filled)
    people = {filled[f"p{n}-name"]: filled[f"p{n}-answer"] for n in _numbers(filled, "p", "answer")}
    answers = {name: None if value == "+" else value.removeprefix("=") for name, value in people.items()}
    mapping = asking.answered_people(mapping, answers)
    for n in _numbers(filled, "w", "answer"):
        mapping = _with_word(mapping, filled[f"w{n}-place"], filled[f"w{n}-word"], filled[f"w{n}-answer"])
    return mapping


def _numbers(filled: Any, letter: str, name: str) -> list[int]:
    """The numbers of the questions of a kind that were answered."""
    return [int(found[1]) for field in filled if (found := re.fullmatch(rf"{letter}(\d+)-{name}", field))]


def _with_word(mapping: Mapping, where: str, word: str, meant: str) -> Mapping:
    for file, part in enumerate(mapping.files):
        for number, record in enumerate(part.records):
            for field, take in record.fields.items():
                if f"{file}.{number}.{field}" == where:
                    values = {**take.values, word: meant}
                    return asking.with_take(mapping, (file, number, field), replace(take, values=values))
    return mapping


def _with_stages(mapping: Mapping, filled: Any) -> Mapping:
    given: dict[tuple[str, str], tuple[int, StageMap]] = {}
    for n in _numbers(filled, "s", "kind"):
        stage, kind, order = filled[f"s{n}-name"], filled[f"s{n}-kind"], filled.get(f"s{n}-order", "")
        kind = kind if kind in ("open", "won", "lost") else "open"
        qualified = kind != "open" or f"s{n}-qualified" in filled
        place = int(order) if order.isdigit() else len(given)
        given[filled[f"s{n}-process"], stage] = (place, StageMap(stage, kind, qualified))
    processes = []
    for process in mapping.processes:
        ranked = [(given.get((process.name, s.name), (position, s)), s) for position, s in enumerate(process.stages, 1)]
        ranked.sort(key=lambda pair: pair[0][0])
        stages = tuple(replace(answer, probability=before.probability) for (_order, answer), before in ranked)
        processes.append(replace(process, stages=stages))
    return replace(mapping, processes=tuple(processes))
