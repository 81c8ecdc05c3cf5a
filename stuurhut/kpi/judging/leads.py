"""New leads: season or trend, and whether they are too many or too few for the hands there are."""

from __future__ import annotations

from dataclasses import replace

from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.judging.asking import Asking
from stuurhut.kpi.judging.beside import number
from stuurhut.kpi.judging.members import all_in_view, teams_in_view
from stuurhut.kpi.judging.series import WHOLE, whole_buckets, working_days
from stuurhut.kpi.judging.windows import a_year, lately
from stuurhut.kpi.statistics.seasons import Movement, movement
from stuurhut.kpi.verdicts import course, load
from stuurhut.kpi.verdicts.verdict import Subject, Verdict
from stuurhut.kpi.words.answer import Row, Value
from stuurhut.kpi.words.period import Period, bucket_name, buckets


def moved(asking: Asking) -> Movement | None:
    """How the new leads per week moved; None before the first whole week."""
    span = whole_buckets(asking, "week")
    if span is None:
        return None
    counted = {row.names["week"]: float(row.value.value or 0) for row in _weeks(asking, "leads_created", span)}
    hands = asking.everyone.answer("fte_available", period=span, by=("week",))
    days = working_days(hands, "week", span)
    starts = list(buckets(span, "week"))
    begun = next((n for n, start in enumerate(starts) if counted.get(bucket_name(start, "week"))), len(starts))
    starts = starts[begun + 1 :]  # the week in which recording began may have begun halfway
    names = [bucket_name(start, "week") for start in starts]
    return movement(
        [counted.get(name, 0.0) for name in names], [days[name] for name in names], starts,
        weeks=asking.thresholds.trend_weeks, years=asking.thresholds.seasons_needed,
    )  # fmt: skip


def _weeks(asking: Asking, key: str, span: Period) -> tuple[Row, ...]:
    return asking.answer(key, period=span, by=("week",)).rows


def new_leads(asking: Asking) -> Verdict | None:
    """Season or trend, and beside it whether there are too many or too few for the hands (B1)."""
    found = moved(asking)
    if found is None:
        return None
    verdict = course.movement(WHOLE, kpi_of("leads_created"), found)
    for carried in loads(asking, found)[:1]:
        verdict = replace(verdict, evidence=(*verdict.evidence, carried.sentence), remedy=carried.remedy)
    return verdict


def loads(asking: Asking, found: Movement | None) -> tuple[Verdict, ...]:
    """Open leads per available FTE: of all in view, then of each team in it; nothing where none are recorded."""
    opened = asking.answer("leads_open_per_fte", period=lately(asking), by=("team",))
    qualified = asking.answer("qualified_share", period=a_year(asking), by=("team",))
    if not opened.total.more.get("leads") and not qualified.total.n:
        return ()  # leads are not recorded here
    shares = {row.ids["team"]: row.value for row in qualified.rows if row.value.n}
    teams = {team.id: team for team in teams_in_view(asking)}
    verdicts = [_load(asking, all_in_view(asking), opened.total, found, qualified.total)]
    for row in opened.rows if len(teams) > 1 else ():
        key = row.ids["team"]
        if key in teams and (key in shares or row.value.more.get("leads")):  # a team of managers gets none
            verdicts.append(_load(asking, teams[key], row.value, found, shares.get(key)))
    return tuple(verdicts)


def _load(asking: Asking, about: Subject, opened: Value, found: Movement | None, qualified: Value | None) -> Verdict:
    leads, fte = number(opened.more.get("leads")), number(opened.more.get("fte"))
    share = None if qualified is None else number(qualified.value)
    return load.load(about, int(leads or 0), fte or None, found, asking.thresholds, qualified_share=share)
