"""How quickly leads get an answer."""

from __future__ import annotations

from collections.abc import Iterable

import ibis
import ibis.expr.types as ir

from stuurhut.kpi import given
from stuurhut.kpi.catalogue.left import before
from stuurhut.kpi.duration import Duration
from stuurhut.kpi.formula import PEOPLE, TIME, By, record_rows
from stuurhut.kpi.inquiry import Inquiry
from stuurhut.kpi.kpi import Example, Kpi
from stuurhut.kpi.statistics.survival import Curve
from stuurhut.kpi.study import Study
from stuurhut.kpi.words.answer import Left
from stuurhut.kpi.words.text import gettext_noop as _

NOT_A_LEAD = {"spam": _("spam"), "duplicate": _("duplicates")}
LEAD = frozenset({"source", "strategy", "account", "product", "product_group", "industry", "segment", "region"})


def by_seller(study: Study) -> bool:
    """Whether the seller's own clock is meant: grouped or filtered by person, or asked by one who sees only himself."""
    asked = {*study.by, *study.filters}
    scope = study.scope
    return "person" in asked or bool(scope.persons and not (scope.everything or scope.teams or scope.totals_of))


def _unwanted(t: ir.Table, study: Study) -> ir.BooleanValue:
    return t.disqualified_reason.isin(list(NOT_A_LEAD)).fill_null(False) & before(t.disqualified_at, study)


def _leads(study: Study, by: By, *, wanted: bool) -> ir.Table:
    """The leads created in the period; for the seller's clock one row per assignment made before T."""
    if not by_seller(study):
        return study.flow("lead", "created", by, where=lambda t: _unwanted(t, study) ^ wanted)
    return study.flow(
        "lead_assignment",
        "created",
        by,
        where=lambda t: (_unwanted(t, study) ^ wanted) & before(t.assigned_at, study),
    )


def _spells(study: Study, by: By = ()) -> ir.Table:
    """Working minutes until the first answer, or until re-assignment, disqualification, T or now if that was before."""
    t = _leads(study, by, wanted=True)
    seller = by_seller(study)
    now = given.number(lambda inquiry: inquiry.engine.rules.work.working_minute(inquiry.seen_until))
    stops = ["disqualified", "until"] if seller else ["disqualified"]
    in_time = before(t.answered_at, study)
    for stop in stops:
        in_time = in_time & (t[f"{stop}_at"].isnull() | (t.answered_at <= t[f"{stop}_at"]))
    stopped = ibis.least(now, *[ibis.coalesce(t[f"{stop}_wm"], now) for stop in stops])
    end = ibis.cases((in_time, t.answered_wm), else_=stopped)
    worked = (end - (t.assigned_wm if seller else t.created_wm)).round().cast("int64")
    return t.mutate(length=ibis.greatest(worked, ibis.literal(0, "int64")), ended=in_time)


def _more(curve: Curve, inquiry: Inquiry) -> dict[str, object]:
    norm = inquiry.engine.rules.response_norm_minutes
    return {
        "p90": curve.quantile(0.9),
        "within_norm": curve.ended_by(norm),
        "norm_minutes": norm,
        "answered": curve.ended,
        "not_answered": curve.n - curve.ended,
    }


def _unwanted_leads(study: Study) -> ir.Table:
    t = _leads(study, (), wanted=False)
    lead = t.lead_id if by_seller(study) else t.id
    return t.aggregate(**{reason: lead.nunique(where=t.disqualified_reason == reason) for reason in NOT_A_LEAD})


def _left_out(inquiry: Inquiry) -> Iterable[Left]:
    found = inquiry.first(_unwanted_leads)
    return [Left(why, found[reason]) for reason, why in NOT_A_LEAD.items()]


def _behind(study: Study, t: ir.Table) -> ir.Table:
    if by_seller(study):
        return record_rows(t.mutate(id=t.lead_id), "lead", "person_id", "created_on", t.ended)
    return record_rows(t, "lead", "created_owner_id", "created_on", t.ended)


KPIS = (
    Kpi(
        key="lead_response_time",
        label=_("Lead response time"),
        meaning=_(
            "Median working minutes from the creation of a lead (by person: from its assignment) to the first "
            "outbound or answered inbound contact, of leads created in the period; leads without answer count as 'at "
            "least'."
        ),
        unit="minutes",
        better="lower",
        phase="leads",
        formula=Duration(_spells, _behind, _more, _left_out, dimensions=TIME | PEOPLE | LEAD),
        example=Example(
            story=_(
                "Three leads of a Monday at nine: one answered after 30 minutes, one after 2 hours, one never. One "
                "more is spam and does not count. Two of three are answered after 2 hours, so that is the median."
            ),
            facts={
                "lead": [
                    {
                        "created_at": "2026-03-02 09:00",
                        "answered_at": "2026-03-02 09:30",
                        "owner": "Alice",
                        "team": "Noord",
                    },
                    {
                        "created_at": "2026-03-02 09:00",
                        "answered_at": "2026-03-02 11:00",
                        "owner": "Alice",
                        "team": "Noord",
                    },
                    {"created_at": "2026-03-02 09:00", "owner": "Bram", "team": "Noord"},
                    {
                        "created_at": "2026-03-02 09:00",
                        "disqualified_at": "2026-03-02 09:05",
                        "disqualified_reason": "spam",
                        "owner": "Bram",
                        "team": "Noord",
                    },
                ]
            },
            expect=120,
        ),
    ),
)
