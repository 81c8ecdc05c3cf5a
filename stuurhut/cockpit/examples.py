"""The few facts of a worked example, as tables that anybody can check by hand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from stuurhut.crm.models import Account, Activity, Lead, Opportunity, PainGain, Quote
from stuurhut.kpi.kpi import Kpi
from stuurhut.ui.numbers import NOTHING, decimals_for, plain, short_day

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


CHOICES = (
    Activity.Kind, Activity.Direction, Activity.State, Activity.Outcome, Lead.Reason, Opportunity.Outcome, Quote.State,
    Account.Kind, PainGain.Kind,
)  # fmt: skip
VALUES: dict[str, Any] = {value: label for choices in CHOICES for value, label in choices.choices} | {
    "spend_pattern": _("spend pattern"), "order_volume": _("order volume"), "suppliers": _("suppliers"),
    "right_contacts": _("right contacts"), "sales_value": _("sales"), "Won": _("Won"), "Lost": _("Lost"),
    "Negotiation": _("Negotiation"), "Qualifying": _("Qualifying"),
}  # fmt: skip


@dataclass(frozen=True)
class ExampleTable:
    """The rows of one fact of a worked example."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


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
    """A value as people write it: days and amounts the reader's way, words of our own translated."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, date):
        return f"{short_day(value)} {value.year}"
    if not isinstance(value, str):
        return plain(value, 0 if isinstance(value, int) else decimals_for(value))
    if re.fullmatch(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?", value):
        moment = datetime.fromisoformat(value)
        return f"{short_day(moment.date())} {moment.year}{value[10:]}"
    if re.fullmatch(r"\d+\.\d+", value):
        return plain(Decimal(value), 2)
    return str(VALUES.get(value, value))


COLUMNS: dict[str, Any] = {
    "account": _("account"), "account_won_at": _("first deal won with the account"),
    "addressed_at": _("addressed"), "amount": _("amount"),
    "answered_at": _("answered"), "available_fte": _("available FTE"), "closed_at": _("closed"),
    "confirmed_at": _("confirmed"), "contract_fte": _("contract FTE"), "created_at": _("created"),
    "credit_person": _("credited to"), "credit_team": _("team of the credit"),
    "day": _("day"), "decided_at": _("decided"),
    "direction": _("direction"), "disqualified_at": _("disqualified"), "disqualified_reason": _("reason"),
    "currency": _("currency"), "entered_at": _("entered"), "expected_close_on": _("expected close"),
    "filled_fte": _("filled FTE"), "formation_fte": _("FTE of the formation"),
    "found_at": _("found"), "id": _("its number"), "kind": _("kind"),
    "kpi": _("figure"), "lead_id": _("lead"), "left_at": _("left the stage"),
    "long_absent_fte": _("FTE long absent"), "loss_reason": _("loss reason"), "margin": _("margin"),
    "marks_known": _("marks recorded"), "marks_yes": _("marks yes"), "minutes": _("minutes"), "name": _("name"),
    "next_appointment_at": _("next appointment"), "next_order_at": _("next order"), "next_quote_at": _("next quote"),
    "next_step_at": _("next step"), "nth": _("which time"),
    "occurred_at": _("occurred"), "opportunity_id": _("opportunity"),
    "ordered_at": _("ordered"), "outbound_before_close": _("contacts before closing"),
    "outbound_number": _("number of the contact"), "outcome": _("outcome"), "owner": _("owner"), "part": _("part"),
    "person": _("person"), "phase": _("phase"), "portion": _("credited amount"),
    "previous_appointment_at": _("previous appointment"), "probability": _("probability"), "qualified": _("qualified"),
    "qualified_at": _("qualified on"), "rating": _("rating"), "recorded_at": _("recorded"),
    "selling_fte": _("FTE of sellers"), "sent_at": _("sent"),
    "set_at": _("set on"), "since_at": _("since"), "since_on": _("since"), "source": _("source"), "stage": _("stage"),
    "stage_order": _("order of the stage"), "starts_on": _("from the day"), "state": _("state"), "team": _("team"),
    "until_at": _("until the day"), "until_on": _("until the day"),
    "vacant_fte": _("vacant FTE"), "void_at": _("cancelled"),
    "value": _("value"), "version": _("version"), "working": _("working day"),
}  # fmt: skip
