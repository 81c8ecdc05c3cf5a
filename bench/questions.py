"""The seven questions as the product is asked them, and its answers as rows of the reference work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast
from zoneinfo import ZoneInfo

from bench.reference import Reference, Rows
from stuurhut.kpi.words.answer import Answer, Row
from stuurhut.kpi.words.period import Period
from stuurhut.kpi.words.question import Comparison, Question

AS_OF = datetime(2026, 11, 20, 17, tzinfo=ZoneInfo("Europe/Amsterdam"))
DAY_AFTER = date(2026, 11, 21)
QUARTER = Period(date(2026, 10, 1), date(2027, 1, 1), "2026-Q4")
THREE_YEARS = Period(date(2023, 11, 20), DAY_AFTER)
THIRTEEN_WEEKS = Period(date(2026, 8, 24), DAY_AFTER)
MONTH = Period(date(2026, 11, 1), date(2026, 12, 1), "2026-11")
YEAR = Period(date(2026, 1, 1), date(2027, 1, 1), "2026")

Asked = tuple[str, Period, tuple[str, ...], Comparison]  # KPI, period, by, compared with

ASKED: dict[str, tuple[Asked, ...]] = {
    "q1": (("leads_created", QUARTER, ("team", "week"), ""),),
    "q2": (("lead_response_time", QUARTER, ("person",), ""),),
    "q3": (("lead_conversion", THREE_YEARS, ("month", "source"), ""),),
    "q4": (
        ("pipeline_open_count", YEAR, ("team", "stage"), ""),
        ("pipeline_open_value", YEAR, ("team", "stage"), ""),
    ),
    "q5": tuple(("won_value", period, ("person",), "last-year") for period in (MONTH, QUARTER, YEAR)),
    "q6": (("activities", THIRTEEN_WEEKS, ("person", "kind", "week"), ""),),
    "q7": (("follow_ups_to_close", THREE_YEARS, ("product", "industry"), ""),),
}
SIMPLE_CONVERSION: tuple[Asked, ...] = (
    ("leads_created", THREE_YEARS, ("month", "source"), ""),
    ("qualified_share", THREE_YEARS, ("month", "source"), ""),
)


def questions(name: str, minutes: int = 0) -> list[Question]:
    """What is asked for one reference question, so many minutes after its peildatum: no answer of before is that."""
    as_of = (AS_OF + timedelta(minutes=minutes)).astimezone(UTC)
    asked = SIMPLE_CONVERSION if name == "simple q3" else ASKED[name]
    return [Question(kpi, period, as_of, by, compare=compare) for kpi, period, by, compare in asked]


@dataclass(frozen=True)
class Ids:
    """The ids of the reference tables by name."""

    team: Mapping[str | None, int]
    rep: Mapping[str | None, int]
    source: Mapping[str | None, int]
    product: Mapping[str | None, int]

    @classmethod
    def of(cls, reference: Reference) -> Ids:
        named = [reference.ids(table) for table in ("team", "rep", "source", "product")]
        return cls(*named)


def rows(name: str, answers: list[Answer], ids: Ids) -> Rows:
    """The answers as the rows that the SQL gives; groups in which nothing happened are left out."""
    return list(ROWS[name](answers, ids))


def _week(row: Row) -> date:
    year, _, week = str(row.names["week"]).partition("-W")
    return date.fromisocalendar(int(year), int(week), 1)


def _month(row: Row) -> date:
    return date.fromisoformat(f"{row.names['month']}-01")


def _cents(value: object) -> int:
    assert isinstance(value, Decimal)
    return int(value * 100)


def _q1(answers: list[Answer], ids: Ids) -> Iterable[tuple[object, ...]]:
    for row in answers[0].rows:
        if row.value.value:
            yield ids.team[row.names["team"]], _week(row), row.value.value


def _q2(answers: list[Answer], ids: Ids) -> Iterable[tuple[object, ...]]:
    for row in answers[0].rows:
        more = row.value.more
        if row.value.n:
            yield (
                ids.rep[row.names["person"]], row.value.n, more["answered"], row.value.value, more["p90"],
                more["within_norm"],
            )  # fmt: skip


def _q3(answers: list[Answer], ids: Ids) -> Iterable[tuple[object, ...]]:
    for row in answers[0].rows:
        more = row.value.more
        if row.value.n or more.get("young"):
            yield (
                _month(row), ids.source[row.names["source"]], row.value.n, more["young"], more["young_won"],
                row.value.value,
            )  # fmt: skip


def _q4(answers: list[Answer], ids: Ids) -> Iterable[tuple[object, ...]]:
    counts, values = ({(r.names["team"], r.names["stage"]): r.value.value for r in answer.rows} for answer in answers)
    for (team, stage), n in counts.items():
        if n:
            yield ids.team[team], stage, n, _cents(values[team, stage])


def _q5(answers: list[Answer], ids: Ids) -> Iterable[tuple[object, ...]]:
    now = [{row.names["person"]: _cents(row.value.value) for row in answer.rows} for answer in answers]
    then = [
        {row.names["person"]: _cents(row.compared.value) for row in answer.rows if row.compared} for answer in answers
    ]
    for person in now[0]:
        yield (ids.rep[person], *(values.get(person, 0) for values in (*now, *then)))


def _q6(answers: list[Answer], ids: Ids) -> Iterable[tuple[object, ...]]:
    for row in answers[0].rows:
        if row.value.value:
            kind = "follow_up" if row.names["kind"] == "other" else row.names["kind"]
            yield ids.rep[row.names["person"]], kind, _week(row), row.value.value


def _q7(answers: list[Answer], ids: Ids) -> Iterable[tuple[object, ...]]:
    for row in answers[0].rows:
        more = row.value.more
        if row.value.n:
            points = cast(list[dict[str, Any]], more["curve"])
            curve = [[point["contact"], point["n"], round(point["share"] * point["n"])] for point in points]
            yield (
                ids.product[row.names["product"]], row.names["industry"], row.value.n, row.value.value, more["median"],
                curve,
            )  # fmt: skip


def _simple_q3(answers: list[Answer], ids: Ids) -> Iterable[tuple[object, ...]]:
    """A lead of the reference that became an opportunity came in as qualified, and none is disqualified."""
    leads, qualified = ({(_month(r), r.names["source"]): r.value for r in answer.rows} for answer in answers)
    for (month, source), value in leads.items():
        if isinstance(value.value, int) and value.value:
            found = qualified.get((month, source))
            converted = found.n or 0 if found else 0
            yield month, ids.source[source], value.value, converted, converted / value.value


ROWS: dict[str, Callable[[list[Answer], Ids], Iterable[tuple[object, ...]]]] = {
    "q1": _q1, "q2": _q2, "q3": _q3, "q4": _q4, "q5": _q5, "q6": _q6, "q7": _q7, "simple q3": _simple_q3,
}  # fmt: skip
