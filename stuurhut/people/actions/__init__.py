"""What can be done with teams, the people in them and their logins: one function per verb."""

from stuurhut.people.actions.days import WrongDays, WrongShare
from stuurhut.people.actions.formation import create_seat, end_absence, fill_seat, record_absence, vacate_seat
from stuurhut.people.actions.logins import (
    LoginTaken,
    Role,
    TeamNeeded,
    WrongLogin,
    add_user,
    set_active,
    set_password,
    set_roles,
)
from stuurhut.people.actions.teams import (
    AddressTaken,
    AlreadyMember,
    Circle,
    NotAMember,
    create_person,
    create_team,
    join_team,
    leave_team,
    move_team,
    place_team,
)

__all__ = [
    "AddressTaken",
    "AlreadyMember",
    "Circle",
    "LoginTaken",
    "NotAMember",
    "Role",
    "TeamNeeded",
    "WrongDays",
    "WrongLogin",
    "WrongShare",
    "add_user",
    "create_person",
    "create_seat",
    "create_team",
    "end_absence",
    "fill_seat",
    "join_team",
    "leave_team",
    "move_team",
    "place_team",
    "record_absence",
    "set_active",
    "set_password",
    "set_roles",
    "vacate_seat",
]
