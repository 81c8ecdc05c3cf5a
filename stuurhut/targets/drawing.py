"""All that the grid of goals is drawn from: whose goals, which hold, the days they go by, and what was reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, partial
from itertools import chain

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from stuurhut.kpi.goals import Goal, Holder, goal_in, tiling
from stuurhut.kpi.profile import Profile, profile
from stuurhut.kpi.words.answer import Number
from stuurhut.kpi.words.question import Question, rounded_up
from stuurhut.kpi.words.scope import Scope
from stuurhut.people.refusal import Refused
from stuurhut.replica.asked import zone
from stuurhut.replica.asking import engine
from stuurhut.targets.asking import GridAsked
from stuurhut.targets.cells import cell_name
from stuurhut.targets.columns import Column, columns
from stuurhut.targets.formation import Formation
from stuurhut.targets.models import ClosedGoal, Target
from stuurhut.targets.reached import Asker, Reached
from stuurhut.targets.rights import Rights
from stuurhut.targets.rows import Member, Section, sections
from stuurhut.targets.typed import value_of
from stuurhut.targets.versions import Place, goals_of, holding


@dataclass(frozen=True)
class Typed:
    """What somebody filled in, per cell: the text, and what is wrong with it."""

    texts: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Drawing:
    """All that a grid is drawn from."""

    asked: GridAsked
    rights: Rights
    now: datetime
    typed: Typed = field(default_factory=Typed)
    derivations: dict[tuple[Holder, Column, bool], tuple[Decimal | None, bool]] = field(default_factory=dict)

    @cached_property
    def today(self) -> date:
        return timezone.localdate(self.now)

    @cached_property
    def columns(self) -> list[Column]:
        return columns(self.asked, self.today)

    @cached_property
    def sections(self) -> list[Section]:
        return sections(self.asked, self.rights)

    @property
    def by_person(self) -> bool:
        """Whether the KPI is known of single persons."""
        return "person" in self.asked.kpi.formula.dimensions

    @cached_property
    def holders(self) -> set[Holder]:
        teams = {section.holder for section in self.sections if section.holder}
        return teams | {member.holder for section in self.sections for member in section.members if self.by_person}

    @cached_property
    def held(self) -> dict[Place, Target]:
        return holding(self.asked.kpi.key, self.holders, self.asked.period.start, self.asked.period.until)

    @cached_property
    def goals(self) -> dict[Holder, list[Goal]]:
        """The goals of each holder, with what was typed over them."""
        currency = settings.CURRENCY if self.asked.kpi.unit == "money" else None
        found = {holder: goals_of(holder, self.held, currency) for holder in self.holders}
        for holder, goals in found.items():
            for column in self.columns:
                own = next((goal for goal in goals if (goal.start, goal.until) == column.span), None)
                value = self._typed(holder, column, own.value if own else None)
                found[holder] = [goal for goal in found[holder] if goal is not own]
                if value is not None:
                    found[holder].append(Goal(*column.span, value))
        return found

    def _typed(self, holder: Holder, column: Column, otherwise: Decimal | None) -> Decimal | None:
        text = self.typed.texts.get(cell_name(holder, column))
        if text is None:
            return otherwise
        try:
            return value_of(text, self.asked.kpi, settings.CURRENCY)
        except Refused:  # the cell says what is wrong
            return otherwise

    @cached_property
    def formation(self) -> Formation:
        return Formation.of(self.holders)

    @cached_property
    def profile(self) -> Profile:
        period = self.asked.period
        ends = {period.start, period.until} | {end for column in self.columns for end in column.span}
        ends |= {end for goals in self.goals.values() for goal in goals for end in (goal.start, goal.until)}
        for stay in chain.from_iterable(self.rights.stays.values()):
            ends |= {end for end in (stay.starts_on, stay.until) if end and period.start < end < period.until}
        question = Question(self.asked.kpi.key, period, rounded_up(self.now))
        return profile(self.asked.kpi, question, ends, engine())

    @cached_property
    def reached(self) -> Reached:
        return self._asked("now")

    @cached_property
    def before(self) -> Reached:
        return self._asked("before")

    @cached_property
    def _as_far_before(self) -> Reached:
        """Of the running periods what was reached a year before by the same day and hour."""
        found: Reached = {}
        for period in {column.period for column in self.columns if column.state == "now"}:
            question = Question(self.asked.kpi.key, period, rounded_up(self.now), compare="last-year").compared(zone())
            asker = Asker(self.asked.kpi, self._scope, question.as_of, found=found)
            asker.whole(question.period)
        return found

    @property
    def _scope(self) -> Scope:
        scope = self.rights.scope
        if self.rights.sets_any:  # totals of others stand on no row
            return Scope(scope.everything, scope.persons, scope.teams)
        return scope

    def _asked(self, which: str) -> Reached:
        asker = Asker(self.asked.kpi, self._scope, self.now)
        period = self.asked.period if which == "now" else self.asked.before
        spans = self.asked.spans()
        if which == "before":
            spans = [(_year_before(start), _year_before(until)) for start, until in spans]
        asker.course(period, self.asked.grain, spans)
        return asker.found

    @cached_property
    def frozen(self) -> dict[tuple[Holder, int], ClosedGoal]:
        closings = [column.closing for column in self.columns if column.closing]
        goals = ClosedGoal.objects.filter(closing__in=closings, kpi=self.asked.kpi.key, filter={})
        return {(_holder(goal), goal.closing_id): goal for goal in goals}

    # -- a cell ------------------------------------------------------------------------------------------------------

    def workers(self, holder: Holder) -> list[Holder]:
        """Whose days count for a holder's goal."""
        if holder.kind == "person":
            return [holder]
        under = next((section.under for section in self.sections if section.holder == holder), frozenset())
        return [Holder("team", team) for team in sorted(under)]

    def days(self, holder: Holder, start: date, until: date) -> float:
        """Available working days of a holder."""
        return self.profile.available(self.workers(holder), start, until)

    def derived(self, holder: Holder, column: Column, *, gaps: bool = False) -> tuple[Decimal | None, bool]:
        """What goals of other periods make of this one, and whether shorter ones fill it end to end.

        With `gaps` they may leave days without a goal, as in a sum of people who came or went.
        """
        key = holder, column, gaps
        if key not in self.derivations:
            others = [goal for goal in self.goals.get(holder, ()) if (goal.start, goal.until) != column.span]
            tiles = tiling([goal for goal in others if goal.until <= column.until], *column.span)
            days, adds_up = partial(self.days, holder), self.profile.adds_up
            self.derivations[key] = goal_in(others, *column.span, days, adds_up=adds_up, gaps=gaps), tiles is not None
        return self.derivations[key]

    def counts(self, holder: Holder, column: Column, *, gaps: bool = False) -> Decimal | None:
        """The goal that counts: what was typed or holds, else what goals of other periods make of it."""
        frozen = self.frozen_in(holder, column)
        if frozen:
            return Decimal(frozen.target)
        own = next((g.value for g in self.goals.get(holder, ()) if (g.start, g.until) == column.span), None)
        return own if own is not None else self.derived(holder, column, gaps=gaps)[0]

    def frozen_in(self, holder: Holder, column: Column) -> ClosedGoal | None:
        """What was written down when the period was closed."""
        return self.frozen.get((holder, column.closing.pk)) if column.closing else None

    def is_at_work(self, holder: Holder, column: Column) -> bool:
        """Whether somebody works here at some time in the period; who never had a team always does."""
        stays = self.rights.stays.get(holder.id)
        if holder.kind == "team" or not stays:
            return True
        return any(s.starts_on < column.until and (s.until is None or s.until > column.start) for s in stays)

    def share(self, member: Member, section: Section, column: Column) -> float:
        """The part of a person's goal that counts in a team: that of the working days in it."""
        stays = self.rights.stays.get(member.person.pk, ())
        inside = [
            (max(stay.starts_on, column.start), min(stay.until or column.until, column.until))
            for stay in stays
            if stay.team_id in section.under or not section.under
        ]
        inside = [(start, until) for start, until in inside if start < until]
        whole = self.days(member.holder, *column.span)
        if not whole:
            return 1.0 if inside or not stays else 0.0
        return min(1.0, sum(self.days(member.holder, *span) for span in inside) / whole)

    def last_year(self, holder: Holder, column: Column) -> Number:
        """What was reached in the whole of the same period a year before."""
        return self.before.get((holder, _span_before(column)))

    def as_far_last_year(self, holder: Holder, column: Column) -> Number:
        """What stands beside what was reached: of a running period the same stretch a year before, else the whole."""
        if column.state == "now":
            return self._as_far_before.get((holder, _span_before(column)))
        return self.last_year(holder, column)

    def reached_in(self, holder: Holder, column: Column) -> Number:
        """What was reached in the period: of a closed one as it was written down then."""
        frozen = self.frozen_in(holder, column)
        if frozen:
            return None if frozen.realised is None else Decimal(frozen.realised)
        return self.reached.get((holder, column.span))

    def why_not(self, holder: Holder, column: Column) -> str:
        """Why a goal cannot be set here; empty when it can."""
        if column.is_locked:
            return _("closed")
        if not self.is_at_work(holder, column):
            return _("not in a team")
        return "" if self.rights.sets(holder, *column.span) else _("not yours to set")

    def is_away(self, holder: Holder, column: Column) -> bool:
        """Whether a person is in a team, and not there on a single day of the period."""
        known = holder.kind == "person" and holder in self.profile.days.of and self.is_at_work(holder, column)
        return known and not self.days(holder, *column.span)


def _span_before(column: Column) -> tuple[date, date]:
    return _year_before(column.start), _year_before(column.until)


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1)


def _holder(goal: ClosedGoal) -> Holder:
    return Holder("person", goal.person_id) if goal.person_id else Holder("team", goal.team_id or 0)
