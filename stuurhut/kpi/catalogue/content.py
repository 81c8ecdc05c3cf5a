"""What is in the contacts: new customers, appointments that are worth something, and coffee."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from stuurhut.kpi.catalogue.activity import ACTIVITY, HELD_WITHOUT_DATE, appointments, held
from stuurhut.kpi.catalogue.left import NO_ACCOUNT, before, both, flow_lacking, of_age, within
from stuurhut.kpi.catalogue.orders import with_first_order
from stuurhut.kpi.formula import By, Computed, Flow, Share, count, record_rows
from stuurhut.kpi.inquiry import Inquiry
from stuurhut.kpi.kpi import Example, FactRows, Kpi
from stuurhut.kpi.statistics.intervals import wilson
from stuurhut.kpi.study import Study, grouped
from stuurhut.kpi.words.answer import Key, Value
from stuurhut.kpi.words.text import gettext_noop as _

MARKS = 4
VALUABLE = 3  # marks with yes
NEXT_STEP_DAYS = 30


def _recorded(t: ir.Table) -> ir.BooleanValue:
    return t.marks_known > 0


def _appointments(study: Study, by: By = ()) -> ir.Table:
    return study.flow("activity", "occurred", by, where=appointments)


def _valuable_sums(study: Study, by: By) -> ir.Table:
    t = _appointments(study, by)
    recorded = _recorded(t)
    hits = (recorded & (t.marks_yes >= VALUABLE)).sum()
    return grouped(t, by, hits=hits, n=recorded.sum(), appointments=count(t))


def _valuable(inquiry: Inquiry, by: By) -> dict[Key, Value]:
    """Of the appointments with marks, the share with three yes or more; beside it the share that has marks."""
    values = {}
    for key, row in inquiry.found(_valuable_sums, by).items():
        held_in_all, marked = row["appointments"], row["n"] or 0
        more = {"recorded_share": marked / held_in_all if held_in_all else None, "appointments": held_in_all}
        values[key] = wilson(row["hits"] or 0, marked, more=more)
    return values


def _marked_records(inquiry: Inquiry) -> ir.Table:
    t = _appointments(inquiry.study)
    t = t.filter(_recorded(t))
    return record_rows(t, "activity", "owner_id", "occurred_on", t.marks_yes >= VALUABLE)


def _all_no(t: ir.Table) -> ir.BooleanValue:
    return appointments(t) & (t.marks_known == MARKS) & (t.marks_yes == 0)


def _led_nowhere(t: ir.Table, study: Study) -> ir.BooleanValue:
    """At least thirty days old, and no quote, planned activity or phase change in the thirty days after it."""
    in_time = within(t.next_step_on, t.occurred_on, NEXT_STEP_DAYS) & before(t.next_step_at, study)
    return of_age(t.occurred_on, NEXT_STEP_DAYS) & ~in_time.fill_null(ibis.literal(False))


def _too_young(t: ir.Table, _study: Study) -> ir.BooleanValue:
    return _all_no(t) & ~of_age(t.occurred_on, NEXT_STEP_DAYS)


def _new(t: ir.Table, _study: Study) -> ir.BooleanValue:
    """With an account that had no order, and no won deal, before that moment."""
    bought = (t.account_won_at < t.occurred_at) | (t.first_ordered_at < t.occurred_at)
    return ~bought.fill_null(ibis.literal(False))


_DIARY: FactRows = [
    {"kind": "visit", "occurred_at": "2026-03-02 10:00", "owner": "Alice", "team": "Noord", "account": "Bakker BV",
     "marks_known": 4, "marks_yes": 3, "next_step_at": "2026-03-09 10:00", "account_won_at": "2025-10-06 12:00"},
    {"kind": "visit", "occurred_at": "2026-03-03 10:00", "owner": "Bram", "team": "Noord", "account": "Kaas & Zn",
     "marks_known": 4, "marks_yes": 0},
    {"kind": "meeting", "occurred_at": "2026-03-04 10:00", "owner": "Bram", "team": "Noord", "account": "Visser",
     "marks_known": 4, "marks_yes": 0, "next_step_at": "2026-03-20 10:00"},
    {"kind": "demo", "occurred_at": "2026-03-05 10:00", "owner": "Bram", "team": "Noord", "account": "Visser",
     "marks_known": 4, "marks_yes": 1, "next_step_at": "2026-03-20 10:00"},
    {"kind": "visit", "occurred_at": "2026-03-06 10:00", "owner": "Bram", "team": "Noord", "account": "Kaas & Zn"},
    {"kind": "call", "occurred_at": "2026-03-09 10:00", "owner": "Alice", "team": "Noord", "account": "Visser"},
]  # fmt: skip

KPIS = (
    Kpi(
        key="new_customer_share",
        label=_("Share with new customers"),
        meaning=_(
            "Of the calls and visits held in the period, the share with accounts that had no order or won deal yet."
        ),
        unit="ratio",
        better="higher",
        phase="contact",
        formula=Share(
            "activity",
            "occurred",
            hit=_new,
            where=lambda t, _s: held("call", "visit")(t) & t.account_id.notnull(),
            dimensions=ACTIVITY,
            beside=with_first_order,
            left_out=both(
                HELD_WITHOUT_DATE,
                flow_lacking(
                    NO_ACCOUNT, "activity", "occurred", lambda t, _s: held("call", "visit")(t) & t.account_id.isnull()
                ),
            ),
        ),
        example=Example(
            story=_("Of four calls and visits one was with Bakker BV, who had bought before: three quarters were new."),
            facts={"activity": _DIARY},
            expect=0.75,
            by=("person",),
            rows={"Alice": 0.5, "Bram": 1},
        ),
    ),
    Kpi(
        key="valuable_appointment_share",
        label=_("Valuable appointments"),
        meaning=_(
            "Of the appointments in the period of which the content was recorded, the share with at least three of the"
            " four marks: benefit for the customer named, customer had prepared, advice given, proposal asked for."
        ),
        unit="ratio",
        better="higher",
        phase="contact",
        formula=Computed(
            _valuable,
            ACTIVITY,
            shows_everyone=True,
            empty=Value(None, n=0, more={"recorded_share": None, "appointments": 0}),
            left_out=both(
                HELD_WITHOUT_DATE,
                flow_lacking(
                    _("content not recorded"), "activity", "occurred", lambda t, _s: appointments(t) & ~_recorded(t)
                ),
            ),
            behind=_marked_records,
        ),
        example=Example(
            story=_("Of five appointments the content of four was recorded; one of those has three marks: a quarter."),
            facts={"activity": _DIARY},
            expect=0.25,
            by=("person",),
            rows={"Alice": 1, "Bram": 0},
        ),
    ),
    Kpi(
        key="coffee_appointments",
        label=_("Coffee appointments"),
        meaning=_(
            "Appointments of the period, held at least thirty days before the peildatum, of which all four marks are"
            " no and that no quote, planned activity or phase change followed within thirty days."
        ),
        unit="count",
        better="lower",
        phase="contact",
        formula=Flow(
            "activity",
            "occurred",
            where=_all_no,
            still=_led_nowhere,
            dimensions=ACTIVITY,
            left_out=both(
                HELD_WITHOUT_DATE,
                flow_lacking(_("held less than thirty days ago"), "activity", "occurred", _too_young),
                flow_lacking(
                    _("content not fully recorded"),
                    "activity",
                    "occurred",
                    lambda t, _s: appointments(t) & (t.marks_known < MARKS),
                ),
            ),
        ),
        example=Example(
            story=_(
                "Two appointments of Bram have no mark at all. One led to a next step in time, the other to nothing."
            ),
            facts={"activity": _DIARY},
            expect=1,
            as_of="2026-04-30",
            by=("person",),
            rows={"Alice": 0, "Bram": 1},
        ),
    ),
)
