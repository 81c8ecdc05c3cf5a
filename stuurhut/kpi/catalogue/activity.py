"""Whether the hands move: calls, visits and other contacts held in the period."""

from __future__ import annotations

import ibis.expr.types as ir

from stuurhut.kpi.catalogue.left import LeftOut, both, flow_lacking, undated
from stuurhut.kpi.formula import PEOPLE, SALE, TIME, Flow
from stuurhut.kpi.kpi import Example, FactRows, Kpi
from stuurhut.kpi.study import Study, Where
from stuurhut.kpi.words.text import gettext_noop as _

ACTIVITY = TIME | PEOPLE | SALE | {"kind", "channel", "lead_owner"}

UNLINKED = _("outbound contact that names no lead or opportunity")
HELD_WITHOUT_DATE = undated("activity", "occurred", _("held, but nobody knows when"), lambda t, _s: t.state == "held")


def held(*kinds: str) -> Where:
    """Activities of these kinds that took place; of any kind without one named."""
    if not kinds:
        return lambda t: t.state == "held"
    return lambda t: (t.state == "held") & t.kind.isin(kinds)


def appointments(t: ir.Table) -> ir.BooleanValue:
    """Visits, meetings, video calls and demos that took place."""
    return (t.state == "held") & t.is_appointment


def _unlinked(t: ir.Table, _study: Study) -> ir.BooleanValue:
    return t.is_contact & (t.direction == "out") & t.lead_id.isnull() & t.opportunity_id.isnull()


def flow_of(where: Where, left_out: LeftOut | None = None) -> Flow:
    """Activities of the period for which `where` holds, by every dimension an activity has."""
    return Flow("activity", "occurred", where=where, dimensions=ACTIVITY, left_out=left_out or HELD_WITHOUT_DATE)


CALLS = flow_of(held("call"))
APPOINTMENTS = flow_of(appointments)

_BUSY: FactRows = [
    {"kind": "call", "outcome": "reached", "occurred_at": "2026-03-02 09:10", "owner": "Alice", "team": "Noord"},
    {"kind": "call", "outcome": "not_reached", "occurred_at": "2026-03-02 09:20", "owner": "Alice", "team": "Noord"},
    {"kind": "call", "outcome": "", "occurred_at": "2026-03-03 09:30", "owner": "Bram", "team": "Noord"},
    {"kind": "visit", "occurred_at": "2026-03-04 10:00", "owner": "Alice", "team": "Noord", "account": "Bakker BV"},
    {"kind": "visit", "state": "cancelled", "occurred_at": "2026-03-05 10:00", "owner": "Bram", "team": "Noord"},
    {"kind": "visit", "state": "no_show", "occurred_at": "2026-03-05 14:00", "owner": "Bram", "team": "Noord"},
    {"kind": "meeting", "occurred_at": "2026-03-06 11:00", "owner": "Bram", "team": "Noord"},
    {"kind": "video", "occurred_at": "2026-03-09 11:00", "owner": "Bram", "team": "Noord"},
    {"kind": "demo", "occurred_at": "2026-03-10 11:00", "owner": "Bram", "team": "Noord"},
    {"kind": "email", "direction": "in", "occurred_at": "2026-03-10 12:00", "owner": "Alice", "team": "Noord"},
    {"kind": "email", "occurred_at": "2026-03-11 12:00", "owner": "Alice", "team": "Noord"},
    {"kind": "event", "occurred_at": "2026-03-12 18:00", "owner": "Bram", "team": "Noord"},
    {"kind": "visit", "occurred_at": "2026-02-26 10:00", "owner": "Alice", "team": "Noord", "account": "Bakker BV"},
]
_FOLLOWED: FactRows = [
    {"kind": "call", "outcome": "reached", "occurred_at": "2026-02-27 09:00", "owner": "Alice", "team": "Noord",
     "lead_id": 1, "outbound_number": 1},
    {"kind": "email", "occurred_at": "2026-03-02 09:00", "owner": "Alice", "team": "Noord", "lead_id": 1,
     "outbound_number": 2},
    {"kind": "visit", "occurred_at": "2026-03-04 09:00", "owner": "Alice", "team": "Noord", "opportunity_id": 1,
     "outbound_number": 3},
    {"kind": "call", "outcome": "reached", "occurred_at": "2026-03-04 11:00", "owner": "Bram", "team": "Noord",
     "lead_id": 2, "outbound_number": 1},
    {"kind": "email", "direction": "in", "occurred_at": "2026-03-05 11:00", "owner": "Bram", "team": "Noord",
     "lead_id": 2},
]  # fmt: skip


def _kpi(key: str, label: str, meaning: str, formula: Flow, story: str, expect: int, **rows: int) -> Kpi:
    """A count of activities, with March in two sellers' diaries as its example."""
    example = Example(story=story, facts={"activity": _BUSY}, expect=expect, by=("person",), rows=dict(rows))
    return Kpi(key, label, meaning, "count", "higher", "contact", formula, example)


KPIS = (
    _kpi(
        "calls",
        _("Calls"),
        _("Calls held in the period, whether someone was reached or not."),
        CALLS,
        _("Alice called twice in March and Bram once."),
        3,
        Alice=2,
        Bram=1,
    ),
    _kpi(
        "calls_reached",
        _("Calls reached"),
        _("Calls held in the period in which the other was reached."),
        flow_of(
            lambda t: held("call")(t) & (t.outcome == "reached"),
            both(
                HELD_WITHOUT_DATE,
                flow_lacking(
                    _("outcome of the call not recorded"),
                    "activity",
                    "occurred",
                    lambda t, _s: held("call")(t) & ~t.outcome.isin(["reached", "not_reached"]).fill_null(False),
                ),
            ),
        ),
        _("Of the three calls in March one reached somebody, one nobody, and of one the outcome was not recorded."),
        1,
        Alice=1,
        Bram=0,
    ),
    _kpi(
        "visits",
        _("Visits"),
        _("Visits held in the period."),
        flow_of(held("visit")),
        _("Alice visited once in March. The visits of Bram were cancelled or found a closed door and do not count."),
        1,
        Alice=1,
        Bram=0,
    ),
    _kpi(
        "meetings",
        _("Meetings"),
        _("Meetings held in the period, elsewhere than at the customer's."),
        flow_of(held("meeting")),
        _("Bram had one meeting in March."),
        1,
        Alice=0,
        Bram=1,
    ),
    _kpi(
        "demos",
        _("Demos"),
        _("Demonstrations held in the period."),
        flow_of(held("demo")),
        _("Bram gave one demo in March."),
        1,
        Alice=0,
        Bram=1,
    ),
    _kpi(
        "videos",
        _("Video calls"),
        _("Video calls held in the period."),
        flow_of(held("video")),
        _("Bram had one video call in March."),
        1,
        Alice=0,
        Bram=1,
    ),
    _kpi(
        "emails",
        _("E-mails"),
        _("E-mails with customers and prospects in the period, sent and received."),
        flow_of(held("email")),
        _("Alice received one e-mail in March and sent one."),
        2,
        Alice=2,
        Bram=0,
    ),
    _kpi(
        "appointments",
        _("Appointments"),
        _("Visits, meetings, video calls and demos held in the period."),
        APPOINTMENTS,
        _("One visit of Alice, and a meeting, a video call and a demo of Bram: four appointments in March."),
        4,
        Alice=1,
        Bram=3,
    ),
    _kpi(
        "activities",
        _("Activities"),
        _("All activities held in the period: calls, appointments, e-mails, events and others."),
        flow_of(held()),
        _("Ten activities took place in March; what was cancelled or not kept does not count."),
        10,
        Alice=5,
        Bram=5,
    ),
    Kpi(
        key="follow_ups",
        label=_("Follow-ups"),
        meaning=_("Outbound contacts held in the period on leads and opportunities, after the first one with each."),
        unit="count",
        better="higher",
        phase="contact",
        formula=flow_of(
            lambda t: (
                t.is_contact
                & (t.direction == "out")
                & (t.outbound_number > 1)
                & (t.lead_id.notnull() | t.opportunity_id.notnull())
            ),
            both(flow_lacking(UNLINKED, "activity", "occurred", _unlinked), HELD_WITHOUT_DATE),
        ),
        example=Example(
            story=_("After the first call in February Alice wrote and visited in March. Bram only made a first call."),
            facts={"activity": _FOLLOWED},
            expect=2,
            by=("person",),
            rows={"Alice": 2, "Bram": 0},
        ),
    ),
)
