"""Orders: how many, for how much, at which margin, and from whom again."""

from __future__ import annotations

from decimal import Decimal

import ibis.expr.types as ir

from stuurhut.kpi.catalogue.left import NO_ACCOUNT, NO_AMOUNT, NO_DATE, before, both, flow_lacking, undated
from stuurhut.kpi.formula import PEOPLE, SALE, TIME, Flow, Share, amount
from stuurhut.kpi.kpi import Example, FactRows, Kpi
from stuurhut.kpi.study import Study
from stuurhut.kpi.words.text import gettext_noop as _

ORDER = TIME | PEOPLE | SALE | {"lead_owner"}


def standing(t: ir.Table, study: Study) -> ir.BooleanValue:
    """Neither cancelled nor credited before T."""
    return ~before(t.void_at, study)


def with_first_order(t: ir.Table, study: Study) -> ir.Table:
    """With `first_ordered_at`: the account's first order of those that stood at T; one that was cancelled is none."""
    orders = study.table("order")
    orders = orders.filter(standing(orders, study) & orders.account_id.notnull())
    first = orders.group_by(orderer=orders.account_id).aggregate(first_ordered_at=orders.ordered_at.min())
    return t.left_join(first, t.account_id == first.orderer)


def margin(t: ir.Table) -> ir.Scalar:
    """The sum of margins, or of credited portions of them when the rows are split."""
    return (t.margin_portion if "margin_portion" in t.columns else t.margin).sum()


NO_ORDER_DATE = undated("order", "ordered", NO_DATE, standing)
_VOID = flow_lacking(_("cancelled or credited"), "order", "ordered", lambda t, s: before(t.void_at, s))

ORDERS = Flow("order", "ordered", still=standing, dimensions=ORDER, left_out=both(NO_ORDER_DATE, _VOID))
TURNOVER = Flow(
    "order",
    "ordered",
    measure=amount,
    still=standing,
    value=True,
    zero=Decimal("0.00"),
    dimensions=ORDER,
    left_out=both(
        NO_ORDER_DATE,
        _VOID,
        flow_lacking(NO_AMOUNT, "order", "ordered", lambda t, s: standing(t, s) & t.amount.isnull()),
    ),
)

_PLACED: FactRows = [
    {"ordered_at": "2026-03-03 12:00", "owner": "Alice", "team": "Noord", "account": "Bakker BV", "amount": 5000,
     "margin": 1500},
    {"ordered_at": "2026-03-10 12:00", "owner": "Alice", "team": "Noord", "account": "Visser", "amount": "1000.50",
     "margin": "250.25"},
    {"ordered_at": "2026-03-12 12:00", "owner": "Bram", "team": "Noord", "account": "Kaas & Zn", "amount": 7000,
     "margin": 2000, "void_at": "2026-03-20 12:00"},
    {"ordered_at": "2026-03-17 12:00", "owner": "Bram", "team": "Noord", "amount": 2000},
]  # fmt: skip
_EARLIER: FactRows = [
    {"ordered_at": "2025-06-01 12:00", "owner": "Alice", "team": "Noord", "account": "Bakker BV", "amount": 3000},
    {"ordered_at": "2025-06-01 12:00", "owner": "Alice", "team": "Noord", "account": "Visser", "amount": 3000,
     "void_at": "2025-06-08 12:00"},
]  # fmt: skip

KPIS = (
    Kpi(
        key="order_count",
        label=_("Orders"),
        meaning=_("Orders placed in the period, less those cancelled or credited before the peildatum."),
        unit="count",
        better="higher",
        phase="sales",
        formula=ORDERS,
        example=Example(
            story=_("Four orders came in during March and one was cancelled: three are left."),
            facts={"order": _PLACED},
            expect=3,
            by=("person",),
            rows={"Alice": 2, "Bram": 1},
        ),
    ),
    Kpi(
        key="turnover",
        label=_("Turnover"),
        meaning=_("Amounts of the orders placed in the period, excluding VAT, less those cancelled or credited."),
        unit="money",
        better="higher",
        phase="sales",
        formula=TURNOVER,
        example=Example(
            story=_("The three orders of March that stand are worth 5,000, 1,000.50 and 2,000."),
            facts={"order": _PLACED},
            expect=Decimal("8000.50"),
            by=("person",),
            rows={"Alice": Decimal("6000.50"), "Bram": 2000},
        ),
    ),
    Kpi(
        key="margin",
        label=_("Margin"),
        meaning=_("Margins of the orders placed in the period, less those cancelled or credited."),
        unit="money",
        better="higher",
        phase="sales",
        formula=Flow(
            "order",
            "ordered",
            measure=margin,
            still=standing,
            value=True,
            zero=Decimal("0.00"),
            dimensions=ORDER,
            left_out=both(
                NO_ORDER_DATE,
                _VOID,
                flow_lacking(_("no margin known"), "order", "ordered", lambda t, s: standing(t, s) & t.margin.isnull()),
            ),
        ),
        example=Example(
            story=_("Alice made 1,500 and 250.25 on her two orders of March; of the order of Bram no margin is known."),
            facts={"order": _PLACED},
            expect=Decimal("1750.25"),
            by=("person",),
            rows={"Alice": Decimal("1750.25"), "Bram": 0},
        ),
    ),
    Kpi(
        key="repeat_order_share",
        label=_("Repeat orders"),
        meaning=_(
            "Of the orders placed in the period, the share from accounts that had ordered before; an order that was"
            " cancelled or credited is none."
        ),
        unit="ratio",
        better="higher",
        phase="sales",
        formula=Share(
            "order",
            "ordered",
            hit=lambda t, _s: t.first_ordered_at < t.ordered_at,
            where=lambda t, s: standing(t, s) & t.account_id.notnull(),
            dimensions=ORDER,
            beside=with_first_order,
            left_out=both(
                NO_ORDER_DATE,
                _VOID,
                flow_lacking(NO_ACCOUNT, "order", "ordered", lambda t, s: standing(t, s) & t.account_id.isnull()),
            ),
        ),
        example=Example(
            story=_(
                "Bakker BV had ordered before. Visser had too, but cancelled that order; of the third order the account"
                " is unknown: half."
            ),
            facts={"order": [*_PLACED, *_EARLIER]},
            expect=0.5,
        ),
    ),
)
