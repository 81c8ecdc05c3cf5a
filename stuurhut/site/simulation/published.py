"""What the simulation found, as tables for docs/statistics.md, and as data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

from stuurhut.kpi.statistics.intervals import wilson
from stuurhut.site.simulation.false_calls import FalseCalls
from stuurhut.site.simulation.power import FACTORS, RATES, RISES, TEAMS, VOLUMES, Detection, Found, Rise

BEGIN, END = "<!-- simulate: begin -->", "<!-- simulate: end -->"
KPIS = "over eleven courses: seven KPIs and four steps"


@dataclass(frozen=True)
class Simulated:
    """All that was simulated."""

    false: FalseCalls
    detections: tuple[Detection, ...]
    steps: tuple[Found, ...]
    rises: tuple[Rise, ...]


def as_data(simulated: Simulated) -> dict[str, Any]:
    """The figures for a program."""
    false = simulated.false
    shares = {name: hits / n if n else None for name, hits, n in _false_rows(false)}
    return {
        "false": {"counts": {**vars(false), "by_kpi": dict(false.by_kpi)}, "shares": shares},
        "detections": [asdict(one) for one in simulated.detections],
        "weak_steps": [asdict(one) for one in simulated.steps],
        "rises": [asdict(one) for one in simulated.rises],
    }


def as_page(simulated: Simulated, how: str) -> str:
    """The part of the page between the markers; `how` says when, by which command and on what it was made."""
    parts = (how, *_false(simulated.false), *_detections(simulated.detections), *_steps(simulated.steps),
             *_rises(simulated.rises))  # fmt: skip
    return "\n\n".join(parts)


def replaced(page: str, part: str) -> str:
    """The page with this part between its markers. Raises ValueError when it has none."""
    before, _begin, rest = page.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not end:
        raise ValueError(BEGIN)
    return f"{before}{BEGIN}\n\n{part}\n\n{END}{after}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown: the first column words, the others figures."""
    lines = [" | ".join(heads), " | ".join(["---", *["---:"] * (len(heads) - 1)])]
    return "\n".join(f"| {line} |" for line in [*lines, *(" | ".join(row) for row in rows)])


def _false_rows(false: FalseCalls) -> list[tuple[str, int, int]]:
    return [
        ("seller-years with a false *structural* or *weak step*", false.structural_or_weak, false.sellers),
        (f"seller-years with a false *structural* ({KPIS})", false.structural, false.sellers),
        ("seller-years with a false *weak step*", false.weak, false.sellers),
        ("seller-years with a false *strong step*", false.strong, false.sellers),
        ("team-years with a false *process* (four steps)", false.process, false.team_years),
        ("months of a course outside its natural limits (*incident*)", false.outside, false.months),
        ("team-years with a false *trend* in new leads, looked at every four weeks", false.trend, false.team_years),
        ("single looks with a false *trend*", false.trend_looks, false.looks),
        ("team-years without a season, called *season*", false.flat_season, false.flat),
        ("team-years with a season, at some look called *season*", false.wavy_season, false.wavy),
    ]


def _false(false: FalseCalls) -> Iterable[str]:
    yield "### What is said of those of whom nothing is true"
    rows = []
    for name, hits, n in _false_rows(false):
        share = wilson(hits, n)
        band = "–" if share.value is None else f"{_share(float(share.low or 0))} to {_share(float(share.high or 0))}"
        rows.append((name, _share(hits / n) if n else "–", band, f"{n:,}"))
    yield table(("", "share", "95% interval", "of"), rows)
    kpis = sorted(false.by_kpi.items(), key=lambda item: (-item[1], item[0]))
    told = ", ".join(f"`{key}` {_share(hits / false.sellers)}" for key, hits in kpis)
    yield f"False *structural* per course, share of the seller-years: {told}."


def _detections(found: Sequence[Detection]) -> Iterable[str]:
    yield "### How long until a halved closing rate is called structural"
    yield (
        "Median weeks from the halving (looked at the end of each month, as one of eleven courses), and the share of "
        "the cases found within a quarter, half a year and a year. *over 104*: in more than half of the cases not "
        "within two years."
    )
    heads = ("appointments a month", *(f"from {rate:.0%} to {rate / 2:.0%}" for rate in RATES))
    by_cell = {(one.volume, one.rate): one for one in found}
    rows = [(str(volume), *(_weeks(by_cell[volume, rate]) for rate in RATES)) for volume in VOLUMES]
    yield table(heads, rows)


def _weeks(one: Detection) -> str:
    weeks = "over 104" if one.median_weeks is None else f"{one.median_weeks:.0f}"
    quarter, half, year = (f"{share:.0%}" for share in one.shares)
    return f"{weeks} ({quarter}, {half}, {year})"


def _steps(found: Sequence[Found]) -> Iterable[str]:
    yield "### How often a weak step of a seller is found after a year"
    yield (
        "Colleagues go on in 30% of the cases, and differ as sellers do (log odds with a standard deviation of 0.2); "
        "one seller does so at half or at 70% of their rate. Four steps of everybody are looked at together."
    )
    heads = ("a month", *(f"{sellers} sellers, {factor:.0%} of the rate" for sellers in TEAMS for factor in FACTORS))
    by_cell = {(one.sellers, one.volume, one.factor): one.share for one in found}
    rows = [
        (str(volume), *(f"{by_cell[sellers, volume, factor]:.0%}" for sellers in TEAMS for factor in FACTORS))
        for volume in VOLUMES
    ]
    yield table(heads, rows)


def _rises(found: Sequence[Rise]) -> Iterable[str]:
    yield "### How often a real rise of new leads is told from the season"
    yield "Three years of weekly leads with a season of 25% up and down, and a rise over the last 26 weeks on top."
    heads = ("leads a week", *(f"rise of {factor - 1:.0%}" for factor in RISES))
    by_cell = {(one.volume, one.factor): one.share for one in found}
    yield table(heads, [(str(v), *(f"{by_cell[v, factor]:.0%}" for factor in RISES)) for v in VOLUMES])


def _share(value: float) -> str:
    return f"{value:.2%}" if value < 0.1 else f"{value:.1%}"


def noise(n: int) -> float:
    """Two standard errors of a share of a half, simulated so many times: how far a figure of power may be off."""
    return 2 * sqrt(0.25 / n)
