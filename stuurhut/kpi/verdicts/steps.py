"""Strong or weak step of the funnel: a person against the others, or the process against its own past."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.statistics.discoveries import discoveries
from stuurhut.kpi.statistics.steps import Comparison
from stuurhut.kpi.verdicts import kinds
from stuurhut.kpi.verdicts.saying import label, luck, price, share, too_early
from stuurhut.kpi.verdicts.thresholds import Thresholds
from stuurhut.kpi.verdicts.verdict import Filling, Sentence, Subject, Verdict
from stuurhut.kpi.words.text import gettext_noop as _


def standing(compared: Sequence[Comparison], thresholds: Thresholds) -> tuple[bool, ...]:
    """For all sellers x steps looked at: which differ by more than luck and by enough to matter."""
    found = discoveries([one.chance for one in compared], thresholds.false_discoveries)
    return tuple(stands and _matters(one, thresholds) for stands, one in zip(found, compared, strict=True))


def person(
    about: Subject, kpi: Kpi, compared: Comparison, *, stands: bool, process: bool = False,
    worth: Decimal | None = None,
) -> Verdict:  # fmt: skip
    """WEAK_STEP, STRONG_STEP, AS_OTHERS or TOO_EARLY. `stands` comes from `standing` over all that was looked at.

    `process`: the step is weak for the whole team against its own past; the sentence then says that the remedy begins
    with the process. `worth`: what one hit is worth in the base currency, for `at_stake`.
    """
    if not stands or compared.effect is None:
        return _early(about, kpi, compared) or _as_others(about, kpi, compared)
    values = {**_values(kpi, compared), "expected": share(compared.shrunk)}
    likely = Sentence(_("Allowing for luck, about %(expected)s can be expected of this step."), values)
    evidence = (*luck(compared.chance), likely)
    if compared.effect > 0:
        sentence = Sentence(
            _("%(kpi)s: %(hits)s of %(n)s (%(rate)s), where colleagues with the same sources reach %(others)s."), values
        )
        remedy = Sentence(_("Let colleagues listen in: what happens here that they can use?"))
        return Verdict(
            kinds.STRONG_STEP, "good", about, kpi.key, Sentence(_("strong step")), sentence, evidence, remedy,
            compared.chance,
        )  # fmt: skip
    sentence = Sentence(
        _("%(kpi)s: only %(hits)s of %(n)s (%(rate)s), where colleagues with the same sources reach %(others)s."),
        values,
    )
    if process:
        remedy = Sentence(_("The whole team fell back on this step: begin with the process, then with the person."))
    else:
        remedy = Sentence(_("Listen in on this step and agree on one thing to try; look again in four weeks."))
    lost = _missed(compared, compared.shrunk, worth)
    return Verdict(
        kinds.WEAK_STEP, "bad", about, kpi.key, Sentence(_("weak step")), sentence, evidence, remedy, compared.chance,
        lost,
    )  # fmt: skip


def process(
    about: Subject, kpi: Kpi, compared: Comparison, thresholds: Thresholds, *, looked_at: int = 4,
    worth: Decimal | None = None,
) -> Verdict:  # fmt: skip
    """WEAK_PROCESS, BETTER_PROCESS, AS_BEFORE or TOO_EARLY of a team against its own past; `looked_at` steps."""
    if compared.chance is None or compared.effect is None:
        sentence = Sentence(
            _("%(kpi)s: the past is too short to tell whether this step changed for the team."), {"kpi": label(kpi)}
        )
        return too_early(about, kpi.key, sentence)
    values = _values(kpi, compared)
    if not is_standing(compared, thresholds, looked_at=looked_at):
        sentence = Sentence(_("%(kpi)s: %(rate)s for the whole team, as before (%(others)s)."), values)
        brief = Sentence(_("as before"))
        return Verdict(kinds.AS_BEFORE, "good", about, kpi.key, brief, sentence, chance=compared.chance)
    if compared.effect > 0:
        sentence = Sentence(_("%(kpi)s: %(rate)s for the whole team, up from %(others)s before."), values)
        return Verdict(
            kinds.BETTER_PROCESS, "good", about, kpi.key, Sentence(_("better than before")), sentence,
            luck(compared.chance), Sentence(_("Write down what was changed, and keep it.")), compared.chance,
        )  # fmt: skip
    sentence = Sentence(
        _("%(kpi)s: %(rate)s for the whole team (%(hits)s of %(n)s), down from %(others)s: the process, not a person."),
        values,
    )
    remedy = Sentence(
        _("Look at what changed for everybody (offer, price, way of working, sort of lead) before coaching anyone.")
    )
    return Verdict(
        kinds.WEAK_PROCESS, "bad", about, kpi.key, Sentence(_("weaker for everybody: process")), sentence,
        luck(compared.chance), remedy, compared.chance, _missed(compared, compared.rate, worth),
    )  # fmt: skip


def is_standing(compared: Comparison, thresholds: Thresholds, *, looked_at: int) -> bool:
    """Whether one of `looked_at` differences is more than luck, and enough to matter."""
    sure = compared.chance is not None and compared.chance <= thresholds.false_discoveries / looked_at
    return sure and _matters(compared, thresholds)


def _matters(compared: Comparison, thresholds: Thresholds) -> bool:
    return compared.effect is not None and abs(compared.effect) >= thresholds.step_effect


def _early(about: Subject, kpi: Kpi, compared: Comparison) -> Verdict | None:
    if compared.needed is None or (compared.n and compared.chance is None):
        sentence = Sentence(_("%(kpi)s: too few colleagues with figures to compare with."), {"kpi": label(kpi)})
        return too_early(about, kpi.key, sentence)
    if compared.n >= compared.needed:
        return None
    sentence = Sentence(
        _("%(kpi)s: %(n)s so far; about %(needed)s are needed to see half the rate of colleagues."),
        {"kpi": label(kpi), "n": compared.n, "needed": compared.needed},
    )
    return too_early(about, kpi.key, sentence)


def _as_others(about: Subject, kpi: Kpi, compared: Comparison) -> Verdict:
    sentence = Sentence(
        _("%(kpi)s: %(rate)s (%(hits)s of %(n)s); colleagues reach %(others)s. No more difference than luck brings."),
        _values(kpi, compared),
    )
    brief = Sentence(_("like colleagues"))
    return Verdict(kinds.AS_OTHERS, "good", about, kpi.key, brief, sentence, chance=compared.chance)


def _values(kpi: Kpi, compared: Comparison) -> dict[str, Filling]:
    return {
        "kpi": label(kpi), "hits": compared.hits, "n": compared.n, "rate": share(compared.rate),
        "others": share(compared.expected),
    }  # fmt: skip


def _missed(compared: Comparison, rate: float | None, worth: Decimal | None) -> Decimal | None:
    """What the hits that were missed are worth."""
    if rate is None or compared.expected is None:
        return None
    return price(max(0.0, (compared.expected - rate) * compared.n), worth)
