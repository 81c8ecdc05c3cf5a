"""Sentences that many verdicts share: how sure it is, and that it is too early to tell."""

from __future__ import annotations

from decimal import Decimal

from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.verdicts import kinds
from stuurhut.kpi.verdicts.verdict import Figure, Sentence, Subject, Term, Verdict
from stuurhut.kpi.words.answer import Number
from stuurhut.kpi.words.text import gettext_noop as _

SELDOM = 0.001
CENT = Decimal("0.01")
TOO_EARLY = Sentence(_("too early to tell"))


def luck(chance: float | None) -> tuple[Sentence, ...]:
    """How often luck alone would show as much; nothing where nothing was tested."""
    if chance is None:
        return ()
    if chance < SELDOM:
        return (Sentence(_("Luck alone would show this in fewer than one in a thousand cases.")),)
    return (Sentence(_("Luck alone would show this in %(chance)s of the cases."), {"chance": share(chance)}),)


def price(hits: float, worth: Decimal | None) -> Decimal | None:
    """What so many are worth, in whole cents; None when nobody knows what one is worth."""
    return None if worth is None else (Decimal(str(hits)) * worth).quantize(CENT)


def share(value: Number) -> Figure:
    return Figure(value, "ratio")


def label(kpi: Kpi) -> Term:
    return Term(kpi.label)


def too_early(about: Subject, kpi: str, sentence: Sentence) -> Verdict:
    """That nothing can be said yet, and why."""
    return Verdict(kinds.TOO_EARLY, "unknown", about, kpi, TOO_EARLY, sentence)
