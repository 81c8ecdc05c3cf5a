"""How long a sale takes, from the first day to the signature."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from stuurhut.kpi.catalogue.left import before, both, flow_lacking
from stuurhut.kpi.catalogue.quotes import is_sent
from stuurhut.kpi.duration import Duration, counted, plain_median
from stuurhut.kpi.formula import PEOPLE, SALE, TIME, By, Computed, record_rows
from stuurhut.kpi.inquiry import Inquiry
from stuurhut.kpi.kpi import Example, Kpi
from stuurhut.kpi.statistics.survival import Curve, aalen_johansen, step_at
from stuurhut.kpi.study import Study
from stuurhut.kpi.words.answer import Key, Value
from stuurhut.kpi.words.text import gettext_noop as _

NOT_YET, WON, LOST = 0, 1, 2
AGES = (30, 60, 90, 120, 180, 270, 365, 545, 730)  # days at which the cohort's curve is read


def days_between(until: ir.Value, start: ir.Value) -> ir.Value:
    """Whole days, never fewer than none (a date may have been typed wrong)."""
    return ibis.greatest(until.delta(start, unit="day"), ibis.literal(0, "int64"))


def today(study: Study) -> ir.Value:
    """The local day in which T lies, or that of asking when T lies ahead."""
    return study.seen_on


# -- sales cycle -----------------------------------------------------------------------------------------------------


def _won(study: Study, by: By = ()) -> ir.Table:
    t = study.flow("opportunity", "closed", by, where=lambda t: (t.outcome == "won") & t.created_on.notnull())
    return t.mutate(length=days_between(t.closed_on, t.created_on))


def _endings(study: Study, by: By) -> ir.Table:
    """Opportunities created in the period: how they ended, and after how many days."""
    t = study.flow("opportunity", "created", by)
    closed = before(t.closed_at, study)
    return t.mutate(
        length=days_between(ibis.cases((closed, t.closed_on), else_=today(study)), t.created_on),
        way=ibis.cases((closed & (t.outcome == "won"), WON), (closed & (t.outcome == "lost"), LOST), else_=NOT_YET),
    )


def _cohort(inquiry: Inquiry, by: By) -> dict[Key, dict[str, object]]:
    """Of the opportunities created in the period: the share won and lost by each age, both competing."""
    return {key: _course(rows) for key, rows in counted(inquiry, _endings, by, "length", "way").items()}


def _course(endings: list[tuple[int, int, int]]) -> dict[str, object]:
    longest = max((length for length, _way, _n in endings), default=0)
    won, lost = aalen_johansen(endings, WON), aalen_johansen(endings, LOST)
    ages = [age for age in AGES if age <= longest] + ([longest] if endings else [])
    return {
        "n": sum(n for _length, _way, n in endings),
        "ages": list(dict.fromkeys(ages)),
        "won": [step_at(won, age) for age in dict.fromkeys(ages)],
        "lost": [step_at(lost, age) for age in dict.fromkeys(ages)],
    }


def _cycle(inquiry: Inquiry, by: By) -> dict[Key, Value]:
    found, cohort = counted(inquiry, _won, by, "length"), _cohort(inquiry, by)
    return {key: plain_median(found.get(key, []), {"cohort": cohort.get(key)}) for key in {**cohort, **found}}


# -- quotes ----------------------------------------------------------------------------------------------------------


def _fate(t: ir.Table, study: Study, states: tuple[str, ...]) -> ir.BooleanValue:
    """Whether at T the quote had been decided on in one of these ways."""
    return before(t.decided_at, study) & t.state.isin(states)


def _quotes(study: Study, by: By = ()) -> ir.Table:
    t = study.flow("quote", "sent", by, where=lambda t: is_sent(t) & ~_fate(t, study, ("rejected", "expired")))
    accepted = _fate(t, study, ("accepted",))
    until = ibis.cases((accepted, t.decided_on), else_=today(study))
    return t.mutate(length=days_between(until, t.sent_on), ended=accepted)


def _quotes_beside(curve: Curve, _inquiry: Inquiry) -> dict[str, object]:
    return {"accepted": curve.ended, "open": curve.n - curve.ended, "p90": curve.quantile(0.9)}


def _opportunity(created: str, closed: str | None, outcome: str, owner: str = "Alice") -> dict[str, object]:
    return {
        "created_at": f"{created} 09:00", "closed_at": f"{closed} 15:00" if closed else None, "outcome": outcome,
        "owner": owner, "team": "Noord",
    }  # fmt: skip


def _quote(sent: str, decided: str | None, state: str) -> dict[str, object]:
    return {
        "sent_at": f"{sent} 09:00", "decided_at": f"{decided} 15:00" if decided else None, "state": state,
        "owner": "Alice", "team": "Noord",
    }  # fmt: skip


KPIS = (
    Kpi(
        key="sales_cycle_days",
        label=_("Sales cycle"),
        meaning=_(
            "Median days from creation to winning, of the deals won in the period. Beside it, of the opportunities "
            "created in the period: which share was won and lost by each age."
        ),
        unit="days",
        better="lower",
        phase="funnel",
        formula=Computed(
            _cycle,
            TIME | PEOPLE | SALE | {"lead_owner"},
            shows_everyone=True,
            left_out=flow_lacking(
                _("won without creation date"),
                "opportunity",
                "closed",
                lambda t, _study: (t.outcome == "won") & t.created_on.isnull(),
            ),
            behind=lambda inquiry: record_rows(_won(inquiry.study), "opportunity", "closed_owner_id", "closed_on"),
        ),
        example=Example(
            story=_(
                "Three deals won in March took 10, 20 and 60 days: 20 is in the middle. The lost one does not count."
            ),
            facts={
                "opportunity": [
                    _opportunity("2026-03-01", "2026-03-11", "won"),
                    _opportunity("2026-03-01", "2026-03-21", "won"),
                    _opportunity("2026-01-19", "2026-03-20", "won", "Bram"),
                    _opportunity("2026-03-01", "2026-03-03", "lost"),
                ]
            },
            expect=20,
            by=("person",),
            rows={"Alice": 15, "Bram": 60},
        ),
    ),
    Kpi(
        key="quote_acceptance_days",
        label=_("Days to accept a quote"),
        meaning=_(
            "Median days from sending a quote to its acceptance, of the quotes sent in the period. Open quotes count "
            "as 'at least'; rejected and expired ones are left out, with their number."
        ),
        unit="days",
        better="lower",
        phase="funnel",
        formula=Duration(
            _quotes,
            lambda study, t: record_rows(t, "quote", "owner_id", "sent_on", t.ended),
            _quotes_beside,
            both(
                flow_lacking(_("rejected"), "quote", "sent", lambda t, study: _fate(t, study, ("rejected",))),
                flow_lacking(_("expired"), "quote", "sent", lambda t, study: _fate(t, study, ("expired",))),
            ),
            dimensions=TIME | PEOPLE | SALE | {"lead_owner"},
        ),
        example=Example(
            story=_(
                "Of the quotes of 2 March one was accepted after 4 days, one after 9, one is still open and one was "
                "rejected. After 9 days two of the three that count were accepted: 9 is the median."
            ),
            facts={
                "quote": [
                    _quote("2026-03-02", "2026-03-06", "accepted"),
                    _quote("2026-03-02", "2026-03-11", "accepted"),
                    _quote("2026-03-02", None, "sent"),
                    _quote("2026-03-02", "2026-03-05", "rejected"),
                ]
            },
            expect=9,
        ),
    ),
)
