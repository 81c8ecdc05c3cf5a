"""Which sources and strategies bring customers."""

from __future__ import annotations

from stuurhut.kpi.judging.asking import Asking
from stuurhut.kpi.judging.beside import number
from stuurhut.kpi.judging.funnel import tally
from stuurhut.kpi.judging.windows import a_year
from stuurhut.kpi.judging.worth import worth_of_one
from stuurhut.kpi.verdicts import sources
from stuurhut.kpi.verdicts.verdict import Subject, Verdict


def origins(asking: Asking, dimension: str) -> tuple[Verdict, ...]:
    """Which sources or strategies bring customers, against the others and against their benchmark (B4)."""
    year = a_year(asking)
    won = asking.answer("lead_conversion", period=year, by=(dimension,))
    goals = asking.answer("target_attainment", period=year, by=(dimension,), of="lead_conversion")
    aims = {row.ids[dimension]: row.value.more.get("target") for row in goals.rows}
    rows = [row for row in won.rows if row.ids[dimension] is not None]
    return sources.sources(
        [(Subject(dimension, row.ids[dimension], row.names[dimension] or ""), tally(row.value)) for row in rows],
        asking.thresholds,
        benchmarks=[number(aims.get(row.ids[dimension])) for row in rows],
        worth=worth_of_one(asking, "lead_conversion", 0),
    )
