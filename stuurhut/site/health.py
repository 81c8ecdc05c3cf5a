"""Whether all is in order: the tables, what is in them, the copy that answers, and the worker."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_tasks_db.models import DBTaskResult

from stuurhut.site.pulse import last_seen
from stuurhut.site.tables import waiting_migrations
from stuurhut.worker.heart import LEASE


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and whether it is fine; `detail` is a sentence, with the remedy when not."""

    what: str
    fine: bool
    detail: str


def health() -> list[Finding]:
    """Looks at everything; what depends on the tables only when they are there."""
    tables = _tables()
    return [tables, _database(), _copy(), _worker()] if tables.fine else [tables]


def _tables() -> Finding:
    waiting = waiting_migrations()
    if waiting:
        text = ngettext(
            "%(n)s change was not made yet; run `stuurhut migrate`.",
            "%(n)s changes were not made yet; run `stuurhut migrate`.",
            waiting,
        )
        return Finding(_("tables"), False, text % {"n": waiting})
    return Finding(_("tables"), True, _("as this version wants them"))


def _database() -> Finding:
    """SQLite can be damaged by a disk or a careless copy; PostgreSQL checks itself."""
    wrong: list[str] = []
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA quick_check")
            wrong += [row[0] for row in cursor.fetchall() if row[0] != "ok"]
            cursor.execute("PRAGMA foreign_key_check")
            wrong += [f"{row[0]} {row[1]}: {row[2]}" for row in cursor.fetchall()]
    if wrong:
        detail = _("damaged (%(what)s); restore a backup") % {"what": "; ".join(wrong[:3])}
        return Finding(_("database"), False, detail)
    return Finding(_("database"), True, connection.vendor)


def _copy() -> Finding:
    """Triggers see every change, facts are as the catalogue declares them, and the copy holds what is stored."""
    from stuurhut.replica import checks  # brings the engine along, which a command that fails earlier does not need

    wrong = checks.check()
    if wrong:
        return Finding(_("copy"), False, " ".join(wrong))
    return Finding(_("copy"), True, _("holds what the database holds"))


def _worker() -> Finding:
    """No worker is in order as long as nothing waits for one: `stuurhut up` brings its own."""
    last, waiting = last_seen(), DBTaskResult.objects.ready().count()
    if last is not None and last < LEASE:
        return Finding(_("worker"), True, _("at work"))
    if not waiting:
        return Finding(_("worker"), True, _("none is running, and nothing waits for one"))
    text = ngettext(
        "none is running, and %(n)s task waits; run `stuurhut up` or `stuurhut worker`.",
        "none is running, and %(n)s tasks wait; run `stuurhut up` or `stuurhut worker`.",
        waiting,
    )
    return Finding(_("worker"), False, text % {"n": waiting})
