"""Holds together what the rooms give and what the catalogue declares, and the copy and the database."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection
from django.utils.translation import gettext as _

from stuurhut.kpi.catalogue.facts import FACTS
from stuurhut.replica import asking, feed
from stuurhut.replica.copies import Copy, Source
from stuurhut.replica.feed import State
from stuurhut.replica.fold import FactMismatch


def mismatches() -> list[str]:
    """What rooms and catalogue disagree on: a sentence per fact that names the column."""
    plan = asking.plan()
    nothing = {table.name: table.schema.empty_table() for table in plan.tables.values()}
    with tempfile.TemporaryDirectory() as spill:
        setting = replace(asking.setting(), spill=Path(spill))
        copy = Copy.of(plan, Source(State("empty", ""), datetime.now(UTC), nothing), setting)
        return list(_disagreements(copy))


def _disagreements(copy: Copy) -> Iterator[str]:
    for fact in FACTS:
        if f"fact_{fact.name}" not in copy.plan.steps:
            yield _("No room gives the fact %(fact)s that the catalogue declares.") % {"fact": fact.name}
            continue
        try:
            copy.make(fact.name, None)
        except FactMismatch as mismatch:
            yield str(mismatch)


def check() -> list[str]:
    """What is wrong between database, triggers and copy: a sentence each; empty when all is well."""
    tables = asking.plan().tables
    wrong = mismatches()
    unseen = _("Changes of the table %(table)s are not seen; run `stuurhut up` once.")
    wrong += [unseen % {"table": table} for table in feed.missing(tables)]
    unlike = _("The table %(table)s has %(stored)s rows, its copy %(copied)s; remove the snapshot folder.")
    copy = asking.newest()
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - names of our own models
            stored, copied = int(cursor.fetchone()[0]), copy.rows_in(table)
            if stored != copied and feed.state() == copy.state:
                wrong.append(unlike % {"table": table, "stored": stored, "copied": copied})
    return wrong
