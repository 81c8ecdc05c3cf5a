"""How many leads become customers, and how many contacts that takes."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import ibis
import ibis.expr.types as ir

from stuurhut.kpi import given
from stuurhut.kpi.catalogue.left import before, undated
from stuurhut.kpi.catalogue.response import LEAD
from stuurhut.kpi.duration import counted
from stuurhut.kpi.formula import PEOPLE, SALE, TIME, By, Computed, record_rows, summed
from stuurhut.kpi.inquiry import Inquiry
from stuurhut.kpi.kpi import Example, Kpi
from stuurhut.kpi.statistics.averages import mean, median_of, percentile
from stuurhut.kpi.statistics.intervals import wilson
from stuurhut.kpi.study import Study, grouped
from stuurhut.kpi.words.answer import Key, Left, Value
from stuurhut.kpi.words.period import add_months
from stuurhut.kpi.words.text import gettext_noop as _

FEW, USUAL_AGE = 30, 180


# -- lead conversion -------------------------------------------------------------------------------------------------


def wins(study: Study) -> ir.Table:
    """won_lead_id, won_on: the first win of each lead, of the deals that were won at T."""
    deals = study.state("opportunity")
    deals = deals.filter((deals.outcome == "won") & before(deals.closed_at, study) & deals.lead_id.notnull())
    return deals.group_by(won_lead_id=deals.lead_id).aggregate(won_on=deals.closed_on.min())


def conversion_age(inquiry: Inquiry) -> int:
    """The age in days at which conversion is judged: the setting, else the age by which nine in ten wins had come.

    That is the 90th percentile of the whole organisation's leads won in the three years before T.
    """
    chosen = inquiry.engine.rules.conversion_age_days
    return chosen if chosen is not None else inquiry.once_at("conversion_age", lambda: _usual_age(inquiry))


def _ages(study: Study) -> ir.Table:
    """How many leads were won at which age, in the three years before T."""
    leads, won = study.state("lead"), wins(study)
    t = leads.inner_join(won, leads.id == won.won_lead_id)
    recent = t.filter(t.won_on >= given.day(lambda inquiry: add_months(inquiry.today, -36)))
    recent = recent.mutate(age=recent.won_on.delta(recent.created_on, unit="day"))
    return recent.group_by("age").aggregate(n=recent.count())


def _usual_age(inquiry: Inquiry) -> int:
    ages = [(row["age"], row["n"]) for row in inquiry.rows(_ages)]
    if sum(n for _, n in ages) < FEW:
        return USUAL_AGE
    return int(percentile(ages, 0.9) or 0)


def _cohort(study: Study, by: By = ()) -> ir.Table:
    """Leads created in the period with `old` (its whole age has passed before T) and `hit` (won within that age)."""
    leads, won = study.flow("lead", "created", by), wins(study)
    t = leads.left_join(won, leads.id == won.won_lead_id)
    in_age = t.won_on.delta(t.created_on, unit="day") <= given.whole(conversion_age)
    first_young = given.day(lambda inquiry: inquiry.running - timedelta(days=conversion_age(inquiry)))
    return t.mutate(old=t.created_on < first_young, hit=in_age.fill_null(ibis.literal(False)))


def _number(flag: ir.BooleanValue) -> ir.Value:
    return flag.sum().fill_null(ibis.literal(0, "int64"))


def _sums(study: Study, by: By) -> ir.Table:
    t = _cohort(study, by)
    return grouped(
        t, by, n=_number(t.old), hits=_number(t.old & t.hit), young=_number(~t.old), young_won=_number(~t.old & t.hit)
    )


def _conversion(inquiry: Inquiry, by: By) -> dict[Key, Value]:
    age, found = conversion_age(inquiry), summed(inquiry, _sums, by, adds_up=True)
    return {
        key: wilson(row["hits"], row["n"], {"age_days": age, "young": row["young"], "young_won": row["young_won"]})
        for key, row in found.items()
    }


_UNDATED = undated("lead", "created")


def _too_young(inquiry: Inquiry) -> list[Left]:
    found = summed(inquiry, _sums, (), adds_up=True)
    return [Left(YOUNG, found[()]["young"]), *_UNDATED(inquiry)]


def _leads_behind(inquiry: Inquiry) -> ir.Table:
    t = _cohort(inquiry.study)
    return record_rows(t.filter(t.old), "lead", "created_owner_id", "created_on", t.filter(t.old).hit)


# -- follow-ups ------------------------------------------------------------------------------------------------------


def _closed(study: Study, by: By = ()) -> ir.Table:
    t = study.flow("opportunity", "closed", by, where=lambda t: t.outcome.isin(["won", "lost"]))
    return t.mutate(contacts=t.outbound_before_close.fill_null(ibis.literal(0, "int64")), won=t.outcome == "won")


def _follow_ups(inquiry: Inquiry, by: By) -> dict[Key, Value]:
    groups = counted(inquiry, _closed, by, "contacts", "won")
    found = {}
    for key, rows in groups.items():
        needed = [(max(contacts - 1, 0), n) for contacts, won, n in rows if won]
        found[key] = mean(needed, more={"median": median_of(needed), "curve": _won_at(rows)})
    return found


def _won_at(rows: list[tuple[int, bool, int]]) -> list[dict[str, object]]:
    """Per contact k: of the deals closed that reached contact k, the share that was won at k."""
    closed, won_at = Counter[int](), Counter[int]()
    for contacts, won, n in rows:
        closed[contacts] += n
        won_at[contacts] += n * won
    reached = closed.total() - closed[0]
    points: list[dict[str, object]] = []
    for k in range(1, max(closed, default=0) + 1):
        share = wilson(won_at[k], reached)
        points.append({"contact": k, "share": share.value, "low": share.low, "high": share.high, "n": reached})
        reached -= closed[k]
    return points


def _won_behind(inquiry: Inquiry) -> ir.Table:
    t = _closed(inquiry.study)
    return record_rows(t.filter(t.won), "opportunity", "closed_owner_id", "closed_on")


def _deal(outcome: str, contacts: int, owner: str = "Alice") -> dict[str, object]:
    return {
        "created_at": "2026-01-05 09:00", "closed_at": "2026-03-10 09:00", "outcome": outcome, "owner": owner,
        "team": "Noord", "outbound_before_close": contacts,
    }  # fmt: skip


def _lead(lead: int, day: str, owner: str = "Alice") -> dict[str, object]:
    return {"id": lead, "created_at": f"{day} 09:00", "owner": owner, "team": "Noord"}


def _win(lead: int, day: str) -> dict[str, object]:
    return {
        "lead_id": lead, "created_at": "2026-01-05 09:00", "closed_at": f"{day} 12:00", "outcome": "won",
        "owner": "Alice", "team": "Noord",
    }  # fmt: skip


YOUNG = _("younger than the age at which conversion is judged")
KPIS = (
    Kpi(
        key="lead_conversion",
        label=_("Conversion ratio"),
        meaning=_(
            "Of the leads created in the period, the share won within the same age for all. Leads that are not that "
            "old yet do not count; they are shown beside it."
        ),
        unit="ratio",
        better="higher",
        phase="leads",
        formula=Computed(
            _conversion, TIME | PEOPLE | LEAD, shows_everyone=True, left_out=_too_young, behind=_leads_behind
        ),
        example=Example(
            story=_(
                "Conversion is judged at 30 days, on 28 February. Of the four leads of January three are that old: "
                "one was won after 10 days, one after 40 days (too late to count) and one was not won. That is one in"
                " three."
            ),
            facts={
                "lead": [
                    _lead(1, "2026-01-05"),
                    _lead(2, "2026-01-06"),
                    _lead(3, "2026-01-07", "Bram"),
                    _lead(4, "2026-01-30", "Bram"),
                ],
                "opportunity": [_win(1, "2026-01-15"), _win(2, "2026-02-15"), _win(4, "2026-02-05")],
            },
            period="2026-01",
            as_of="2026-02-28",
            by=("person",),
            expect=1 / 3,
            rows={"Alice": 0.5, "Bram": 0},
        ),
    ),
    Kpi(
        key="follow_ups_to_close",
        label=_("Contacts to a deal"),
        meaning=_(
            "How many outbound contacts after the first one a deal took that was won in the period, on average; "
            "beside it the median, and per contact the share of the closed deals that came that far and were won "
            "there."
        ),
        unit="number",
        better="neither",
        phase="contact",
        formula=Computed(_follow_ups, TIME | PEOPLE | SALE | {"lead_owner"}, shows_everyone=True, behind=_won_behind),
        example=Example(
            story=_(
                "Three deals were won after 1, 3 and 5 outbound contacts: 0, 2 and 4 follow-ups, 2 on average. The "
                "lost deal does not count."
            ),
            facts={"opportunity": [_deal("won", 1), _deal("won", 3), _deal("won", 5, "Bram"), _deal("lost", 9)]},
            expect=2,
            by=("person",),
            rows={"Alice": 1, "Bram": 4},
        ),
    ),
)
