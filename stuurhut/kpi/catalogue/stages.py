"""What happens in each stage: how many go on, and how long they stay.

Each opportunity counts once a stage, at its first entry; those lost later stay in.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from stuurhut.kpi.catalogue.cycle import days_between, today
from stuurhut.kpi.catalogue.left import before
from stuurhut.kpi.duration import Duration
from stuurhut.kpi.formula import PEOPLE, SALE, TIME, By, Computed, record_rows
from stuurhut.kpi.inquiry import Inquiry
from stuurhut.kpi.kpi import Example, Kpi
from stuurhut.kpi.statistics.intervals import wilson
from stuurhut.kpi.statistics.survival import Curve
from stuurhut.kpi.study import Study, grouped
from stuurhut.kpi.words.answer import Key, Value
from stuurhut.kpi.words.text import gettext_noop as _

DIMENSIONS = TIME | PEOPLE | SALE | {"stage", "lead_owner"}


def first_entries(study: Study, by: By = ()) -> ir.Table:
    """First entries in the period into stages that are not the end."""
    return study.flow("stage_entry", "entered", by, where=lambda t: (t.nth == 1) & (t.kind == "open"))


def _how_far(study: Study) -> ir.Table:
    """Per opportunity, at T: the furthest stage it ever was in, and whether it is won or lost now."""
    t = study.table("stage_entry")
    t = t.filter(before(t.entered_at, study))
    now = ~before(t.left_at, study)
    return t.group_by(far_id=t.opportunity_id).aggregate(
        furthest=t.stage_order.max(where=t.kind == "open"),
        is_won=(now & (t.kind == "won")).any(),
        is_lost=(now & (t.kind == "lost")).any(),
    )


def _entries(study: Study, by: By = ()) -> ir.Table:
    """First entries with `moved_on` (reached a later stage or was won) and `dropped` (lost before that)."""
    entries, far = first_entries(study, by), _how_far(study)
    t = entries.left_join(far, entries.opportunity_id == far.far_id)
    moved_on = (t.furthest > t.stage_order).fill_null(ibis.literal(False)) | t.is_won
    return t.mutate(moved_on=moved_on, dropped=t.is_lost & ~moved_on)


def _sums(study: Study, by: By) -> ir.Table:
    t = _entries(study, by)
    return grouped(t, by, entered=t.count(), moved=t.moved_on.sum(), dropped=t.dropped.sum())


def _conversion(inquiry: Inquiry, by: By) -> dict[Key, Value]:
    found = inquiry.found(_sums, by)
    return {key: _share(row["entered"], row["moved"] or 0, row["dropped"] or 0) for key, row in found.items()}


def _share(entered: int, moved: int, dropped: int) -> Value:
    still = entered - moved - dropped
    return wilson(moved, moved + dropped, {"entered": entered, "moved_on": moved, "lost": dropped, "undecided": still})


def _behind_conversion(inquiry: Inquiry) -> ir.Table:
    t = _entries(inquiry.study)
    t = t.filter(t.moved_on | t.dropped)
    return record_rows(t.mutate(id=t.opportunity_id), "opportunity", "owner_id", "entered_on", t.moved_on)


def _stays(study: Study, by: By = ()) -> ir.Table:
    """Days in the stage; those still in it at T have not ended."""
    t = first_entries(study, by)
    left = before(t.left_at, study)
    return t.mutate(length=days_between(ibis.cases((left, t.left_on), else_=today(study)), t.entered_on), ended=left)


def _behind_stays(_study: Study, t: ir.Table) -> ir.Table:
    return record_rows(t.mutate(id=t.opportunity_id), "opportunity", "owner_id", "entered_on", t.ended)


def _beside(curve: Curve, _inquiry: Inquiry) -> dict[str, object]:
    return {"p90": curve.quantile(0.9), "left": curve.ended, "still_there": curve.n - curve.ended}


_STAGES = {"Qualifying": (1, "open"), "Negotiation": (2, "open"), "Won": (3, "won"), "Lost": (4, "lost")}


def _path(opportunity: int, *steps: tuple[str, str], owner: str = "Alice") -> list[dict[str, object]]:
    """The stage entries of one opportunity from (stage, day entered) in order."""
    rows: list[dict[str, object]] = []
    for place, (stage, day) in enumerate(steps):
        order, kind = _STAGES[stage]
        left = f"{steps[place + 1][1]} 12:00" if place + 1 < len(steps) else None
        rows.append(
            {
                "id": opportunity * 100 + place, "opportunity_id": opportunity, "stage": stage, "stage_order": order,
                "kind": kind, "nth": 1 + sum(1 for earlier, _day in steps[:place] if earlier == stage),
                "entered_at": f"{day} 12:00", "left_at": left, "owner": owner, "team": "Noord",
            }
        )  # fmt: skip
    return rows


_MARCH = [
    *_path(1, ("Qualifying", "2026-03-02"), ("Negotiation", "2026-03-06"), ("Won", "2026-03-16")),
    *_path(2, ("Qualifying", "2026-03-02"), ("Negotiation", "2026-03-12"), ("Lost", "2026-03-20")),
    *_path(3, ("Qualifying", "2026-03-03"), ("Lost", "2026-03-05"), owner="Bram"),
    *_path(4, ("Qualifying", "2026-03-23"), owner="Bram"),
]

KPIS = (
    Kpi(
        key="stage_conversion",
        label=_("Stage conversion"),
        meaning=_(
            "Of the opportunities that entered a stage in the period and whose course is known, the share that "
            "reached a later stage or was won. Lost ones stay in; those still undecided are shown beside it."
        ),
        unit="ratio",
        better="higher",
        phase="funnel",
        formula=Computed(_conversion, DIMENSIONS, shows_everyone=True, behind=_behind_conversion),
        example=Example(
            story=_(
                "Four opportunities entered Qualifying: two went on to Negotiation, one was lost and one is still "
                "there: 2 of 3 went on. Of the two in Negotiation one was won and one lost: 1 of 2. Together 3 of 5."
            ),
            facts={"stage_entry": _MARCH},
            by=("stage",),
            expect=3 / 5,
            rows={"Qualifying": 2 / 3, "Negotiation": 0.5},
        ),
    ),
    Kpi(
        key="time_in_stage",
        label=_("Time in stage"),
        meaning=_(
            "Median days that opportunities stayed in a stage they entered in the period, whichever way they left it;"
            " those still there count as 'at least'."
        ),
        unit="days",
        better="lower",
        phase="funnel",
        formula=Duration(_stays, _behind_stays, _beside, dimensions=DIMENSIONS),
        example=Example(
            story=_(
                "Four stayed in Qualifying: 2, 4 and 10 days, and one is there for 8 days so far. After 4 days two of"
                " four had left. In Negotiation one stayed 8 days and one 10: half had left after 8."
            ),
            facts={"stage_entry": _MARCH},
            by=("stage",),
            expect=8,
            rows={"Qualifying": 4, "Negotiation": 8},
        ),
    ),
)
