"""A plan written down: as data for programs, as a table for sheets. The same for command line and page."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from stuurhut.kpi.ending import Ending
from stuurhut.kpi.plan import Plan, Step
from stuurhut.replica.written import Table, money_text

Json = dict[str, Any]
AMOUNTS = ("target", "realised", "still", "expected", "from_new", "surplus")
STEPS = ("sales_value", "sales_count", "quotes_sent", "appointments", "calls", "leads_created")
ENDS = ("ends_at", "ends_at_low", "ends_at_high")


def as_json(plan: Plan, currency: str) -> Json:
    """The plan as JSON values; money is text with all its decimals."""
    return {
        **({plan.about.kind: plan.about.name, f"{plan.about.kind}_id": plan.about.id} if plan.about.id else {}),
        "standing": plan.standing,
        "on_course": plan.on_course,
        "currency": currency,
        **{name: _money(value, currency) for name, value in _amounts(plan).items()},
        "pipeline": {
            "open": _money(plan.pipeline.value, currency),
            "deals": plan.pipeline.deals,
            "overdue": _money(plan.pipeline.overdue, currency),
        },
        "working_days_left": round(plan.hands.days, 2),
        "working_weeks_left": round(plan.hands.weeks, 2),
        **dict(zip(ENDS, (_money(value, currency) for value in _ends(plan.ending)), strict=True)),
        "sales_cycle_days": plan.cycle_days,
        "steps": [_step(step) for step in (plan.sold, plan.deals, *plan.steps[1:], plan.leads)],
    }


def as_table(plans: Iterable[Plan]) -> Table:
    """Plans as a sheet, a row each: amounts, weeks left, and per step what is needed and done a week."""
    columns = ["person", "person_id", "standing", "on_course", *AMOUNTS, "working_weeks_left", *ENDS]
    columns += [f"{key}_{what}_a_week" for key in STEPS for what in ("needed", "done")]
    return Table(tuple(columns), tuple(_row(plan) for plan in plans))


def _row(plan: Plan) -> tuple[Any, ...]:
    steps = {step.key: step for step in (*plan.steps, plan.sold, plan.deals, plan.leads)}
    ends = (None if value is None else round(Decimal(value), 2) for value in _ends(plan.ending))
    per_week = (_rounded(figure) for key in STEPS for figure in (steps[key].per_week, steps[key].done_per_week))
    whose = (plan.about.name, plan.about.id, plan.standing, plan.on_course)
    return (*whose, *_amounts(plan).values(), round(plan.hands.weeks, 2), *ends, *per_week)


def _amounts(plan: Plan) -> dict[str, Decimal | None]:
    values = (plan.aim.target, plan.aim.realised, plan.still, plan.expected, plan.from_new, plan.surplus)
    return dict(zip(AMOUNTS, values, strict=True))


def _ends(ending: Ending | None) -> tuple[float | None, float | None, float | None]:
    return (ending.value, ending.low, ending.high) if ending else (None, None, None)


def _step(step: Step) -> Json:
    ratio = step.ratio
    return {
        "kpi": step.key,
        "needed": _rounded(step.needed),
        "needed_a_week": _rounded(step.per_week),
        "done_a_week": _rounded(step.done_per_week),
        "leads_to": step.leads_to or None,
        "ratio": ratio.value if ratio else None,
        "low": ratio.low if ratio else None,
        "high": ratio.high if ratio else None,
        "n": ratio.n if ratio else None,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _money(value: Decimal | float | None, currency: str) -> str | None:
    return None if value is None else money_text(value, currency)
