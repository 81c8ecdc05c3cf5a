"""One record of a mapping, over all rows of its file: read, refer, bring together, derive, write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_noop as _

from stuurhut.connect.ahead import ahead
from stuurhut.connect.deriving import Deriver
from stuurhut.connect.drafts import Draft, Row, draft_of
from stuurhut.connect.evaluate import Evaluator
from stuurhut.connect.fields import BY_NAME, Field
from stuurhut.connect.mapped import RecordMap, Take
from stuurhut.connect.problems import Bad
from stuurhut.connect.read import Chunk
from stuurhut.connect.reading import Columns, ReadChunk, RecordReader
from stuurhut.connect.references import References
from stuurhut.connect.rejected import RejectedRows
from stuurhut.connect.storing import Store
from stuurhut.connect.survey import Source


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
        self.reader, self.deriver = RecordReader(source, number, evaluator), deriver
        self.references, self.store, self.rejected = references, store, rejected
        self.own = {name for name in self.reader.takes if self.fact.fields[name].to == self.fact.name}
        self.own_keys = self.reader.own_keys() if self.own else set()
        self.decimal = source.decimal
        self.pending: dict[str, list[Row]] = {}

    def run(self) -> Iterator[int]:
        """Imports the whole file; yields the number of rows after each chunk."""
        for chunk, read in ahead(self.reader.chunks()):
            for line, cells, bad in chunk.ragged:
                self._refuse(line, cells, bad)
            if read is not None:
                self._write(self._together(self._rows(read)))
            yield len(chunk.lines) + len(chunk.ragged)
        self._write([self._draft(rows) for rows in self.pending.values()])
        self._refer_to_own()

    def _rows(self, read: ReadChunk) -> list[Row]:
        """The rows with their references resolved, and what is wrong with them."""
        chunk, takes, record = read.chunk, self.reader.takes, self.record
        values = {n: self._resolved(n, takes[n], self.fact.fields[n], cells) for n, cells in read.values.items()}
        lines = {
            n: self._resolved(n, record.lines[n], self.fact.line_fields[n], cells) for n, cells in read.lines.items()
        }
        bad = self._faults(values, lines, read.entered, read.order)
        of_rows, of_lines, of_stages = (_by_row(columns, chunk) for columns in (values, lines, read.entered))
        columns = zip(chunk.lines, read.keys, of_rows, of_lines, read.also, of_stages, read.order, strict=True)
        rows = []
        for index, (line, key, of_row, of_line, ids, moments, at) in enumerate(columns):
            fault = bad.get(index) if key else bad.get(index) or self._no_id()
            rows.append(Row(line, key, of_row, of_line, chunk, index, ids, moments, at, fault))
        return rows

    def _resolved(self, name: str, take: Take, known: Field, values: list[Any]) -> list[Any]:
        """The ids of the records that a column refers to; any other column as it is."""
        if known.kind != "reference":
            return values
        if name in self.own:
            values = [None if text in self.own_keys else text for text in values]  # see _refer_to_own
        return self.reader.explained(self.references.resolve(BY_NAME[known.to], values, take), take, known)

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

    def _refer_to_own(self) -> None:
        """Fills in what refers to a record of the same file, now that all of them are there."""
        if not self.own or self.store.intake is None:
            return
        reader = self.reader
        for chunk in self.source.table.chunks():
            found = reader.keys_again(chunk)
            ids = self.references.by_key(self.fact, found)
            for name in self.own:
                known, take = self.fact.fields[name], reader.takes[name]
                targets = self.references.resolve(self.fact, reader.evaluator.read(take, known, chunk), take)
                pairs = zip(found, targets, strict=True)
                wanted = {ids[key]: target for key, target in pairs if key in ids and isinstance(target, int)}
                self.store.refer(self.fact, known.attname, wanted)


def _by_row(columns: Columns, chunk: Chunk) -> list[dict[str, Any]]:
    """Columns by name to a dictionary per row."""
    if not columns:
        return [{}] * len(chunk.lines)
    names = list(columns)
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
