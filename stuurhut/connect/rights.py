"""Who may import: administrators, directors and managers. A manager sees the imports he or she started."""

from __future__ import annotations

from django.db.models import QuerySet

from stuurhut.connect.models import ImportRun
from stuurhut.people.models import User
from stuurhut.people.scope import scope_for


def may_import(user: User) -> bool:
    """Whether somebody may bring files in: for all of the organisation, or for the teams one leads."""
    return user.is_administrator or user.is_director or bool(scope_for(user).teams)


def imports_seen_by(user: User) -> QuerySet[ImportRun]:
    """The imports whose rows somebody may see, the newest first. Without rights there are none."""
    runs = ImportRun.objects.select_related("intake", "intake__by").order_by("-intake_id")
    if not may_import(user):
        return runs.none()
    return runs if user.is_administrator or user.is_director else runs.filter(intake__by=user)
