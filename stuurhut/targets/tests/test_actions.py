"""A target is set, set again, and taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from stuurhut import replica
from stuurhut.kpi.words.errors import UnknownName
from stuurhut.kpi.words.period import Period
from stuurhut.kpi.words.question import Question, rounded_up
from stuurhut.kpi.words.scope import EVERYTHING
from stuurhut.people.actions import create_seat, create_team
from stuurhut.people.tests.company import company
from stuurhut.targets.actions import ForWhom, NotSet, Wanted, set_target, set_targets, withdraw_target
from stuurhut.targets.models import Target

pytestmark = pytest.mark.django_db

YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))


def test_a_new_target_is_a_new_version_and_the_old_one_stays() -> None:
    firm = company()
    bob = firm.user(firm.bob)
    set_target(kpi="sales_value", period=YEAR, value=100_000, person=firm.alice, by=bob)
    second = set_target(kpi="sales_value", period=YEAR, value="120000.50", person=firm.alice, by=bob)
    assert (second.version, second.value, second.currency, second.set_by) == (2, "120000.50", "EUR", bob)
    assert Target.objects.count() == 2


def test_targets_of_another_kind_person_or_filter_are_versions_of_their_own() -> None:
    firm = company()
    set_target(kpi="calls", period=YEAR, value=10, person=firm.alice, by=None)
    others = [
        set_target(kpi="visits", period=YEAR, value=10, person=firm.alice, by=None),
        set_target(kpi="calls", period=YEAR, value=10, person=firm.charlie, by=None),
        set_target(kpi="calls", period=YEAR, value=10, person=firm.alice, where={"source": "fair"}, by=None),
        set_target(kpi="calls", period=YEAR, value=10, team=firm.noord, by=None),
    ]
    assert {target.version for target in others} == {1}


def test_a_count_has_no_currency_and_money_names_its_own() -> None:
    firm = company()
    assert set_target(kpi="calls", period=YEAR, value=10, person=firm.alice, by=None).currency == ""
    in_pounds = set_target(kpi="won_value", period=YEAR, value=10, currency="GBP", person=firm.alice, by=None)
    assert in_pounds.currency == "GBP"


def test_the_formation_of_the_day_is_remembered() -> None:
    firm = company()
    for fte in (1.0, 0.6):
        create_seat(team=firm.noord, starts_on=date(2025, 1, 1), fte=fte, by=None)
    target = set_target(kpi="calls", period=YEAR, value=10, team=firm.noord, by=None)
    assert target.formation_fte == pytest.approx(1.6)


def test_the_formation_of_a_team_is_that_of_the_teams_below_it_as_well_and_of_a_person_the_memberships() -> None:
    firm = company()
    top = create_team(name="Verkoop", by=None)
    firm.noord.parent = top
    firm.noord.save()
    create_seat(team=firm.noord, starts_on=date(2025, 1, 1), fte=0.8, by=None)
    assert set_target(kpi="calls", period=YEAR, value=10, team=top, by=None).formation_fte == pytest.approx(0.8)
    assert set_target(kpi="calls", period=YEAR, value=10, person=firm.alice, by=None).formation_fte == pytest.approx(1)


def test_goals_are_set_together_or_not_at_all() -> None:
    firm = company()
    first = set_target(kpi="calls", period=YEAR, value=10, person=firm.alice, by=firm.user(firm.bob))
    wanted = [
        Wanted(firm.charlie, YEAR, Decimal(5), seen=0),
        Wanted(firm.alice, YEAR, Decimal(5), seen=first.version - 1),
    ]
    with pytest.raises(NotSet) as refused:
        set_targets(kpi="calls", wanted=wanted, by=None)
    assert list(refused.value.sentences) == [1]
    assert Target.objects.count() == 1


def test_a_goal_that_is_taken_away_is_gone_from_then_on_and_not_before() -> None:
    firm = company()
    goal = set_target(kpi="calls", period=YEAR, value=10, person=firm.alice, by=None)
    before = timezone.now() - timedelta(hours=1)
    Target.objects.filter(pk=goal.pk).update(set_at=before)
    (gone,) = set_targets(kpi="calls", wanted=[Wanted(firm.alice, YEAR, None, seen=1)], by=None)
    assert (gone.version, gone.value) == (2, "")

    def asked(moment: datetime) -> object:
        question = Question("target_attainment", YEAR, moment, ("person",), of="calls", brief=True)
        rows = replica.ask(question, EVERYTHING).rows
        return next((row.value.more.get("target") for row in rows if row.names["person"] == "Alice"), None)

    assert asked(rounded_up(timezone.now())) is None
    assert asked(before + timedelta(minutes=1)) == Decimal(10)


@pytest.mark.django_db(transaction=True)
def test_two_that_set_the_same_goal_at_once_make_two_versions() -> None:
    firm = company()

    def aim(value: int) -> int:
        try:
            return set_target(kpi="calls", period=YEAR, value=value, person=firm.alice, by=None).version
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(aim, range(8))) == list(range(1, 9))


def test_a_target_of_nothing_or_for_nobody_is_refused() -> None:
    firm = company()
    with pytest.raises(UnknownName, match="calls"):
        set_target(kpi="cals", period=YEAR, value=10, person=firm.alice, by=None)
    with pytest.raises(ForWhom):
        set_target(kpi="calls", period=YEAR, value=10, by=None)
    with pytest.raises(ForWhom):
        set_target(kpi="calls", period=YEAR, value=10, person=firm.alice, team=firm.noord, by=None)


def test_a_withdrawn_version_is_kept_as_deleted() -> None:
    firm = company()
    target = set_target(kpi="calls", period=YEAR, value=10, person=firm.alice, by=None)
    assert withdraw_target(target=target, by=firm.user(firm.bob)).deleted_at is not None
