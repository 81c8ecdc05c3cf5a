"""What can be done with goals: setting them, taking them away, and closing a period."""

from stuurhut.targets.actions.closing import (
    NothingToClose,
    StillRunning,
    close_period,
)
from stuurhut.targets.actions.goals import (
    ForWhom,
    NotSet,
    Wanted,
    restore_target,
    set_target,
    set_targets,
    withdraw_target,
)
from stuurhut.targets.actions.standing import PeriodClosed

__all__ = [
    "ForWhom",
    "NotSet",
    "NothingToClose",
    "PeriodClosed",
    "StillRunning",
    "Wanted",
    "close_period",
    "restore_target",
    "set_target",
    "set_targets",
    "withdraw_target",
]
