"""What figures are worth: the sales of a year over what led to them."""

from __future__ import annotations

from decimal import Decimal

from stuurhut.kpi.judging.asking import Asking
from stuurhut.kpi.judging.windows import a_year

OWN_MONEY = ("sales_value", "won_value", "turnover", "margin")
LEADS_TO_SALES = (
    "leads_created", "calls", "calls_reached", "visits", "meetings", "demos", "videos", "appointments", "quotes_sent",
    "quoted_value", "call_to_appointment_cohort", "appointment_to_quote_cohort", "orders_per_visit_cohort",
    "stage_conversion",
)  # fmt: skip
ONE_SALE = ("sales_count", "won_count", "order_count", "win_rate", "quote_to_order_cohort", "lead_conversion")
CENT = Decimal("0.01")


def worth_of_one(asking: Asking, key: str, events: float) -> Decimal | None:
    """What one event (or hit of a share) of a KPI brought on average, with `events` of them in the year: all sales of
    the year over all of them. A euro of sales is worth itself. None for a KPI that does not lead to sales, and when
    nothing was sold.
    """
    if key in OWN_MONEY:
        return Decimal(1)
    if key in ONE_SALE:
        events = float(asking.everyone.answer("sales_count", period=a_year(asking), by=("team",)).total.value or 0)
    elif key not in LEADS_TO_SALES:
        return None
    # By team, as the hands of the teams are valued: one answer serves both.
    sold = asking.everyone.answer("sales_value", period=a_year(asking), by=("team",)).total.value
    worth = Decimal(str(sold or 0))
    return (worth / Decimal(str(events))).quantize(CENT) if worth > 0 and events > 0 else None
