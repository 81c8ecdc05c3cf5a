"""Small files and mappings for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stuurhut.connect.importing import Report, run_import
from stuurhut.connect.mapping import parse

DEALS = """
system = "crm"
[[process]]
name = "Sales"
stages = [
    { name = "New", qualified = false }, { name = "Proposal" }, { name = "Won", kind = "won" },
    { name = "Lost", kind = "lost" },
]
[[file]]
name = "deals*"
[[file.record]]
fact = "opportunity"
key = "id"
[file.record.fields]
name = "name"
account = { column = "account", create = true }
owner = { column = "owner", create = true }
stage = "stage"
created_at = "created"
closed_at = "closed"
amount = "amount"
"""
HEADER = "id,name,account,owner,stage,created,closed,amount\n"
ALICE = "1,Desks,Acme,Alice,New,2026-01-05,,1000\n"
BOB = "2,Chairs,Acme,Bob,Won,2026-01-06,2026-02-01,250.50\n"


def deals(folder: Path, *rows: str, name: str = "deals.csv") -> Path:
    """A file of deals."""
    path = folder / name
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return path


def bring(path: Path, mapping: str = DEALS, **how: Any) -> Report:
    """Imports one file."""
    return run_import([path], parse(mapping), **how)
