"""Goals as the cockpit shows them."""

from __future__ import annotations

from datetime import date

import pytest

from stuurhut.cockpit.tests.reading import text_of, tile, value_in
from stuurhut.cockpit.tests.sales_of_two_teams import with_sales
from stuurhut.kpi.words.period import parse
from stuurhut.people.models import Team
from stuurhut.targets.actions import set_target

pytestmark = pytest.mark.django_db

PAGE = "/?period=2026-Q1"


def aim(team: Team, value: str) -> None:
    quarter = parse("2026-Q1", today=date(2026, 1, 1))
    set_target(kpi="sales_value", period=quarter, value=value, currency="EUR", team=team, by=None)


@pytest.mark.parametrize(("target", "expected"), [("10000.38", "130,0 %"), ("26001", "50,0 %")])
def test_target_percentage_is_never_capped(target: str, expected: str) -> None:
    aim(with_sales().noord, target)
    page = text_of("bob", PAGE)
    assert value_in(tile(page, "target_attainment")) == expected
    assert expected in tile(page, "sales_value")


def test_no_target_is_said_and_a_target_of_nothing_divides_by_nothing() -> None:
    them = with_sales()
    assert "geen doel gesteld" in tile(text_of("bob", PAGE), "sales_value")
    aim(them.noord, "0")
    assert "€ 0" in tile(text_of("bob", PAGE), "sales_value")
