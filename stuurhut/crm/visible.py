"""The records that somebody may see in a list, by the same rights as the numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from stuurhut.crm.models import Account, Activity, Contact, Credit, Lead, Opportunity, Order, Quote
from stuurhut.kpi.words.period import Zone
from stuurhut.kpi.words.scope import Scope
from stuurhut.people.models import Membership, User
from stuurhut.people.records import Recorded
from stuurhut.people.scope import scope_for
from stuurhut.people.teams import counting

Listed = TypeVar("Listed", bound=Recorded)

# When a record counts for a team: while it is open, now; once done, the moment it was done.
MOMENTS: dict[type[Recorded], tuple[str, ...]] = {
    Account: (),
    Lead: (),
    Opportunity: ("closed_at",),
    Activity: ("occurred_at", "planned_for"),
    Quote: ("sent_at",),
    Order: ("ordered_at",),
}


def visible_to(user: User | AnonymousUser, model: type[Listed]) -> QuerySet[Listed]:
    """The records of a kind that a user may see: not deleted, not merged away, not of an unfinished delivery."""
    return within(scope_for(user), model)


def within(scope: Scope, model: type[Listed]) -> QuerySet[Listed]:
    """The records of a kind in a scope. `totals_of` opens no record."""
    rows: QuerySet[Listed] = model._default_manager.filter(counting())
    if model in (Account, Lead, Opportunity):
        rows = rows.filter(merged_into__isnull=True)
    if scope.everything:
        return rows
    if scope.nothing:
        return rows.none()
    if model is Contact:
        return rows.filter(account__in=within(scope, Account))
    zone = timezone.get_default_timezone()
    days = {_day_of(column): TruncDate(column, tzinfo=zone) for column in MOMENTS[model]}
    seen: QuerySet[Listed] = rows.alias(**days).filter(_own(scope, model) | _of_teams(scope, model))
    return seen


def _own(scope: Scope, model: type[Recorded]) -> Q:
    """Owned, credited, or at an account on which somebody in scope works as well."""
    own = Q(owner_id__in=scope.persons)
    if model in (Opportunity, Order):
        column = "opportunity" if model is Opportunity else "order"
        credited = Credit.objects.filter(counting(), person_id__in=scope.persons)
        own |= Q(pk__in=credited.filter(**{f"{column}__isnull": False}).values(column))
    shared = _accounts_worked_on(scope)
    return own | (shared("pk") if model is Account else shared("account_id"))


def _accounts_worked_on(scope: Scope) -> Callable[[str], Q]:
    """A condition that the account is one's own, or one has a lead, opportunity or activity there."""
    sources = [
        Account.objects.filter(counting(), owner_id__in=scope.persons).values("pk"),
        *(
            worked._default_manager.filter(counting(), owner_id__in=scope.persons, account__isnull=False).values(
                "account"
            )
            for worked in (Lead, Opportunity, Activity)
        ),
    ]

    def condition(column: str) -> Q:
        chosen = Q()
        for accounts in sources:
            chosen |= Q(**{f"{column}__in": accounts})
        return chosen

    return condition


def _of_teams(scope: Scope, model: type[Recorded]) -> Q:
    """Records of the scope's teams at the moment they count.

    The only membership of that moment decides; the record's own team does when there are several or none.
    """
    if not scope.teams:
        return Q(pk__in=[])
    chosen, undone = Q(), Q()
    for column in MOMENTS[model]:
        chosen |= undone & Q(**{f"{column}__isnull": False}) & _at_moment(scope, column)
        undone &= Q(**{f"{column}__isnull": True})
    return chosen | (undone & _now(scope))


def _now(scope: Scope) -> Q:
    today = timezone.localdate()
    members = Membership.objects.filter(counting(), Q(until__isnull=True) | Q(until__gt=today), starts_on__lte=today)
    single = members.values("person_id").annotate(teams=Count("id")).filter(teams=1).values("person_id")
    in_teams = members.filter(team_id__in=scope.teams)
    decided = Q(owner_id__in=in_teams.filter(person_id__in=single).values("person_id"))
    open_to_record = Q(owner_id__isnull=True) | ~Q(owner_id__in=single)
    largest = Q(team__isnull=True, owner_id__in=in_teams.values("person_id"))
    return decided | (open_to_record & (Q(team_id__in=scope.teams) | largest))


def _at_moment(scope: Scope, column: str) -> Q:
    day = OuterRef(_day_of(column))
    then = Membership.objects.filter(counting(), person_id=OuterRef("owner_id"))
    members = then.filter(Q(until__isnull=True) | Q(until__gt=day), starts_on__lte=day)
    elsewhere = members.exclude(team_id__in=scope.teams)
    inside = members.filter(team_id__in=scope.teams)
    decided = _in_spans(scope, column) & ~Exists(elsewhere)
    by_record = Q(team_id__in=scope.teams) & (Exists(inside) | ~Exists(elsewhere))
    return decided | by_record


def _day_of(column: str) -> str:
    return f"local_day_of_{column}"


def _in_spans(scope: Scope, column: str) -> Q:
    """The owner was in one of the teams at the moment; days become moments here, so that the index on it is used."""
    zone = Zone(timezone.get_default_timezone_name())
    spans: dict[tuple[datetime, datetime | None], list[int]] = {}
    for person, starts_on, until in Membership.objects.filter(counting(), team_id__in=scope.teams).values_list(
        "person_id", "starts_on", "until"
    ):
        span = (zone.instant(starts_on), zone.instant(until) if until else None)
        spans.setdefault(span, []).append(person)
    chosen = Q(pk__in=[])
    for (start, end), people in spans.items():
        condition: dict[str, Any] = {"owner_id__in": people, f"{column}__gte": start}
        if end:
            condition[f"{column}__lt"] = end
        chosen |= Q(**condition)
    return chosen
