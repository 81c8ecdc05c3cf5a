"""What a source or strategy brings: poor, good, or under its benchmark (B4)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from stuurhut.kpi.statistics.changes import contrast
from stuurhut.kpi.statistics.discoveries import discoveries
from stuurhut.kpi.statistics.steps import Tally
from stuurhut.kpi.verdicts import kinds
from stuurhut.kpi.verdicts.saying import luck, price, share, too_early
from stuurhut.kpi.verdicts.thresholds import Thresholds
from stuurhut.kpi.verdicts.verdict import Filling, Sentence, Subject, Verdict
from stuurhut.kpi.words.text import gettext_noop as _

KPI = "lead_conversion"
FEW_WINS = 4.0  # to be expected; under that no source is judged


def sources(
    found: Sequence[tuple[Subject, Tally]], thresholds: Thresholds, *, benchmarks: Sequence[float | None] = (),
    worth: Decimal | None = None,
) -> tuple[Verdict, ...]:  # fmt: skip
    """One verdict per source or strategy (leads at least A days old, of which won): POOR_SOURCE or GOOD_SOURCE against
    the others together, MISMATCH when clearly under its benchmark, SOURCE_RIGHT or TOO_EARLY.

    `benchmarks` run with `found` (None: no benchmark; empty: none at all). False discoveries are kept down over all.
    `worth` is what one won lead is worth in the base currency.
    """
    aims = tuple(benchmarks) or (None,) * len(found)
    rest = [_without(number, found) for number in range(len(found))]
    chances = [_chance(own, others) for (_about, own), others in zip(found, rest, strict=True)]
    below = [_under(own, aim) for (_about, own), aim in zip(found, aims, strict=True)]
    stand = discoveries([*chances, *below], thresholds.false_discoveries)
    verdicts = []
    for number, (about, own) in enumerate(found):
        others = rest[number]
        if chances[number] is None and below[number] is None:
            verdicts.append(_early(about, own))
        elif stand[number] and _differs(own, others, thresholds):
            verdicts.append(_against_others(about, own, others, chances[number], worth))
        elif stand[len(found) + number]:
            verdicts.append(_mismatch(about, own, aims[number] or 0.0, below[number], worth))
        else:
            verdicts.append(_right(about, own, others))
    return tuple(verdicts)


def _without(number: int, found: Sequence[tuple[Subject, Tally]]) -> Tally:
    others = [tally for other, (_about, tally) in enumerate(found) if other != number]
    return Tally(sum(tally.hits for tally in others), sum(tally.n for tally in others))


def _chance(own: Tally, others: Tally) -> float | None:
    """Two-sided chance of the difference by luck; None where too little can be expected."""
    import numpy as np
    from scipy.special import ndtr

    if not own.n or not others.n or own.n * others.hits / others.n < FEW_WINS:
        return None
    hits = (np.array(float(others.hits)), np.array(float(own.hits)))
    return float(2 * ndtr(-abs(contrast(hits, (np.array(float(others.n)), np.array(float(own.n))), "share"))))


def _under(own: Tally, benchmark: float | None) -> float | None:
    """Chance of so few when the source does what its benchmark says."""
    from scipy.special import bdtr

    if benchmark is None or own.n * benchmark < FEW_WINS:
        return None
    return float(bdtr(own.hits, own.n, min(benchmark, 1.0)))


def _differs(own: Tally, others: Tally, thresholds: Thresholds) -> bool:
    usual = others.hits / others.n
    return abs(own.hits / own.n - usual) >= thresholds.step_effect * usual


def _against_others(about: Subject, own: Tally, others: Tally, chance: float | None, worth: Decimal | None) -> Verdict:
    values = _values(own, others)
    text = _("%(rate)s of %(n)s leads become customers (%(hits)s), against %(others)s of the leads from elsewhere.")
    sentence = Sentence(text, values)
    if own.hits * others.n > others.hits * own.n:
        remedy = Sentence(_("Put more time and money here, as long as the share holds."))
        brief = Sentence(_("good source"))
        return Verdict(kinds.GOOD_SOURCE, "good", about, KPI, brief, sentence, luck(chance), remedy, chance)
    remedy = Sentence(_("Put less time and money here, or qualify these leads before a seller gets them."))
    missed = price(own.n * others.hits / others.n - own.hits, worth)
    return Verdict(
        kinds.POOR_SOURCE, "bad", about, KPI, Sentence(_("poor source")), sentence, luck(chance), remedy, chance,
        missed,
    )  # fmt: skip


def _mismatch(about: Subject, own: Tally, aim: float, chance: float | None, worth: Decimal | None) -> Verdict:
    values: dict[str, Filling] = {"rate": share(own.hits / own.n), "hits": own.hits, "n": own.n, "aim": share(aim)}
    sentence = Sentence(_("%(rate)s of %(n)s leads become customers, where the benchmark is %(aim)s."), values)
    remedy = Sentence(
        _("Check two things: are these leads followed up, and does the offer match what they were promised?")
    )
    missed = price(own.n * aim - own.hits, worth)
    return Verdict(
        kinds.MISMATCH, "bad", about, KPI, Sentence(_("under its benchmark")), sentence, luck(chance), remedy, chance,
        missed,
    )  # fmt: skip


def _right(about: Subject, own: Tally, others: Tally) -> Verdict:
    sentence = Sentence(
        _("%(rate)s of %(n)s leads become customers; %(others)s of the leads from elsewhere."), _values(own, others)
    )
    return Verdict(kinds.SOURCE_RIGHT, "good", about, KPI, Sentence(_("as usual")), sentence)


def _early(about: Subject, own: Tally) -> Verdict:
    values: dict[str, Filling] = {"n": own.n}
    return too_early(about, KPI, Sentence(_("%(n)s leads old enough to count: too few to judge the source."), values))


def _values(own: Tally, others: Tally) -> dict[str, Filling]:
    return {
        "rate": share(own.hits / own.n if own.n else None), "hits": own.hits, "n": own.n,
        "others": share(others.hits / others.n if others.n else None),
    }  # fmt: skip
