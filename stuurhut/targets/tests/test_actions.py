"""A target is set, set again, and taken back."""

from __future__ import annotations

from datetime import date

import pytest

from stuurhut.kpi.words.errors import UnknownName
from stuurhut.kpi.words.period import Period
from stuurhut.people.actions import create_seat
from stuurhut.people.tests.company import company
from stuurhut.targets.actions import ForWhom, set_target, withdraw_target
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
