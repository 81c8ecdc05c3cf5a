"""What we know of teams, people and their days, as facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from django.conf import settings

from stuurhut.kpi.words.period import Zone
from stuurhut.people.calendar import calendar_of
from stuurhut.people.models import Absence, History, Intake, Membership, Organisation, Person, Seat, Team
from stuurhut.replica.mapping import Choices, Room, Step
from stuurhut.replica.versions import Tracked, timeline

# A team has no creation moment: it is there from the beginning of time.
TEAM_RECORD = """
SELECT *, TIMESTAMP '1900-01-01' AS created_at FROM people_team
"""

TEAM_TIMELINE = timeline("team_record", "team", (Tracked.key("parent"), Tracked("name", "name", "VARCHAR")))

TEAM = """
SELECT id, state_at AS valid_from, lead(state_at) OVER (PARTITION BY id ORDER BY state_at) AS valid_until,
       parent_id, name
FROM team_timeline WHERE state_at >= created_at
"""

PERSON = """
SELECT id, name, active FROM people_person
"""

MEMBERSHIP = """
SELECT m.id, m.person_id, m.team_id, m.role, m.fte, m.contract_hours, m.starts_on, m.until AS until_on
FROM people_membership m JOIN people_person p ON p.id = m.person_id
"""

# One row per stretch of days in which the same team decides. Of several teams the one with the largest FTE does,
# of equal ones the first; `teams` says how many there are, since then the record's own team goes before.
PERSON_TEAM = """
WITH edge AS (
    SELECT person_id, starts_on AS day FROM fact_membership
    UNION SELECT person_id, until_on FROM fact_membership WHERE until_on IS NOT NULL
),
stretch AS (
    SELECT person_id, day AS starts_on, lead(day) OVER (PARTITION BY person_id ORDER BY day) AS until_on FROM edge
),
in_team AS (
    SELECT s.person_id, s.starts_on, s.until_on, m.team_id, sum(m.fte) AS fte
    FROM stretch s
    JOIN fact_membership m ON m.person_id = s.person_id
     AND m.starts_on <= s.starts_on AND (m.until_on IS NULL OR m.until_on > s.starts_on)
    GROUP BY ALL
),
decided AS (
    SELECT person_id, starts_on, until_on, count(*) AS teams, sum(fte) AS fte,
           first(team_id ORDER BY fte DESC, team_id) AS team_id
    FROM in_team GROUP BY person_id, starts_on, until_on
)
SELECT person_id, team_id, teams, fte, starts_on, until_on FROM decided
"""

CALENDAR_DAY = """
SELECT day, working, CAST(minutes_before AS BIGINT) AS minutes_before, working_days_before FROM calendar_day
"""

# Working days from the first membership or seat up to the horizon, the end of next year: plans reach ahead.
OFFICE_DAY = """
SELECT day FROM calendar_day
WHERE working
  AND day >= (SELECT least(min(m.starts_on), (SELECT min(starts_on) FROM people_seat)) FROM people_membership m)
  AND day < horizon()
"""

# Without an end an absence lasts until the day expected, and without that it goes on.
AWAY_DAY = """
SELECT a.person_id, d.day, least(sum(a.share), 1.0) AS away,
       least(coalesce(sum(a.share) FILTER (NOT a.planned AND d.day - a.starts_on > 42), 0), 1.0) AS long_away
FROM people_absence a
JOIN office_day d ON d.day >= a.starts_on AND (coalesce(a.until, a.expected_until) IS NULL
                                               OR d.day < coalesce(a.until, a.expected_until))
GROUP BY ALL
"""

# Who works for two teams is there for each with the FTE of that membership. Who leads is there, but not to sell: a
# manager who also sells has a membership of each kind.
PERSON_DAY = """
SELECT m.person_id, m.team_id, d.day, sum(m.fte) AS contract_fte,
       sum(m.fte * (1 - coalesce(a.away, 0))) AS available_fte,
       coalesce(sum(m.fte * (1 - coalesce(a.away, 0))) FILTER (m.role = 'seller'), 0.0) AS selling_fte
FROM fact_membership m
JOIN office_day d ON d.day >= m.starts_on AND (m.until_on IS NULL OR d.day < m.until_on)
LEFT JOIN away_day a ON a.person_id = m.person_id AND a.day = d.day
GROUP BY m.person_id, m.team_id, d.day
"""

# A seat is vacant from the day said on, or as long as nobody is named; a newcomer fills it from the expected start.
FORMATION_DAY = """
WITH seat_day AS (
    SELECT s.team_id, d.day, s.fte,
           CASE WHEN s.person_id IS NULL THEN s.vacant_since IS NULL OR d.day >= s.vacant_since
                ELSE d.day >= s.vacant_since AND (s.expected_start IS NULL OR d.day < s.expected_start) END AS vacant
    FROM people_seat s JOIN office_day d ON d.day >= s.starts_on AND (s.until IS NULL OR d.day < s.until)
),
seats AS (
    SELECT team_id, day, sum(fte) AS formation, coalesce(sum(fte) FILTER (vacant), 0) AS vacant
    FROM seat_day GROUP BY ALL
),
members AS (
    SELECT m.team_id, d.day, sum(m.fte * (1 - coalesce(a.away, 0))) AS available,
           sum(m.fte * coalesce(a.long_away, 0)) AS long_absent
    FROM fact_membership m
    JOIN office_day d ON d.day >= m.starts_on AND (m.until_on IS NULL OR d.day < m.until_on)
    LEFT JOIN away_day a ON a.person_id = m.person_id AND a.day = d.day
    GROUP BY ALL
)
SELECT coalesce(s.team_id, m.team_id) AS team_id, coalesce(s.day, m.day) AS day,
       coalesce(s.formation, 0.0) AS formation_fte, coalesce(s.formation - s.vacant, 0.0) AS filled_fte,
       coalesce(m.available, 0.0) AS available_fte, coalesce(s.vacant, 0.0) AS vacant_fte,
       coalesce(m.long_absent, 0.0) AS long_absent_fte
FROM seats s FULL JOIN members m ON m.team_id = s.team_id AND m.day = s.day
"""


def deciding_team(person: str, day: str, own: str) -> str:
    """SQL for the team of a person on a day; a record's own team decides when there are several or none."""
    return f"""coalesce((
        SELECT CASE WHEN pt.teams = 1 THEN pt.team_id ELSE coalesce({own}, pt.team_id) END
        FROM fact_person_team pt
        WHERE pt.person_id = {person} AND pt.starts_on <= {day} AND (pt.until_on IS NULL OR {day} < pt.until_on)
    ), {own})"""  # noqa: S608 - names of our own columns


ROOM = Room(
    models=(Organisation, Intake, Membership, Seat, Absence),
    append_only=(History,),
    standing=(Team, Person),
    steps=(
        Step("team_record", TEAM_RECORD),
        Step("team_timeline", TEAM_TIMELINE),
        Step("fact_team", TEAM),
        Step("fact_person", PERSON),
        Step("fact_membership", MEMBERSHIP),
        Step("fact_person_team", PERSON_TEAM),
        Step("fact_calendar_day", CALENDAR_DAY),
        Step("office_day", OFFICE_DAY),
        Step("away_day", AWAY_DAY),
        Step("fact_person_day", PERSON_DAY),
        Step("fact_formation_day", FORMATION_DAY),
    ),
)


def choices(organisation: Mapping[str, Any] | None) -> Choices:
    """The organisation's choices from its row; those of a new organisation when there is none yet."""
    new = Organisation()
    row = organisation or {field.name: getattr(new, field.name) for field in Organisation._meta.concrete_fields}
    zone = Zone(settings.TIME_ZONE, settings.FISCAL_YEAR_START)
    return Choices(
        sales_are=row["sales_are"],
        response_norm_minutes=row["response_norm_minutes"],
        conversion_age_days=row["conversion_age_days"],
        calendar=calendar_of(zone, row["weekdays"], _clock(row["opens_at"]), _clock(row["closes_at"])),
    )


def _clock(value: str | time) -> time:
    return value if isinstance(value, time) else time.fromisoformat(value)
