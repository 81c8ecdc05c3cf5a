"""The records that somebody may see in a list, by the same rights as the numbers."""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from stuurhut.crm.models import Account, Activity, Contact, Credit, Lead, Opportunity, Order, Quote
from stuurhut.crm.stretches import Stretches, during, stretches
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
    return rows.filter(_own(scope, model) | _of_teams(scope, model))


def _own(scope: Scope, model: type[Recorded]) -> Q:
    """Owned, credited, or at an account on which somebody in scope works as well."""
    own = Q(owner_id__in=scope.persons)
    if model in (Opportunity, Order):
        column = "opportunity" if model is Opportunity else "order"
        credited = Credit.objects.filter(counting(), person_id__in=scope.persons)
        own |= Q(pk__in=credited.filter(**{f"{column}__isnull": False}).values(column))
    return own | Q(**{"pk__in" if model is Account else "account_id__in": _accounts_worked_on(scope)})


def _accounts_worked_on(scope: Scope) -> QuerySet[Any, Any]:
    """The accounts that are one's own, or at which one has a lead, opportunity or activity; each looked up once."""
    owned = Account.objects.filter(counting(), owner_id__in=scope.persons).values_list("pk")
    worked = [
        kind._default_manager.filter(counting(), owner_id__in=scope.persons, account__isnull=False).values_list(
            "account"
        )
        for kind in (Lead, Opportunity, Activity)
    ]
    return owned.union(*worked)


def _of_teams(scope: Scope, model: type[Recorded]) -> Q:
    """Records of the scope's teams at the moment they count.

    The only membership of that moment decides; the record's own team does when there are several or none.
    """
    if not scope.teams:
        return Q(pk__in=[])
    chosen, undone = Q(), Q()
    members = stretches(scope.teams)
    for column in MOMENTS[model]:
        chosen |= undone & Q(**{f"{column}__isnull": False}) & _at_moment(scope, column, members)
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


def _at_moment(scope: Scope, column: str, members: Stretches) -> Q:
    """By the teams of the owner; where those were several or none, by the record's own."""
    by_record = Q(team_id__in=scope.teams) & ~during(column, members.outside)
    return during(column, members.inside) | by_record
