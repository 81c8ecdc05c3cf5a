"""The same question has the same answer on a cluster."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from stuurhut import replica
from stuurhut.crm.tests.little_company import Sales, person, question
from stuurhut.kpi.words.scope import EVERYTHING
from stuurhut.people.models import Team

pytestmark = pytest.mark.django_db
spark = pytest.importorskip("pysail.spark", reason="needs the extra [spark]")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    logging.getLogger("sail").setLevel(logging.ERROR)
    running = spark.SparkConnectServer(port=0)
    running.start()
    host, port = running.listening_address
    address = f"sc://{host}:{port}"
    yield address
    from stuurhut.replica.engine_spark import session

    session(address).stop()
    running.stop()


@pytest.fixture
def company() -> None:
    sales, noord, zuid = Sales(), Team.objects.create(name="Noord"), Team.objects.create(name="Zuid")
    alice, bob = person("Alice", noord), person("Bob", zuid)
    for number, owner in enumerate([alice, alice, bob, bob, bob]):
        created = f"2026-03-0{number + 2}T10:00"
        sales.lead(created, owner=owner)
        deal = sales.deal(created, owner=owner, base_minor=100_050 * (number + 1))
        sales.entered(deal, sales.offer, created)
        if number in (0, 3, 4):
            sales.entered(deal, sales.won if number else sales.lost, "2026-03-20T11:00")


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize(
    ("kpi", "by"),
    [
        ("leads_created", ("team", "week")),
        ("win_rate", ("person",)),
        ("pipeline_open_value", ("team",)),
        ("won_value", ("person", "month")),
    ],
)
def test_a_spark_connect_server_answers_as_duckdb_does(
    server: str, kpi: str, by: tuple[str, ...], settings: Settings, tmp_path: Path
) -> None:
    here = replica.ask(question(kpi, by=by), EVERYTHING)
    _rows, records = replica.records(question(kpi, by=by), EVERYTHING)
    settings.ENGINE, settings.DATA = server, tmp_path
    there = replica.ask(question(kpi, by=by), EVERYTHING)
    assert there.rows == here.rows
    assert there.total == here.total
    assert replica.records(question(kpi, by=by), EVERYTHING)[1] == records > 0
    assert list((tmp_path / "spark").iterdir()), "the server read its facts from the folder"
