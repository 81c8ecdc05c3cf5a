"""Setting who should reach what by when, and taking that back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.goals import Holder
from stuurhut.kpi.words.period import Period
from stuurhut.people.history import change, made
from stuurhut.people.models import Person, Team, User
from stuurhut.people.refusal import Refused
from stuurhut.targets.actions.standing import refuse_closed
from stuurhut.targets.formation import Formation
from stuurhut.targets.models import Target


class ForWhom(Refused):
    """A target for nobody, or for two at once."""


@dataclass(frozen=True)
class Wanted:
    """A goal to set: for whom, when, and what; `value` None takes it away.

    `seen` is the version on the page of whoever asks, 0 for none: a goal changed meanwhile is not overwritten unseen.
    """

    holder: Person | Team
    period: Period
    value: Decimal | None
    seen: int


class NotSet(Refused):
    """Goals that could not be set, so that none was: the sentence of each, by its place among those asked."""

    def __init__(self, sentences: Mapping[int, str]) -> None:
        self.sentences = sentences
        super().__init__(_("Nothing is saved yet."))


@transaction.atomic
def set_target(
    *,
    kpi: str,
    period: Period,
    value: Decimal | int | str,
    by: User | None,
    person: Person | None = None,
    team: Team | None = None,
    currency: str = "",
    where: Mapping[str, str] | None = None,
) -> Target:
    """A goal for a person or a team in a period; a new version when there is one, and the old ones stay.

    `value` is in the KPI's unit; money in whole units of `currency` (default the base currency). `where` narrows the
    KPI as in a question. The formation of the day is remembered. Raises UnknownName (the KPI), ForWhom or PeriodClosed.
    """
    kpi_of(kpi)
    if (person is None) == (team is None):
        raise ForWhom(_("A target is for one person or for one team; give one of the two."))
    refuse_closed(period.start, period.until)
    holder = person or team
    assert holder is not None
    _locked(holder)
    return _next_version(kpi, holder, period, f"{Decimal(value):f}", by, currency, dict(where or {}))


@transaction.atomic
def set_targets(*, kpi: str, wanted: Sequence[Wanted], by: User | None) -> list[Target]:
    """All these goals, or none: raises NotSet with a sentence for each that is closed or was changed meanwhile."""
    kpi_of(kpi)
    for holder in sorted({one.holder for one in wanted}, key=lambda it: (isinstance(it, Team), it.pk)):
        _locked(holder)
    sentences: dict[int, str] = {}
    for place, one in enumerate(wanted):
        try:
            refuse_closed(one.period.start, one.period.until)
            _refuse_overwriting(kpi, one)
        except Refused as refusal:
            sentences[place] = str(refusal)
    if sentences:
        raise NotSet(sentences)
    texts = ("" if one.value is None else f"{one.value:f}" for one in wanted)
    return [_next_version(kpi, one.holder, one.period, text, by) for one, text in zip(wanted, texts, strict=True)]


@transaction.atomic
def withdraw_target(*, target: Target, by: User | None) -> Target:
    """Takes a version back; the one before holds again. Raises PeriodClosed."""
    refuse_closed(target.starts_on, target.until)
    return change(target, by=by, deleted_at=timezone.now())


@transaction.atomic
def restore_target(*, target: Target, by: User | None) -> Target:
    """Puts a version that was taken back in its place again. Raises PeriodClosed."""
    refuse_closed(target.starts_on, target.until)
    return change(target, by=by, deleted_at=None)


class ChangedMeanwhile(Refused):
    """A goal that somebody else changed since the page was shown."""


def _refuse_overwriting(kpi: str, one: Wanted) -> None:
    latest = _versions(kpi, one.holder, one.period, {}).filter(deleted_at__isnull=True).order_by("-version").first()
    if (latest.version if latest else 0) == one.seen:
        return
    if latest is None:
        raise ChangedMeanwhile(_("This goal was taken back meanwhile; look, and save again if yours must hold."))
    raise ChangedMeanwhile(
        _("%(who)s changed this at %(when)s; look, and save again if yours must hold."),
        who=latest.set_by or _now("An import"),
        when=date_format(timezone.localtime(latest.set_at), "SHORT_DATETIME_FORMAT"),
    )


def _locked(holder: Person | Team) -> None:
    """Whoever sets a goal of the same holder waits, so that versions are numbered one by one."""
    type(holder)._base_manager.select_for_update().filter(pk=holder.pk).first()


def _versions(kpi: str, holder: Person | Team, period: Period, where: dict[str, str]) -> QuerySet[Target]:
    same = Target.objects.filter(kpi=kpi, starts_on=period.start, until=period.until, filter=where)
    return same.filter(person=holder) if isinstance(holder, Person) else same.filter(team=holder)


def _next_version(
    kpi: str, holder: Person | Team, period: Period, value: str, by: User | None, currency: str = "",
    where: dict[str, str] | None = None,
) -> Target:  # fmt: skip
    before = _versions(kpi, holder, period, where or {}).order_by("-version").first()
    target = Target.objects.create(
        kpi=kpi,
        filter=where or {},
        person=holder if isinstance(holder, Person) else None,
        team=holder if isinstance(holder, Team) else None,
        starts_on=period.start,
        until=period.until,
        value=value,
        currency=(currency or settings.CURRENCY) if kpi_of(kpi).unit == "money" else "",
        version=(before.version if before else 0) + 1,
        set_by=by,
        formation_fte=_formation(holder, max(period.start, timezone.localdate())),
    )
    made([target], by=by)
    return target


def _formation(holder: Person | Team, day: date) -> float | None:
    whose = Holder("person" if isinstance(holder, Person) else "team", holder.pk)
    return Formation.of([whose]).fte(whose, day)
