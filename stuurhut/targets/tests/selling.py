"""Two teams that sell, and their pages, written the shortest way."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.test import Client
from django.utils import timezone

from stuurhut import replica
from stuurhut.crm import actions as crm
from stuurhut.crm.actions.stages import start_usual_process
from stuurhut.crm.models import Opportunity, Stage
from stuurhut.kpi.words.money import Amount
from stuurhut.kpi.words.period import Period
from stuurhut.people.actions import add_user
from stuurhut.people.models import Person, Team, User
from stuurhut.people.tests.company import Company, company
from stuurhut.targets.asking import grid_asked
from stuurhut.targets.cells import Cell, Grid, Row
from stuurhut.targets.drawing import Drawing
from stuurhut.targets.grid import grid_of
from stuurhut.targets.rights import rights_of

YEAR = Period(date(2025, 1, 1), date(2026, 1, 1))


def month(number: int, year: int = 2025) -> Period:
    """A month of the year."""
    return Period(date(year, number, 1), date(year + number // 12, number % 12 + 1, 1))


def quarter(number: int, year: int = 2025) -> Period:
    """A quarter of the year."""
    first = 3 * number - 2
    return Period(date(year, first, 1), month(first + 2, year).until)


def firm() -> Company:
    """The two teams of the tests of `people`, with Dora as director and a sales process."""
    found = company()
    for name, role in (("dora", "director"), ("adam", "admin"), ("pay", "payroll")):
        add_user(email=f"{name}@example.com", name=name.title(), role=role, by=None)  # type: ignore[arg-type]
    start_usual_process(by=None)
    return found


def sold(owner: Person, day: str, value: str) -> Opportunity:
    """A deal won on a day."""
    won_at = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC)
    stages = list(Stage.objects.order_by("order"))
    deal = crm.create_opportunity(
        name="Deal", stage=stages[0], owner=owner, amount=Amount(Decimal(value), "EUR"),
        account=crm.create_account(name="Klant BV", owner=owner, by=None), created_at=won_at, by=None,
    )  # fmt: skip
    crm.move_stage(
        opportunity=deal, to=next(stage for stage in stages if stage.kind == Stage.Kind.WON), at=won_at, by=None
    )
    return deal


def user(name: str) -> User:
    """Somebody's login."""
    return User.objects.get(email=f"{name}@example.com")


def signed_in(name: str) -> Client:
    """A browser in which somebody is signed in, in Dutch."""
    client = Client(headers={"accept-language": "nl"})
    client.force_login(user(name), "allauth.account.auth_backends.AuthenticationBackend")
    return client


def drawn(name: str, now: datetime | None = None, **asked: str) -> Grid:
    """The grid as somebody sees it, at another moment than now if given."""
    with replica.held():
        return grid_of(Drawing(grid_asked({"year": "2025", **asked}), rights_of(user(name)), now or timezone.now()))


def row_of(grid: Grid, name: str) -> Row:
    """The row of a team or person."""
    return next(row for row in grid.rows if row.name == name and not row.elsewhere)


def cell(grid: Grid, name: str, place: int) -> Cell:
    """The cell of a row, counted from 0; -1 is the year."""
    return row_of(grid, name).cells[place]


def name_of(holder: Person | Team, period: Period) -> str:
    """The name of a field."""
    kind = "p" if isinstance(holder, Person) else "t"
    return f"g-{kind}{holder.pk}-{period.start}-{period.until}"


def text_of(response: Any) -> str:
    """What can be read on a page."""
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


def fields_of(response: Any) -> dict[str, str]:
    """The fields of the form of goals as a browser without script sends them."""
    form = re.search(r'<form method="post"[^>]*id="goals".*?</form>', response.content.decode(), re.DOTALL)
    assert form is not None
    inputs = [dict(re.findall(r'(\w[\w-]*)="([^"]*)"', tag)) for tag in re.findall(r"<input[^>]*>", form[0])]
    return {one["name"]: html.unescape(one.get("value", "")) for one in inputs if "name" in one}
