"""One seller: who it is, where and for how much, since when; what was asked of the seller, and what is recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stuurhut.cockpit.asking import Asked, visible_people
from stuurhut.kpi.catalogue.index import CATALOGUE
from stuurhut.kpi.words.period import Period, Zone, bucket_name, floor
from stuurhut.people.models import Absence, Membership, Person
from stuurhut.people.scope import ENOUGH_FOR_TOTALS
from stuurhut.people.teams import counting, memberships_on
from stuurhut.replica.asked import DEFAULT_OF
from stuurhut.ui.numbers import day, plain, share, written
from stuurhut.ui.periods import called

YEAR = timedelta(days=366)
NEW = timedelta(days=183)  # who came less than half a year ago is new
RECORDS = (
    "leads_created", "calls", "appointments", "quotes_sent", "pipeline_open_value", "sales_value",
    "data_quality", "days_without_record",
)  # fmt: skip


@dataclass(frozen=True)
class Stay:
    """A membership as far as the viewer may see it."""

    team: str
    team_id: int
    role: str
    fte: float
    starts_on: date
    until: date | None

    @property
    def days(self) -> str:
        return from_until(self.starts_on, self.until)


@dataclass(frozen=True)
class Seller:
    """The person, the stays that may be seen, oldest first, and the team to lay the figures beside (None: all)."""

    person: Person
    stays: tuple[Stay, ...]
    team: Stay | None
    colleagues: str

    @property
    def has_left(self) -> bool:
        return bool(self.stays) and self.team is None

    def was_here(self, period: Period) -> bool:
        """Whether any stay touches the period; who was never in a team is taken to be."""
        touching = (s.starts_on < period.until and (s.until is None or s.until > period.start) for s in self.stays)
        return not self.stays or any(touching)

    @property
    def last_quarter(self) -> str:
        """The quarter of the last day here, for who left."""
        last = max((stay.until for stay in self.stays if stay.until), default=None)
        return bucket_name(floor(last - timedelta(days=1), "quarter"), "quarter") if last else ""


@dataclass(frozen=True)
class Goal:
    """A target of the seller: of what, for when, how much, and who set it when."""

    kpi: str
    period: str
    value: str
    set_at: date
    set_by: str
    version: int
    narrowed: str


@dataclass(frozen=True)
class Away:
    """Days away: only whether they were planned and for which share, never why."""

    days: str
    planned: bool
    share: str


def seller_of(question: Asked, key: int) -> Seller:
    """The seller, as far as the viewer may see. Raises Http404 for one that may not be seen or is not there."""
    if question.lens.nothing:
        raise Http404(key)
    person = visible_people(question.scope).filter(pk=key).first()
    if person is None:
        raise Http404(key)
    stays = _stays(question, person)
    on = question.last_day
    now = [stay for stay in stays if stay.starts_on <= on and (stay.until is None or stay.until > on)]
    team = max(now, key=lambda stay: stay.fte, default=None)
    return Seller(person, stays, team, _colleagues(team, on))


def _stays(question: Asked, person: Person) -> tuple[Stay, ...]:
    found = Membership.objects.filter(counting(), person=person).select_related("team").order_by("starts_on")
    scope = question.scope
    if not (scope.everything or person.pk in scope.persons):
        found = found.filter(team_id__in=scope.teams)
    return tuple(Stay(m.team.name, m.team_id, m.get_role_display(), m.fte, m.starts_on, m.until) for m in found)


def _colleagues(team: Stay | None, on: date) -> str:
    """Who the figures are laid beside: the team; the organisation when so few are in it that it would tell on one."""
    if team is None:
        return ""
    people = memberships_on(on).filter(team_id=team.team_id).values("person_id").distinct().count()
    return str(team.team_id) if people >= ENOUGH_FOR_TOTALS else ""


def narrowed(question: Asked, person: Person) -> Asked:
    """The page's question of this seller alone."""
    filters = tuple(pair for pair in question.filters if pair[0] != "person")
    only = ("person", str(person.pk))
    return replace(question, filters=(*filters, only), given={**question.given, only[0]: only[1]})


# -- in words --------------------------------------------------------------------------------------------------------


def standing(seller: Seller, question: Asked) -> str:
    """The team, role and hours on the last day that counts, in words."""
    if seller.team is None:
        return _("not in a team on %(day)s") % {"day": day(question.last_day)}
    words = {"team": seller.team.team, "role": seller.team.role, "fte": plain(seller.team.fte, 1)}
    if seller.team.fte == 1:
        return _("%(team)s, %(role)s") % words
    return _("%(team)s, %(role)s, %(fte)s FTE") % words


def remarks(seller: Seller, question: Asked) -> list[str]:
    """What must be known to read the figures well: new, moved, left, away."""
    name, stays = seller.person.name, seller.stays
    if not stays:
        return [_("%(name)s was never put in a team, so there are no working days and no team to compare with.")
                % {"name": name}]  # fmt: skip
    found = []
    if seller.has_left:
        last = max((stay.until for stay in stays if stay.until), default=None)
        if last and last <= question.last_day:
            found.append(_("%(name)s left on %(day)s. What was done until then stays here.")
                         % {"name": name, "day": day(last)})  # fmt: skip
        else:
            found.append(_("%(name)s starts on %(day)s.") % {"name": name, "day": day(stays[0].starts_on)})
    moved = [stay for stay in stays[1:] if question.period.start < stay.starts_on < question.period.until]
    for stay in moved:
        words = {"name": name, "day": day(stay.starts_on), "team": stay.team}
        found.append(
            _("%(name)s came to %(team)s on %(day)s: what was done before counts for the earlier team.") % words
        )
    since = question.last_day - stays[0].starts_on
    if not seller.has_left and timedelta(0) <= since < NEW:
        weeks = max(1, since.days // 7)
        text = ngettext(
            "New: here for %(weeks)s week. Own figures say little yet, so much is still that of the team.",
            "New: here for %(weeks)s weeks. Own figures say little yet, so much is still that of the team.",
            weeks,
        )
        found.append(text % {"weeks": plain(weeks)})
    return found


def from_until(start: date, until: date | None) -> str:
    """Days in words; `until` itself does not count."""
    if until is None:
        return _("since %(day)s") % {"day": day(start)}
    return _("%(first)s to %(last)s") % {"first": day(start), "last": day(until - timedelta(days=1))}


# -- what is recorded ------------------------------------------------------------------------------------------------


def goals(seller: Seller, question: Asked) -> tuple[list[Goal], list[Goal]]:
    """The targets of the seller, the version that holds of each: those of the period, and those a year around it."""
    since, until = question.period.start - YEAR, question.period.until + YEAR
    # Goals are another room's: they are read by way of the person, whom both rooms know.
    rows = seller.person.targets.filter(counting(), until__gt=since, starts_on__lt=until)
    latest: dict[tuple[object, ...], Any] = {}
    for target in rows.select_related("set_by").order_by("version", "set_at", "pk"):
        if target.set_at < question.as_of:
            latest[target.kpi, str(target.filter), target.starts_on, target.until] = target
    known = [t for t in latest.values() if t.value and t.kpi in CATALOGUE and _in_sight(seller, t.starts_on, t.until)]
    known.sort(key=lambda target: (target.kpi != DEFAULT_OF, target.kpi, target.starts_on))
    now: list[Goal] = []
    around: list[Goal] = []
    for target in known:
        touches = target.starts_on < question.period.until and target.until > question.period.start
        (now if touches else around).append(_goal(target, question.zone))
    return now, around


def _goal(target: Any, zone: Zone) -> Goal:
    kpi = CATALOGUE[target.kpi]
    return Goal(
        kpi=_(kpi.label),
        period=called(Period(target.starts_on, target.until)),
        value=written(float(target.value), kpi.unit, target.currency or "EUR", short=True),
        set_at=zone.day(target.set_at),
        set_by=str(target.set_by) if target.set_by else _("from an import"),
        version=target.version,
        narrowed=", ".join(map(str, target.filter.values())),
    )


def absences(seller: Seller, question: Asked) -> list[Away]:
    """The days away of the past year and those to come, the latest first."""
    since = question.last_day - YEAR
    known = Q(recorded_at__lt=question.as_of) | Q(starts_on__lte=question.last_day)
    found = Absence.objects.filter(counting(), known, Q(until__isnull=True) | Q(until__gt=since), person=seller.person)
    return [
        Away(_away_days(absence), absence.planned, share(absence.share))
        for absence in found.order_by("-starts_on")
        if _in_sight(seller, absence.starts_on, absence.until)
    ]


def _away_days(absence: Absence) -> str:
    if absence.until is None and absence.expected_until:
        words = {"first": day(absence.starts_on), "back": day(absence.expected_until)}
        return _("since %(first)s, expected back on %(back)s") % words
    return from_until(absence.starts_on, absence.until)


def _in_sight(seller: Seller, start: date, until: date | None) -> bool:
    """Whether days touch a stay that may be seen."""
    return any(
        (stay.until is None or start < stay.until) and (until is None or until > stay.starts_on)
        for stay in seller.stays
    )


def record_links(own: Asked) -> list[tuple[str, str]]:
    """What is recorded of the seller, each with the address of its records."""
    return [(_(CATALOGUE[key].label), own.address(reverse("kpi_records", args=[key]), by="")) for key in RECORDS]
