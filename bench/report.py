"""The page with the figures: a section for each scale and database, replaced by a later run of the same."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from bench.loading import Import
from bench.measuring import AGAIN, COLD, LIMIT, SIMPLE, WARM, WRITES, Measured
from bench.reference import QUESTIONS, SCALES

LIBRARIES = ("duckdb", "ibis-framework", "pandas", "Django")
ROW_LIMIT = 30_000  # valid rows a second that an import should bring
AT_MOST = 1.5  # times the hand-written SQL

HEAD = """\
# How quick it is

Figures of `stuurhut bench`, each the median of several times within one run, in milliseconds unless said otherwise. A
later run replaces the section of its own scale and database. What is asked and how is told in
[bench/README.md](../bench/README.md).

- **Hand-written SQL on DuckDB** is the limit: native tables, no rights, no history, no intervals. For q1, q4, q5 and q6
  it is the SQL of the reference work, for q2, q3 and q7 SQL of the product's own, heavier definitions
  (`bench/sql/duckdb.sql`).
- pandas, PostgreSQL, SQLite and the row *DuckDB, the simple definitions* answer q2, q3 and q7 in the simple form of the
  reference work: that is less work than what Stuurhut does.
- **Warm** is a question that nobody asked yet (each time of another minute), of a process that has the data. **First
  time** is that of a process that has just begun, the loading of the data within q1.
"""


@dataclass(frozen=True)
class Circumstances:
    """Where and on what a run was done."""

    scale: str
    database: str  # what Stuurhut keeps its records in
    command: str
    day: date
    postgresql: str  # its version, empty when it did not take part
    load: float  # load average before it began: on a quiet machine near nothing


def write(page: Path, section: str, heading: str) -> None:
    """Puts the section on the page, in the place of an earlier one with the same heading."""
    text = page.read_text(encoding="utf-8") if page.is_file() else HEAD
    parts = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    sections = {part.splitlines()[0]: part.strip() for part in parts[1:]}
    sections[heading] = section.strip()
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("\n\n".join([HEAD.strip(), *sections.values()]) + "\n", encoding="utf-8")


def heading(at: Circumstances) -> str:
    return f"## {SCALES[at.scale]:,} activities, records in {at.database}"


def section(found: Measured, imports: Sequence[Import], at: Circumstances) -> str:
    """The section as Markdown."""
    parts = [
        heading(at),
        _machine(at),
        _questions(found),
        "Is what was asked reached?",
        _table(("figure", "asked", "measured", "reached"), _judged(found, imports)),
        f"Import by `stuurhut import` from CSV, each a command of its own from start to end, on {imports[0].day}:",
        _imports(imports, at),
        "Time from a committed write to the next answer that has it, less the time of the warm answer:",
        _catching_up(found),
        "Peak memory, in megabytes:",
        _table(("process", "MB"), [(name, f"{peak:,.0f}") for name, peak in _peaks(found, imports)]),
        "Checked in this run before any time was kept:",
        "\n".join(f"- {sentence}" for sentence in found.equalities),
    ]
    return "\n\n".join(parts)


def _machine(at: Circumstances) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in LIBRARIES)]
    versions += [f"SQLite {sqlite3.sqlite_version}", *([f"PostgreSQL {at.postgresql}"] if at.postgresql else [])]
    machine = f"{os.cpu_count()} cores ({platform.machine()}, {sys.platform}) with {memory:.0f} GB"
    load = f"load average {at.load:.1f} before it began"
    return f"Measured {at.day:%-d %B %Y} by `{at.command}` on {machine}, {load}; {', '.join(versions)}."


def _questions(found: Measured) -> str:
    """Seconds by side and question, together, and how many times the limit."""
    rows = []
    limit = sum(found.taken[LIMIT].values())
    for side in sorted(found.taken, key=_place):
        taken = found.taken[side]
        together = sum(taken.values())
        rows.append((side, *(_ms(taken[q]) for q in QUESTIONS), _ms(together), f"{together / limit:,.2f}"))
    ratios = {q: found.taken[WARM][q] / found.taken[LIMIT][q] for q in QUESTIONS}
    rows.append(("*Stuurhut, warm, times the limit*", *(f"{ratios[q]:,.1f}" for q in QUESTIONS), "", ""))
    asked = "; ".join(f"{name} {what}" for name, what in QUESTIONS.items())
    return f"{_table(('', *QUESTIONS, 'together', 'times the limit'), rows)}\n\n{asked[0].upper()}{asked[1:]}."


def _place(side: str) -> int:
    """The order of the rows: the limit, Stuurhut, and then the others as they were measured."""
    first = (LIMIT, WARM, AGAIN, COLD)
    return first.index(side) if side in first else len(first)


def _judged(found: Measured, imports: Sequence[Import]) -> Iterable[tuple[str, ...]]:
    together = {side: sum(taken.values()) for side, taken in found.taken.items()}
    ratio = together[WARM] / together[LIMIT]
    others = [side for side in together if not side.startswith("Stuurhut") and side not in (LIMIT, SIMPLE)]
    quickest = min(others, key=together.__getitem__, default="")
    again = max(found.taken[AGAIN].values())
    hundred = max(found.catching_up["after_raw_sql", 100], found.catching_up["after_bulk", 100])
    yield _judgement(
        "seven questions together, warm", f"{AT_MOST} times the limit", f"{ratio:.2f} times", ratio <= AT_MOST
    )
    worst = max(found.taken[WARM][q] / found.taken[LIMIT][q] for q in QUESTIONS)
    yield _judgement("the slowest of them", f"{AT_MOST} times the limit", f"{worst:.1f} times", worst <= AT_MOST)
    if quickest:
        slower = together[quickest] / together[WARM]
        yield _judgement("quicker than every other", "yes", f"{slower:.1f} times {quickest}", slower > 1)
    yield _judgement("asked again unchanged, slowest", "under 5 ms", f"{_ms(again)} ms", again < 0.005)
    yield _judgement("catching up with 100 changes", "under 20 ms", f"{_ms(hundred)} ms", hundred < 0.020)
    yield _judgement("start from snapshot to first answer", "under 5 s", f"{found.start:.1f} s", found.start < 5)
    for one in imports[1:]:
        speed = one.rows / one.seconds
        yield _judgement(f"import of {one.facts}", f"{ROW_LIMIT:,} rows/s", f"{speed:,.0f} rows/s", speed >= ROW_LIMIT)
    if found.crowd:
        crowd = found.crowd
        alone = crowd.alone
        yield "the cockpit of a new period, one person", "", f"{_ms(alone.new)} ms, again {_ms(alone.again)} ms", ""
        for name, taken in sorted(alone.parts.items()):
            yield f"its part `{name}`, which loads after it", "", f"{_ms(taken)} ms", ""
        told = f"p95 {crowd.p95:.2f} s, median {crowd.median:.2f} s, {crowd.per_second:.1f} pages/s"
        yield f"{crowd.people} people at once on the cockpit, {crowd.pages} pages", "", told, ""


def _judgement(figure: str, asked: str, measured: str, reached: bool) -> tuple[str, ...]:
    return figure, asked, measured, "yes" if reached else "**no**"


def _imports(imports: Sequence[Import], at: Circumstances) -> str:
    rows = [
        (i.facts, f"{i.rows:,}", str(i.columns), str(i.references), f"{i.seconds:,.1f}", f"{i.rows / i.seconds:,.0f}")
        for i in imports
    ]
    columns = ("fact", "rows", "fields filled", "of which references", "seconds", f"rows a second into {at.database}")
    return _table(columns, rows)


def _catching_up(found: Measured) -> str:
    ways = {"after_raw_sql": "activities changed by raw SQL, then q6", "after_bulk": "leads by `bulk_create`, then q1"}
    rows = [(text, *(_ms(found.catching_up[way, n]) for n in WRITES)) for way, text in ways.items()]
    return _table(("rows written", *(f"{n:,}" for n in WRITES)), rows)


def _peaks(found: Measured, imports: Sequence[Import]) -> Iterable[tuple[str, float]]:
    for name, peak in found.peaks.items():
        yield f"{name} (the asking side alone)" if name.startswith("PostgreSQL") else name, peak
    yield "import", max(one.peak for one in imports)
    if found.crowd:
        yield f"web server with {found.crowd.people} people", found.crowd.peak


def _ms(seconds: float) -> str:
    milliseconds = seconds * 1000
    return f"{milliseconds:,.0f}" if milliseconds >= 100 else f"{milliseconds:.1f}"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] + ["---:" for _column in columns[1:]], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
