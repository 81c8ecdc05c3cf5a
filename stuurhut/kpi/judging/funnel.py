"""The steps that are judged: those of the funnel, and the stages of the sales process."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.judging.asking import Asking
from stuurhut.kpi.judging.windows import YEAR, a_year, for_steps, months
from stuurhut.kpi.judging.worth import CENT, worth_of_one
from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.statistics.steps import Tally
from stuurhut.kpi.verdicts.verdict import Subject
from stuurhut.kpi.words.answer import Row, Value
from stuurhut.kpi.words.period import Period
from stuurhut.kpi.words.question import Question

COHORTS = ("call_to_appointment_cohort", "appointment_to_quote_cohort", "quote_to_order_cohort")
STEPS = (*COHORTS, "lead_conversion", "win_rate")
STAGE = "stage_conversion"


@dataclass(frozen=True)
class Rung:
    """A step of the funnel: that of a KPI, or a stage of the sales process, by whose name it then goes."""

    key: str
    stage: Subject | None = None

    @property
    def kpi(self) -> Kpi:
        kpi = kpi_of(self.key)
        return replace(kpi, label=self.stage.name) if self.stage else kpi


def rungs(asking: Asking, keys: Sequence[str], by: tuple[str, ...], period: Period) -> dict[Rung, list[Row]]:
    """The rows of each step broken down by `by`."""
    found = {Rung(key): list(asking.answer(key, period=period, by=by).rows) for key in keys if key != STAGE}
    if STAGE in keys:
        found |= by_stage(asking.answer(STAGE, period=period, by=(*by, "stage")).rows)
    return found


def by_stage(rows: Iterable[Row]) -> dict[Rung, list[Row]]:
    """Rows of `stage_conversion` apart per stage, in order of the stages' names."""
    found: dict[Rung, list[Row]] = defaultdict(list)
    for row in rows:
        if row.ids["stage"] is not None:
            found[Rung(STAGE, Subject("stage", row.ids["stage"], row.names["stage"] or ""))].append(row)
    return dict(sorted(found.items(), key=lambda pair: pair[0].kpi.label.casefold()))


def of_sellers(asking: Asking) -> dict[Rung, list[Row]]:
    """Every step by seller and source."""
    return rungs(asking, (*STEPS, STAGE), ("person", "source"), for_steps(asking))


def tally(share: Value) -> Tally:
    """How many went on, of a share and what it rests on."""
    n = share.n or 0
    return Tally(round(float(share.value or 0) * n), n)


def together(tallies: Iterable[Tally]) -> Tally:
    """The sum of tallies."""
    kept = list(tallies)
    return Tally(sum(one.hits for one in kept), sum(one.n for one in kept))


def worth_of_hits(asking: Asking, found: Mapping[Rung, Iterable[Row]]) -> dict[Rung, Decimal | None]:
    """What one more that goes on now is worth in a year, per step, of the rows of everyone in `for_steps`."""
    a_year_of = YEAR / months(for_steps(asking))
    hits = {rung: together(tally(row.value) for row in rows).hits * a_year_of for rung, rows in found.items()}
    worths = {rung: worth_of_one(asking, rung.key, number) for rung, number in hits.items()}
    return {
        rung: None if worth is None else (worth * Decimal(str(a_year_of))).quantize(CENT)
        for rung, worth in worths.items()
    }


def behind(asking: Asking, rung: Rung, about: Subject) -> Question:
    """The question whose records show a step or course of somebody."""
    own = ((about.kind, str(about.id)),) if about.id is not None else ()
    stage = (("stage", str(rung.stage.id)),) if rung.stage else ()
    dimensions = {dimension for dimension, _value in own}
    kept = tuple(pair for pair in asking.where if pair[0] not in dimensions)
    return replace(asking.question(rung.key, period=a_year(asking)), where=(*kept, *own, *stage))
