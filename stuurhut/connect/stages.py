"""Sales processes and their stages: those a mapping declares, and those that only turn up in a file."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from stuurhut.connect.books import StageEntry, Stages
from stuurhut.connect.fields import BY_NAME
from stuurhut.connect.ladder import in_order, likely_stage
from stuurhut.connect.mapped import Mapping, ProcessMap, StageMap
from stuurhut.connect.problems import MappingWrong
from stuurhut.connect.references import References, plain
from stuurhut.connect.storing import Store
from stuurhut.connect.telling import home_of_stages
from stuurhut.connect.writing import allocate, insert
from stuurhut.crm.models import Stage, StageProbability
from stuurhut.kpi.words.errors import nearest

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class StageMaker:
    """Makes stages, once. A stage has the id "process/stage" in its source."""

    def __init__(self, mapping: Mapping, store: Store, references: References) -> None:
        self.mapping, self.store, self.references = mapping, store, references
        self.current = Stages()
        opportunities = [r for part in mapping.files for r in part.records if r.fact == "opportunity"]
        self.named_with_process = any(len(r.fields["stage"].columns) > 1 for r in opportunities if "stage" in r.fields)

    def declared(self) -> None:
        """Makes the processes and stages of the mapping that are not there yet."""
        for process in self.mapping.processes:
            self._process(process.name, process)

    def _process(self, name: str, declared: ProcessMap | None) -> int:
        """The id of a process; a stage that a person renamed or dropped here is left so."""
        fact = BY_NAME["process"]
        found = self.references.by_key(fact, [name]).get(name) or self.references.by_name(fact).get(plain(name))
        process = (
            found or self.store.create_named(fact, [{"name": name, "system_key": name, "recorded_at": LONG_AGO}])[0]
        )
        for position, stage in enumerate(declared.stages if declared else ()):
            key = f"{name}/{stage.name}"
            if not self.references.by_key(BY_NAME["stage"], [key]) and not self._named(process, stage.name):
                self._make(process, key, stage, position)
        return process

    def _named(self, process: int, name: str) -> bool:
        return any(
            plain(known) == plain(name)
            for known in Stage.objects.filter(process_id=process).values_list("name", flat=True)
        )

    def _make(self, process: int, key: str, stage: StageMap, position: int) -> int:
        values: dict[str, Any] = {"name": stage.name, "system_key": key, "process_id": process, "order": position}
        values |= {"kind": stage.kind, "qualified": stage.qualified, "recorded_at": LONG_AGO}
        number = self.store.create_named(BY_NAME["stage"], [values])[0]
        self.references.learn(BY_NAME["stage"], key, number, values)
        entry = StageEntry(number, process, position, stage.kind)
        self.current.add(entry)
        if self.store.intake is None:
            self.store.pretended_stages.append(entry)
        elif stage.probability is not None:
            row = {"stage_id": number, "probability": stage.probability, "starts_on": date(1970, 1, 1)}
            with self.store.pace.transaction(1):
                insert(
                    StageProbability,
                    [
                        {
                            **row,
                            "id": allocate(StageProbability, 1)[0],
                            "recorded_at": LONG_AGO,
                            "intake_id": self.store.intake,
                        }
                    ],
                )
        return number

    def unknown(self, texts: list[str]) -> dict[str, int]:
        """Makes stages that a file names and nobody declared, as their words suggest."""
        made: dict[str, int] = {}
        by_process: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for text in texts:
            of, _slash, name = text.partition("/") if self.named_with_process else ("", "", text)
            by_process[of or home_of_stages(self.mapping)][name].append(text)
        for process_name, names in by_process.items():
            process = self._process(process_name, None)
            position = max((stage.order for stage in self.current.of(process)), default=-1) + 1
            for place, stage in enumerate(in_order(map(likely_stage, names)), position):
                number = self._make(process, f"{process_name}/{stage.name}", stage, place)
                made |= dict.fromkeys(names[stage.name], number)
        return made

    def book(self) -> Stages:
        """All stages as they are now, with those that a dry run would make; stages made later are added to it."""
        self.current = Stages()
        for stage in self.store.pretended_stages:
            self.current.add(stage)
        return self.current

    def id_of(self, name: str) -> int:
        """The stage that `entered` names. Raises MappingWrong with the nearest."""
        names = self.references.by_name(BY_NAME["stage"])
        number = names.get(plain(name)) or self.references.by_key(BY_NAME["stage"], [name]).get(name)
        if not number:
            raise MappingWrong(
                _("In entered: there is no stage '%(word)s'; did you mean '%(nearest)s'?"),
                word=name,
                nearest=nearest(name, names),
            )
        return number
