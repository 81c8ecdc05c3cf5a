"""The plan to 100% in words and pictures: what stands on its page, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stuurhut.cockpit.asking import Asked
from stuurhut.cockpit.findings import asking_within
from stuurhut.kpi.formula import PEOPLE
from stuurhut.kpi.judging import planning
from stuurhut.kpi.judging.asking import Asking
from stuurhut.kpi.plan import Plan
from stuurhut.ui.numbers import day, money, plain


@dataclass(frozen=True)
class Stretch:
    """A part of the bar from nothing to the target: sold, expected of what is open, to come of new deals."""

    kind: str
    start: float
    length: float


@dataclass(frozen=True)
class Way:
    """The bar from nothing to the target: its stretches, where the target lies and where this pace ends. 0 to 100."""

    stretches: tuple[Stretch, ...]
    target: float
    ending: float | None
    low: float | None
    high: float | None


def asking_of(asked: Asked) -> Asking:
    """The page's question for the judges: whose figures, and the whole organisation to lay them beside."""
    where = tuple(pair for pair in asked.question("target_attainment").where if pair[0] in PEOPLE)
    judged = asking_within(asked.scope, where, asked.period, asked.as_of, asked.zone)
    return replace(judged, as_of=asked.as_of)  # a plan counts and does not judge: to the minute


def plan_of(asked: Asked) -> Plan:
    """The plan of all that the page is about."""
    return planning.plan(asking_of(asked))


def plans_of(asked: Asked) -> tuple[Plan, ...]:
    """The plan of each seller in view who has one, or sold something; none where single people may not be seen."""
    if not asked.lens.people:
        return ()
    found = planning.plans(asking_of(asked))
    return tuple(plan for plan in found if plan.aim.target is not None or plan.aim.realised)


# -- sentences -------------------------------------------------------------------------------------------------------


def headline(plan: Plan) -> str:
    """The plan in one sentence."""
    still, per_week = euros(plan.still), euros(plan.sold.per_week)
    words = {
        "still": still,
        "weeks": weeks(plan.hands.weeks),
        "per_week": per_week,
        "now": euros(plan.sold.done_per_week),
    }
    match plan.standing:
        case "no_target":
            return _("No target is set for this period, so there is nothing to plan towards.")
        case "nothing_asked":
            return _("The target is nothing: in this period no sales are asked.")
        case "met":
            return _("The target is met, with %(surplus)s above it.") % {"surplus": euros(plan.surplus)}
        case "missed":
            return _("The period is over, %(still)s short of the target.") % words
        case "no_days":
            return _("%(still)s to go, and no working days left in this period.") % words
        case "covered":
            text = _("%(still)s to go, and the open pipeline is expected to bring %(expected)s: closing it is enough.")
            return text % {**words, "expected": euros(plan.expected)}
    if plan.sold.done_per_week is None:
        return _("%(still)s to go in %(weeks)s: %(per_week)s a week.") % words
    return _("%(still)s to go in %(weeks)s: %(per_week)s a week. The last 13 weeks it was %(now)s.") % words


def remarks(plan: Plan, starts_on: date) -> list[str]:
    """What must be known to read the plan well, of a period that begins on that day."""
    found = []
    if plan.aim.target and not plan.aim.begun:
        found.append(_("The period begins on %(day)s; this is the plan for all of it.") % {"day": day(starts_on)})
    if plan.asks_for_work and plan.on_course is not None and plan.sold.is_enough not in (None, plan.on_course):
        found.append(_differing_paces(plan))
    if plan.is_late:
        days = {"days": plain(plan.cycle_days)}
        found.append(
            _("Half of the sales took %(days)s days or more: what starts now mostly closes after this period.") % days
        )
    if plan.asks_for_work and plan.pipeline.overdue > 0:
        overdue = {"amount": euros(plan.pipeline.overdue)}
        found.append(
            _("%(amount)s more is open with a closing date that has passed; give it a new date and it counts.")
            % overdue
        )
    return found


def _differing_paces(plan: Plan) -> str:
    """Why the pace of the period says otherwise than the last thirteen weeks."""
    if plan.on_course:
        return _("The last 13 weeks brought less than is needed a week, but at the pace of this period it is enough.")
    return _("The last 13 weeks brought enough a week, but at the pace of this period, by season, it falls short.")


def ends_at(plan: Plan) -> str:
    """Where this pace ends, with its band; empty without a pace."""
    end = plan.ending
    if end is None or plan.standing == "missed" or plan.aim.over:
        return ""
    if end.low is None or end.high is None:
        return _("%(value)s; too early to tell how far off that may be") % {"value": euros(end.value)}
    return _("%(value)s; in 8 of 10 cases between %(low)s and %(high)s") % {
        "value": euros(end.value), "low": euros(end.low), "high": euros(end.high),
    }  # fmt: skip


def course_words(plan: Plan) -> tuple[str, str]:
    """On course or behind: the state and its words."""
    match plan.standing:
        case "no_target":
            return "unknown", _("no target set")
        case "nothing_asked":
            return "unknown", _("target is nothing")
        case "met":
            return "good", _("target met")
        case "missed":
            return "bad", _("target missed")
        case "no_days":
            return "bad", _("no working days left")
    if plan.on_course is None:
        return "unknown", _("too early to tell")
    return ("good", _("on course")) if plan.on_course else ("bad", _("behind"))


def euros(value: Decimal | float | None) -> str:
    return money(value, short=True)


def weeks(value: float) -> str:
    """Working weeks with one decimal: 5,5 working weeks."""
    number = plain(value, 1)
    return ngettext("%(number)s working week", "%(number)s working weeks", 1 if value == 1 else 2) % {"number": number}


# -- the way to the target -------------------------------------------------------------------------------------------


def way(plan: Plan) -> Way | None:
    """The bar from nothing to the target; None without a target."""
    if not plan.aim.target:
        return None
    target, sold = float(plan.aim.target), max(0.0, float(plan.aim.realised))
    brought = min(float(plan.expected), float(plan.still)) if plan.asks_for_work else 0.0
    end = plan.ending if plan.asks_for_work or plan.standing == "met" else None
    known = [target, sold] + ([end.value, end.high or 0.0] if end else [])
    scale = 100 / (max(known) * 1.02)

    def place(value: float | None) -> float | None:
        return None if value is None else round(max(0.0, value) * scale, 2)

    lengths = (("sold", sold), ("open", brought), ("new", float(plan.from_new)))
    stretches, start = [], 0.0
    for kind, length in lengths:
        stretches.append(Stretch(kind, round(start * scale, 2), round(length * scale, 2)))
        start += length
    return Way(
        tuple(one for one in stretches if one.length),
        round(target * scale, 2),
        place(end.value) if end else None,
        place(end.low) if end else None,
        place(end.high) if end else None,
    )
