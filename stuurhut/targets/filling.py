"""Proposals for the grid: the year over its months, last year plus so much, a team's goal over its people.

A proposal fills fields; nothing is saved by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext_lazy as _

from stuurhut.kpi.goals import Holder
from stuurhut.people.refusal import Refused
from stuurhut.targets.cells import Cell, Row
from stuurhut.targets.columns import Column
from stuurhut.targets.drawing import Drawing
from stuurhut.targets.grid import grid_of
from stuurhut.targets.maths import divided, raised
from stuurhut.targets.rows import Section
from stuurhut.targets.typed import written_in

SMALLEST = {"ratio": Decimal("0.001"), "number": Decimal("0.1"), "fte": Decimal("0.1"), "days": Decimal("0.1")}
MOST_PERCENT = Decimal(1000)
Filled = Iterator[tuple[Cell, Decimal]]


class NoProposal(Refused):
    """There is nothing to propose; the sentence says what is missing."""


def proposals(drawing: Drawing, what: str, whose: str, percent: str) -> dict[str, str]:
    """The texts of the cells that a helper fills, by name. `what` is spread, raise or divide; `whose` a row's key, or
    empty for all. Raises NoProposal.
    """
    rows = [row for row in grid_of(drawing).rows if not whose or row.key == whose]
    if what == "raise":
        found = _raised(drawing, rows, _percent(percent))
        lacking = _("Last year has no figures here, so there is nothing to raise; type the goals.")
    elif what == "spread":
        found = _spread(drawing, rows)
        lacking = _("There is no goal for the year to spread; fill in the column of the year first.")
    else:
        found = _over_people(drawing, whose)
        lacking = _("There is no team goal to divide over people shown here; fill in the team's goal first.")
    texts = {cell.name: written_in(value, drawing.asked.kpi) for cell, value in found if cell.editable}
    if not texts:
        raise NoProposal(lacking)
    return texts


# -- the year over its parts -----------------------------------------------------------------------------------------


def _spread(drawing: Drawing, rows: list[Row]) -> Filled:
    """By available working days and season, as the pace goes; what is closed keeps its part. A level is the same in
    every part.
    """
    if drawing.asked.grain == "year":
        raise NoProposal(_("A year is spread over months or quarters; choose one of the two."))
    for row in rows:
        parts = [cell for cell in row.cells if not cell.column.is_whole]
        whole = drawing.counts(row.holder, row.cells[-1].column, gaps=True)
        if whole is None or row.elsewhere:
            continue
        if not drawing.profile.adds_up:
            yield from ((cell, whole) for cell in parts)
            continue
        open_ = [cell for cell in parts if cell.editable]
        left = whole - sum((cell.counts or Decimal(0) for cell in parts if not cell.editable), Decimal(0))
        if left < 0:
            raise NoProposal(_("%(name)s: the closed periods hold more than the whole year asks."), name=row.name)
        weights = drawing.profile.weights(drawing.workers(row.holder), [cell.column.span for cell in open_])
        yield from zip(open_, divided(left, weights, _smallest(drawing)), strict=True)


# -- last year plus so much ------------------------------------------------------------------------------------------


def _raised(drawing: Drawing, rows: list[Row], percent: Decimal) -> Filled:
    for row in rows:
        for cell in _main(drawing, row):
            before = drawing.last_year(row.holder, cell.column)
            if before:
                yield cell, raised(Decimal(str(before)), percent, _smallest(drawing))


def _percent(text: str) -> Decimal:
    try:
        percent = Decimal(text.strip().rstrip("%").strip().replace(",", "."))
    except InvalidOperation:
        percent = Decimal("NaN")
    if not percent.is_finite() or not -100 <= percent <= MOST_PERCENT:
        raise NoProposal(_("'%(text)s' is no percentage to raise by; give a number such as 5 or -2,5."), text=text)
    return percent


def _main(drawing: Drawing, row: Row) -> list[Cell]:
    """The periods of the grain; of years the year."""
    return [cell for cell in row.cells if drawing.asked.grain == "year" or not cell.column.is_whole]


# -- a team's goal over its people -----------------------------------------------------------------------------------


def _over_people(drawing: Drawing, whose: str) -> Filled:
    """By the available days in the team; a level, such as a win rate, is the same for all. Who leads gets no part."""
    rows = {row.holder: row for row in grid_of(drawing).rows if not row.elsewhere}
    for section in drawing.sections:
        team = rows.get(section.holder) if section.holder else None
        if team is None or not section.shows_people or (whose and team.key != whose):
            continue
        has_own = any(cell.text for cell in team.cells)
        for place, cell in enumerate(team.cells):
            if cell.counts is not None and (cell.text if has_own else not cell.column.is_whole):
                people = [rows[m.holder] for m in section.members if not m.leads and m.holder in rows]
                yield from _among(drawing, section, cell, [person.cells[place] for person in people], people)


def _among(drawing: Drawing, section: Section, team: Cell, cells: list[Cell], people: list[Row]) -> Filled:
    days = [_days_in(drawing, section, person.holder, team.column) for person in people]
    there = [(cell, weight) for cell, weight in zip(cells, days, strict=True) if cell.editable and weight > 0]
    assert team.counts is not None
    if not drawing.profile.sums:
        yield from ((cell, team.counts) for cell, _weight in there)
        return
    parts = divided(team.counts, [weight for _cell, weight in there], _smallest(drawing))
    yield from zip((cell for cell, _weight in there), parts, strict=True)


def _days_in(drawing: Drawing, section: Section, holder: Holder, column: Column) -> float:
    member = next(m for m in section.members if m.holder == holder)
    return drawing.share(member, section, column) * drawing.days(holder, *column.span)


def _smallest(drawing: Drawing) -> Decimal:
    return SMALLEST.get(drawing.asked.kpi.unit, Decimal(1))
