"""The plan to 100%: from what is still to be sold, through what is open, to what is needed each week."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from stuurhut.kpi.ending import Ending, ending
from stuurhut.kpi.ratios import CHAIN, DEALS, LEADS, SOLD, Ratio, Tally, ratio_between, shrunk
from stuurhut.kpi.verdicts.verdict import Subject
from stuurhut.kpi.words.text import gettext_noop as _

Standing = Literal["no_target", "nothing_asked", "met", "missed", "no_days", "covered", "open"]

WHY_NO_RATIO: Mapping[str, str] = {
    DEALS: _("Too few sales in the past year to tell how many it takes."),
    "quotes_sent": _("Too few quotes in the past year to tell how many it takes."),
    "appointments": _("Too few appointments in the past year to tell how many it takes."),
    "calls": _("Too few calls in the past year to tell how many it takes."),
    LEADS: _("Too few sales from leads in the past year to tell how many leads it takes."),
}


# -- what is known ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Aim:
    """The target of a period and how far it is; figures of `target_attainment`, amounts in the base currency.

    `elapsed` is the share of the working days that has passed, by season (None: nobody has any). `over` and `begun`
    are those of the period at the peildatum.
    """

    target: Decimal | None
    realised: Decimal
    elapsed: float | None = None
    projected: float | None = None
    begun: bool = True
    over: bool = False


@dataclass(frozen=True)
class Hands:
    """How much there is to work with. A week is a working week of one's own: three days for who works three.

    `days` and `weeks` are what is left of the period, absence taken off; `weeks_behind` those of the last thirteen.
    """

    days: float
    weeks: float
    weeks_behind: float


@dataclass(frozen=True)
class Flowing:
    """What is open and expected to close in the rest of the period: its value, how many, and what should have closed
    already (`overdue`, not in the value). `at_chance` is the value at the chances of the stages, `without_chance` the
    value in stages that have none.
    """

    value: Decimal = Decimal(0)
    deals: int = 0
    overdue: Decimal = Decimal(0)
    at_chance: Decimal = Decimal(0)
    without_chance: Decimal = Decimal(0)


# -- what follows ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One step of the plan: a KPI, how many are needed until the end, and per week; and how many are done a week now.

    `leads_to` is the KPI of the step that this one leads to. Without a `ratio` nothing can be said of what is needed,
    and `why` says so (English, to translate).
    """

    key: str
    leads_to: str
    ratio: Ratio | None
    needed: float | None
    per_week: float | None
    done_per_week: float | None
    why: str = ""

    @property
    def is_enough(self) -> bool | None:
        """Whether what is done a week now is what is needed; None when that cannot be said."""
        if self.per_week is None or self.done_per_week is None:
            return None
        return self.done_per_week >= self.per_week


@dataclass(frozen=True)
class Plan:
    """The plan of one person, team or all together. Amounts are in the base currency.

    `still` is target less realised, `expected` what the open pipeline brings, and `from_new` what of `still` that
    leaves: it has to come of new deals. None of them is ever below nothing. `sold` and `deals` set what is still to be
    sold a week beside what is sold now; `steps` is what new deals take, of which the first is their number, and
    `leads` how many leads when all of them come from leads.
    """

    standing: Standing
    about: Subject
    aim: Aim
    hands: Hands
    pipeline: Flowing
    still: Decimal
    surplus: Decimal
    expected: Decimal
    from_new: Decimal
    sold: Step
    deals: Step
    steps: tuple[Step, ...]
    leads: Step
    ending: Ending | None
    cycle_days: float | None = None

    @property
    def asks_for_work(self) -> bool:
        """Whether there is anything to be done each week."""
        return self.standing in ("covered", "open")

    @property
    def on_course(self) -> bool | None:
        """Whether this pace ends at the target or above; None when there is no target or no pace yet."""
        if self.standing in ("met", "missed"):
            return self.standing == "met"
        if not self.aim.target or self.ending is None:
            return None
        return self.ending.value >= float(self.aim.target)

    @property
    def is_late(self) -> bool:
        """Whether what starts now mostly closes after the period: half of the sales took longer than what is left."""
        return self.standing == "open" and self.cycle_days is not None and self.cycle_days > self.hands.weeks * 7


def plan_of(
    about: Subject,
    aim: Aim,
    hands: Hands,
    pipeline: Flowing,
    own: Tally,
    team: Tally,
    cycle_days: float | None = None,
) -> Plan:
    """The plan. `team` is what own ratios are shrunk to; give `own` again where there are no others.

    What is needed is never negative; more pipeline never asks for more, and more working days never for more a week.
    """
    still, surplus = _apart(aim)
    expected = expected_of(pipeline, own, team)
    standing = _standing(aim, hands, still, still - expected)
    working = standing in ("covered", "open")
    left = hands.weeks if working else 0.0
    asked = still if working else Decimal(0)
    from_new = max(Decimal(0), asked - expected)
    size = ratio_between(SOLD, DEALS, own, team)
    return Plan(
        standing=standing,
        about=about,
        aim=aim,
        hands=hands,
        pipeline=pipeline,
        still=still,
        surplus=surplus,
        expected=expected,
        from_new=from_new,
        sold=_step(SOLD, "", None, float(asked), left, hands, own),
        deals=_step(DEALS, SOLD, size, _asked(float(asked), size), left, hands, own),
        steps=_chain(float(from_new), left, hands, own, team),
        leads=_leads(float(from_new), left, hands, own, team),
        ending=_ending(aim, hands, own),
        cycle_days=cycle_days,
    )


def _ending(aim: Aim, hands: Hands, own: Tally) -> Ending | None:
    if aim.over:
        return Ending(float(aim.realised), float(aim.realised), float(aim.realised))
    return ending(float(aim.realised), aim.projected, aim.elapsed, own.sold, hands.weeks)


def expected_of(pipeline: Flowing, own: Tally, team: Tally) -> Decimal:
    """What the open pipeline brings: at the chances of its stages, times how much better or worse one wins than the
    team does; at the own win rate where a stage has no chance. Never below nothing or above the pipeline itself.
    """
    rate = shrunk(own.won, own.decided, team.won, team.decided)
    usual = team.won / team.decided if team.decided else 0.0
    against = Decimal(str(rate.value / usual)) if rate and usual else Decimal(1)
    chance = Decimal(str(rate.value)) if rate else Decimal(str(usual))
    brought = pipeline.at_chance * against + pipeline.without_chance * min(chance, Decimal(1))
    return max(Decimal(0), min(brought, pipeline.value)).quantize(Decimal("0.01"))


def _apart(aim: Aim) -> tuple[Decimal, Decimal]:
    """What is still to be sold, and what was sold above the target."""
    if aim.target is None:
        return Decimal(0), Decimal(0)
    return max(Decimal(0), aim.target - aim.realised), max(Decimal(0), aim.realised - aim.target)


def _standing(aim: Aim, hands: Hands, still: Decimal, short: Decimal) -> Standing:
    if aim.target is None:
        return "no_target"
    if not aim.target:
        return "nothing_asked"
    if not still:
        return "met"
    if aim.over:
        return "missed"
    if hands.weeks <= 0:
        return "no_days"
    return "open" if short > 0 else "covered"


# -- steps -----------------------------------------------------------------------------------------------------------


def _chain(value: float, weeks: float, hands: Hands, own: Tally, team: Tally) -> tuple[Step, ...]:
    """From value to deals, quotes, appointments and calls; a step of which no ratio is known is passed over."""
    steps: list[Step] = []
    leads_to, needed = SOLD, value
    for key in CHAIN:
        found = ratio_between(leads_to, key, own, team)
        asked = _asked(needed, found)
        steps.append(_step(key, leads_to, found, asked, weeks, hands, own))
        if found is None and key == DEALS:
            break  # without the size of a deal nothing further can be said
        if found is not None:
            leads_to, needed = key, needed / found.value
    silent = [_step(key, "", None, _asked(value, None), weeks, hands, own) for key in CHAIN[len(steps) :]]
    return (*steps, *silent)


def _leads(value: float, weeks: float, hands: Hands, own: Tally, team: Tally) -> Step:
    """How many leads it takes when all that is new has to come from leads."""
    size, found = ratio_between(SOLD, DEALS, own, team), ratio_between(DEALS, LEADS, own, team)
    asked = _asked(value / size.value, found) if size else _asked(value, None)
    return _step(LEADS, DEALS, found if size else None, asked, weeks, hands, own)


def _asked(needed: float, ratio: Ratio | None) -> float | None:
    """How many it takes; none when nothing is needed, None when the ratio is not known."""
    if not needed:
        return 0.0
    return None if ratio is None else needed / ratio.value


def _step(
    key: str, leads_to: str, ratio: Ratio | None, needed: float | None, weeks: float, hands: Hands, own: Tally
) -> Step:
    done = own.done.get(key, 0.0) / hands.weeks_behind if hands.weeks_behind > 0 else None
    per_week = None if needed is None else needed / weeks if weeks > 0 else 0.0
    return Step(key, leads_to, ratio, needed, per_week, done, "" if needed is not None else WHY_NO_RATIO[key])
