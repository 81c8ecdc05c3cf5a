"""Whatever happened to deals, leads and teams, what was open on a past day is what it was on that day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from stuurhut import replica
from stuurhut.crm.models import Lead, Opportunity, Stage, StageChange
from stuurhut.crm.tests.little_company import Sales, at
from stuurhut.kpi.words.answer import Answer
from stuurhut.kpi.words.period import Zone, parse
from stuurhut.kpi.words.question import Question, end_of
from stuurhut.kpi.words.scope import EVERYTHING
from stuurhut.people.history import change
from stuurhut.people.models import Membership, Person, Team

pytestmark = pytest.mark.django_db

FIRST_DAY = date(2026, 3, 26)  # summer time begins on the 29th
DAYS = 7
PEOPLE, TEAMS, DEALS, LEADS = 3, 2, 3, 2
MINUTES = st.integers(0, DAYS * 24 * 60 - 1)
ZONE = Zone()


def moment(minute: int) -> datetime:
    return ZONE.instant(FIRST_DAY) + timedelta(minutes=minute)


@dataclass
class Story:
    """The values of one field of one record, replayed the slow way."""

    began: Any
    changes: list[tuple[int, int, Any]] = field(default_factory=list)

    def tell(self, minute: int, value: Any) -> None:
        if self.before(minute + 1) != value:
            self.changes.append((minute, len(self.changes), value))

    def before(self, minute: int) -> Any:
        told = [each for each in self.changes if each[0] < minute]
        return max(told)[2] if told else self.began


@dataclass
class Past:
    """What a record was: a story per field, and when it was created."""

    created: int | None
    fields: dict[str, Story]
    stages: list[tuple[int, str]] = field(default_factory=list)

    def was(self, name: str, minute: int) -> Any:
        return self.fields[name].before(minute)

    def stage(self, minute: int) -> str:
        return [stage for entered, stage in self.stages if entered < minute][-1]

    def counted(self, minute: int) -> bool:
        return self.created is not None and self.created < minute and self.was("merged_into", minute) is None


CHANGES = {
    "owner": st.none() | st.integers(0, PEOPLE - 1),
    "team": st.none() | st.integers(0, TEAMS - 1),
    "base_minor": st.none() | st.integers(0, 10_000_000),
    "expected_close_on": st.dates(FIRST_DAY, FIRST_DAY + timedelta(days=90)),
    "merged_into": st.none() | st.just(0),
}
LEAD_CHANGES = {
    "owner": CHANGES["owner"],
    "team": CHANGES["team"],
    "merged_into": CHANGES["merged_into"],
    "qualified_at": st.booleans(),
    "disqualified_at": st.booleans(),
}


def changes(fields: dict[str, st.SearchStrategy[Any]], records: int) -> st.SearchStrategy[list[Any]]:
    one = st.sampled_from(sorted(fields)).flatmap(lambda name: st.tuples(st.just(name), fields[name]))
    return st.lists(st.tuples(MINUTES, st.integers(0, records - 1), one), max_size=14)


moves = st.lists(st.tuples(MINUTES, st.sampled_from(["interest", "offer", "won", "lost"])), max_size=4)
memberships = st.lists(
    st.tuples(
        st.integers(0, PEOPLE - 1),
        st.integers(0, TEAMS - 1),
        st.integers(0, DAYS - 1),
        st.none() | st.integers(1, DAYS),
        st.sampled_from([0.4, 0.6, 1.0]),
    ),
    max_size=6,
)  # fmt: skip
created = st.none() | st.integers(0, 3 * 24 * 60)


# Shrinking a failure would take as long as a whole suite; the histories are short as they are.
UNHURRIED = settings(
    max_examples=8, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


@given(
    created=st.lists(created, min_size=DEALS + LEADS, max_size=DEALS + LEADS),
    of_lead=st.lists(st.none() | st.integers(0, LEADS - 1), min_size=DEALS, max_size=DEALS),
    moved=st.lists(moves, min_size=DEALS, max_size=DEALS),
    changed=changes(CHANGES, DEALS),
    lead_changed=changes(LEAD_CHANGES, LEADS),
    joined=memberships,
)
@UNHURRIED
def test_every_balance_of_every_past_day_is_that_of_a_replay(
    created: list[int | None],
    of_lead: list[int | None],
    moved: list[Any],
    changed: list[Any],
    lead_changed: list[Any],
    joined: list[Any],
) -> None:
    with transaction.atomic():  # every example in an empty database
        world = World(joined)
        leads = [world.lead(minute) for minute in created[DEALS:]]
        deals = [world.deal(minute, leads, lead) for minute, lead in zip(created[:DEALS], of_lead, strict=True)]
        for deal, stages in zip(deals, moved, strict=True):
            world.move(deal, stages)
        for minute, number, (name, value) in changed:
            world.change(deals, number, minute, name, value)
        for minute, number, (name, value) in lead_changed:
            world.change(
                leads, number, minute, name, moment(minute) if value is True else None if value is False else value
            )
        world.answers_as_replayed(leads, deals, of_lead)
        transaction.set_rollback(True)


class World:
    """Writes everything into the database and, beside it, into plain stories."""

    def __init__(self, joined: Iterable[tuple[int, int, int, int | None, float]]) -> None:
        self.sales = Sales()
        self.teams = [Team.objects.create(name=f"Team {n} {timezone.now().timestamp()}") for n in range(TEAMS)]
        self.people = [Person.objects.create(name=f"Person {n}") for n in range(PEOPLE)]
        self.joined = []
        for person, team, start, days, fte in joined:
            starts, until = FIRST_DAY + timedelta(start), None if days is None else FIRST_DAY + timedelta(start + days)
            Membership.objects.create(
                person=self.people[person], team=self.teams[team], starts_on=starts, until=until, fte=fte
            )
            self.joined.append((person, team, starts, until, fte))

    def lead(self, minute: int | None) -> tuple[Lead, Past]:
        record = Lead.objects.create(created_at=None if minute is None else moment(minute), owner=self.people[0])
        stories = {name: Story(0 if name == "owner" else None) for name in LEAD_CHANGES}
        return record, Past(minute, stories)

    def deal(self, minute: int | None, leads: list[Any], lead: int | None) -> tuple[Opportunity, Past]:
        first = None if minute is None else moment(minute)
        record = Opportunity.objects.create(
            created_at=first, stage=self.sales.offer, owner=self.people[0], base_minor=12_345,
            lead=None if lead is None else leads[lead][0],
        )  # fmt: skip
        if first:
            StageChange.objects.create(
                opportunity=record, to_stage=self.sales.offer, occurred_at=first, recorded_at=first
            )
        stories = {name: Story({"owner": 0, "base_minor": 12_345}.get(name)) for name in CHANGES}
        return record, Past(minute, stories, [(-1 if minute is None else minute, "offer")])

    def move(self, deal: tuple[Opportunity, Past], stages: list[tuple[int, str]]) -> None:
        record, past = deal
        for minute, name in sorted(stages):
            entered, now = past.stages[-1]
            if past.created is None or minute <= entered or name == now:
                continue
            stage: Stage = getattr(self.sales, name)
            StageChange.objects.create(
                opportunity=record, from_stage=getattr(self.sales, now), to_stage=stage,
                occurred_at=moment(minute), recorded_at=moment(minute),
            )  # fmt: skip
            record.stage, record.outcome = stage, stage.kind
            record.closed_at = None if stage.kind == "open" else moment(minute)
            record.save()
            past.stages.append((minute, name))

    def change(self, records: list[Any], number: int, minute: int, name: str, value: Any) -> None:
        record, past = records[number]
        if name == "merged_into" and number == 0:
            return  # the first is the one that others become part of
        past.fields[name].tell(minute, value)
        named: dict[str, list[Any]] = {
            "owner": self.people,
            "team": self.teams,
            "merged_into": [row for row, _past in records],
        }
        chosen = named.get(name)
        change(record, by=None, at=moment(minute), **{name: chosen[value] if chosen and value is not None else value})

    def team(self, person: int | None, own: int | None, day: date) -> int | None:
        here = Counter[int]()
        for who, team, starts, until, fte in self.joined:
            if who == person and starts <= day and (until is None or day < until):
                here[team] += round(fte * 10)
        if len(here) == 1:
            return next(iter(here))
        if own is not None or not here:
            return own
        return min(here, key=lambda team: (-here[team], self.teams[team].pk))

    def answers_as_replayed(self, leads: list[Any], deals: list[Any], of_lead: list[int | None]) -> None:
        for number in range(DAYS):
            day = FIRST_DAY + timedelta(number)
            minute = round((end_of(day, ZONE) - ZONE.instant(FIRST_DAY)).total_seconds() / 60)
            open_deals = [
                past for _row, past in deals if past.counted(minute) and past.stage(minute) == "offer"
            ]  # fmt: skip
            won = {
                lead
                for lead, (_row, past) in zip(of_lead, deals, strict=True)
                if past.counted(minute) and past.stage(minute) == "won"
            }
            open_leads = [
                past for n, (_row, past) in enumerate(leads)
                if past.counted(minute) and n not in won
                and past.was("qualified_at", minute) is None and past.was("disqualified_at", minute) is None
            ]  # fmt: skip
            self.same("pipeline_open_count", day, open_deals, minute, lambda _past: 1)
            self.same("leads_open", day, open_leads, minute, lambda _past: 1)
            self.same(
                "pipeline_open_value", day, open_deals, minute,
                lambda past: Decimal(past.was("base_minor", minute) or 0) / 100,  # noqa: B023 - called at once
            )  # fmt: skip

    def same(self, kpi: str, day: date, rows: list[Past], minute: int, worth: Any) -> None:
        expected: dict[tuple[int | None, int | None], Any] = defaultdict(int)
        for past in rows:
            owner, own = past.was("owner", minute), past.was("team", minute)
            team = self.team(owner, own, day)
            key = (
                None if owner is None else self.people[owner].pk,
                None if team is None else self.teams[team].pk,
            )  # fmt: skip
            expected[key] += worth(past)
        found = answered(kpi, day)
        assert found.total.value == sum(expected.values())
        assert values(found) == {key: value for key, value in expected.items() if value}


def answered(kpi: str, day: date) -> Answer:
    question = Question(kpi, parse("2026-03", today=day), end_of(day, ZONE), by=("person", "team"))
    return replica.ask(question, EVERYTHING)


def values(answer: Answer) -> dict[tuple[int | None, int | None], Any]:
    found = {(row.ids["person"], row.ids["team"]): row.value.value for row in answer.rows}
    return {key: value for key, value in found.items() if value}


def test_a_deal_that_was_lost_stood_open_before() -> None:
    sales = Sales()
    deal = sales.deal("2026-03-02T10:00", sales.lost, closed_at=at("2026-03-20T10:00"), outcome="lost", base_minor=500)
    for stage, when in ((sales.offer, "2026-03-02T10:00"), (sales.lost, "2026-03-20T10:00")):
        StageChange.objects.create(opportunity=deal, to_stage=stage, occurred_at=at(when), recorded_at=at(when))
    assert answered("pipeline_open_value", date(2026, 3, 19)).total.value == Decimal("5.00")
    assert answered("pipeline_open_value", date(2026, 3, 20)).total.value == 0
