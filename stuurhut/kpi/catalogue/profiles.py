"""What is known of top relations: profile, buying phase, pains and gains."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from stuurhut.kpi.catalogue.customers import ACCOUNTS
from stuurhut.kpi.catalogue.left import ago, before
from stuurhut.kpi.catalogue.top_relations import RELATIONS, TOP, relation_records, top_relations
from stuurhut.kpi.formula import By, Computed
from stuurhut.kpi.inquiry import Inquiry
from stuurhut.kpi.kpi import Example, FactRows, Kpi
from stuurhut.kpi.statistics.intervals import wilson
from stuurhut.kpi.study import Study, grouped
from stuurhut.kpi.words.answer import Key, Value
from stuurhut.kpi.words.text import gettext_noop as _

PROFILE_PARTS = 4  # spend pattern, order volume, suppliers, right contacts
PROFILE_DAYS = 365
PHASE_DAYS = 90


def _profiled(study: Study, by: By = ()) -> ir.Table:
    """Top relations with `parts`: how many of the four were confirmed within the year before T."""
    p = study.table("profile_part")
    p = p.filter(before(p.confirmed_at, study) & (p.confirmed_at >= ago(PROFILE_DAYS)))
    filled = p.group_by(profile_of=p.account_id).aggregate(parts=p.part.nunique())
    t = top_relations(study, by)
    t = t.left_join(filled, t.id == filled.profile_of)
    return t.mutate(parts=t.parts.fill_null(0), complete=(t.parts >= PROFILE_PARTS).fill_null(ibis.literal(False)))


def _profile_sums(study: Study, by: By) -> ir.Table:
    t = _profiled(study, by)
    return grouped(t, by, hits=t.complete.sum(), n=t.count(), parts=t.parts.mean())


def _profile_share(inquiry: Inquiry, by: By) -> dict[Key, Value]:
    found = inquiry.found(_profile_sums, by)
    return {k: wilson(r["hits"] or 0, r["n"], more={"mean_parts": r["parts"]}) for k, r in found.items()}


def _phase_known(study: Study, by: By = ()) -> ir.Table:
    """Top relations with `known`: the phase in which they were at T began or was confirmed within ninety days."""
    p = study.table("buying_phase")
    now = p.filter(before(p.since_at, study) & ~before(p.until_at, study))
    fresh = now.filter(
        (now.since_at >= ago(PHASE_DAYS)) | ((now.confirmed_at >= ago(PHASE_DAYS)) & before(now.confirmed_at, study))
    )
    known = fresh.select(known_of=fresh.account_id).distinct()
    t = top_relations(study, by)
    t = t.left_join(known, t.id == known.known_of)
    return t.mutate(known=t.known_of.notnull())


def _phase_sums(study: Study, by: By) -> ir.Table:
    t = _phase_known(study, by)
    return grouped(t, by, hits=t.known.sum(), n=t.count())


def _phase_known_share(inquiry: Inquiry, by: By) -> dict[Key, Value]:
    found = inquiry.found(_phase_sums, by)
    return {key: wilson(row["hits"] or 0, row["n"]) for key, row in found.items()}


def _with_pains(study: Study, by: By = ()) -> ir.Table:
    """Top relations with `open_ones`: pains and gains found and not yet addressed at T."""
    p = study.table("pain_gain")
    p = p.filter(before(p.found_at, study) & ~before(p.addressed_at, study))
    each = p.group_by(felt_by=p.account_id).aggregate(open_ones=p.count())
    t = top_relations(study, by)
    t = t.left_join(each, t.id == each.felt_by)
    return t.mutate(open_ones=t.open_ones.fill_null(0))


def _pain_sums(study: Study, by: By) -> ir.Table:
    t = _with_pains(study, by)
    return grouped(t, by, open_ones=t.open_ones.sum(), two=(t.open_ones >= 2).sum(), n=t.count())


def _pains_per_relation(inquiry: Inquiry, by: By) -> dict[Key, Value]:
    values = {}
    for key, row in inquiry.found(_pain_sums, by).items():
        n = row["n"]
        more = {"share_with_two": (row["two"] or 0) / n if n else None}
        values[key] = Value((row["open_ones"] or 0) / n if n else None, n=n, more=more)
    return values


_PARTS = ("spend_pattern", "order_volume", "suppliers", "right_contacts")
_PROFILES: FactRows = [
    *({"account": "Bakker BV", "part": part, "confirmed_at": "2025-11-03 10:00"} for part in _PARTS),
    *({"account": "Visser", "part": part, "confirmed_at": "2025-11-03 10:00"} for part in _PARTS[:2]),
    *({"account": "Kaas & Zn", "part": part, "confirmed_at": "2024-11-04 10:00"} for part in _PARTS),
]
_PHASES: FactRows = [
    {"account": "Bakker BV", "phase": 2, "since_at": "2025-03-03 10:00", "until_at": "2026-03-10 10:00"},
    {"account": "Bakker BV", "phase": 3, "since_at": "2026-03-10 10:00"},
    {"account": "Visser", "phase": 5, "since_at": "2025-06-02 10:00", "confirmed_at": "2026-03-02 10:00"},
    {"account": "Kaas & Zn", "phase": 1, "since_at": "2025-06-02 10:00", "confirmed_at": "2025-09-01 10:00"},
]
_PAINS: FactRows = [
    {"account": "Bakker BV", "kind": "pain", "found_at": "2026-01-12 10:00"},
    {"account": "Bakker BV", "kind": "gain", "found_at": "2026-02-09 10:00"},
    {"account": "Bakker BV", "kind": "pain", "found_at": "2025-11-03 10:00", "addressed_at": "2026-02-02 10:00"},
    {"account": "Visser", "kind": "gain", "found_at": "2026-03-02 10:00"},
]

KPIS = (
    Kpi(
        key="top_relation_profile",
        label=_("Profile complete"),
        meaning=_(
            "Share of the top relations of which spend pattern, order volume, suppliers and the right contacts were all"
            " recorded, and confirmed within a year before the peildatum."
        ),
        unit="ratio",
        better="higher",
        phase="customers",
        formula=Computed(
            _profile_share,
            ACCOUNTS,
            shows_everyone=True,
            empty=Value(None, n=0, more={"mean_parts": None}),
            behind=lambda inquiry: relation_records(_profiled(inquiry.study), "complete"),
        ),
        example=Example(
            story=_("Of three top relations only Bakker BV has all four parts confirmed within a year: a third."),
            facts={"account": RELATIONS, "top_relation": TOP, "profile_part": _PROFILES},
            expect=1 / 3,
            by=("person",),
            rows={"Alice": 0.5, "Bram": 0},
        ),
    ),
    Kpi(
        key="buying_phase_known",
        label=_("Buying phase known"),
        meaning=_(
            "Share of the top relations of which the buying phase was recorded or confirmed within ninety days before"
            " the peildatum."
        ),
        unit="ratio",
        better="higher",
        phase="customers",
        formula=Computed(
            _phase_known_share,
            ACCOUNTS,
            shows_everyone=True,
            behind=lambda inquiry: relation_records(_phase_known(inquiry.study), "known"),
        ),
        example=Example(
            story=_(
                "The phase of Bakker BV is new and that of Visser was confirmed this month: two of three are known."
            ),
            facts={"account": RELATIONS, "top_relation": TOP, "buying_phase": _PHASES},
            expect=2 / 3,
            by=("person",),
            rows={"Alice": 1, "Bram": 0},
        ),
    ),
    Kpi(
        key="pains_gains_per_top_relation",
        label=_("Pains and gains per top relation"),
        meaning=_(
            "Pains and gains that were open on the peildatum, per top relation, and the share of top relations with two"
            " or more."
        ),
        unit="number",
        better="higher",
        phase="customers",
        formula=Computed(
            _pains_per_relation,
            ACCOUNTS,
            shows_everyone=True,
            empty=Value(None, n=0, more={"share_with_two": None}),
            behind=lambda inquiry: relation_records(_with_pains(inquiry.study)),
        ),
        example=Example(
            story=_("Two are open at Bakker BV, one at Visser and none at Kaas & Zn: one per top relation."),
            facts={"account": RELATIONS, "top_relation": TOP, "pain_gain": _PAINS},
            expect=1,
            by=("person",),
            rows={"Alice": 1.5, "Bram": 0},
        ),
    ),
)
