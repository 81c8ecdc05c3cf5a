"""What the course of a KPI says, in words for a tile, a KPI page or a seller's page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.judging.asking import Asking
from stuurhut.kpi.judging.beside import number
from stuurhut.kpi.judging.funnel import STAGE, behind
from stuurhut.kpi.judging.leads import loads, moved, new_leads
from stuurhut.kpi.judging.limits import in_unit, judged_chart, seasons_of, series_of
from stuurhut.kpi.judging.members import all_in_view
from stuurhut.kpi.judging.responses import answers
from stuurhut.kpi.judging.series import Series, series, series_by_stage
from stuurhut.kpi.judging.windows import YEAR
from stuurhut.kpi.judging.worth import CENT, worth_of_one
from stuurhut.kpi.verdicts import course as courses
from stuurhut.kpi.verdicts import kinds
from stuurhut.kpi.verdicts.target import target
from stuurhut.kpi.verdicts.verdict import Verdict


def course(asking: Asking, key: str) -> Verdict | None:
    """The verdict on a KPI of all in view; None for a KPI of which no course is kept, such as an open pipeline."""
    if key == "leads_created":
        return new_leads(asking)
    if key in ("leads_open", "leads_open_per_fte"):
        return next(iter(loads(asking, moved(asking))), None)
    if key == "lead_response_time":
        return response(asking)
    if key == "target_attainment":
        return clock(asking)
    return course_of_person(asking, key, None)


def course_of_person(asking: Asking, key: str, person: int | None) -> Verdict | None:
    """Incident, structural, steady or too early: the course of a KPI of one seller (None: of all in view)."""
    if key == "lead_response_time" and person:
        return next((one for one in answers(asking) if (one.about.kind, one.about.id) == ("person", person)), None)
    found = series_of(asking, key, person)
    if found is None:
        return None
    every = series(asking.everyone, key, in_parts=True)
    return _judged(asking, found, seasons_of(every), _worth(asking, key, every))


def judged_courses(asking: Asking, key: str) -> tuple[Verdict, ...]:
    """The verdicts on the courses of every seller and team in view; of the stages of the sales process one each, or of
    the win rate where no stages are recorded.
    """
    of = ("person",) if asking.only else ("person", "team")
    if key == STAGE:
        found = [one for whose in of for one in series_by_stage(asking, of=whose)]
        if not found:
            return judged_courses(asking, "win_rate")
        return tuple(_judged(asking, one, {}, None) for one in found)
    every = series(asking.everyone, key, in_parts=True)
    usual, worth = seasons_of(every), _worth(asking, key, every)
    found = [one for whose in of for one in series(asking, key, of=whose)]
    return tuple(_judged(asking, one, usual, worth) for one in found)


def _judged(asking: Asking, found: Series, usual: dict[date, float], worth: Decimal | None) -> Verdict:
    chart = judged_chart(found, usual, asking)
    starts = [point.start for point in found.points]
    if worth is not None and found.kind == "share":  # of one that went on, times all that came by in a month
        came_by = [point.n for point in found.points[-YEAR:]]
        worth = (worth * Decimal(str(sum(came_by) / len(came_by)))).quantize(CENT)
    verdict = courses.course(found.about, found.rung.kpi, in_unit(found, chart), starts, worth=worth)
    return replace(verdict, behind=behind(asking, found.rung, found.about))


def _worth(asking: Asking, key: str, every: tuple[Series, ...]) -> Decimal | None:
    """What one event of a course is worth, or one that went on of a share; from the course of the organisation."""
    lately = every[0].points[-YEAR:] if every else ()
    return worth_of_one(asking, key, sum(point.value or 0.0 for point in lately))


def response(asking: Asking) -> Verdict | None:
    """Slow process or slow person: of the one team that is clearly slow, else of the whole in view."""
    found = answers(asking)
    if not found:
        return None
    teams = [one for one in found[1:] if one.about.kind == "team"]
    limit = asking.thresholds.false_discoveries / max(len(teams), 1)
    slow = [one for one in teams if one.kind == kinds.SLOW_TEAM and (one.chance or 0.0) <= limit]
    return min(slow, key=lambda one: one.chance or 0.0) if 0 < len(slow) < len(teams) else found[0]


def clock(asking: Asking) -> Verdict:
    """On course for the target of the sales, or behind."""
    exact = replace(asking.question("target_attainment"), as_of=asking.exactly or asking.as_of)
    more = asking.ask(exact).total.more
    realised, aim, pace, projected = (number(more.get(name)) for name in ("realised", "target", "pace", "projected"))
    return target(all_in_view(asking), kpi_of("sales_value"), realised, aim, pace=pace, projected=projected)
