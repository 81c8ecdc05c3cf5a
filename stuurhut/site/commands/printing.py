"""What a command says: a table for people, JSON or CSV for programs."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from itertools import compress
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table as Shown

if TYPE_CHECKING:
    from stuurhut.replica.written import Table

WIDE = 200  # a pipe has no width: nothing is to be cut off there


def console(*, errors: bool = False) -> Console:
    """The terminal, or whatever stands in its place."""
    stream = sys.stderr if errors else sys.stdout
    return Console(file=stream, highlight=False, markup=False, width=None if stream.isatty() else WIDE)


def say(text: str = "") -> None:
    """One line for a person."""
    sys.stdout.write(f"{text}\n")


def complain(sentence: str, code: int, *, as_data: bool) -> None:
    """One sentence about what went wrong, on standard error."""
    text = json.dumps({"error": sentence, "exit": code}, ensure_ascii=False) if as_data else sentence
    sys.stderr.write(f"{text}\n")


def print_json(value: Any) -> None:
    """Data for a program; keys and accents as they are."""
    say(json.dumps(value, ensure_ascii=False))


def print_csv(table: Table) -> None:
    """A sheet for a program."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.rows)


def print_table(columns: Sequence[tuple[str, bool]], rows: Iterable[Sequence[str]], last: Sequence[str] = ()) -> None:
    """A table for a person; a column is its heading, and whether it holds numbers. `last` is set apart below.

    Columns of numbers in which nothing stands are left out.
    """
    body = [list(row) for row in rows]
    used = [
        not is_number or any(row[i] for row in [*body, last] if row) for i, (_heading, is_number) in enumerate(columns)
    ]
    table = Shown(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading, is_number in compress(columns, used):
        table.add_column(heading, justify="right" if is_number else "left", overflow="fold")
    for row in body:
        table.add_row(*compress(row, used))
    if last:
        table.add_row(*compress(last, used), style="bold")
    console().print(table)
