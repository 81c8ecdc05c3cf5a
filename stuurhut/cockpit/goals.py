"""What should have been reached, beside a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from stuurhut import replica
from stuurhut.cockpit.asking import Asked
from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.catalogue.attainment import OWN_KEYS
from stuurhut.kpi.words.answer import Answer
from stuurhut.kpi.words.period import GRAINS
from stuurhut.replica.asked import DEFAULT_OF
from stuurhut.ui.numbers import share, written


@dataclass(frozen=True)
class Goal:
    """The target of a number in words, and how it stands: on course, behind, or no target set."""

    text: str
    state: Literal["good", "bad", "unknown"]
    level: float | None = None

    @property
    def mark(self) -> str:
        return {"good": "circle-check", "bad": "alert-circle", "unknown": "circle-dashed"}[self.state]


def goal_of(asked: Asked, key: str, answer: Answer) -> Goal | None:
    """The target for a KPI over the page's period, from its `target_attainment`; None where there can be none."""
    if key in OWN_KEYS or any(name in GRAINS for name, _value in asked.filters):
        return None
    if not all(name in kpi_of(key).formula.dimensions for name, _value in asked.question("target_attainment").where):
        return None
    # The clock of the sales is on the cockpit with its comparison: the same question is answered once.
    compare = asked.compare if key == DEFAULT_OF else ""
    question = asked.question("target_attainment", of=key, compare=compare, brief=True)
    attained = replica.ask(question, asked.scope).total
    target = attained.more.get("target")
    if target is None:
        return Goal(_("no target set"), "unknown")
    level = float(target)  # type: ignore[arg-type]
    words = written(level, answer.unit, answer.currency, short=True)
    if "met" in attained.more:
        return _level(words, level, attained.more["met"])
    if attained.value is None:  # a target of nothing
        return Goal(_("target %(target)s") % {"target": words}, "unknown", level)
    pace = attained.more.get("pace")
    on_course = float(attained.value if pace is None else pace) >= 1  # type: ignore[arg-type]
    text = _("on course: %(share)s of %(target)s") if on_course else _("behind: %(share)s of %(target)s")
    text %= {"share": share(attained.value), "target": words}
    elapsed = attained.more.get("elapsed_share")
    if pace is not None and isinstance(elapsed, float) and elapsed < 1 and answer.better != "lower":
        text = _("%(standing)s, %(share)s expected by now") % {"standing": text, "share": share(elapsed)}
    return Goal(text, "good" if on_course else "bad", level)


def _level(words: str, level: float, met: object) -> Goal:
    """The target of a share, a duration or a balance: met or not."""
    if met is None:
        return Goal(_("target %(target)s") % {"target": words}, "unknown", level)
    text = _("target %(target)s: met") if met else _("target %(target)s: not met")
    return Goal(text % {"target": words}, "good" if met else "bad", level)
