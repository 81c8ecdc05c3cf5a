"""Leads: how many come in, how heavy the load is, how good they are."""

from __future__ import annotations

import ibis.expr.types as ir

from stuurhut.kpi.formula import Balance, Flow, Share
from stuurhut.kpi.kpi import Example, Kpi
from stuurhut.kpi.study import Study, instant
from stuurhut.kpi.words.text import gettext_noop as _


def _open_at(t: ir.Table, study: Study) -> ir.BooleanValue:
    at = instant(study.question.as_of)
    return (t.qualified_at.isnull() | (t.qualified_at >= at)) & (t.disqualified_at.isnull() | (t.disqualified_at >= at))


def _qualified(t: ir.Table, study: Study) -> ir.BooleanValue:
    return t.qualified_at < instant(study.question.as_of)


def _decided(t: ir.Table, study: Study) -> ir.BooleanValue:
    return ~_open_at(t, study)


_MARCH = [
    {"created_at": "2026-03-02 09:00", "owner": "Alice", "team": "Noord", "source": "Beurs", "qualified_at": "2026-03-05 10:00"},
    {"created_at": "2026-03-03 11:00", "owner": "Alice", "team": "Noord", "source": "Website", "disqualified_at": "2026-03-04 09:00"},
    {"created_at": "2026-03-09 15:00", "owner": "Bram", "team": "Noord", "source": "Website"},
    {"created_at": "2026-02-27 16:00", "owner": "Bram", "team": "Noord", "source": "Beurs"},
]  # fmt: skip

KPIS = (
    Kpi(
        key="leads_created",
        label=_("New leads"),
        meaning=_("Leads created in the period, for whoever owned them at that moment."),
        unit="count",
        better="higher",
        phase="leads",
        formula=Flow("lead", "created"),
        example=Example(
            story=_("Three leads came in during March and one in February: March counts three."),
            facts={"lead": _MARCH},
            expect=3,
            by=("person",),
            rows={"Alice": 2, "Bram": 1},
        ),
    ),
    Kpi(
        key="leads_open",
        label=_("Open leads"),
        meaning=_("Leads that were neither qualified, disqualified nor won on the peildatum."),
        unit="count",
        better="neither",
        phase="leads",
        formula=Balance("lead", where=_open_at),
        example=Example(
            story=_("Of four leads one is qualified and one disqualified; the two of Bram are still open."),
            facts={"lead": _MARCH},
            expect=2,
            by=("person",),
            rows={"Alice": 0, "Bram": 2},
        ),
    ),
    Kpi(
        key="qualified_share",
        label=_("Qualified"),
        meaning=_("Of the leads created in the period on which was decided, the share that was qualified."),
        unit="ratio",
        better="higher",
        phase="leads",
        formula=Share("lead", "created", hit=_qualified, where=_decided),
        example=Example(
            story=_("Of the leads of March two were decided on: one qualified, one disqualified. That is half."),
            facts={"lead": _MARCH},
            expect=0.5,
        ),
    ),
)
