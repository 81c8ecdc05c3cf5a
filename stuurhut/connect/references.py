"""From what a file calls a record to its id here: by its id in the source system, by name, by e-mail."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_noop as _
from rapidfuzz import process

from stuurhut.connect.fields import FactKind
from stuurhut.connect.mapped import Take
from stuurhut.connect.problems import Bad
from stuurhut.people.models import SourceAlias

AT_ONCE = 900
REMEMBERED = 500_000
SHARED = 0  # no record has this id
HINTS = 2000
Creator = Callable[[FactKind, list[str]], dict[str, int]]


def plain(name: str) -> str:
    """A name as it is compared: case and spaces do not count."""
    return " ".join(name.split()).casefold()


class References:
    """Looks up ids and remembers them. `system` is the source whose ids are meant.

    `create(fact, texts)` makes records for names that do not exist yet and returns their ids.
    """

    def __init__(self, system: str, create: Creator, processes: Iterable[str] = ()) -> None:
        self.system, self.create, self.processes = system, create, tuple(processes)
        self.keys: dict[str, dict[str, int | None]] = {}
        self.names: dict[tuple[str, str], dict[str, int]] = {}
        self.all_known: dict[str, bool] = {}
        self.pretended: dict[str, list[tuple[int, dict[str, Any]]]] = {}
        self.hints = HINTS

    def by_key(self, fact: FactKind, texts: Iterable[str]) -> dict[str, int]:
        """Ids of the records that have these ids in the source system; those not found are left out."""
        memory = self.keys.get(fact.name)
        if memory is None:
            memory = self.keys[fact.name] = {}
            self.all_known[fact.name] = not self._any(fact)
        if len(memory) > REMEMBERED:
            memory.clear()
            self.all_known[fact.name] = False
        wanted = set(texts)
        if not self.all_known[fact.name]:
            self._remember(fact, memory, wanted - memory.keys())
        return {text: found for text in wanted if (found := memory.get(text)) is not None}

    def _any(self, fact: FactKind) -> bool:
        """Whether the source has any record of this kind here; in a first import what we made ourselves is all."""
        return self._of_source(fact).exists() or self._aliases(fact).exists()

    def _aliases(self, fact: FactKind) -> QuerySet[SourceAlias]:
        return SourceAlias.objects.filter(system=self.system, kind=fact.kind)

    def _of_source(self, fact: FactKind) -> QuerySet[Any]:
        """The records that came from the source."""
        # SQLite takes the index over the source's ids, which leaves empty systems out, only when the question does too.
        return fact.model._default_manager.filter(system=self.system).exclude(system="")

    def _remember(self, fact: FactKind, memory: dict[str, int | None], keys: set[str]) -> None:
        missing, aliases = iter(keys), self._aliases(fact)
        has_aliases = aliases.exists()
        while part := list(islice(missing, AT_ONCE)):
            memory.update(dict.fromkeys(part))
            memory.update(self._of_source(fact).filter(system_key__in=part).values_list("system_key", "id"))
            if has_aliases:
                memory.update(aliases.filter(key__in=part).values_list("key", "record_id"))

    def by_name(self, fact: FactKind, field: str = "name") -> dict[str, int]:
        """Plain name to id, SHARED where several records have it."""
        known = self.names.get((fact.name, field))
        if known is None:
            known = self.names[fact.name, field] = {}
            for number, name in self._named(fact).values_list("id", field).iterator():
                if name:
                    self._name(known, name, number)
            if fact.name == "stage":  # also as "process/stage", which tells stages of one name apart
                for number, process, name in self._named(fact).values_list("id", "process__name", "name"):
                    self._name(known, f"{process}/{name}", number)
            for number, values in self.pretended.get(fact.name, ()):
                if values.get(field):
                    self._name(known, values[field], number)
        return known

    def _named(self, fact: FactKind) -> QuerySet[Any]:
        rows = fact.model._default_manager.filter(deleted_at=None)
        if fact.name == "stage" and self.processes:
            rows = rows.filter(process__name__in=self.processes)
        return rows

    @staticmethod
    def _name(known: dict[str, int], name: str, number: int) -> None:
        text = plain(str(name))
        known[text] = SHARED if known.get(text, number) != number else number

    def learn(self, fact: FactKind, key: str, number: int, values: dict[str, Any]) -> None:
        """Remembers a record that was just made."""
        self.learn_all(fact, [(key, number, values)])

    def learn_all(self, fact: FactKind, made: list[tuple[str, int, dict[str, Any]]]) -> None:
        """Remembers records that were just made: id in the source, id here, values."""
        if fact.name not in self.keys:
            self.by_key(fact, ())  # asked after the rows were written, so that they are not taken for all there is
        self.keys[fact.name].update((key, number) for key, number, _values in made if key)
        if fact.creatable:
            self.pretended.setdefault(fact.name, []).extend((n, values) for _key, n, values in made if n < 0)
        for (name, field), known in self.names.items():
            if name == fact.name:
                for _key, number, values in made:
                    if values.get(field):
                        self._name(known, values[field], number)

    def resolve(self, fact: FactKind, texts: list[Any], take: Take) -> list[Any]:
        """Ids for what a column calls the records: None for nothing, a `Bad` for a name that is not known."""
        wanted = {text for text in texts if text}
        found: dict[str, Any] = {}
        if take.by in ("", "key"):
            found.update(self.by_key(fact, wanted))
        if take.by != "key" and (left := wanted - found.keys()):
            names = self.by_name(fact, "email" if take.by == "email" else _name_of(fact))
            found.update(
                {text: _shared(fact, text) if n == SHARED else n for text in left if (n := names.get(plain(text)))}
            )
        if left := wanted - found.keys():
            if take.create and fact.creatable:
                found.update(self.create(fact, sorted(left)))
            elif take.if_known:
                found.update(dict.fromkeys(left))
            else:
                found.update({text: self._unknown(fact, text) for text in left})
        return [found[text] if text else None for text in texts]

    def _unknown(self, fact: FactKind, text: str) -> Bad:
        names = list(islice(self.by_name(fact, _name_of(fact)), HINTS)) if self.hints else []
        self.hints -= 1 if self.hints else 0
        found = process.extractOne(plain(text), names, score_cutoff=60)
        values = {"fact": translated(fact.word), "nearest": found[0] if found else ""}
        remedy = _("import it first, or write create = true in the mapping")
        if found:
            remedy = _(
                "the nearest is '%(nearest)s'; correct it, import it first, or write create = true in the mapping"
            )
        return Bad(_("there is no %(fact)s '%(value)s'"), remedy, values, text)


def _name_of(fact: FactKind) -> str:
    return next((name for name in ("name", "number") if name in fact.fields), "system_key")


def _shared(fact: FactKind, text: str) -> Bad:
    values = {"fact": translated(fact.word)}
    return Bad(_("more than one %(fact)s is called '%(value)s'"), _("refer to it by its id"), values, text)
