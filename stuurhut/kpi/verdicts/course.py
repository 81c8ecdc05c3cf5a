"""Bad month or structural, season or trend: what the course of a figure says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from math import ceil, floor

from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.statistics.behaviour import Chart
from stuurhut.kpi.statistics.seasons import Movement
from stuurhut.kpi.verdicts import kinds
from stuurhut.kpi.verdicts.saying import label, luck, price, share, too_early
from stuurhut.kpi.verdicts.verdict import Figure, Filling, Sentence, State, Subject, Verdict
from stuurhut.kpi.words.period import Period, add_months, bucket_name
from stuurhut.kpi.words.text import gettext_noop as _

RECENT = 3  # months in which an incident is news
SMALL = 3  # under it a count without decimals says too little
MONTHS = 12  # over which a structural fall is priced


def course(about: Subject, kpi: Kpi, chart: Chart, starts: Sequence[date], *, worth: Decimal | None = None) -> Verdict:
    """TOO_EARLY, STRUCTURAL, INCIDENT or STEADY. `starts` are the first days of the months of `chart`.

    INCIDENT when one of the last three months lies outside the limits and nothing is structural. `worth` is what one
    unit of the KPI is worth in the base currency (one event, or one whole euro of money; of a share: of all its n in a
    month together); with it `at_stake` is what a structural fall costs over twelve months.
    """
    if chart.too_early:
        return too_early(about, kpi.key, _too_few(kpi, chart.too_early))
    if chart.structural and chart.since is not None:
        return _structural(about, kpi, chart, _month(starts[chart.since]), worth)
    recent = [index for index in chart.outside if index >= len(starts) - RECENT]
    if recent:
        return _incident(about, kpi, chart, recent[-1], starts)
    return _steady(about, kpi, chart)


def _structural(about: Subject, kpi: Kpi, chart: Chart, since: Period, worth: Decimal | None) -> Verdict:
    before, after = _levels(chart)
    higher = after > before
    state = _state(kpi, higher=higher)
    sentence = Sentence(
        _("%(kpi)s: %(after)s since %(since)s, where %(before)s was usual. That is no bad month but a new level."),
        {"kpi": label(kpi), "after": _each(kpi, after), "before": _each(kpi, before), "since": since},
    )
    remedy = None
    if state == "bad":
        remedy = Sentence(
            _("Talk about what changed in %(since)s, listen in, and agree on one thing to work on."), {"since": since}
        )
    lost = price(abs(after - before) * MONTHS, worth) if state == "bad" else None
    brief = Sentence(_("structurally higher") if higher else _("structurally lower"))
    return Verdict(
        kinds.STRUCTURAL, state, about, kpi.key, brief, sentence, _a_year(chart), remedy, chart.chance, lost
    )  # fmt: skip


def _incident(about: Subject, kpi: Kpi, chart: Chart, index: int, starts: Sequence[date]) -> Verdict:
    one = chart.periods[index]
    higher = (one.value or 0) > (one.centre or 0)
    good = _state(kpi, higher=higher) == "good"
    text = _("%(kpi)s: %(value)s in %(month)s, where %(low)s to %(high)s is usual. One month, nothing structural.")
    values: dict[str, Filling] = {
        "kpi": label(kpi), "month": _month(starts[index]), "value": _each(kpi, one.value),
        "low": _from(kpi, one.low), "high": _to(kpi, one.high),
    }  # fmt: skip
    brief = Sentence(_("one exceptional month") if good else _("a bad month, not structural"))
    remedy = None
    if not good:
        remedy = Sentence(_("Ask what happened, and leave it at that: one month is no reason to coach."))
    state: State = "good" if good else "look"
    return Verdict(kinds.INCIDENT, state, about, kpi.key, brief, Sentence(text, values), remedy=remedy)


def _steady(about: Subject, kpi: Kpi, chart: Chart) -> Verdict:
    last = next(one for one in reversed(chart.periods) if one.centre is not None)
    if last.low is not None and last.low <= 0 and kpi.better != "lower":  # then no month is too low to be usual
        wide = Sentence(
            _("%(kpi)s: the months differ so much (up to %(high)s a month) that one month says nothing."),
            {"kpi": label(kpi), "high": _to(kpi, last.high)},
        )
        brief = Sentence(_("one month says nothing"))
        return Verdict(kinds.STEADY, "good", about, kpi.key, brief, wide, chance=chart.chance)
    sentence = Sentence(
        _("%(kpi)s: %(low)s to %(high)s was usual in the last whole month; every month stays within its own."),
        {"kpi": label(kpi), "low": _from(kpi, last.low), "high": _to(kpi, last.high)},
    )
    return Verdict(kinds.STEADY, "good", about, kpi.key, Sentence(_("steady")), sentence, chance=chart.chance)


def movement(about: Subject, kpi: Kpi, moved: Movement) -> Verdict:
    """STEADY, SEASON, UPWARD, DOWNWARD or TOO_EARLY of a weekly count."""
    if moved.direction == "not enough history":
        return too_early(about, kpi.key, _no_history(kpi, moved))
    told = {
        "upward": (kinds.UPWARD, _("a real rise"), _(
            "%(kpi)s: %(slope)s up in %(weeks)s weeks on top of the season (%(low)s to %(high)s): a real rise."
        )),
        "downward": (kinds.DOWNWARD, _("a real fall"), _(
            "%(kpi)s: %(slope)s down in %(weeks)s weeks besides the season (%(low)s to %(high)s): a real fall."
        )),
        "season": (kinds.SEASON, _("season, no trend"), _(
            "%(kpi)s: the time of year explains it (%(swing)s against the quarter before, as in other years); no trend."
        )),
        "steady": (kinds.STEADY, _("steady"), _("%(kpi)s: no more than the usual ups and downs; no trend.")),
    }  # fmt: skip
    kind, brief, text = told[moved.direction]
    values: dict[str, Filling] = {
        "kpi": label(kpi), "slope": share(abs(moved.slope or 0)), "weeks": moved.weeks, "low": share(moved.low),
        "high": share(moved.high), "swing": share(moved.swing),
    }  # fmt: skip
    state: State = "good"
    if moved.direction in ("upward", "downward"):
        state = _state(kpi, higher=moved.direction == "upward")
    evidence = luck(moved.season_chance if moved.direction == "season" else moved.chance)
    sentence = Sentence(text, values)
    return Verdict(kind, state, about, kpi.key, Sentence(brief), sentence, evidence, None, moved.chance)


def _too_few(kpi: Kpi, more: int) -> Sentence:
    values: dict[str, Filling] = {"kpi": label(kpi), "number": more}
    if more == 1:
        return Sentence(_("%(kpi)s: one more month is needed to tell what is usual."), values)
    return Sentence(_("%(kpi)s: %(number)s more months are needed to tell what is usual."), values)


def _no_history(kpi: Kpi, moved: Movement) -> Sentence:
    values: dict[str, Filling] = {"kpi": label(kpi), "number": moved.weeks_more}
    if not moved.weeks_more:
        return Sentence(_("%(kpi)s: too few to tell season and trend apart."), values)
    if moved.weeks_more == 1:
        return Sentence(_("%(kpi)s: one more week of history is needed to tell season and trend apart."), values)
    return Sentence(_("%(kpi)s: %(number)s more weeks of history are needed to tell season and trend apart."), values)


def _levels(chart: Chart) -> tuple[float, float]:
    """What was usual before and what is now, in the unit shown, in months of the same season and hands."""
    before = [one.centre for one in chart.periods[: chart.since] if one.centre is not None]
    level = sum(before) / len(before)
    return level, level * (1 + (chart.change or 0.0))


def _each(kpi: Kpi, value: float | None) -> Figure:
    """A level of counts is an average: small ones have decimals."""
    if value is not None and kpi.unit == "count" and abs(value) < SMALL and value != round(value):
        return Figure(round(value, 1), "number")
    return Figure(value, kpi.unit)


def _from(kpi: Kpi, low: float | None) -> Figure:
    """The least that is usual; of what is counted a whole number."""
    return Figure(ceil(low - 1e-6) if low is not None and kpi.unit == "count" else low, kpi.unit)


def _to(kpi: Kpi, high: float | None) -> Figure:
    return Figure(floor(high + 1e-6) if high is not None and kpi.unit == "count" else high, kpi.unit)


def _month(start: date) -> Period:
    return Period(start, add_months(start, 1), bucket_name(start, "month"))


def _state(kpi: Kpi, *, higher: bool) -> State:
    if kpi.better == "neither":
        return "look"
    return "good" if higher == (kpi.better == "higher") else "bad"


def _a_year(chart: Chart) -> tuple[Sentence, ...]:
    if chart.chance is not None and chart.chance >= 0.001:
        values = {"chance": share(chart.chance)}
        return (Sentence(_("A steady course shows so clear a change in %(chance)s of the years."), values),)
    return (Sentence(_("A steady course shows so clear a change in fewer than one in a thousand years.")),)
