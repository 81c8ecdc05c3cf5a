"""The plan to 100% of all in view, of each seller or each team: asks the catalogue, leaves the sums to `kpi.plan`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

from stuurhut.kpi.judging.asking import Asking
from stuurhut.kpi.judging.series import WHOLE
from stuurhut.kpi.plan import Aim, Flowing, Hands, Plan, plan_of
from stuurhut.kpi.ratios import COUNTED, SOLD, Tally
from stuurhut.kpi.verdicts.verdict import Subject
from stuurhut.kpi.words.answer import Answer, Row, Value
from stuurhut.kpi.words.period import Period, bucket_name, buckets, floor

YEAR, RECENT = 52, 13  # whole weeks
DONE = (SOLD, *COUNTED)
RATIOS = ("average_deal_size", "wins_per_lead", "win_rate")
NOTHING = Value(None, n=0)


def plan(asking: Asking) -> Plan:
    """The plan of all that `asking` holds. One's own ratios are shrunk to those of the own team when it is a person's.

    Raises what `asking.ask` raises.
    """
    facts = _Facts.of(asking)
    if all(dimension != "person" for dimension, _value in asking.where):
        return facts.plan(WHOLE, facts.tally(WHOLE))
    own_team = next(iter(_teams_of(asking).values()), WHOLE)
    return facts.plan(WHOLE, _Facts.of(asking.everyone, "team", briefly=True).tally(own_team))


def plans(asking: Asking, of: str = "person", only: Collection[int] | None = None) -> tuple[Plan, ...]:
    """The plan of each `person` or `team` in view by name; a person's ratios are shrunk to those of the own team.

    `only` names those that are wanted. A team above others has no plan here: what its teams did does not count as its
    own; ask `plan` narrowed to it.
    """
    facts = _Facts.of(asking, of)
    known = {about for about in facts.values["target_attainment"] if about.id is not None}
    wanted = sorted((one for one in known if only is None or one.id in only), key=lambda one: one.name.casefold())
    if of != "person":
        return tuple(facts.plan(about, facts.tally(about)) for about in wanted)
    teams, team_of = _Facts.of(asking.everyone, "team", briefly=True), _teams_of(asking)
    return tuple(facts.plan(about, teams.tally(team_of.get(about.id, WHOLE))) for about in wanted)


def _teams_of(asking: Asking) -> dict[int | None, Subject]:
    """The team in which each person worked most in the last thirteen weeks; who worked in none has none."""
    answer = asking.answer("fte_available", period=_past(asking, RECENT), by=("person", "team"))
    rows = sorted(answer.rows, key=lambda row: float(row.value.value or 0))
    return {row.ids["person"]: Subject("team", row.ids["team"], row.names["team"] or "") for row in rows}


@dataclass(frozen=True)
class _Facts:
    """The answers that plans are made of, in all and by `of`."""

    asking: Asking
    weeks: Period  # the 52 whole weeks before the one in which T lies
    values: dict[str, dict[Subject, Value]]
    weekly: dict[str, dict[Subject, dict[str, float]]]  # per week's name

    @classmethod
    def of(cls, asking: Asking, of: str = "", *, briefly: bool = False) -> _Facts:
        """All there is to know, or `briefly` the counts of the year alone."""
        weeks, by = _past(asking, YEAR), (of,) if of else ()
        values = {key: _values(asking.answer(key, period=weeks, by=by), of) for key in RATIOS}
        if briefly:
            values |= {key: _values(asking.answer(key, period=weeks, by=by), of) for key in COUNTED}
            return cls(asking, weeks, values, {})
        weekly = {key: _per_week(asking.answer(key, period=weeks, by=(*by, "week")), of) for key in DONE}
        return cls(asking, weeks, values | cls._present(asking, by, of), weekly)

    @staticmethod
    def _present(asking: Asking, by: tuple[str, ...], of: str) -> dict[str, dict[Subject, Value]]:
        recent, rest = _past(asking, RECENT), _rest(asking)
        ahead = replace(asking, as_of=asking.zone.instant(asking.period.until))
        asked = {
            "target_attainment": asking.answer("target_attainment", by=by),
            "pipeline_coverage": asking.answer("pipeline_coverage", by=by),
            "sales_cycle_days": asking.answer("sales_cycle_days", period=_past(asking, YEAR)),
            "behind": asking.answer("fte_available", period=recent, by=by),
        }
        if rest:
            asked["ahead"] = ahead.answer("fte_available", period=rest, by=by)
        return {name: _values(answer, of) for name, answer in asked.items()}

    def value(self, name: str, about: Subject) -> Value:
        return self.values.get(name, {}).get(about, NOTHING)

    # -- parts of a plan ---------------------------------------------------------------------------------------------

    def plan(self, about: Subject, team: Tally) -> Plan:
        own = self.tally(about)
        cycle = self.value("sales_cycle_days", WHOLE).value
        return plan_of(
            about,
            self._aim(about),
            self._hands(about),
            self._pipeline(about),
            own,
            team,
            None if cycle is None else float(cycle),
        )

    def _aim(self, about: Subject) -> Aim:
        attained, zone = self.value("target_attainment", about).more, self.asking.zone
        target = attained.get("target")
        projected = attained.get("projected")
        return Aim(
            target=None if target is None else Decimal(str(target)),
            realised=_decimal(attained.get("realised")),
            elapsed=cast("float | None", attained.get("elapsed_share")),
            projected=None if projected is None else float(cast(Decimal, projected)),
            begun=self.asking.as_of > zone.instant(self.asking.period.start),
            over=self.asking.as_of >= zone.instant(self.asking.period.until),
        )

    def _hands(self, about: Subject) -> Hands:
        a_week = round((self.value("behind", WHOLE).n or 0) / RECENT) or 5  # the organisation's working days
        days, weeks = self._worked("ahead", about, a_week)
        return Hands(days, weeks, self._worked("behind", about, a_week)[1])

    def _worked(self, when: str, about: Subject, a_week: int) -> tuple[float, float]:
        """Available working days, and how many of one's own weeks those are."""
        whole, own = self.value(when, WHOLE), self.value(when, about)
        if whole.value is None:  # nobody is in a team: the organisation's days
            return float(whole.n or 0), (whole.n or 0) / a_week
        if not own.value:
            return 0.0, 0.0
        days = float(own.value) * (own.n or 0)
        present = cast(int, own.more["contract_days"]) / a_week
        return days, present * float(own.value) / cast(float, own.more["contract_fte"])

    def _pipeline(self, about: Subject) -> Flowing:
        covered = self.value("pipeline_coverage", about)
        return Flowing(
            value=_decimal(covered.more.get("open")),
            deals=covered.n or 0,
            overdue=_decimal(covered.more.get("overdue")),
            at_chance=_decimal(covered.more.get("expected")),
            without_chance=_decimal(covered.more.get("without_chance")),
        )

    def tally(self, about: Subject) -> Tally:
        names = [bucket_name(start, "week") for start in buckets(self.weeks, "week")]
        per_week = {key: [weeks.get(about, {}).get(name, 0.0) for name in names] for key, weeks in self.weekly.items()}
        counts = {key: float(self.value(key, about).value or 0) for key in COUNTED}
        worth, priced = self._counts("average_deal_size", about)
        from_leads, _leads = self._counts("wins_per_lead", about)
        won, decided = self._counts("win_rate", about)
        return Tally(
            counts={key: sum(per_week.get(key, (counts[key],))) for key in COUNTED},
            worth=worth,
            priced=priced,
            from_leads=from_leads,
            won=won,
            decided=decided,
            done={key: sum(weeks[-RECENT:]) for key, weeks in per_week.items()},
            sold=tuple(per_week.get(SOLD, ())),
        )

    def _counts(self, name: str, about: Subject) -> tuple[float, float]:
        """What a ratio has above and below its line."""
        ratio = self.value(name, about)
        return float(ratio.value or 0) * (ratio.n or 0), float(ratio.n or 0)


def _past(asking: Asking, weeks: int) -> Period:
    """So many whole weeks before the one in which T lies."""
    until = floor(asking.zone.day(asking.as_of), "week")
    return Period(until - timedelta(weeks=weeks), until)


def _rest(asking: Asking) -> Period | None:
    """The days of the period that have not ended at T; None when it is over."""
    start = max(asking.period.start, asking.zone.day(asking.as_of))
    return Period(start, asking.period.until) if start < asking.period.until else None


def _values(answer: Answer, of: str) -> dict[Subject, Value]:
    return {_subject(row, of): row.value for row in answer.rows} | {WHOLE: answer.total}


def _subject(row: Row, of: str) -> Subject:
    return Subject(of, row.ids[of], row.names[of] or "") if of else WHOLE


def _per_week(answer: Answer, of: str) -> dict[Subject, dict[str, float]]:
    found: dict[Subject, dict[str, float]] = defaultdict(dict)
    for row in answer.rows:
        found[_subject(row, of)][row.names["week"] or ""] = float(row.value.value or 0)
    return dict(found)


def _decimal(number: Any) -> Decimal:
    return Decimal(str(number or 0))
