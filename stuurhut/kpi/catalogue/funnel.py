"""The funnel: calls to appointments to quotes to orders, as counts of one period and as what became of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import ibis
import ibis.expr.types as ir

from stuurhut.kpi.catalogue.activity import ACTIVITY, APPOINTMENTS, CALLS, appointments, flow_of, held
from stuurhut.kpi.catalogue.left import Rows, before, distinct_records, of_age, within
from stuurhut.kpi.catalogue.orders import ORDERS, standing
from stuurhut.kpi.catalogue.quotes import QUOTE, QUOTES, is_sent
from stuurhut.kpi.formula import By, Ratio, Share, record_rows
from stuurhut.kpi.inquiry import Inquiry
from stuurhut.kpi.kpi import Example, FactRows, Kpi
from stuurhut.kpi.study import Study, Where
from stuurhut.kpi.words.answer import Key, Left, Value
from stuurhut.kpi.words.text import gettext_noop as _

FOLLOWED_WITHIN = 90  # days

YOUNGER = _("less than ninety days before the peildatum")
QUOTES_ALONE = _("quotes without an appointment before")
ORDERS_WITHOUT_QUOTE = _("orders without a quote before")
ORDERS_WITHOUT_VISIT = _("orders without a visit before")


@dataclass(frozen=True)
class Followed:
    """Of the first steps in the period, the share followed by the next one within ninety days; Wilson 95%.

    Days are those of the calendar, and only first steps of which all ninety have passed count, so that each had the
    same time. An order that was cancelled or credited before T follows nothing. `alone` are next steps of the period
    that nothing went before: they count nowhere, and stand with the records.
    """

    fact: str
    moment: str
    where: Where
    following: str  # the columns, _at and _on, of the next step on the same lead, opportunity or account
    dimensions: frozenset[str]
    alone: Callable[[Study], ir.Table] | None = None
    alone_why: str = ""

    shows_everyone = True
    tells_course = True
    empty = Value(None, n=0)

    @cached_property
    def share(self) -> Share:
        share = Share(self.fact, self.moment, self._followed, self._of_age, self.dimensions)
        share = replace(share, more=self._amounts) if self.fact == "quote" else share
        return replace(share, beside=self._cancelled_since) if self.following == "next_order" else share

    def _of_age(self, t: ir.Table, _study: Study) -> ir.BooleanValue:
        return self.where(t) & of_age(t[f"{self.moment}_on"], FOLLOWED_WITHIN)

    def _followed(self, t: ir.Table, study: Study) -> ir.BooleanValue:
        following = before(t[f"{self.following}_at"], study)
        in_time = following & within(t[f"{self.following}_on"], t[f"{self.moment}_on"], FOLLOWED_WITHIN)
        return in_time | t.followed_id.notnull() if "followed_id" in t.columns else in_time

    def _amounts(self, t: ir.Table, study: Study) -> dict[str, ir.Value]:
        """What the first steps were worth, and those that were followed."""
        value = t.portion if "portion" in t.columns else t.amount
        return {"amount": value.sum(), "followed_amount": value.sum(where=self._followed(t, study))}

    def _cancelled_since(self, t: ir.Table, study: Study) -> ir.Table:
        """With `followed_id`, not null where an order followed in time that stood at T and was cancelled later."""
        steps, o = study.table(self.fact), study.table("order")
        o = o.filter(before(o.ordered_at, study) & o.void_at.notnull() & standing(o, study))
        o = o.select("account_id", "lead_id", "opportunity_id", next_at="ordered_at", next_on="ordered_on")
        in_time = [
            o.next_at >= steps[f"{self.moment}_at"],
            within(o.next_on, steps[f"{self.moment}_on"], FOLLOWED_WITHIN),
        ]
        pairs = [
            steps.inner_join(o, [steps[on] == o[on], *in_time]).select(followed_id=steps.id)
            for on in ("account_id", "lead_id", "opportunity_id")
        ]
        followed = ibis.union(*pairs, distinct=True)
        return t.left_join(followed, t.id == followed.followed_id)

    def _young(self, study: Study) -> ir.Table:
        def young(t: ir.Table) -> ir.BooleanValue:
            return self.where(t) & ~of_age(t[f"{self.moment}_on"], FOLLOWED_WITHIN)

        return study.flow(self.fact, self.moment, where=young)

    def groups(self, inquiry: Inquiry, by: By) -> dict[Key, Value]:
        return self.share.groups(inquiry, by)

    def excluded(self, inquiry: Inquiry) -> list[Left]:
        left = [Left(YOUNGER, distinct_records(inquiry, self._young))]
        if self.alone:
            left.append(Left(self.alone_why, distinct_records(inquiry, self.alone)))
        return left

    def records(self, inquiry: Inquiry) -> ir.Table | None:
        found = self.share.records(inquiry)
        if found is None or not self.alone:
            return found
        quotes = self.following == "next_quote"
        t = self.alone(inquiry.study)
        kind, on = ("quote", "sent_on") if quotes else ("order", "ordered_on")
        return found.union(record_rows(t, kind, "owner_id", on, ibis.literal(False)))


def _quotes_alone(study: Study) -> ir.Table:
    return study.flow("quote", "sent", where=lambda t: is_sent(t) & t.previous_appointment_at.isnull())


def _orders_without(earlier: Rows) -> Rows:
    """Orders of the period with no earlier row (account_id, opportunity_id, at) on the same account or opportunity."""

    def orders(study: Study) -> ir.Table:
        t = study.flow("order", "ordered", where=lambda t: standing(t, study))
        steps = earlier(study)
        preceded = ibis.literal(False)
        for on in ("account_id", "opportunity_id"):
            first = steps.group_by(**{f"same_{on}": steps[on]}).aggregate(**{f"first_{on}": steps["at"].min()})
            t = t.left_join(first, t[on] == first[f"same_{on}"])
        for on in ("account_id", "opportunity_id"):
            preceded = preceded | (t[f"first_{on}"] <= t.ordered_at).fill_null(ibis.literal(False))
        return t.filter(~preceded)

    return orders


def _sent_quotes(study: Study) -> ir.Table:
    t = study.table("quote")
    return t.filter(is_sent(t)).select("account_id", "opportunity_id", at=t.sent_at)


def _held_visits(study: Study) -> ir.Table:
    t = study.table("activity")
    return t.filter(held("visit")(t)).select("account_id", "opportunity_id", at=t.occurred_at)


_STEPS: dict[str, FactRows] = {
    "activity": [
        {"kind": "call", "occurred_at": "2026-01-12 09:00", "owner": "Alice", "team": "Noord", "account": "Bakker BV",
         "outcome": "reached", "next_appointment_at": "2026-01-19 10:00"},
        {"kind": "call", "occurred_at": "2026-01-12 09:30", "owner": "Alice", "team": "Noord", "account": "Visser",
         "outcome": "not_reached", "next_appointment_at": "2026-04-29 10:00"},
        {"kind": "call", "occurred_at": "2026-01-13 09:00", "owner": "Bram", "team": "Noord", "account": "Kaas & Zn",
         "outcome": "reached"},
        {"kind": "call", "occurred_at": "2026-01-14 09:00", "owner": "Bram", "team": "Noord", "account": "Visser",
         "outcome": "reached"},
        {"kind": "visit", "occurred_at": "2026-01-19 10:00", "owner": "Alice", "team": "Noord", "account": "Bakker BV",
         "next_quote_at": "2026-01-26 12:00", "next_order_at": "2026-02-09 12:00"},
        {"kind": "visit", "occurred_at": "2026-01-20 10:00", "owner": "Bram", "team": "Noord", "account": "Kaas & Zn"},
    ],
    "quote": [
        {"sent_at": "2026-01-26 12:00", "owner": "Alice", "team": "Noord", "account": "Bakker BV", "amount": 8000,
         "previous_appointment_at": "2026-01-19 10:00", "next_order_at": "2026-01-30 12:00"},
        {"sent_at": "2026-01-27 12:00", "owner": "Bram", "team": "Noord", "account": "Visser", "amount": 3000},
    ],
    "order": [
        {"ordered_at": "2026-01-30 12:00", "owner": "Alice", "team": "Noord", "account": "Bakker BV", "amount": 8000},
        {"ordered_at": "2026-01-30 15:00", "owner": "Bram", "team": "Noord", "account": "De Boer", "amount": 1000},
    ],
}  # fmt: skip


def _ratio(key: str, label: str, meaning: str, above: Ratio, story: str, expect: float, **rows: float) -> Kpi:
    example = Example(story, _STEPS, expect, "2026-01", "2026-04-30", ("person",), rows=dict(rows))
    return Kpi(key, label, meaning, "ratio", "higher", "funnel", above, example)


def _cohort(key: str, label: str, meaning: str, followed: Followed, story: str, expect: float, **rows: float) -> Kpi:
    example = Example(story, _STEPS, expect, "2026-01", "2026-04-30", ("person",), rows=dict(rows))
    return Kpi(key, label, meaning, "ratio", "higher", "funnel", followed, example)


KPIS = (
    _ratio(
        "call_to_appointment",
        _("Appointments per call"),
        _("Appointments held in the period over the calls held in it."),
        Ratio(APPOINTMENTS, CALLS),
        _("Two appointments and four calls in January: 0.5 appointment per call."),
        0.5,
        Alice=0.5,
        Bram=0.5,
    ),
    _cohort(
        "call_to_appointment_cohort",
        _("Calls that led to an appointment"),
        _(
            "Of the calls held in the period, the share followed by an appointment with the same lead, opportunity or"
            " account within ninety days."
        ),
        Followed("activity", "occurred", held("call"), "next_appointment", ACTIVITY),
        _("Of four calls in January one led to an appointment in a week. That of Visser came after ninety days."),
        0.25,
        Alice=0.5,
        Bram=0,
    ),
    _ratio(
        "appointment_to_quote",
        _("Quotes per appointment"),
        _("Quotes sent in the period over the appointments held in it."),
        Ratio(QUOTES, APPOINTMENTS),
        _("Two quotes and two appointments in January: one quote per appointment."),
        1,
        Alice=1,
        Bram=1,
    ),
    _cohort(
        "appointment_to_quote_cohort",
        _("Appointments that led to a quote"),
        _(
            "Of the appointments held in the period, the share followed by a quote to the same lead, opportunity or"
            " account within ninety days."
        ),
        Followed("activity", "occurred", appointments, "next_quote", ACTIVITY, _quotes_alone, QUOTES_ALONE),
        _("Of two visits that to Bakker BV led to a quote. The quote to Visser had no appointment before it."),
        0.5,
        Alice=1,
        Bram=0,
    ),
    _ratio(
        "quote_to_order",
        _("Orders per quote"),
        _("Orders placed in the period over the quotes sent in it."),
        Ratio(ORDERS, QUOTES),
        _("Two orders and two quotes in January: one order per quote."),
        1,
        Alice=1,
        Bram=1,
    ),
    _cohort(
        "quote_to_order_cohort",
        _("Quotes that led to an order"),
        _(
            "Of the quotes sent in the period, the share followed by an order on the same opportunity or account within"
            " ninety days."
        ),
        Followed("quote", "sent", is_sent, "next_order", QUOTE, _orders_without(_sent_quotes), ORDERS_WITHOUT_QUOTE),
        _("Of two quotes that to Bakker BV became an order. De Boer ordered without a quote."),
        0.5,
        Alice=1,
        Bram=0,
    ),
    _ratio(
        "orders_per_visit",
        _("Orders per visit"),
        _("Orders placed in the period over the visits held in it."),
        Ratio(ORDERS, flow_of(held("visit"))),
        _("Two orders and two visits in January: one order per visit."),
        1,
        Alice=1,
        Bram=1,
    ),
    _cohort(
        "orders_per_visit_cohort",
        _("Visits that led to an order"),
        _(
            "Of the visits held in the period, the share followed by an order on the same opportunity or account within"
            " ninety days."
        ),
        Followed(
            "activity",
            "occurred",
            held("visit"),
            "next_order",
            ACTIVITY,
            _orders_without(_held_visits),
            ORDERS_WITHOUT_VISIT,
        ),
        _("Of two visits that to Bakker BV was followed by an order. De Boer ordered without a visit."),
        0.5,
        Alice=1,
        Bram=0,
    ),
)
