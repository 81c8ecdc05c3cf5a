"""The main menu: every room that has a page, in the order of a working day."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from stuurhut.connect.rights import may_import
from stuurhut.people.access import sees_records, steers_organisation
from stuurhut.people.models import User


@dataclass(frozen=True)
class Entry:
    """A line of the menu: its words, address, icon, keys to press, and for whom ("" is everybody)."""

    label: Any
    path: str
    icon: str
    keys: str = ""
    only: str = ""  # records: who sees any; settings: administrators and the director; imports; administrator
    current: bool = False


@dataclass(frozen=True)
class Group:
    """Lines that belong together."""

    label: Any
    entries: tuple[Entry, ...] = field(default_factory=tuple)


NAVIGATION: tuple[Group, ...] = (
    Group(
        "",
        (
            Entry(_("Cockpit"), "/", "layout-dashboard", keys="g c"),
            Entry(_("All figures"), "/kpi/", "chart-histogram", keys="g k"),
            Entry(_("Targets"), "/targets/", "target-arrow", keys="g t", only="records"),
        ),
    ),
    Group(
        _("Customers and work"),
        (
            Entry(_("Accounts"), "/accounts/", "building", keys="g a", only="records"),
            Entry(_("Leads"), "/leads/", "user-plus", keys="g l", only="records"),
            Entry(_("Opportunities"), "/opportunities/", "briefcase", keys="g o", only="records"),
            Entry(_("Activities"), "/activities/", "activity", keys="g w", only="records"),
            Entry(_("Quotes"), "/quotes/", "file-invoice", only="records"),
            Entry(_("Orders"), "/orders/", "package", only="records"),
        ),
    ),
    Group(
        _("Set up"),
        (
            Entry(_("Imports"), "/imports/", "database-import", keys="g i", only="imports"),
            Entry(_("Settings"), "/settings/", "settings", keys="g s", only="settings"),
        ),
    ),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """For templates: the menu of whoever is signed in, the present page marked."""
    return {"navigation": SimpleLazyObject(lambda: _for(request))}


def _for(request: HttpRequest) -> list[Group]:
    paths = [entry.path for group in NAVIGATION for entry in group.entries]
    here = max((path for path in paths if _within(request.path, path)), key=len, default="")
    audience = _audience(request.user)
    groups = (
        Group(
            group.label,
            tuple(
                Entry(entry.label, entry.path, entry.icon, entry.keys, entry.only, current=entry.path == here)
                for entry in group.entries
                if entry.only in audience
            ),
        )
        for group in NAVIGATION
    )
    return [group for group in groups if group.entries]


def _audience(user: object) -> set[str]:
    """The kinds of menu lines that are for this user."""
    if not isinstance(user, User):
        return {""}
    found = {
        "": True, "records": sees_records(user), "settings": steers_organisation(user),
        "imports": may_import(user), "administrator": user.is_administrator,
    }  # fmt: skip
    return {kind for kind, is_for in found.items() if is_for}


def _within(path: str, entry: str) -> bool:
    return path == entry if entry == "/" else path.startswith(entry)
