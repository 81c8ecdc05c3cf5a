"""Top relations: whether there is contact, time and knowledge where it pays most."""

from __future__ import annotations

import ibis.expr.types as ir

from stuurhut.kpi.catalogue.activity import ACTIVITY, HELD_WITHOUT_DATE, held
from stuurhut.kpi.catalogue.customers import ACCOUNTS
from stuurhut.kpi.catalogue.left import both, flow_lacking
from stuurhut.kpi.formula import By, Computed, record_rows
from stuurhut.kpi.inquiry import Inquiry
from stuurhut.kpi.kpi import Example, FactRows, Kpi
from stuurhut.kpi.statistics.intervals import wilson
from stuurhut.kpi.study import Study, grouped
from stuurhut.kpi.words.answer import Key, Value
from stuurhut.kpi.words.text import gettext_noop as _


def top_relations(study: Study, by: By = ()) -> ir.Table:
    """Accounts that were top relations on the day of T, with their owner at T."""
    top = study.table("top_relation")
    top = top.filter((top.since_on <= study.today) & (top.until_on.isnull() | (top.until_on > study.today)))
    return study.balance("account", by, where=lambda t: t.id.isin(top.account_id))


def _contacted(study: Study, by: By = ()) -> ir.Table:
    """Top relations with `contacted`: a two-way contact in the period by the one who owned them at T."""
    a = study.table("activity")
    a = a.filter(a.is_two_way & (a.occurred_at >= study.start) & (a.occurred_at < study.until))
    pairs = a.select(spoken_with=a.account_id, spoken_by=a.owner_id).distinct()
    t = top_relations(study, by)
    t = t.left_join(pairs, (t.id == pairs.spoken_with) & (t.owner_id == pairs.spoken_by))
    return t.mutate(contacted=t.spoken_with.notnull())


def _contacted_sums(study: Study, by: By) -> ir.Table:
    t = _contacted(study, by)
    return grouped(t, by, hits=t.contacted.sum(), n=t.count())


def _contacted_count(inquiry: Inquiry, by: By) -> dict[Key, Value]:
    values = {}
    for key, row in inquiry.found(_contacted_sums, by).items():
        share = wilson(row["hits"] or 0, row["n"])
        more: dict[str, object] = {"share": share.value, "share_low": share.low, "share_high": share.high}
        values[key] = Value(row["hits"] or 0, n=row["n"], more=more)
    return values


def _minutes(study: Study, by: By = ()) -> ir.Table:
    """Activities held in the period with `at_top`: the account was a top relation on that day."""
    t = study.flow("activity", "occurred", by, where=lambda t: held()(t) & t.minutes.notnull())
    a, top = study.table("activity"), study.table("top_relation")
    spans = top.select(top_account=top.account_id, top_since=top.since_on, top_until=top.until_on)
    during = [
        a.account_id == spans.top_account,
        spans.top_since <= a.occurred_on,
        spans.top_until.isnull() | (spans.top_until > a.occurred_on),
    ]
    at_top = a.join(spans, during).select(top_id=a.id).distinct()
    t = t.left_join(at_top, t.id == at_top.top_id)  # Spark allows no IN outside a filter
    return t.mutate(at_top=t.top_id.notnull())


def _time_sums(study: Study, by: By) -> ir.Table:
    t = _minutes(study, by)
    return grouped(t, by, top=t.minutes.sum(where=t.at_top), minutes=t.minutes.sum(), n=t.count())


def _time_share(inquiry: Inquiry, by: By) -> dict[Key, Value]:
    return {
        key: Value(
            (row["top"] or 0) / row["minutes"] if row["minutes"] else None,
            n=row["n"],
            more={"minutes": row["minutes"] or 0, "top_minutes": row["top"] or 0},
        )
        for key, row in inquiry.found(_time_sums, by).items()
    }


def relation_records(t: ir.Table, counted: str = "") -> ir.Table:
    return record_rows(t, "account", "owner_id", "created_on", t[counted] if counted else None)


def _time_records(inquiry: Inquiry) -> ir.Table:
    t = _minutes(inquiry.study)
    return record_rows(t, "activity", "owner_id", "occurred_on", t.at_top)


RELATIONS: FactRows = [
    {"name": "Bakker BV", "kind": "customer", "created_at": "2024-01-08 09:00", "owner": "Alice", "team": "Noord"},
    {"name": "Visser", "kind": "customer", "created_at": "2024-02-05 09:00", "owner": "Alice", "team": "Noord"},
    {"name": "Kaas & Zn", "kind": "prospect", "created_at": "2025-03-03 09:00", "owner": "Bram", "team": "Noord"},
    {"name": "De Boer", "kind": "prospect", "created_at": "2025-04-07 09:00", "owner": "Bram", "team": "Noord"},
]
TOP: FactRows = [
    {"account": "Bakker BV", "since_on": "2025-01-01"},
    {"account": "Visser", "since_on": "2025-01-01"},
    {"account": "Kaas & Zn", "since_on": "2025-06-01"},
    {"account": "De Boer", "since_on": "2025-06-01", "until_on": "2026-03-01"},
]
_SPOKEN: FactRows = [
    {"kind": "visit", "occurred_at": "2026-03-03 10:00", "owner": "Alice", "team": "Noord", "account": "Bakker BV",
     "minutes": 90},
    {"kind": "email", "occurred_at": "2026-03-04 10:00", "owner": "Alice", "team": "Noord", "account": "Visser",
     "minutes": 10},
    {"kind": "call", "outcome": "reached", "occurred_at": "2026-03-05 10:00", "owner": "Alice", "team": "Noord",
     "account": "Kaas & Zn", "minutes": 20},
    {"kind": "visit", "occurred_at": "2026-03-06 10:00", "owner": "Bram", "team": "Noord", "account": "De Boer",
     "minutes": 60},
    {"kind": "meeting", "occurred_at": "2026-03-09 10:00", "owner": "Bram", "team": "Noord", "minutes": 20},
]  # fmt: skip

KPIS = (
    Kpi(
        key="top_relations_contacted",
        label=_("Top relations contacted"),
        meaning=_(
            "Top relations on the peildatum with which their owner had a two-way contact in the period: a call that"
            " reached somebody, an appointment, or mail received. The share of all top relations stands beside it."
        ),
        unit="count",
        better="higher",
        phase="customers",
        formula=Computed(
            _contacted_count,
            ACCOUNTS,
            shows_everyone=True,
            empty=Value(0, n=0, more={"share": None, "share_low": None, "share_high": None}),
            behind=lambda inquiry: relation_records(_contacted(inquiry.study), "contacted"),
        ),
        example=Example(
            story=_(
                "Alice visited Bakker BV and only wrote to Visser. Kaas & Zn of Bram was called by Alice, not by him."
                " So one of three top relations; De Boer is no longer one."
            ),
            facts={"account": RELATIONS, "top_relation": TOP, "activity": _SPOKEN},
            expect=1,
            by=("person",),
            rows={"Alice": 1, "Bram": 0},
        ),
    ),
    Kpi(
        key="top_relation_time_share",
        label=_("Time at top relations"),
        meaning=_(
            "Of the minutes of all activities held in the period, the share with accounts that were top relations"
            " that day."
        ),
        unit="ratio",
        better="higher",
        phase="customers",
        formula=Computed(
            _time_share,
            ACTIVITY,
            shows_everyone=True,
            empty=Value(None, n=0, more={"minutes": 0, "top_minutes": 0}),
            left_out=both(
                HELD_WITHOUT_DATE,
                flow_lacking(
                    _("minutes not recorded"), "activity", "occurred", lambda t, _s: held()(t) & t.minutes.isnull()
                ),
            ),
            behind=_time_records,
        ),
        example=Example(
            story=_("Of 200 minutes in March 120 went to top relations; De Boer was no longer one and does not count."),
            facts={"account": RELATIONS, "top_relation": TOP, "activity": _SPOKEN},
            expect=0.6,
            by=("person",),
            rows={"Alice": 1, "Bram": 0},
        ),
    ),
)
