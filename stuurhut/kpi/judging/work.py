"""Whether the hands are there, and whether they move the right way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from stuurhut.kpi.judging.asking import Asking
from stuurhut.kpi.judging.beside import number
from stuurhut.kpi.judging.members import days_of, teams_in_view
from stuurhut.kpi.judging.series import Cells, cells, whole_buckets
from stuurhut.kpi.judging.windows import YEAR, a_year, lately
from stuurhut.kpi.judging.worth import CENT, worth_of_one
from stuurhut.kpi.verdicts import hands, mix
from stuurhut.kpi.verdicts.mix import Gamed, Work
from stuurhut.kpi.verdicts.verdict import Subject, Verdict
from stuurhut.kpi.words.answer import Row, Value
from stuurhut.kpi.words.period import Period, add_months, bucket_name, buckets

HALF_YEAR = 6
NEXT_STEP = timedelta(days=30)  # a coffee appointment is known as one thirty days after it


# -- are they there ----------------------------------------------------------------------------------------------------


def hands_there(asking: Asking) -> tuple[Verdict, ...]:
    """Vacancies and long absence per team, lately; at stake is what the missing hands sell in a year (C1)."""
    if asking.only:
        return ()
    rows, view = (
        asking.answer("understaffing", period=lately(asking), by=("team",)).rows,
        {team.id for team in teams_in_view(asking)},
    )
    sold = _sold_per_fte(asking)
    verdicts = []
    for row in rows:
        formation, vacant, absent = (number(row.value.more.get(name)) for name in _HANDS)
        if row.ids["team"] in view and formation:
            about = Subject("team", row.ids["team"], row.names["team"] or "")
            verdict = hands.hands(about, formation, vacant or 0.0, absent or 0.0, asking.thresholds)
            missing = Decimal(str((vacant or 0.0) + (absent or 0.0)))
            stake = sold.get(about.id)
            verdicts.append(replace(verdict, at_stake=None if stake is None else (stake * missing).quantize(CENT)))
    return tuple(verdicts)


_HANDS = ("formation_fte", "vacant_fte", "long_absent_fte")


def _sold_per_fte(asking: Asking) -> Mapping[int | None, Decimal]:
    """What a year's FTE sold, per team."""
    sold = asking.answer("sales_value", period=a_year(asking), by=("team",), per_fte=True)
    return {row.ids["team"]: Decimal(str(each)) for row in sold.rows if (each := row.value.more["per_fte"]) is not None}


# -- do they move ------------------------------------------------------------------------------------------------------


def order_rates(asking: Asking) -> tuple[Verdict, ...]:
    """Many visits and few orders, or half the order rate of colleagues: each seller in view over the year (C2)."""
    seen, every = _works(asking), _works(asking.everyone)
    worth = worth_of_one(asking, "order_count", 0)
    return tuple(
        mix.orders_per_visit(
            about, own, [work for other, work in every.items() if other != about], asking.thresholds,
            looked_at=len(every), worth=worth,
        )
        for about, own in seen.items()
    )  # fmt: skip


def _works(asking: Asking) -> dict[Subject, Work]:
    days = days_of(asking)
    found = {}
    for row in asking.answer("orders_per_visit", period=a_year(asking), by=("person",)).rows:
        about = _person(row)
        if about.id is not None and row.value.n:
            orders = round(float(row.value.value or 0) * row.value.n)
            found[about] = Work(row.value.n, orders, days.get(about.id, 0.0))
    return found


def new_customers(asking: Asking) -> tuple[Verdict, ...]:
    """Hardly any calls and visits to new customers: each seller in view over the year (C2)."""
    answer = asking.answer("new_customer_share", period=a_year(asking), by=("person",))
    usual = asking.everyone.answer("new_customer_share", period=a_year(asking), by=("person",)).total
    return tuple(
        mix.new_customers(_person(row), _hits(row.value), row.value.n, number(usual.value), asking.thresholds)
        for row in answer.rows
        if row.ids["person"] is not None and row.value.n
    )


def _person(row: Row) -> Subject:
    return Subject("person", row.ids["person"], row.names["person"] or "")


def _hits(share: Value) -> int:
    return round(float(share.value or 0) * (share.n or 0))


# -- coffee ------------------------------------------------------------------------------------------------------------


def coffees(asking: Asking) -> tuple[Verdict, ...]:
    """Appointments that are met or up while turnover is not and their content is poor: each team in view (E2).

    Over the last half year of which is known what followed, against the same months a year before.
    """
    span = whole_buckets(asking, "month")
    teams = teams_in_view(asking)
    if span is None or not teams:
        return ()
    until = span.until
    while until + NEXT_STEP > asking.zone.day(asking.as_of):
        until = add_months(until, -1)
    now = Period(add_months(until, -HALF_YEAR), until)
    then = Period(add_months(now.start, -YEAR), add_months(now.until, -YEAR))
    return tuple(mix.coffee(team, gamed, asking.thresholds) for team, gamed in _gamed(asking, span, teams, now, then))


def _gamed(
    asking: Asking, span: Period, teams: tuple[Subject, ...], now: Period, then: Period
) -> list[tuple[Subject, Gamed]]:
    by = ("person", "team", "month")  # as asked for the courses of sellers and teams
    held = cells(asking.answer("appointments", period=span, by=by).rows, "count", "team", "month")
    poor = cells(asking.answer("coffee_appointments", period=span, by=("team", "month")).rows, "count", "team", "month")
    marked = cells(
        asking.answer("valuable_appointment_share", period=span, by=("team", "month")).rows, "share", "team", "month"
    )
    sold = cells(asking.answer("sales_value", period=span, by=("team", "month")).rows, "money", "team", "month")
    goals = {key: _attained(asking, key, now) for key in ("appointments", "sales_value")}
    found = []
    for team in teams:
        aims = (goals["appointments"].get(team.id), goals["sales_value"].get(team.id))
        against_target = None not in aims
        ups = (_up(held, team, now, then), _up(sold, team, now, then))
        activity, turnover = aims if against_target else ups
        found.append((team, Gamed(
            activity, turnover, round(_sum(poor, team, now)), round(_sum(marked, team, now, n=True)),
            round(_sum(poor, team, then)), round(_sum(marked, team, then, n=True)), against_target,
        )))  # fmt: skip
    return found


def _attained(asking: Asking, key: str, period: Period) -> dict[int | None, float]:
    answer = asking.answer("target_attainment", period=period, by=("team",), of=key)
    return {row.ids["team"]: float(row.value.value) for row in answer.rows if row.value.value is not None}


def _up(found: Cells, team: Subject, now: Period, then: Period) -> float | None:
    before = _sum(found, team, then)
    return _sum(found, team, now) / before if before else None


def _sum(found: Cells, team: Subject, period: Period, *, n: bool = False) -> float:
    names = [bucket_name(start, "month") for start in buckets(period, "month")]
    own = found.get(team, {})
    return sum((own[name].n if n else own[name].value) for name in names if name in own)
