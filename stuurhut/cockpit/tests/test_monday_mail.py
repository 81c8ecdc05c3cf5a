"""On Monday at half past seven everybody is told what matters, once, in the own language, and only when it is new."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.mail.backends.filebased import EmailBackend
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django.fixtures import Settings

from stuurhut.cockpit.jobs import send_monday_mail
from stuurhut.cockpit.models import Letter
from stuurhut.cockpit.tests.sales_of_two_teams import Company, company
from stuurhut.crm.actions import log_activity
from stuurhut.people import actions as people
from stuurhut.people.models import Team, User
from stuurhut.worker.clock import Recurring, Weekly, tick
from stuurhut.worker.work import Worker

pytestmark = pytest.mark.django_db(transaction=True)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.fixture
def outbox(settings: Settings, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    settings.PUBLIC_URL = "https://stuurhut.example.com"
    settings.DEFAULT_FROM_EMAIL = "Stuurhut <stuurhut@stuurhut.example.com>"
    return tmp_path


def mailed(outbox: Path) -> list[EmailMessage]:
    """The mails in the outbox, by address."""
    files = (path.read_bytes() for path in sorted(outbox.iterdir()))
    texts = [text for file in files for text in file.split(b"-" * 79 + b"\n") if text.strip()]
    mails = [message_from_bytes(text, policy=policy.default) for text in texts]
    return sorted(mails, key=lambda mail: str(mail["To"]))


def to(outbox: Path) -> list[str]:
    return [str(mail["To"]).partition("@")[0] for mail in mailed(outbox)]


def work() -> list[str]:
    """Lets a worker do what waits, after the mail was put in its queue. Returns how the tasks ended."""
    send_monday_mail.enqueue()
    Worker([]).run_waiting()
    return list(DBTaskResult.objects.order_by("enqueued_at").values_list("status", flat=True))


def empty_seat(team: Team) -> None:
    people.create_seat(team=team, fte=1.0, starts_on=date(2020, 1, 1), by=None)


@pytest.fixture
def them(outbox: Path) -> Company:
    made = company()
    people.create_seat(team=made.zuid, person=made.charlie, starts_on=date(2020, 1, 1), by=None)
    empty_seat(made.zuid)
    a_month_ago = (timezone.now().replace(day=1) - timedelta(days=12)).replace(hour=10)
    log_activity(kind="call", owner=made.charlie, occurred_at=a_month_ago, by=None)
    only("dora")
    return made


def only(*names: str) -> None:
    """Lets nobody else sign in, so that nobody else is mailed."""
    User.objects.update(is_active=False)
    User.objects.filter(email__in=[f"{name}@example.com" for name in names]).update(is_active=True)


def test_the_director_reads_what_matters_with_how_sure_and_what_to_do(them: Company, outbox: Path) -> None:
    assert work() == ["SUCCESSFUL"]
    (mail,) = mailed(outbox)
    assert mail["To"] == "dora@example.com"
    assert mail["From"] == "Stuurhut <stuurhut@stuurhut.example.com>"
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    dora = User.objects.get(email="dora@example.com")
    assert mail["Message-ID"] == f"<week-{monday}-{dora.pk}@stuurhut.example.com>", "known again should it come twice"
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    for body in (text.get_content(), html.get_content()):
        assert "Zuid" in body
        assert "https://stuurhut.example.com/" in body
        assert "Wat je kunt doen:" in body
        assert not re.search(r"%\(|\{\{|<built-in", body)
    assert '<html lang="nl">' in html.get_content()
    assert "&#x27;" not in text.get_content()


def test_everybody_reads_the_own_language(them: Company, outbox: Path) -> None:
    User.objects.filter(email="dora@example.com").update(language="en")
    work()
    (mail,) = mailed(outbox)
    text = mail.get_body(("plain",))
    assert text is not None
    assert "What you can do:" in text.get_content()


def test_who_leads_another_team_and_who_sells_are_not_told_what_does_not_concern_them(
    them: Company, outbox: Path
) -> None:
    people.add_user(email="erik@example.com", role="manager", team=them.zuid, starts_on=date(2020, 1, 1), name="Erik",
                    by=None)  # fmt: skip
    only("alice", "bob", "charlie", "erik")
    work()
    assert to(outbox) == ["erik"], "not Bob of Noord, nor Alice and Charlie who sell"


def test_nothing_new_is_no_mail_and_something_new_is(them: Company, outbox: Path) -> None:
    work()
    work()
    assert to(outbox) == ["dora"], "begun again, it mails nobody twice"
    a_week_later()
    work()
    assert to(outbox) == ["dora"], "the same as last week"
    empty_seat(them.noord)
    a_week_later()
    work()
    assert to(outbox) == ["dora", "dora"]


def a_week_later() -> None:
    """As if the mails so far were of the week before."""
    for letter in Letter.objects.all():
        Letter.objects.filter(pk=letter.pk).update(week=letter.week - timedelta(days=7))


class FailsHalfway(EmailBackend):
    """A mail server that takes one mail and then goes away until it is told to come back."""

    taken = 0
    at_most = 1

    def send_messages(self, messages: Any) -> int:
        if FailsHalfway.taken >= FailsHalfway.at_most:
            raise ConnectionRefusedError("nobody there")
        FailsHalfway.taken += 1
        return super().send_messages(messages)


class KilledHalfway(EmailBackend):
    """The worker is stopped in the middle of the second mail."""

    taken = 0

    def send_messages(self, messages: Any) -> int:
        KilledHalfway.taken += 1
        if KilledHalfway.taken == 2:
            raise KeyboardInterrupt
        return super().send_messages(messages)


def test_a_mail_server_that_goes_away_halfway_gets_the_rest_later_and_nobody_twice(
    them: Company, outbox: Path, settings: Settings
) -> None:
    second_director()
    settings.EMAIL_BACKEND = f"{__name__}.FailsHalfway"
    FailsHalfway.taken, FailsHalfway.at_most = 0, 1
    ended = work()
    assert len(to(outbox)) == 1
    waits = timezone.localdate().isoweekday() == 1
    assert ended == (["READY"] if waits else ["FAILED"]), "all Monday it is tried again, after that it is told"
    DBTaskResult.objects.all().delete()
    FailsHalfway.at_most = 9
    work()
    assert to(outbox) == ["dora", "ed"]


def test_a_worker_that_is_killed_halfway_is_followed_by_one_that_mails_the_rest_once(
    them: Company, outbox: Path, settings: Settings
) -> None:
    second_director()
    settings.EMAIL_BACKEND = f"{__name__}.KilledHalfway"
    KilledHalfway.taken = 0
    send_monday_mail.enqueue()
    with pytest.raises(KeyboardInterrupt):
        Worker([]).run_waiting()
    assert len(to(outbox)) == 1
    DBTaskResult.objects.update(status="READY", worker_ids=[])  # its lease ran out
    Worker([]).run_waiting()
    assert to(outbox) == ["dora", "ed"]


def second_director() -> None:
    people.add_user(email="ed@example.com", name="Ed", role="director", by=None)


def test_nothing_that_stands_out_is_no_mail(outbox: Path) -> None:
    company()
    only("dora")
    assert work() == ["SUCCESSFUL"]
    assert to(outbox) == []


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-22T12:00", "2026-11-23T07:30"),
        ("2026-11-23T07:29", "2026-11-23T07:30"),
        ("2026-11-23T07:30", "2026-11-30T07:30"),
        ("2026-03-24T12:00", "2026-03-30T07:30"),  # summer time begins on the Sunday between
    ],
)
def test_it_is_due_on_monday_at_half_past_seven_of_the_organisation(now: str, due: str) -> None:
    local = datetime.fromisoformat(now).replace(tzinfo=AMSTERDAM)
    found = Weekly(1, time(7, 30)).first(local.astimezone(UTC), AMSTERDAM)
    assert found.astimezone(AMSTERDAM) == datetime.fromisoformat(due).replace(tzinfo=AMSTERDAM)


def test_the_clock_puts_it_in_the_queue_once() -> None:
    jobs = [Recurring("monday mail", Weekly(1, time(7, 30)), send_monday_mail)]
    sunday = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert tick(jobs, sunday) == []
    monday = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
    assert tick(jobs, monday) == ["monday mail"]
    assert tick(jobs, monday) == []
