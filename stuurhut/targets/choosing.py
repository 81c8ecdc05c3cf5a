"""What one can choose above the grid, and in what its numbers are."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from stuurhut.kpi.kpi import Kpi
from stuurhut.targets.asking import EVERYONE, GridAsked, kpis_with_goals, years
from stuurhut.targets.rights import Rights
from stuurhut.targets.rows import teams_of
from stuurhut.ui.numbers import SYMBOLS
from stuurhut.ui.periods import Choice, Choices
from stuurhut.ui.phases import phase_words


def choices_for(asked: GridAsked, rights: Rights) -> dict[str, Any]:
    """The lines of the selects: KPIs by phase, years, lengths of a period, and teams where there are several."""
    return {
        "kpis": _kpis(asked.kpi),
        "years": [Choice(str(year), str(year), year == asked.year) for year in years(asked.year)],
        "grains": _grains(asked),
        "teams": _teams(asked, rights) if rights.sets_any else [],
    }


def _kpis(chosen: Kpi) -> list[Choices]:
    known = kpis_with_goals()
    return [
        Choices(words, tuple(Choice(k.key, _(k.label), k.key == chosen.key) for k in known if k.phase == phase))
        for phase, words in phase_words().items()
    ]


def _grains(asked: GridAsked) -> list[Choice]:
    words = {"month": _("Months"), "quarter": _("Quarters"), "year": _("Year")}
    return [Choice(grain, word, grain == asked.grain) for grain, word in words.items()]


def _teams(asked: GridAsked, rights: Rights) -> list[Choice]:
    teams = teams_of(rights)
    if len(teams) < 2:
        return []
    every = [Choice("", _("All teams"), not asked.team), Choice(EVERYONE, _("All teams with their people"))]
    found = [*every, *(Choice(str(team.pk), team.name) for team in teams)]
    return [Choice(choice.value, choice.label, choice.value == asked.team) for choice in found]


def unit_in_words(kpi: Kpi) -> str:
    """In what the goals are: euros, percent, a count, days."""
    currency = SYMBOLS.get(settings.CURRENCY, settings.CURRENCY)
    words = {
        "money": _("in %(currency)s") % {"currency": currency},
        "ratio": _("in percent"),
        "count": _("a whole number"),
        "days": _("in days"),
        "hours": _("in working hours"),
        "minutes": _("in working minutes"),
        "fte": _("in FTE"),
    }
    return words.get(kpi.unit, _("a number"))
