"""Too few leads or too many for the hands there are, and what helps (B1)."""

from __future__ import annotations

from stuurhut.kpi.statistics.seasons import Movement
from stuurhut.kpi.verdicts import kinds
from stuurhut.kpi.verdicts.saying import luck, share, too_early
from stuurhut.kpi.verdicts.thresholds import Thresholds
from stuurhut.kpi.verdicts.verdict import Figure, Filling, Sentence, Subject, Verdict
from stuurhut.kpi.words.text import gettext_noop as _

KPI = "leads_open_per_fte"


def load(
    about: Subject, open_leads: int, fte: float | None, moved: Movement | None, thresholds: Thresholds,
    *, qualified_share: float | None = None,
) -> Verdict:  # fmt: skip
    """FEW_LEADS, MANY_LEADS, TEMPORARY_HANDS, GROW_TEAM, LOAD_RIGHT or TOO_EARLY (no hands known).

    `fte` available on average; `moved` the movement of new leads per week. Too many with a real rise: grow; with the
    season at its height: temporary hands; otherwise (steady, falling, not told): qualify more strictly.
    """
    if not fte:
        return too_early(about, KPI, Sentence(_("Nobody is recorded as available, so the load cannot be told.")))
    each = open_leads / fte
    values: dict[str, Filling] = {
        "leads": open_leads, "each": Figure(round(each, 1), "number"), "fte": Figure(fte, "fte"),
        "low": Figure(thresholds.load_low, "number"), "high": Figure(thresholds.load_high, "number"),
        "qualified": share(qualified_share),
    }  # fmt: skip
    evidence = _why(moved)
    if each < thresholds.load_low:
        return _few(about, values, evidence)
    if each <= thresholds.load_high:
        sentence = Sentence(_("%(each)s open leads per available FTE; %(low)s to %(high)s is workable."), values)
        return Verdict(kinds.LOAD_RIGHT, "good", about, KPI, Sentence(_("a workable load")), sentence, evidence)
    if moved and moved.direction == "upward":
        return _grow(about, values, evidence, moved)
    if moved and moved.direction == "season" and (moved.swing or 0) > 0:
        return _temporary(about, values, evidence, moved)
    return _many(about, values, evidence, known=qualified_share is not None)


_TOO_MANY = _(
    "%(each)s open leads per available FTE (%(leads)s for %(fte)s), where %(high)s is the most that can be done."
)


def _few(about: Subject, values: dict[str, Filling], evidence: tuple[Sentence, ...]) -> Verdict:
    sentence = Sentence(
        _("%(each)s open leads per available FTE (%(leads)s for %(fte)s), where at least %(low)s keep a seller busy."),
        values,
    )
    remedy = Sentence(_("Intensify marketing, or use the time for outbound calls and existing customers."))
    brief = Sentence(_("few leads: intensify marketing"))
    return Verdict(kinds.FEW_LEADS, "look", about, KPI, brief, sentence, evidence, remedy)


def _grow(about: Subject, values: dict[str, Filling], evidence: tuple[Sentence, ...], moved: Movement) -> Verdict:
    remedy = Sentence(_("The rise is real and no season: time to grow the team."))
    brief = Sentence(_("too many leads: grow the team"))
    return Verdict(
        kinds.GROW_TEAM, "bad", about, KPI, brief, Sentence(_TOO_MANY, values), evidence, remedy, moved.chance
    )  # fmt: skip


def _temporary(about: Subject, values: dict[str, Filling], evidence: tuple[Sentence, ...], moved: Movement) -> Verdict:
    remedy = Sentence(_("This passes with the season: take on temporary hands, or spread holidays and other work."))
    brief = Sentence(_("season: temporary hands"))
    return Verdict(
        kinds.TEMPORARY_HANDS, "look", about, KPI, brief, Sentence(_TOO_MANY, values), evidence, remedy,
        moved.season_chance,
    )  # fmt: skip


def _many(about: Subject, values: dict[str, Filling], evidence: tuple[Sentence, ...], *, known: bool) -> Verdict:
    if known:
        remedy = Sentence(_("Qualify more strictly: %(qualified)s of the leads turn out to be worth pursuing."), values)
    else:
        remedy = Sentence(_("Qualify more strictly, so that the time goes to the leads that are worth pursuing."))
    brief = Sentence(_("too many: qualify more strictly"))
    return Verdict(kinds.MANY_LEADS, "look", about, KPI, brief, Sentence(_TOO_MANY, values), evidence, remedy)


def _why(moved: Movement | None) -> tuple[Sentence, ...]:
    """What new leads do, as evidence."""
    if moved is None or moved.direction == "not enough history":
        return (Sentence(_("Season and trend of new leads cannot be told apart yet.")),)
    values: dict[str, Filling] = {
        "slope": share(moved.slope), "weeks": moved.weeks, "swing": share(moved.swing), "low": share(moved.low),
        "high": share(moved.high),
    }  # fmt: skip
    if moved.direction in ("upward", "downward"):
        text = _("New leads: %(slope)s in %(weeks)s weeks besides the season (%(low)s to %(high)s).")
        return (Sentence(text, values), *luck(moved.chance))
    if moved.direction == "season":
        return (Sentence(_("New leads: %(swing)s against the quarter before, as in other years; no trend."), values),)
    return (Sentence(_("New leads: steady, no season and no trend.")),)
