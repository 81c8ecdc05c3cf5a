"""What is left out of a number: counted with its reason, within the same scope and filters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import ibis
import ibis.expr.types as ir

from stuurhut.kpi import given
from stuurhut.kpi.catalogue.facts import BY_NAME, Moment
from stuurhut.kpi.formula import Condition
from stuurhut.kpi.inquiry import Inquiry
from stuurhut.kpi.study import Study
from stuurhut.kpi.words.answer import Left
from stuurhut.kpi.words.period import GRAINS
from stuurhut.kpi.words.text import gettext_noop as _

LeftOut = Callable[[Inquiry], list[Left]]
Rows = Callable[[Study], ir.Table]

_OWNED = Moment("", "", "owner_id", "own_team_id")

NO_CREATION = _("no creation date")
NO_CLOSE_DATE = _("no close date")
NO_DATE = _("no date")
NO_AMOUNT = _("no amount")
NO_ACCOUNT = _("no account")


def lacking(why: str, rows: Rows) -> LeftOut:
    """How many records `rows` gives, each once, left out because of `why`."""

    def left(inquiry: Inquiry) -> list[Left]:
        return [Left(why, distinct_records(inquiry, rows))]

    return left


def both(*parts: LeftOut) -> LeftOut:
    """All reasons, one after the other."""
    return lambda inquiry: [left for part in parts for left in part(inquiry)]


def distinct_records(inquiry: Inquiry, rows: Rows) -> int:
    return int(inquiry.first(_number, rows)["n"])


def _number(study: Study, rows: Rows) -> ir.Table:
    t = rows(study)
    return t.aggregate(n=t.id.nunique())


def flow_lacking(why: str, fact: str, moment: str, where: Condition) -> LeftOut:
    """Rows of the period for which `where` holds."""
    return lacking(why, lambda study: study.flow(fact, moment, where=lambda t: where(t, study)))


def balance_lacking(why: str, fact: str, where: Condition, on: str = "") -> LeftOut:
    """Rows as they were at T for which `where` holds."""
    return lacking(why, lambda study: study.balance(fact, where=lambda t: where(t, study), on=on))


def undated(fact: str, moment: str, why: str = NO_CREATION, where: Condition | None = None) -> LeftOut:
    """Records that count in no period, since nobody knows when they happened."""
    return lacking(why, lambda study: _undated(timeless(study), fact, moment, where))


def _undated(study: Study, fact: str, moment: str, where: Condition | None) -> ir.Table:
    declared = BY_NAME[fact]
    at = declared.moments[moment]
    whose = _OWNED if declared.versioned else Moment("", "", at.person, at.team)
    t = study.table(fact)
    t = t.filter(t[at.at].isnull())
    return study.narrowed(t, declared, whose, (), (lambda t: where(t, study)) if where else None)


def timeless(study: Study) -> Study:
    """The study without its filters on time, for rows that have no moment."""
    return replace(study, filters=study.filters - {*GRAINS})


def undated_deals(*outcomes: str) -> LeftOut:
    """Deals that ended so, of which nobody knows when they were closed, or when they were created."""

    def unclosed(study: Study) -> ir.Table:
        t = study.state("opportunity")
        t = t.filter(t.outcome.isin(outcomes) & t.closed_at.isnull())
        return timeless(study).narrowed(t, BY_NAME["opportunity"], _OWNED, ())

    return both(
        lacking(NO_CLOSE_DATE, unclosed),
        undated("opportunity", "created", where=lambda t, _s: t.outcome.isin(outcomes)),
    )


def ago(days: int) -> ir.TimestampScalar:
    """So many days before T, at the same time on the clock."""
    return given.moment(lambda inquiry: inquiry.zone.local(inquiry.question.as_of) - timedelta(days=days))


def of_age(day: ir.Value, days: int) -> ir.BooleanValue:
    """Whether so many days have gone by since that day, whole, before T."""
    return day < given.day(lambda inquiry: inquiry.running - timedelta(days=days))


def within(day: ir.Value, since: ir.Value, days: int) -> ir.BooleanValue:
    """Whether a day lies at most so many days on the calendar after another; null when it never comes."""
    return day.delta(since, unit="day") <= days


def before(moment: ir.Value, study: Study) -> ir.BooleanValue:
    """Whether it has happened before T; what never happens has not."""
    return (moment < study.as_of).fill_null(ibis.literal(False))
