"""While other processes write, nothing that they were told is lost, and every answer is of a moment while it was asked.

WRITING_SECONDS makes it longer, and QUESTIONS_EACH is how much each of eight threads asks.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from bisect import bisect_left
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from stuurhut import replica
from stuurhut.crm.models import Lead
from stuurhut.crm.tests.little_company import Sales, person, question
from stuurhut.kpi.words.scope import EVERYTHING
from stuurhut.people.models import Organisation, Team
from stuurhut.replica import asking, shelf
from stuurhut.site.tests.test_change_feed import same_as_the_database

SECONDS = float(os.environ.get("WRITING_SECONDS", "4"))
QUESTIONS = int(os.environ.get("QUESTIONS_EACH", "25"))
# Writes a lead at a time, and tells when it asked for each to be kept and when it was told that it was.
WRITER = """
import json, os, sys, time, {driver} as driver
connection = driver.connect(os.environ["FILE"], **({{"timeout": 30}} if driver.__name__ == "sqlite3" else {{}}))
end, told = time.time() + float(os.environ["SECONDS"]), []
while time.time() < end:
    began = time.time()
    connection.execute(os.environ["INSERT"])
    if len(told) % 7 == 6:
        connection.rollback()
    else:
        connection.commit()
    told.append((began, time.time(), len(told) % 7 != 6))
    time.sleep(0.002)
print(json.dumps(told))
"""
INSERT = """
INSERT INTO crm_lead (created_at, recorded_at, system, system_key, name, company, email, phone, disqualified_reason)
VALUES ('2026-03-05 10:00:00', '2026-03-05 10:00:00', '', '', '', '', '', '', '')
"""


def address() -> str:
    if connection.vendor == "sqlite":
        return str(connection.settings_dict["NAME"])
    info = connection.connection.info
    return f"postgresql://{info.user}:{info.password}@/{info.dbname}?host={info.host}&port={info.port}"


def writers(count: int) -> list[subprocess.Popen[str]]:
    driver = "sqlite3" if connection.vendor == "sqlite" else "psycopg"
    environment = {**os.environ, "FILE": address(), "INSERT": INSERT, "SECONDS": str(SECONDS)}
    command = [sys.executable, "-c", WRITER.format(driver=driver)]
    return [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(count)]


def asked_in_a_thread(until: float) -> list[tuple[float, Any, float]]:
    """Asks until it is late: when, what was answered, and when that was."""
    seen: list[tuple[float, Any, float]] = []
    try:
        while time.time() < until or len(seen) < QUESTIONS:
            began = time.time()
            value = replica.ask(question("leads_created", by=("week",)), EVERYTHING).total.value
            seen.append((began, value, time.time()))
    finally:
        connection.close()
    return seen


@pytest.mark.django_db(transaction=True)
def test_three_processes_write_while_eight_threads_ask_and_a_snapshot_is_made(
    settings: Settings, tmp_path: Path
) -> None:
    settings.DATA = tmp_path
    Organisation.objects.create(name="Jansen & Zn")
    sales, noord = Sales(), Team.objects.create(name="Noord")
    alice = person("Alice", noord)
    for n in range(20):
        sales.deal("2026-03-02T08:00", owner=alice, lead=sales.lead("2026-03-02T08:00", owner=alice), base_minor=n)
    before = Lead.objects.count()
    assert replica.ask(question("leads_created"), EVERYTHING).total.value == before
    processes = writers(3)
    until = time.time() + SECONDS
    with ThreadPoolExecutor(9) as threads:
        snapshot = threads.submit(in_a_thread, lambda: shelf.taken(asking.plan(), asking.setting()))
        asked = [
            answer for each in [threads.submit(asked_in_a_thread, until) for _ in range(8)] for answer in each.result()
        ]
        taken = snapshot.result()
    told = [row for process in processes for row in json.loads(process.communicate(timeout=60)[0])]
    assert [process.returncode for process in processes] == [0, 0, 0]
    kept = [(began, done) for began, done, is_kept in told if is_kept]
    began, done = sorted(b for b, _done in kept), sorted(d for _began, d in kept)
    assert Lead.objects.count() == before + len(kept), "every acknowledged row is there, and none that was taken back"
    for started, value, ended in asked:
        least, most = before + bisect_left(done, started), before + bisect_left(began, ended)
        assert least <= value <= most, f"{value} is not between {least} and {most}"
    assert len(asked) >= 8 * QUESTIONS
    if len(told) < shelf.MOST_CHANGES / 2:  # further behind, another snapshot is taken instead
        assert asking.brought_up(taken)
        same_as_the_database(taken)
    same_as_the_database(asking.newest())


def in_a_thread(function: Any) -> Any:
    try:
        return function()
    finally:
        connection.close()
