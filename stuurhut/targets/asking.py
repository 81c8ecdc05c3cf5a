"""What the grid is asked for: KPI, year, grain and team, from an address or a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from urllib.parse import urlencode

from django.http import Http404
from django.utils import timezone

from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.catalogue.attainment import OWN_KEYS
from stuurhut.kpi.catalogue.index import CATALOGUE
from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.words.errors import QuestionError
from stuurhut.kpi.words.period import Period, buckets
from stuurhut.kpi.words.text import gettext_noop as _
from stuurhut.replica.asked import DEFAULT_OF

GRAINS = ("month", "quarter", "year")
EVERYONE = "everyone"  # instead of a team: all teams with their people
YEARS_BACK, YEARS_AHEAD = 4, 1


@dataclass(frozen=True)
class GridAsked:
    """Which grid: goals of a KPI in a year by grain. `team` is a team's id as text, EVERYONE, or "" for the usual."""

    kpi: Kpi
    year: int
    grain: str
    team: str

    @property
    def period(self) -> Period:
        return year_of(self.year)

    @property
    def before(self) -> Period:
        """The year before."""
        return year_of(self.year - 1)

    def spans(self) -> list[tuple[date, date]]:
        """The periods of the grain within the year."""
        starts = [*buckets(self.period, self.grain), self.period.until]
        return list(pairwise(starts))

    @property
    def fields(self) -> dict[str, str]:
        """The fields that ask for this grid again."""
        every = {"kpi": self.kpi.key, "year": str(self.year), "grain": self.grain, "team": self.team}
        return {name: value for name, value in every.items() if value}

    def address(self, path: str = "/targets/", **changes: str) -> str:
        """An address with this question, changed here and there; an empty value takes a name out."""
        return f"{path}?{urlencode({name: text for name, text in {**self.fields, **changes}.items() if text})}"


def year_of(year: int) -> Period:
    """A calendar year."""
    return Period(date(year, 1, 1), date(year + 1, 1, 1), str(year))


def kpis_with_goals() -> list[Kpi]:
    """The KPIs for which a goal can be set: all that are not about goals themselves."""
    return [kpi for kpi in CATALOGUE.values() if kpi.key not in OWN_KEYS]


def grid_asked(given: Mapping[str, str]) -> GridAsked:
    """Reads the fields; what is left out is this year's quarters of the sales. Raises QuestionError with the remedy."""
    kpi = kpi_of(given.get("kpi") or DEFAULT_OF)
    if kpi.key in OWN_KEYS:
        raise QuestionError(_("%(key)s has no target of its own; name another KPI, such as sales_value."), key=kpi.key)
    grain = given.get("grain") or "quarter"
    if grain not in GRAINS:
        raise QuestionError(_("'%(text)s' is no length of a period here; choose month, quarter or year."), text=grain)
    return GridAsked(kpi, _year(given.get("year", "")), grain, _team(given.get("team", "")))


def _year(text: str) -> int:
    if not text:
        return timezone.localdate().year
    if not (text.isascii() and text.isdigit() and len(text) == 4 and 2000 <= int(text) <= 2039):
        raise QuestionError(_("'%(text)s' is not a year; give one from 2000 to 2039."), text=text)
    return int(text)


def _team(text: str) -> str:
    if text and text != EVERYONE and not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Http404(text)
    return text


def years(chosen: int) -> list[int]:
    """The years on offer."""
    now = timezone.localdate().year
    return sorted({chosen, *range(now - YEARS_BACK, now + YEARS_AHEAD + 1)}, reverse=True)
