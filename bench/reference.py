"""The reference data and questions, written apart from the product."""

from __future__ import annotations

import csv
import importlib.util
import json
import re
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).resolve().parent
QUESTIONS = {
    "q1": "leads per team and week of this quarter",
    "q2": "response time per seller of this quarter",
    "q3": "conversion per source and month of three years",
    "q4": "open pipeline per team and stage",
    "q5": "value won per seller: month, quarter and year to date, and last year's",
    "q6": "activities per seller, kind and week of 13 weeks",
    "q7": "contacts before a win per product and industry",
}
OWN = ("q2", "q3", "q7")  # asked with the product's own definitions; the SQL for these is ours
TABLES = ("team", "rep", "source", "industry", "product", "lead", "opp", "activity")
SCALES = {"tiny": 600, "100k": 100_000, "1m": 1_000_000, "10m": 10_000_000}  # activities
TINY = (SCALES["tiny"], 4, 2)  # activities, sellers, teams: for the test of the benchmark itself

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Reference:
    """The folder with the reference work, and the data of one scale made by its generator."""

    work: Path
    made: Path
    scale: str

    def file(self, table: str, kind: str) -> Path:
        return self.made / self.scale / f"{table}.{kind}"

    @property
    def is_made(self) -> bool:
        return (self.made / self.scale / "meta.json").is_file()

    @property
    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        counts: dict[str, int] = json.loads((self.made / self.scale / "meta.json").read_text(encoding="utf-8"))["rows"]
        return counts

    def sql(self, dialect: str) -> dict[str, str]:
        """The hand-written queries of the reference work, by question."""
        return named_queries(self.work / "queries" / f"{dialect}.sql")

    def expected(self, question: str) -> Rows | None:
        """The answer that the reference work gives, where it has one at this scale."""
        file = self.work / "expected" / f"{self.scale}-{question}.csv"
        if not file.is_file():
            return None
        with file.open(encoding="utf-8", newline="") as lines:
            return [tuple(map(_read, row)) for row in list(csv.reader(lines))[1:]]

    def ids(self, table: str) -> dict[str | None, int]:
        """The ids of a small table by name."""
        with self.file(table, "csv").open(encoding="utf-8", newline="") as lines:
            return {row["name"]: int(row[f"{table}_id"]) for row in csv.DictReader(lines)}

    def module(self, name: str) -> ModuleType:
        """A program of the reference work, loaded from its file."""
        spec = importlib.util.spec_from_file_location(name, self.work / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module


class Generator:
    """Makes the data; in a process of its own, since at ten million activities it takes gigabytes."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference

    def make(self) -> None:
        """Writes the tables as Parquet and CSV."""
        program = self.reference.module("generate")
        program.SCALES.setdefault("tiny", TINY)
        sys.argv = ["generate.py", str(self.reference.made), "--scale", self.reference.scale]
        program.main()


def named_queries(file: Path) -> dict[str, str]:
    """The queries of a file, each after a line `-- name: q1`."""
    parts = re.split(r"^-- name: (q\d)\s*$", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {name: sql.strip().rstrip(";") for name, sql in zip(parts[::2], parts[1::2], strict=True)}


def statements(name: str) -> list[str]:
    """The statements of a file of ours."""
    text = (HERE / "sql" / name).read_text(encoding="utf-8")
    return [part.strip() for part in text.split(";") if part.strip()]


def _read(text: str) -> object:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return date.fromisoformat(text)
    try:
        return int(text) if re.fullmatch(r"-?\d+", text) else float(text)
    except ValueError:
        return text
