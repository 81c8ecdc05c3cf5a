"""The clock: how far we are against the target, where we should be today, where it ends and what is still needed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from math import ceil
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stuurhut.cockpit.asking import Asked
from stuurhut.cockpit.planning import course_words, euros, plan_of
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
    state, words = _standing(more.get("pace"), target, asked.begun)
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
    state, words = course_words(plan)
    return replace(
        shown,
        dial=_dial(plan, shown),
        state=state,
        words=words,
        band=_band_words(plan) if shown.ending else "",
        work=_work(plan) if plan.asks_for_work else (),
    )


def _standing(pace: Any, target: Any, begun: bool) -> tuple[str, str]:
    if target is None:
        return "unknown", _("no target set")
    if pace is None or not begun:
        return "unknown", _("too early to tell")
    return ("good", _("on course")) if pace >= 1 else ("bad", _("behind"))


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
    """What it takes beyond what is open, at today's ratios: so many deals, quotes and appointments."""
    if plan.standing == "covered":
        return (_("the open pipeline is expected to bring %(expected)s: closing it is enough")
                % {"expected": euros(plan.expected)},)  # fmt: skip
    needed = {step.key: ceil(round(step.needed, 6)) for step in plan.steps if step.needed}
    counted = [_count(key, needed[key]) for key in ("sales_count", "quotes_sent", "appointments") if key in needed]
    return tuple(counted)


def _count(key: str, number: int) -> str:
    words = {
        "sales_count": ngettext("%(number)s new deal", "%(number)s new deals", number),
        "quotes_sent": ngettext("%(number)s quote", "%(number)s quotes", number),
        "appointments": ngettext("%(number)s appointment", "%(number)s appointments", number),
    }[key]
    return words % {"number": plain(number)}
