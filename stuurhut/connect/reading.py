"""The rows of a file as one record of its mapping sees them, column by column. Needs no database."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from stuurhut.connect.evaluate import Evaluator, explained, holds, keys
from stuurhut.connect.fields import BY_NAME, Field
from stuurhut.connect.mapped import RecordMap, Take
from stuurhut.connect.problems import Bad
from stuurhut.connect.read import Chunk, text_of
from stuurhut.connect.survey import Source

MOMENT = Field("entered", "", "moment")
STARTS = ("membership", "seat", "absence")
Columns = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class ReadChunk:
    """The rows of a chunk that feed a record: their ids, and columns of equal length by field, line field and stage.

    What refers to another record is still as the file calls it.
    """

    chunk: Chunk
    keys: list[str]
    values: Columns
    lines: Columns
    entered: Columns
    order: list[Any]
    also: list[tuple[str, ...]]


class RecordReader:
    """Reads one record from a file. `number` is its place in the file's mapping."""

    def __init__(self, source: Source, number: int, evaluator: Evaluator) -> None:
        self.source, self.evaluator = source, evaluator
        self.record: RecordMap = source.map.records[number]
        self.fact = BY_NAME[self.record.fact]
        self.takes = dict(self.record.fields)
        if self.fact.name in STARTS and "starts_on" not in self.takes:
            self.takes["starts_on"] = Take(earliest=True)
        self.times: Counter[str] = Counter()

    def chunks(self) -> Iterator[tuple[Chunk, ReadChunk | None]]:
        """Every chunk of the file, with what is read of it unless none of its rows feeds the record."""
        for chunk in self.source.table.chunks():
            chosen = self._chosen(chunk)
            yield chunk, self._read(chosen) if chosen.lines else None

    def _chosen(self, chunk: Chunk) -> Chunk:
        """Only the rows that feed this record."""
        chosen = holds(self.source.map.only, chunk)
        for condition, wanted in ((self.record.only, True), (self.source.map.skip, False), (self.record.skip, False)):
            if condition:
                chosen = [so and now is wanted for so, now in zip(chosen, holds(condition, chunk), strict=True)]
        return chunk if all(chosen) else _picked(chunk, chosen)

    def _read(self, chunk: Chunk) -> ReadChunk:
        record, count = self.record, len(chunk.lines)
        also = zip(*([text_of(cell) for cell in chunk.columns[name]] for name in record.also), strict=True)
        return ReadChunk(
            chunk,
            self._keys(chunk),
            {
                name: self.column(take, self.fact.fields[name], chunk)
                for name, take in self.takes.items()
                if not take.of
            },
            {name: self.column(take, self.fact.line_fields[name], chunk) for name, take in record.lines.items()},
            {stage: self.column(Take(column=column), MOMENT, chunk) for stage, column in record.entered.items()},
            self.column(Take(column=record.order_by), MOMENT, chunk) if record.order_by else [None] * count,
            list(also) if record.also else [()] * count,
        )

    def column(self, take: Take, known: Field, chunk: Chunk) -> list[Any]:
        """The values of one field; a `Bad` that says where it stands for what cannot be read."""
        return self.explained(self.evaluator.read(take, known, chunk), take, known)

    def explained(self, values: list[Any], take: Take, known: Field) -> list[Any]:
        """The same values; every `Bad` with its column, reason and remedy."""
        if Bad not in set(map(type, values)):
            return values
        column = take.column or ", ".join(take.columns)
        form = self.source.form(take, take.column or next(iter(take.columns), ""))
        return [explained(value, known, column, form) if value.__class__ is Bad else value for value in values]

    def own_keys(self) -> set[str]:
        """Ids and names of this file, for records that refer to another one of the same file."""
        found: set[str] = set()
        name = self.takes.get("name")
        for chunk in self.source.table.chunks():
            found.update(self.keys_again(chunk))
            if name:
                found.update(text_of(cell) for cell in self.evaluator.raw(name, chunk))
        return found - {""}

    def keys_again(self, chunk: Chunk) -> list[str]:
        """The ids of all rows of a chunk, when it is read once more."""
        return keys([self.evaluator.raw(take, chunk) for take in self.record.key if not take.field])

    def _keys(self, chunk: Chunk) -> list[str]:
        """The source's own ids; without any, a sum over what the row says, numbered when it comes back."""
        raw = self.evaluator.raw
        if self.record.key:
            return keys([raw(self.takes[take.field] if take.field else take, chunk) for take in self.record.key])
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


def _picked(chunk: Chunk, chosen: list[bool]) -> Chunk:
    """Only the rows that were chosen."""
    columns = {
        name: [cell for cell, so in zip(cells, chosen, strict=True) if so] for name, cells in chunk.columns.items()
    }
    return Chunk([line for line, so in zip(chunk.lines, chosen, strict=True) if so], columns)
