"""The truths that are planted in the made company: what a good statistic should find, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

YEARS = 3


def data_start(until: date) -> date:
    """The first day of the made company's records: the first of the month, three years before `until`."""
    return date(until.year - YEARS, until.month, 1)


def months_before(until: date, months: int) -> date:
    """The first day of the month that lies so many months before the month of `until`."""
    year, month = divmod(until.year * 12 + until.month - 1 - months, 12)
    return date(year, month + 1, 1)


def last_april(until: date) -> date:
    """The first of April of this year, or of last year when it is not May yet."""
    return date(until.year if until.month >= 5 else until.year - 1, 4, 1)


@dataclass(frozen=True)
class Truth:
    """One planted truth. `kind` says what `who` names: a person, a team, a source or the whole organisation.

    `strength` is a factor on the chance to win (cannot_close, bad_month, weak_step) or on the time to answer
    (slow_answers); the share of the leads (bad_leads) or of the good ones among them (poor_source); the height of the
    wave (season); coffees a month and FTE (coffee); the share of the time that somebody is away (understaffed).
    """

    key: str
    kind: str
    who: str
    since: Callable[[date], date]
    strength: float
    sentence: Promise


@dataclass(frozen=True)
class Planted:
    """A truth as it stands in a company made up to a certain day."""

    key: str
    kind: str
    who: str
    since: date
    sentence: Promise


TRUTHS = (
    Truth("cannot_close", "person", "Sanne Kuipers", last_april, 0.25,
          _("Sanne Kuipers gets appointments as before, and has hardly closed a deal since April.")),
    Truth("bad_month", "person", "Mark Terpstra", lambda until: months_before(until, 2), 0.05,
          _("Mark Terpstra had one bad month; before and after it he sells as ever.")),
    Truth("slow_answers", "team", "Noord", data_start, 9.0,
          _("Team Noord takes days to answer a lead, where the other teams take hours.")),
    Truth("bad_leads", "person", "Jolanda Vink", lambda until: months_before(until, 8), 0.70,
          _("Jolanda Vink closes more of her opportunities than anyone, and is given mostly leads from Marktplaats.")),
    Truth("poor_source", "source", "Marktplaats", data_start, 0.08,
          _("Marktplaats brings many leads and few customers.")),
    Truth("season", "organisation", "Verkoop", lambda until: months_before(until, 5), 0.30,
          _("The number of leads rises for half a year now, as it did in every year: season, no growth.")),
    Truth("coffee", "team", "Oost", lambda until: months_before(until, 7), 7.0,
          _("Since team Oost has a target for appointments it drinks more coffee and sells no more.")),
    Truth("understaffed", "team", "Zuid", lambda until: months_before(until, 4), 0.50,
          _("Team Zuid misses about a fifth of its hands: an empty seat and a long absence.")),
    Truth("weak_step", "team", "Binnendienst", lambda until: months_before(until, 6), 0.55,
          _("In team Binnendienst needs lead to a quote far less often than before, with every seller: the process.")),
)  # fmt: skip

BY_KEY = {truth.key: truth for truth in TRUTHS}


def planted(until: date) -> tuple[Planted, ...]:
    """The table of truths for a company made up to `until`."""
    return tuple(Planted(t.key, t.kind, t.who, t.since(until), t.sentence) for t in TRUTHS)
