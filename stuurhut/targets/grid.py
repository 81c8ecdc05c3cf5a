"""The grid of goals: who, when, how much, and beside it what was reached and what last year brought."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from stuurhut.kpi.goals import Holder
from stuurhut.kpi.words.answer import Number
from stuurhut.targets import notes
from stuurhut.targets.cells import Block, Cell, Grid, Row, Sum, cell_name
from stuurhut.targets.columns import Column
from stuurhut.targets.drawing import Drawing
from stuurhut.targets.rows import Member, Section
from stuurhut.targets.typed import written_in
from stuurhut.targets.versions import goal_value
from stuurhut.ui.numbers import written


def grid_of(drawing: Drawing) -> Grid:
    """The grid itself. Who only leads, without goal or figure, has no row."""
    blocks = tuple(_block(drawing, section) for section in drawing.sections)
    return Grid(tuple(drawing.columns), blocks, drawing.profile.adds_up, drawing.profile.sums)


def _block(drawing: Drawing, section: Section) -> Block:
    shown = section.members if section.shows_people and drawing.by_person else ()
    people = [_person(drawing, member, section) for member in shown]
    kept = tuple(row for row in people if not row.leads or _says_something(drawing, row))
    row = _team(drawing, section) if section.holder else None
    sums = _sums(drawing, section, row) if row and drawing.rights.sets_any else ()
    return Block(section.team, section.depth, row, kept, sums, bool(section.members) and not section.shows_people)


def _says_something(drawing: Drawing, row: Row) -> bool:
    return any(cell.text or cell.hint or drawing.reached_in(row.holder, cell.column) for cell in row.cells)


def _team(drawing: Drawing, section: Section) -> Row:
    assert section.team is not None
    assert section.holder is not None
    cells = tuple(cell_of(drawing, section.holder, column) for column in drawing.columns)
    about = notes.of_team(section.holder, [cell.target for cell in cells], drawing.formation, drawing.today)
    return Row(section.holder, section.team.name, about, cells)


def _person(drawing: Drawing, member: Member, section: Section) -> Row:
    points_elsewhere = bool(member.elsewhere)
    cells = tuple(
        cell_of(drawing, member.holder, column, drawing.share(member, section, column), elsewhere=points_elsewhere)
        for column in drawing.columns
    )
    period = drawing.asked.period
    start, until = max(member.starts_on, period.start), min(member.until or period.until, period.until)
    worked, whole = drawing.days(member.holder, start, until), drawing.profile.calendar(start, until)
    about = notes.of_person(member, period, worked / whole if whole else None)
    return Row(member.holder, member.person.name, about, cells, member.leads, member.elsewhere)


def cell_of(
    drawing: Drawing, holder: Holder, column: Column, share: float = 1.0, *, elsewhere: bool = False
) -> Cell:  # fmt: skip
    """The cell of a holder in a period; of what may not be seen an empty one."""
    name, why_not = cell_name(holder, column), drawing.why_not(holder, column)
    if not drawing.rights.sees(holder, *column.span):
        return Cell(name, column, why_not=why_not)
    kpi, frozen = drawing.asked.kpi, drawing.frozen_in(holder, column)
    target = drawing.held.get((holder, *column.span))
    own = Decimal(frozen.target) if frozen else goal_value(target)
    derived, is_sum = drawing.derived(holder, column)
    was = written_in(own, kpi)
    text = was if frozen else drawing.typed.texts.get(name, was)
    return Cell(
        name=name,
        column=column,
        text=text,
        was=was,
        version=target.version if target else 0,
        counts=drawing.counts(holder, column),
        hint=written_in(rounded(derived, kpi.unit), kpi) if derived is not None else "",
        reached=_written(drawing, drawing.reached_in(holder, column)),
        before=_written(drawing, drawing.as_far_last_year(holder, column)),
        before_whole=_written(drawing, drawing.last_year(holder, column)) if column.state == "now" else "",
        note=notes.of_cell(kpi, target, own, derived, drawing.formation, is_sum=is_sum, frozen=frozen),
        share=share,
        editable=not why_not and not elsewhere,
        why_not=why_not,
        remark=_("away") if drawing.is_away(holder, column) else "",
        error=drawing.typed.errors.get(name, ""),
        is_new=text != was,
        target=target,
    )


def _written(drawing: Drawing, value: Number) -> str:
    return "" if value is None else written(value, drawing.asked.kpi.unit, settings.CURRENCY, short=True)


def _sums(drawing: Drawing, section: Section, row: Row) -> tuple[Sum, ...]:
    """The personal goals of the team and those below it, per period."""
    if not drawing.profile.sums or not drawing.by_person:
        return ()
    inside = [one for one in drawing.sections if one.team and one.team.pk in section.under]
    whose = {member.holder: member for one in inside for member in one.members}
    found = []
    for cell in row.cells:
        parts = [
            (drawing.counts(holder, cell.column, gaps=True), drawing.share(member, section, cell.column))
            for holder, member in whose.items()
        ]
        known = [value * Decimal(str(share)) for value, share in parts if value is not None]
        total = rounded(sum(known, Decimal(0)), drawing.asked.kpi.unit) if known else None
        found.append(notes.sum_of(drawing.asked.kpi, cell, total))
    return tuple(found)


def rounded(value: Decimal | None, unit: str) -> Decimal | None:
    """A derived value in digits that one would type."""
    return None if value is None else round(value, {"money": 0, "count": 0, "ratio": 3}.get(unit, 2))
