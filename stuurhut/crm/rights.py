"""Which records somebody may change, out of those he or she may see."""

from __future__ import annotations

from typing import Any

from stuurhut.people.models import User
from stuurhut.people.scope import scope_for


def may_change(user: User, record: Any) -> bool:
    """One's own records, those of nobody, those of teams one leads; a director's are all. Others are to look at."""
    scope = scope_for(user)
    if scope.everything or record.owner_id in scope.persons or record.team_id in scope.teams:
        return True
    return record.owner_id is None and not scope.nothing
