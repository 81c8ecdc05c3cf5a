"""Quotes: how many are sent, and for how much."""

from __future__ import annotations

from decimal import Decimal

import ibis.expr.types as ir

from stuurhut.kpi.catalogue.left import NO_AMOUNT, both, flow_lacking, undated
from stuurhut.kpi.formula import PEOPLE, SALE, TIME, Flow, amount
from stuurhut.kpi.kpi import Example, FactRows, Kpi
from stuurhut.kpi.words.text import gettext_noop as _

QUOTE = TIME | PEOPLE | SALE | {"lead_owner"}


def is_sent(t: ir.Table) -> ir.BooleanValue:
    """Drafts have not left the house."""
    return t.state.fill_null("sent") != "draft"


UNSENT = undated("quote", "sent", _("sent, but nobody knows when"), lambda t, _s: is_sent(t))
QUOTES = Flow("quote", "sent", where=is_sent, dimensions=QUOTE, left_out=UNSENT)

_SENT: FactRows = [
    {"sent_at": "2026-03-03 12:00", "owner": "Alice", "team": "Noord", "amount": 8000, "state": "accepted"},
    {"sent_at": "2026-03-10 12:00", "owner": "Alice", "team": "Noord", "amount": 2500.50, "state": "sent"},
    {"sent_at": "2026-03-17 12:00", "owner": "Bram", "team": "Noord", "state": "sent"},
    {"sent_at": "2026-03-18 12:00", "owner": "Bram", "team": "Noord", "amount": 4000, "state": "draft"},
]

KPIS = (
    Kpi(
        key="quotes_sent",
        label=_("Quotes sent"),
        meaning=_("Quotes sent in the period."),
        unit="count",
        better="higher",
        phase="funnel",
        formula=QUOTES,
        example=Example(
            story=_("Alice sent two quotes in March and Bram one; his draft does not count."),
            facts={"quote": _SENT},
            expect=3,
            by=("person",),
            rows={"Alice": 2, "Bram": 1},
        ),
    ),
    Kpi(
        key="quoted_value",
        label=_("Quoted value"),
        meaning=_("The amounts of the quotes sent in the period, excluding VAT."),
        unit="money",
        better="higher",
        phase="funnel",
        formula=Flow(
            "quote",
            "sent",
            measure=amount,
            where=is_sent,
            zero=Decimal("0.00"),
            dimensions=QUOTE,
            left_out=both(
                UNSENT, flow_lacking(NO_AMOUNT, "quote", "sent", lambda t, _s: is_sent(t) & t.amount.isnull())
            ),
        ),
        example=Example(
            story=_("Alice quoted 8,000 and 2,500.50 in March; the quote of Bram has no amount yet."),
            facts={"quote": _SENT},
            expect=Decimal("10500.50"),
            by=("person",),
            rows={"Alice": Decimal("10500.50"), "Bram": 0},
        ),
    ),
)
