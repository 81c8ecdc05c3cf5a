"""What the grid says in words about its goals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stuurhut.kpi.goals import Holder
from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.words.period import Period
from stuurhut.targets.cells import Cell, Sum
from stuurhut.targets.formation import Formation
from stuurhut.targets.models import ClosedGoal, Target
from stuurhut.targets.rows import Member
from stuurhut.targets.versions import holder_of
from stuurhut.ui.numbers import plain, short_day, written

LESS = 0.05  # FTE; less than this is no news


def of_cell(
    kpi: Kpi, target: Target | None, own: Decimal | None, derived: Decimal | None, formation: Formation, *,
    is_sum: bool, frozen: ClosedGoal | None,
) -> str:  # fmt: skip
    """Who set the goal and when, where the figure comes from, or what was frozen."""
    if frozen:
        return _("Closed: the goal and what was reached stand as they were then.")
    parts = [_who(target, formation)] if target else []
    if derived is not None:
        words = {"value": written(_shown(derived), kpi.unit, settings.CURRENCY, short=True)}
        if own is None and is_sum:
            parts.append(_("No goal of its own; goals of shorter periods make %(value)s.") % words)
        elif own is None:
            part = _("No goal of its own; its part of a longer period is %(value)s, by available working days.")
            parts.append(part % words)
        elif is_sum and _shown(derived) != own:
            parts.append(_("The goals of shorter periods make %(value)s; this one goes before.") % words)
    return " ".join(parts) or _("No goal yet.")


def _shown(value: Decimal) -> Decimal:
    return round(value, 4)


def _who(target: Target, formation: Formation) -> str:
    words = {"who": setter_of(target), "when": date_format(timezone.localtime(target.set_at), "DATE_FORMAT")}
    if not target.value:
        return _("Taken away by %(who)s on %(when)s.") % words
    text = _("Set by %(who)s on %(when)s.") % words
    if target.version > 1:
        text += " " + ngettext("%(n)s version.", "%(n)s versions.", target.version) % {"n": target.version}
    return text + (f" {fte}" if (fte := formation_then(target, formation)) else "")


def setter_of(target: Target) -> str:
    """Who set a version."""
    return str(target.set_by) if target.set_by else _("an import")


def formation_then(target: Target, formation: Formation) -> str:
    """The formation a goal was set on, and that of now: set on 6.0 FTE; now 5.0."""
    if target.formation_fte is None:
        return ""
    now = formation.fte(holder_of(target), max(target.starts_on, timezone.localdate()))
    words = {"then": plain(target.formation_fte, 1), "now": plain(now or 0, 1)}
    if words["then"] == words["now"]:
        return _("Set on %(then)s FTE.") % words
    return _("Set on %(then)s FTE; now %(now)s.") % words


def of_team(holder: Holder, targets: Sequence[Target | None], formation: Formation, today: date) -> str:
    """The formation of a team; when the goal that runs or comes was set on another one, both."""
    for target in targets:
        if target and target.value and target.until > today and target.formation_fte is not None:
            now = formation.fte(holder, max(target.starts_on, today)) or 0.0
            if abs(now - target.formation_fte) > LESS:
                return formation_then(target, formation)
    fte = formation.fte(holder, today)
    return _("%(number)s FTE") % {"number": plain(fte, 1)} if fte else ""


def of_person(member: Member, period: Period, available: float | None) -> str:
    """FTE, from or until when, and what is available when absence takes part of it."""
    parts = [] if member.starts_on == date.min else [_("%(number)s FTE") % {"number": plain(member.fte, 1)}]
    if period.start < member.starts_on:
        parts.append(_("from %(day)s") % {"day": short_day(member.starts_on)})
    if member.until and member.until < period.until:
        parts.append(_("until %(day)s") % {"day": short_day(member.until)})
    if available is not None and parts and member.fte - available > LESS:
        parts.append(_("%(number)s available") % {"number": plain(available, 1)})
    return ", ".join(parts)


def sum_of(kpi: Kpi, cell: Cell, total: Decimal | None) -> Sum:
    """The personal goals added up, against the team's own."""
    if total is None:
        return Sum(cell.column, "–", "", is_less=False)
    text = written(total, kpi.unit, settings.CURRENCY, short=True)
    if cell.counts is None:
        return Sum(cell.column, text, "", is_less=False)
    gap = total - round(cell.counts, 2)
    size = written(abs(gap), kpi.unit, settings.CURRENCY, short=True)
    if abs(gap) < 1:
        return Sum(cell.column, text, _("equal"), is_less=False)
    words = _("%(size)s less") if gap < 0 else _("%(size)s more")
    return Sum(cell.column, text, words % {"size": size}, is_less=gap < 0)
