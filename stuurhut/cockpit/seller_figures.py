"""A seller's figures beside the own past and beside the team."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from stuurhut import replica
from stuurhut.cockpit.asking import Asked
from stuurhut.cockpit.metrics import SEVEN, sureness
from stuurhut.cockpit.seller import Seller
from stuurhut.cockpit.wording import dimension_words, value_words
from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.per_fte import is_told
from stuurhut.kpi.words.answer import Answer, Number, Value
from stuurhut.kpi.words.period import Period, add_months
from stuurhut.kpi.words.question import Comparison, Question
from stuurhut.kpi.words.scope import EVERYTHING
from stuurhut.people.teams import memberships_on, with_sub_teams
from stuurhut.ui.differences import Difference, difference
from stuurhut.ui.numbers import NOTHING, interval, plain, share, written

SUMMED = ("count", "money")
CONTACTS = "follow_ups_to_close"
DIMENSIONS = ("product", "industry", "segment")
MOST = 8  # rows of a dimension
FEW = 3  # deals; fewer say nothing of how many contacts one takes
Z95 = 1.959963984540054


@dataclass(frozen=True)
class Beside:
    """A figure of the seller, that of a year earlier, and that of the team at the same hours."""

    label: str
    address: str
    value: str
    before: Difference | None
    before_value: str
    team: str
    against_team: Difference | None
    sure: str


@dataclass(frozen=True)
class Contacts:
    """How many contacts a deal takes in one product, industry or segment: own and the team's, each with its number."""

    name: str
    own: str
    own_n: str
    team: str
    team_n: str
    difference: Difference | None


@dataclass(frozen=True)
class Dimension:
    """The products, industries or segments of a seller's deals, those with most deals first; where all of them are."""

    words: str
    address: str
    rows: tuple[Contacts, ...]
    left_out: int


@dataclass(frozen=True)
class Colleagues:
    """The team that a seller is laid beside, or the whole organisation; what it answers is told in total only."""

    asked: Asked
    seller: Seller

    @property
    def name(self) -> str:
        team = self.seller.team
        return team.team if team and self.seller.colleagues else _("the organisation")

    def question(self, key: str, **changes: Any) -> Question:
        own = self.asked.question(key, brief=True)
        where = tuple(pair for pair in own.where if pair[0] not in ("person", "team"))
        team = (("team", self.seller.colleagues),) if self.seller.colleagues else ()
        per_fte = is_told(kpi_of(key), (*changes.get("by", ()), *(name for name, _value in where)))
        return replace(own, where=(*where, *team), compare="", per_fte=per_fte, **changes)

    def ask(self, key: str, **changes: Any) -> Answer:
        return replica.ask(self.question(key, **changes), EVERYTHING)

    def by_their_own_clock(self, key: str) -> Answer:
        """The answer for all of them by the seller's clock: that is how it goes when persons are named."""
        members = memberships_on(self.asked.last_day)
        if self.seller.colleagues:
            members = members.filter(team_id__in=with_sub_teams([int(self.seller.colleagues)]))
        persons = sorted(members.values_list("person_id", flat=True).distinct())
        question = self.question(key)
        people = tuple(("person", str(person)) for person in persons)
        return replica.ask(replace(question, where=(*question.where, *people)), EVERYTHING)


def seven_beside(own: Asked, colleagues: Colleagues) -> list[Beside]:
    """The seven of the seller, each beside a year earlier and beside the team."""
    hands = replica.ask(own.question("fte_available", brief=True), own.scope).total.value
    return [_beside(own, colleagues, metric.key, hands) for metric in SEVEN]


def _beside(own: Asked, colleagues: Colleagues, key: str, hands: Number) -> Beside:
    compare: Comparison = own.compare
    answer = replica.ask(own.question(key, compare=compare, brief=True), own.scope)
    theirs = colleagues.by_their_own_clock(key) if key == "lead_response_time" else colleagues.ask(key)
    team = at_same_hours(theirs.total, answer.unit, hands)
    before = answer.compared_total.value if answer.compared_total else None
    value = answer.total.value

    def write(number: Number) -> str:
        return written(number, answer.unit, answer.currency, short=True)

    return Beside(
        label=_(kpi_of(key).label),
        address=own.address(reverse("kpi", args=[key]), by=""),
        value=write(value),
        before=difference(value, before, answer.unit, answer.better, answer.currency),
        before_value=write(before),
        team=write(team),
        against_team=against(answer, team),
        sure="" if value is None or key == "target_attainment" else sureness(answer),
    )


def at_same_hours(theirs: Value, unit: str, hands: Number) -> Number:
    """What the team did per FTE, for as many as the seller was there; shares, means and times as they are."""
    each: Any = theirs.more.get("per_fte")
    if unit not in SUMMED:
        return theirs.value
    return None if each is None or not hands else each * float(hands)


def against(answer: Answer, base: Number) -> Difference | None:
    """The difference with the team; judged only when it is more than chance: outside the 95% interval.

    Of a count that is Poisson's, by the normal approximation; money has none and is never judged.
    """
    total = answer.total
    found = difference(total.value, base, answer.unit, answer.better, answer.currency)
    if found is None or base is None:
        return None
    low, high = _interval(total, answer.unit)
    is_sure = low is not None and high is not None and not low <= float(base) <= high
    return found if is_sure else replace(found, verdict="none")


def _interval(total: Value, unit: str) -> tuple[float | None, float | None]:
    if total.low is not None and total.high is not None:
        return float(total.low), float(total.high)
    if unit == "count" and total.value:
        reach = Z95 * float(total.value) ** 0.5
        return float(total.value) - reach, float(total.value) + reach
    return None, None


# -- answering leads, top relations ----------------------------------------------------------------------------------


def response(own: Asked, colleagues: Colleagues) -> dict[str, str]:
    """How quickly leads get an answer: own, the team's, and the norm."""
    mine = replica.ask(own.question("lead_response_time", brief=True), own.scope).total
    team = colleagues.by_their_own_clock("lead_response_time").total
    norm = mine.more.get("norm_minutes")
    return {
        "own": written(mine.value, "minutes"),
        "team": written(team.value, "minutes"),
        "norm": written(norm, "minutes"),  # type: ignore[arg-type]
        "own_within": share(mine.more.get("within_norm")),  # type: ignore[arg-type]
        "team_within": share(team.more.get("within_norm")),  # type: ignore[arg-type]
        "n": plain(mine.n or 0),
        "sure": interval(mine.low, mine.high, "minutes"),
    }


def top_relations(own: Asked, colleagues: Colleagues) -> dict[str, str]:
    """Time and contact where it pays most: own and the team's."""
    mine, team = (ask("top_relation_time_share").total for ask in (_asker(own), colleagues.ask))
    met, met_team = (ask("top_relations_contacted").total for ask in (_asker(own), colleagues.ask))
    return {
        "own": share(mine.value),
        "team": share(team.value),
        "hours": written(mine.more.get("top_minutes"), "minutes"),  # type: ignore[arg-type]
        "all_hours": written(mine.more.get("minutes"), "minutes"),  # type: ignore[arg-type]
        "contacted": plain(met.value),
        "of": plain(met.n or 0),
        "contacted_share": share(met.more.get("share")),  # type: ignore[arg-type]
        "team_share": share(met_team.more.get("share")),  # type: ignore[arg-type]
        "address": own.address(reverse("kpi", args=["top_relation_time_share"]), by=""),
        "contacted_address": own.address(reverse("kpi_records", args=["top_relations_contacted"]), by=""),
    }


def _asker(own: Asked) -> Any:
    return lambda key: replica.ask(own.question(key, brief=True), own.scope)


# -- contacts to a deal ----------------------------------------------------------------------------------------------


def contacts_to_deal(own: Asked, colleagues: Colleagues) -> list[Dimension]:
    """Per dimension how many contacts a deal took in the past year, beside the team's (B3)."""
    until = own.last_day + timedelta(days=1)
    year = Period(add_months(until, -12), until)
    return [_dimension(own, colleagues, name, year) for name in DIMENSIONS]


def _dimension(own: Asked, colleagues: Colleagues, name: str, year: Period) -> Dimension:
    question = replace(own.question(CONTACTS, brief=True), period=year, by=(name,))
    mine = replica.ask(question, own.scope)
    team = {row.ids.get(name): row.value for row in colleagues.ask(CONTACTS, period=year, by=(name,)).rows}
    rows = sorted((row for row in mine.rows if row.value.n), key=lambda row: -(row.value.n or 0))
    shown = (_contacts(mine, value_words(name, r.names[name]), r.value, team.get(r.ids.get(name))) for r in rows[:MOST])
    address = own.address(reverse("kpi", args=[CONTACTS]), by=name, period=f"{year.start}..{year.until}")
    return Dimension(dimension_words(name), address, tuple(shown), max(0, len(rows) - MOST))


def _contacts(mine: Answer, name: str, own: Value, team: Value | None) -> Contacts:
    theirs = team or Value(None, n=0)
    is_enough = (own.n or 0) >= FEW and (theirs.n or 0) >= FEW
    return Contacts(
        name=name,
        own=_mean(own.value),
        own_n=plain(own.n or 0),
        team=_mean(theirs.value),
        team_n=plain(theirs.n or 0),
        difference=against(replace(mine, total=own), theirs.value) if is_enough else None,
    )


def _mean(value: Number) -> str:
    return NOTHING if value is None else plain(value, 1)
