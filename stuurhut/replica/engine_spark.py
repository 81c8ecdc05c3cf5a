"""Answers on a Spark Connect server: the facts as Parquet files that the server reads, the same expressions on it.

The facts are folded here, by the same code, and written to a folder that the server must be able to read.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from stuurhut.kpi.given import Fillings, Given, givens, nothing, written_out
from stuurhut.replica.copies import Copy
from stuurhut.replica.engine_duckdb import DuckEngine

_LOCK = Lock()
PAGES_KEPT = 3


@cache
def session(address: str) -> Any:
    """The session with a Spark Connect server, `sc://host:port`."""
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.remote(address).getOrCreate()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    return spark


@cache
def compiler(address: str) -> Any:
    """Ibis on that session: its way of writing SQL depends on options that only a connection sets."""
    return ibis.pyspark.connect(session(address))


class SparkEngine(DuckEngine):
    """One question's hold on a copy whose facts a Spark Connect server reads from `folder`."""

    def __init__(self, copy: Copy, address: str, folder: Path) -> None:
        super().__init__(copy)
        self._address, self._spark = address, session(address)
        self._folder = folder

    def page(self, fact: str, known_at: datetime | None) -> str:
        """The fact's table on the server; folded, written and named there at first use."""
        folded = self.table(fact, known_at)
        place = f"{self.position}|{known_at}"
        page = f"{fact}_{hashlib.sha256(place.encode()).hexdigest()[:16]}"
        with _LOCK:
            file = self._folder / page / "rows.parquet"
            if not file.is_file():
                self._write(folded, file)
            if not self._spark.catalog.tableExists(page):
                self._spark.read.parquet(file.parent.resolve().as_uri()).createOrReplaceTempView(page)
        return page

    def rows(
        self, expression: ir.Table, find: Callable[[Given], Fillings] = nothing, known_at: datetime | None = None
    ) -> list[dict[str, Any]]:
        """The rows of an expression as plain Python values."""
        complete = written_out(expression, {one: find(one) for one in givens(expression)})
        facts = {table.name.removeprefix("fact_"): table for table in complete.op().find(ops.UnboundTable)}
        pages = {t: ops.UnboundTable(self.page(fact, known_at), t.schema) for fact, t in facts.items()}
        sql = compiler(self._address).compile(complete.op().replace(pages).to_expr())
        found: list[dict[str, Any]] = self._spark.sql(sql).toArrow().to_pylist()
        return found

    def _write(self, folded: str, file: Path) -> None:
        arriving = file.parent.with_name(f".{file.parent.name}.{os.getpid()}")
        arriving.mkdir(parents=True, exist_ok=True)
        written = str(arriving / file.name).replace("'", "''")
        self._execute(f"COPY {folded} TO '{written}' (FORMAT parquet)")
        arriving.rename(file.parent)
        self._clear(file.parent)

    def _clear(self, newest: Path) -> None:
        """Earlier positions of the same fact go, the last few excepted: another process may still ask them."""
        fact = newest.name.rsplit("_", 1)[0]
        pages = [page for page in self._folder.iterdir() if page.name.rsplit("_", 1)[0] == fact]
        for page in sorted(pages, key=lambda one: one.stat().st_mtime)[:-PAGES_KEPT]:
            shutil.rmtree(page)
