"""Moves of accounts from one buying phase to another."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from stuurhut.kpi.catalogue.facts import Fact, Moment
from stuurhut.kpi.formula import ACCOUNT, PEOPLE, TIME, By, Computed, record_rows
from stuurhut.kpi.inquiry import Inquiry
from stuurhut.kpi.kpi import Example, FactRows, Kpi
from stuurhut.kpi.study import Study, grouped
from stuurhut.kpi.words.answer import Key, Value
from stuurhut.kpi.words.text import gettext_noop as _

_MOVE = Fact(
    "phase_move",
    {},
    dimensions={"from_phase": "from_phase", "to_phase": "to_phase", "account": "account_id"},
    record="buying_phase",
)
_AT = Moment("since_at", "since_on", "moved_by", "moved_in")


def _moves(study: Study, by: By = ()) -> ir.Table:
    """Moves in the period: from_phase, to_phase, and who owned the account at that moment."""
    t = study.table("buying_phase")
    earlier = t.phase.lag().over(group_by=t.account_id, order_by=[t.since_at, t.id])
    t = t.mutate(from_phase=earlier.cast("string"), to_phase=t.phase.cast("string"))
    t = t.filter((t.since_at >= study.start) & (t.since_at < study.until))
    t = t.filter(t.from_phase.notnull() & (t.from_phase != t.to_phase))
    return study.narrowed(_owned_then(study, t), _MOVE, _AT, by)


def _owned_then(study: Study, t: ir.Table) -> ir.Table:
    """With the account's owner at the move (`moved_by`) and the team that decided then (`moved_in`)."""
    v = study.table("account")
    v = v.select(
        moved=v.id,
        moved_by=v.owner_id,
        account_team=v.own_team_id,
        version_from=v.valid_from,
        version_until=v.valid_until,
    )
    t = t.left_join(
        v,
        [
            t.account_id == v.moved,
            v.version_from <= t.since_at,
            v.version_until.isnull() | (v.version_until > t.since_at),
        ],
    )
    m = study.table("person_team")
    m = m.select(
        member=m.person_id, member_in=m.team_id, teams=m.teams, member_from=m.starts_on, member_until=m.until_on
    )
    t = t.left_join(
        m,
        [
            t.moved_by == m.member,
            m.member_from <= t.since_on,
            m.member_until.isnull() | (m.member_until > t.since_on),
        ],
    )
    return t.mutate(moved_in=ibis.cases((t.teams == 1, t.member_in), else_=ibis.coalesce(t.account_team, t.member_in)))


def _move_sums(study: Study, by: By) -> ir.Table:
    t = _moves(study, by)
    return grouped(t, by, n=t.count(), forward=(t.to_phase > t.from_phase).sum())


def _move_count(inquiry: Inquiry, by: By) -> dict[Key, Value]:
    found = inquiry.found(_move_sums, by)
    return {key: Value(row["n"], more={"forward": row["forward"] or 0}) for key, row in found.items()}


_ACCOUNTS: FactRows = [
    {"name": "Bakker BV", "created_at": "2024-01-08 09:00", "owner": "Alice", "team": "Noord"},
    {"name": "Visser", "created_at": "2024-02-05 09:00", "owner": "Bram", "team": "Noord"},
]
_PHASES: FactRows = [
    {"account": "Bakker BV", "phase": 2, "since_at": "2025-03-03 10:00", "until_at": "2026-03-10 10:00"},
    {"account": "Bakker BV", "phase": 3, "since_at": "2026-03-10 10:00", "until_at": "2026-03-24 10:00"},
    {"account": "Bakker BV", "phase": 4, "since_at": "2026-03-24 10:00"},
    {"account": "Visser", "phase": 2, "since_at": "2026-01-05 10:00", "until_at": "2026-03-17 10:00"},
    {"account": "Visser", "phase": 1, "since_at": "2026-03-17 10:00"},
]

KPIS = (
    Kpi(
        key="phase_moves",
        label=_("Moves between buying phases"),
        meaning=_(
            "How often an account moved to another buying phase in the period, for whoever owned it then; by the phase"
            " it came from and went to. How many were forward stands beside it."
        ),
        unit="count",
        better="higher",
        phase="customers",
        formula=Computed(
            _move_count,
            TIME | PEOPLE | ACCOUNT | {"from_phase", "to_phase"},
            shows_everyone=True,
            empty=Value(0, more={"forward": 0}),
            behind=lambda inquiry: record_rows(_moves(inquiry.study), "buying_phase", "moved_by", "since_on"),
        ),
        example=Example(
            story=_(
                "In March Bakker BV went from orienting to interest to quotation; Visser fell back to no interest."
            ),
            facts={"account": _ACCOUNTS, "buying_phase": _PHASES},
            expect=3,
            by=("person",),
            rows={"Alice": 2, "Bram": 1},
        ),
    ),
)
