"""Whose goals count for a question: a team's own goal, and where there is none those of its sub-teams or its people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import ibis

from stuurhut.kpi.goals import Goals, Holder
from stuurhut.kpi.study import Study
from stuurhut.kpi.words.period import Period

Span = tuple[date, date]  # from the first day up to the second


@dataclass(frozen=True)
class Holders:
    """The teams and persons that a question may see in its period, and how the teams hang together at T."""

    parents: dict[int, int | None]
    stays: dict[tuple[int, int], list[Span]]  # per person and team the days on which that team decided for the person
    teams: frozenset[int]
    persons: frozenset[int]

    @cached_property
    def members(self) -> dict[int, set[int]]:
        """Per team the persons who were in it at some time in the period."""
        found: dict[int, set[int]] = defaultdict(set)
        for person, team in self.stays:
            found[team].add(person)
        return dict(found)

    def stay(self, person: int, teams: Iterable[int]) -> list[Span]:
        """The days of a person in some teams together, as few spans as they make."""
        found: list[Span] = []
        for start, until in sorted(span for team in teams for span in self.stays.get((person, team), ())):
            if found and found[-1][1] >= start:
                found[-1] = found[-1][0], max(found[-1][1], until)
            else:
                found.append((start, until))
        return found

    def under(self, team: int) -> set[int]:
        """The team and all teams below it."""
        found, front = {team}, {team}
        while front:
            front = {child for child, parent in self.parents.items() if parent in front} - found
            found |= front
        return found

    def above(self, team: int) -> set[int]:
        """All teams above it."""
        found: set[int] = set()
        parent = self.parents.get(team)
        while parent is not None and parent not in found:
            found.add(parent)
            parent = self.parents.get(parent)
        return found

    def in_all(self, goals: Goals) -> list[Holder]:
        """Those whose goals make up the total."""
        if not self.teams:
            return _with_goals(self.persons, goals)
        return self.in_teams(self.teams, goals)

    def in_teams(self, teams: Iterable[int], goals: Goals) -> list[Holder]:
        """Those whose goals make up that of some teams together.

        The uppermost teams with a goal of their own; a person's goal only where no team above or below has one, since
        a team's goal stands apart from those of its people.
        """
        among = set(teams)
        having = goals.holders("team") & among
        top = sorted(team for team in having if not self.above(team) & having)
        below = {inner for team in top for inner in self.under(team)}
        covered = below | {outer for team in top for outer in self.above(team)}
        inside = {person for team in below for person in self.members.get(team, ())}
        loose = {person for team in among - covered for person in self.members.get(team, ())} - inside
        if not top and among >= self.teams:
            loose |= self.persons
        return [*(Holder("team", team) for team in top), *_with_goals(loose, goals)]

    def workers(self, holder: Holder) -> list[Holder]:
        """Whose working days count for a holder: the person's own, or those of the team and all below it."""
        return [holder] if holder.kind == "person" else [Holder("team", team) for team in sorted(self.under(holder.id))]


def _with_goals(persons: Iterable[int], goals: Goals) -> list[Holder]:
    return [Holder("person", person) for person in sorted(set(persons) & goals.holders("person"))]


def holders_in(study: Study, persons_with_goals: set[int], teams_with_goals: set[int]) -> Holders:
    """The teams and persons of a question: those the scope may see, less those filtered out."""
    scope, filters = study.scope, study.filters
    parents = study.once_at("teams", lambda: _parents(study))
    stays: dict[tuple[int, int], list[Span]] = defaultdict(list)
    persons: set[int] = set(scope.persons)
    for row in study.once("members", lambda: _members(study)):
        if _passes(row["team_id"], filters.get("team")) and _passes(row["person_id"], filters.get("person")):
            persons.add(row["person_id"])
            stays[row["person_id"], row["team_id"]].append(_within(study.question.period, row))
    if scope.everything and "team" not in filters:
        persons |= persons_with_goals
    persons = {person for person in persons if _passes(person, filters.get("person"))}
    known = {*parents, *(team for _person, team in stays), *teams_with_goals}
    teams = known if scope.everything else known & (scope.teams | scope.totals_of)
    if "person" in filters:
        teams = set()
    return Holders(
        parents,
        dict(stays),
        frozenset(team for team in teams if _passes(team, filters.get("team"))),
        frozenset(persons),
    )


def _parents(study: Study) -> dict[int, int | None]:
    return {row["id"]: row["parent_id"] for row in study.engine.rows(study.state("team").select("id", "parent_id"))}


def _members(study: Study) -> list[dict[str, Any]]:
    """Who was in which team, from when until when, at some time in the period, as far as the scope may see."""
    period, t = study.question.period, study.table("person_team")
    t = t.filter(
        (t.starts_on < ibis.literal(period.until)) & (t.until_on.isnull() | (t.until_on > ibis.literal(period.start)))
    )
    t = study.seen(t, "person_id", "team_id").filter(t.team_id.notnull())
    return study.engine.rows(t.select("person_id", "team_id", "starts_on", "until_on").distinct())


def _within(period: Period, stay: dict[str, Any]) -> Span:
    until = stay["until_on"]
    return max(stay["starts_on"], period.start), period.until if until is None else min(until, period.until)


def _passes(value: int, allowed: tuple[int | str, ...] | None) -> bool:
    return allowed is None or value in allowed
