"""What one cell, row or block of the grid shows."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from stuurhut.kpi.goals import Holder
from stuurhut.people.models import Team
from stuurhut.targets.columns import Column
from stuurhut.targets.models import Target


def cell_name(holder: Holder, column: Column) -> str:
    """The name of a cell's field: g-t3-2026-10-01-2027-01-01."""
    return f"g-{holder.kind[0]}{holder.id}-{column.start}-{column.until}"


@dataclass(frozen=True)
class Cell:
    """A goal in a period, and what stands beside it, in words.

    `text` is what the field shows: the goal that holds, what was typed, or a proposal (`is_new`); `was` is the goal
    that holds. `before` is what a year earlier brought, of a running period by the same day; `before_whole` then says
    what all of it brought. `counts` is the value that counts; without a goal of its own what goals of other periods
    make of it (`hint`). `share` is the part of it that counts in the team above. `why_not` says why it cannot be
    edited.
    """

    name: str
    column: Column
    text: str = ""
    was: str = ""
    version: int = 0
    counts: Decimal | None = None
    hint: str = ""
    reached: str = ""
    before: str = ""
    before_whole: str = ""
    note: str = ""
    share: float = 1.0
    editable: bool = False
    why_not: str = ""
    remark: str = ""
    error: str = ""
    is_new: bool = False
    target: Target | None = None


@dataclass(frozen=True)
class Row:
    """The goals of one team or person; `elsewhere` names the team where they can be set."""

    holder: Holder
    name: str
    about: str
    cells: tuple[Cell, ...]
    leads: bool = False
    elsewhere: str = ""

    @property
    def key(self) -> str:
        return f"{self.holder.kind[0]}{self.holder.id}"


@dataclass(frozen=True)
class Sum:
    """The personal goals of a period added up, and how that differs from the team's own goal, in words."""

    column: Column
    text: str
    against: str
    is_less: bool


@dataclass(frozen=True)
class Block:
    """A team: its own goal, its people, and the sum of their goals."""

    team: Team | None
    depth: int
    row: Row | None
    people: tuple[Row, ...]
    sums: tuple[Sum, ...]
    more_below: bool  # its people are not shown here


@dataclass(frozen=True)
class Grid:
    """The whole of it."""

    columns: tuple[Column, ...]
    blocks: tuple[Block, ...]
    adds_up: bool
    sums: bool

    @property
    def rows(self) -> list[Row]:
        return [row for block in self.blocks for row in ([block.row] if block.row else []) + list(block.people)]

    @property
    def cells(self) -> dict[str, Cell]:
        """The cells by name; one whose person stands in another row is left to that one."""
        return {cell.name: cell for row in self.rows if not row.elsewhere for cell in row.cells}

    @property
    def is_editable(self) -> bool:
        return any(cell.editable for cell in self.cells.values())
