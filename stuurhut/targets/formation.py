"""How many FTE a goal is set on: of a team its seats and those of the teams below it, of a person the memberships."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from stuurhut.kpi.goals import Holder
from stuurhut.people.models import Membership, Seat
from stuurhut.people.teams import counting, with_sub_teams

Stretch = tuple[date, date | None, float]  # from, until, FTE


@dataclass(frozen=True)
class Formation:
    """The stretches of FTE per holder."""

    stretches: dict[Holder, list[Stretch]]

    @classmethod
    def of(cls, holders: Collection[Holder]) -> Formation:
        """Of these holders, looked up at once."""
        found: dict[Holder, list[Stretch]] = {}
        under = {holder: with_sub_teams([holder.id]) for holder in holders if holder.kind == "team"}
        seats = Seat.objects.filter(counting(), team_id__in=frozenset().union(*under.values()))
        for team, start, until, fte in _read(seats, "team_id"):
            for holder in (holder for holder, teams in under.items() if team in teams):
                found.setdefault(holder, []).append((start, until, fte))
        persons = [holder.id for holder in holders if holder.kind == "person"]
        for person, start, until, fte in _read(
            Membership.objects.filter(counting(), person_id__in=persons), "person_id"
        ):
            found.setdefault(Holder("person", person), []).append((start, until, fte))
        return cls(found)

    def fte(self, holder: Holder, day: date) -> float | None:
        """FTE on a day; None when there is none."""
        there = [
            fte
            for start, until, fte in self.stretches.get(holder, ())
            if start <= day and (until is None or until > day)
        ]
        return round(sum(there), 2) if there else None


def _read(rows: QuerySet[Seat] | QuerySet[Membership], key: str) -> list[tuple[int, date, date | None, float]]:
    return list(rows.values_list(key, "starts_on", "until", "fte"))
