"""What the worker does for imports when things come in each other's way, or stop."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import translation
from django_tasks_db.models import DBTaskResult

from stuurhut.connect import jobs, uploads
from stuurhut.connect.models import ImportRun
from stuurhut.connect.tests.bringing import ALICE, BOB, DEALS, deals
from stuurhut.crm.models import Opportunity
from stuurhut.people.models import User
from stuurhut.worker import tasks
from stuurhut.worker.heart import LEASE
from stuurhut.worker.models import Process
from stuurhut.worker.work import Worker

pytestmark = pytest.mark.django_db(transaction=True)
State = ImportRun.State


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.DATA = tmp_path / "data"
    with translation.override("en"):
        yield


def brought(*rows: str) -> ImportRun:
    """An import that waits for the worker."""
    by = User.objects.first() or User.objects.create_user("ada@example.com", is_administrator=True, language="nl")
    run = uploads.new_run(["deals.csv"], by=by, mapping=DEALS)
    folder = uploads.folder_of(run)
    folder.mkdir(parents=True)
    deals(folder, *rows)
    jobs.start(run, jobs.import_files, State.WAITING)
    return run


def killed_in_the_middle(run: ImportRun) -> None:
    """A worker took the task and the run, and was not heard of since."""
    Process.objects.create(name="host 1 fallen", does=Process.Does.WORKER)
    assert tasks.claim("host 1 fallen") is not None
    ImportRun.objects.filter(pk=run.pk).update(state=State.RUNNING, process="host 1 fallen")


def page_of(run: ImportRun) -> str:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get())
    return str(client.get(f"/imports/{run.intake_id}/").content.decode())


def state(run: ImportRun) -> str:
    run.refresh_from_db()
    return str(run.state)


def test_an_import_whose_worker_was_killed_goes_on_without_anybody_s_click() -> None:
    run = brought(ALICE, BOB)
    killed_in_the_middle(run)
    assert Worker([]).run_waiting() == 0, "its lease has not run out"
    Process.objects.update(seen_at=F("seen_at") - LEASE)
    page = page_of(run)
    assert "Importing" in page
    assert "This stopped halfway" not in page
    tasks.free_those_of_the_dead()
    assert Worker([]).run_waiting() == 1
    assert (state(run), Opportunity.objects.count()) == ("complete", 2)


def test_an_import_waits_for_another_one_and_comes_in_then() -> None:
    first = brought(ALICE)
    killed_in_the_middle(first)
    ImportRun.objects.filter(pk=first.pk).update(fingerprint="of its files")
    second = brought(BOB)
    assert Worker([]).run_waiting() == 1
    assert state(second) == "waiting"
    ImportRun.objects.filter(pk=first.pk).update(state=State.COMPLETE, process="")
    DBTaskResult.objects.filter(status="READY").update(run_after=F("enqueued_at") - timedelta(seconds=1))
    assert Worker([]).run_waiting() == 1
    assert (state(second), second.error) == ("complete", "")


def test_an_import_on_which_nobody_works_any_more_says_so_in_the_language_of_who_brought_it() -> None:
    run, quiet = brought(ALICE), brought(BOB)
    ImportRun.objects.update(seen_at=F("seen_at") - jobs.QUIET)
    DBTaskResult.objects.filter(args_kwargs__args__0=run.pk).delete()
    jobs.tend_imports.call()
    assert (state(run), state(quiet)) == ("failed", "waiting"), "the other one waits its turn"
    with translation.override("nl"):
        assert run.error == translation.gettext(
            "The work was stopped on the way, and nobody is going on with it. Go on, or undo the import."
        )
    assert "The import failed" in page_of(run)


def test_a_check_that_was_killed_five_times_can_be_asked_again() -> None:
    run = brought(ALICE)
    DBTaskResult.objects.all().delete()
    jobs.start(run, jobs.check_files, State.CHECKING)
    for number in range(tasks.ATTEMPTS):
        assert tasks.claim(f"host 1 fallen{number}") is not None
        tasks.free_those_of_the_dead()
    assert Worker([]).run_waiting() == 0
    ImportRun.objects.update(seen_at=F("seen_at") - jobs.QUIET)
    jobs.tend_imports.call()
    assert state(run) == "draft"
    assert run.error != ""
