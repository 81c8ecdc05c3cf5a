"""What a verdict says: the right kind, the figures it rests on, a remedy that fits, and what it is worth."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from stuurhut.kpi.catalogue.index import CATALOGUE
from stuurhut.kpi.statistics.behaviour import Reading, chart
from stuurhut.kpi.statistics.changes import Kind
from stuurhut.kpi.statistics.seasons import Movement
from stuurhut.kpi.statistics.steps import Comparison, Tally, against_others, against_past
from stuurhut.kpi.verdicts import kinds, response
from stuurhut.kpi.verdicts.course import course, movement
from stuurhut.kpi.verdicts.hands import hands
from stuurhut.kpi.verdicts.load import load
from stuurhut.kpi.verdicts.mix import Gamed, Work, coffee, new_customers, orders_per_visit
from stuurhut.kpi.verdicts.response import Answers
from stuurhut.kpi.verdicts.sources import sources
from stuurhut.kpi.verdicts.steps import person, process, standing
from stuurhut.kpi.verdicts.target import target
from stuurhut.kpi.verdicts.thresholds import Thresholds
from stuurhut.kpi.verdicts.verdict import Figure, Sentence, Subject, Term, Verdict
from stuurhut.kpi.words.period import add_months

ALICE, TEAM = Subject("person", 1, "Alice"), Subject("team", 9, "Noord")
LIMITS = Thresholds()
STEADY = [6, 5, 7, 6, 4, 6, 8, 5, 6, 7, 5, 6, 6, 7, 4, 6, 5, 8]
RISE = Movement("upward", 26, 0.4, 0.2, 0.6, 0.0001, 0.02, 0.4)
SEASON = Movement("season", 26, 0.02, -0.1, 0.15, 0.7, 0.35, 0.0001)
FLAT = Movement("steady", 26, 0.02, -0.1, 0.15, 0.7, 0.01, 0.6)
UNKNOWN = Movement("not enough history", 26, weeks_more=40)


def read(sentence: Sentence | None) -> str:
    """The English of a sentence, figures in their own unit."""
    assert sentence is not None
    values = {
        name: one.value if isinstance(one, Figure) else one.text if isinstance(one, Term) else one
        for name, one in sentence.values.items()
    }
    return sentence.text % values


def whole(verdict: Verdict) -> str:
    """Everything a verdict says; fails when a placeholder has nothing to fill it."""
    parts = [verdict.brief, verdict.sentence, *verdict.evidence, *([verdict.remedy] if verdict.remedy else [])]
    return " ".join(read(part) for part in parts)


def of_orders(values: list[float], kind: Kind = "count", n: float = 20, worth: Decimal | None = None) -> Verdict:
    starts = [add_months(date(2024, 1, 1), number) for number in range(len(values))]
    judged = chart([Reading(one, n) for one in values], kind)
    key = {"count": "order_count", "share": "quote_to_order_cohort", "duration": "lead_response_time"}[kind]
    return course(ALICE, CATALOGUE[key], judged, starts, worth=worth)


# -- course ------------------------------------------------------------------------------------------------------------


def test_a_new_lower_level_is_structural_and_costs_what_it_costs_in_a_year() -> None:
    found = of_orders([*(10.0 * one for one in STEADY), 20, 22, 18, 20], worth=Decimal(1000))
    assert (found.kind, found.state) == (kinds.STRUCTURAL, "bad")
    assert found.brief.text == "structurally lower"
    assert found.sentence.values["since"].name == "2025-07"  # type: ignore[union-attr]
    assert found.at_stake == Decimal("473333.33")  # 39.4 orders of a thousand euros, twelve times
    assert found.certainty is not None
    assert found.certainty > 0.99
    assert "no bad month" in whole(found)


def test_a_new_higher_level_of_orders_is_good_and_nothing_is_at_stake() -> None:
    found = of_orders([*(10.0 * one for one in STEADY), 120, 130, 125], worth=Decimal(1000))
    assert (found.kind, found.state, found.at_stake, found.remedy) == (kinds.STRUCTURAL, "good", None, None)


def test_answers_that_come_later_are_bad_though_the_figure_is_higher() -> None:
    found = of_orders([*(10.0 + one for one in STEADY), 90, 80, 95, 85], "duration", n=15)
    assert (found.kind, found.state, found.brief.text) == (kinds.STRUCTURAL, "bad", "structurally higher")


def test_one_bad_month_is_an_incident_that_asks_for_a_question_and_no_coaching() -> None:
    found = of_orders([20, 22, 19, 21, 20, 18, 22, 20, 21, 19, 20, 22, 20, 2, 20])
    assert (found.kind, found.state) == (kinds.INCIDENT, "look")
    assert found.sentence.values["month"].name == "2025-02"  # type: ignore[union-attr]
    assert read(found.sentence).startswith("Orders: 2 in ")
    assert found.chance is None


def test_a_bad_month_of_half_a_year_ago_is_no_news() -> None:
    assert of_orders([20, 22, 19, 21, 20, 18, 22, 20, 2, 19, 20, 22, 20, 21, 20]).kind == kinds.STEADY


def test_one_great_month_is_good() -> None:
    found = of_orders([20, 22, 19, 21, 20, 18, 22, 20, 21, 19, 20, 22, 20, 55])
    assert (found.kind, found.state, found.remedy) == (kinds.INCIDENT, "good", None)


def test_steady_says_what_is_usual_in_whole_numbers() -> None:
    found = of_orders([20, 22, 19, 21, 20, 18, 22, 20, 21, 19, 20, 22, 20, 21, 20])
    assert found.kind == kinds.STEADY
    assert re.fullmatch(
        r"Orders: [1-9]\d? to [1-9]\d? was usual in the last whole month; every month stays within its own\.",
        read(found.sentence),
    )


def test_where_no_month_is_too_low_to_be_usual_nothing_is_said_of_one() -> None:
    found = of_orders([float(one) for one in STEADY])
    assert found.kind == kinds.STEADY
    assert read(found.sentence) == ("Orders: the months differ so much (up to 14 a month) that one month says nothing.")


@pytest.mark.parametrize(("months", "text"), [(7, "one more month is"), (3, "5 more months are")])
def test_too_early_says_how_many_months_are_needed(months: int, text: str) -> None:
    found = of_orders([float(one) for one in STEADY[:months]])
    assert (found.kind, found.state) == (kinds.TOO_EARLY, "unknown")
    assert text in read(found.sentence)


@pytest.mark.parametrize(
    ("moved", "kind", "state"),
    [
        (RISE, kinds.UPWARD, "good"),
        (Movement("downward", 26, -0.3, -0.5, -0.1, 0.001, 0.0, 0.5), kinds.DOWNWARD, "bad"),
        (SEASON, kinds.SEASON, "good"),
        (FLAT, kinds.STEADY, "good"),
        (UNKNOWN, kinds.TOO_EARLY, "unknown"),
        (Movement("not enough history", 26), kinds.TOO_EARLY, "unknown"),
    ],
)
def test_season_or_trend(moved: Movement, kind: str, state: str) -> None:
    found = movement(TEAM, CATALOGUE["leads_created"], moved)
    assert (found.kind, found.state) == (kind, state)
    assert whole(found)


def test_season_says_that_the_time_of_year_explains_it() -> None:
    assert movement(TEAM, CATALOGUE["leads_created"], SEASON).brief.text == "season, no trend"


# -- steps -------------------------------------------------------------------------------------------------------------

STEP = CATALOGUE["quote_to_order_cohort"]
COLLEAGUES = [{"site": Tally(hits, 60)} for hits in (30, 28, 33, 29, 31, 30)]


def stands(compared: Comparison) -> bool:
    return standing([compared], LIMITS)[0]


def test_a_weak_step_of_a_person_asks_for_listening_in_and_has_a_price() -> None:
    compared = against_others({"site": Tally(10, 60)}, COLLEAGUES)
    found = person(ALICE, STEP, compared, stands=stands(compared), worth=Decimal(5000))
    assert (found.kind, found.state) == (kinds.WEAK_STEP, "bad")
    assert "Listen in" in whole(found)
    assert found.at_stake is not None
    assert Decimal(60_000) < found.at_stake < Decimal(101_000)


def test_a_weak_step_in_a_team_that_is_weak_itself_begins_with_the_process() -> None:
    compared = against_others({"site": Tally(10, 60)}, COLLEAGUES)
    assert "begin with the process" in whole(person(ALICE, STEP, compared, stands=True, process=True))


def test_a_strong_step_is_something_to_learn_from() -> None:
    compared = against_others({"site": Tally(52, 60)}, COLLEAGUES)
    found = person(ALICE, STEP, compared, stands=stands(compared), worth=Decimal(5000))
    assert (found.kind, found.state, found.at_stake) == (kinds.STRONG_STEP, "good", None)


def test_as_the_others_is_no_finding() -> None:
    compared = against_others({"site": Tally(27, 60)}, COLLEAGUES)
    assert person(ALICE, STEP, compared, stands=stands(compared)).kind == kinds.AS_OTHERS


def test_too_few_says_how_many_are_needed() -> None:
    compared = against_others({"site": Tally(1, 4)}, COLLEAGUES)
    found = person(ALICE, STEP, compared, stands=False)
    assert found.kind == kinds.TOO_EARLY
    assert "4 so far; about 16 are needed" in read(found.sentence)


def test_without_colleagues_it_is_too_early() -> None:
    compared = against_others({"site": Tally(10, 60)}, COLLEAGUES[:1])
    found = person(ALICE, STEP, compared, stands=False)
    assert found.kind == kinds.TOO_EARLY
    assert "too few colleagues" in read(found.sentence)


def test_a_difference_that_is_no_luck_but_small_does_not_matter() -> None:
    compared = against_others({"": Tally(4700, 10_000)}, [{"": Tally(5000, 10_000)}] * 8)
    assert not stands(compared)


def test_a_step_weak_for_everybody_is_the_process() -> None:
    past = [{"": Tally(hits, 200)} for hits in (100, 96, 104, 99, 101)]
    fallen = process(TEAM, STEP, against_past({"": Tally(50, 200)}, past), LIMITS, worth=Decimal(100))
    assert (fallen.kind, fallen.state) == (kinds.WEAK_PROCESS, "bad")
    assert "the process, not a person" in whole(fallen)
    assert fallen.at_stake == Decimal(5000)
    assert process(TEAM, STEP, against_past({"": Tally(150, 200)}, past), LIMITS).kind == kinds.BETTER_PROCESS
    assert process(TEAM, STEP, against_past({"": Tally(98, 200)}, past), LIMITS).kind == kinds.AS_BEFORE
    assert process(TEAM, STEP, against_past({"": Tally(98, 200)}, past[:2]), LIMITS).kind == kinds.TOO_EARLY


# -- response ----------------------------------------------------------------------------------------------------------


def answers(name: str, minutes: float | None, within: float, n: int = 60) -> Answers:
    return Answers(Subject("person", ord(name[0]), name), minutes, within, n)


def slow_team() -> tuple[Answers, list[Answers]]:
    sellers = [answers(name, 1300 + at, 0.04) for at, name in enumerate(("Alice", "Bram", "Carla", "Daan"))]
    return Answers(TEAM, 1350, 0.03, 240), sellers


def test_a_slow_team_is_a_process_question_and_of_nobody_in_it() -> None:
    whole_team, sellers = slow_team()
    found = response.team(whole_team, sellers, 240, LIMITS)
    assert (found.kind, found.about) == (kinds.SLOW_TEAM, TEAM)
    assert "4 of the 4 sellers are over the norm" in whole(found)
    own, *others = sellers
    assert response.seller(own, others, whole_team, 240, LIMITS).kind == kinds.SLOW_TEAM


def test_one_slow_seller_is_a_question_of_that_person() -> None:
    slow = answers("Alice", 900, 0.1)
    others = [answers(name, 100 + at, 0.8) for at, name in enumerate(("Bram", "Carla", "Daan", "Els"))]
    whole_team = Answers(TEAM, 130, 0.66, 300)
    found = response.team(whole_team, [*others, slow], 240, LIMITS)
    assert (found.kind, found.about.name) == (kinds.SLOW_PERSON, "Alice")
    assert "colleagues take 101.5" in whole(found)
    assert response.seller(slow, others, whole_team, 240, LIMITS).kind == kinds.SLOW_PERSON
    assert response.seller(others[0], [slow, *others[1:]], whole_team, 240, LIMITS).kind == kinds.ON_TIME


def test_just_over_the_norm_may_be_luck() -> None:
    sellers = [answers("Alice", 250, 0.48), answers("Bram", 245, 0.49)]
    found = response.team(Answers(TEAM, 248, 0.485, 120), sellers, 240, LIMITS)
    assert (found.kind, found.state) == (kinds.OVER_NORM, "look")
    own = response.seller(sellers[0], sellers[1:], Answers(TEAM, 230, 0.52, 120), 240, LIMITS)
    assert own.kind == kinds.OVER_NORM


def test_leads_that_nobody_answers_are_slower_than_any_answer() -> None:
    silent = Answers(TEAM, None, 0.1, 80)
    found = response.team(silent, [answers("Alice", None, 0.1, 40), answers("Bram", None, 0.1, 40)], 240, LIMITS)
    assert found.kind == kinds.SLOW_TEAM
    assert "Fewer than half of 80 leads" in whole(found)


def test_a_handful_of_leads_is_too_early() -> None:
    few = Answers(TEAM, 500, 0.1, 4)
    assert response.team(few, [], 240, LIMITS).kind == kinds.TOO_EARLY
    assert response.seller(few, [], few, 240, LIMITS).kind == kinds.TOO_EARLY


def test_the_order_of_sellers_changes_nothing() -> None:
    sellers = [answers(name, minutes, 0.5) for name, minutes in (("Alice", 100), ("Bram", 700), ("Carla", 120))]
    whole_team = Answers(TEAM, 130, 0.5, 180)
    assert response.team(whole_team, sellers, 240, LIMITS) == response.team(whole_team, sellers[::-1], 240, LIMITS)


# -- load --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("leads", "moved", "kind", "words"),
    [
        (3, FLAT, kinds.FEW_LEADS, "Intensify marketing"),
        (30, FLAT, kinds.LOAD_RIGHT, "workable"),
        (300, RISE, kinds.GROW_TEAM, "grow the team"),
        (300, SEASON, kinds.TEMPORARY_HANDS, "temporary hands"),
        (300, FLAT, kinds.MANY_LEADS, "Qualify more strictly"),
        (300, UNKNOWN, kinds.MANY_LEADS, "cannot be told apart yet"),
        (300, None, kinds.MANY_LEADS, "cannot be told apart yet"),
    ],
)
def test_load_names_the_remedy_by_what_the_leads_do(leads: int, moved: Movement | None, kind: str, words: str) -> None:
    found = load(TEAM, leads, 4.0, moved, LIMITS)
    assert found.kind == kind
    assert words in whole(found)


def test_a_season_that_is_over_asks_for_no_temporary_hands() -> None:
    past_its_top = Movement("season", 26, 0.0, -0.1, 0.1, 0.8, -0.3, 0.0001)
    assert load(TEAM, 300, 4.0, past_its_top, LIMITS).kind == kinds.MANY_LEADS


def test_strict_qualifying_says_what_share_is_worth_it() -> None:
    assert "0.31 of the leads" in whole(load(TEAM, 300, 4.0, FLAT, LIMITS, qualified_share=0.31))


def test_without_hands_the_load_cannot_be_told() -> None:
    assert load(TEAM, 300, None, FLAT, LIMITS).kind == kinds.TOO_EARLY
    assert load(TEAM, 300, 0.0, FLAT, LIMITS).kind == kinds.TOO_EARLY


# -- work --------------------------------------------------------------------------------------------------------------

WORKERS = [Work(60, orders, 60) for orders in (15, 16, 14, 15, 17)]


@pytest.mark.parametrize(
    ("own", "kind"),
    [
        (Work(90, 8, 60), kinds.MANY_VISITS_FEW_ORDERS),
        (Work(60, 3, 60), kinds.LOW_ORDER_RATE),
        (Work(60, 14, 60), kinds.MIX_RIGHT),
        (Work(60, 30, 60), kinds.MIX_RIGHT),
        (Work(8, 0, 60), kinds.TOO_EARLY),
    ],
)
def test_visits_and_orders(own: Work, kind: str) -> None:
    found = orders_per_visit(ALICE, own, WORKERS, LIMITS, worth=Decimal(100))
    assert found.kind == kind
    assert whole(found)
    if kind == kinds.LOW_ORDER_RATE:
        assert found.at_stake == pytest.approx(Decimal("1240"), abs=1)


def test_colleagues_that_differ_much_make_few_orders_no_news() -> None:
    unlike = [Work(60, orders, 60) for orders in (3, 40, 8, 30, 5)]
    assert orders_per_visit(ALICE, Work(60, 5, 60), unlike, LIMITS).kind == kinds.MIX_RIGHT


@pytest.mark.parametrize(
    ("new", "contacts", "kind"),
    [(2, 120, kinds.HARDLY_NEW), (9, 100, kinds.MIX_RIGHT), (40, 120, kinds.MIX_RIGHT), (0, 12, kinds.TOO_EARLY)],
)
def test_new_customers(new: int, contacts: int, kind: str) -> None:
    found = new_customers(ALICE, new, contacts, 0.3, LIMITS)
    assert found.kind == kind
    assert whole(found)


def test_more_appointments_without_content_and_without_turnover_are_coffee() -> None:
    found = coffee(TEAM, Gamed(1.3, 0.9, 40, 100, 2, 100), LIMITS)
    assert (found.kind, found.state) == (kinds.COFFEE, "bad")
    assert "40 of 100 brought nothing" in whole(found)


@pytest.mark.parametrize(
    ("gamed", "kind"),
    [
        (Gamed(1.3, 1.2, 40, 100, 2, 100), kinds.MIX_RIGHT),  # turnover is met as well
        (Gamed(0.8, 0.9, 40, 100, 2, 100), kinds.MIX_RIGHT),  # not busy
        (Gamed(1.3, 0.9, 3, 100, 2, 100), kinds.MIX_RIGHT),  # with content
        (Gamed(1.05, 0.9, 40, 100, 2, 100, against_target=False), kinds.MIX_RIGHT),  # hardly more than before
        (Gamed(1.3, 0.9, 40, 100, 2, 100, against_target=False), kinds.COFFEE),
        (Gamed(1.3, 0.9, 2, 4, 2, 100), kinds.TOO_EARLY),
        (Gamed(None, 0.9, 40, 100, 2, 100), kinds.TOO_EARLY),
    ],
)
def test_coffee_takes_all_three(gamed: Gamed, kind: str) -> None:
    found = coffee(TEAM, gamed, LIMITS)
    assert found.kind == kind
    assert whole(found)


# -- sources, hands, target --------------------------------------------------------------------------------------------


def source(name: str, hits: int, n: int) -> tuple[Subject, Tally]:
    return Subject("source", None, name), Tally(hits, n)


def test_a_source_with_many_leads_and_few_customers_is_poor() -> None:
    found = sources(
        [source("Site", 40, 400), source("Fair", 22, 200), source("Market", 5, 300), source("New", 0, 9)],
        LIMITS, worth=Decimal(1000),
    )  # fmt: skip
    assert [one.kind for one in found[2:]] == [kinds.POOR_SOURCE, kinds.TOO_EARLY]
    assert kinds.POOR_SOURCE not in {one.kind for one in found[:2]}
    assert found[2].at_stake == pytest.approx(Decimal(25_542), abs=10)
    assert all(whole(one) for one in found)


def test_under_its_benchmark_is_a_mismatch() -> None:
    found = sources([source("Inbound", 20, 400), source("Outbound", 22, 400)], LIMITS, benchmarks=(0.10, None))
    assert [one.kind for one in found] == [kinds.MISMATCH, kinds.SOURCE_RIGHT]
    assert "followed up" in whole(found[0])


def test_the_order_of_sources_changes_nothing() -> None:
    listed = [source("Site", 40, 400), source("Fair", 22, 200), source("Market", 5, 300)]
    there = {one.about.name: one for one in sources(listed, LIMITS)}
    assert there == {one.about.name: one for one in sources(listed[::-1], LIMITS)}


@pytest.mark.parametrize(
    ("formation", "vacant", "absent", "kind"),
    [
        (5.0, 0.8, 0.3, kinds.UNDERSTAFFED),
        (5.0, 0.0, 0.3, kinds.STAFFED),
        (None, 0.0, 0.0, kinds.TOO_EARLY),
        (0.0, 0.0, 0.0, kinds.TOO_EARLY),
    ],
)
def test_hands(formation: float | None, vacant: float, absent: float, kind: str) -> None:
    found = hands(TEAM, formation, vacant, absent, LIMITS)
    assert found.kind == kind
    assert whole(found)


@pytest.mark.parametrize(
    ("key", "realised", "aim", "pace", "kind", "state"),
    [
        ("sales_value", Decimal(90), Decimal(100), 1.1, kinds.ON_COURSE, "good"),
        ("sales_value", Decimal(90), Decimal(100), 0.97, kinds.BEHIND, "look"),
        ("sales_value", Decimal(40), Decimal(100), 0.6, kinds.BEHIND, "bad"),
        ("sales_value", Decimal(130), Decimal(100), 1.3, kinds.REACHED, "good"),
        ("sales_value", Decimal(0), Decimal(0), None, kinds.REACHED, "good"),
        ("sales_value", Decimal(-5), Decimal(100), -0.1, kinds.BEHIND, "bad"),
        ("sales_value", Decimal(0), Decimal(100), None, kinds.TOO_EARLY, "unknown"),
        ("sales_value", Decimal(40), None, None, kinds.NO_TARGET, "unknown"),
        ("win_rate", 0.31, 0.3, None, kinds.REACHED, "good"),
        ("win_rate", 0.21, 0.3, None, kinds.BEHIND, "bad"),
        ("win_rate", None, 0.3, None, kinds.TOO_EARLY, "unknown"),
        ("lead_response_time", 200, 240, None, kinds.REACHED, "good"),
        ("lead_response_time", 300, 240, None, kinds.BEHIND, "bad"),
    ],
)  # fmt: skip
def test_target(key: str, realised: Decimal | None, aim: Decimal | None, pace: float, kind: str, state: str) -> None:
    found = target(TEAM, CATALOGUE[key], realised, aim, pace=pace, projected=Decimal(95))
    assert (found.kind, found.state) == (kind, state)
    assert whole(found)
