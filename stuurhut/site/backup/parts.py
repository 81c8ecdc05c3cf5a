"""What both kinds of database speak of when they are backed up."""

from __future__ import annotations

Columns = dict[str, list[str]]
Counts = dict[str, int]


class Damaged(Exception):
    """A backup that does not hold what its manifest says."""


def check_counts(found: Counts, wanted: Counts) -> None:
    """Raises Damaged with the first table whose rows are not all there."""
    for table, rows in wanted.items():
        if found.get(table) != rows:
            raise Damaged(f"{table} has {found.get(table, 0)} rows instead of {rows}")
