"""What makes an import of many rows quick leaves what comes in as it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import current_thread

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from stuurhut.connect.ahead import ahead
from stuurhut.connect.read import CHUNK
from stuurhut.connect.tests.bringing import bring, deals
from stuurhut.connect.writing import insert
from stuurhut.crm.models import Opportunity, Source
from stuurhut.people.models import Intake, SourceAlias

AWKWARD = ("a\tb", "a\\nb", "\\N", "\\.", 'she said "no"', "%s and 100%", "à la carte €", "'")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: object) -> None:
    settings.DATA = tmp_path / "data"  # type: ignore[attr-defined]
    translation.activate("en")


def test_what_is_made_ahead_comes_in_order_in_a_thread_and_in_the_language_of_who_asks() -> None:
    def languages() -> Iterator[tuple[int, str | None, str]]:
        for number in range(5):
            yield number, translation.get_language(), current_thread().name

    with translation.override("nl"):
        made = list(ahead(languages()))
    assert [(number, language) for number, language, _thread in made] == [(n, "nl") for n in range(5)]
    assert current_thread().name not in {thread for _number, _language, thread in made}


def test_what_goes_wrong_ahead_is_raised_after_what_was_made_before() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise ValueError("the file ends in the middle of a quote")

    made = ahead(broken())
    assert next(made) == 1
    with pytest.raises(ValueError, match="middle of a quote"):
        next(made)


@pytest.mark.django_db
def test_texts_with_signs_that_mean_something_to_a_database_come_in_as_they_are(tmp_path: Path) -> None:
    quoted = ('"' + text.replace('"', '""') + '"' for text in AWKWARD)
    bring(deals(tmp_path, *(f"{n},{text},,,New,2026-01-05,,1\n" for n, text in enumerate(quoted))))
    assert tuple(Opportunity.objects.order_by("id").values_list("name", flat=True)) == AWKWARD


@pytest.mark.django_db
def test_rows_without_an_id_get_the_next_ones_in_their_order() -> None:
    row = {"system": "crm", "recorded_at": datetime(2026, 1, 5, 10, tzinfo=UTC)}
    insert(Source, [{**row, "name": name, "system_key": name} for name in ("web", "fair", "phone")])
    assert list(Source.objects.order_by("id").values_list("name", flat=True)) == ["web", "fair", "phone"]


@pytest.mark.django_db(transaction=True)
def test_an_import_of_several_chunks_has_every_row_once_and_refuses_the_bad_ones(tmp_path: Path) -> None:
    wrong = {3, CHUNK - 1, CHUNK + 1, 2 * CHUNK + 7}
    rows = [f"{n},Deal {n},Acme,Bob,New,{'soon' if n in wrong else '2026-01-05'},,10\n" for n in range(2 * CHUNK + 20)]
    report = bring(deals(tmp_path, *rows))
    assert (report.counts["opportunity"]["created"], report.rejected) == (len(rows) - len(wrong), len(wrong))
    keys = Opportunity.objects.order_by("id").values_list("system_key", flat=True)
    assert list(keys) == [str(n) for n in range(len(rows)) if n not in wrong]


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL sees by itself that the index holds every source")
def test_what_is_here_already_is_found_by_the_index_over_the_ids_of_its_source(tmp_path: Path) -> None:
    """Without it every nine hundred rows of a second import read the whole table."""
    rows = [f"{n},Deal {n},Acme,Bob,New,2026-01-05,,10\n" for n in range(20)]
    bring(deals(tmp_path, *rows))
    with CaptureQueriesContext(connection) as asked:
        bring(deals(tmp_path, *rows, "21,Deal 21,Acme,Bob,New,2026-01-05,,10\n"))
    looked_up = [one["sql"] for one in asked if one["sql"].startswith("SELECT") and '"system_key" IN' in one["sql"]]
    assert looked_up
    for sql in looked_up:
        with connection.cursor() as cursor:
            plan = cursor.execute("EXPLAIN QUERY PLAN " + sql).fetchall()
        assert "one_per_system_key" in plan[0][-1], sql


@pytest.mark.django_db
def test_a_record_is_found_by_a_further_id_of_its_source(tmp_path: Path) -> None:
    bring(deals(tmp_path, "1,Desks,Acme,Bob,New,2026-01-05,,10\n"))
    desks = Opportunity.objects.get()
    intake = Intake.objects.create(label="by hand")
    SourceAlias.objects.create(system="crm", kind="opportunity", key="1-old", record_id=desks.pk, intake=intake)
    report = bring(deals(tmp_path, "1-old,Tables,Acme,Bob,New,2026-01-05,,10\n", name="deals2.csv"))
    assert (report.count("created"), report.count("changed")) == (0, 1)
    assert Opportunity.objects.get().name == "Tables"
