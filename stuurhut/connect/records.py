"""One record of a mapping, over all rows of its file: read, refer, bring together, derive, write."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_noop as _

from stuurhut.connect.deriving import Deriver
from stuurhut.connect.drafts import Draft, Row, draft_of
from stuurhut.connect.evaluate import Evaluator, explained, holds, keys
from stuurhut.connect.fields import BY_NAME, Field
from stuurhut.connect.mapped import RecordMap, Take
from stuurhut.connect.problems import Bad
from stuurhut.connect.read import Chunk, text_of
from stuurhut.connect.references import References
from stuurhut.connect.rejected import RejectedRows
from stuurhut.connect.storing import Store
from stuurhut.connect.survey import Source

MOMENT = Field("entered", "", "moment")
STARTS = ("membership", "seat", "absence")


class RecordImport:
    """Feeds one fact from one file. `number` is the place of the record in the file's mapping."""

    def __init__(
        self,
        source: Source,
        number: int,
        evaluator: Evaluator,
        deriver: Deriver,
        references: References,
        store: Store,
        rejected: RejectedRows,
    ) -> None:
        self.source, self.number = source, number
        self.record: RecordMap = source.map.records[number]
        self.fact = BY_NAME[self.record.fact]
        self.evaluator, self.deriver = evaluator, deriver
        self.references, self.store, self.rejected = references, store, rejected
        self.takes = dict(self.record.fields)
        if self.fact.name in STARTS and "starts_on" not in self.takes:
            self.takes["starts_on"] = Take(earliest=True)
        self.own = {name for name in self.takes if self.fact.fields[name].to == self.fact.name}
        self.own_keys = self._own_keys() if self.own else set()
        self.decimal = source.decimal
        self.pending: dict[str, list[Row]] = {}
        self.times: Counter[str] = Counter()

    def run(self) -> Iterator[int]:
        """Imports the whole file; yields the number of rows after each chunk."""
        for chunk in self.source.table.chunks():
            for line, cells, bad in chunk.ragged:
                self._refuse(line, cells, bad)
            self._write(self._together(self._rows(chunk)))
            yield len(chunk.lines) + len(chunk.ragged)
        self._write([self._draft(rows) for rows in self.pending.values()])
        self._refer_to_own()

    def _rows(self, chunk: Chunk) -> list[Row]:
        """The rows of a chunk that feed this record, read and with their references resolved."""
        chosen = holds(self.source.map.only, chunk)
        for condition, wanted in ((self.record.only, True), (self.source.map.skip, False), (self.record.skip, False)):
            if condition:
                chosen = [so and now is wanted for so, now in zip(chosen, holds(condition, chunk), strict=True)]
        if not all(chosen):
            chunk = _picked(chunk, chosen)
        if not chunk.lines:
            return []
        values = {
            name: self._column(name, take, self.fact.fields[name], chunk)
            for name, take in self.takes.items()
            if not take.of
        }
        lines = {
            name: self._column(name, take, self.fact.line_fields[name], chunk)
            for name, take in self.record.lines.items()
        }
        entered = {stage: self._moments(column, chunk) for stage, column in self.record.entered.items()}
        order = self._moments(self.record.order_by, chunk) if self.record.order_by else [None] * len(chunk.lines)
        also = zip(*([text_of(cell) for cell in chunk.columns[name]] for name in self.record.also), strict=True)
        further = list(also) if self.record.also else [()] * len(chunk.lines)
        bad = self._faults(values, lines, entered, order)
        of_rows, of_lines, of_stages = _by_row(values, chunk), _by_row(lines, chunk), _by_row(entered, chunk)
        columns = zip(chunk.lines, self._keys(chunk), of_rows, of_lines, further, of_stages, order, strict=True)
        rows = []
        for index, (line, key, of_row, of_line, ids, moments, at) in enumerate(columns):
            fault = bad.get(index) if key else bad.get(index) or self._no_id()
            rows.append(Row(line, key, of_row, of_line, chunk, index, ids, moments, at, fault))
        return rows

    def _column(self, name: str, take: Take, known: Field, chunk: Chunk) -> list[Any]:
        values = self.evaluator.read(take, known, chunk)
        if known.kind == "reference":
            fact = BY_NAME[known.to]
            if name in self.own:
                values = [None if text in self.own_keys else text for text in values]  # see _refer_to_own
            values = self.references.resolve(fact, values, take)
        if Bad not in set(map(type, values)):
            return values
        column = take.column or ", ".join(take.columns)
        form = self.source.form(take, take.column or next(iter(take.columns), ""))
        return [explained(value, known, column, form) if value.__class__ is Bad else value for value in values]

    def _moments(self, column: str, chunk: Chunk) -> list[Any]:
        take = Take(column=column)
        form = self.source.form(take, column)
        values = self.evaluator.read(take, MOMENT, chunk)
        return [explained(value, MOMENT, column, form) if value.__class__ is Bad else value for value in values]

    @staticmethod
    def _faults(*parts: Any) -> dict[int, Bad]:
        """The first problem of every row that has one."""
        found: dict[int, Bad] = {}
        for part in parts:
            for column in part.values() if isinstance(part, dict) else [part]:
                if Bad in set(map(type, column)):
                    for index, value in enumerate(column):
                        if value.__class__ is Bad:
                            found.setdefault(index, value)
        return found

    def _no_id(self) -> Bad:
        column = next((take.column for take in self.record.key if take.column), "")
        return Bad(_("the row has no id"), _("fill in the column that tells records apart"), {}, "", column)

    def _keys(self, chunk: Chunk) -> list[str]:
        """The source's own ids; without any, a sum over what the row says, numbered when it comes back."""
        raw = self.evaluator.raw
        if self.record.key:
            parts = [raw(self.takes[take.field] if take.field else take, chunk) for take in self.record.key]
            return keys(parts)
        takes = [*self.takes.values(), *self.record.lines.values()]
        columns = [
            [text_of(value) for value in raw(take, chunk)] for take in takes if not take.earliest and not take.of
        ]
        found = []
        for cells in zip(*columns, strict=True):
            sum_of = hashlib.blake2b("\x1f".join(cells).encode(), digest_size=12).hexdigest()
            self.times[sum_of] += 1
            again = self.times[sum_of]
            found.append(sum_of if again == 1 else f"{sum_of}-{again}")
        return found

    def _together(self, rows: list[Row]) -> list[Draft]:
        """Drafts: a row each, or all rows of one id once the last of them was read."""
        if not self.record.fold:
            return [self._draft([row]) for row in rows]
        last = self.source.last_rows[self.number]
        columns = [take.column for take in self.record.key if take.column]
        done = []
        for row in rows:
            self.pending.setdefault(row.key, []).append(row)
            if last[tuple(row.chunk.columns[column][row.index] for column in columns)] == row.line:
                done.append(self._draft(self.pending.pop(row.key)))
        return done

    def _draft(self, rows: list[Row]) -> Draft:
        return draft_of(rows, self.record, self.fact)

    def _write(self, drafts: list[Draft]) -> None:
        if not drafts:
            return
        self.deriver.finish(drafts)
        good = [draft for draft in drafts if draft.bad is None]
        self.store.find_existing(self.fact, self.record, good)
        self.store.write(self.fact, self.record, good)
        for draft in drafts:
            if draft.bad is not None:
                self._reject(draft)

    def _reject(self, draft: Draft) -> None:
        """Refuses all rows of a record: without one of its lines an order would have a wrong amount."""
        own = {id(row): row.bad or draft.bad for row in draft.rows}
        fault = next((row for row in draft.rows if row.bad), draft.rows[0])
        for row in draft.rows:
            bad = own[id(row)]
            if row.bad is None and fault is not row:
                reason = _("another row of '%(value)s', line %(line)s, was refused")
                bad = Bad(reason, _("mend that one and import all rows of it"), {"line": fault.line}, row.key)
            assert bad is not None
            self._refuse(row.line, row.cells, bad)

    def _refuse(self, line: int, cells: Any, bad: Bad) -> None:
        self.rejected.add(self.source.table, line, cells, bad, self.decimal)

    def _own_keys(self) -> set[str]:
        """Ids and names of this file, for records that refer to another one of the same file."""
        found: set[str] = set()
        name = self.takes.get("name")
        for chunk in self.source.table.chunks():
            found.update(keys([self.evaluator.raw(take, chunk) for take in self.record.key if not take.field]))
            if name:
                found.update(text_of(cell) for cell in self.evaluator.raw(name, chunk))
        return found - {""}

    def _refer_to_own(self) -> None:
        """Fills in what refers to a record of the same file, now that all of them are there."""
        if not self.own or self.store.intake is None:
            return
        for chunk in self.source.table.chunks():
            ids = self.references.by_key(self.fact, self._keys_again(chunk))
            for name in self.own:
                attname = self.fact.fields[name].attname
                targets = self.references.resolve(
                    self.fact, self.evaluator.read(self.takes[name], self.fact.fields[name], chunk), self.takes[name]
                )
                pairs = zip(self._keys_again(chunk), targets, strict=True)
                wanted = {ids[key]: target for key, target in pairs if key in ids and isinstance(target, int)}
                self.store.refer(self.fact, attname, wanted)

    def _keys_again(self, chunk: Chunk) -> list[str]:
        return keys([self.evaluator.raw(take, chunk) for take in self.record.key if not take.field])


def _picked(chunk: Chunk, chosen: list[bool]) -> Chunk:
    """Only the rows that were chosen."""
    columns = {
        name: [cell for cell, so in zip(cells, chosen, strict=True) if so] for name, cells in chunk.columns.items()
    }
    return Chunk([line for line, so in zip(chunk.lines, chosen, strict=True) if so], columns)


def _by_row(columns: dict[str, list[Any]], chunk: Chunk) -> list[dict[str, Any]]:
    """Columns by name to a dictionary per row."""
    if not columns:
        return [{}] * len(chunk.lines)
    names = list(columns)
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
