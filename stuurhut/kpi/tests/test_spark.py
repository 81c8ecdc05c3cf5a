"""One formula language: every worked example gives the same answer and records on a Spark Connect server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ibis
import pyarrow.parquet as pq
import pytest
from pysail.spark import SparkConnectServer
from pyspark.sql import SparkSession

from stuurhut.kpi.answering import answer, records
from stuurhut.kpi.catalogue.index import CATALOGUE
from stuurhut.kpi.engine import Kept
from stuurhut.kpi.examples import ExampleEngine
from stuurhut.kpi.tests.asking import example_question
from stuurhut.kpi.words.scope import EVERYTHING


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    server = SparkConnectServer()
    server.start(background=True)
    _, port = server.listening_address
    session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
    yield session
    session.stop()
    server.stop()


class OnSpark(ExampleEngine):
    """The facts of an example, as Parquet files that Spark reads."""

    def __init__(self, example: ExampleEngine, session: SparkSession, folder: Path) -> None:
        self.rules, self.fresh_at, self.looked_up = example.rules, example.fresh_at, Kept(1000)
        self._connection = ibis.pyspark.connect(session)
        for name, rows in example.tables.items():
            pq.write_table(rows, folder / f"{name}.parquet")
            session.read.parquet(str(folder / f"{name}.parquet")).createOrReplaceTempView(f"fact_{name}")


@pytest.mark.parametrize("key", list(CATALOGUE))
def test_spark_gives_the_answer_that_duckdb_gives(key: str, spark: SparkSession, tmp_path: Path) -> None:
    example = CATALOGUE[key].example
    question = example_question(key, by=example.by)
    here = ExampleEngine(example.facts)
    there = OnSpark(here, spark, tmp_path)
    expected, found = answer(question, EVERYTHING, here), answer(question, EVERYTHING, there)
    assert found.total == expected.total
    assert _rows(found) == _rows(expected)
    assert found.excluded == expected.excluded
    assert records(question, EVERYTHING, there) == records(question, EVERYTHING, here)


def _rows(found: Any) -> list[Any]:
    return [(row.names, row.value) for row in found.rows]
