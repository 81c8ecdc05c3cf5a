"""Which tables are copied and how facts are made of them, room by room. A room that knows facts has a line here."""

from stuurhut.crm import facts as crm
from stuurhut.people import facts as people
from stuurhut.replica.mapping import Plan
from stuurhut.targets import facts as targets

PLAN = Plan(rooms=(people.ROOM, crm.ROOM, targets.ROOM), organisation="people_organisation", choices=people.choices)
