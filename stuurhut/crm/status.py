"""What lists show of a record that is not a column of it: its status, its moment, its last contact, its name."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Exists, Model, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stuurhut.crm.models import Account, Activity, Lead, Opportunity, Order, Quote

STATUSES = {
    "new": gettext_lazy("new"),
    "contacted": gettext_lazy("contacted"),
    "qualified": gettext_lazy("qualified"),
    "won": gettext_lazy("won"),
    "disqualified": gettext_lazy("disqualified"),
}
# What links to other records are called; Django would call them by their names in code.
LINKS = {
    "account": gettext_lazy("account"), "contact": gettext_lazy("contact"), "lead": gettext_lazy("lead"),
    "opportunity": gettext_lazy("opportunity"), "owner": gettext_lazy("owner"), "team": gettext_lazy("team"),
    "source": gettext_lazy("source"), "strategy": gettext_lazy("strategy"), "industry": gettext_lazy("industry"),
    "segment": gettext_lazy("segment"), "region": gettext_lazy("region"), "product": gettext_lazy("product"),
    "parent": gettext_lazy("parent company"), "loss_reason": gettext_lazy("reason of the loss"),
    "merged_into": gettext_lazy("merged into"), "deleted_at": gettext_lazy("deleted"),
}  # fmt: skip
# A held call that was reached or of which nothing is known, a visit, meeting, video call, demo or e-mail.
IS_CONTACT = (
    Q(state=Activity.State.HELD)
    & Q(kind__in=[*(k for k in Activity.Kind.values if k not in ("event", "other"))])
    & ~Q(kind=Activity.Kind.CALL, outcome=Activity.Outcome.NOT_REACHED)
)


def with_status(leads: QuerySet[Lead]) -> QuerySet[Lead]:
    """Leads with `status`: a key of STATUSES."""
    won = Opportunity.objects.filter(lead=OuterRef("pk"), outcome=Opportunity.Outcome.WON, deleted_at__isnull=True)
    return leads.annotate(
        status=Case(
            When(disqualified_at__isnull=False, then=Value("disqualified")),
            When(Exists(won), then=Value("won")),
            When(qualified_at__isnull=False, then=Value("qualified")),
            When(contacted_at__isnull=False, then=Value("contacted")),
            default=Value("new"),
        )
    )


def with_moment(activities: QuerySet[Activity]) -> QuerySet[Any]:
    """Activities with `moment`: when they happened, or for when they are planned."""
    return activities.annotate(moment=Coalesce("occurred_at", "planned_for"))


def with_last_contact(accounts: QuerySet[Account]) -> QuerySet[Account]:
    """Accounts with `last_contact_at`, whoever had that contact; null without any."""
    contacts = Activity.objects.filter(
        IS_CONTACT, account=OuterRef("pk"), deleted_at__isnull=True, occurred_at__isnull=False
    )
    return accounts.annotate(last_contact_at=Subquery(contacts.order_by("-occurred_at").values("occurred_at")[:1]))


def title_of(record: Any) -> str:
    """What a record is called, also when nobody gave it a name."""
    match record:
        case Opportunity(name="", account=Account()):
            return _("Opportunity at %(account)s") % {"account": record.account}
        case Opportunity(name=""):
            return _("Opportunity %(number)s") % {"number": record.pk}
        case Lead(company="", name=""):
            return _("Lead %(number)s") % {"number": record.pk}
        case Quote(number=""):
            return _("Quote %(number)s") % {"number": record.pk}
        case Order(number=""):
            return _("Order %(number)s") % {"number": record.pk}
        case Activity():
            kind = capfirst(record.get_kind_display())
            return f"{kind}: {record.subject}" if record.subject else kind
        case _:
            return str(record)


def label_of(model: Model | type[Model], name: str) -> str:
    """What a field is called on a page."""
    return capfirst(str(LINKS.get(name) or verbose_name_of(model, name)))


def verbose_name_of(model: Model | type[Model], name: str) -> Any:
    """A field's own name for people."""
    field: Any = model._meta.get_field(name)
    return field.verbose_name
