"""A closed period keeps what was known then: once, whoever closes it and however often."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from django.utils.translation import override
from pytest_django.fixtures import Settings

from stuurhut import replica
from stuurhut.crm import actions as crm
from stuurhut.crm.models import Stage
from stuurhut.kpi.words.money import Amount
from stuurhut.kpi.words.period import Period
from stuurhut.kpi.words.question import Question, rounded_up
from stuurhut.kpi.words.scope import EVERYTHING
from stuurhut.targets.actions import (
    NothingToClose,
    PeriodClosed,
    StillRunning,
    close_period,
    restore_target,
    set_target,
    withdraw_target,
)
from stuurhut.targets.jobs import close_periods, waiting
from stuurhut.targets.models import ClosedGoal, Closing, Target
from stuurhut.targets.tests.selling import (
    YEAR,
    cell,
    drawn,
    fields_of,
    firm,
    month,
    name_of,
    quarter,
    signed_in,
    sold,
    text_of,
    user,
)

pytestmark = pytest.mark.django_db


def frozen() -> dict[tuple[str, str], Any]:
    return {
        (str(goal.person or goal.team), goal.kpi): (goal.target, goal.realised, goal.attainment)
        for goal in ClosedGoal.objects.all()
    }


def test_every_holder_and_kpi_with_a_goal_is_written_down() -> None:
    them = firm()
    sold(them.alice, "2025-02-03", "13000")
    for number in (1, 2, 3):
        set_target(kpi="sales_value", period=month(number), value=4000, person=them.alice, by=None)
    set_target(kpi="sales_value", period=quarter(1), value=10000, team=them.noord, by=None)
    set_target(kpi="sales_value", period=quarter(1), value=500, team=them.zuid, by=None)
    set_target(kpi="calls", period=YEAR, value=254, person=them.charlie, by=None)
    set_target(kpi="win_rate", period=quarter(1), value="0.5", team=them.noord, by=None)
    set_target(kpi="sales_value", period=quarter(2), value=1, person=them.charlie, by=None)
    closing = close_period(period=quarter(1), by=user("dora"))
    assert closing.closed_by == user("dora")
    found = frozen()
    calls = found.pop(("Charlie", "calls"))  # 63 of the year's 254 working days lie in the quarter
    assert float(calls[0]) == pytest.approx(63)
    assert calls[1:] == ("0", 0.0)
    assert found == {
        ("Alice", "sales_value"): ("12000.00", "13000.00", pytest.approx(13 / 12)),
        ("Noord", "sales_value"): ("10000.00", "13000.00", pytest.approx(1.3)),
        ("Zuid", "sales_value"): ("500.00", "0.00", 0.0),
        ("Noord", "win_rate"): ("0.5", "1.0", 2.0),
    }


def test_a_correction_afterwards_leaves_what_was_frozen_and_shows_beside_it() -> None:
    them = firm()
    deal = sold(them.alice, "2025-02-03", "13000")
    set_target(kpi="sales_value", period=quarter(1), value=10000, person=them.alice, by=None)
    closing = close_period(period=quarter(1), by=None)
    crm.set_amount(opportunity=deal, amount=Amount(Decimal(9000), "EUR"), by=None)
    assert frozen()["Alice", "sales_value"] == ("10000.00", "13000.00", pytest.approx(1.3))
    page = text_of(signed_in("bob").get(f"/targets/closed/{closing.pk}/"))
    assert "€ 13.000,00" in page
    assert "€ 9.000,00" in page
    with override("nl"):
        first = cell(drawn("bob"), "Alice", 0)
    assert (first.reached, first.text, first.editable) == ("€\u00a013.000", "10.000", False)


def test_the_same_question_known_at_the_closing_gives_the_frozen_figure_for_ever() -> None:
    them = firm()
    deal = sold(them.alice, "2025-02-03", "13000")
    set_target(kpi="sales_value", period=quarter(1), value=10000, person=them.alice, by=None)
    closing = close_period(period=quarter(1), by=None)
    crm.set_amount(opportunity=deal, amount=Amount(Decimal(9000), "EUR"), by=None)
    now, then_known = rounded_up(timezone.now()), closing.closed_at
    question = Question("target_attainment", quarter(1), now, ("person",), known_at=then_known)
    then = next(row for row in replica.ask(question, EVERYTHING).rows if row.names["person"] == "Alice")
    assert str(then.value.more["realised"]) == frozen()["Alice", "sales_value"][1]


def test_closing_again_changes_nothing() -> None:
    them = firm()
    set_target(kpi="sales_value", period=quarter(1), value=10000, person=them.alice, by=None)
    first = close_period(period=quarter(1), by=user("dora"))
    sold(them.alice, "2025-02-03", "13000")
    again = close_period(period=quarter(1), by=user("bob"))
    assert (again, again.closed_by, again.goals.count()) == (first, user("dora"), 1)


@pytest.mark.django_db(transaction=True)
def test_two_that_close_at_once_write_it_down_once() -> None:
    them = firm()
    set_target(kpi="sales_value", period=quarter(1), value=10000, person=them.alice, by=None)
    ready = Barrier(2)

    def close() -> int:
        ready.wait()
        try:
            return close_period(period=quarter(1), by=None).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        found = {future.result() for future in [pool.submit(close) for _ in range(2)]}
    assert len(found) == 1
    assert (Closing.objects.count(), ClosedGoal.objects.count()) == (1, 1)


def test_a_period_that_runs_or_holds_no_goal_is_not_closed() -> None:
    them = firm()
    today = timezone.localdate()
    running = Period(today.replace(day=1), today + timedelta(days=1))
    set_target(kpi="sales_value", period=running, value=1, person=them.alice, by=None)
    with pytest.raises(StillRunning):
        close_period(period=running, by=None)
    with pytest.raises(NothingToClose):
        close_period(period=quarter(1), by=None)
    assert not Closing.objects.exists()


def test_a_goal_within_a_closed_period_stays_what_it_was() -> None:
    them = firm()
    goal, gone, *_rest = (
        set_target(kpi="sales_value", period=month(number), value=10, person=them.alice, by=None)
        for number in (2, 3, 1, 3)
    )
    withdraw_target(target=gone, by=None)
    close_period(period=quarter(1), by=None)
    changes: list[Callable[[], object]] = [
        lambda: set_target(kpi="sales_value", period=month(2), value=5, person=them.alice, by=None),
        lambda: set_target(kpi="visits", period=quarter(1), value=5, team=them.noord, by=None),
        lambda: withdraw_target(target=goal, by=None),
        lambda: restore_target(target=gone, by=None),
    ]
    for change in changes:
        with pytest.raises(PeriodClosed):
            change()
    set_target(kpi="sales_value", period=YEAR, value=5, person=them.alice, by=None)  # the year is open still
    assert Target.objects.count() == 5


def test_a_form_from_before_the_closing_is_refused_in_its_cell() -> None:
    them = firm()
    set_target(kpi="sales_value", period=quarter(1), value=10, person=them.alice, by=None)
    client = signed_in("bob")
    fields = fields_of(client.get("/targets/?year=2025"))
    close_period(period=quarter(1), by=None)
    assert client.post("/targets/", {**fields, "do": "save"}).status_code == 302, "what was not touched is no trouble"
    fields[name_of(them.alice, quarter(1))] = "20"
    fields[name_of(them.alice, quarter(2))] = "30"
    response = client.post("/targets/", {**fields, "do": "save"})
    assert response.status_code == 422
    assert "Deze periode is intussen gesloten" in text_of(response)
    assert Target.objects.count() == 1


def test_a_manager_closes_a_period_by_hand_and_a_seller_does_not() -> None:
    them = firm()
    set_target(kpi="sales_value", period=quarter(1), value=10, person=them.alice, by=None)
    for name in ("alice", "charlie", "adam", "pay"):
        assert signed_in(name).post("/targets/close/", {"period": "2025-Q1"}).status_code == 404
    response = signed_in("bob").post("/targets/close/", {"period": "2025-Q1"})
    closing = Closing.objects.get()
    assert response.headers["Location"] == f"/targets/closed/{closing.pk}/"
    assert closing.closed_by == user("bob")
    assert signed_in("bob").post("/targets/close/", {"period": "nooit"}).status_code == 400
    empty = signed_in("bob").post("/targets/close/", {"period": "2024-Q1"}, follow=True)
    assert "dus er valt niets te sluiten" in text_of(empty)


def test_a_closed_period_tells_each_what_they_may_see() -> None:
    them = firm()
    for person in (them.alice, them.charlie):
        set_target(kpi="sales_value", period=quarter(1), value=10, person=person, by=None)
    page = f"/targets/closed/{close_period(period=quarter(1), by=None).pk}/"
    told = {
        name: [who for who in ("Alice", "Charlie") if f"<td>{who}</td>" in text_of(signed_in(name).get(page))]
        for name in ("alice", "bob", "charlie", "dora")
    }
    assert told == {"alice": ["Alice"], "bob": ["Alice"], "charlie": ["Charlie"], "dora": ["Alice", "Charlie"]}


# -- the worker ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2025, 2, 14), []),
        (date(2025, 2, 15), ["2025-01-01..2025-02-01"]),
        (date(2025, 4, 15), ["2025-01-01..2025-02-01", "2025-02-01..2025-03-01", "2025-03-01..2025-04-01",
                             "2025-01-01..2025-04-01"]),
        (date(2025, 8, 15), ["2025-01-01..2025-02-01", "2025-02-01..2025-03-01", "2025-03-01..2025-04-01",
                             "2025-01-01..2025-04-01", "2025-05-01..2025-06-01"]),  # a goal for May makes no quarter
        (date(2030, 1, 1), []),  # too long ago to close by itself
    ],
)  # fmt: skip
def test_what_ended_a_fortnight_ago_waits_to_be_closed(today: date, expected: list[str]) -> None:
    them = firm()
    for period in (quarter(1), month(5)):
        set_target(kpi="sales_value", period=period, value=10, person=them.alice, by=None)
    assert [f"{one.start}..{one.until}" for one in waiting(today, days=14)] == expected


def test_the_worker_closes_what_waits_once(settings: Settings) -> None:
    them = firm()
    settings.CLOSE_AFTER_DAYS = 0
    end = timezone.localdate().replace(day=1)
    last = (end - timedelta(days=1)).replace(day=1)
    set_target(kpi="sales_value", period=Period(last, end), value=10, person=them.alice, by=None)
    for _time in range(2):
        close_periods.call()
    assert (last, end) in set(Closing.objects.values_list("starts_on", "until"))
    assert Closing.objects.filter(starts_on=last, until=end, closed_by=None).count() == 1
    assert list(waiting(timezone.localdate(), days=0)) == []


def test_of_a_balance_the_stand_at_the_end_of_the_period_is_frozen() -> None:
    them = firm()
    stage = Stage.objects.order_by("order")[1]
    for day in ("2025-03-03", "2025-06-02"):
        crm.create_opportunity(
            name="Open", stage=stage, owner=them.alice, amount=Amount(Decimal(500), "EUR"),
            created_at=datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC), by=None,
        )  # fmt: skip
    goal = set_target(kpi="pipeline_open_value", period=quarter(1), value=1000, person=them.alice, by=None)
    Target.objects.filter(pk=goal.pk).update(set_at=datetime(2025, 1, 2, tzinfo=UTC))
    close_period(period=quarter(1), by=None)
    assert frozen()["Alice", "pipeline_open_value"][1] == "500.00"
