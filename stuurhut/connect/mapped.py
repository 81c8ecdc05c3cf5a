"""The parts of a mapping: per file which columns feed which fields of which facts."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatch
from typing import Any

Condition = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Through:
    """A look-up in another file of the import: the row whose `match` equals our value, and from it `take`."""

    file: str
    match: str
    take: str


@dataclass(frozen=True)
class Take:
    """Where one value comes from, and what is done to it before it is read."""

    column: str = ""
    columns: tuple[str, ...] = ()
    join: str = " "
    value: Any = None
    values: Dictionary[str, str] = field(default_factory=dict)
    empty: Any = None
    only: Condition = field(default_factory=dict)
    through: Through | None = None
    minus: str = ""
    times: Decimal | None = None
    dates: str = ""
    decimals: str = ""
    by: str = ""
    create: bool = False
    if_known: bool = False
    take: str = ""
    of: str = ""
    earliest: bool = False
    field: str = ""

    def named(self) -> Iterable[str]:
        """The columns that must be there."""
        return [name for name in (self.column, *self.columns, self.minus, *self.only) if name]


@dataclass(frozen=True)
class RecordMap:
    """One fact that the rows of a file feed."""

    fact: str
    key: tuple[Take, ...] = ()
    also: tuple[str, ...] = ()
    match: str = ""
    fields: dict[str, Take] = field(default_factory=dict)
    lines: dict[str, Take] = field(default_factory=dict)
    entered: dict[str, str] = field(default_factory=dict)
    fold: bool = False
    order_by: str = ""
    only: Condition = field(default_factory=dict)
    skip: Condition = field(default_factory=dict)
    owns: tuple[str, ...] = ()

    def named(self) -> set[str]:
        takes = [*self.key, *self.fields.values(), *self.lines.values()]
        names = {name for take in takes for name in take.named()}
        return (
            names
            | {*self.also, *self.only, *self.skip, *self.entered.values()}
            | ({self.order_by} if self.order_by else set())
        )


@dataclass(frozen=True)
class FileMap:
    """What one file holds. `name` may have * and ?; `optional` allows columns to be missing."""

    name: str
    records: tuple[RecordMap, ...]
    delimiter: str = ""
    encoding: str = ""
    header_line: int = 1
    sheet: str = ""
    dates: str = ""
    decimals: str = ""
    only: Condition = field(default_factory=dict)
    skip: Condition = field(default_factory=dict)
    optional: bool = False

    def fits(self, name: str) -> bool:
        """Whether a file of this name is meant; also packed, or the rejected rows of a spreadsheet: deals.xlsx.csv."""
        bare = name.lower().removesuffix(".gz")
        within = bare.removesuffix(".csv")
        return any(fnmatch(text, self.name.lower()) for text in (name.lower(), bare, within if "." in within else bare))

    def named(self) -> set[str]:
        return {name for record in self.records for name in record.named()} | {*self.only, *self.skip}


@dataclass(frozen=True)
class StageMap:
    """A stage of a process that a mapping declares."""

    name: str
    kind: str = "open"
    qualified: bool = True
    probability: float | None = None


@dataclass(frozen=True)
class ProcessMap:
    name: str
    stages: tuple[StageMap, ...]


@dataclass(frozen=True)
class Mapping:
    """A whole mapping. `system` names the source under which its ids are kept."""

    system: str
    files: tuple[FileMap, ...]
    processes: tuple[ProcessMap, ...] = ()
    label: str = ""
    text: str = ""
