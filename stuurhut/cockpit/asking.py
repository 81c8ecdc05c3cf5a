"""What a page was asked for: the query string as a period, a peildatum, a lens and filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest

from stuurhut.cockpit.lens import Lens, Where, lens_for
from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.per_fte import is_told
from stuurhut.kpi.words.period import Period, Zone
from stuurhut.kpi.words.question import Comparison, Question
from stuurhut.kpi.words.scope import Scope
from stuurhut.people.models import Person, User
from stuurhut.people.scope import scope_for
from stuurhut.people.teams import counting
from stuurhut.replica.asked import DEFAULT_OF, comparison_from, moment_from, period_from, zone

FILTERS = (
    "person", "lead_owner", "source", "strategy", "industry", "segment", "region", "product", "product_group", "stage",
    "loss_reason", "kind", "channel", "account", "rule", "from_phase", "to_phase",
    "day", "week", "month", "quarter", "year", "fiscal_year",
)  # fmt: skip
KEPT = ("period", "team", "as_of", "compare", "by", "of", "grain", "view", "measure", *FILTERS)
PERSONAL = ("person", "lead_owner")


AT_A_MOMENT = frozenset(  # what is so at a moment, and not over a period
    {
        "leads_open", "leads_open_per_fte", "leads_unanswered", "pipeline_open_count", "pipeline_open_value",
        "pipeline_weighted_value", "pipeline_coverage", "accounts_owned", "contacts_per_account",
        "top_relation_profile", "buying_phase_known", "pains_gains_per_top_relation", "data_quality",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """One page's question, without the KPI. `given` is the query string as it came, empty fields left out."""

    given: Mapping[str, str]
    zone: Zone
    period: Period
    as_of: datetime
    today: date
    compare: Comparison
    scope: Scope
    lens: Lens
    filters: Where

    @property
    def finished(self) -> bool:
        return self.as_of >= self.zone.instant(self.period.until)

    @property
    def begun(self) -> bool:
        return self.as_of > self.zone.instant(self.period.start)

    @property
    def last_day(self) -> date:
        """The last day that counts."""
        return min(self.period.until - timedelta(days=1), self.today)

    @property
    def chosen(self) -> str:
        """The period as it was asked; empty for the default."""
        return self.given.get("period", "")

    def question(
        self, kpi: str, *, by: tuple[str, ...] = (), compare: Comparison = "", of: str = "", brief: bool = False,
        per_fte: bool = False,
    ) -> Question:  # fmt: skip
        """The page's question for a KPI; `brief` where nothing is said of what was left out, and `per_fte` where it may
        be told so.
        """
        narrower = {name for name, _value in self.filters} & set(PERSONAL)
        where = () if narrower and not self.lens.team else self.lens.where
        if not self.lens.team:  # the scope holds this already; not every KPI can be asked so
            where = tuple(pair for pair in where if pair[0] in kpi_of(kpi).formula.dimensions)
        of = of or self.given.get("of", DEFAULT_OF)
        where = (*where, *self.filters)
        per_fte = per_fte and is_told(kpi_of(kpi), (*by, *(name for name, _value in where)))
        return Question(kpi, self.period, self.as_of, by, where, compare, of=of, brief=brief, per_fte=per_fte)

    def at_its_end(self) -> Asked:
        """The same at the end of its period when that is over: then what is so at a moment was what it was then."""
        end = self.zone.instant(self.period.until)
        if self.as_of <= end:
            return self
        last = self.period.until - timedelta(days=1)
        return replace(self, as_of=end, today=last, given={**self.given, "as_of": last.isoformat()})

    def address(self, path: str = "", **changes: str) -> str:
        """`path` with this question as query string; an empty value takes a name out of it."""
        fields = {**{name: self.given[name] for name in KEPT if name in self.given}, **changes}
        fields = {name: value for name, value in fields.items() if value}
        return f"{path}?{urlencode(fields)}" if fields else path or "?"


def asked(request: HttpRequest) -> Asked:
    """Reads the query string. Raises QuestionError with the remedy, or Http404 for what one may not see."""
    assert isinstance(request.user, User)
    fields = {name: str(value).strip() for name, value in request.GET.items()}
    given = {name: value for name, value in fields.items() if value}
    here = zone()
    as_of = moment_from(given.get("as_of", ""), here)
    today = here.day(as_of - timedelta(microseconds=1))
    period = period_from(given.get("period", ""), as_of, here)
    scope = scope_for(request.user)
    filters = tuple((name, given[name]) for name in FILTERS if name in given)
    lens = lens_for(request.user, scope, given.get("team", ""), today)
    _refuse_hidden_people(scope, lens, given)
    compare = comparison_from(given.get("compare", "last-year"))
    return Asked(given, here, period, as_of, today, compare, lens.scope, lens, filters)


def _refuse_hidden_people(scope: Scope, lens: Lens, given: Mapping[str, str]) -> None:
    """Raises Http404 when figures of single people are asked that one may not see."""
    if not lens.people and given.get("by") in PERSONAL:
        raise Http404(given["by"])
    for person in (given[name] for name in PERSONAL if name in given):
        if not visible_people(scope).filter(Q(pk=int(person)) if person.isdigit() else Q(name__iexact=person)).exists():
            raise Http404(person)


def visible_people(scope: Scope) -> QuerySet[Person]:
    """Those whose own figures the scope holds, now or from the time they were in one of its teams."""
    people = Person.objects.filter(counting())
    if scope.everything:
        return people
    return people.filter(Q(pk__in=scope.persons) | Q(memberships__team_id__in=scope.teams)).distinct()
