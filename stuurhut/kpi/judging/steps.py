"""The steps of the funnel, seller by seller: strong, weak, or as the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from stuurhut.kpi.judging.asking import Asking
from stuurhut.kpi.judging.funnel import Rung, behind, of_sellers, tally, together, worth_of_hits
from stuurhut.kpi.judging.members import teams_of
from stuurhut.kpi.judging.process import Process, processes
from stuurhut.kpi.statistics.intervals import wilson
from stuurhut.kpi.statistics.steps import Comparison, Crowd, Tally
from stuurhut.kpi.verdicts import kinds
from stuurhut.kpi.verdicts.steps import person, standing
from stuurhut.kpi.verdicts.verdict import Subject, Verdict
from stuurhut.kpi.words.answer import Row

Mixes = dict[Subject, dict[str, Tally]]


@dataclass(frozen=True)
class Step:
    """One step of one seller, or of all in view together (`person` None).

    `kpi` is the KPI of the step, whose label is the step's name, or with a `stage` of the sales process the name of
    that. `hits` of `n` went on: `rate` with its 95% interval `low` to `high`; `shrunk` is the rate drawn to that of the
    others as far as little is known. `others` is the rate of the other sellers at the same mix of sources (for the
    whole: None). All rates are shares, None without anything to divide. `verdict` says strong, weak, as the others or
    too early; of the whole it is None, or what one of its teams does otherwise than before.
    """

    kpi: str
    person: int | None
    name: str
    hits: int
    n: int
    rate: float | None
    low: float | None
    high: float | None
    shrunk: float | None
    others: float | None
    verdict: Verdict | None = None
    stage: Subject | None = None


@dataclass(frozen=True)
class _Met:
    """A seller's step beside the others."""

    about: Subject
    rung: Rung
    compared: Comparison
    in_view: bool


def steps(asking: Asking) -> tuple[Step, ...]:
    """Every step of the whole in view (first, `person` None) and of every seller in it, by seller in order of name.

    Over the nine months up to the peildatum, or over the period when that is longer.
    """
    return steps_beside(asking, processes(asking))


def steps_beside(asking: Asking, found: tuple[Process, ...]) -> tuple[Step, ...]:
    """The same, with what was found of the teams' own past."""
    seen, every, members = of_sellers(asking), of_sellers(asking.everyone), teams_of(asking)
    worths = worth_of_hits(asking, every)
    met = [one for rung, rows in every.items() for one in _met(rung, seen.get(rung, []), rows)]
    stands = standing([one.compared for one in met], asking.thresholds)
    sellers = []
    for one, stand in zip(met, stands, strict=True):
        process, worth = _is_process(found, one, members), worths[one.rung]
        verdict = person(one.about, one.rung.kpi, one.compared, stands=stand, process=process, worth=worth)
        if one.in_view:
            sellers.append(_of_person(one, replace(verdict, behind=behind(asking, one.rung, one.about))))
    sellers.sort(key=lambda step: (step.name.casefold(), step.person))
    whole = () if asking.only else tuple(_of_whole(rung, rows, found) for rung, rows in seen.items())
    return (*whole, *sellers)


def _is_process(found: tuple[Process, ...], one: _Met, members: Mapping[int | None, frozenset[int]]) -> bool:
    """Whether the step is weak in the whole of a team that the seller is in."""
    teams = {*members.get(one.about.id, ()), None}
    return any(process.is_weak and process.rung == one.rung and process.verdict.about.id in teams for process in found)


def _met(rung: Rung, seen: list[Row], every: list[Row]) -> list[_Met]:
    """Everybody beside the others; of those in view what the viewer sees of them."""
    in_view, all_of = _mixes(seen), _mixes(every)
    crowd, found = Crowd(all_of), []
    for about in sorted(in_view.keys() | all_of.keys(), key=lambda about: (about.name.casefold(), about.id or 0)):
        own = in_view.get(about, all_of.get(about, {}))
        found.append(_Met(about, rung, crowd.against_others(own, about), about in in_view))
    return found


def _mixes(rows: Iterable[Row]) -> Mixes:
    """Per seller and source how many of how many went on; sellers who had none are left out."""
    found: Mixes = defaultdict(dict)
    for row in rows:
        if row.ids["person"] is not None and row.value.n:
            about = Subject("person", row.ids["person"], row.names["person"] or "")
            found[about][str(row.ids["source"])] = tally(row.value)
    return dict(found)


def _of_person(one: _Met, verdict: Verdict) -> Step:
    it, (low, high) = one.compared, _interval(one.compared.hits, one.compared.n)
    return Step(
        one.rung.key, one.about.id, one.about.name, it.hits, it.n, it.rate, low, high, it.shrunk, it.expected, verdict,
        one.rung.stage,
    )  # fmt: skip


def _interval(hits: int, n: int) -> tuple[float | None, float | None]:
    """That of the rate itself, Wilson 95%, as the KPI has it; that of the drawn rate is another."""
    share = wilson(hits, n)
    low, high = (None if end is None else float(end) for end in (share.low, share.high))
    return low, high


def _of_whole(rung: Rung, rows: list[Row], found: tuple[Process, ...]) -> Step:
    counted = together(tally(row.value) for row in rows)
    low, high = _interval(counted.hits, counted.n)
    verdict = next((one.verdict for one in found if one.rung == rung and one.verdict.kind == kinds.WEAK_PROCESS), None)
    rate = counted.hits / counted.n if counted.n else None
    return Step(rung.key, None, "", counted.hits, counted.n, rate, low, high, rate, None, verdict, rung.stage)
