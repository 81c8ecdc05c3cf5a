"""The plan to 100% as people see it: on its page, in its files and on the command line."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from stuurhut.cockpit.tests.reading import text_of
from stuurhut.cockpit.tests.sales_of_two_teams import Company, company, sell, signed_in, with_sales
from stuurhut.kpi.words.period import Period
from stuurhut.people import actions as people
from stuurhut.people.models import Person, Team, User
from stuurhut.site.cli import main
from stuurhut.targets import actions as targets
from stuurhut.targets.models import Target

pytestmark = pytest.mark.django_db

QUARTER = Period(date(2026, 1, 1), date(2026, 4, 1))
HALFWAY = "period=2026-Q1&as_of=2026-02-15"


def aim(value: int, *, person: Person | None = None, team: Team | None = None) -> Target:
    """A target for the first quarter, set before it began."""
    found = targets.set_target(
        kpi="sales_value", period=QUARTER, value=Decimal(value), by=None, person=person, team=team
    )
    Target.objects.filter(pk=found.pk).update(set_at=datetime(2025, 12, 15, tzinfo=UTC))
    return found


@pytest.fixture
def them() -> Company:
    """Halfway the quarter Alice has sold 4,000 of 20,000, her team of 30,000."""
    found = with_sales()
    aim(20_000, person=found.alice)
    aim(30_000, team=found.noord)
    return found


def as_json(name: str, query: str = HALFWAY) -> dict[str, object]:
    found: dict[str, object] = json.loads(text_of(name, f"/plan/?{query}&format=json"))
    return found


def test_a_manager_sees_what_the_team_still_has_to_sell_and_what_that_is_a_week(them: Company) -> None:
    page = text_of("bob", f"/plan/?{HALFWAY}")
    assert "€ 26.000" in page  # 30,000 less 4,000
    plan = as_json("bob")
    assert (plan["standing"], plan["still"], plan["working_weeks_left"]) == ("open", "26000.00", 6.4)
    steps = {step["kpi"]: step for step in plan["steps"]}  # type: ignore[attr-defined]
    assert steps["sales_value"]["needed_a_week"] == pytest.approx(26_000 / 6.4, abs=0.01)


def test_beside_the_team_stands_each_seller_with_a_link_to_the_own_page(them: Company) -> None:
    part = text_of("bob", f"/plan/?{HALFWAY}&part=people")
    assert f'href="/seller/{them.alice.pk}/?period=2026-Q1&amp;as_of=2026-02-15"' in part
    assert "€ 16.000" in part
    assert "Charlie" not in part


def test_a_seller_sees_the_own_plan(them: Company) -> None:
    page = text_of("alice", f"/plan/?{HALFWAY}")
    assert "€ 16.000" in page
    assert "part=people" not in page


def test_charlie_sees_nothing_of_it(them: Company) -> None:
    shown = "".join(
        text_of("charlie", f"/plan/?{HALFWAY}{more}") for more in ("", "&part=people", "&format=csv", "&format=json")
    )
    assert "Alice" not in shown
    assert "16000" not in shown
    assert "26.000" not in shown
    for narrower in (f"team={them.noord.pk}", f"person={them.alice.pk}"):
        text_of("charlie", f"/plan/?{HALFWAY}&{narrower}", status=404)


def test_who_has_no_part_in_sales_has_no_plan(them: Company) -> None:
    User.objects.create_user("administrator@example.com", is_administrator=True)
    User.objects.create_user("payroll@example.com", is_payroll=True)
    for role in ("administrator", "payroll"):
        assert "plan-way" not in text_of(role, f"/plan/?{HALFWAY}")


def test_absence_and_part_time_leave_fewer_weeks(them: Company) -> None:
    before = as_json("alice")
    people.record_absence(person=them.alice, starts_on=date(2026, 3, 2), until=date(2026, 3, 16), by=None)
    after = as_json("alice")
    assert (before["working_weeks_left"], after["working_weeks_left"]) == (6.4, 4.4)
    assert before["still"] == after["still"]


def test_without_calls_or_quotes_it_does_not_say_how_many_are_needed(them: Company) -> None:
    steps = {step["kpi"]: step["needed"] for step in as_json("alice")["steps"]}  # type: ignore[attr-defined]
    assert steps["sales_value"] == 16_000
    assert steps["quotes_sent"] is None
    assert steps["appointments"] is None


def test_the_plan_reads_well_whenever_it_is_asked(them: Company) -> None:
    for query, standing in {
        "period=2026-Q1&as_of=2026-05-01": "missed",
        "period=2026-Q1&as_of=2026-03-31": "missed",
        "period=2026-Q1&as_of=2025-12-20": "open",  # not begun
        "period=2025-Q1&as_of=2026-02-15": "no_target",
        "period=2019-Q1&as_of=2026-02-15": "no_target",  # before the first fact
        "period=2026-Q1&as_of=2027-02-15": "missed",  # ahead of today
        "period=2026-03-28..2026-03-30&as_of=2026-03-28": "nothing_asked",  # a weekend
    }.items():
        assert as_json("bob", query)["standing"] == standing, query
        page = text_of("bob", f"/plan/?{query}") + text_of("bob", f"/plan/?{query}&part=people")
        assert "None" not in page
        assert "nan" not in page


def test_who_is_away_for_the_rest_of_the_period_has_no_working_days_left(them: Company) -> None:
    people.record_absence(person=them.alice, starts_on=date(2026, 2, 9), expected_until=date(2026, 5, 1), by=None)
    plan = as_json("alice")
    assert (plan["standing"], plan["working_days_left"]) == ("no_days", 0)
    assert "€ 16.000" in text_of("alice", f"/plan/?{HALFWAY}")


def test_a_target_of_nothing_and_one_that_was_passed_ask_for_nothing(them: Company) -> None:
    aim(0, person=them.alice)
    assert as_json("alice")["standing"] == "nothing_asked"
    aim(10_000, person=them.alice)
    sell(them.alice, "2026-02-02", "9000.00", "Hout")
    plan = as_json("alice")
    assert (plan["standing"], plan["surplus"], plan["still"]) == ("met", "3000.00", "0.00")
    assert "€ 3.000" in text_of("alice", f"/plan/?{HALFWAY}")


def test_a_company_without_anything_recorded_reads_well() -> None:
    company()
    page = text_of("dora", "/plan/") + text_of("dora", "/plan/?part=people")
    assert "None" not in page


def test_the_file_has_the_figures_of_the_page(them: Company) -> None:
    client = signed_in("bob")
    rows = list(csv.DictReader(io.StringIO(client.get(f"/plan/?{HALFWAY}&format=csv").content.decode())))
    assert [(row["person"], Decimal(row["still"])) for row in rows] == [("Alice", Decimal(16_000))]
    assert client.get(f"/plan/?{HALFWAY}&format=xlsx").content[:2] == b"PK"
    assert client.get(f"/plan/?{HALFWAY}&format=docx").status_code == 400


def test_the_command_line_says_the_same(them: Company, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["plan", "--period", "2026-Q1", "--as-of", "2026-02-15", "--json"]
    assert main([*words, "--as", "bob@example.com"]) == 0
    said = json.loads(capsys.readouterr().out)
    page = as_json("bob")
    assert {key: said[key] for key in page} == page
    assert main([*words, "--person", "Alice"]) == 0
    assert json.loads(capsys.readouterr().out)["still"] == "16000.00"
    assert main([*words[:-1], "--team", "Noord"]) == 0
    assert "€ 26.000" in capsys.readouterr().out.replace("\u00a0", " ")


def test_the_command_line_keeps_to_what_somebody_may_see(them: Company, capsys: pytest.CaptureFixture[str]) -> None:
    as_charlie = ["plan", "--as", "charlie@example.com"]
    assert main([*as_charlie, "--team", "Noord"]) == 2
    assert main([*as_charlie, "--person", "Alice"]) == 2
    said = capsys.readouterr()
    assert "Alice" not in said.out
    assert main(["plan", "--team", "Nord"]) == 2
    assert "Noord" in capsys.readouterr().err
