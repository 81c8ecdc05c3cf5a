"""The copy from which questions are answered is never behind the database, whoever wrote."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.conf import settings as configured
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from stuurhut import replica
from stuurhut.crm.models import Lead
from stuurhut.crm.tests.little_company import Sales, at, person, question
from stuurhut.kpi.study import table_of
from stuurhut.kpi.words.scope import EVERYTHING
from stuurhut.people.models import Organisation, Team
from stuurhut.replica import asking, checks, feed, shelf
from stuurhut.replica.copies import Copy, Source
from stuurhut.replica.feed import State
from stuurhut.replica.fold import FactMismatch
from stuurhut.replica.mapping import Plan, Room, Step
from stuurhut.site.tests.test_change_feed import same_as_the_database

MARCH = at("2026-03-02T10:00")


def leads() -> Any:
    return replica.ask(question("leads_created"), EVERYTHING).total.value


def new_lead(**fields: Any) -> Lead:
    return Lead.objects.create(created_at=MARCH, recorded_at=MARCH, **fields)


@pytest.mark.django_db
def test_every_way_of_writing_is_seen_at_once() -> None:
    assert leads() == 0
    first = new_lead()
    assert leads() == 1
    Lead.objects.bulk_create(Lead(created_at=MARCH, recorded_at=MARCH) for _ in range(3))
    assert leads() == 4
    Lead.objects.filter(pk=first.pk).update(created_at=at("2025-01-01"))
    assert leads() == 3
    with connection.cursor() as cursor:
        cursor.execute("UPDATE crm_lead SET created_at = %s WHERE id = %s", [MARCH, first.pk])
    assert leads() == 4
    Lead.objects.all().delete()
    assert leads() == 0


@pytest.mark.django_db
def test_what_is_rolled_back_was_never_there() -> None:
    new_lead()
    assert leads() == 1
    before = replica.position()
    with transaction.atomic():
        new_lead()
        assert leads() == 2
        transaction.set_rollback(True)
    assert replica.position() == before
    assert leads() == 1
    new_lead()
    assert replica.position() != before
    assert leads() == 2


@pytest.mark.django_db
def test_nothing_is_read_again_while_nothing_changed() -> None:
    new_lead()
    leads()
    copy = asking.newest()
    leads()
    replica.ask(question("leads_created", by=("week",)), EVERYTHING)
    assert asking.newest() is copy


@pytest.mark.django_db
def test_eight_threads_that_ask_one_copy_get_the_same_answers() -> None:
    noord = Team.objects.create(name="Noord")
    alice = person("Alice", noord)
    for _ in range(5):
        new_lead(owner=alice)
    engine = asking.engine()

    def ask(number: int) -> list[dict[str, Any]]:
        lead = table_of("lead")
        counted = lead.group_by("created_team_id").aggregate(n=lead.count())
        return engine.rows(counted, known_at=at("2026-03-20") if number % 2 else None)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(40)))
    assert answers == [[{"created_team_id": noord.pk, "n": 5}]] * 40


@pytest.mark.django_db
def test_rooms_give_exactly_the_columns_that_the_catalogue_declares() -> None:
    assert checks.mismatches() == []
    assert checks.check() == []


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("SELECT 1 AS id, 'x' AS name", "The fact person declares the column active, but its room does not give it."),
        ("SELECT 1 AS id, 2 AS name, TRUE AS active", "The fact person declares name as text, but gets INTEGER."),
        (
            "SELECT 1 AS id, 'x' AS name, TRUE AS active, 3 AS shoe_size",
            "The fact person is given a column shoe_size that it does not declare.",
        ),
    ],
)
def test_a_room_that_gives_something_else_is_told_which_column(tmp_path: Path, sql: str, sentence: str) -> None:
    mine = asking.plan()
    plan = Plan((*mine.rooms, Room((), (Step("fact_person", sql),))), mine.organisation, mine.choices)
    nothing = {table.name: table.schema.empty_table() for table in mine.tables.values()}
    copy = Copy.of(plan, Source(State("empty", ""), MARCH, nothing), replace(asking.setting(), spill=tmp_path))
    with pytest.raises(FactMismatch) as mismatch:
        copy.make("person", None)
    assert str(mismatch.value) == sentence


@pytest.mark.django_db
def test_a_table_without_triggers_is_found_and_mended() -> None:
    with connection.cursor() as cursor:
        on = "_insert ON crm_lead" if connection.vendor == "postgresql" else "_crm_lead_insert"
        cursor.execute(f"DROP TRIGGER replica_feed{on}")
    before = replica.position()
    assert any("crm_lead" in sentence for sentence in checks.check())
    leads()
    assert feed.missing(asking.plan().tables) == [], "who asks first puts it back"
    assert replica.position() != before, "nobody knows what was written in the meantime"
    assert checks.check() == []


@pytest.mark.django_db(transaction=True)
def test_a_feed_that_is_cut_short_names_the_same_state() -> None:
    for _ in range(feed.MARKS_BEFORE_ADDING_UP):
        new_lead()
    before = feed.state()
    feed.tend(lines_kept=10)
    assert feed.state().name == before.name
    new_lead()
    changes = feed.changes(before)
    assert changes is not None
    assert changes.keys.keys() == {"crm_lead"}


@pytest.mark.django_db(transaction=True)
def test_a_new_lead_leaves_what_everybody_shares_as_it_was() -> None:
    copy, shared = asking.newest(), set(asking.plan().facts) - {step[5:] for step in asking.plan().of}
    for fact in asking.plan().facts:
        copy.make(fact, None)
    new_lead(owner=person("Alice"))
    person("Bob", Team.objects.create(name="Noord"))
    new_lead()
    made = {step for step in asking.newest().folds[None].ready if step.startswith("fact_")}
    assert asking.newest() is copy
    assert {fact for fact in shared if f"fact_{fact}" not in made} == {
        "label", "person", "team", "membership", "person_team", "person_day", "formation_day",
    }  # fmt: skip
    for fact in asking.plan().facts:
        copy.make(fact, None)
    before = set(copy.folds[None].ready)
    new_lead()
    assert {step for step in before - asking.newest().folds[None].ready if step.startswith("fact_")} == set()


@pytest.mark.django_db(transaction=True)
def test_a_copy_far_behind_is_made_anew_unless_it_was_made_just_now() -> None:
    assert leads() == 0
    copy = asking.newest()
    Lead.objects.bulk_create(
        (Lead(created_at=MARCH, recorded_at=MARCH) for _ in range(shelf.MOST_CHANGES + 1)), batch_size=2_000
    )
    assert not asking.brought_up(copy)
    assert asking.brought_up(copy, whatever_it_takes=True), "much was written while the snapshot was made"
    assert asking.newest() is copy
    assert leads() == shelf.MOST_CHANGES + 1
    same_as_the_database(copy)


@pytest.mark.django_db(transaction=True)
def test_a_child_that_is_killed_in_the_middle_is_started_again(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path
    new_lead(pk=30_000)  # keys this high are of a database too large to be read in this process
    killed: list[int] = []

    def kill() -> None:
        for _ in range(2_000):
            for child in psutil.Process().children():
                if "stuurhut.replica.snapshot" in child.cmdline():
                    child.kill()
                    killed.append(child.pid)
                    return
            time.sleep(0.005)

    with ThreadPoolExecutor(1) as threads:
        done = threads.submit(kill)
        assert leads() == 1
        done.result()
    assert killed
    assert len([folder for folder in (tmp_path / "snapshot").iterdir() if folder.is_dir()]) == 1, "nothing is left over"
    assert leads() == 1


# A large database is read by a child process; here in a process of its own, on a database that others write too.
ANOTHER = """
import json, os, subprocess, sys
import django
django.setup()
from datetime import UTC, date, datetime
from django.db import connection
from stuurhut import replica
from stuurhut.kpi.words.period import parse
from stuurhut.kpi.words.question import Question
from stuurhut.kpi.words.scope import EVERYTHING
from stuurhut.replica import asking, checks, mirror, shelf

def leads():
    question = Question("leads_created", parse("2026-03", today=date(2026, 4, 1)), datetime(2026, 4, 1, tzinfo=UTC))
    return replica.ask(question, EVERYTHING).total.value

seen = {"before": leads()}
subprocess.run([sys.executable, "-c", os.environ["WRITE"]], check=True)
seen["after"] = leads()
here = mirror.read_here(asking.plan().tables).tables
def unlike():
    copy = asking.newest()
    held = {name: copy._writer.execute(f"SELECT * FROM mirror.{name} ORDER BY id").to_arrow_table() for name in here}
    return [name for name, table in here.items() if not held[name].equals(table.sort_by("id"))]
seen["unlike"] = unlike()
folders = lambda: sorted(folder.name for folder in shelf_folder.iterdir() if folder.is_dir())
shelf_folder = asking.setting().spill.parent / "snapshot"
seen["kept"] = folders()
asking.KEPT.copies.clear()
seen["again"], seen["made_once"] = leads(), folders() == seen["kept"]
asking.KEPT.copies.clear()
(shelf_folder / seen["kept"][0] / shelf.FILE).write_bytes(b"broken")
seen["mended"], seen["kept_then"] = leads(), folders()
seen["unlike"] += unlike()
seen["check"] = checks.check()
connection.close()
print(json.dumps(seen))
"""
WRITER = "import os, {0}; c = {0}.connect(os.environ['FILE']); c.execute(os.environ['INSERT']); c.commit()"
INSERT = """
INSERT INTO crm_lead (id, created_at, recorded_at, system, system_key, name, company, email, phone, disqualified_reason)
VALUES (40000, '2026-03-05 10:00:00', '2026-03-05 10:00:00', '', '', '', '', '', '', '')
"""


def for_others(folder: Path) -> tuple[str, str]:
    """Where other processes find what this test wrote: the DATABASE_URL, and what the driver itself wants."""
    if connection.vendor == "sqlite":
        file = folder / "others.sqlite3"
        with sqlite3.connect(file) as copy:
            connection.connection.backup(copy)
        return f"sqlite:///{file}", str(file)
    info = connection.connection.info
    address = f"postgresql://{info.user}:{info.password}@/{info.dbname}?host={info.host}&port={info.port}"
    return address, address


@pytest.mark.django_db(transaction=True)
def test_a_large_database_is_copied_by_a_child_and_other_processes_are_seen(tmp_path: Path) -> None:
    Organisation.objects.create(name="Jansen & Zn")
    sales, noord = Sales(), Team.objects.create(name="Noord")
    alice = person("Alice", noord)
    sales.deal("2026-03-02T08:00:00.123456", owner=alice, base_minor=12, expected_close_on="2026-05-01")
    new_lead(pk=30_000)  # keys this high are of a database too large to be read in this process
    url, file = for_others(tmp_path)
    environment = {
        **os.environ, "STUURHUT_DATA": str(tmp_path), "DATABASE_URL": url, "FILE": file, "INSERT": INSERT,
        "DJANGO_SETTINGS_MODULE": "stuurhut.site.settings", "PYTHONPATH": str(configured.PACKAGE.parent),
        "WRITE": WRITER.format("sqlite3" if connection.vendor == "sqlite" else "psycopg"),
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-c", ANOTHER], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert (seen["before"], seen["after"], seen["again"], seen["mended"]) == (1, 2, 2, 2)
    assert seen["made_once"], "a later start takes the same snapshot and catches up"
    assert len(seen["kept"]) == len(seen["kept_then"]) == 1
    assert seen["kept"] != seen["kept_then"], "a damaged snapshot is made anew"
    assert seen["unlike"] == [], "the child, the snapshot and the feed give the tables as they are"
    assert seen["check"] == []
