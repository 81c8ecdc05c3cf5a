"""What a load balancer and whoever keeps watch ask at `/health/`: can this process answer, and does the worker work.

Anybody may ask, so it tells no name, address, version or figure of the organisation.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from stuurhut.site.tables import waiting_migrations
from stuurhut.worker.heart import LEASE, silence
from stuurhut.worker.models import Process

ADDRESS = "/health/"
LONG_WAIT = timedelta(hours=1)  # a queue that stands still this long needs somebody's eye, or a second worker
TABLES_HOLD_SECONDS = 30.0  # once found right; looking takes a tenth of a second
Part = dict[str, Any]


class Health:
    """Answers before sessions, sign-in and the check of the host name: those need what is asked about."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return answer(request.path) if request.path.startswith(ADDRESS) else self.get_response(request)


def answer(path: str) -> JsonResponse:
    """`/health/`: 200 when this process can answer questions, else 503. `/health/<part>/`: the same of one part.

    The worker is told at `/health/` but does not decide: without it pages still work, and taking every web server out
    of service would help nobody.
    """
    name = path.removeprefix(ADDRESS).strip("/")
    if name and name not in (*NEEDED, *ALSO):
        return _json({"fine": False, "parts": {}}, 404)
    found = {name: _part(name)} if name else _all()
    is_fine = all(found[part]["fine"] for part in found if name or part in NEEDED)
    return _json({"fine": is_fine, "parts": found}, 200 if is_fine else 503)


def _json(said: dict[str, Any], status: int) -> JsonResponse:
    return JsonResponse(said, status=status, headers={"Cache-Control": "no-store"})


def _all() -> dict[str, Part]:
    """Every part; without a database or its tables the others cannot be told."""
    found: dict[str, Part] = {}
    for name in (*NEEDED, *ALSO):
        is_open = all(found[part]["fine"] for part in ("database", "tables") if part in found)
        found[name] = _part(name) if is_open else {"fine": False}
    return found


def _part(name: str) -> Part:
    try:
        return {**NEEDED, **ALSO}[name]()
    except (DatabaseError, InterfaceError):
        connection.close()
        return {"fine": False}


def _database() -> Part:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {"fine": True}


_right_since = 0.0


def _tables() -> Part:
    global _right_since
    if time.monotonic() - _right_since < TABLES_HOLD_SECONDS:
        return {"fine": True, "waiting": 0}
    waiting = waiting_migrations()
    _right_since = 0.0 if waiting else time.monotonic()
    return {"fine": not waiting, "waiting": waiting}


def _copy() -> Part:
    """Whether the next answer can be as new as the database: what tells changes can be read.

    Servers that show the same `position` give the same answers.
    """
    from stuurhut import replica  # brings the engine along

    return {"fine": True, "position": hashlib.sha256(replica.position().encode()).hexdigest()[:12]}


def _worker() -> Part:
    """Fine when one was heard of within its lease and no task has waited long."""
    last = last_seen()
    moments = DBTaskResult.objects.ready().values_list("enqueued_at", "run_after")
    since = [enqueued if after == get_date_max() else after for enqueued, after in moments]
    waited = timezone.now() - min(since) if since else timedelta()
    return {
        "fine": last is not None and last < LEASE and waited < LONG_WAIT,
        "seen_seconds_ago": None if last is None else round(last.total_seconds(), 1),
        "tasks_waiting": len(since),
        "longest_wait_seconds": round(waited.total_seconds()),
    }


def last_seen() -> timedelta | None:
    """How long ago a worker was heard of; None when there is none, or the last one said goodbye."""
    quiet = silence()
    names = Process.objects.filter(does=Process.Does.WORKER).values_list("name", flat=True)
    return min((quiet[name] for name in names if name in quiet), default=None)


NEEDED: dict[str, Callable[[], Part]] = {"database": _database, "tables": _tables, "copy": _copy}
ALSO: dict[str, Callable[[], Part]] = {"worker": _worker}
