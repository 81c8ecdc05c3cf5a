"""The seven as tiles: each a number, against what, how sure, and where it came from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from stuurhut import replica
from stuurhut.cockpit.asking import AT_A_MOMENT, Asked
from stuurhut.cockpit.course import grain_of, kind_for, points, stretch
from stuurhut.cockpit.goals import Goal, goal_of
from stuurhut.cockpit.metrics import SEVEN, Metric, further
from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.words.answer import Answer, Number
from stuurhut.kpi.words.period import Period, parse
from stuurhut.kpi.words.question import Comparison, Question
from stuurhut.ui.charts import Course, course
from stuurhut.ui.differences import Difference, difference
from stuurhut.ui.numbers import day, plain, share, short_day, written
from stuurhut.ui.periods import called, stepped

HAPPENED = ("sales_value", "leads_created", "follow_ups")
TELLING_WHAT_IS_LEFT_OUT = ("follow_ups",)
CLOCK = "target_attainment"


@dataclass(frozen=True)
class Tile:
    """One metric, ready to be shown. `words` stand in for a number that cannot be given, `because` says why nothing.

    `beside` is all that is said with it, `said` what of that stands on the tile. `on` is the day of what is so at a
    moment, `goals` where a target can be set when there is none.
    """

    key: str
    label: str
    address: str
    records: str
    value: str
    words: str
    beside: tuple[str, ...]
    because: str
    goal: Goal | None
    compared: Difference | None
    against: str
    sure: str
    on: str = ""
    said: str = ""
    goals: str = ""


@dataclass(frozen=True)
class Seven:
    """The seven tiles, the answer of the first, how fresh they are, and whether nothing happened in the period."""

    tiles: tuple[Tile, ...]
    attained: Answer
    fresh_at: datetime
    empty: bool


def seven(asked: Asked) -> Seven:
    """The seven for what was asked."""
    frames = [asked.at_its_end() if metric.key in AT_A_MOMENT else asked for metric in SEVEN]
    answers = [
        replica.ask(_briefly(frame, metric.key, asked.compare), asked.scope)
        for frame, metric in zip(frames, SEVEN, strict=True)
    ]
    shown = tuple(_tile(*one) for one in zip(frames, SEVEN, answers, strict=True))
    happened = [answer.total.value for answer in answers if answer.kpi in HAPPENED]
    return Seven(shown, answers[0], answers[0].fresh_at, not any(happened))


def _briefly(asked: Asked, key: str, compare: Comparison = "") -> Question:
    return asked.question(key, compare=compare, brief=key not in TELLING_WHAT_IS_LEFT_OUT)


def attained(asked: Asked) -> Answer:
    """The answer behind the clock: the same question as that of its tile, which is answered once."""
    return replica.ask(_briefly(asked, SEVEN[0].key, asked.compare), asked.scope)


@dataclass(frozen=True)
class Picture:
    """The course of one of the seven, small."""

    key: str
    course: Course
    of: str


def pictures(asked: Asked) -> list[Picture]:
    """The course of each of the seven; asked apart, so that the numbers need not wait for them."""
    return [_picture(asked, metric) for metric in SEVEN]


def _picture(asked: Asked, metric: Metric) -> Picture:
    key, grain = metric.key, grain_of(asked, metric.key)
    found = points(asked, key, asked.question(key), grain=grain, last_year=metric.last_year)
    return Picture(key, course(found, kind_for(kpi_of(key))), _picture_of(asked, grain))


def _tile(asked: Asked, metric: Metric, answer: Answer) -> Tile:
    kpi, key = kpi_of(metric.key), metric.key

    def ask(key: str, *, until_now: bool = False) -> Answer:
        question = _briefly(asked, key)
        if until_now:
            tomorrow = asked.today + timedelta(days=1)
            question = replace(question, period=Period(asked.period.start, max(asked.period.until, tomorrow)))
        return replica.ask(question, asked.scope)

    value = answer.total.value
    base = answer.compared_total.value if answer.compared_total else None
    because = metric.because(answer, ask)
    beside = (() if because else tuple(metric.beside(answer, ask))) or _instead(asked, answer)
    address = asked.address(reverse("kpi", args=[key]))
    return Tile(
        key=key,
        label=_(kpi.label),
        address=address,
        records=f"{address}#records",
        value="" if value is None else written(value, answer.unit, answer.currency, short=True),
        words=_in_words(asked, answer),
        beside=beside,
        because=because,
        goal=None if key == CLOCK else goal_of(asked, key, answer),  # the clock says that itself
        compared=difference(value, base, answer.unit, answer.better, answer.currency),
        against=_against(base, answer),
        sure=metric.sure(answer),
        said=_said(metric, answer, beside),
        on=_on(asked) if key in AT_A_MOMENT else "",
        goals=f"{reverse('targets')}?kpi={key}",
    )


def _said(metric: Metric, answer: Answer, beside: tuple[str, ...]) -> str:
    """What of it stands on the tile: the first, or what was last judged where it is too early to."""
    if answer.total.value is None:
        return beside[-1] if beside else ""
    return " · ".join(beside[: metric.lines])


def _in_words(asked: Asked, answer: Answer) -> str:
    """Why there is no number, when there is none."""
    if answer.total.value is not None:
        return ""
    if answer.kpi == "lead_conversion" and answer.total.more.get("young"):
        return _("Too early to tell")
    if answer.kpi == CLOCK:
        return _("No target set for this period.") if further(answer, "target") is None else _("The target is nothing.")
    return {
        "lead_response_time": _("No leads yet whose answer can be timed."),
        "lead_conversion": _("No leads came in to follow."),
    }.get(answer.kpi, _("Nothing recorded in this period yet."))


def _instead(asked: Asked, answer: Answer) -> tuple[str, ...]:
    """What can be said where there is no number."""
    if answer.kpi != "lead_conversion" or not further(answer, "young"):
        return ()
    return (_too_young(answer), *_last_judged(asked))


def _too_young(answer: Answer) -> str:
    return _("%(won)s of %(young)s leads won so far; they are judged at %(days)s days") % {
        "days": plain(further(answer, "age_days")),
        "won": plain(further(answer, "young_won")),
        "young": plain(further(answer, "young")),
    }


def _last_judged(asked: Asked) -> list[str]:
    """The conversion of the last period of this length that is old enough to be judged."""
    for steps in range(-1, -5, -1):
        period = parse(stepped(asked.period, steps), today=asked.today, fiscal_start=asked.zone.fiscal_start)
        earlier = replica.ask(replace(_briefly(asked, "lead_conversion"), period=period), asked.scope).total
        if earlier.n and not earlier.more.get("young"):
            words = {"share": share(earlier.value), "period": called(period)}
            return [_("last to judge: %(share)s (%(period)s)") % words]
    return []


def _against(base: Number, answer: Answer) -> str:
    """What the difference is against, with its value; says so when there is nothing."""
    if base is None:
        return _("nothing to compare with")
    return _("was %(value)s") % {"value": written(base, answer.unit, answer.currency, short=True)}


def _on(asked: Asked) -> str:
    """The day of a state that is not today's."""
    return _("on %(day)s") % {"day": day(asked.today)} if "as_of" in asked.given else ""


def _picture_of(asked: Asked, grain: str) -> str:
    period = stretch(asked, grain)
    words = {
        "week": _("13 weeks, from %(day)s"),
        "month": _("13 months, from %(day)s"),
        "quarter": _("13 quarters, from %(day)s"),
        "year": _("13 years, from %(day)s"),
    }
    return words[grain] % {"day": f"{short_day(period.start)} {period.start.year}"}
