"""A load balancer asks whether a server can answer; whoever keeps watch asks about the worker."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from stuurhut import replica
from stuurhut.crm.models import Lead
from stuurhut.crm.tests.little_company import question
from stuurhut.kpi.words.scope import EVERYTHING
from stuurhut.site.pulse import LONG_WAIT
from stuurhut.site.recurring import clear_sessions
from stuurhut.site.tests.installation import Installation, installation
from stuurhut.worker.heart import LEASE, beating
from stuurhut.worker.models import Process
from stuurhut.worker.work import Worker

ASK = """
from django.test import Client
said = [Client().get(f"/health/{part}") for part in ("", "database/", "tables/", "copy/", "worker/")]
print(said[0].content.decode()); print([one.status_code for one in said])
"""


def asked(path: str = "/health/") -> tuple[int, dict[str, bool]]:
    """What anybody is told: the status, and part by part whether it is fine."""
    response = Client(headers={"host": "10.1.2.3"}).get(path)
    assert response.headers["Cache-Control"] == "no-store"
    return response.status_code, {name: part["fine"] for name, part in response.json()["parts"].items()}


@pytest.mark.django_db(transaction=True)
def test_a_server_that_can_answer_says_so_to_anybody_under_whatever_name_it_is_asked(settings: object) -> None:
    settings.ALLOWED_HOSTS = ["stuurhut.example.com"]  # type: ignore[attr-defined]
    with beating(Process.Does.WORKER):
        assert asked() == (200, {"database": True, "tables": True, "copy": True, "worker": True})
        assert asked("/health/worker/") == (200, {"worker": True})
    assert asked("/health/nothing/")[0] == 404


@pytest.mark.django_db(transaction=True)
def test_without_a_worker_pages_are_served_and_whoever_keeps_watch_is_told() -> None:
    assert asked() == (200, {"database": True, "tables": True, "copy": True, "worker": False})
    assert asked("/health/worker/") == (503, {"worker": False})
    with beating(Process.Does.IMPORT):  # `stuurhut import` is no worker
        assert asked("/health/worker/") == (503, {"worker": False})
    with beating(Process.Does.WORKER):
        Process.objects.update(seen_at=F("seen_at") - LEASE)
        assert asked("/health/worker/") == (503, {"worker": False})


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_stands_still_is_told() -> None:
    clear_sessions.enqueue()
    with beating(Process.Does.WORKER):
        assert asked("/health/worker/") == (200, {"worker": True})
        DBTaskResult.objects.update(enqueued_at=timezone.now() - LONG_WAIT - timedelta(minutes=1))
        assert asked("/health/worker/") == (503, {"worker": False})


@pytest.mark.django_db(transaction=True)
def test_the_position_moves_with_the_records_and_not_with_the_worker() -> None:
    def position() -> str:
        return str(Client().get("/health/copy/").json()["parts"]["copy"]["position"])

    replica.ask(question("leads_created"), EVERYTHING)
    before = position()
    with beating(Process.Does.WORKER):
        clear_sessions.enqueue()
        assert Worker([]).run_waiting() == 1
    assert position() == before
    Lead.objects.create()
    assert position() != before


def told(here: Installation) -> tuple[dict[str, bool], list[int]]:
    first, second = here.told(ASK).splitlines()
    return {name: part["fine"] for name, part in json.loads(first)["parts"].items()}, json.loads(second)


def test_a_server_without_its_database_or_its_tables_is_taken_out_of_service(tmp_path: Path) -> None:
    with installation(tmp_path / "data", "stuurhut_pulse") as here:
        nothing = {"tables": False, "copy": False, "worker": False}
        assert told(here) == ({"database": True, **nothing}, [503, 200, 503, 503, 503])
        secret = "nobody:hush"
        here.environment["DATABASE_URL"] = f"postgresql://{secret}@127.0.0.1:1/nothing"
        assert told(here) == ({"database": False, **nothing}, [503] * 5)
        assert secret not in here.told(ASK)
