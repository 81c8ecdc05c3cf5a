"""What everybody in the made company shares while it is being made: calendar, books, chance, and the planted truths."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from math import cos, pi

import numpy as np

from stuurhut.site.demo.calendar import DAY, Calendar
from stuurhut.site.demo.tables import Books
from stuurhut.site.demo.truths import BY_KEY, data_start

FAR = 580  # calendar days made beyond the last day, so that nothing has to know where the calendar ends
WARM_UP = 130  # days sold before the first record, so that the company does not begin without a pipeline


@dataclass(frozen=True)
class Size:
    """How big: sellers now in each of the five teams, further teams and their sellers, and how busy one seller is."""

    sellers: tuple[int, ...]
    further_teams: int = 0
    further_sellers: int = 0
    density: float = 1.0


SIZES = {
    "small": Size((2, 3, 3, 2, 2), density=0.06),
    "medium": Size((5, 5, 5, 5, 4)),
    "large": Size((5, 5, 5, 5, 4), further_teams=45, further_sellers=24, density=4.0),
}
TEAMS = ("Noord", "Zuid", "West", "Oost", "Binnendienst")


@dataclass
class Seller:
    """Somebody who sells. `free` holds for every working day the first one from there on which he or she works."""

    id: int
    name: str
    user: int | None
    fte: float
    teams: list[tuple[date, int]]
    starts_on: date
    until: date | None = None
    free: list[int] = field(default_factory=list)
    last: int = 0
    volume: float = 1.0
    size: float = 1.0
    win: float = 1.0

    def team(self, day: date) -> int:
        """The team on a day: the first one also before it began."""
        return next((team for since, team in reversed(self.teams) if since <= day), self.teams[0][1])

    def own(self, position: int) -> int:
        """The first position from here on at which this person works; -1 when he or she has left by then."""
        day, minute = divmod(position, DAY)
        if day > self.last or (free := self.free[day]) > self.last:
            return -1
        return position if free == day else free * DAY + minute

    def works(self, day: int) -> bool:
        """Whether this person works on the working day of that number."""
        return day <= self.last and self.free[day] == day


@dataclass
class Post:
    """A place in a team's formation and who held it: every customer belongs to one."""

    team: str
    team_id: int
    fte: float
    held: list[tuple[Seller, date, date | None]]

    def holder(self, day: date) -> Seller | None:
        return next((who for who, since, until in self.held if since <= day and (until is None or day < until)), None)


class World:
    """One run: the same for the same seed, size and last day. `cut` is the moment at which the last day begins."""

    def __init__(self, *, seed: int, size: Size, until: date, zone: str, currency: str, books: Books) -> None:
        self.seed, self.size, self.until, self.currency, self.books = seed, size, until, currency, books
        self.start = data_start(until)
        self.warm = self.start - timedelta(days=WARM_UP)
        self.calendar = Calendar(self.warm - timedelta(days=60), until + timedelta(days=FAR), zone)
        self.start_at = self.calendar.at(self.start, 0)
        self.cut = self.calendar.at(until, 0)
        self.rng = np.random.default_rng([seed, 0])
        self.posts: list[Post] = []
        self.colleagues: dict[int, list[Seller]] = {}
        self.settings: dict[str, dict[str, int]] = {}
        self.prices: dict[int, int] = {}
        self.eighths: dict[tuple[int, str], list[int]] = {}
        self.sold: dict[tuple[int, int], float] = {}  # euros by team and year
        self.since = {key: self.calendar.at(truth.since(until), 0) for key, truth in BY_KEY.items()}
        bad = BY_KEY["bad_month"].since(until)
        self.bad_month = (self.since["bad_month"], self.calendar.at((bad + timedelta(days=32)).replace(day=1), 0))

    def season(self, day: date) -> float:
        """The yearly wave of leads. Its top lies two weeks after the last day, so that it rises whenever one looks."""
        years = (day - self.until - timedelta(days=14)).days / 365.25
        quiet = 0.4 if (day.month, day.day) >= (12, 23) or (day.month, day.day) <= (1, 2) else 1.0
        return (1 + BY_KEY["season"].strength * cos(2 * pi * years)) * quiet

    def holds(self, key: str, who: str, moment: int) -> bool:
        """Whether a truth is about this person or team and has begun at a moment."""
        return BY_KEY[key].who == who and moment >= self.since[key]

    def in_bad_month(self, seller: Seller, moment: int) -> bool:
        return seller.name == BY_KEY["bad_month"].who and self.bad_month[0] <= moment < self.bad_month[1]

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def fairly(self, share: float, who: Seller, what: str) -> bool:
        """A chance of which nobody has bad luck for long: in every eight draws of a person each eighth comes once.

        Without it one seller in twenty would look weak by accident, and the planted truths would not be the only ones.
        """
        waiting = self.eighths.setdefault((who.id, what), [])
        if not waiting:
            waiting.extend(self.rng.permutation(8).tolist())
        return (waiting.pop() + float(self.rng.random())) / 8 < share

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, high not included."""
        return low + int(self.rng.random() * (high - low))

    def pick(self, among: tuple[str, ...] | list[str]) -> str:
        return among[int(self.rng.random() * len(among))]

    def waiting(self, median: float, spread: float = 0.6) -> int:
        """Working minutes of a wait with that median."""
        return int(median * np.exp(spread * self.rng.standard_normal()))

    def late(self, moment: int, share: float = 0.25) -> int:
        """When it was recorded: mostly within the hour, a share one to five days later, never after the last day."""
        if self.rng.random() >= share:
            recorded = moment + 60 * self.between(0, 60)
        else:
            days = 1 if self.rng.random() < 0.7 else self.between(2, 9)
            recorded = self.calendar.moment(self.calendar.position(moment) + days * DAY)
        return max(moment, min(recorded, self.cut - 60))

    def stand_in(self, team: int, position: int, besides: Seller | None = None) -> Seller | None:
        """A colleague of the team who works on that day; nobody when all are away."""
        day = position // DAY
        there = [
            p
            for p in self.colleagues[team]
            if p is not besides and p.works(day) and p.team(self.calendar.days[day]) == team
        ]
        return there[self.between(0, len(there))] if there else None
