"""The Monday mail: what matters most now, to everybody who leads or sells, unless it is what was told before."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.utils import parseaddr
from hashlib import sha256
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import ngettext, override
from django_tasks import task

from stuurhut.cockpit.findings import asking_within, finding, findings_of
from stuurhut.cockpit.lens import lens_for
from stuurhut.cockpit.models import Letter
from stuurhut.kpi.verdicts.verdict import Verdict
from stuurhut.kpi.words.period import floor
from stuurhut.kpi.words.question import rounded_up
from stuurhut.people.models import User
from stuurhut.people.scope import scope_for
from stuurhut.replica.asked import period_from, zone
from stuurhut.worker.tasks import Later

AGAIN = timedelta(minutes=15)  # after the mail server did not answer
log = logging.getLogger("stuurhut.cockpit")


class Undelivered(Exception):
    """A mail that the mail server did not take all day."""


@dataclass(frozen=True)
class Told:
    """What somebody is told: three verdicts at most."""

    user: User
    week: date
    verdicts: tuple[Verdict, ...]

    @property
    def fingerprint(self) -> str:
        """The same as long as it is about the same; that a figure moved a little is nothing new."""
        names = sorted(f"{one.kind} {one.kpi} {one.about.kind} {one.about.id}" for one in self.verdicts)
        return sha256("\n".join(names).encode()).hexdigest()


@task()
def send_monday_mail() -> None:
    """Sends what everybody should know this week. Begun again, it goes on with those who were not mailed yet; when the
    mail server does not answer it tries again for the rest of the day.
    """
    now = timezone.now()
    week = floor(timezone.localdate(now), "week")
    done = Letter.objects.filter(week__gte=week).values("user")
    waiting = User.objects.filter(is_active=True).exclude(pk__in=done).order_by("pk")
    refused = [user.email for user in waiting if not _send(user, week, now)]
    if refused and timezone.localdate(now) == week:
        raise Later(AGAIN)
    if refused:
        raise Undelivered(", ".join(refused))


def _send(user: User, week: date, now: datetime) -> bool:
    """Tells one user what is new. False when the mail server refuses."""
    told = Told(user, week, of_the_week(user, now))
    before = Letter.objects.filter(user=user).first()
    known, sent_at = (before.told, before.sent_at) if before else ("", None)
    if told.verdicts and known != told.fingerprint:
        try:
            with override(user.language):
                letter(told).send()
        except (SMTPException, OSError):
            log.exception("%s", user.email)
            return False
        known, sent_at = told.fingerprint, now
    # Written at once: whoever goes on after this worker was killed finds who has it.
    Letter.objects.update_or_create(user=user, defaults={"week": week, "told": known, "sent_at": sent_at})
    return True


def of_the_week(user: User, now: datetime) -> tuple[Verdict, ...]:
    """The findings that a user is told: those on top of the own cockpit, a seller only what is about him or her."""
    scope, here = scope_for(user, now), zone()
    if scope.nothing:
        return ()
    as_of = rounded_up(now)
    lens = lens_for(user, scope, "", here.day(now))
    asking = asking_within(lens.scope, lens.where, period_from("", as_of, here), as_of, here)
    top = findings_of(asking).top
    own = ("person", asking.only)
    return tuple(one for one in top if asking.only is None or (one.about.kind, one.about.id) == own)


def letter(told: Told) -> EmailMultiAlternatives:
    """The mail, as plain text and as simple HTML, in the language in force."""
    found = [finding(verdict) for verdict in told.verdicts]
    subject = ngettext("What matters this week: %(what)s", "What matters this week: %(number)s findings", len(found))
    subject %= {"what": found[0].brief, "number": len(found)}
    words = {
        "findings": found,
        "name": told.user.name,
        "site": settings.PUBLIC_URL,
        "week": told.week.isocalendar().week,
        "subject": subject,
        "language": told.user.language,
    }
    sender = settings.DEFAULT_FROM_EMAIL
    domain = parseaddr(sender)[1].rpartition("@")[2]
    # The same for the same mail, so that mailboxes know it again should it ever come twice.
    headers = {"Message-ID": f"<week-{told.week}-{told.user.pk}@{domain}>", "Auto-Submitted": "auto-generated"}
    text = render_to_string("cockpit/mail/monday.txt", words)
    mail = EmailMultiAlternatives(subject, text, sender, [told.user.email], headers=headers)
    mail.attach_alternative(render_to_string("cockpit/mail/monday.html", words), "text/html")
    return mail
