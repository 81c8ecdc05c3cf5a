"""A step of the funnel that changed for a whole team: that is the process, and not its people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from stuurhut.kpi.judging.asking import Asking
from stuurhut.kpi.judging.funnel import COHORTS, STAGE, Rung, behind, of_sellers, rungs, tally, together, worth_of_hits
from stuurhut.kpi.judging.series import WHOLE, whole_buckets
from stuurhut.kpi.judging.windows import for_steps
from stuurhut.kpi.judging.windows import months as months_of
from stuurhut.kpi.statistics.steps import Tally, against_past
from stuurhut.kpi.verdicts import kinds
from stuurhut.kpi.verdicts.steps import process
from stuurhut.kpi.verdicts.verdict import Subject, Verdict
from stuurhut.kpi.words.answer import Row
from stuurhut.kpi.words.period import Period, bucket_name, buckets

RECENT = 6  # months, judged against the quarters before
QUARTER = 3
Months = dict[str, dict[str, Tally]]  # by name of the month and source


@dataclass(frozen=True)
class Process:
    """A step of a team (of the whole where nobody is in a team) against its own past."""

    rung: Rung
    verdict: Verdict

    @property
    def is_weak(self) -> bool:
        return self.verdict.kind == kinds.WEAK_PROCESS


def processes(asking: Asking) -> tuple[Process, ...]:
    """Every step of every team of the organisation: what is a team's own does not depend on who looks."""
    span = whole_buckets(asking, "month")
    if span is None:
        return ()
    everyone = asking.everyone
    worths = worth_of_hits(asking, of_sellers(everyone))
    found = rungs(everyone, COHORTS, ("team", "month", "source"), span)
    # Of the stages that of the sellers serves, without their sources; where none are recorded, the win rate.
    by = ("person", "team", "month")
    found |= rungs(everyone, (STAGE,), by, span) or rungs(everyone, ("win_rate",), by, span)
    teams = {rung: _by_month(rows) for rung, rows in found.items()}
    looked_at = sum(len(months) for months in teams.values())
    return tuple(
        Process(rung, _judged(asking, rung, about, months, span, looked_at, worths.get(rung)))
        for rung, of_teams in teams.items()
        for about, months in sorted(of_teams.items(), key=lambda pair: pair[0].name.casefold())
    )


def _judged(
    asking: Asking, rung: Rung, about: Subject, months: Months, span: Period, looked_at: int, worth: Decimal | None
) -> Verdict:
    *past, recent = [_together(months, names) for names in _blocks(span)]
    compared = against_past(recent, [mix for mix in past if mix])
    # What one hit more is worth in a year was reckoned over the months of the sellers' steps.
    worth = None if worth is None else worth * Decimal(str(months_of(for_steps(asking)))) / RECENT
    found = process(about, rung.kpi, compared, asking.thresholds, looked_at=looked_at, worth=worth)
    return replace(found, behind=behind(asking, rung, about))


def _by_month(rows: Iterable[Row]) -> Mapping[Subject, Months]:
    """Per team the tallies by month and source; of the whole where there are no teams."""
    kept = [row for row in rows if row.value.n]
    has_teams = any(row.ids["team"] is not None for row in kept)
    found: dict[Subject, dict[str, dict[str, list[Tally]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for row in kept:
        if has_teams and row.ids["team"] is None:
            continue
        about = Subject("team", row.ids["team"], row.names["team"] or "") if has_teams else WHOLE
        found[about][row.names["month"] or ""][str(row.ids.get("source"))].append(tally(row.value))
    return {about: {m: _added(sources) for m, sources in months.items()} for about, months in found.items()}


def _added(sources: Mapping[str, list[Tally]]) -> dict[str, Tally]:
    return {source: together(tallies) for source, tallies in sources.items()}


def _blocks(span: Period) -> list[list[str]]:
    """The names of the months: quarters of a year, oldest first, and then the half year that is judged."""
    names = [bucket_name(start, "month") for start in buckets(span, "month")]
    past, recent = names[:-RECENT], names[-RECENT:]
    first = len(past) % QUARTER
    return [*(past[start : start + QUARTER] for start in range(first, len(past), QUARTER)), recent]


def _together(months: Months, names: list[str]) -> dict[str, Tally]:
    found: dict[str, list[Tally]] = defaultdict(list)
    for name in names:
        for source, one in months.get(name, {}).items():
            found[source].append(one)
    return _added(found)
