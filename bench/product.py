"""Stuurhut itself, asked through `replica.ask` in a process of its own."""

from __future__ import annotations

import os
import time
from typing import Any

from bench.equal import plain
from bench.reference import Reference
from bench.rivals import Timed

WRITTEN_KIND = "event"  # no activity of the reference data is one
WRITTEN_NAME = "bench"


class Product:
    """Asks the seven questions of the database that the settings name. Every new minute is a question not asked yet."""

    def __init__(self, reference: Reference) -> None:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stuurhut.site.settings")
        import django

        django.setup()
        from bench.questions import Ids

        self.ids = Ids.of(reference)
        self.minute = 0

    def ask(self, name: str, minute: int | None = None) -> Timed:
        """The answer as of that many minutes after the peildatum, by default of a minute that nobody asked about."""
        from bench.questions import questions, rows
        from stuurhut.kpi.words.scope import EVERYTHING
        from stuurhut.replica import ask

        if minute is None:
            self.minute += 1
            minute = self.minute
        asked = questions(name, minute)
        start = time.perf_counter()
        answers = [ask(question, EVERYTHING) for question in asked]
        return Timed(time.perf_counter() - start, plain(rows(name, answers, self.ids)))

    def ask_again(self, name: str) -> Timed:
        """The same as the last time `ask` was called with minute 0."""
        return self.ask(name, 0)

    # -- written to in between -----------------------------------------------------------------------------------------

    def restore(self) -> None:
        """Takes back what was written to be measured, also by a run that was broken off."""
        from stuurhut.crm.models import Lead

        self._execute(f"UPDATE crm_activity SET kind = 'other' WHERE kind = '{WRITTEN_KIND}'")  # noqa: S608
        Lead.objects.filter(name=WRITTEN_NAME).delete()

    def after_raw_sql(self, n: int) -> list[float]:
        """Seconds from the commit to the answer that has it, of changing n activities by raw SQL and changing back."""
        there = self._execute(
            f"UPDATE crm_activity SET kind = '{WRITTEN_KIND}' WHERE id IN (SELECT id FROM crm_activity "  # noqa: S608
            f"WHERE kind = 'other' AND occurred_at >= '2026-08-25' AND occurred_at < '2026-11-20' LIMIT {int(n)})"
        )
        changed = self._until_seen("q6", lambda rows: _sum(rows, WRITTEN_KIND), there)
        self._execute(f"UPDATE crm_activity SET kind = 'other' WHERE kind = '{WRITTEN_KIND}'")  # noqa: S608
        return [changed, self._until_seen("q6", lambda rows: _sum(rows, WRITTEN_KIND), 0)]

    def after_bulk(self, n: int) -> list[float]:
        """The same, of adding n leads by one `bulk_create` and deleting them."""
        from django.db import transaction

        from bench.questions import AS_OF
        from stuurhut.crm.models import Lead
        from stuurhut.people.models import Membership

        before = _sum(self.ask("q1").rows)
        owner = Membership.objects.order_by("pk")[0]
        leads = [
            Lead(
                name=WRITTEN_NAME, created_at=AS_OF.replace(hour=12), recorded_at=AS_OF.replace(hour=12),
                owner_id=owner.person_id, team_id=owner.team_id,
            )
            for _number in range(n)
        ]  # fmt: skip
        with transaction.atomic():
            Lead.objects.bulk_create(leads, batch_size=1000)
        added = self._until_seen("q1", _sum, before + n)
        with transaction.atomic():
            Lead.objects.filter(name=WRITTEN_NAME).delete()
        return [added, self._until_seen("q1", _sum, before)]

    def _until_seen(self, name: str, measure: Any, expected: int) -> float:
        answer = self.ask(name)
        if measure(answer.rows) != expected:
            raise AssertionError(f"{name} told {measure(answer.rows)} after a write that made it {expected}.")
        return answer.seconds

    def _execute(self, sql: str) -> int:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(sql)
            return int(cursor.rowcount)


def _sum(rows: list[tuple[Any, ...]], kind: str = "") -> int:
    return sum(row[-1] for row in rows if not kind or kind in row)


class Logins:
    """People with a login, and the cookies of their sessions."""

    def __init__(self) -> None:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stuurhut.site.settings")
        import django

        django.setup()

    def cookies(self, people: int) -> list[str]:
        """One for each: nine in ten are sellers as far as there are any, the others see the whole organisation."""
        from django.conf import settings
        from django.test import Client

        from stuurhut.people.models import Person, User

        sellers = list(Person.objects.order_by("pk")[: people * 9 // 10])
        found = []
        for number in range(people):
            email = f"bench-{number}@example.com"
            user, is_new = User.objects.get_or_create(
                email=email, defaults={"name": email, "is_director": number >= len(sellers)}
            )
            if is_new and number < len(sellers):
                sellers[number].user = user
                sellers[number].save()
            client = Client()
            client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
            found.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
        return found
