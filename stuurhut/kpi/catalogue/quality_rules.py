"""The rules of data quality: which records are looked at, and when one breaks a rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from stuurhut.kpi.catalogue.facts import BY_NAME
from stuurhut.kpi.catalogue.left import ago, before
from stuurhut.kpi.formula import By, Condition
from stuurhut.kpi.study import Study
from stuurhut.kpi.words.text import gettext_noop as _

QUIET_DAYS, LATE_DAYS = 30, 7

RULES = {
    "close_date_past": _("Open, while the expected close has passed"),
    "no_next_step": _("Open without an activity or planned step for 30 days"),
    "amount_missing": _("Amount missing or zero"),
    "won_without_document": _("Won without a quote or order"),
    "order_without_opportunity": _("Order without an opportunity"),
    "activity_late": _("Activity held in the future, or recorded more than 7 days late"),
    "lead_without_owner": _("Lead without an owner"),
    "closed_without_reason": _("Closed without a reason"),
    "likely_duplicate": _("Probably the same account twice"),
}


# -- the records that are looked at ----------------------------------------------------------------------------------


def _in_period(moment: ir.Value, study: Study) -> ir.BooleanValue:
    return ((moment >= study.start) & (moment < study.until)).fill_null(ibis.literal(False))


def _opportunities(study: Study, by: By = ()) -> ir.Table:
    """Open at T or closed in the period, with `has_step` (in the last 30 days or planned) and `has_document`."""
    t = study.balance("opportunity", by, where=lambda t: (t.outcome == "open") | _in_period(t.closed_at, study))
    act = study.table("activity")
    when = ibis.cases((act.state == "planned", act.planned_for), else_=act.occurred_at)
    act = act.filter(act.state.isin(["held", "planned"]) & (when >= ago(QUIET_DAYS)) & before(act.recorded_at, study))
    steps = act.select(step_of=act.opportunity_id).distinct()
    quotes, orders = study.table("quote"), study.table("order")
    documents = ibis.union(
        quotes.filter(before(quotes.sent_at, study)).select(document_of="opportunity_id"),
        orders.filter(before(orders.ordered_at, study)).select(document_of="opportunity_id"),
        distinct=True,
    )
    t = t.left_join(steps, t.id == steps.step_of)
    t = t.left_join(documents, t.id == documents.document_of)
    return t.mutate(has_step=t.step_of.notnull(), has_document=t.document_of.notnull())


def _leads(study: Study, by: By = ()) -> ir.Table:
    """Not decided on at T, or created in the period."""

    def looked_at(t: ir.Table) -> ir.BooleanValue:
        decided = before(t.qualified_at, study) | before(t.disqualified_at, study)
        return ~decided | _in_period(t.created_at, study)

    return study.balance("lead", by, where=looked_at)


def _activities(study: Study, by: By = ()) -> ir.Table:
    """Held in the period, or said to be held after T."""
    fact = BY_NAME["activity"]
    t = study.table("activity")
    ahead = (t.occurred_at >= study.as_of) & before(t.recorded_at, study)
    t = t.filter((t.state == "held") & (_in_period(t.occurred_at, study) | ahead))
    return study.narrowed(t, fact, fact.moments["occurred"], by)


def _orders(study: Study, by: By = ()) -> ir.Table:
    return study.flow("order", "ordered", by, where=lambda t: ~before(t.void_at, study))


def _accounts(study: Study, by: By = ()) -> ir.Table:
    """All accounts, with `twin`: another has the same name but for case, spaces and signs."""
    every = study.state("account")
    every = every.mutate(plain=_plain(every.name)).filter(lambda t: t.plain != "")
    twins = every.group_by(twin_name=every.plain).having(every.count() > 1).aggregate(twins=every.count())
    t = study.balance("account", by)
    t = t.mutate(plain=_plain(t.name))
    t = t.left_join(twins, t.plain == twins.twin_name)
    return t.mutate(twin=t.twin_name.notnull())


def _plain(name: ir.StringValue) -> ir.StringValue:
    return name.lower().re_replace(r"[\s.,&'/()-]+", "")


# -- the rules -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Check:
    """A rule on one kind of record: which it concerns, when it is broken, and what must be in use for it to count."""

    rule: str
    concerns: Condition
    broken: Condition
    in_use: tuple[tuple[str, str], ...] = ()  # of these (fact, column) at least one has a value somewhere


@dataclass(frozen=True)
class Kind:
    """A kind of record that is looked at; its name is that of its fact."""

    name: str
    rows: Callable[[Study, By], ir.Table]
    on: str
    checks: tuple[Check, ...]


def _every(_t: ir.Table, _study: Study) -> ir.BooleanValue:
    return ibis.literal(True)


def _open(t: ir.Table, _study: Study) -> ir.BooleanValue:
    return t.outcome == "open"


def _close_passed(t: ir.Table, study: Study) -> ir.BooleanValue:
    return t.expected_close_on < study.running


def _late(t: ir.Table, study: Study) -> ir.BooleanValue:
    late = t.recorded_at > t.occurred_at + ibis.interval(days=LATE_DAYS)
    return late | (t.occurred_at >= study.as_of)


KINDS = (
    Kind(
        "opportunity",
        _opportunities,
        "created_on",
        (
            Check("close_date_past", _open, _close_passed),
            Check(
                "no_next_step",
                lambda t, study: _open(t, study) & (t.created_at < ago(QUIET_DAYS)),
                lambda t, _study: ~t.has_step,
                (("activity", "opportunity_id"),),
            ),
            Check(
                "amount_missing",
                lambda t, study: (_open(t, study) & t.qualified) | (t.outcome == "won"),
                lambda t, _study: t.amount.isnull() | (t.amount == 0),
                (("opportunity", "amount"),),
            ),
            Check(
                "won_without_document",
                lambda t, _study: t.outcome == "won",
                lambda t, _study: ~t.has_document,
                (("quote", "opportunity_id"), ("order", "opportunity_id")),
            ),
            Check(
                "closed_without_reason",
                lambda t, _study: t.outcome == "lost",
                lambda t, _study: t.loss_reason_id.isnull(),
                (("opportunity", "loss_reason_id"),),
            ),
        ),
    ),
    Kind(
        "lead",
        _leads,
        "created_on",
        (
            Check("lead_without_owner", _every, lambda t, _study: t.owner_id.isnull(), (("lead", "owner_id"),)),
            Check(
                "closed_without_reason",
                lambda t, study: before(t.disqualified_at, study),
                lambda t, _study: t.disqualified_reason.isnull() | (t.disqualified_reason == ""),
                (("lead", "disqualified_reason"),),
            ),
        ),
    ),
    Kind("activity", _activities, "occurred_on", (Check("activity_late", _every, _late),)),
    Kind(
        "order",
        _orders,
        "ordered_on",
        (
            Check(
                "order_without_opportunity",
                _every,
                lambda t, _study: t.opportunity_id.isnull(),
                (("opportunity", "id"),),
            ),
        ),
    ),
    Kind("account", _accounts, "created_on", (Check("likely_duplicate", _every, lambda t, _study: t.twin),)),
)
