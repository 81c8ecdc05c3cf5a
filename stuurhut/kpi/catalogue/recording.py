"""How well work is recorded: how soon, and on how many days not at all."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from stuurhut.kpi.catalogue.hands import weekdays
from stuurhut.kpi.catalogue.left import flow_lacking
from stuurhut.kpi.duration import counted, plain_median
from stuurhut.kpi.formula import PEOPLE, SALE, TIME, By, Computed, record_rows
from stuurhut.kpi.inquiry import Inquiry
from stuurhut.kpi.kpi import Example, Kpi
from stuurhut.kpi.statistics.averages import percentile
from stuurhut.kpi.study import Study, grouped
from stuurhut.kpi.words.answer import Key, Value
from stuurhut.kpi.words.text import gettext_noop as _

# -- delay -----------------------------------------------------------------------------------------------------------


def _held(study: Study, by: By = ()) -> ir.Table:
    """Held activities of the period with the working minutes until they were recorded."""
    t = study.flow("activity", "occurred", by, where=lambda t: (t.state == "held") & t.recorded_wm.notnull())
    delay = (t.recorded_wm - t.occurred_wm).round().cast("int64")
    return t.mutate(length=ibis.greatest(delay, ibis.literal(0, "int64")))


def _delay(inquiry: Inquiry, by: By) -> dict[Key, Value]:
    day = inquiry.engine.rules.minutes_a_day
    found = {}
    for key, rows in counted(inquiry, _held, by, "length").items():
        within = sum(n for delay, n in rows if delay <= day) / sum(n for _delay, n in rows)
        found[key] = plain_median(rows, {"within_a_day": within, "p90": percentile(rows, 0.9)})
    return found


def _held_behind(inquiry: Inquiry) -> ir.Table:
    t = _held(inquiry.study)
    return record_rows(t, "activity", "owner_id", "occurred_on", t.length <= inquiry.engine.rules.minutes_a_day)


# -- days without record ---------------------------------------------------------------------------------------------


def _days(study: Study, by: By = ()) -> ir.Table:
    """Working days, wholly before T, on which a person was available; `silent` when that person recorded nothing."""
    running = study.running
    days = study.flow("person_day", "day", by, where=lambda t: (t.available_fte > 0) & (t.day < running))
    a, start = study.table("activity"), study.first_day
    made = ibis.union(
        *(
            a.filter((a[day] >= start) & (a[day] < running)).select(recorder_id=a.owner_id, made_on=a[day])
            for day in ("recorded_on", "noted_on")
        ),
        distinct=True,
    )
    t = days.left_join(made, [days.person_id == made.recorder_id, days.day == made.made_on])
    t = t.mutate(silent=t.recorder_id.isnull())
    return t.select("person_id", "day", "silent", *(f"by_{name}" for name in by)).distinct()  # once for two teams


def _silent_sums(study: Study, by: By) -> ir.Table:
    t = _days(study, by)
    return grouped(t, by, silent=t.silent.sum(), n=t.count())


def _silent_days(inquiry: Inquiry, by: By) -> dict[Key, Value]:
    found = inquiry.found(_silent_sums, by)
    return {
        key: Value(
            row["silent"] or 0,
            n=row["n"],
            more={"available_days": row["n"], "share": (row["silent"] or 0) / row["n"] if row["n"] else None},
        )
        for key, row in found.items()
    }


def _silent_behind(inquiry: Inquiry) -> ir.Table:
    t = _days(inquiry.study)
    t = t.filter(t.silent)
    return record_rows(t.mutate(id=t.person_id), "person", "person_id", "day")


_WEEK = weekdays(date(2026, 3, 2), date(2026, 3, 7))


def _held_by(owner: str, kind: str, occurred: str, recorded: str) -> dict[str, object]:
    return {
        "kind": kind, "occurred_at": f"2026-03-{occurred}", "recorded_at": f"2026-03-{recorded}", "owner": owner,
        "team": "Noord",
    }  # fmt: skip


_VISITS = [
    _held_by("Alice", "visit", "02 10:00", "02 11:00"),
    _held_by("Alice", "call", "02 14:00", "02 16:00"),
    _held_by("Bram", "visit", "03 10:00", "06 10:00"),
]

KPIS = (
    Kpi(
        key="recording_delay",
        label=_("Recording delay"),
        meaning=_(
            "Median working minutes from when an activity was held to when it was recorded; beside it the share "
            "recorded within a working day."
        ),
        unit="minutes",
        better="lower",
        phase="recording",
        formula=Computed(
            _delay,
            TIME | PEOPLE | SALE | {"kind", "channel"},
            shows_everyone=True,
            left_out=flow_lacking(
                _("no moment of recording"),
                "activity",
                "occurred",
                lambda t, _study: (t.state == "held") & t.recorded_wm.isnull(),
            ),
            behind=_held_behind,
        ),
        example=Example(
            story=_(
                "Alice recorded a visit after one hour and a call after two; Bram a visit after three working days. "
                "In the middle lies two hours: 120 minutes."
            ),
            facts={"activity": _VISITS},
            expect=120,
            by=("person",),
            rows={"Alice": 90, "Bram": 1440},
        ),
    ),
    Kpi(
        key="days_without_record",
        label=_("Days without record"),
        meaning=_(
            "Working days on which a person was available and recorded nothing at all; the day of today is left out."
        ),
        unit="count",
        better="lower",
        phase="recording",
        formula=Computed(_silent_days, TIME | PEOPLE, shows_everyone=True, empty=Value(0, n=0), behind=_silent_behind),
        example=Example(
            story=_(
                "Alice and Bram were there all five days of the week. Alice recorded on Monday only, Bram on Friday "
                "only: four days without record each, eight together."
            ),
            facts={
                "activity": _VISITS,
                "person_day": [
                    {"person": person, "team": "Noord", "day": day, "contract_fte": 1.0, "available_fte": 1.0}
                    for person in ("Alice", "Bram")
                    for day in _WEEK
                ],
            },
            period="2026-W10",
            as_of="2026-03-08",
            expect=8,
            by=("person",),
            rows={"Alice": 4, "Bram": 4},
        ),
    ),
)
