"""How we write down what an export of a well-known system looks like.

A column is written in the system's English words; `ALIASES` has the words of other languages and versions. Columns are
alternatives: the first one that a file has is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Columns = tuple[str, ...]
KINDS = {
    "Call": "call", "Email": "email", "E-mail": "email", "Meeting": "meeting", "Lunch": "meeting", "Visit": "visit",
    "Demo": "demo", "Video": "video", "Task": "other", "Deadline": "other", "*": "other",
}  # fmt: skip
IN_OUT = {"Inbound": "in", "Outbound": "out", "*": "out"}
NO_LONGER = ("1", "true", "TRUE", "True", "Yes")


@dataclass(frozen=True)
class From:
    """What feeds a field: alternative columns, or several `joined`, and how their values translate.

    `only` has alternative columns too: their values under which the field is filled.
    """

    columns: Columns = ()
    joined: Columns = ()
    join: str = " "
    value: Any = None
    values: dict[str, str] = field(default_factory=dict)
    empty: Any = None
    only: dict[str, Columns] = field(default_factory=dict)
    create: bool = False
    by: str = ""
    if_known: bool = False
    times: Decimal | None = None


def of(*columns: str, **more: Any) -> From:
    return From(columns, **more)


def made(*columns: str) -> From:
    """A reference that is created when it is not known yet."""
    return From(columns, create=True)


@dataclass(frozen=True)
class Export:
    """An export of a system: its `telling` columns name it, the first of the `key` lists tells its records apart.

    `stage_tells`: in this system the outcome follows from the stage, so that deals show of which kind a stage is.
    """

    system: str
    name: str
    fact: str
    telling: Columns
    key: tuple[Columns, ...]
    fields: dict[str, From]
    match: str = ""
    only: dict[str, Columns] = field(default_factory=dict)
    skip: dict[str, Columns] = field(default_factory=dict)
    also: tuple[Export, ...] = ()
    stage_tells: bool = False
