"""Who was in which team, and for how many working days, as the hands that were there tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from stuurhut.kpi.judging.asking import Asking
from stuurhut.kpi.judging.series import WHOLE, whole_buckets
from stuurhut.kpi.judging.windows import YEAR
from stuurhut.kpi.verdicts.verdict import Subject
from stuurhut.kpi.words.answer import Row
from stuurhut.kpi.words.period import add_months, bucket_name

LATELY = 3  # months: who was in a team in these is of it


def _rows(asking: Asking, months: int) -> Iterator[Row]:
    """A row per person, team and month of the last whole months in which that person was there; where no hands are
    recorded at all, of those who are in a team.
    """
    span = whole_buckets(asking, "month")
    if span is None:
        return
    since = bucket_name(add_months(span.until, -months), "month")
    answer = asking.answer("fte_available", period=span, by=("person", "team", "month"))
    known = any(row.value.value for row in answer.rows)
    for row in answer.rows:
        if (row.names["month"] or "") >= since and row.ids["person"] is not None and (row.value.value or not known):
            yield row


def teams_of(asking: Asking) -> Mapping[int | None, frozenset[int]]:
    """Per person of the whole organisation the teams of the last three months."""
    found: dict[int | None, set[int]] = defaultdict(set)
    for row in _rows(asking.everyone, LATELY):
        if (team := row.ids["team"]) is not None:
            found[row.ids["person"]].add(team)
    return {person: frozenset(teams) for person, teams in found.items()}


def teams_in_view(asking: Asking) -> tuple[Subject, ...]:
    """The teams with people in them in the last three months; none when one person is in view."""
    if asking.only:
        return ()
    found = {row.ids["team"]: row.names["team"] or "" for row in _rows(asking, LATELY)}
    teams = (
        Subject("team", team, name)
        for team, name in found.items()
        if team is not None and (asking.teams is None or team in asking.teams)
    )
    return tuple(sorted(teams, key=lambda team: team.name.casefold()))


def all_in_view(asking: Asking) -> Subject:
    """The one team in view, else the whole."""
    teams = teams_in_view(asking)
    return teams[0] if len(teams) == 1 else WHOLE


def days_of(asking: Asking) -> Mapping[int | None, float]:
    """Per person the available working days of the last twelve whole months."""
    found: dict[int | None, float] = defaultdict(float)
    for row in _rows(asking, YEAR):
        found[row.ids["person"]] += float(row.value.value or 0) * (row.value.n or 0)
    return dict(found)
