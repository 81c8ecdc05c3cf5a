"""Do we have the hands: vacancies and long absence against the formation (C1)."""

from __future__ import annotations

from stuurhut.kpi.verdicts import kinds
from stuurhut.kpi.verdicts.saying import share, too_early
from stuurhut.kpi.verdicts.thresholds import Thresholds
from stuurhut.kpi.verdicts.verdict import Figure, Filling, Sentence, Subject, Verdict
from stuurhut.kpi.words.text import gettext_noop as _

KPI = "understaffing"


def hands(
    about: Subject, formation: float | None, vacant: float, long_absent: float, thresholds: Thresholds
) -> Verdict:
    """UNDERSTAFFED, STAFFED or TOO_EARLY (no formation recorded). All in FTE, averaged over the working days."""
    if not formation:
        sentence = Sentence(_("No formation is recorded, so it cannot be told whether hands are missing."))
        return too_early(about, KPI, sentence)
    missing = vacant + long_absent
    values: dict[str, Filling] = {
        "missing": Figure(missing, "fte"), "formation": Figure(formation, "fte"), "share": share(missing / formation),
        "vacant": Figure(vacant, "fte"), "absent": Figure(long_absent, "fte"),
    }  # fmt: skip
    if missing / formation < thresholds.understaffed:
        sentence = Sentence(_("%(missing)s of %(formation)s is missing (%(share)s)."), values)
        return Verdict(kinds.STAFFED, "good", about, KPI, Sentence(_("enough hands")), sentence)
    sentence = Sentence(
        _("%(missing)s of %(formation)s is missing (%(share)s), on which the target does count."), values
    )
    evidence = (Sentence(_("Vacant: %(vacant)s. Away for longer than six weeks: %(absent)s."), values),)
    remedy = Sentence(_("Fill the seat or find temporary hands, or set the target on the hands that are there."))
    brief = Sentence(_("%(share)s too few hands"), values)
    return Verdict(kinds.UNDERSTAFFED, "bad", about, KPI, brief, sentence, evidence, remedy)
