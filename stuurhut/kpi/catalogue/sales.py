"""Sales made: deals won, and what the organisation counts as its sales."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

import ibis.expr.types as ir

from stuurhut.kpi.catalogue.left import NO_AMOUNT, both, flow_lacking, undated_deals
from stuurhut.kpi.catalogue.orders import ORDERS, TURNOVER
from stuurhut.kpi.formula import PEOPLE, SALE, TIME, By, Flow, Formula, Ratio, Share, amount
from stuurhut.kpi.inquiry import Inquiry
from stuurhut.kpi.kpi import Example, FactRows, Kpi
from stuurhut.kpi.words.answer import Key, Left, Value
from stuurhut.kpi.words.text import gettext_noop as _

DEAL = TIME | PEOPLE | SALE | {"lead_owner"}
ZERO = Decimal("0.00")


def _won(t: ir.Table) -> ir.BooleanValue:
    return t.outcome == "won"


@dataclass(frozen=True)
class BySetting:
    """One of two formulas, after what the organisation counts as its sales: won opportunities, or orders."""

    opportunities: Formula
    orders: Formula
    shows_everyone: bool = True
    tells_course: bool = True

    @property
    def dimensions(self) -> frozenset[str]:
        return self.opportunities.dimensions & self.orders.dimensions

    @property
    def empty(self) -> Value:
        return self.opportunities.empty

    def chosen(self, inquiry: Inquiry) -> Formula:
        return self.orders if inquiry.engine.rules.sales_are == "orders" else self.opportunities

    def groups(self, inquiry: Inquiry, by: By) -> dict[Key, Value]:
        return self.chosen(inquiry).groups(inquiry, by)

    def excluded(self, inquiry: Inquiry) -> list[Left]:
        return self.chosen(inquiry).excluded(inquiry)

    def records(self, inquiry: Inquiry) -> ir.Table | None:
        return self.chosen(inquiry).records(inquiry)


_UNDATED = undated_deals("won")
WON = Flow("opportunity", "closed", where=_won, dimensions=DEAL, left_out=_UNDATED)
_NO_AMOUNT = flow_lacking(NO_AMOUNT, "opportunity", "closed", lambda t, _s: _won(t) & t.amount.isnull())
WON_VALUE = Flow(
    "opportunity",
    "closed",
    measure=amount,
    where=_won,
    value=True,
    zero=ZERO,
    dimensions=DEAL,
    left_out=both(_UNDATED, _NO_AMOUNT),
)


def _average(number: Flow) -> Ratio:
    """Value over number of the sales with an amount; both to the owner, since half a deal is no smaller deal."""
    return Ratio(replace(number, measure=amount, zero=ZERO, left_out=None), number, interval=False)


_SIZE_OF_DEAL = _average(replace(WON, where=lambda t: _won(t) & t.amount.notnull(), left_out=WON_VALUE.left_out))
_SIZE_OF_ORDER = _average(replace(ORDERS, where=lambda t: t.amount.notnull(), left_out=TURNOVER.left_out))

_CLOSED: FactRows = [
    {"created_at": "2026-01-12 09:00", "closed_at": "2026-03-06 12:00", "outcome": "won", "amount": 12000,
     "owner": "Alice", "team": "Noord", "source": "Beurs"},
    {"created_at": "2026-02-02 09:00", "closed_at": "2026-03-20 12:00", "outcome": "won", "amount": "7500.50",
     "owner": "Bram", "team": "Noord", "source": "Website"},
    {"created_at": "2026-02-03 09:00", "closed_at": "2026-03-24 12:00", "outcome": "won",
     "owner": "Bram", "team": "Noord", "source": "Website"},
    {"created_at": "2026-02-04 09:00", "closed_at": "2026-03-25 12:00", "outcome": "lost", "amount": 9000,
     "owner": "Bram", "team": "Noord", "source": "Website", "loss_reason": "Prijs"},
    {"created_at": "2026-02-05 09:00", "outcome": "open", "amount": 4000, "owner": "Bram", "team": "Noord",
     "source": "Website"},
]  # fmt: skip
_SHARED: FactRows = [
    {**_CLOSED[0], "credit_person": "Alice", "credit_team": "Noord", "portion": 9000},
    {**_CLOSED[0], "id": 1, "credit_person": "Bram", "credit_team": "Noord", "portion": 3000},
    {**_CLOSED[1], "id": 2, "credit_person": "Bram", "credit_team": "Noord", "portion": "7500.50"},
    {**_CLOSED[2], "id": 3, "credit_person": "Bram", "credit_team": "Noord"},
]
_SHARED_STORY = _(
    "Two deals won in March are worth 12,000 and 7,500.50, together 19,500.50; the third has no amount. Alice shared"
    " her deal: three quarters are hers, one quarter goes to Bram."
)

KPIS = (
    Kpi(
        key="sales_count",
        label=_("Number of sales"),
        meaning=_("Sales made in the period: opportunities won, or orders placed, as the organisation has chosen."),
        unit="count",
        better="higher",
        phase="sales",
        formula=BySetting(WON, ORDERS),
        example=Example(
            story=_("Three deals were won in March: one by Alice, two by Bram."),
            facts={"opportunity": _CLOSED},
            expect=3,
            by=("person",),
            rows={"Alice": 1, "Bram": 2},
        ),
    ),
    Kpi(
        key="sales_value",
        label=_("Sales"),
        meaning=_(
            "What the sales made in the period are worth, excluding VAT: opportunities won, or orders placed, as the"
            " organisation has chosen. By person each gets the own share of a shared deal."
        ),
        unit="money",
        better="higher",
        phase="sales",
        formula=BySetting(WON_VALUE, TURNOVER),
        example=Example(
            story=_SHARED_STORY,
            facts={"opportunity": _CLOSED, "opportunity_share": _SHARED},
            expect=Decimal("19500.50"),
            by=("person",),
            rows={"Alice": 9000, "Bram": Decimal("10500.50")},
        ),
    ),
    Kpi(
        key="won_count",
        label=_("Deals won"),
        meaning=_("Opportunities whose last closing before the peildatum lies in the period and won them."),
        unit="count",
        better="higher",
        phase="sales",
        formula=WON,
        example=Example(
            story=_("Three deals were won in March: one from a fair, two from the website."),
            facts={"opportunity": _CLOSED},
            expect=3,
            by=("source",),
            rows={"Beurs": 1, "Website": 2},
        ),
    ),
    Kpi(
        key="won_value",
        label=_("Value won"),
        meaning=_(
            "Amounts of the opportunities won in the period, excluding VAT. By person each gets the own share of a"
            " shared deal; team and total count each deal once."
        ),
        unit="money",
        better="higher",
        phase="sales",
        formula=WON_VALUE,
        example=Example(
            story=_SHARED_STORY,
            facts={"opportunity": _CLOSED, "opportunity_share": _SHARED},
            expect=Decimal("19500.50"),
            by=("person",),
            rows={"Alice": 9000, "Bram": Decimal("10500.50")},
        ),
    ),
    Kpi(
        key="average_deal_size",
        label=_("Average deal"),
        meaning=_("The value of the sales made in the period, divided by their number; sales without amount left out."),
        unit="money",
        better="higher",
        phase="sales",
        formula=BySetting(_SIZE_OF_DEAL, _SIZE_OF_ORDER),
        example=Example(
            story=_("Two deals won in March have an amount, 12,000 and 7,500.50: 9,750.25 on average."),
            facts={"opportunity": _CLOSED},
            expect=Decimal("9750.25"),
            by=("person",),
            rows={"Alice": 12000, "Bram": Decimal("7500.50")},
        ),
    ),
    Kpi(
        key="win_rate",
        label=_("Win rate"),
        meaning=_(
            "Of the opportunities closed in the period, the share that was won; each once, at its last closing before"
            " the peildatum. Lost ones stay in."
        ),
        unit="ratio",
        better="higher",
        phase="sales",
        formula=Share(
            "opportunity",
            "closed",
            hit=lambda t, _s: _won(t),
            where=lambda t, _s: t.outcome.isin(["won", "lost"]),
            dimensions=DEAL | {"loss_reason"},
            left_out=undated_deals("won", "lost"),
        ),
        example=Example(
            story=_("Three deals were won in March and one was lost: 75%. The open one is not decided yet."),
            facts={"opportunity": _CLOSED},
            expect=0.75,
            by=("person",),
            rows={"Alice": 1, "Bram": 2 / 3},
        ),
    ),
)
