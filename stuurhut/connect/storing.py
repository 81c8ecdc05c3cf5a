"""Drafts into the database: new records, changes through history, never over what a person edited here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from stuurhut.connect.ahead import ahead
from stuurhut.connect.books import Looked, StageEntry
from stuurhut.connect.children import assign_anew, line_changes, move_creation, new_children, stage_changes
from stuurhut.connect.comparing import changes_of, edited_here, field_of, repeated, sum_of
from stuurhut.connect.deriving import empty
from stuurhut.connect.drafts import Draft
from stuurhut.connect.fields import FactKind
from stuurhut.connect.mapped import RecordMap
from stuurhut.connect.references import References
from stuurhut.connect.writing import Pace, Prepared, Values, allocate, as_text, insert, prepared, reserve, update, write
from stuurhut.people.models import History, SourceAlias


class Store:
    """Writes the drafts of one import. `intake` is the id that every row gets, None in a dry run."""

    def __init__(self, system: str, intake: int | None, by: int | None, references: References, pace: Pace) -> None:
        self.system, self.intake, self.by = system, intake, by
        self.references, self.pace = references, pace
        self.now = datetime.now(UTC)
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        self.pretended = 0
        self.seen: dict[tuple[int, str], int] = {}
        self.looked = Looked()
        self.pretended_stages: list[StageEntry] = []

    def create_named(self, fact: FactKind, values: list[Values]) -> list[int]:
        """Makes records that a row refers to by name, in a transaction of their own; returns their ids."""
        rows = [{"system": self.system, "intake_id": self.intake, **value} for value in values]
        if self.intake is None:
            ids = self._pretend(len(rows))
        else:
            with self.pace.transaction(len(rows)):
                ids = allocate(fact.model, len(rows))
                insert(fact.model, [{**row, "id": number} for row, number in zip(rows, ids, strict=True)])
        for row, number in zip(rows, ids, strict=True):
            self.references.learn(fact, row["system_key"], number, row)
        self.counts[fact.name]["created"] += len(rows)
        return ids

    def _pretend(self, count: int) -> list[int]:
        """Ids of records that a dry run would make: below zero, so that they meet no real one."""
        first = self.pretended
        self.pretended += count
        return [-number - 1 for number in range(first, self.pretended)]

    def find_existing(self, fact: FactKind, record: RecordMap, drafts: list[Draft]) -> None:
        """Couples drafts with the records they are about: by the source's id, else by the field of `match`."""
        ids = self.references.by_key(fact, [draft.key for draft in drafts])
        by_name = self.references.by_name(fact, record.match) if record.match else {}
        for draft in drafts:
            draft.id = ids.get(draft.key, 0)
            if not draft.id and by_name and (text := draft.values.get(record.match)):
                draft.id = by_name.get(" ".join(str(text).split()).casefold(), 0)
                draft.alias = bool(draft.id)
        wanted = [draft.id for draft in drafts if draft.id > 0]
        rows: dict[int, Values] = {}
        for start in range(0, len(wanted), 900):
            found = fact.model._default_manager.filter(id__in=wanted[start : start + 900])
            rows.update({row["id"]: row for row in found.values()})
        for draft in drafts:
            draft.existing = rows.get(draft.id)

    def write(self, fact: FactKind, record: RecordMap, drafts: list[Draft]) -> None:
        """Writes drafts without fault. A draft whose record was given otherwise before gets its `bad`."""
        new, old = self._divided(fact, record, drafts)
        ids = self._pretend(len(new)) if self.intake is None else reserve(fact.model, len(new))
        for draft, number in zip(new, ids, strict=True):
            draft.id = number
        for fresh, statements in ahead(self._made_ready(fact, new)):
            self._create(fact, record, fresh, statements)
        changed = [(draft, changes) for draft in old if (changes := changes_of(fact, draft, self.intake))]
        changed = self._not_edited_here(fact, record, changed)
        self._aliases(fact, record, [draft for draft in old if draft.alias])
        staged = [draft for draft in old if draft.existing and fact.lines and draft.bad is None]
        for part in self.pace.slices(changed):
            self._change(fact, part)
        touched = self._hanging(fact, staged)
        touched |= {draft.id for draft, _changes in changed if draft.bad is None}
        self.counts[fact.name]["changed"] += len(touched)
        self.counts[fact.name]["unchanged"] += sum(draft.bad is None and draft.id not in touched for draft in old)

    def _divided(self, fact: FactKind, record: RecordMap, drafts: list[Draft]) -> tuple[list[Draft], list[Draft]]:
        """New records, and drafts of records that exist; of two with one key the second repeats the first."""
        first: dict[str, Draft] = {}
        required = [(name, fact.fields[name].attname) for name in fact.required]
        new, old = [], []
        for draft in drafts:
            earlier = first.setdefault(draft.key, draft)
            if earlier is not draft:
                draft.bad = None if earlier.columns == draft.columns else repeated(draft)
                self.counts[fact.name]["repeated"] += draft.bad is None
            elif draft.id < 0:  # a dry run made it: in this record, or in another that this one completes
                before = self.seen.setdefault((id(record), draft.key), sum_of(draft))
                draft.bad = None if before == sum_of(draft) else repeated(draft)
            elif draft.existing is not None:
                old.append(draft)
            else:
                lacking = next((name for name, attname in required if draft.columns.get(attname) is None), None)
                draft.bad = empty(lacking, record) if lacking else None
                if not lacking:
                    new.append(draft)
        return new, old

    def _made_ready(self, fact: FactKind, drafts: list[Draft]) -> Iterator[tuple[list[Draft], Prepared]]:
        """New records, as many as go into one transaction, with what inserts them; in a dry run nothing does."""
        for part in self.pace.slices(drafts):
            yield part, [] if self.intake is None else self._statements(fact, part, self.intake)

    def _statements(self, fact: FactKind, drafts: list[Draft], intake: int) -> Prepared:
        """What inserts new records and what hangs from them."""
        origin = {"system": self.system, "intake_id": intake}
        rows = [{**draft.columns, **origin, "system_key": draft.key, "id": draft.id} for draft in drafts]
        statements = prepared(fact.model, rows)
        for model, children in new_children(fact, drafts, intake, self.system, self.now).items():
            statements += prepared(model, children)
        return statements

    def _create(self, fact: FactKind, record: RecordMap, drafts: list[Draft], statements: Prepared) -> None:
        """Writes new records in one transaction, which holds nothing but the writing."""
        if self.intake is None:
            for draft in drafts:
                self._remember(fact, record, draft)
        else:
            with self.pace.transaction(len(drafts)):
                write(statements)
                self._aliases(fact, record, drafts)
        self.references.learn_all(fact, [(draft.key, draft.id, draft.columns) for draft in drafts])
        self.references.learn_all(fact, [(key, draft.id, {}) for draft in drafts for key in draft.rows[0].also])
        self.counts[fact.name]["created"] += len(drafts)

    def _remember(self, fact: FactKind, record: RecordMap, draft: Draft) -> None:
        """In a dry run: what later rows ask about a record that would have been made."""
        self.seen[id(record), draft.key] = sum_of(draft)
        if fact.name == "product":
            self.looked.learn(fact.name, draft.id, draft.values)
        elif fact.name == "stage":
            columns = draft.columns
            entry = StageEntry(draft.id, columns["process_id"], columns.get("order", 0), columns.get("kind", "open"))
            self.pretended_stages.append(entry)

    def _aliases(self, fact: FactKind, record: RecordMap, drafts: list[Draft]) -> None:
        """Keeps the further ids under which the source knows a record."""
        keys = {key: draft.id for draft in drafts for key in draft.rows[0].also if key}
        keys |= {draft.key: draft.id for draft in drafts if draft.alias}
        if keys and self.intake is not None:
            SourceAlias.objects.bulk_create(
                [
                    SourceAlias(system=self.system, kind=fact.kind, key=k, record_id=n, intake_id=self.intake)
                    for k, n in keys.items()
                ],
                ignore_conflicts=True,
            )
        for key, number in keys.items():
            self.references.learn(fact, key, number, {})

    def _not_edited_here(
        self, fact: FactKind, record: RecordMap, changed: list[tuple[Draft, Values]]
    ) -> list[tuple[Draft, Values]]:
        """Leaves out the fields that a person changed here, unless the mapping says that the source owns them."""
        ids = [draft.id for draft, _changes in changed]
        owned = {fact.fields[name].attname for name in record.owns}
        edited = edited_here(fact.kind, ids)
        kept = []
        for draft, changes in changed:
            left = {n: v for n, v in changes.items() if n in owned or field_of(n) not in edited.get(draft.id, ())}
            self.counts[fact.name]["kept"] += len(left) < len(changes)
            if left:
                kept.append((draft, left))
        return kept

    def _change(self, fact: FactKind, part: list[tuple[Draft, Values]]) -> None:
        if self.intake is None:
            return
        rows = []
        for draft, changes in part:
            existing = draft.existing or {}
            if existing["intake_id"] == self.intake:
                continue  # completing what this import began is no history
            at = self.now
            if draft.closing and existing.get("outcome") == "open" and draft.closing[0]:
                at = draft.closing[0]
            rows += [
                self._history(fact.kind, draft.id, name, existing.get(name), value, at)
                for name, value in changes.items()
            ]
        with self.pace.transaction(len(part)):
            update(fact.model, [(draft.id, changes) for draft, changes in part])
            History.objects.bulk_create(rows)
            if fact.name == "lead":
                assign_anew(part, self.intake, self.by, self.now)
            if fact.name == "opportunity":
                move_creation(part)

    def refer(self, fact: FactKind, attname: str, wanted: dict[int, int]) -> None:
        """Fills in references between records of one file; on a record that was here before it is a change."""
        rows = {
            row["id"]: row
            for row in fact.model._default_manager.filter(id__in=wanted).values("id", "intake_id", attname)
        }
        edited = edited_here(fact.kind, wanted)
        changes = {
            n: to for n, to in wanted.items() if rows[n][attname] != to and field_of(attname) not in edited.get(n, ())
        }
        if not changes:
            return
        made = [
            self._history(fact.kind, number, attname, rows[number][attname], to, self.now)
            for number, to in changes.items()
            if rows[number]["intake_id"] != self.intake
        ]
        with self.pace.transaction(len(changes)):
            update(fact.model, [(number, {attname: to}) for number, to in changes.items()])
            History.objects.bulk_create(made)
        self.counts[fact.name]["changed"] += len(made)

    def _history(self, kind: str, number: int, name: str, old: Any, new: Any, at: datetime) -> History:
        return History(
            kind=kind,
            record_id=number,
            field=field_of(name),
            old=as_text(old),
            new=as_text(new),
            occurred_at=at,
            recorded_at=self.now,
            by_id=self.by,
            intake_id=self.intake,
        )

    def _hanging(self, fact: FactKind, drafts: list[Draft]) -> set[int]:
        """Lines and stages of records that were here already; returns the ids of the records that changed by it."""
        touched: set[int] = set()
        for part in self.pace.slices(drafts):
            ids = line_changes(fact, part, self.intake, self._history, self.now)
            if fact.name == "opportunity":
                ids |= stage_changes(part, self.intake, self.by, self.now, self._history)
            touched |= ids
        return touched
