"""The words that pages use for dimensions, further figures and the columns of worked examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from stuurhut.crm.models import (
    Account,
    Activity,
    BuyingPhase,
    Industry,
    LossReason,
    Product,
    ProductGroup,
    Region,
    Segment,
    Source,
    Stage,
    Strategy,
)
from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.catalogue.attainment import OWN_KEYS
from stuurhut.kpi.catalogue.quality_rules import RULES
from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.words.answer import Answer
from stuurhut.kpi.words.period import GRAINS
from stuurhut.people.models import Person, Team
from stuurhut.replica.asked import moment_from, period_from, zone
from stuurhut.ui.numbers import NOTHING, written
from stuurhut.ui.periods import called

DIMENSIONS: dict[str, Any] = {
    "person": _("person"), "team": _("team"), "lead_owner": _("owner of the lead"), "source": _("source"),
    "strategy": _("sales strategy"), "industry": _("industry"), "segment": _("segment"), "region": _("region"),
    "product": _("product"), "product_group": _("product group"), "stage": _("stage"), "kind": _("kind"),
    "channel": _("channel"), "account": _("account"), "loss_reason": _("loss reason"), "from_phase": _("from phase"),
    "rule": _("rule"), "to_phase": _("to phase"), "day": _("day"), "week": _("week"), "month": _("month"),
    "quarter": _("quarter"), "year": _("year"), "fiscal_year": _("fiscal year"),
}  # fmt: skip
MODELS: dict[str, type[Model]] = {
    "person": Person, "team": Team, "lead_owner": Person, "source": Source, "strategy": Strategy, "industry": Industry,
    "segment": Segment, "region": Region, "product": Product, "product_group": ProductGroup, "stage": Stage,
    "account": Account, "loss_reason": LossReason,
}  # fmt: skip
MORE: dict[str, tuple[Any, str]] = {
    "p90": (_("nine in ten within"), ""),
    "within_norm": (_("within the norm"), "ratio"),
    "norm_minutes": (_("the norm"), "minutes"),
    "answered": (_("answered"), "count"),
    "not_answered": (_("not answered yet"), "count"),
    "age_days": (_("judged at the age of"), "days"),
    "young": (_("still too young to count"), "count"),
    "young_won": (_("won among those"), "count"),
    "median": (_("median"), "number"),
    "leads": (_("open leads"), "count"),
    "fte": (_("available"), "fte"),
    "median_age": (_("median age"), "days"),
    "oldest_age": (_("the oldest"), "days"),
    "recorded_share": (_("recorded with marks"), "ratio"),
    "appointments": (_("appointments held"), "count"),
    "accepted": (_("accepted"), "count"),
    "open": (_("still open"), "count"),
    "target": (_("target"), "of"),
    "realised": (_("realised"), "of"),
    "pace": (_("pace"), "ratio"),
    "projected": (_("where it ends at this pace"), "of"),
    "elapsed_share": (_("of the working time has passed"), "ratio"),
    "within_a_day": (_("within a working day"), "ratio"),
    "offenders": (_("records that break a rule"), "count"),
    "mean_parts": (_("parts filled on average"), "number"),
    "share_with_contact": (_("known of"), "ratio"),
    "share_with_two": (_("with two or more"), "ratio"),
    "share": (_("as a share"), "ratio"),
    "available_days": (_("available working days"), "count"),
    "entered": (_("entered the stage"), "count"),
    "moved_on": (_("went on"), "count"),
    "lost": (_("lost there"), "count"),
    "undecided": (_("still undecided"), "count"),
    "left": (_("left the stage"), "count"),
    "still_there": (_("still there"), "count"),
    "forward": (_("of which forward"), "count"),
    "minutes": (_("minutes held"), "minutes"),
    "top_minutes": (_("of which with top relations"), "minutes"),
    "formation_fte": (_("FTE of the formation"), "fte"),
    "vacant_fte": (_("vacant FTE"), "fte"),
    "long_absent_fte": (_("FTE long absent"), "fte"),
    "needed": (_("still needed"), "of"),
    "overdue": (_("of which the expected close has passed"), "of"),
}
FACTS: dict[str, Any] = {
    "lead": _("Leads"), "activity": _("Activities"), "opportunity": _("Opportunities"),
    "opportunity_share": _("Opportunities with their credit"), "stage_entry": _("Entries into a stage"),
    "stage_probability": _("Probabilities of stages"), "quote": _("Quotes"), "order": _("Orders"),
    "order_share": _("Orders with their credit"), "account": _("Accounts"), "contact": _("Contacts"),
    "top_relation": _("Top relations"), "buying_phase": _("Buying phases"), "pain_gain": _("Pains and gains"),
    "profile_part": _("Parts of the profile"), "person_day": _("Working days of people"),
    "formation_day": _("Working days of the formation"), "calendar_day": _("Working days"), "target": _("Targets"),
    "lead_assignment": _("Assignments of leads"), "membership": _("Memberships"), "person_team": _("Teams of people"),
}  # fmt: skip


@dataclass(frozen=True)
class ExampleTable:
    """The rows of one fact of a worked example."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def dimension_words(name: str) -> str:
    """What a dimension is called; several with commas."""
    return ", ".join(str(DIMENSIONS.get(part, part)) for part in name.split(","))


def value_words(dimension: str, value: str | None) -> str:
    """What a value of a dimension is called."""
    if value is None or value == "":
        return gettext("not filled in")
    if dimension in GRAINS:
        here = zone()
        return called(period_from(value, moment_from("", here), here))
    if dimension in ("kind", "channel"):
        return str(dict(Activity.Kind.choices).get(value, value))
    if dimension == "rule" and value in RULES:
        return gettext(RULES[value])
    if dimension in ("from_phase", "to_phase") and value.isdigit():
        return str(dict(BuyingPhase.Phase.choices).get(int(value), value))
    return value


def name_of(dimension: str, value: str) -> str:
    """The name behind a filter's value when that is an id."""
    model = MODELS.get(dimension)
    if model is None or not value.isdigit():
        return value
    found = model._default_manager.filter(pk=int(value)).first()
    return str(found) if found is not None else value


def further_figures(answer: Answer, of: str) -> list[tuple[str, str]]:
    """The figures beside the total, in words; those of a target in the unit of the KPI that it is a target `of`."""
    target_unit, found = kpi_of(of).unit, []
    for name, (words, unit) in MORE.items():
        figure: Any = answer.total.more.get(name)
        if figure is None or isinstance(figure, (dict, list, tuple)):
            continue
        is_of_target = unit == "of" or (answer.kpi in OWN_KEYS and unit == "count")
        in_unit = target_unit if is_of_target else unit or answer.unit
        found.append((str(words), written(figure, in_unit, answer.currency)))
    return found


def example_tables(kpi: Kpi) -> list[ExampleTable]:
    """The few facts of the worked example, as tables."""
    return [_table(fact, rows) for fact, rows in kpi.example.facts.items()]


def _table(fact: str, rows: list[dict[str, Any]]) -> ExampleTable:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    cells = tuple(tuple(_cell(row.get(column)) for column in columns) for row in rows)
    return ExampleTable(
        str(FACTS.get(fact, fact)), tuple(str(COLUMNS.get(c, c.replace("_", " "))) for c in columns), cells
    )


def _cell(value: Any) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return str(value)


COLUMNS: dict[str, Any] = {
    "account": _("account"), "account_won_at": _("first deal won with the account"),
    "addressed_at": _("addressed"), "amount": _("amount"),
    "answered_at": _("answered"), "available_fte": _("available FTE"), "closed_at": _("closed"),
    "confirmed_at": _("confirmed"), "contract_fte": _("contract FTE"), "created_at": _("created"),
    "credit_person": _("credited to"), "credit_team": _("team of the credit"),
    "day": _("day"), "decided_at": _("decided"),
    "direction": _("direction"), "disqualified_at": _("disqualified"), "disqualified_reason": _("reason"),
    "entered_at": _("entered"), "filled_fte": _("filled FTE"), "formation_fte": _("FTE of the formation"),
    "found_at": _("found"), "id": _("its number"), "kind": _("kind"),
    "lead_id": _("lead"), "left_at": _("left the stage"),
    "long_absent_fte": _("FTE long absent"), "loss_reason": _("loss reason"), "margin": _("margin"),
    "marks_known": _("marks recorded"), "marks_yes": _("marks yes"), "minutes": _("minutes"), "name": _("name"),
    "next_appointment_at": _("next appointment"), "next_order_at": _("next order"), "next_quote_at": _("next quote"),
    "next_step_at": _("next step"), "nth": _("which time"),
    "occurred_at": _("occurred"), "opportunity_id": _("opportunity"),
    "ordered_at": _("ordered"), "outbound_before_close": _("contacts before closing"),
    "outbound_number": _("number of the contact"), "outcome": _("outcome"), "owner": _("owner"), "part": _("part"),
    "person": _("person"), "phase": _("phase"), "portion": _("credited amount"),
    "previous_appointment_at": _("previous appointment"), "probability": _("probability"), "qualified": _("qualified"),
    "qualified_at": _("qualified on"), "rating": _("rating"), "recorded_at": _("recorded"), "sent_at": _("sent"),
    "since_at": _("since"), "since_on": _("since"), "source": _("source"), "stage": _("stage"),
    "stage_order": _("order of the stage"), "starts_on": _("from the day"), "state": _("state"), "team": _("team"),
    "until_at": _("until the day"), "until_on": _("until the day"),
    "vacant_fte": _("vacant FTE"), "void_at": _("cancelled"),
    "working": _("working day"),
}  # fmt: skip
