"""The open pipeline: where turnover will come from."""

from __future__ import annotations

from decimal import Decimal

import ibis.expr.types as ir

from stuurhut.kpi.catalogue.left import NO_AMOUNT, balance_lacking, both, undated
from stuurhut.kpi.formula import PEOPLE, SALE, TIME, Balance, By, Computed, amount, record_rows, whole
from stuurhut.kpi.inquiry import Inquiry
from stuurhut.kpi.kpi import Example, FactRows, Kpi
from stuurhut.kpi.study import Study, grouped
from stuurhut.kpi.words.answer import Key, Value
from stuurhut.kpi.words.text import gettext_noop as _

PIPELINE = TIME | PEOPLE | SALE | {"stage", "lead_owner"}  # the time is that of the expected close
CLOSE = "expected_close_on"
ZERO = Decimal("0.00")


def qualified_open(t: ir.Table, study: Study) -> ir.BooleanValue:
    """Open, in a stage that counts as qualified."""
    return (t.outcome == "open") & t.qualified


def _weighted(study: Study, by: By = ()) -> ir.Table:
    """The open pipeline with `portion`: the amount (or its part) times the probability of the stage on the day of T."""
    t = study.balance("opportunity", by, where=lambda t: qualified_open(t, study), on=CLOSE)
    chance = probability(study)
    t = t.left_join(chance, t.stage_id == chance.of_stage)
    worth = t.portion if "portion" in t.columns else t.amount
    return t.mutate(portion=worth.cast("decimal(24, 6)") * t.chance)


def probability(study: Study) -> ir.Table:
    """of_stage, chance: what a stage's probability is on the day of T."""
    t = study.table("stage_probability")
    t = t.filter((t.starts_on <= study.today) & (t.until_on.isnull() | (t.until_on > study.today)))
    return t.select(of_stage=t.stage_id, chance=t.probability.cast("decimal(9, 6)"))


def _weighted_sums(study: Study, by: By) -> ir.Table:
    t = _weighted(study, by)
    return grouped(t, by, value=t.portion.sum())


def _weighted_value(inquiry: Inquiry, by: By) -> dict[Key, Value]:
    found = inquiry.found(_weighted_sums, by)
    return {key: Value(ZERO if row["value"] is None else whole(row["value"])) for key, row in found.items()}


def _without_probability(t: ir.Table, study: Study) -> ir.BooleanValue:
    return qualified_open(t, study) & ~t.stage_id.isin(probability(study).of_stage)


_UNDATED = undated("opportunity", "created", where=qualified_open)
_NO_AMOUNT = balance_lacking(NO_AMOUNT, "opportunity", lambda t, s: qualified_open(t, s) & t.amount.isnull())
_NO_PROBABILITY = balance_lacking(_("no probability set for the stage"), "opportunity", _without_probability)

_OPEN: FactRows = [
    {"created_at": "2026-02-02 09:00", "amount": 10000, "stage": "Offerte", "owner": "Alice", "team": "Noord"},
    {"created_at": "2026-02-09 09:00", "amount": "4000.50", "stage": "Voorstel", "owner": "Bram", "team": "Noord"},
    {"created_at": "2026-03-02 09:00", "stage": "Voorstel", "owner": "Bram", "team": "Noord"},
    {"created_at": "2026-03-03 09:00", "amount": 6000, "stage": "Verkenning", "qualified": False, "owner": "Bram",
     "team": "Noord"},
    {"created_at": "2026-01-12 09:00", "amount": 9000, "stage": "Verloren", "outcome": "lost",
     "closed_at": "2026-03-12 09:00", "owner": "Bram", "team": "Noord"},
]  # fmt: skip
_CHANCES: FactRows = [
    {"stage": "Offerte", "probability": 0.4, "starts_on": "2025-01-01", "until_on": "2026-03-01"},
    {"stage": "Offerte", "probability": 0.6, "starts_on": "2026-03-01"},
    {"stage": "Voorstel", "probability": 0.2, "starts_on": "2025-01-01"},
]

KPIS = (
    Kpi(
        key="pipeline_open_count",
        label=_("Open opportunities"),
        meaning=_("Opportunities that on the peildatum were open and in a stage that counts as qualified."),
        unit="count",
        better="higher",
        phase="pipeline",
        formula=Balance("opportunity", where=qualified_open, dimensions=PIPELINE, on=CLOSE, left_out=_UNDATED),
        example=Example(
            story=_("Three opportunities are open and qualified; one is not qualified yet and one was lost."),
            facts={"opportunity": _OPEN},
            expect=3,
            by=("stage",),
            rows={"Offerte": 1, "Voorstel": 2},
        ),
    ),
    Kpi(
        key="pipeline_open_value",
        label=_("Open pipeline"),
        meaning=_("What the qualified opportunities that were open on the peildatum are worth, excluding VAT."),
        unit="money",
        better="higher",
        phase="pipeline",
        formula=Balance(
            "opportunity",
            measure=amount,
            where=qualified_open,
            zero=ZERO,
            dimensions=PIPELINE,
            on=CLOSE,
            left_out=both(_UNDATED, _NO_AMOUNT),
        ),
        example=Example(
            story=_("The qualified open opportunities are worth 10,000 and 4,000.50; the third has no amount yet."),
            facts={"opportunity": _OPEN},
            expect=Decimal("14000.50"),
            by=("person",),
            rows={"Alice": 10000, "Bram": Decimal("4000.50")},
        ),
    ),
    Kpi(
        key="pipeline_weighted_value",
        label=_("Weighted pipeline"),
        meaning=_("The open pipeline, each amount times the probability that its stage had on the peildatum."),
        unit="money",
        better="higher",
        phase="pipeline",
        formula=Computed(
            _weighted_value,
            PIPELINE,
            tells_course=False,
            shows_everyone=True,
            empty=Value(ZERO),
            left_out=both(_UNDATED, _NO_AMOUNT, _NO_PROBABILITY),
            behind=lambda inquiry: record_rows(_weighted(inquiry.study), "opportunity", "owner_id", "created_on"),
        ),
        example=Example(
            story=_("10,000 in Offerte, since March at 60%, and 4,000.50 in Voorstel at 20%: 6,000 plus 800.10."),
            facts={"opportunity": _OPEN, "stage_probability": _CHANCES},
            expect=Decimal("6800.10"),
            by=("stage",),
            rows={"Offerte": 6000, "Voorstel": Decimal("800.10")},
        ),
    ),
)
