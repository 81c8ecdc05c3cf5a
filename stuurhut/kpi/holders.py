"""Whose goals count for a question: a team's own goal, and where there is none those of its sub-teams or its people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from stuurhut.kpi.given import naive
from stuurhut.kpi.goals import Goals, Holder
from stuurhut.kpi.inquiry import Inquiry
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


def holders_in(inquiry: Inquiry, persons_with_goals: set[int], teams_with_goals: set[int]) -> Holders:
    """The teams and persons of a question: those the scope may see, less those filtered out."""
    scope, filters = inquiry.scope, inquiry.filters
    parents = parents_at(inquiry)
    stays: dict[tuple[int, int], list[Span]] = defaultdict(list)
    persons: set[int] = set(scope.persons)
    for row in inquiry.once("members", lambda: _members(inquiry)):
        persons.add(row["person_id"])
        stays[row["person_id"], row["team_id"]].append(_within(inquiry.question.period, row))
    if scope.everything and "team" not in filters:
        persons |= persons_with_goals
    persons = {person for person in persons if inquiry.passes("person", person)}
    known = {*parents, *(team for _person, team in stays), *teams_with_goals}
    teams = known if scope.everything else known & (scope.teams | scope.totals_of)
    if "person" in filters:
        teams = set()
    return Holders(
        parents,
        dict(stays),
        frozenset(team for team in teams if inquiry.passes("team", team)),
        frozenset(persons),
    )


def parents_at(inquiry: Inquiry) -> dict[int, int | None]:
    """The teams that there were at T, each with the team above it."""
    at = naive(inquiry.question.as_of)
    columns = ("id", "parent_id", "valid_from", "valid_until")
    versions = inquiry.kept("teams", lambda: inquiry.every("team", *columns))
    return {
        team["id"]: team["parent_id"]
        for team in versions
        if team["valid_from"] is not None
        and team["valid_from"] < at
        and (team["valid_until"] is None or team["valid_until"] >= at)
    }


def _members(inquiry: Inquiry) -> list[dict[str, Any]]:
    """Who was in which team, from when until when, at some time in the period, as far as asked and seen."""
    columns = ("person_id", "team_id", "starts_on", "until_on")
    members = inquiry.kept("members", lambda: inquiry.every("person_team", *columns))
    during = inquiry.question.period.start, inquiry.question.period.until
    return [
        member
        for member in members
        if member["team_id"] is not None
        and overlaps(member, during)
        and inquiry.sees(member["person_id"], member["team_id"])
    ]


def overlaps(stay: dict[str, Any], during: Span) -> bool:
    """Whether a stay, from `starts_on` up to `until_on` (null: without end), lies in some days at least partly."""
    begins, ends = stay["starts_on"], stay["until_on"]
    return begins is not None and begins < during[1] and (ends is None or ends > during[0])


def _within(period: Period, stay: dict[str, Any]) -> Span:
    until = stay["until_on"]
    return max(stay["starts_on"], period.start), period.until if until is None else min(until, period.until)
