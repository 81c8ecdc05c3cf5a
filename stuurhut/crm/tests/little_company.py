"""A few people and records to ask about, written the shortest way."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from stuurhut.crm.models import Activity, Lead, Opportunity, Process, Stage, StageChange
from stuurhut.kpi.words.period import parse
from stuurhut.kpi.words.question import Question
from stuurhut.people.models import Membership, Person, Team


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def question(kpi: str, period: str = "2026-03", as_of: str = "2026-04-01T00:00", **more: Any) -> Question:
    """A question as of a moment in UTC."""
    return Question(kpi, parse(period, today=date(2026, 4, 1)), at(as_of), **more)


def person(name: str, team: Team | None = None, since: str = "2020-01-01", until: str | None = None) -> Person:
    """A seller, in a team from a day on."""
    who, _made = Person.objects.get_or_create(name=name)
    if team is not None:
        days = date.fromisoformat(since), date.fromisoformat(until) if until else None
        Membership.objects.create(person=who, team=team, starts_on=days[0], until=days[1], recorded_at=at("2020-01-01"))
    return who


class Sales:
    """A sales process of four stages: interest (not qualified), offer, won and lost."""

    def __init__(self) -> None:
        process = Process.objects.create(name="Verkoop")
        self.interest = Stage.objects.create(process=process, name="Interesse", order=1, qualified=False)
        self.offer = Stage.objects.create(process=process, name="Offerte", order=2)
        self.won = Stage.objects.create(process=process, name="Gewonnen", order=3, kind="won")
        self.lost = Stage.objects.create(process=process, name="Verloren", order=4, kind="lost")

    def deal(self, created: str | None, stage: Stage | None = None, **fields: Any) -> Opportunity:
        """An opportunity created at a moment, recorded then too."""
        moment = at(created) if created else None
        recorded = {"recorded_at": moment or at("2026-01-01")}
        return Opportunity.objects.create(created_at=moment, stage=stage or self.offer, **{**recorded, **fields})

    def entered(self, deal: Opportunity, stage: Stage, when: str) -> StageChange:
        """The deal entered a stage at a moment; the first time nothing went before."""
        before = deal.stage_changes.order_by("-occurred_at", "-id").first()
        change = StageChange.objects.create(
            opportunity=deal, from_stage=before.to_stage if before else None, to_stage=stage, occurred_at=at(when),
            recorded_at=at(when),
        )  # fmt: skip
        deal.stage, deal.outcome, deal.closed_at = stage, stage.kind, None if stage.kind == "open" else at(when)
        deal.save()
        return change

    def lead(self, created: str | None, **fields: Any) -> Lead:
        """A lead created at a moment, recorded then too."""
        moment = at(created) if created else None
        return Lead.objects.create(created_at=moment, **{"recorded_at": moment or at("2026-01-01"), **fields})

    def done(self, kind: str, when: str, **fields: Any) -> Activity:
        """An activity held at a moment, recorded then too."""
        return Activity.objects.create(kind=kind, occurred_at=at(when), **{"recorded_at": at(when), **fields})
