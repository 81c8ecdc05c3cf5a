"""The course of a KPI in whole weeks or months: of all in view, or of each seller or team in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.catalogue.attainment import OWN_KEYS
from stuurhut.kpi.formula import PEOPLE, Ratio
from stuurhut.kpi.judging.asking import Asking
from stuurhut.kpi.judging.funnel import STAGE, Rung, by_stage
from stuurhut.kpi.judging.windows import last_day
from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.statistics.changes import Kind
from stuurhut.kpi.verdicts.verdict import Subject
from stuurhut.kpi.words.answer import Answer, Row
from stuurhut.kpi.words.period import Period, add_months, bucket_name, buckets, floor, following

YEARS = 3
# Their days or minutes come in one piece, not each by chance.
NOT_JUDGED = (*OWN_KEYS, "understaffing", "top_relation_time_share", "days_without_record")
ADDED = ("share", "count")  # of parts that can be added: those of a person's teams, those of a team's people
WHOLE = Subject("whole")


@dataclass(frozen=True)
class Point:
    """A whole week or month, as `behaviour.Reading`: hits of n, events or money in n working days, a mean over n.

    `exposed` are the working days that were there: of the person, of all in the team, or of the calendar where nobody
    recorded a membership.
    """

    start: date
    value: float | None
    n: float
    exposed: float


@dataclass(frozen=True)
class Series:
    """The points of somebody's course, oldest first, without the period that still runs."""

    about: Subject
    rung: Rung
    kind: Kind
    points: tuple[Point, ...]


@dataclass
class _Cell:
    """What was found for one week or month; parts add up."""

    value: float = 0.0
    n: float = 0.0
    is_filled: bool = False

    def add(self, row: Row, kind: Kind, per: bool) -> None:
        value, n = row.value.value, float(row.value.n or 0)
        if value is None:
            return
        self.value += round(float(value) * n) if kind == "share" or per else float(value)
        self.n += n
        self.is_filled = True


def kind_of(kpi: Kpi) -> Kind | None:
    """How the course of a KPI is judged; None when it has none by month."""
    formula = kpi.formula
    if "month" not in formula.dimensions or not formula.tells_course or kpi.key in NOT_JUDGED or kpi.unit == "fte":
        return None
    if kpi.unit == "ratio":
        return "count" if isinstance(formula, Ratio) else "share"
    if kpi.unit == "count":
        return "count"
    return "money" if kpi.unit == "money" and kpi.key != "average_deal_size" else "duration"


def counts_per(kpi: Kpi) -> bool:
    """Whether its events are counted per another event, such as appointments per call, and not per working day."""
    return isinstance(kpi.formula, Ratio)


def whole_buckets(asking: Asking, grain: str) -> Period | None:
    """The three years of whole weeks or months that end with the period, or before T when that comes first."""
    until = floor(last_day(asking), grain, asking.zone.fiscal_start)
    start = floor(add_months(until, -12 * YEARS), grain, asking.zone.fiscal_start)
    return Period(start, until) if start < until else None


def series(
    asking: Asking, key: str, *, of: str = "", grain: str = "month", in_parts: bool = False
) -> tuple[Series, ...]:
    """The course of a KPI: one of all in view, or one per `of` (person or team), by name; nothing before it began.

    Empty for a KPI that has no course. `in_parts` adds that of all in view up from the answer by person and team, which
    was asked already where sellers are judged.
    """
    kpi, span = kpi_of(key), whole_buckets(asking, grain)
    kind = kind_of(kpi)
    if span is None or kind is None or (of and not kpi.formula.dimensions >= PEOPLE):
        return ()
    # By person and team at once: one answer serves the sellers and their teams.
    parts = bool(of or in_parts) and kind in ADDED
    by = ("person", "team", grain) if parts else (of, grain) if of else (grain,)
    hands = _Hands(asking, span, of, grain, parts=bool(of) or parts)
    return _courses(asking.answer(key, period=span, by=by).rows, Rung(key), of, grain, span, hands)


def series_by_stage(asking: Asking, *, of: str) -> tuple[Series, ...]:
    """The course of each stage of the sales process by month: how many went on from it, of each person or team."""
    span = whole_buckets(asking, "month")
    if span is None:
        return ()
    rows = asking.answer(STAGE, period=span, by=("person", "team", "month", "stage")).rows
    hands = _Hands(asking, span, of, "month", parts=True)
    return tuple(one for rung, own in by_stage(rows).items() for one in _courses(own, rung, of, "month", span, hands))


def _courses(rows: Iterable[Row], rung: Rung, of: str, grain: str, span: Period, hands: _Hands) -> tuple[Series, ...]:
    kind, per = kind_of(rung.kpi), counts_per(rung.kpi)
    if kind is None:
        return ()
    found = cells(rows, kind, of, grain, per=per)
    per_day = kind in ("count", "money") and not per
    begun = _begun(found.values(), per_day)
    named = [(start, bucket_name(start, grain)) for start in buckets(span, grain)]
    courses = []
    for about, own in found.items():
        first = _begun([own], per_day)  # before one's own first there is no level to rise or fall from
        since = begun if hands.knows(about) else max(begun, first)
        later = [pair for pair in named if pair[1] >= first]
        points = tuple(_points(own, hands.of(about), later, since, per_day)) if first else ()
        courses.append(Series(about, rung, kind, points))
    return tuple(sorted((one for one in courses if one.points), key=lambda one: one.about.name.casefold()))


Cells = dict[Subject, dict[str, _Cell]]


def cells(rows: Iterable[Row], kind: Kind, of: str, grain: str, *, per: bool = False) -> Cells:
    """Per subject and name of the week or month what was found. What is nobody's counts with nobody."""
    found: Cells = defaultdict(lambda: defaultdict(_Cell))
    for row in rows:
        name = row.names[grain]
        if name is not None and not (of and row.ids[of] is None):
            found[subject(row, of)][name].add(row, kind, per)
    return found


def subject(row: Row, of: str) -> Subject:
    """Whom or what a row is about."""
    return Subject(of, row.ids[of], row.names[of] or "") if of else WHOLE


def _begun(courses: Iterable[dict[str, _Cell]], per_day: bool) -> str:
    """The name of the first week or month in which anything happened; empty when nothing did. It is left out of a
    course as well: what was recorded may have begun halfway.
    """
    cells_by_name = (pair for course in courses for pair in course.items())
    return min((name for name, cell in cells_by_name if (cell.value if per_day else cell.n)), default="")


def _points(
    own: dict[str, _Cell], days: dict[str, float], named: list[tuple[date, str]], begun: str, per_day: bool
) -> Iterator[Point]:
    for start, name in named:
        exposed = days.get(name, 0.0)
        if not begun or name <= begun or exposed <= 0 or name not in own:
            continue
        cell = own[name]
        n = exposed if per_day else cell.n
        yield Point(start, cell.value if cell.is_filled and n else None, n, exposed)


class _Hands:
    """The working days that were there per week or month. Who never was in a team works those of the calendar."""

    def __init__(self, asking: Asking, span: Period, of: str, grain: str, *, parts: bool) -> None:
        by = ("person", "team", grain) if parts else (grain,)
        answer = asking.answer("fte_available", period=span, by=by)
        self.calendar = working_days(answer, grain, span)
        self.known: dict[Subject, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for row in answer.rows:
            days = float(row.value.value or 0) * (row.value.n or 0)
            if days and not (of and row.ids[of] is None):
                self.known[subject(row, of)][row.names[grain] or ""] += days

    def knows(self, about: Subject) -> bool:
        return about in self.known

    def of(self, about: Subject) -> dict[str, float]:
        return self.known.get(about, self.calendar)


def working_days(answer: Answer, grain: str, span: Period) -> dict[str, float]:
    """The organisation's working days per week or month: those over which FTE was averaged, else Monday to Friday."""
    found = {row.names[grain] or "": float(row.value.n) for row in answer.rows if row.value.n}
    for start in buckets(span, grain):
        name = bucket_name(start, grain)
        if name not in found:
            found[name] = float(sum(day.weekday() < 5 for day in _days(start, grain)))
    return found


def _days(start: date, grain: str) -> Iterator[date]:
    until = following(start, grain)
    while start < until:
        yield start
        start += timedelta(days=1)
