"""The clock: how far we are against the target, where we should be today, where it ends and what is still needed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from stuurhut.cockpit.asking import Asked
from stuurhut.cockpit.plan_lines import number as number_of
from stuurhut.cockpit.planning import euros, plan_of
from stuurhut.kpi.plan import Plan
from stuurhut.kpi.words.answer import Answer
from stuurhut.ui.dial import Dial, dial
from stuurhut.ui.numbers import money, plain, share, step_of


@dataclass(frozen=True)
class Clock:
    """The target percentage as a dial with its words. `needed` is what it still takes, `work` as deals and visits;
    those and the `band` come with the plan, which loads after the numbers.
    """

    dial: Dial | None
    state: str
    words: str
    reached: str
    today: str
    ending: str
    needed: str
    plan: str
    goals: str
    band: str = ""
    work: tuple[str, ...] = ()


def face(asked: Asked, answer: Answer) -> Clock:
    """The clock as far as the answer of `target_attainment` tells: without its band and what it takes."""
    more: Any = answer.total.more
    target, elapsed, projected, realised = (more.get(k) for k in ("target", "elapsed_share", "projected", "realised"))
    running = asked.begun and not asked.finished
    reached = float(answer.total.value) if target and answer.total.value is not None else None
    ending = float(projected) / float(target) if running and target and projected is not None else None
    still = None if target is None or realised is None else max(Decimal(0), Decimal(target) - Decimal(str(realised)))
    state, words = _standing(asked, reached, more.get("pace"), target)
    return Clock(
        dial=None if reached is None else dial(reached, elapsed if running else None, ending),
        state=state,
        words=words,
        reached=_reached(realised, target),
        today=share(elapsed) if running and target and elapsed is not None else "",
        ending=euros(projected) if running and projected is not None else "",
        needed=euros(still) if still else "",
        plan=asked.address(reverse("plan"), by="", of=""),
        goals=reverse("targets"),
    )


def with_plan(asked: Asked, answer: Answer) -> Clock:
    """The same with what the plan to 100% tells: the band of where it ends, and what it still takes."""
    plan, shown = plan_of(asked), face(asked, answer)
    return replace(
        shown,
        dial=_dial(plan, shown),
        band=_band_words(plan) if shown.ending else "",
        work=_work(plan) if plan.asks_for_work else (),
    )


def _standing(asked: Asked, reached: float | None, pace: Any, target: Any) -> tuple[str, str]:
    """Met or missed when the period is over, else how far ahead or short of where it should be by now."""
    if target is None:
        return "unknown", _("no target set")
    if asked.finished and reached is not None:
        return ("good", _("target met")) if reached >= 1 else ("bad", _("target missed"))
    if pace is None or not asked.begun:
        return "unknown", _("too early to tell")
    off = abs(float(pace) - 1) * 100
    words = {"percent": plain(off, 0 if off >= 10 else 1)}
    if pace < 1:
        return "bad", _("behind: %(percent)s%% short of schedule") % words
    return "good", _("on course: %(percent)s%% ahead of schedule") % words if off >= 0.05 else _("on course")


def _dial(plan: Plan, shown: Clock) -> Dial | None:
    """The dial with its band."""
    if not plan.aim.target or plan.ending is None or not shown.ending:
        return shown.dial
    target = float(plan.aim.target)
    elapsed = plan.aim.elapsed if shown.today else None
    return dial(float(plan.aim.realised) / target, elapsed, plan.ending.value / target, _band(plan))


def _band(plan: Plan) -> tuple[float, float] | None:
    """Where it ends in eight of ten cases, as shares of the target; None when that cannot be told yet."""
    end = plan.ending
    if end is None or end.low is None or end.high is None or not plan.aim.target:
        return None
    return end.low / float(plan.aim.target), end.high / float(plan.aim.target)


def _band_words(plan: Plan) -> str:
    end = plan.ending
    if end is None or end.low is None or end.high is None:
        return _("too early to tell how far off that may be")
    return _("eight in ten times %(low)s to %(high)s") % {"low": euros(end.low), "high": euros(end.high)}


def _reached(realised: Any, target: Any) -> str:
    if target is None:
        return "" if realised is None else _("%(realised)s sold") % {"realised": euros(realised)}
    step = step_of(realised, target)
    return _("%(realised)s of %(target)s") % {
        "realised": money(realised, step=step),
        "target": money(target, step=step),
    }


def _work(plan: Plan) -> tuple[str, ...]:
    """What is still needed, parted: expected of what is open, and to come of so many new deals at today's ratios."""
    if plan.standing == "covered":
        return (_("the open pipeline is expected to bring %(expected)s: closing it is enough")
                % {"expected": euros(plan.expected)},)  # fmt: skip
    words = {"amount": euros(plan.from_new), "deals": _new_deals(plan)}
    new = (_("%(amount)s from %(deals)s") % words,)
    if not plan.expected:
        return new
    return (_("%(amount)s expected from the open pipeline") % {"amount": euros(plan.expected)}, *new)


def _new_deals(plan: Plan) -> str:
    """How many, and the quotes and appointments they take, as the plan says them."""
    needed = {step.key: number_of(step, step.needed, whole=True) for step in plan.steps if step.needed}
    if "sales_count" not in needed:
        return _("new deals")
    deals = _count("sales_count", needed["sales_count"])
    takes = [_count(key, needed[key]) for key in ("quotes_sent", "appointments") if key in needed]
    return f"{deals} ({', '.join(takes)})" if takes else deals


def _count(key: str, number: str) -> str:
    one = number in ("1", plain(1, 1))
    words = {
        "sales_count": _("1 new deal") if one else _("%(number)s new deals"),
        "quotes_sent": _("1 quote") if one else _("%(number)s quotes"),
        "appointments": _("1 appointment") if one else _("%(number)s appointments"),
    }[key]
    return words if one else words % {"number": number}
