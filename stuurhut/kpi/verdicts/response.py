"""Slow person or slow process: two causes of late answers that want different remedies (B2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from statistics import median

from stuurhut.kpi.statistics.steps import Crowd, Tally, against_others
from stuurhut.kpi.verdicts import kinds
from stuurhut.kpi.verdicts.saying import luck, share, too_early
from stuurhut.kpi.verdicts.thresholds import Thresholds
from stuurhut.kpi.verdicts.verdict import Figure, Filling, Sentence, Subject, Verdict
from stuurhut.kpi.words.text import gettext_noop as _

KPI = "lead_response_time"
FEW = 10  # leads; under that no median is judged


@dataclass(frozen=True)
class Answers:
    """How somebody, or a team, answers leads: median working minutes, share within the norm, of n leads.

    `median` None: fewer than half were answered so far.
    """

    about: Subject
    median: float | None
    within: float | None
    n: int

    @property
    def typical(self) -> float:
        return inf if self.median is None else self.median

    @property
    def tally(self) -> Tally:
        """How many of n leads were answered within the norm."""
        return Tally(round((self.within or 0.0) * self.n), self.n)


def team(whole: Answers, sellers: Sequence[Answers], norm: float, thresholds: Thresholds) -> Verdict:
    """SLOW_TEAM (a process question), SLOW_PERSON (only one or two: about the slowest of them), OVER_NORM when luck may
    explain it, ON_TIME or TOO_EARLY.

    `norm` in working minutes; `sellers` by the seller's own clock.
    """
    if whole.n < FEW:
        return _early(whole)
    judged = [one for one in sellers if one.n >= FEW]
    slow = [one for one in judged if one.typical > norm]
    if _is_slow(whole, norm, thresholds) and 2 * len(slow) > len(judged) > 1:
        return _slow_team(whole, norm, len(slow), len(judged))
    crowd = Crowd({one.about: {"": one.tally} for one in judged})
    standing = [(one, crowd.against_others({"": one.tally}, one.about).chance) for one in judged]
    persons = [
        (one, chance) for one, chance in standing
        if _stands_out(one, _without(one, judged), chance, norm, thresholds, len(judged))
    ]  # fmt: skip
    if persons:
        slowest, chance = max(persons, key=lambda found: (found[0].typical, found[0].n, found[0].about.name))
        return _slow_person(slowest, _without(slowest, judged), norm, chance)
    if _is_slow(whole, norm, thresholds):
        return _slow_team(whole, norm, len(slow), len(judged))
    return _over_norm(whole, (), norm, _as_slow_by_luck(whole)) if whole.typical > norm else _on_time(whole, norm)


def seller(own: Answers, others: Sequence[Answers], whole: Answers, norm: float, thresholds: Thresholds) -> Verdict:
    """The same of one seller: SLOW_PERSON, SLOW_TEAM when the team is as slow (then it is no question of this person),
    OVER_NORM when luck may explain it, ON_TIME or TOO_EARLY. `others` without `own`, `whole` the team.
    """
    if own.n < FEW:
        return _early(own)
    judged = [one for one in others if one.n >= FEW]
    chance = _chance(own, judged)
    if _stands_out(own, judged, chance, norm, thresholds, looked_at=1):
        return _slow_person(own, judged, norm, chance)
    if own.typical > norm and _is_slow(whole, norm, thresholds):
        slow = [one for one in (own, *judged) if one.typical > norm]
        return _slow_team(whole, norm, len(slow), len(judged) + 1)
    if own.typical > norm:
        return _over_norm(own, judged, norm, chance)
    return _on_time(own, norm)


def _without(own: Answers, judged: Sequence[Answers]) -> list[Answers]:
    return [one for one in judged if one is not own]


def _chance(own: Answers, others: Sequence[Answers]) -> float | None:
    """How likely somebody like the others answers so few (or many) leads within the norm."""
    return against_others({"": own.tally}, [{"": one.tally} for one in others]).chance


def _stands_out(
    own: Answers, others: Sequence[Answers], chance: float | None, norm: float, thresholds: Thresholds, looked_at: int
) -> bool:
    if not others or own.typical <= norm or chance is None:
        return False
    usual = median(one.typical for one in others)
    return own.typical >= thresholds.response_slow * usual and chance <= thresholds.false_discoveries / looked_at


def _is_slow(whole: Answers, norm: float, thresholds: Thresholds) -> bool:
    """Whether the team is later than the norm, and that is no luck."""
    chance = _as_slow_by_luck(whole)
    return whole.typical > norm and (chance is None or chance <= thresholds.false_discoveries)


def _slow_team(whole: Answers, norm: float, slow: int, judged: int) -> Verdict:
    values: dict[str, Filling] = {**_values(whole, norm), "slow": slow, "judged": judged, "team": whole.about.name}
    is_team = whole.about.kind == "team"
    if whole.median is None:
        text = _("Fewer than half of %(n)s leads were answered; the norm is %(norm)s.")
    elif not is_team:
        text = _("A lead is answered after %(median)s, where the norm is %(norm)s; %(within)s are in time.")
    else:
        text = _("The team answers a lead after %(median)s, where the norm is %(norm)s; %(within)s are in time.")
    evidence = []
    if judged > 1:
        evidence.append(
            Sentence(_("%(slow)s of the %(judged)s sellers are over the norm: no question of one person."), values)
        )
    chance = _as_slow_by_luck(whole)
    remedy = Sentence(
        _("Look at the process: who gets the lead, when is it seen, who answers when somebody is away? Not at persons.")
    )
    brief = _("%(team)s is slow: a process question") if is_team else _("slow everywhere: a process question")
    return Verdict(
        kinds.SLOW_TEAM, "bad", whole.about, KPI, Sentence(brief, values), Sentence(text, values),
        (*evidence, *luck(chance)), remedy, chance,
    )  # fmt: skip


def _as_slow_by_luck(whole: Answers) -> float | None:
    """How likely a team that answers half of its leads in time shows so few; None when the share is not known."""
    from scipy.special import bdtr

    return None if whole.within is None else float(bdtr(whole.tally.hits, whole.n, 0.5))


def _slow_person(own: Answers, others: Sequence[Answers], norm: float, chance: float | None) -> Verdict:
    if own.median is None:
        text = _("Fewer than half of %(n)s leads were answered, where colleagues answer after %(usual)s.")
    else:
        text = _("Answers a lead after %(median)s, where colleagues take %(usual)s and the norm is %(norm)s.")
    sentence = Sentence(text, _beside(own, others, norm))
    remedy = Sentence(_("Help this seller to make time for new leads: two fixed moments a day, and calls first."))
    brief = Sentence(_("one seller is slow: coaching"))
    return Verdict(kinds.SLOW_PERSON, "bad", own.about, KPI, brief, sentence, luck(chance), remedy, chance)


def _over_norm(own: Answers, others: Sequence[Answers], norm: float, chance: float | None) -> Verdict:
    values = _beside(own, others, norm)
    if own.median is None:
        text = _("Fewer than half of %(n)s leads were answered; the norm is %(norm)s.")
    elif not others:
        text = _("Answers a lead after %(median)s, where the norm is %(norm)s.")
    else:
        text = _(
            "Answers a lead after %(median)s, where the norm is %(norm)s; "
            "colleagues take %(usual)s, and luck may explain it."
        )
    brief = Sentence(_("over the norm"))
    return Verdict(kinds.OVER_NORM, "look", own.about, KPI, brief, Sentence(text, values), chance=chance)


def _beside(own: Answers, others: Sequence[Answers], norm: float) -> dict[str, Filling]:
    usual = median(one.typical for one in others) if others else inf
    return {**_values(own, norm), "usual": Figure(None if usual == inf else usual, "minutes")}


def _on_time(whole: Answers, norm: float) -> Verdict:
    sentence = Sentence(
        _("A lead is answered after %(median)s; the norm is %(norm)s. %(within)s are in time."), _values(whole, norm)
    )
    return Verdict(kinds.ON_TIME, "good", whole.about, KPI, Sentence(_("within the norm")), sentence)


def _early(whole: Answers) -> Verdict:
    values: dict[str, Filling] = {"n": whole.n, "needed": FEW}
    return too_early(
        whole.about, KPI, Sentence(_("%(n)s leads so far; %(needed)s are needed to judge the time."), values)
    )


def _values(whole: Answers, norm: float) -> dict[str, Filling]:
    return {
        "median": Figure(whole.median, "minutes"), "norm": Figure(norm, "minutes"), "within": share(whole.within),
        "n": whole.n,
    }  # fmt: skip
