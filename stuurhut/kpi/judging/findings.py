"""What matters most now: the verdicts on everything in view, the certain and costly ones first, none invented."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from stuurhut.kpi.judging.asking import Asking
from stuurhut.kpi.judging.course import judged_courses
from stuurhut.kpi.judging.leads import loads, moved, new_leads
from stuurhut.kpi.judging.members import teams_in_view, teams_of
from stuurhut.kpi.judging.origins import origins
from stuurhut.kpi.judging.process import processes
from stuurhut.kpi.judging.responses import answers
from stuurhut.kpi.judging.series import whole_buckets
from stuurhut.kpi.judging.steps import steps_beside
from stuurhut.kpi.judging.windows import last_day
from stuurhut.kpi.judging.work import coffees, hands_there, new_customers, order_rates
from stuurhut.kpi.statistics.discoveries import discoveries
from stuurhut.kpi.verdicts import kinds
from stuurhut.kpi.verdicts.verdict import Subject, Verdict
from stuurhut.kpi.words.period import Period, add_months, bucket_name

MOST = 3
NEWS = 2  # whole months in which an incident is news; its own course tells of it longer
COURSES = ("sales_count", "quotes_sent", "appointments", "calls", "stage_conversion")
COUNTS = COURSES[:-1]
TO_LOOK_AT = ("bad", "look")
COUNTED_SURE = 1.0  # what was counted and not tested
FRUITLESS = (kinds.WEAK_PROCESS, kinds.WEAK_STEP, kinds.STRUCTURAL, kinds.MANY_VISITS_FEW_ORDERS, kinds.LOW_ORDER_RATE)
AFTER_COFFEE = (
    "call_to_appointment_cohort", "appointment_to_quote_cohort", "orders_per_visit", "orders_per_visit_cohort",
)  # fmt: skip
FURTHER_ON = ("quotes_sent", "sales_count", "win_rate")  # what a weak step shows in as well
WEAK = (kinds.WEAK_STEP, kinds.WEAK_PROCESS)
OVER_STAGES = ("appointment_to_quote_cohort", "quote_to_order_cohort", "win_rate", "lead_conversion")
LOADS = (kinds.FEW_LEADS, kinds.MANY_LEADS, kinds.TEMPORARY_HANDS, kinds.GROW_TEAM)
Step = tuple[str, str]  # KPI and stage


@dataclass(frozen=True)
class Findings:
    """At most three that matter most, the others that stand, and how many verdicts were looked at for them."""

    top: tuple[Verdict, ...]
    others: tuple[Verdict, ...]
    looked_at: int


def findings(asking: Asking) -> Findings:
    """All that is looked at, of everything in view: what stands after so many looks, by worth times certainty.

    One cause is one finding: what a team's process explains is not said of its people, and of one person or team the
    weightiest comes first, the rest after those of others.
    """
    asking = replace(asking, ask=cache(asking.ask), ask_all=cache(asking.ask_all) if asking.ask_all else None)
    looked = [] if is_quiet(asking) else everything(asking)
    stands = discoveries([one.chance for one in looked], asking.thresholds.false_discoveries)
    standing = [
        one
        for one, is_no_luck in zip(looked, stands, strict=True)
        if one.state in TO_LOOK_AT and (is_no_luck or one.chance is None) and _is_news(asking, one)
    ]
    unexplained = _without_explained(standing, teams_of(asking))
    own = [one for one in unexplained if one.about.kind == "person" or not asking.only]  # not what others see to
    ranked = sorted(own, key=_weight, reverse=True)
    top = _of_different_subjects(ranked)
    return Findings(top, tuple(one for one in ranked if not any(one is other for other in top)), len(looked))


def _is_news(asking: Asking, one: Verdict) -> bool:
    """Whether it is of now: one exceptional month soon is not."""
    month = one.sentence.values.get("month")
    if one.kind != kinds.INCIDENT or not isinstance(month, Period):
        return True
    return month.start >= add_months(last_day(asking).replace(day=1), -NEWS)


def is_quiet(asking: Asking) -> bool:
    """Whether nothing was recorded of anybody in the last whole month: then nothing fell, but nobody writes it down."""
    span = whole_buckets(asking, "month")
    if span is None:
        return True
    last = bucket_name(add_months(span.until, -1), "month")
    answers = (asking.everyone.answer(key, period=span, by=("person", "team", "month")) for key in COUNTS)
    return not any(row.value.value for answer in answers for row in answer.rows if row.names["month"] == last)


def everything(asking: Asking) -> list[Verdict]:
    """Every verdict on what is in view, whatever it says; those that say it is too early are left out."""
    found: list[Verdict] = []
    for key in COURSES:
        found += _in_view(asking, judged_courses(asking, key))
    own_past = processes(asking)
    found += [step.verdict for step in steps_beside(asking, own_past) if step.verdict and step.person]
    found += _in_view(asking, [one.verdict for one in own_past])
    found += [*answers(asking), *order_rates(asking), *new_customers(asking)]
    if not asking.only:
        found += _of_the_whole(asking)
    return [one for one in found if one.kind != kinds.TOO_EARLY]


def _of_the_whole(asking: Asking) -> list[Verdict]:
    leads = new_leads(asking)
    found = [*([leads] if leads else []), *loads(asking, moved(asking))]
    return [*found, *hands_there(asking), *coffees(asking), *origins(asking, "source")]


def _in_view(asking: Asking, found: Iterable[Verdict]) -> list[Verdict]:
    """Without those of teams that are not in view as a whole."""
    teams = {team.id for team in teams_in_view(asking)}
    return [
        one
        for one in found
        if one.about.kind == "person" or (not asking.only and (one.about.id is None or one.about.id in teams))
    ]


# -- what explains what ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Cause:
    """A verdict on a team (None: on the whole) that may explain others."""

    kind: str
    team: int | None
    step: Step


def _without_explained(found: list[Verdict], teams: Mapping[int | None, frozenset[int]]) -> list[Verdict]:
    causes = [_Cause(one.kind, one.about.id, _step(one)) for one in found if one.about.kind in ("team", "whole")]
    stages = {(one.about, _step(one)) for one in found if one.kind in WEAK and _step(one)[1]}
    return [one for one in found if not _is_said_by_a_stage(one, stages) and not _is_explained(one, causes, teams)]


def _is_said_by_a_stage(one: Verdict, stages: set[tuple[Subject, Step]]) -> bool:
    """Whether a weak stage of the same person or team says it more exactly."""
    if one.kind == kinds.STRUCTURAL:
        return (one.about, _step(one)) in stages
    return one.kind in WEAK and one.kpi in OVER_STAGES and any(about == one.about for about, _step in stages)


def _step(one: Verdict) -> Step:
    """What it is about: the KPI, and the stage where it is that of one."""
    stage = next((value for name, value in one.behind.where if name == "stage"), "") if one.behind else ""
    return one.kpi, stage


def _is_explained(one: Verdict, causes: list[_Cause], teams: Mapping[int | None, frozenset[int]]) -> bool:
    """Whether something else that was found tells why: the process of the team, coffee, or the same of the whole."""
    if one.about.kind == "whole":  # one slow team makes the whole look slow
        return one.kind == kinds.SLOW_TEAM and any(c.kind == one.kind and c.team is not None for c in causes)
    own = {one.about.id} if one.about.kind == "team" else {*teams.get(one.about.id, ()), None}
    here = [cause for cause in causes if cause.team in own]
    found = {cause.kind for cause in here}
    if one.kind in FRUITLESS and one.kpi in AFTER_COFFEE and kinds.COFFEE in found:
        return True
    if one.kind == kinds.STRUCTURAL and kinds.WEAK_PROCESS in found and one.kpi in FURTHER_ON:
        return True
    if one.about.kind == "team":
        return (one.kind in LOADS and any(c.kind == one.kind and c.team is None for c in causes)) or (
            one.kind == kinds.STRUCTURAL and _Cause(kinds.WEAK_PROCESS, one.about.id, _step(one)) in here
        )
    if one.kind == kinds.SLOW_PERSON:
        return kinds.SLOW_TEAM in found
    changed = {cause.step for cause in here if cause.kind in (kinds.WEAK_PROCESS, kinds.STRUCTURAL)}
    return one.kind in (kinds.WEAK_STEP, kinds.STRUCTURAL) and _step(one) in changed


# -- what comes first --------------------------------------------------------------------------------------------------


def _weight(one: Verdict) -> tuple[bool, bool, Decimal, bool, float]:
    """Euros at stake times how sure it is; what cannot be said in euros comes after that, the bad and sure first. One
    exceptional month, about which nothing is to be done, comes last.
    """
    sure = COUNTED_SURE if one.certainty is None else one.certainty
    stake = one.at_stake
    is_lasting = one.kind != kinds.INCIDENT
    return is_lasting, stake is not None, (stake or Decimal(0)) * Decimal(str(sure)), one.state == "bad", sure


def _of_different_subjects(ranked: list[Verdict]) -> tuple[Verdict, ...]:
    first: dict[Subject, Verdict] = {}
    for one in ranked:
        first.setdefault(one.about, one)
    return tuple(list(first.values())[:MOST])
