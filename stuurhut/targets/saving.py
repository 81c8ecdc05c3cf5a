"""What was filled in the grid, as goals to set: all of them, or a sentence in each cell that is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _

from stuurhut.kpi.goals import Holder
from stuurhut.people.models import Person, Team, User
from stuurhut.people.refusal import Refused
from stuurhut.targets.actions import NotSet, Wanted, set_targets
from stuurhut.targets.cells import Cell, Grid
from stuurhut.targets.drawing import Drawing
from stuurhut.targets.models import Target
from stuurhut.targets.typed import value_of
from stuurhut.targets.versions import versions

NAME = re.compile(r"g-([tp])(\d{1,15})-(\d{4}-\d\d-\d\d)-(\d{4}-\d\d-\d\d)", re.ASCII)


@dataclass(frozen=True)
class Sent:
    """The fields of cells that came with a form, and the versions that its page showed."""

    texts: dict[str, str]
    seen: dict[str, int]


def sent(given: Mapping[str, str], grid: Grid) -> Sent:
    """The cells among the fields. Raises Http404 for one that is not on the page or is somebody else's to set."""
    cells = grid.cells
    texts = {name: str(text) for name, text in given.items() if NAME.fullmatch(name)}
    for name in texts:
        if name not in cells or not (cells[name].editable or cells[name].column.is_locked):
            raise Http404(name)
    try:
        seen = json.loads(given.get("seen") or "{}")
    except ValueError:
        seen = None
    seen = seen if isinstance(seen, dict) else {}
    return Sent(texts, {name: version for name, version in seen.items() if isinstance(version, int)})


def save(drawing: Drawing, grid: Grid, form: Sent, by: User) -> tuple[list[Target], dict[str, str]]:
    """Sets what was changed: the new versions, or none and a sentence per cell that is wrong."""
    wanted: dict[str, Wanted] = {}
    errors: dict[str, str] = {}
    for name, text in form.texts.items():
        cell = grid.cells[name]
        try:
            value = value_of(text, drawing.asked.kpi, settings.CURRENCY)
        except Refused as refusal:
            errors[name] = str(refusal)
            continue
        seen = form.seen.get(name, cell.version)
        if value == _shown(drawing, cell, seen):
            continue
        if not cell.editable:
            errors[name] = _("This period was closed meanwhile; its goals stay as they were.")
            continue
        wanted[name] = Wanted(_record(cell_holder(name)), cell.column.period, value, seen)
    if errors or not wanted:
        return [], errors
    try:
        return set_targets(kpi=drawing.asked.kpi.key, wanted=list(wanted.values()), by=by), {}
    except NotSet as refusal:
        names = list(wanted)
        return [], {names[place]: sentence for place, sentence in refusal.sentences.items()}


def cell_holder(name: str) -> Holder:
    """Whose cell it is, from the name of its field."""
    match = NAME.fullmatch(name)
    assert match is not None
    return Holder("team" if match[1] == "t" else "person", int(match[2]))


def _record(holder: Holder) -> Person | Team:
    if holder.kind == "team":
        return Team.objects.get(pk=holder.id)
    return Person.objects.get(pk=holder.id)


def _shown(drawing: Drawing, cell: Cell, seen: int) -> Decimal | None:
    """The goal as the page showed it: what still stands there was not typed."""
    target = cell.target
    if (target.version if target else 0) != seen:
        start, until = cell.column.span
        of_holder = versions(drawing.asked.kpi.key, [cell_holder(cell.name)], start, until)
        target = of_holder.filter(version=seen, starts_on=start, until=until).last()
    return Decimal(target.value) if target and target.value else None
