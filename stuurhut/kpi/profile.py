"""What a goal is divided by: the available working days of those concerned, and the season of the KPI."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from stuurhut.kpi.answering import prepared
from stuurhut.kpi.catalogue.attainment import adds_up, sums
from stuurhut.kpi.engine import Engine
from stuurhut.kpi.goals import Holder
from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.pace import Season, WorkingDays, season, working_days
from stuurhut.kpi.words.question import Question
from stuurhut.kpi.words.scope import EVERYTHING


@dataclass(frozen=True)
class Profile:
    """How the work of a stretch of time is spread over its days, as pace and attainment take it.

    `adds_up`: the goals of parts of a period add to that of the whole. `sums`: those of people add to that of a team.
    """

    days: WorkingDays
    season: Season | None
    adds_up: bool
    sums: bool

    def available(self, workers: Iterable[Holder], start: date, until: date) -> float:
        """Available working days of the workers together, in FTE-days; both ends must be cuts."""
        return self.days.between(workers, start, until)

    def weights(self, workers: Sequence[Holder], spans: Iterable[tuple[date, date]]) -> list[float]:
        """What each span usually brings: the available days in it, each times its season."""
        return [self.days.between(workers, start, until, self.season) for start, until in spans]

    def calendar(self, start: date, until: date) -> float:
        """The organisation's working days between two cuts."""
        return self.days.between((), start, until)


def profile(kpi: Kpi, question: Question, cuts: Iterable[date], engine: Engine) -> Profile:
    """The profile of a KPI over the question's period, known between the `cuts`.

    The season is that of the whole organisation in the three years before, whoever asks; a flat year without them.
    """
    inquiry = prepared(question, EVERYTHING, engine)
    wanted = frozenset(cuts)
    days = inquiry.once(("days", wanted), lambda: working_days(inquiry, wanted))
    parts_add = adds_up(kpi, inquiry)
    shape = inquiry.once(("season", kpi.key), lambda: season(inquiry, kpi)) if parts_add else None
    return Profile(days, shape, parts_add, sums(kpi, inquiry))
