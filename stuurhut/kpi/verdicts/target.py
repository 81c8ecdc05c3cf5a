"""On course for the target, or behind, and where this ends."""

from __future__ import annotations

from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.verdicts import kinds
from stuurhut.kpi.verdicts.saying import label, share, too_early
from stuurhut.kpi.verdicts.verdict import Figure, Filling, Sentence, State, Subject, Verdict
from stuurhut.kpi.words.answer import Number
from stuurhut.kpi.words.text import gettext_noop as _

NEARLY = 0.95  # of the pace: needs a look, is not bad yet
SUMMED = ("count", "money")


def target(
    about: Subject, kpi: Kpi, realised: Number, aim: Number, *, pace: float | None = None, projected: Number = None
) -> Verdict:
    """NO_TARGET, REACHED, ON_COURSE, BEHIND or TOO_EARLY (day 0: no pace yet), as `target_attainment` gives them.

    `pace` is realised against the target for the share of working days elapsed (reversed where lower is better),
    `projected` the end at this pace; a ratio or duration has neither and is met or not. 0 target counts as reached.
    """
    values: dict[str, Filling] = {
        "kpi": label(kpi), "realised": Figure(realised, kpi.unit), "aim": Figure(aim, kpi.unit),
        "projected": Figure(projected, kpi.unit), "pace": share(pace),
    }  # fmt: skip
    if aim is None:
        sentence = Sentence(_("%(kpi)s: %(realised)s; no target is set."), values)
        remedy = Sentence(_("Set a target, so that everybody knows where this should end."))
        return Verdict(kinds.NO_TARGET, "unknown", about, kpi.key, Sentence(_("no target set")), sentence, (), remedy)
    if realised is None:
        return too_early(about, kpi.key, Sentence(_("%(kpi)s: nothing measured yet; the target is %(aim)s."), values))
    if _met(kpi, realised, aim):
        sentence = Sentence(_("%(kpi)s: %(realised)s, the target of %(aim)s is reached."), values)
        return Verdict(kinds.REACHED, "good", about, kpi.key, Sentence(_("target reached")), sentence)
    if kpi.unit not in SUMMED:
        sentence = Sentence(_("%(kpi)s: %(realised)s, where the target is %(aim)s."), values)
        return Verdict(kinds.BEHIND, "bad", about, kpi.key, Sentence(_("target not met")), sentence)
    if pace is None:
        sentence = Sentence(_("%(kpi)s: %(realised)s; the period has only just begun."), values)
        return too_early(about, kpi.key, sentence)
    return _under_way(about, kpi, pace, values)


def _under_way(about: Subject, kpi: Kpi, pace: float, values: dict[str, Filling]) -> Verdict:
    if pace >= 1:
        sentence = Sentence(_("%(kpi)s: %(realised)s of %(aim)s; at this pace it ends at %(projected)s."), values)
        return Verdict(kinds.ON_COURSE, "good", about, kpi.key, Sentence(_("on course")), sentence)
    sentence = Sentence(
        _(
            "%(kpi)s: %(realised)s of %(aim)s, %(pace)s of where it should be today; "
            "at this pace it ends at %(projected)s."
        ),
        values,
    )
    state: State = "look" if pace >= NEARLY else "bad"
    brief = Sentence(_("just behind") if state == "look" else _("behind"))
    remedy = Sentence(_("See what is needed per week, and which open deals can bring it."))
    return Verdict(kinds.BEHIND, state, about, kpi.key, brief, sentence, (), remedy)


def _met(kpi: Kpi, realised: Number, aim: Number) -> bool:
    if kpi.better == "lower":
        return kpi.unit not in SUMMED and float(realised or 0) <= float(aim or 0)
    return float(realised or 0) >= float(aim or 0)
