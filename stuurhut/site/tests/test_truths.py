"""Every truth that was planted in the made company is found, of the right person or team, and nobody else is called
structural.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from time import process_time
from typing import Any

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from stuurhut import replica
from stuurhut.cockpit.findings import asking_within, findings_of
from stuurhut.crm.models import Stage
from stuurhut.kpi.judging.asking import Asking
from stuurhut.kpi.judging.course import course
from stuurhut.kpi.judging.findings import Findings, everything, findings
from stuurhut.kpi.verdicts import kinds
from stuurhut.kpi.verdicts.verdict import Verdict
from stuurhut.kpi.words.period import parse
from stuurhut.kpi.words.question import end_of
from stuurhut.kpi.words.scope import EVERYTHING, Scope
from stuurhut.people.models import Person, Team
from stuurhut.replica.asked import zone
from stuurhut.site import demo

LAST_DAY = date(2026, 11, 21)
LAST = end_of(LAST_DAY, zone())
WHO = {truth.key: truth.who for truth in demo.TRUTHS}


@dataclass(frozen=True)
class Judged:
    """The made company as the director judges it on its last day."""

    asking: Asking
    looked: list[Verdict]
    findings: Findings

    def of(self, name: str, *kind: str) -> list[Verdict]:
        """The verdicts of these kinds about somebody or something."""
        return [one for one in self.looked if one.about.name == name and one.kind in kind]

    def about(self, *kind: str) -> set[str]:
        """Whom the verdicts of these kinds are about."""
        return {one.about.name for one in self.looked if one.kind in kind}

    @cached_property
    def found(self) -> list[Verdict]:
        return [*self.findings.top, *self.findings.others]

    def found_about(self, *kind: str) -> set[str]:
        return {one.about.name for one in self.found if one.kind in kind}


@pytest.fixture(scope="module")
def judged(django_db_setup: Any, django_db_blocker: DjangoDbBlocker) -> Iterator[Judged]:
    """Made once for all tests here, and taken back after them."""
    with django_db_blocker.unblock(), transaction.atomic(), replica.held():
        demo.make(seed=1, size="medium", until=LAST_DAY)
        here = zone()
        asking = asking_within(EVERYTHING, (), parse("this-quarter", today=LAST_DAY), LAST, here)
        yield Judged(asking, everything(asking), findings(asking))
        transaction.set_rollback(True)


# What was planted


def test_who_gets_appointments_and_cannot_close_is_weak_in_closing_and_in_nothing_else(judged: Judged) -> None:
    weak = judged.of(WHO["cannot_close"], kinds.WEAK_STEP)
    assert [stage_of(one) for one in weak] == ["Onderhandeling"]
    assert judged.found_about(kinds.WEAK_STEP) == {WHO["cannot_close"]}


def stage_of(verdict: Verdict) -> str:
    """The name of the stage that a verdict is about."""
    assert verdict.behind is not None
    stage = dict(verdict.behind.where).get("stage")
    return Stage.objects.get(pk=stage).name if stage else ""


def test_who_had_one_bad_month_is_told_so_and_not_called_structural(judged: Judged) -> None:
    (incident,) = judged.of(WHO["bad_month"], kinds.INCIDENT)
    assert incident.state == "look"
    assert judged.of(WHO["bad_month"], kinds.STRUCTURAL, kinds.WEAK_STEP) == []


def test_a_slow_team_has_a_slow_process_and_no_slow_people(judged: Judged) -> None:
    assert judged.found_about(kinds.SLOW_TEAM) == {WHO["slow_answers"]}
    assert judged.found_about(kinds.SLOW_PERSON) == set()
    on_the_tile = course(judged.asking, "lead_response_time")
    assert on_the_tile is not None
    assert (on_the_tile.kind, on_the_tile.about.name) == (kinds.SLOW_TEAM, WHO["slow_answers"])


def test_the_strong_seller_with_bad_leads_is_weak_in_nothing(judged: Judged) -> None:
    who = WHO["bad_leads"]
    assert judged.of(who, kinds.WEAK_STEP) == []
    assert [one for one in judged.found if one.about.name == who] == []


def test_the_source_that_brings_no_customers_is_the_only_poor_one(judged: Judged) -> None:
    assert judged.about(kinds.POOR_SOURCE) == {WHO["poor_source"]}
    assert judged.found_about(kinds.POOR_SOURCE) == {WHO["poor_source"]}


def test_more_leads_than_in_summer_are_the_season(judged: Judged) -> None:
    verdict = course(judged.asking, "leads_created")
    assert verdict is not None
    assert verdict.kind == kinds.SEASON


def test_the_team_that_drinks_coffee_is_seen_to(judged: Judged) -> None:
    assert judged.about(kinds.COFFEE) == {WHO["coffee"]}
    assert judged.found_about(kinds.COFFEE) == {WHO["coffee"]}


def test_the_team_that_misses_hands_is_the_only_one(judged: Judged) -> None:
    assert judged.about(kinds.UNDERSTAFFED) == {WHO["understaffed"]}
    assert judged.found_about(kinds.UNDERSTAFFED) == {WHO["understaffed"]}


def test_a_step_that_became_weak_with_a_whole_team_is_its_process_and_no_question_of_its_people(judged: Judged) -> None:
    weak = [one for one in judged.found if one.kind == kinds.WEAK_PROCESS]
    assert [(one.about.name, stage_of(one)) for one in weak] == [(WHO["weak_step"], "Behoefte in kaart")]
    team = Team.objects.get(name=WHO["weak_step"])
    members = Person.objects.filter(memberships__team=team, memberships__until=None)
    assert judged.found_about(kinds.WEAK_STEP, kinds.STRUCTURAL) & {person.name for person in members} == set()


# And nothing else


def test_nobody_is_called_structural_by_accident(judged: Judged) -> None:
    """Those whom something happened to are the sellers of the two teams that changed, and who cannot close."""
    changed = Team.objects.filter(name__in=(WHO["weak_step"], WHO["coffee"]))
    people = Person.objects.filter(memberships__team__in=changed)
    really = {person.name for person in people} | {team.name for team in changed} | {WHO["cannot_close"]}
    structural = judged.about(kinds.STRUCTURAL, kinds.WEAK_STEP, kinds.WEAK_PROCESS)
    assert structural - really == set()
    assert judged.found_about(kinds.STRUCTURAL) == set()


def test_the_findings_are_what_was_planted_and_the_load_of_leads(judged: Judged) -> None:
    planted = {WHO[key] for key in WHO} - {WHO["bad_leads"], WHO["season"]}
    assert {one.about.name for one in judged.found if one.kind != kinds.FEW_LEADS} == planted


def test_the_three_on_top_are_worth_most(judged: Judged) -> None:
    stakes = [one.at_stake for one in judged.findings.top]
    assert len(stakes) == 3
    assert all(stakes)
    assert stakes == sorted(stakes, reverse=True, key=lambda stake: stake or 0)
    assert len({one.about for one in judged.findings.top}) == 3


# Whoever looks


def test_a_manager_finds_of_the_own_team_what_the_director_finds_of_it(judged: Judged) -> None:
    team = Team.objects.get(name=WHO["slow_answers"])
    scope = Scope(teams=frozenset({team.pk}))
    own = asking_within(scope, (("team", str(team.pk)),), judged.asking.period, LAST, judged.asking.zone)
    found = findings(own)
    assert {(one.kind, one.about.name) for one in (*found.top, *found.others)} - {(kinds.FEW_LEADS, team.name)} == {
        (one.kind, one.about.name) for one in judged.found if one.about.name == team.name or one.about.id in of(team)
    }


def of(team: Team) -> set[int]:
    return set(Person.objects.filter(memberships__team=team).values_list("pk", flat=True))


def test_a_seller_is_told_the_same_of_the_own_steps_as_the_director(judged: Judged) -> None:
    who = Person.objects.get(name=WHO["cannot_close"])
    own = asking_within(
        Scope(persons=frozenset({who.pk})), (("person", str(who.pk)),), judged.asking.period, LAST, judged.asking.zone
    )
    found = findings(own)
    assert {one.about.name for one in (*found.top, *found.others)} == {who.name}
    assert [one.chance for one in found.top] == [one.chance for one in judged.of(who.name, kinds.WEAK_STEP)]


def test_findings_take_seconds_to_look_for_once_and_nothing_after(judged: Judged) -> None:
    day = LAST_DAY - timedelta(days=3)
    earlier = replace(judged.asking, as_of=end_of(day, judged.asking.zone))
    findings_of(earlier)  # compiles what is asked
    another = replace(judged.asking, as_of=end_of(day - timedelta(days=1), judged.asking.zone))
    begin = process_time()
    findings_of(another)
    assert process_time() - begin < 5
    begin = process_time()
    findings_of(another)
    assert process_time() - begin < 0.1
