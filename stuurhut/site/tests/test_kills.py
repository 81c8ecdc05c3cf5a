"""Workers are killed in the middle of an import; the import is complete all the same, and nothing is in it twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from stuurhut.site.tests.killing import bring, crew, deals, is_over, kill_at, left, moments, until
from stuurhut.worker.work import Worker

pytestmark = pytest.mark.django_db(transaction=True)
KILLS = 3


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA = tmp_path / "data"


def test_an_import_whose_workers_are_killed_leaves_what_an_undisturbed_one_leaves(tmp_path: Path) -> None:
    """The second of two imports: half its rows change what the first brought, the others are new."""
    first, second = deals(tmp_path, range(1000)), deals(tmp_path, range(500, 3500), raised=7)
    for file in (first, second):
        bring(file)
        assert Worker([]).run_waiting() == 1
    undisturbed = left()
    call_command("flush", interactive=False, verbosity=0)
    bring(first)
    Worker([]).run_waiting()
    run = bring(second)
    with crew() as hired:
        for n, rows in enumerate(moments(seed=3, times=KILLS, rows=2800)):
            kill_at(hired, run, rows, is_lease_to_run_out=n == 0)
        until(lambda: is_over(run), "the import was over")
    assert left() == undisturbed
    assert run.state == "complete"
