"""What we know of goals, as facts."""

from stuurhut.replica.mapping import Room, Step
from stuurhut.targets.models import Target

TARGET = """
SELECT id, person_id, team_id, kpi, filter, value, currency, version, starts_on, until AS until_on, set_at,
       formation_fte
FROM targets_target
"""

ROOM = Room(models=(Target,), steps=(Step("fact_target", TARGET),))
