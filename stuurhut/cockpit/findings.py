"""From what a page, a mail or a command was asked to the findings that go with it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from stuurhut import replica
from stuurhut.cockpit.asking import Asked, visible_people
from stuurhut.cockpit.telling import told
from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.judging.asking import PEOPLE, Asking
from stuurhut.kpi.judging.findings import Findings, findings
from stuurhut.kpi.verdicts.thresholds import Thresholds
from stuurhut.kpi.verdicts.verdict import Verdict
from stuurhut.kpi.words.answer import Answer
from stuurhut.kpi.words.period import Period, Zone
from stuurhut.kpi.words.question import Question
from stuurhut.kpi.words.scope import EVERYTHING, Scope
from stuurhut.people.limits import thresholds_from
from stuurhut.people.models import Organisation
from stuurhut.replica.asking import engine
from stuurhut.ui.numbers import money, share

Where = tuple[tuple[str, str], ...]
NEARLY_SURE = 0.999
KEPT = 100
FOUND: OrderedDict[tuple[Asking, str], Findings] = OrderedDict()
LOCK = Lock()


@dataclass(frozen=True)
class Within:
    """Asks within a scope; equal for equal scopes, so that what was found can be kept."""

    scope: Scope

    def __call__(self, question: Question) -> Answer:
        return replica.ask(question, self.scope)


def findings_of(asking: Asking) -> Findings:
    """The findings, looked for once for every state of the data."""
    with replica.held():
        key = (replace(asking, exactly=None), engine().position)
        with LOCK:
            if key in FOUND:
                FOUND.move_to_end(key)
                return FOUND[key]
        found = findings(asking)
    with LOCK:
        FOUND[key] = found
        while len(FOUND) > KEPT:
            FOUND.popitem(last=False)
    return found


def asking_of(asked: Asked) -> Asking:
    """A page's question for the judges: its period, peildatum, team and people. Its other filters are left out: of one
    source or product too little happens in a month to judge.
    """
    people = tuple(pair for pair in asked.filters if pair[0] in PEOPLE)
    return asking_within(asked.scope, (*asked.lens.where, *people), asked.period, asked.as_of, asked.zone)


def asking_within(scope: Scope, where: Where, period: Period, as_of: datetime, zone: Zone) -> Asking:
    """The question for the judges of what a scope holds, narrowed to a team or a person.

    They judge by the days that have ended: `as_of` is brought back to midnight, and to today when it lies ahead.
    """
    known = min(as_of, timezone.now())
    return Asking(
        ask=Within(scope),
        period=period,
        as_of=zone.instant(zone.day(known)),
        exactly=as_of,
        zone=zone,
        where=where,
        thresholds=thresholds(),
        ask_all=Within(EVERYTHING),
        only=_only(scope, where),
        teams=None if scope.everything else scope.teams,
    )


def _only(scope: Scope, where: Where) -> int | None:
    """The one person that is in view; None when there are more."""
    named = [value for name, value in where if name == "person"]
    if len(named) == 1:
        people = visible_people(scope)
        found = people.filter(pk=int(named[0])) if named[0].isdigit() else people.filter(name__iexact=named[0])
        return found.values_list("pk", flat=True).first()
    alone = not scope.everything and not scope.teams and not scope.totals_of and len(scope.persons) == 1
    return next(iter(scope.persons)) if alone else None


def thresholds() -> Thresholds:
    """The limits of the verdicts, as the organisation set them."""
    organisation = Organisation.objects.first()
    return thresholds_from(organisation.thresholds) if organisation else Thresholds()


@dataclass(frozen=True)
class Finding:
    """A verdict in the reader's language, with where to look further; `address` is a path on this site."""

    kind: str
    state: str
    about: str
    kpi: str
    brief: str
    sentence: str
    evidence: tuple[str, ...]
    sure: str
    stake: str
    remedy: str
    address: str

    @property
    def headline(self) -> str:
        """What is so, and of whom."""
        return f"{self.about} – {self.sentence}" if self.about else self.sentence


def finding(verdict: Verdict) -> Finding:
    """The verdict as mail and command line tell it."""
    return Finding(
        verdict.kind,
        verdict.state,
        verdict.about.name,
        _(kpi_of(verdict.kpi).label),
        told(verdict.brief),
        told(verdict.sentence),
        tuple(told(sentence) for sentence in verdict.evidence),
        sure(verdict),
        stake(verdict),
        told(verdict.remedy),
        address(verdict),
    )


def sure(verdict: Verdict) -> str:
    """How certain it is, in words."""
    if verdict.certainty is None:
        return _("counted")
    if verdict.certainty > NEARLY_SURE:
        return _("more than %(share)s certain") % {"share": share(NEARLY_SURE)}
    return _("%(share)s certain") % {"share": share(verdict.certainty)}


def stake(verdict: Verdict) -> str:
    """What it is worth, in words; empty when that cannot be said."""
    if not verdict.at_stake:
        return ""
    return _("about %(amount)s a year") % {"amount": money(verdict.at_stake, settings.CURRENCY, short=True)}


def address(verdict: Verdict) -> str:
    """Where one sees it: the page of its KPI, of whom it is about."""
    about = verdict.about
    narrowed = f"?{about.kind}={about.id}" if about.id is not None and about.kind in ADDRESSED else ""
    return f"/kpi/{verdict.kpi}/{narrowed}"


ADDRESSED = ("person", "team", "source", "strategy")
