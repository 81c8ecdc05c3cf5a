"""Leads: how many come in, how heavy the load is, how good they are."""

from __future__ import annotations

import ibis.expr.types as ir

from stuurhut.kpi.catalogue.hands import selling_fte
from stuurhut.kpi.catalogue.left import before, flow_lacking, undated
from stuurhut.kpi.formula import PEOPLE, SALE, TIME, Balance, By, Computed, Flow, Ratio, Share, record_rows
from stuurhut.kpi.inquiry import Inquiry
from stuurhut.kpi.kpi import Example, FactRows, Kpi
from stuurhut.kpi.study import Study, grouped
from stuurhut.kpi.words.answer import Key, Value
from stuurhut.kpi.words.text import gettext_noop as _


def open_at(t: ir.Table, study: Study) -> ir.BooleanValue:
    """Neither qualified nor disqualified before T, and no deal won from it."""
    return ~_decided(t, study) & ~t.id.isin(_won(study).lead_id)


def _won(study: Study) -> ir.Table:
    deals = study.state("opportunity")
    return deals.filter((deals.outcome == "won") & deals.lead_id.notnull())


def _qualified(t: ir.Table, study: Study) -> ir.BooleanValue:
    return before(t.qualified_at, study)


def _decided(t: ir.Table, study: Study) -> ir.BooleanValue:
    return before(t.qualified_at, study) | before(t.disqualified_at, study)


def _unanswered(t: ir.Table, study: Study) -> ir.BooleanValue:
    return open_at(t, study) & ~before(t.answered_at, study)


def _waiting(study: Study, by: By = ()) -> ir.Table:
    return study.balance("lead", by, where=lambda t: _unanswered(t, study))


def _ages(study: Study, by: By) -> ir.Table:
    t = _waiting(study, by)
    t = t.mutate(seconds=study.as_of.epoch_seconds() - t.created_at.epoch_seconds())
    return grouped(t, by, n=t.count(), median=t.seconds.median(), oldest=t.seconds.max())


def _unanswered_with_age(inquiry: Inquiry, by: By) -> dict[Key, Value]:
    """How many wait for an answer; median and greatest age in days."""
    found = inquiry.found(_ages, by)
    return {
        key: Value(row["n"], more={"median_age": _days(row["median"]), "oldest_age": _days(row["oldest"])})
        for key, row in found.items()
    }


def _days(seconds: float | None) -> float | None:
    """Divided here: Spark takes a literal such as 86400.0 for a decimal and cuts the days off behind four digits."""
    return None if seconds is None else float(seconds) / 86400


def _contact_sums(study: Study, by: By) -> ir.Table:
    contacts = study.table("activity")
    contacts = contacts.filter(contacts.is_contact & before(contacts.occurred_at, study))
    per_lead = contacts.group_by(contacted=contacts.lead_id).aggregate(contacts=contacts.count())
    leads = study.flow("lead", "created", by)
    t = leads.left_join(per_lead, leads.id == per_lead.contacted)
    return grouped(t, by, contacts=t.contacts.sum(), n=t.count())


def _contacts_per_lead(inquiry: Inquiry, by: By) -> dict[Key, Value]:
    found = inquiry.found(_contact_sums, by)
    return {k: Value((r["contacts"] or 0) / r["n"] if r["n"] else None, n=r["n"]) for k, r in found.items()}


def _open_per_fte(inquiry: Inquiry, by: By) -> dict[Key, Value]:
    """Open leads over the FTE that was there to sell, averaged over the working days of the period so far."""
    leads, hands = OPEN.groups(inquiry, by), selling_fte(inquiry, by)
    found = {}
    for key in {**hands, **leads}:
        number, fte = float(leads[key].value or 0) if key in leads else 0.0, hands.get(key, 0.0)
        found[key] = Value(number / fte if fte else None, more={"leads": int(number), "fte": fte})
    return found


OPEN = Balance("lead", where=open_at, left_out=undated("lead", "created"))
CREATED = Flow("lead", "created", left_out=undated("lead", "created"))

_MARCH: FactRows = [
    {"created_at": "2026-03-02 09:00", "owner": "Alice", "team": "Noord", "source": "Beurs",
     "qualified_at": "2026-03-05 10:00", "answered_at": "2026-03-02 10:00", "rating": 4},
    {"created_at": "2026-03-03 11:00", "owner": "Alice", "team": "Noord", "source": "Website",
     "disqualified_at": "2026-03-04 09:00", "answered_at": "2026-03-03 15:00", "rating": 1},
    {"created_at": "2026-03-09 15:00", "owner": "Bram", "team": "Noord", "source": "Website"},
    {"created_at": "2026-02-27 16:00", "owner": "Bram", "team": "Noord", "source": "Beurs"},
]  # fmt: skip
_CALLED: FactRows = [
    {"kind": "call", "occurred_at": "2026-03-02 10:00", "owner": "Alice", "team": "Noord", "lead_id": 1},
    {"kind": "visit", "occurred_at": "2026-03-04 10:00", "owner": "Alice", "team": "Noord", "lead_id": 1},
    {"kind": "email", "occurred_at": "2026-03-03 15:00", "owner": "Alice", "team": "Noord", "lead_id": 2},
    {"kind": "call", "occurred_at": "2026-03-10 15:00", "owner": "Bram", "team": "Noord", "lead_id": 3,
     "outcome": "not_reached"},
]  # fmt: skip
_WON: FactRows = [
    {"created_at": "2026-02-27 17:00", "closed_at": "2026-03-20 12:00", "outcome": "won", "lead_id": 4,
     "owner": "Bram", "team": "Noord", "amount": 5000},
]  # fmt: skip
_WEEK: FactRows = [{"day": f"2026-03-{day:02d}", "working": True} for day in (2, 3, 4, 5, 6)]
_THERE: FactRows = [
    *({"day": d["day"], "person": "Alice", "team": "Noord", "contract_fte": 1.0, "selling_fte": 1.0} for d in _WEEK),
    *({"day": d["day"], "person": "Bram", "team": "Noord", "contract_fte": 0.5, "selling_fte": 0.5} for d in _WEEK),
]

KPIS = (
    Kpi(
        key="leads_created",
        label=_("New leads"),
        meaning=_("Leads created in the period, for whoever owned them at that moment."),
        unit="count",
        better="higher",
        phase="leads",
        formula=CREATED,
        example=Example(
            story=_("Three leads came in during March and one in February: March counts three."),
            facts={"lead": _MARCH},
            expect=3,
            by=("person",),
            rows={"Alice": 2, "Bram": 1},
        ),
    ),
    Kpi(
        key="leads_open",
        label=_("Open leads"),
        meaning=_("Leads that were neither qualified, disqualified nor won on the peildatum."),
        unit="count",
        better="neither",
        phase="leads",
        formula=OPEN,
        example=Example(
            story=_("Of four leads one is qualified and one disqualified; the two of Bram are still open."),
            facts={"lead": _MARCH},
            expect=2,
            by=("person",),
            rows={"Alice": 0, "Bram": 2},
        ),
    ),
    Kpi(
        key="leads_open_per_fte",
        label=_("Open leads per FTE"),
        meaning=_(
            "Open leads on the peildatum over the FTE of sellers that was available on the working days of the period "
            "so far: how heavy the load is on the people who are there. Who leads a team is not counted."
        ),
        unit="number",
        better="neither",
        phase="leads",
        formula=Computed(
            _open_per_fte,
            PEOPLE,
            shows_everyone=True,
            left_out=undated("lead", "created"),
            behind=OPEN.records,
        ),
        example=Example(
            story=_("Two leads are open. Alice works full time and Bram half: 1.5 FTE, so 1.33 open leads each FTE."),
            facts={"lead": _MARCH, "calendar_day": _WEEK, "person_day": _THERE},
            expect=2 / 1.5,
            by=("person",),
            rows={"Alice": 0, "Bram": 4},
        ),
    ),
    Kpi(
        key="qualified_share",
        label=_("Qualified"),
        meaning=_("Of the leads created in the period on which was decided, the share that was qualified."),
        unit="ratio",
        better="higher",
        phase="leads",
        formula=Share("lead", "created", hit=_qualified, where=_decided, left_out=undated("lead", "created")),
        example=Example(
            story=_("Of the leads of March two were decided on: one qualified, one disqualified. That is half."),
            facts={"lead": _MARCH},
            expect=0.5,
        ),
    ),
    Kpi(
        key="lead_rating",
        label=_("Lead rating"),
        meaning=_("The mean of the marks, 1 to 5, that sellers gave the leads created in the period."),
        unit="number",
        better="higher",
        phase="leads",
        formula=Flow(
            "lead",
            "created",
            measure=lambda t: t.rating.mean(),
            where=lambda t: t.rating.notnull(),
            zero=None,
            n=lambda t: t.count(),
            left_out=flow_lacking(_("not rated"), "lead", "created", lambda t, _s: t.rating.isnull()),
        ),
        example=Example(
            story=_("Alice gave her two leads of March a 4 and a 1: 2.5 on average. The lead of Bram has no mark."),
            facts={"lead": _MARCH},
            expect=2.5,
            by=("person",),
            rows={"Alice": 2.5, "Bram": None},
        ),
    ),
    Kpi(
        key="leads_unanswered",
        label=_("Unanswered leads"),
        meaning=_(
            "Open leads that on the peildatum had no outbound contact and no answered inbound one yet, and for how many"
            " days they had been waiting."
        ),
        unit="count",
        better="lower",
        phase="leads",
        formula=Computed(
            _unanswered_with_age,
            PEOPLE | SALE,
            shows_everyone=True,
            empty=Value(0, more={"median_age": None, "oldest_age": None}),
            left_out=undated("lead", "created"),
            behind=lambda inquiry: record_rows(_waiting(inquiry.study), "lead", "owner_id", "created_on"),
        ),
        example=Example(
            story=_("The two open leads of Bram have not been answered; the oldest has waited since 27 February."),
            facts={"lead": _MARCH},
            expect=2,
            by=("source",),
            rows={"Beurs": 1, "Website": 1},
        ),
    ),
    Kpi(
        key="contacts_per_lead",
        label=_("Contacts per lead"),
        meaning=_("Contacts up to the peildatum with the leads created in the period, divided by those leads."),
        unit="number",
        better="neither",
        phase="leads",
        formula=Computed(
            _contacts_per_lead,
            TIME | PEOPLE | SALE,
            shows_everyone=True,
            left_out=undated("lead", "created"),
            behind=CREATED.records,
        ),
        example=Example(
            story=_("Three leads of March had a call, a visit and an e-mail; a call without answer is no contact."),
            facts={"lead": _MARCH, "activity": _CALLED},
            expect=1,
            by=("person",),
            rows={"Alice": 1.5, "Bram": 0},
        ),
    ),
    Kpi(
        key="wins_per_lead",
        label=_("Wins per lead"),
        meaning=_("Deals won in the period that came from a lead, over the leads created in it; this may exceed 1."),
        unit="ratio",
        better="higher",
        phase="leads",
        formula=Ratio(
            Flow("opportunity", "closed", where=lambda t: (t.outcome == "won") & t.lead_id.notnull()),
            CREATED,
        ),
        example=Example(
            story=_("Three leads came in during March and one deal, from a lead of February, was won: 0.33 a lead."),
            facts={"lead": _MARCH, "opportunity": _WON},
            expect=1 / 3,
            by=("person",),
            rows={"Alice": 0, "Bram": 1},
        ),
    ),
)
