"""Made teams without anything to find: sellers differ and months differ, but nobody and nothing has changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from stuurhut.kpi.words.period import add_months

Table = Any  # an array of numpy
MONTHS = 48  # three years to learn what is usual, and the year that is judged
START = date(2023, 1, 1)
SOURCES = ("website", "outbound", "fair", "referral")
SHARE_OF_SOURCE = np.array([0.40, 0.30, 0.10, 0.20])
GAIN = np.array([0.0, -0.25, 0.1, 0.45])  # log odds of a source at every step
FOLLOW = {"call_to_appointment": -0.9, "appointment_to_quote": -0.3, "quote_to_order": -0.2, "win_rate": -1.0}
STEPS = tuple(FOLLOW)
SELLERS_DIFFER = 0.2  # standard deviation of their log odds at a step
TEAMS_DIFFER = 0.3
DEAL_SKEW = 0.7  # of the logarithm of a deal's size
MONTHS_DIFFER = 0.10  # standard deviation of how busy somebody is in a month
WEEKS_DIFFER = 0.08  # of the leads of a team in a week, besides luck
HOLIDAYS = {7: 0.30, 8: 0.25, 12: 0.20, 5: 0.10}  # share of a month's days that is taken off


@dataclass(frozen=True)
class Course:
    """One KPI of every seller of a team: values and what they rest on, a row per seller and a column per month."""

    kind: str
    values: Table
    n: Table


@dataclass(frozen=True)
class Team:
    """A team of 48 months. `courses` by KPI; `steps` by step: hits and n per seller, month and source.

    `weekly` are the leads of the team per whole week, `week_days` the working days in it, `weeks` the Mondays; `waves`
    whether the year has a season.
    """

    courses: dict[str, Course]
    steps: dict[str, tuple[Table, Table]]
    weekly: Table
    week_days: Table
    weeks: tuple[date, ...]
    waves: bool


def months() -> tuple[date, ...]:
    return tuple(add_months(START, number) for number in range(MONTHS))


def team(seed: int) -> Team:
    """Six to ten sellers; the same for the same seed."""
    rng = np.random.default_rng([seed, 2026])
    sellers = int(rng.integers(6, 11))
    waves = bool(rng.random() < 0.5)
    height, top = (rng.uniform(0.1, 0.35), rng.uniform(0, 2 * np.pi)) if waves else (0.0, 0.0)
    size = np.exp(rng.normal(0, 0.4))  # from small to busy teams
    days = _days(rng, sellers)
    season = 1 + height * np.cos(2 * np.pi * np.array([_part(start) for start in months()]) - top)
    at_work = days * season * np.exp(rng.normal(0, 0.25, (sellers, 1)))
    mix = rng.dirichlet(SHARE_OF_SOURCE * 12, sellers)
    leads, calls = (_events(rng, at_work * rate * size, mix) for rate in (0.75, 1.6))
    odds = {step: base + rng.normal(0, TEAMS_DIFFER) for step, base in FOLLOW.items()}
    skill = {step: rng.normal(0, SELLERS_DIFFER, (sellers, 1, 1)) for step in FOLLOW}
    chance = {step: 1 / (1 + np.exp(-(odds[step] + skill[step] + GAIN))) for step in FOLLOW}
    appointments = rng.binomial(calls, chance["call_to_appointment"])
    quotes = rng.binomial(appointments, chance["appointment_to_quote"])
    orders = rng.binomial(quotes, chance["quote_to_order"])
    steps = {
        "call_to_appointment": (appointments, calls),
        "appointment_to_quote": (quotes, appointments),
        "quote_to_order": (orders, quotes),
        "win_rate": (rng.binomial(leads, chance["win_rate"]), leads),
    }
    follow_ups = rng.poisson(_busy(rng, at_work * 2.4 * size))
    counted = {
        "leads_created": leads.sum(axis=2), "calls": calls.sum(axis=2), "appointments": appointments.sum(axis=2),
        "follow_ups": follow_ups, "order_count": orders.sum(axis=2),
    }  # fmt: skip
    courses = {key: Course("count", found.astype(float), days) for key, found in counted.items()}
    courses["sales_value"] = Course("money", _values(rng, orders.sum(axis=2)), days)
    courses["lead_response_time"] = _response(rng, leads.sum(axis=2))
    for step, (hits, n) in steps.items():
        courses[step] = Course("share", hits.sum(axis=2).astype(float), n.sum(axis=2).astype(float))
    return Team(courses, steps, *_weekly(rng, sellers * 3.75 * size, height, top), waves)


def _part(day: date) -> float:
    """How much of the year has passed, in the middle of the month or week."""
    return ((day - date(day.year, 1, 1)).days + 15) / 365.25


def _days(rng: np.random.Generator, sellers: int) -> Table:
    """Available working days per seller and month: part-time, holidays, and now and then weeks of absence."""
    fte = rng.choice([1.0, 1.0, 1.0, 0.8, 0.6], (sellers, 1))
    off = np.array([HOLIDAYS.get(start.month, 0.03) for start in months()])
    away = (rng.random((sellers, MONTHS)) < 0.04) * rng.uniform(0.2, 0.7, (sellers, MONTHS))
    taken = np.clip(off * rng.uniform(0.4, 1.6, (sellers, MONTHS)) + away, 0, 0.9)
    return np.round(fte * 21 * (1 - taken), 1)


def _busy(rng: np.random.Generator, expected: Table) -> Table:
    """More in one month than in another, with the same hands."""
    return expected * rng.gamma(1 / MONTHS_DIFFER**2, MONTHS_DIFFER**2, expected.shape)


def _events(rng: np.random.Generator, expected: Table, mix: Table) -> Table:
    """Counts per seller, month and source."""
    return rng.poisson(_busy(rng, expected)[:, :, None] * mix[:, None, :])


def _values(rng: np.random.Generator, orders: Table) -> Table:
    """What the orders of a month are worth together; deal sizes are skewed, and differ between sellers."""
    size = 14_000 * np.exp(rng.normal(0, 0.2, len(orders)))
    found = np.zeros(orders.shape)
    for seller, month in zip(*np.nonzero(orders), strict=True):
        found[seller, month] = (size[seller] * np.exp(rng.normal(0, DEAL_SKEW, orders[seller, month]))).sum()
    return found


def _response(rng: np.random.Generator, leads: Table) -> Course:
    """The logarithm of the median minutes to an answer, as behaviour.chart takes it."""
    n = leads.astype(float)
    usual = np.log(150) + rng.normal(0, 0.4, (len(leads), 1))
    spread = np.sqrt(1.57 * 0.8**2 / np.maximum(n, 1) + 0.1**2)  # of a median, and of months
    return Course("duration", usual + spread * rng.standard_normal(leads.shape), n)


def _weekly(rng: np.random.Generator, level: float, height: float, top: float) -> tuple[Table, Table, tuple[date, ...]]:
    """Leads of a team per week, with luck, a season, and what makes neighbouring weeks alike."""
    first = START - timedelta(days=START.weekday())
    weeks = tuple(first + timedelta(weeks=number) for number in range(MONTHS * 52 // 12))
    alike = np.zeros(len(weeks))
    for number in range(1, len(weeks)):
        alike[number] = 0.4 * alike[number - 1] + rng.normal(0, WEEKS_DIFFER)
    season = 1 + height * np.cos(2 * np.pi * np.array([_part(week) for week in weeks]) - top)
    days = rng.choice([5.0, 5.0, 5.0, 5.0, 4.0], len(weeks))
    return rng.poisson(level * days / 5 * season * np.exp(alike)), days, weeks
