"""The plan to 100%: what is still needed, and what that takes a week."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stuurhut.kpi.ending import ending, spread
from stuurhut.kpi.plan import Aim, Flowing, Hands, Plan, expected_of, plan_of
from stuurhut.kpi.ratios import DEALS, LEADS, SOLD, Tally, ratio_between, shrunk
from stuurhut.kpi.verdicts.verdict import Subject

ALICE = Subject("person", 1, "Alice")
YEAR = Tally(
    counts={DEALS: 100, "quotes_sent": 200, "appointments": 400, "calls": 1600, LEADS: 1000},
    worth=1_000_000,
    priced=100,
    from_leads=50,
    won=100,
    decided=400,
    done={SOLD: 260_000, DEALS: 26, "quotes_sent": 52, "appointments": 104, "calls": 416, LEADS: 260},
    sold=(20_000.0,) * 52,
)
AIM = Aim(Decimal(300_000), Decimal(200_000), elapsed=0.5, projected=400_000)
HANDS = Hands(days=25, weeks=5, weeks_behind=13)
NOTHING_OPEN = Flowing()


def planned(
    aim: Aim = AIM, hands: Hands = HANDS, pipeline: Flowing = NOTHING_OPEN, own: Tally = YEAR, team: Tally = YEAR
) -> Plan:
    return plan_of(ALICE, aim, hands, pipeline, own, team, cycle_days=30)


def per_week(plan: Plan) -> dict[str, float | None]:
    return {step.key: step.per_week for step in (*plan.steps, plan.leads)}


def test_what_is_still_to_be_sold_becomes_deals_quotes_appointments_and_calls_a_week() -> None:
    plan = planned()
    assert plan.standing == "open"
    assert plan.still == plan.from_new == 100_000
    assert plan.sold.per_week == 20_000  # 100,000 in five weeks
    # deals of 10,000; 2 quotes a deal, 2 appointments a quote, 4 calls an appointment; 20 leads a deal
    expected = {DEALS: 2, "quotes_sent": 4, "appointments": 8, "calls": 32, LEADS: 40}
    assert per_week(plan) == pytest.approx(expected)


def test_beside_it_stands_what_is_done_a_week_now() -> None:
    plan = planned()
    assert plan.sold.done_per_week == 20_000
    assert plan.sold.is_enough
    calls = plan.steps[-1]
    assert (calls.key, calls.done_per_week, calls.is_enough) == ("calls", 32, True)
    assert not planned(hands=replace(HANDS, weeks=4)).steps[-1].is_enough


def test_the_open_pipeline_comes_first_at_the_chances_of_its_stages() -> None:
    open_deals = Flowing(value=Decimal(200_000), at_chance=Decimal(60_000), deals=12)
    plan = planned(pipeline=open_deals)
    assert plan.expected == 60_000
    assert plan.from_new == 40_000
    assert plan.still == 100_000
    assert plan.deals.needed == pytest.approx(10)
    assert plan.steps[0].needed == pytest.approx(4)


def test_an_open_pipeline_that_brings_enough_asks_for_nothing_new() -> None:
    plan = planned(pipeline=Flowing(value=Decimal(300_000), at_chance=Decimal(120_000)))
    assert plan.standing == "covered"
    assert set(per_week(plan).values()) == {0}
    assert plan.sold.per_week == 20_000


def test_who_wins_half_as_often_as_the_team_is_expected_to_win_less_of_the_same_pipeline() -> None:
    weak = replace(YEAR, won=500, decided=4000)  # one in eight, where the team has one in four
    pipeline = Flowing(value=Decimal(200_000), at_chance=Decimal(60_000))
    assert expected_of(pipeline, YEAR, YEAR) == 60_000
    assert expected_of(pipeline, weak, YEAR) == pytest.approx(Decimal(30_000), rel=Decimal("0.03"))


def test_a_stage_without_a_chance_counts_at_the_own_win_rate() -> None:
    pipeline = Flowing(value=Decimal(80_000), without_chance=Decimal(80_000))
    assert expected_of(pipeline, YEAR, YEAR) == 20_000


@pytest.mark.parametrize(
    ("aim", "hands", "standing"),
    [
        (replace(AIM, target=None), HANDS, "no_target"),
        (replace(AIM, target=Decimal(0)), HANDS, "nothing_asked"),
        (replace(AIM, realised=Decimal(300_000)), HANDS, "met"),
        (replace(AIM, realised=Decimal(390_000)), HANDS, "met"),
        (replace(AIM, over=True), HANDS, "missed"),
        (AIM, replace(HANDS, days=0, weeks=0), "no_days"),
    ],
)
def test_where_there_is_nothing_to_plan_nothing_is_asked(aim: Aim, hands: Hands, standing: str) -> None:
    plan = planned(aim, hands)
    assert plan.standing == standing
    assert not plan.asks_for_work
    assert set(per_week(plan).values()) == {0}
    assert plan.sold.per_week == plan.from_new == 0


def test_above_the_target_the_surplus_shows() -> None:
    assert planned(replace(AIM, realised=Decimal(390_000))).surplus == 90_000
    assert planned(replace(AIM, realised=Decimal(390_000))).still == 0


def test_before_the_period_all_of_it_is_planned() -> None:
    plan = planned(Aim(Decimal(300_000), Decimal(0), elapsed=0.0, begun=False), Hands(60, 12, 13))
    assert plan.sold.per_week == 25_000
    assert plan.ending is None
    assert plan.on_course is None


# -- ratios ----------------------------------------------------------------------------------------------------------


def test_without_a_single_ratio_nothing_is_made_up() -> None:
    plan = planned(own=Tally(), team=Tally())
    assert set(per_week(plan).values()) == {None}
    assert all(step.why for step in (*plan.steps, plan.leads, plan.deals))
    assert plan.sold.per_week == 20_000


def test_a_step_that_nobody_records_is_passed_over() -> None:
    silent = replace(YEAR, counts={**YEAR.counts, "quotes_sent": 0})
    plan = planned(own=silent, team=silent)
    quotes, appointments = plan.steps[1:3]
    assert (quotes.per_week, bool(quotes.why)) == (None, True)
    assert appointments.leads_to == DEALS
    assert appointments.per_week == pytest.approx(8)


def test_who_has_done_little_is_drawn_to_the_team_and_who_has_done_much_is_not() -> None:
    team = (100.0, 200.0)  # one in two
    few, many = shrunk(0, 4, *team), shrunk(900, 3600, *team)
    assert few
    assert many
    assert few.value == pytest.approx(10 / 24)
    assert many.value == pytest.approx(0.25, abs=0.01)
    assert (few.basis, many.basis) == ("team", "own")
    assert few.low is not None
    assert few.high is not None
    assert few.low < few.value < few.high


def test_who_has_done_nothing_yet_goes_by_the_team() -> None:
    found = shrunk(0, 0, 100, 200)
    assert found
    assert (found.value, found.n, found.basis) == (0.5, 0, "team")


def test_ten_events_of_ones_own_weigh_as_much_as_the_team() -> None:
    found = shrunk(10, 10, 100, 200)
    assert found
    assert found.own == pytest.approx(1 / 3)
    assert found.value == pytest.approx(20 / 30)


def test_the_size_of_a_deal_has_no_interval_but_says_what_it_rests_on() -> None:
    size = ratio_between(SOLD, DEALS, Tally(worth=300_000, priced=10), YEAR)
    assert size
    assert (size.value, size.low, size.n) == (20_000, None, 10)


def test_what_takes_longer_than_what_is_left_is_said_to_be_late() -> None:
    assert not planned().is_late
    assert planned(hands=replace(HANDS, weeks=4)).is_late


# -- the end ---------------------------------------------------------------------------------------------------------


def test_the_period_ends_where_the_pace_ends_with_a_band_as_wide_as_weeks_differ() -> None:
    weeks = [10_000.0, 30_000.0] * 26
    found = ending(100_000, 200_000, 0.5, weeks, 6)
    assert found
    assert found.low is not None
    assert found.high is not None
    s = 20_000 / 2**0.5
    reach = 1.2815515655446004 * s * (6 * 12 / 6) ** 0.5
    assert found.value == 200_000
    assert found.high == pytest.approx(200_000 + reach)
    assert found.low == pytest.approx(200_000 - reach)


def test_the_band_never_begins_below_what_is_sold_already() -> None:
    found = ending(180_000, 200_000, 0.9, [0.0, 90_000.0] * 26, 1)
    assert found
    assert found.low == 180_000


def test_a_trend_or_a_season_is_no_spread() -> None:
    assert spread([1000.0 * week for week in range(52)]) == pytest.approx(1000 / 2**0.5)
    assert spread([5.0] * 52) == 0


def test_with_few_weeks_of_sales_the_band_is_left_out() -> None:
    assert spread([0.0] * 48 + [5.0] * 4) is None
    assert ending(100, 200, 0.5, [0.0] * 52, 6) == ending(100, 200, 0.5, [], 6)


def test_without_a_pace_there_is_no_end() -> None:
    assert ending(0, None, None, [1.0] * 52, 6) is None
    assert ending(0, 0, 0.0, [1.0] * 52, 6) is None


def test_a_period_that_is_over_ended_where_it_ended() -> None:
    plan = planned(replace(AIM, over=True, projected=None))
    assert plan.ending
    assert (plan.ending.low, plan.ending.value, plan.ending.high) == (200_000, 200_000, 200_000)
    assert plan.on_course is False


# -- whatever the figures --------------------------------------------------------------------------------------------

amounts = st.decimals(min_value=-10_000, max_value=2_000_000, places=2)
counts = st.integers(min_value=0, max_value=3000).map(float)
tallies = st.builds(
    Tally,
    counts=st.fixed_dictionaries(dict.fromkeys((DEALS, "quotes_sent", "appointments", "calls", LEADS), counts)),
    worth=st.floats(min_value=-1e5, max_value=1e7),
    priced=counts,
    from_leads=counts,
    won=counts,
    decided=counts,
    done=st.fixed_dictionaries(dict.fromkeys((SOLD, DEALS, "quotes_sent", "appointments", "calls", LEADS), counts)),
    sold=st.lists(st.floats(min_value=0, max_value=1e6), max_size=52),
)
aims = st.builds(
    Aim,
    target=st.none() | amounts.filter(lambda value: value >= 0),
    realised=amounts,
    elapsed=st.none() | st.floats(min_value=0, max_value=1),
    projected=st.none() | st.floats(min_value=-1e5, max_value=1e7),
)
hands = st.builds(
    Hands,
    days=st.floats(min_value=0, max_value=300),
    weeks=st.floats(min_value=0, max_value=60),
    weeks_behind=st.floats(min_value=0, max_value=13),
)
flowing = st.builds(
    Flowing, value=amounts, at_chance=amounts, without_chance=amounts, deals=st.integers(min_value=0, max_value=500)
)


def needed(plan: Plan) -> list[float]:
    steps = (plan.sold, plan.deals, *plan.steps, plan.leads)
    return [figure for step in steps for figure in (step.needed, step.per_week) if figure is not None]


@given(aims, hands, flowing, tallies, tallies)
def test_nothing_that_is_needed_is_ever_negative(
    aim: Aim, hands: Hands, pipeline: Flowing, own: Tally, team: Tally
) -> None:
    plan = planned(aim, hands, pipeline, own, team)
    assert all(figure >= 0 for figure in needed(plan))
    assert min(plan.still, plan.surplus, plan.expected, plan.from_new) >= 0


@given(aims, hands, flowing, tallies, amounts.filter(lambda value: value >= 0))
def test_more_pipeline_never_asks_for_more(
    aim: Aim, hands: Hands, pipeline: Flowing, tally: Tally, more: Decimal
) -> None:
    fuller = replace(pipeline, value=pipeline.value + more, at_chance=pipeline.at_chance + more)
    before, after = planned(aim, hands, pipeline, tally, tally), planned(aim, hands, fuller, tally, tally)
    assert after.from_new <= before.from_new
    for earlier, later in zip(per_week(before).values(), per_week(after).values(), strict=True):
        assert earlier is None or (later is not None and later <= earlier * (1 + 1e-9))


@given(aims, hands.filter(lambda hands: hands.weeks > 0), flowing, tallies, st.floats(min_value=0, max_value=50))
def test_more_working_days_never_ask_for_more_a_week(
    aim: Aim, hands: Hands, pipeline: Flowing, tally: Tally, more: float
) -> None:
    longer = replace(hands, weeks=hands.weeks + more)
    before, after = planned(aim, hands, pipeline, tally, tally), planned(aim, longer, pipeline, tally, tally)
    for earlier, later in zip(per_week(before).values(), per_week(after).values(), strict=True):
        assert (earlier is None) == (later is None)
        assert earlier is None or later is None or later <= earlier * (1 + 1e-9)
