"""What a list of records can be narrowed down to, as it stands in the address (?q=, ?period=, ?owner= ...)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import django_filters
from django import forms
from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from stuurhut.crm.choices import people_seen_by, teams_seen_by
from stuurhut.crm.models import Account, Activity, Industry, Opportunity, Quote, Region, Segment, Source, Stage
from stuurhut.crm.status import STATUSES
from stuurhut.kpi.words.errors import QuestionError
from stuurhut.kpi.words.period import Period, Zone, parse
from stuurhut.people.access import signed_in

NOBODY = "none"
PERIODS = {
    "this-week": _("this week"), "this-month": _("this month"), "this-quarter": _("this quarter"),
    "this-year": _("this year"),
    "last-month": _("last month"), "last-quarter": _("last quarter"), "last-year": _("last year"),
}  # fmt: skip


class PeriodSelect(forms.Select):
    """The usual periods, and the one that stands in the address."""

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        asked = [(text, text) for text in value if text and text not in PERIODS]
        self.choices = [("", _("all")), *PERIODS.items(), *asked]
        return super().optgroups(name, value, attrs)


class PeriodField(forms.CharField):
    """A period by name, such as 2026-Q3 or this-month; becomes a `Period`."""

    widget = PeriodSelect

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return parse(text, today=timezone.localdate(), fiscal_start=settings.FISCAL_YEAR_START)
        except QuestionError as error:
            raise forms.ValidationError(gettext(error.sentence) % error.values) from error


class PeriodFilter(django_filters.Filter):  # type: ignore[misc]
    """Records whose moment lies in a period."""

    field_class = PeriodField

    def filter(self, records: QuerySet[Any], period: Period | None) -> QuerySet[Any]:
        if not period:
            return records
        zone = Zone(settings.TIME_ZONE, settings.FISCAL_YEAR_START)
        start, until = zone.instant(period.start), zone.instant(period.until)
        return records.filter(**{f"{self.field_name}__gte": start, f"{self.field_name}__lt": until})


class ModelFilter(django_filters.ModelChoiceFilter):  # type: ignore[misc]
    """Records that belong to one of a few; or to none, which imports often leave behind."""

    def __init__(self, name: str, label: Any, choices: Callable[[HttpRequest], QuerySet[Any]]) -> None:
        super().__init__(
            field_name=name,
            label=label,
            queryset=choices,
            empty_label=_("all"),
            null_label=_("none"),
            null_value=NOBODY,
        )


def owner_filter() -> ModelFilter:
    """Whose the records are."""
    return ModelFilter("owner", _("Owner"), lambda request: people_seen_by(signed_in(request)))


def team_filter() -> ModelFilter:
    """Which team the records belong to."""
    return ModelFilter("team", _("Team"), lambda request: teams_seen_by(signed_in(request)))


def named_filter(name: str, label: Any, model: type[Model]) -> ModelFilter:
    """A setting to sort by, by its name."""
    return ModelFilter(name, label, lambda _request: model._default_manager.filter(deleted_at__isnull=True))


def choice_filter(name: str, label: Any, choices: Any) -> django_filters.ChoiceFilter:
    """One out of a fixed list."""
    return django_filters.ChoiceFilter(field_name=name, label=label, choices=choices, empty_label=_("all"))


class RecordFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Search in the columns of `searched`; every word must be found somewhere."""

    searched: tuple[str, ...] = ()
    q = django_filters.CharFilter(label=_("Search"), method="search")

    def search(self, records: QuerySet[Any], _name: str, text: str) -> QuerySet[Any]:
        for word in text.split():
            anywhere = Q()
            for column in self.searched:
                anywhere |= Q(**{f"{column}__icontains": word})
            records = records.filter(anywhere)
        return records

    @property
    def narrowed(self) -> bool:
        """Whether anything was asked for at all."""
        return any(self.data.get(name) for name in self.filters)

    @property
    def narrowed_aside(self) -> bool:
        """Whether something other than the search was asked for."""
        return any(self.data.get(name) for name in self.filters if name != "q")

    @property
    def sentences(self) -> list[str]:
        """What is wrong with the question, each a sentence."""
        return [str(error) for errors in self.errors.values() for error in errors]


class LeadFilter(RecordFilter):
    searched = ("name", "company", "email", "phone")
    status = choice_filter("status", _("Status"), list(STATUSES.items()))
    source = named_filter("source", _("Source"), Source)
    owner = owner_filter()
    team = team_filter()
    period = PeriodFilter(field_name="created_at", label=_("Created in"))


class AccountFilter(RecordFilter):
    searched = ("name", "city")
    kind = choice_filter("kind", _("Kind"), Account.Kind.choices)
    segment = named_filter("segment", _("Segment"), Segment)
    industry = named_filter("industry", _("Industry"), Industry)
    region = named_filter("region", _("Region"), Region)
    owner = owner_filter()
    top = django_filters.ChoiceFilter(
        label=_("Top relation"), method="only_top", choices=[("yes", _("yes"))], empty_label=_("all")
    )
    quiet = django_filters.ChoiceFilter(
        label=_("No contact for"),
        method="gone_quiet",
        choices=[("30", _("30 days")), ("90", _("90 days")), ("180", _("half a year")), ("365", _("a year"))],
        empty_label=_("any"),
    )

    def only_top(self, accounts: QuerySet[Account], _name: str, _value: str) -> QuerySet[Account]:
        today = timezone.localdate()
        now = Q(top_relation__until__isnull=True) | Q(top_relation__until__gt=today)
        return accounts.filter(now, top_relation__since__lte=today, top_relation__deleted_at__isnull=True).distinct()

    def gone_quiet(self, accounts: QuerySet[Account], _name: str, days: str) -> QuerySet[Account]:
        since = timezone.now() - timedelta(days=int(days))
        return accounts.filter(Q(last_contact_at__isnull=True) | Q(last_contact_at__lt=since))


class OpportunityFilter(RecordFilter):
    account = django_filters.NumberFilter(field_name="account_id", widget=forms.HiddenInput)
    searched = ("name", "account__name", "system_key")
    outcome = choice_filter("outcome", _("Outcome"), Opportunity.Outcome.choices)
    stage = named_filter("stage", _("Stage"), Stage)
    source = named_filter("source", _("Source"), Source)
    owner = owner_filter()
    team = team_filter()
    overdue = django_filters.ChoiceFilter(
        label=_("Expected close"), method="close_date_passed", choices=[("yes", _("has passed"))], empty_label=_("all")
    )
    period = PeriodFilter(field_name="created_at", label=_("Created in"))
    closed = PeriodFilter(field_name="closed_at", label=_("Closed in"))

    def close_date_passed(self, records: QuerySet[Opportunity], _name: str, _value: str) -> QuerySet[Opportunity]:
        today: date = timezone.localdate()
        return records.filter(outcome=Opportunity.Outcome.OPEN, expected_close_on__lt=today)


class ActivityFilter(RecordFilter):
    account = django_filters.NumberFilter(field_name="account_id", widget=forms.HiddenInput)
    searched = ("subject", "account__name", "lead__company")
    kind = choice_filter("kind", _("Kind"), Activity.Kind.choices)
    state = choice_filter("state", _("State"), Activity.State.choices)
    owner = owner_filter()
    team = team_filter()
    period = PeriodFilter(field_name="moment", label=_("In"))


class QuoteFilter(RecordFilter):
    account = django_filters.NumberFilter(field_name="account_id", widget=forms.HiddenInput)
    searched = ("number", "account__name")
    state = choice_filter("state", _("State"), Quote.State.choices)
    owner = owner_filter()
    team = team_filter()
    period = PeriodFilter(field_name="sent_at", label=_("Sent in"))


class OrderFilter(RecordFilter):
    account = django_filters.NumberFilter(field_name="account_id", widget=forms.HiddenInput)
    searched = ("number", "account__name")
    owner = owner_filter()
    team = team_filter()
    period = PeriodFilter(field_name="ordered_at", label=_("Ordered in"))
