"""What is judged of a seller: which steps of the funnel are strong or weak, and bad month or structural."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from stuurhut.cockpit.asking import Asked
from stuurhut.cockpit.findings import asking_of
from stuurhut.cockpit.judged import judgement, looks
from stuurhut.cockpit.telling import told
from stuurhut.crm.models import Stage
from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.judging.course import course_of_person
from stuurhut.kpi.judging.funnel import STEPS
from stuurhut.kpi.judging.responses import answers
from stuurhut.kpi.judging.steps import Step, steps
from stuurhut.kpi.statistics.intervals import wilson
from stuurhut.kpi.verdicts import kinds
from stuurhut.kpi.verdicts.verdict import State, Verdict
from stuurhut.kpi.words.answer import Number, Value
from stuurhut.kpi.words.errors import QuestionError
from stuurhut.kpi.words.text import gettext_noop
from stuurhut.ui.numbers import interval, plain, share

DIFFERS = (kinds.WEAK_STEP, kinds.STRONG_STEP)
COURSES = ("sales_value", "win_rate", "quotes_sent", "appointments", "calls", "follow_ups")


@dataclass(frozen=True)
class StepLine:
    """A step of the funnel: the own share with its interval, that of the others, and what to think of it.

    `low`, `at`, `high` and `others_at` are places on one scale of 0 to 100; None is not drawn.
    """

    kind: str
    label: str
    address: str
    rate: str
    sure: str
    others: str
    state: State
    words: str
    sentence: str
    remedy: str
    at: float | None
    low: float | None
    high: float | None
    others_at: float | None

    @property
    def differs(self) -> bool:
        return self.kind in DIFFERS


@dataclass(frozen=True)
class CourseLine:
    """The verdict on the course of one figure, in a few words; `chosen` is the one that is drawn."""

    key: str
    label: str
    address: str
    state: State
    words: str
    chosen: bool


def funnel(own: Asked, person: int) -> tuple[list[StepLine], list[StepLine]]:
    """The steps of a seller in the order of the funnel, and the stages of the sales process in theirs."""
    found = [step for step in steps(asking_of(own)) if step.person == person and step.n]
    places = dict(Stage.objects.values_list("pk", "order"))
    of_funnel = sorted((step for step in found if step.kpi in STEPS), key=lambda step: STEPS.index(step.kpi))
    stages = [(places.get(step.stage.id or 0, 0), step) for step in found if step.stage]
    of_stages = [step for _place, step in sorted(stages, key=lambda pair: (pair[0], pair[1].kpi))]
    return _lines(own, of_funnel), _lines(own, of_stages)


def _lines(own: Asked, found: list[Step]) -> list[StepLine]:
    """Lines on one scale."""
    intervals = [wilson(step.hits, step.n) for step in found]
    ends = [float(end) for one in intervals for end in (one.high,) if end is not None]
    scale = 98 / max([*ends, *(step.others for step in found if step.others is not None), 0.01])
    return [_step_line(own, step, one, scale) for step, one in zip(found, intervals, strict=True)]


def _step_line(own: Asked, step: Step, between: Value, scale: float) -> StepLine:
    verdict, low, high = step.verdict, between.low, between.high
    differs = verdict is not None and verdict.kind in DIFFERS
    # Sellers differ among themselves, and many steps are looked at: what lies outside one interval is not proven yet.
    is_luck = verdict is not None and verdict.kind == kinds.AS_OTHERS and not _within(step.others, between)
    words = {"interval": interval(low, high, "ratio"), "n": plain(step.n)}
    stage = str(step.stage.id) if step.stage else ""
    return StepLine(
        kind=verdict.kind if verdict else "",
        label=step.stage.name if step.stage else _(kpi_of(step.kpi).label),
        address=own.address(reverse("kpi", args=[step.kpi]), by="", stage=stage),
        rate=share(step.rate),
        sure=_("%(interval)s (n = %(n)s)") % words,
        others=share(step.others),
        state="unknown" if is_luck or not verdict else verdict.state,
        words=_("the difference may be luck") if is_luck else told(verdict.brief) if verdict else _("cannot say"),
        sentence=_why_luck() if is_luck else told(verdict.sentence) if verdict and differs else "",
        remedy=told(verdict.remedy) if verdict and differs else "",
        at=_place(step.rate, scale),
        low=_place(low, scale),
        high=_place(high, scale),
        others_at=_place(step.others, scale),
    )


def _why_luck() -> str:
    """Why what lies outside one interval is not called a difference."""
    return _("We look at many steps at once, so a larger difference is needed before we say something.")


def _within(rate: float | None, between: Value) -> bool:
    low, high = between.low, between.high
    return rate is None or low is None or high is None or float(low) <= rate <= float(high)


def _place(rate: Number, scale: float) -> float | None:
    return None if rate is None else round(float(rate) * scale, 2)


def summary(lines: list[StepLine]) -> str:
    """Strong and weak in one sentence."""
    weak = [line.label for line in lines if line.kind == kinds.WEAK_STEP]
    strong = [line.label for line in lines if line.kind == kinds.STRONG_STEP]
    words = {"weak": ", ".join(weak), "strong": ", ".join(strong)}
    if weak and strong:
        return _("Weak in: %(weak)s. Strong in: %(strong)s.") % words
    if weak:
        return _("Weak in: %(weak)s.") % words
    if strong:
        return _("Strong in: %(strong)s.") % words
    return _("No step differs from that of the others by more than chance.")


def answering(own: Asked, person: int) -> Verdict | None:
    """Whether leads wait for this seller or for the whole team (B2); None when nothing can be said."""
    found = answers(asking_of(own))
    about_person = (one for one in found if (one.about.kind, one.about.id) == ("person", person))
    return next(about_person, found[0] if found else None)


def courses(own: Asked, person: int, path: str) -> dict[str, Any]:
    """Per figure bad month or structural, and the course of the one chosen with its natural limits.

    Without a choice it is what is structural, then what is an incident, then the sales. Raises QuestionError for
    another figure.
    """
    verdicts = {key: course_of_person(asking_of(own), key, person) for key in COURSES}
    chosen = own.given.get("figure", "") or _most_telling(verdicts)
    if chosen not in COURSES:
        raise QuestionError(
            gettext_noop("'%(text)s' is no figure of this page; choose %(known)s."),
            text=chosen,
            known=", ".join(COURSES),
        )
    return {
        "course_lines": [_course_line(own, key, verdicts[key], chosen, path) for key in COURSES],
        "chosen_label": _(kpi_of(chosen).label),
        **judgement(own, chosen),
    }


def _most_telling(verdicts: dict[str, Verdict | None]) -> str:
    for kind in (kinds.STRUCTURAL, kinds.INCIDENT):
        found = [key for key, verdict in verdicts.items() if verdict and verdict.kind == kind]
        bad = [key for key in found if (it := verdicts[key]) and it.state != "good"]
        if found:
            return (bad or found)[0]
    return COURSES[0]


def _course_line(own: Asked, key: str, verdict: Verdict | None, chosen: str, path: str) -> CourseLine:
    return CourseLine(
        key=key,
        label=_(kpi_of(key).label),
        address=own.address(path, part="course", figure=key, person="", by=""),
        state=looks(verdict) if verdict else "unknown",
        words=told(verdict.brief) if verdict else _("too early to tell"),
        chosen=key == chosen,
    )
