"""The steps of a plan as lines, and the plans of sellers as rows: needed a week beside done a week."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from stuurhut.cockpit.planning import course_words, euros
from stuurhut.kpi.plan import Plan, Step
from stuurhut.kpi.ratios import DEALS, LEADS, SOLD
from stuurhut.ui.numbers import NOTHING, plain, share

Address = Callable[[str], str]  # where a KPI stands
MARKS = {"good": "circle-check", "bad": "alert-circle", "unknown": "circle-dashed"}
IN_TABLE = (SOLD, "quotes_sent", "appointments", "calls")


@dataclass(frozen=True)
class Bar:
    """What is done a week, and what is needed, on one scale of 0 to 100."""

    done: float
    needed: float


@dataclass(frozen=True)
class Line:
    """A step of the plan as a line: in all, per week, now; `takes` is the ratio behind it and `sure` how sure that is.

    `state` is good, bad or unknown, with `words`.
    """

    key: str
    label: str
    address: str
    needed: str
    per_week: str
    done: str
    takes: str
    sure: str
    state: str
    words: str
    bar: Bar | None

    @property
    def mark(self) -> str:
        return MARKS[self.state]


# -- lines -----------------------------------------------------------------------------------------------------------


def labels() -> dict[str, str]:
    """What the steps are called in a plan."""
    return {
        SOLD: _("Sales"), DEALS: _("Deals"), "quotes_sent": _("Quotes"), "appointments": _("Appointments"),
        "calls": _("Calls"), LEADS: _("Leads"),
    }  # fmt: skip


def lines(plan: Plan, address: Address) -> list[Line]:
    """What is still to be sold, in amount and in deals."""
    names = labels()
    return [_line(plan, step, address, names[step.key]) for step in (plan.sold, plan.deals)]


def new_lines(plan: Plan, address: Address) -> list[Line]:
    """What new deals take: their quotes, appointments and calls, or their leads."""
    names = labels()
    return [_line(plan, step, address, names[step.key]) for step in (*plan.steps[1:], plan.leads)]


def new_deals(plan: Plan) -> str:
    """How many new deals are needed, and how many that is a week."""
    deals = plan.steps[0]
    if deals.needed is None or deals.per_week is None:
        return _("too early to tell how many")
    words = {"number": number(deals, deals.needed, whole=True), "per_week": number(deals, deals.per_week)}
    return _("%(number)s deals, %(per_week)s a week") % words


def _line(plan: Plan, step: Step, address: Address, label: str) -> Line:
    is_asked = plan.standing != "no_target"
    state, words = _enough(step) if is_asked else course_words(plan)
    return Line(
        key=step.key,
        label=label,
        address=address(step.key),
        needed=number(step, step.needed if is_asked else None, whole=True),
        per_week=number(step, step.per_week if is_asked else None),
        done=number(step, step.done_per_week),
        takes=_takes(step),
        sure=_sure(step),
        state=state,
        words=words,
        bar=_bar(step),
    )


def number(step: Step, value: float | None, *, whole: bool = False) -> str:
    """A figure of a step: euros, or a number with one decimal (none when `whole`)."""
    if value is None:
        return NOTHING
    if step.key == SOLD:
        return euros(value)
    return plain(value, 0 if not value or (whole and value >= 10) else 1)


def _enough(step: Step) -> tuple[str, str]:
    if step.why:
        return "unknown", _(step.why)
    if not step.per_week:
        return "good", _("none needed")
    if step.done_per_week is None:
        return "unknown", _("not known what is done now")
    if step.is_enough:
        return "good", _("enough at this pace")
    return "bad", _("%(number)s more a week") % {"number": number(step, step.per_week - step.done_per_week)}


def _bar(step: Step) -> Bar | None:
    most = max(step.per_week or 0.0, step.done_per_week or 0.0)
    if step.per_week is None or step.done_per_week is None or most <= 0:
        return None
    scale = 100 / (most * 1.05)
    return Bar(round(max(0.0, step.done_per_week) * scale, 2), round(step.per_week * scale, 2))


def _takes(step: Step) -> str:
    """How many of a step one of the next takes."""
    if step.ratio is None:
        return ""
    if step.leads_to == SOLD:
        return _("%(amount)s a deal") % {"amount": euros(step.ratio.value)}
    words = {
        ("quotes_sent", DEALS): _("%(number)s quotes a deal"),
        ("appointments", "quotes_sent"): _("%(number)s appointments a quote"),
        ("appointments", DEALS): _("%(number)s appointments a deal"),
        ("calls", "appointments"): _("%(number)s calls an appointment"),
        ("calls", "quotes_sent"): _("%(number)s calls a quote"),
        ("calls", DEALS): _("%(number)s calls a deal"),
        (LEADS, DEALS): _("%(number)s leads a deal"),
    }[step.key, step.leads_to]
    return words % {"number": plain(1 / step.ratio.value, 1)}


def _sure(step: Step) -> str:
    """How sure the ratio is: its interval, what it rests on, and whose it is."""
    ratio = step.ratio
    if ratio is None:
        return ""
    whose = {
        "own": _("own past year, n = %(n)s"),
        "both": _("own past year (n = %(n)s) and the team's"),
        "team": _("mostly the team's; own n = %(n)s"),
    }[ratio.basis] % {"n": plain(ratio.n)}
    if ratio.low is None or ratio.high is None:
        return whose
    between = {"low": plain(1 / ratio.high, 1), "high": plain(1 / ratio.low, 1), "whose": whose}
    return _("%(low)s to %(high)s; %(whose)s") % between


# -- sellers ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A seller's plan as a row: each step as (needed a week, done a week, enough)."""

    name: str
    address: str
    attained: str
    still: str
    steps: tuple[tuple[str, str, str], ...]
    ending: str
    state: str
    words: str

    @property
    def mark(self) -> str:
        return MARKS[self.state]


def rows(plans: Collection[Plan], address: Callable[[int], str]) -> list[Row]:
    """The plans of sellers as rows of a table, by name."""
    return [_row(plan, address) for plan in plans]


def _row(plan: Plan, address: Callable[[int], str]) -> Row:
    state, words = course_words(plan)
    steps = {step.key: step for step in (plan.sold, *plan.steps)}
    target = plan.aim.target
    return Row(
        name=plan.about.name,
        address=address(plan.about.id or 0),
        attained=share(plan.aim.realised / target) if target else NOTHING,
        still=euros(plan.still) if target else NOTHING,
        steps=tuple(_cell(steps[key], is_asked=target is not None) for key in IN_TABLE),
        ending=euros(plan.ending.value) if plan.ending else NOTHING,
        state=state,
        words=words,
    )


def _cell(step: Step, *, is_asked: bool) -> tuple[str, str, str]:
    enough = {True: "good", False: "bad", None: "unknown"}[step.is_enough]
    return number(step, step.per_week if is_asked else None), number(step, step.done_per_week), enough
