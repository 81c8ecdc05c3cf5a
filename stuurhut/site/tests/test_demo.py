"""The made company is the same every time, keeps to the calendar, and holds the truths that were planted in it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from statistics import mean, median
from time import process_time
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import pytest
from django.contrib.auth import authenticate
from django.db import connection, models, transaction

from stuurhut.crm.models import Account, Activity, Opportunity, Order, StageChange
from stuurhut.people.models import Absence, History, Membership, Organisation, Person, Seat, User
from stuurhut.site import demo
from stuurhut.site.demo.deals import FIRST, NEEDS, QUOTE, TALKS, WON
from stuurhut.site.demo.tables import MODELS
from stuurhut.site.demo.work import MARKS
from stuurhut.targets.models import Target

LAST_DAY = date(2026, 11, 21)
NO_LEADS = ("spam", "duplicate")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
Record = dict[str, Any]


class Company:
    """The rows of a made company by model, and a few sums over them."""

    def __init__(self, size: str, seed: int = 7, until: date = LAST_DAY) -> None:
        self.rows: dict[str, list[Record]] = defaultdict(list)
        demo.tell(seed=seed, size=size, until=until, store=self.keep)
        self.since = {truth.key: str(truth.since) for truth in demo.planted(until)}
        self.who = {truth.key: truth.who for truth in demo.planted(until)}
        self.person = {row["name"]: row["id"] for row in self.rows["Person"]}
        self.team = {row["name"]: row["id"] for row in self.rows["Team"]}
        self.source = {row["name"]: row["id"] for row in self.rows["Source"]}
        self.opportunity = {row["id"]: row for row in self.rows["Opportunity"]}
        self.until = str(until)

    def keep(self, model: type[models.Model], columns: list[str], rows: list[list[Any]]) -> None:
        self.rows[model.__name__] += [dict(zip(columns, row, strict=True)) for row in rows]

    def step(self, stage: int, owners: Iterable[int], since: str = "", until: str = "9") -> tuple[int, int]:
        """How many left a stage in [since, until) for the next one, of how many that left it."""
        owners = set(owners)
        left = [
            row["to_stage_id"] == stage + 1
            for row in self.rows["StageChange"]
            if row["from_stage_id"] == stage and since <= row["occurred_at"] < until
            if self.opportunity[row["opportunity_id"]]["owner_id"] in owners
        ]
        return sum(left), len(left)

    def share(self, *step: Any) -> float:
        onward, left = self.step(*step)
        return onward / left

    def sellers(self, team: str) -> list[int]:
        """Who sells in a team on the last day."""
        return [
            row["person_id"]
            for row in self.rows["Membership"]
            if row["team_id"] == self.team[team] and row["role"] == "seller" and row["until"] is None
        ]

    def all_sellers(self) -> list[int]:
        return [row["person_id"] for row in self.rows["Membership"] if row["role"] == "seller" and not row["until"]]

    def appointments(self, owners: Iterable[int], since: str, until: str) -> list[Record]:
        owners = set(owners)
        return [
            row
            for row in self.rows["Activity"]
            if row["owner_id"] in owners and row["state"] == "held" and since <= row["occurred_at"] < until
            if row["kind"] in ("visit", "meeting", "video", "demo")
        ]

    def by_month(self, rows: Iterable[Record], moment: str) -> Counter[str]:
        return Counter(row[moment][:7] for row in rows if row[moment])


@pytest.fixture(scope="module")
def medium() -> Company:
    return Company("medium")


@pytest.fixture(scope="module")
def small() -> Company:
    return Company("small")


def fingerprint(company: Company) -> str:
    return sha256(repr(sorted(company.rows.items())).encode()).hexdigest()


def in_days(start: str, until: str) -> int:
    return (date.fromisoformat(until) - date.fromisoformat(start)).days


def moments(row: Record) -> Iterable[str]:
    return (value for value in row.values() if isinstance(value, str) and MOMENT.fullmatch(value))


def seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()


# The same again


def test_the_same_seed_and_last_day_make_the_same_company_to_the_last_bit(small: Company) -> None:
    assert fingerprint(Company("small")) == fingerprint(small)


def test_another_seed_makes_another_company(small: Company) -> None:
    assert fingerprint(Company("small", seed=8)) != fingerprint(small)


# On the calendar


def test_nothing_that_happened_lies_on_or_after_the_last_day(medium: Company) -> None:
    begins = str(datetime(2026, 11, 21, tzinfo=ZoneInfo("Europe/Amsterdam")).astimezone(UTC).replace(tzinfo=None))
    for name, rows in medium.rows.items():
        ahead = [row for row in rows if any(moment >= begins for moment in moments(row))]
        assert [row for row in ahead if row.get("state") != "planned"] == [], name


def test_nothing_is_recorded_before_it_happened(medium: Company) -> None:
    happened = {
        "Activity": "occurred_at", "Lead": "created_at", "Opportunity": "created_at", "StageChange": "occurred_at",
        "History": "occurred_at", "Quote": "sent_at", "Order": "ordered_at", "LeadAssignment": "assigned_at",
        "Account": "created_at", "Contact": "created_at", "BuyingPhase": "since", "PainGain": "found_at",
    }  # fmt: skip
    for name, moment in happened.items():
        rows = [row for row in medium.rows[name] if row[moment]]
        assert rows
        assert [row for row in rows if row["recorded_at"] < row[moment]] == [], name


def test_some_work_is_recorded_days_later(medium: Company) -> None:
    held = [row for row in medium.rows["Activity"] if row["occurred_at"]]
    late = [row for row in held if seconds(row["recorded_at"]) - seconds(row["occurred_at"]) > 12 * 3600]
    assert 0.1 < len(late) / len(held) < 0.35


def test_nobody_works_on_a_holiday_a_weekend_or_at_night(medium: Company) -> None:
    zone, free = ZoneInfo("Europe/Amsterdam"), holidays.country_holidays("NL", years=range(2023, 2028))
    for row in medium.rows["Activity"]:
        local = datetime.fromisoformat(row["occurred_at"] or row["planned_for"]).replace(tzinfo=UTC).astimezone(zone)
        assert local.weekday() < 5
        assert local.date() not in free
        assert 9 <= local.hour < 17


def test_nobody_works_while_away(medium: Company) -> None:
    away = defaultdict(list)
    for row in medium.rows["Absence"]:
        if row["share"] == 1.0:
            away[row["person_id"]].append((row["starts_on"], row["until"] or "9"))
    for row in medium.rows["Activity"]:
        if row["occurred_at"]:
            day = row["occurred_at"][:10]
            assert not any(start <= day < until for start, until in away[row["owner_id"]])


# What adds up


def test_the_stages_of_an_opportunity_follow_each_other_up_to_where_it_stands(medium: Company) -> None:
    last: dict[int, Record] = {}
    for row in medium.rows["StageChange"]:
        before = last.get(row["opportunity_id"])
        assert row["from_stage_id"] == (before["to_stage_id"] if before else None)
        assert before is None or row["occurred_at"] >= before["occurred_at"]
        last[row["opportunity_id"]] = row
    for number, opportunity in medium.opportunity.items():
        assert last[number]["to_stage_id"] == opportunity["stage_id"]
        closed = last[number]["occurred_at"] if opportunity["outcome"] != "open" else None
        assert opportunity["closed_at"] == closed


def test_the_last_change_of_a_field_is_what_the_record_holds(medium: Company) -> None:
    keys = ("owner", "account", "loss_reason")
    last = {(row["kind"], row["record_id"], row["field"]): row for row in medium.rows["History"]}
    records = {
        kind.lower(): {row["id"]: row for row in medium.rows[kind]} for kind in ("Opportunity", "Lead", "Account")
    }
    for (kind, record, field), row in last.items():
        held = records[kind][record][f"{field}_id" if field in keys else field]
        if field.endswith("_at"):
            held = held.replace(" ", "T") + "+00:00"
        assert row["new"] == (None if held is None else str(held))


def test_every_change_begins_where_the_one_before_it_ended(medium: Company) -> None:
    before: dict[tuple[Any, ...], str | None] = {}
    fields = set()
    for row in medium.rows["History"]:
        record = (row["kind"], row["record_id"], row["field"])
        assert row["old"] == before.get(record, row["old"])
        assert row["old"] != row["new"]
        before[record] = row["new"]
        fields.add((row["kind"], row["field"]))
    assert {("opportunity", "owner"), ("opportunity", "base_minor"), ("opportunity", "expected_close_on")} <= fields


def test_the_credit_of_a_deal_adds_to_the_whole(medium: Company) -> None:
    shares: Counter[tuple[Any, ...]] = Counter()
    for row in medium.rows["Credit"]:
        shares[row["opportunity_id"], row["order_id"]] += row["share"]
    assert len(shares) > 100
    assert set(shares.values()) == {10_000}


@pytest.mark.parametrize(
    ("deal", "key"), [("Opportunity", "opportunity_id"), ("Quote", "quote_id"), ("Order", "order_id")]
)
def test_lines_add_up_to_their_deal(medium: Company, deal: str, key: str) -> None:
    sums: Counter[int] = Counter()
    for row in medium.rows[f"{deal}Line"]:
        sums[row[key]] += row["base_minor"]
    for row in medium.rows[deal]:
        assert row["base_minor"] is None or sums[row["id"]] in (0, row["base_minor"])
    assert len(sums) > 0.9 * len(medium.rows[deal])


def test_a_company_of_24_sellers_sells_for_about_twelve_million_a_year(medium: Company) -> None:
    assert len(medium.all_sellers()) == 24
    assert 50_000 < len(medium.rows["Activity"]) < 75_000
    for year in ("2024", "2025"):
        ended = [row for row in medium.opportunity.values() if (row["closed_at"] or "").startswith(year)]
        won = [row for row in ended if row["outcome"] == "won"]
        assert 0.25 < len(won) / len(ended) < 0.32
        assert 10e6 < sum(row["base_minor"] or 0 for row in won) / 100 < 14e6


def test_every_team_is_between_85_and_105_percent_of_this_years_target(medium: Company) -> None:
    share_of_november = 14 / 21
    for team, number in list(medium.team.items())[1:]:
        goal = sum(
            float(row["value"]) * (share_of_november if row["starts_on"] == "2026-11-01" else 1)
            for row in medium.rows["Target"]
            if row["team_id"] == number and row["kpi"] == "sales_value" and "2026-01-01" <= row["starts_on"] < "2026-12"
        )
        won = sum(
            row["base_minor"] or 0
            for row in medium.opportunity.values()
            if row["team_id"] == number and row["outcome"] == "won" and row["closed_at"] >= "2026"
        )
        assert 0.85 < won / 100 / goal < 1.05, team


def test_a_teams_target_is_the_sum_of_its_sellers(medium: Company) -> None:
    goals = [row for row in medium.rows["Target"] if row["kpi"] == "sales_value" and row["starts_on"] == "2026-09-01"]
    sellers = sum(float(row["value"]) for row in goals if row["person_id"])
    teams = [float(row["value"]) for row in goals if row["team_id"] and row["team_id"] != medium.team["Verkoop"]]
    assert (
        [float(row["value"]) for row in goals if row["team_id"] == medium.team["Verkoop"]] == [sum(teams)] == [sellers]
    )


# The planted truths, by plain sums


def test_a_seller_gets_appointments_and_cannot_close_since_april(medium: Company) -> None:
    who, since = [medium.person[medium.who["cannot_close"]]], medium.since["cannot_close"]
    others = set(medium.all_sellers()) - set(who)
    assert since == "2026-04-01"
    assert medium.share(TALKS, who, since) < 0.5 * medium.share(TALKS, others, since)
    assert medium.share(TALKS, who, "", since) > 0.85 * medium.share(TALKS, others, "", since)
    now, before = medium.appointments(who, since, "9"), medium.appointments(who, "2025-04-01", "2025-11-21")
    assert len(now) > 0.75 * len(before)


def present(company: Company, seller: int, months: list[str]) -> dict[str, int]:
    """Working days of each month on which the seller was not away."""
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    free = holidays.country_holidays("NL", years=2026)
    away = [(r["starts_on"], r["until"]) for r in company.rows["Absence"] if r["person_id"] == seller]
    works = [day for day in days if day.weekday() < 5 and day not in free]
    there = [str(day) for day in works if not any(start <= str(day) < until for start, until in away)]
    return {month: sum(day.startswith(month) for day in there) for month in months}


def test_a_seller_has_one_bad_month(medium: Company) -> None:
    who = medium.person[medium.who["bad_month"]]
    won = medium.by_month(
        (r for r in medium.opportunity.values() if r["owner_id"] == who and r["outcome"] == "won"), "closed_at"
    )
    done = medium.by_month((r for r in medium.rows["Activity"] if r["owner_id"] == who), "occurred_at")
    months = [f"2026-{month:02}" for month in range(1, 11)]
    bad = medium.since["bad_month"][:7]
    others = [month for month in months if month != bad]
    assert bad == "2026-09"
    assert won[bad] <= 0.35 * mean(won[month] for month in others)
    there = present(medium, who, months)
    assert done[bad] / there[bad] < 0.8 * min(done[month] / there[month] for month in others)


def hours_to_answer(company: Company, team: str) -> float:
    """Median clock hours from creation to the first contact."""
    return median(
        (seconds(row["contacted_at"]) - seconds(row["created_at"])) / 3600
        for row in company.rows["Lead"]
        if row["team_id"] == company.team[team] and row["contacted_at"]
    )


def test_one_team_is_slow_in_answering_leads(medium: Company) -> None:
    slow = medium.who["slow_answers"]
    others = [hours_to_answer(medium, team) for team in list(medium.team)[1:] if team != slow]
    assert hours_to_answer(medium, slow) > 2.5 * max(others)


def test_a_strong_seller_got_bad_leads(medium: Company) -> None:
    who, since = medium.person[medium.who["bad_leads"]], medium.since["bad_leads"]
    poor, rating, wins = {}, {}, {}
    for seller in medium.all_sellers():
        leads = [row for row in medium.rows["Lead"] if row["owner_id"] == seller and row["created_at"] >= since]
        poor[seller] = mean(row["source_id"] == medium.source[medium.who["poor_source"]] for row in leads)
        rating[seller] = mean(row["rating"] for row in leads if row["rating"])
        ended = [r for r in medium.opportunity.values() if r["owner_id"] == seller and r["outcome"] != "open"]
        wins[seller] = mean(row["outcome"] == "won" for row in ended)
    assert poor.pop(who) > 1.5 * max(poor.values())
    assert rating.pop(who) < mean(rating.values()) - 0.3
    assert wins.pop(who) > max(wins.values())


def test_a_source_brings_many_leads_and_few_customers(medium: Company) -> None:
    leads = Counter(row["source_id"] for row in medium.rows["Lead"] if row["disqualified_reason"] not in NO_LEADS)
    won = Counter(r["source_id"] for r in medium.opportunity.values() if r["lead_id"] and r["outcome"] == "won")
    poor = medium.source[medium.who["poor_source"]]
    assert leads[poor] > 0.15 * leads.total()
    others = [won[source] / count for source, count in leads.items() if source != poor]
    assert won[poor] / leads[poor] < 0.4 * min(others)


def test_a_season_looks_like_growth(medium: Company) -> None:
    def leads(days_ago: int, days: int) -> int:
        until = LAST_DAY - timedelta(days=days_ago)
        since = until - timedelta(days=days)
        return sum(str(since) <= row["created_at"] < str(until) for row in medium.rows["Lead"])

    assert leads(0, 91) > 1.3 * leads(91, 91)
    assert 0.9 < leads(0, 182) / leads(364, 182) < 1.1


def coffee(appointments: list[Record]) -> list[Record]:
    return [row for row in appointments if all(row[mark] is False for mark in MARKS)]


def test_coffee_is_drunk_since_there_is_a_target_for_appointments(medium: Company) -> None:
    since, team = medium.since["coffee"], medium.who["coffee"]
    who = medium.sellers(team)
    now, before = medium.appointments(who, since, "9"), medium.appointments(who, "2025-04-01", "2025-11-21")
    others = medium.appointments(set(medium.all_sellers()) - set(who), since, "9")
    assert len(now) > 1.4 * len(before)
    assert len(coffee(now)) > 0.25 * len(now)
    assert len(coffee(before)) < 0.1 * len(before)
    assert len(coffee(others)) < 0.05 * len(others)
    wins = [
        sum(
            r["outcome"] == "won" and start <= r["closed_at"] < end and r["owner_id"] in who
            for r in medium.opportunity.values()
        )
        for start, end in ((since, "9"), ("2025-04-01", "2025-11-21"))
    ]
    assert wins[0] < 1.25 * wins[1]
    goals = {row["starts_on"] for row in medium.rows["Target"] if row["kpi"] == "appointments"}
    assert min(goals) == since


def test_nothing_follows_on_coffee(medium: Company) -> None:
    drunk = coffee(medium.appointments(medium.sellers(medium.who["coffee"]), medium.since["coffee"], "9"))
    accounts = {row["account_id"] for row in drunk if row["subject"] == "Koffie"}
    assert not accounts & {row["account_id"] for row in [*medium.rows["Quote"], *medium.opportunity.values()]}
    visits = defaultdict(list)
    for row in medium.rows["Activity"]:
        if row["account_id"] in accounts:
            visits[row["account_id"]].append(seconds(row["occurred_at"] or row["planned_for"]))
    between = [b - a for times in visits.values() for a, b in zip(sorted(times), sorted(times)[1:], strict=False)]
    assert min(between) > 30 * 86400


def understaffing(company: Company, team: str) -> float:
    """Vacancies and absence since six weeks, over the formation on the last day."""
    seats = [s for s in company.rows["Seat"] if s["team_id"] == company.team[team] and s["until"] is None]
    held = {seat["person_id"]: seat["fte"] for seat in seats}
    long = str(LAST_DAY - timedelta(days=42))
    away = sum(
        row["share"] * held[row["person_id"]]
        for row in company.rows["Absence"]
        if row["until"] is None and row["starts_on"] < long and not row["planned"] and row["person_id"] in held
    )
    vacant = sum(seat["fte"] for seat in seats if seat["vacant_since"])
    return float((vacant + away) / sum(seat["fte"] for seat in seats))


def test_one_team_misses_a_fifth_of_its_hands(medium: Company) -> None:
    assert 0.17 < understaffing(medium, medium.who["understaffed"]) < 0.25
    others = [team for team in list(medium.team)[1:] if team != medium.who["understaffed"]]
    assert max(understaffing(medium, team) for team in others) < 0.05


def test_a_step_is_weak_with_every_seller_of_one_team(medium: Company) -> None:
    since = medium.since["weak_step"]
    for seller in medium.sellers(medium.who["weak_step"]):
        assert medium.share(NEEDS, [seller], since) < 0.75 * medium.share(NEEDS, [seller], "", since)
    others = set(medium.all_sellers()) - set(medium.sellers(medium.who["weak_step"]))
    assert medium.share(NEEDS, others, since) == pytest.approx(medium.share(NEEDS, others, "", since), rel=0.08)


@pytest.mark.parametrize("stage", [FIRST, NEEDS, QUOTE, TALKS])
def test_nobody_else_is_weak_in_a_step_by_accident(medium: Company, stage: int) -> None:
    planted = {medium.person[medium.who[key]] for key in ("cannot_close", "bad_month", "bad_leads")}
    planted |= set(medium.sellers(medium.who["weak_step"]))
    others = set(medium.all_sellers()) - planted
    usual = medium.share(stage, others)
    for seller in others:
        onward, left = medium.step(stage, [seller])
        noise = (usual * (1 - usual) / left) ** 0.5
        assert abs(onward / left - usual) < 2.8 * noise, (seller, onward, left)


@pytest.mark.parametrize("until", [date(2024, 2, 29), date(2026, 1, 1), date(2026, 4, 15), date(2027, 12, 31)])
def test_it_can_be_made_for_any_last_day(until: date) -> None:
    company = Company("small", until=until)
    assert all(in_days(since, str(until)) >= 0 for since in company.since.values())
    assert {row["state"] for row in company.rows["Activity"]} == {"held", "planned", "cancelled", "no_show"}


# In the database


def table_sums() -> dict[str, tuple[int, str]]:
    """Rows and a fingerprint of every table, as Django reads them."""
    return {
        model.__name__: (
            model._base_manager.count(),
            sha256(repr(list(model._base_manager.order_by("pk").values_list())).encode()).hexdigest(),
        )
        for model in MODELS
    }


@pytest.mark.django_db
def test_a_small_company_is_in_the_database_within_seconds() -> None:
    heard: list[tuple[int, int]] = []
    begin = process_time()
    made = demo.make(seed=7, size="small", until=LAST_DAY, progress=lambda done, of: heard.append((done, of)))
    assert process_time() - begin < 5
    assert heard[-1][0] == heard[-1][1] == len(heard)
    assert {
        model.__name__: model._base_manager.count() for model in MODELS if model._base_manager.exists()
    } == made.rows
    assert 1_500 < Activity.objects.count() < 4_000
    assert 200 < Opportunity.objects.count() < 600
    assert {truth.key for truth in made.truths} == {truth.key for truth in demo.TRUTHS}


@pytest.mark.django_db
def test_two_runs_leave_the_same_rows_in_the_database() -> None:
    sums = []
    for _ in range(2):
        with transaction.atomic():
            demo.make(seed=7, size="small", until=LAST_DAY)
            sums.append(table_sums())
            transaction.set_rollback(True)
    assert sums[0] == sums[1]


@pytest.mark.django_db
def test_rows_are_as_django_would_have_written_them() -> None:
    demo.make(seed=7, size="small", until=LAST_DAY)
    connection.check_constraints()
    assert Organisation.objects.get(pk=1).sales_are == Organisation.Sales.AUTOMATIC
    first = Activity.objects.filter(state="held").earliest("occurred_at")
    assert first.occurred_at is not None
    assert first in Activity.objects.filter(occurred_at=first.occurred_at, occurred_at__date=first.occurred_at.date())
    assert StageChange.objects.filter(to_stage_id=WON).count() >= Order.objects.exclude(opportunity=None).count()
    assert Target.objects.filter(filter={}).count() == Target.objects.count()
    assert Membership.objects.filter(role="seller", until=None).count() == 12
    assert Seat.objects.filter(person=None, until=None, vacant_since__isnull=False).count() == 1
    assert Absence.objects.filter(until=None, planned=False).count() == 1
    assert Account.objects.filter(kind="customer").exists()
    assert History.objects.filter(kind="account", field="kind", new="customer").exists()


@pytest.mark.django_db
def test_the_next_record_takes_the_next_number() -> None:
    demo.make(seed=7, size="small", until=LAST_DAY)
    highest = Person.objects.latest("pk").pk
    assert Person.objects.create(name="Alice").pk == highest + 1


@pytest.mark.django_db
def test_every_login_works_and_sees_as_its_role() -> None:
    made = demo.make(seed=7, size="small", until=LAST_DAY)
    for login in made.logins:
        assert authenticate(None, email=login.email, username=login.email, password=login.password), login.email
    seller, manager = (User.objects.get(email=f"{who}@demo.example").person for who in ("verkoper", "manager"))
    assert seller.memberships.get(until=None).team == manager.memberships.get(role="manager").team
    assert manager.memberships.get().team.name == next(t.who for t in made.truths if t.key == "slow_answers")
    assert User.objects.get(is_director=True).person.memberships.get().role == "director"
    assert [u.email for u in User.objects.filter(is_administrator=True)] == ["beheer@demo.example"]
    assert [u.email for u in User.objects.filter(is_payroll=True)] == ["salaris@demo.example"]


@pytest.mark.django_db
def test_a_database_with_records_is_left_alone() -> None:
    Person.objects.create(name="Alice")
    with pytest.raises(demo.DemoError, match="lege gegevensmap"):
        demo.make(seed=7, size="small", until=LAST_DAY)
    assert Person.objects.count() == 1
    assert not Opportunity.objects.exists()


@pytest.mark.django_db
def test_an_unknown_size_is_refused_with_the_known_ones() -> None:
    with pytest.raises(demo.DemoError, match=r"huge.*small, medium, large"):
        demo.make(seed=7, size="huge", until=LAST_DAY)
    assert not Person.objects.exists()


def test_a_column_that_does_not_exist_is_noticed() -> None:
    begin: Callable[..., int] = demo.tables.Table(Person).add
    with pytest.raises(TypeError, match="nickname"):
        begin(nickname="Al")
