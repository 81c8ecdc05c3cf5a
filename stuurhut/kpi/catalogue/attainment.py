"""How far we are against what we set out to reach."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import ibis.expr.types as ir

from stuurhut.kpi.attaining import Attaining, clock, over
from stuurhut.kpi.catalogue.hands import weekdays
from stuurhut.kpi.catalogue.sales import BySetting
from stuurhut.kpi.duration import Duration
from stuurhut.kpi.formula import (
    PEOPLE,
    SALE,
    TIME,
    Balance,
    By,
    Computed,
    Formula,
    Ratio,
    Share,
    whole,
)
from stuurhut.kpi.inquiry import Inquiry
from stuurhut.kpi.kpi import Example, Kpi
from stuurhut.kpi.words.answer import Key, Left, Value
from stuurhut.kpi.words.errors import QuestionError, UnknownName, nearest
from stuurhut.kpi.words.text import gettext_noop as _

NO_TARGET = _("no target for the whole period")
OTHER_CURRENCY = _("target in another currency than that of the organisation")
PARTLY = _("people or teams with a target for a part of the period only")
OWN_KEYS = ("target_attainment", "pipeline_coverage")

# -- which KPI -------------------------------------------------------------------------------------------------------


def attaining(inquiry: Inquiry, by: By = ()) -> Attaining:
    """The targets of the KPI that the question is `of`. Raises UnknownName or QuestionError when it can have none."""
    from stuurhut.kpi.catalogue.index import CATALOGUE  # which holds this topic too

    of = inquiry.question.of
    if of not in CATALOGUE:
        raise UnknownName(_("There is no KPI '%(key)s'; did you mean '%(near)s'?"), key=of, near=nearest(of, CATALOGUE))
    if of in OWN_KEYS:
        raise QuestionError(_("%(key)s has no target of its own; name another KPI, such as sales_value."), key=of)
    kpi = CATALOGUE[of]
    asked = {*inquiry.question.by, *inquiry.filters}
    for name in sorted(asked - kpi.formula.dimensions):
        raise QuestionError(_("%(kpi)s cannot be broken down by '%(name)s'; leave it out."), kpi=of, name=name)
    return Attaining(inquiry, kpi, by, adds_up(kpi, inquiry), sums(kpi, inquiry))


def _formula(kpi: Kpi, inquiry: Inquiry) -> Formula:
    return kpi.formula.chosen(inquiry) if isinstance(kpi.formula, BySetting) else kpi.formula


def sums(kpi: Kpi, inquiry: Inquiry) -> bool:
    """Whether what people reach adds to what their team reaches: calls and open deals do, a win rate does not."""
    return kpi.unit in ("count", "money", "fte") and not isinstance(_formula(kpi, inquiry), Ratio | Share | Duration)


def adds_up(kpi: Kpi, inquiry: Inquiry) -> bool:
    """Whether the values of parts of a period add to that of the whole: calls do, a win rate or a balance does not."""
    formula = _formula(kpi, inquiry)
    return (
        sums(kpi, inquiry)
        and kpi.unit != "fte"
        and bool(formula.dimensions & TIME)
        and not isinstance(formula, Balance)
    )


# -- attainment ------------------------------------------------------------------------------------------------------


def _attainment(inquiry: Inquiry, by: By) -> dict[Key, Value]:
    it = attaining(inquiry, by)
    realised = it.rolled_up(it.kpi.groups)
    return {key: _attained(it, key, realised.get(key, it.kpi.formula.empty)) for key in it.keys(realised)}


def _attained(it: Attaining, key: Key, realised: Value) -> Value:
    target = it.target(key)
    if target is None:
        return Value(None, more={"target": None, "realised": realised.value, "reason": NO_TARGET})
    if not it.adds_up:
        return _level(realised, target, lower_is_better=it.kpi.better == "lower")
    elapsed = it.elapsed(key)
    lower, money = it.kpi.better == "lower", it.kpi.unit == "money"
    figures = clock(realised.value or 0, target, elapsed, lower_is_better=lower, cents=money)
    more: dict[str, object] = {
        "target": whole(target) if money else target,
        "realised": realised.value,
        "pace": figures["pace"],
        "projected": figures["projected"],
        "elapsed_share": elapsed,
    }
    return Value(figures["attained"], more=more)  # type: ignore[arg-type]


def _level(realised: Value, target: Decimal, *, lower_is_better: bool) -> Value:
    """Met or not, with the interval of the KPI against the target; `sure` when that lies on one side of it."""
    aim = float(target)
    value, low, high = (None if v is None else float(v) for v in (realised.value, realised.low, realised.high))
    met = None if value is None else (value <= aim if lower_is_better else value >= aim)
    ends = (high, low) if lower_is_better else (low, high)
    sure = None if low is None or high is None else not low <= aim <= high
    more: dict[str, object] = {"target": target, "realised": realised.value, "met": met, "sure": sure, "pace": None}
    attained = [over(end, aim, reverse=lower_is_better) for end in (value, *ends)]
    return Value(attained[0], attained[1], attained[2], realised.n, more)


def _left_out(inquiry: Inquiry) -> list[Left]:
    it = attaining(inquiry)
    of_kpi = it.kpi.excluded(it.asked)
    return [
        Left(OTHER_CURRENCY, sum(goals.other_currency for goals in it.goals.values())),
        Left(PARTLY, it.lacking()),
        *of_kpi,
    ]


def _behind(inquiry: Inquiry) -> ir.Table | None:
    it = attaining(inquiry)
    return it.kpi.formula.records(it.asked)


_MARCH = weekdays(date(2026, 3, 1), date(2026, 4, 1))  # 22 working days
AT_WORK = [
    {"person": person, "team": "Noord", "day": day, "contract_fte": 1.0, "available_fte": 0.0 if away else 1.0}
    for person in ("Alice", "Bram")
    for day in _MARCH
    for away in [person == "Bram" and day.day < 9]
]


def sale(day: str, value: int, owner: str) -> dict[str, object]:
    return {
        "created_at": "2026-01-05 09:00", "closed_at": f"{day} 12:00", "outcome": "won", "amount": value,
        "owner": owner, "team": "Noord",
    }  # fmt: skip


def target(value: int, **whose: str) -> dict[str, object]:
    return {
        "kpi": "sales_value", "value": str(value), "currency": "EUR", "version": 1, "starts_on": "2026-03-01",
        "until_on": "2026-04-01", "set_at": "2026-01-02 09:00", **whose,
    }  # fmt: skip


_TARGETS = [target(10000, person="Alice"), target(10000, person="Bram"), target(25000, team="Noord")]

KPIS = (
    Kpi(
        key="target_attainment",
        label=_("Target percentage"),
        meaning=_(
            "What was realised in the period, divided by the target for it; never capped. Beside it the pace: against"
            " the target for the working days that have passed, with the season, and where that would end. A team's "
            "target stands apart from those of its people, and a team counts with the teams below it."
        ),
        unit="ratio",
        better="higher",
        phase="sales",
        formula=Computed(
            _attainment,
            TIME | PEOPLE | SALE,
            shows_everyone=True,
            empty=Value(None),
            left_out=_left_out,
            behind=_behind,
        ),
        example=Example(
            story=_(
                "Alice sold for 13,000 against her target of 10,000: 130%. Bram sold for 4,000: 40%. Their team has a"
                " target of its own, 25,000, and sold for 17,000: 68%."
            ),
            facts={
                "opportunity": [sale("2026-03-06", 13000, "Alice"), sale("2026-03-11", 4000, "Bram")],
                "target": _TARGETS,
                "person_day": AT_WORK,
            },
            as_of="2026-03-15",
            by=("person",),
            expect=0.68,
            rows={"Alice": 1.3, "Bram": 0.4},
        ),
    ),
)
