"""What is judged of one KPI on its page: the verdict on its course, what to do about it, and its natural limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from stuurhut import replica
from stuurhut.cockpit.asking import AT_A_MOMENT, Asked
from stuurhut.cockpit.figure import course_shown
from stuurhut.cockpit.findings import asking_of
from stuurhut.cockpit.goals import Goal, goal_of
from stuurhut.cockpit.telling import told
from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.catalogue.remedies import Situation, fitting
from stuurhut.kpi.judging.course import course
from stuurhut.kpi.judging.limits import Limits, limits
from stuurhut.kpi.judging.windows import lately
from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.verdicts import kinds
from stuurhut.kpi.verdicts.verdict import State, Verdict
from stuurhut.kpi.words.period import GRAINS
from stuurhut.ui.numbers import day, plain, share

JUDGED_BY = frozenset({"person", "team"})  # by anything else there are too few of a month to judge a course
JUDGED_STOCKS = frozenset({"leads_open", "leads_open_per_fte"})  # beside what a seller can handle
LEAST_CHANCE, MOST_CHANCE = 0.001, 0.05


@dataclass(frozen=True)
class Judgement:
    """A verdict as the page says it."""

    state: State
    brief: str
    sentence: str
    evidence: tuple[str, ...]
    sure: str
    remedy: str


def judgement(asked: Asked, key: str) -> dict[str, Any]:
    """The verdict on the course, what to do about it, and the course drawn with its limits."""
    kpi = kpi_of(key)
    goal = goal_of(asked, key, replica.ask(asked.question(key, brief=True), asked.scope))
    verdict = course(asking_of(asked), key) if can_be_judged(asked) and asked.begun else None
    shown = _said(asked, kpi, verdict, goal) if verdict else _unsaid(asked, kpi, goal)
    usual = limits_of(asked, key)
    drawn = course_shown(asked, key, usual) if usual and usual.starts else {}
    return {"kpi": kpi, "verdict": shown, **drawn}


def can_be_judged(asked: Asked) -> bool:
    """Whether the filters of the page leave a course that can be judged."""
    return all(name in JUDGED_BY or name in GRAINS for name, _value in asked.filters)


def limits_of(asked: Asked, key: str) -> Limits | None:
    """The natural limits of the course that the page shows; None where filters leave too little to tell them."""
    return limits(asking_of(asked), key) if can_be_judged(asked) else None


def looks(verdict: Verdict) -> State:
    """What is steady or of the season is neither good nor bad: it may be steadily behind."""
    return "unknown" if verdict.kind in (kinds.STEADY, kinds.SEASON) else verdict.state


def _said(asked: Asked, kpi: Kpi, verdict: Verdict, goal: Goal | None) -> Judgement:
    brief, evidence = told(verdict.brief), tuple(told(sentence) for sentence in verdict.evidence)
    but_behind = goal is not None and goal.state == "bad" and verdict.state == "good"
    if but_behind and goal is not None:
        brief = _("%(verdict)s, but behind the target") % {"verdict": brief}
        evidence = (*evidence, _("The target: %(goal)s") % {"goal": goal.text})
    needs_nothing = verdict.kind == kinds.STEADY and goal is None
    return Judgement(
        state="look" if but_behind else looks(verdict),
        brief=brief,
        sentence=_within_its_window(asked, kpi, told(verdict.sentence)),
        evidence=evidence,
        sure="" if verdict.evidence else _sure(verdict.chance),  # else it is said there
        remedy=told(verdict.remedy) or ("" if needs_nothing else _usual_remedy(kpi, _situation(verdict.state, goal))),
    )


def _within_its_window(asked: Asked, kpi: Kpi, sentence: str) -> str:
    """The sentence with the days it is about, where these begin before the period whose number the page shows."""
    if kpi.key != "lead_response_time":
        return sentence
    window = lately(asking_of(asked))
    if window.start >= asked.period.start:
        return sentence
    return _("Over the past %(days)s days, up to and including %(day)s: %(sentence)s") % {
        "days": plain(window.days),
        "day": day(window.until - timedelta(days=1)),
        "sentence": sentence,
    }


def _unsaid(asked: Asked, kpi: Kpi, goal: Goal | None) -> Judgement:
    """Why there is no verdict, and what the target says instead."""
    state: State = goal.state if goal else "unknown"
    brief = {
        "good": _("the target is in sight"),
        "bad": _("behind the target"),
        "unknown": _("no verdict"),
    }[state]
    if not asked.begun:
        sentence = _("This period has not begun yet; a verdict follows when something has happened in it.")
    elif not can_be_judged(asked):
        sentence = _("With this filter too little is left to judge. Take the filter away for the verdict on the whole.")
    elif kpi.key in AT_A_MOMENT - JUDGED_STOCKS:
        sentence = _("Of a stock we give no verdict; put it beside its target and last year.")
    else:
        sentence = _(
            "Of this figure there is no course to judge yet: it tells how things stand. Put it beside its target and "
            "beside last year."
        )
    return Judgement(state, brief, sentence, (), "", _usual_remedy(kpi, _situation(state, goal)))


def _situation(state: State, goal: Goal | None) -> Situation:
    if state in ("bad", "look") or (goal and goal.state == "bad"):
        return "bad"
    return "good" if state == "good" else "unknown"


def _usual_remedy(kpi: Kpi, situation: Situation) -> str:
    remedy = fitting(kpi, situation)
    return _(remedy.text) if remedy else ""


def _sure(chance: float | None) -> str:
    """How often chance alone would show as much; empty where nothing was tested or nothing stood out."""
    if chance is None or chance > MOST_CHANCE:
        return ""
    if chance < LEAST_CHANCE:
        return _("Chance alone shows something like this in less than %(share)s of cases.") % {
            "share": share(LEAST_CHANCE)
        }
    return _("Chance alone shows something like this in %(share)s of cases.") % {"share": share(chance)}
