"""The customers and prospects in somebody's hands, and those that went away."""

from __future__ import annotations

import ibis.expr.types as ir

from stuurhut.kpi import given
from stuurhut.kpi.catalogue.left import NO_ACCOUNT, before, flow_lacking
from stuurhut.kpi.catalogue.orders import standing
from stuurhut.kpi.formula import PEOPLE, Balance, By, Computed, record_rows
from stuurhut.kpi.inquiry import Inquiry
from stuurhut.kpi.kpi import Example, FactRows, Kpi
from stuurhut.kpi.study import Study, grouped
from stuurhut.kpi.words.answer import Key, Value
from stuurhut.kpi.words.period import add_months
from stuurhut.kpi.words.text import gettext_noop as _

ACCOUNTS = PEOPLE | {"account", "industry", "segment", "region", "kind"}


def _with_contacts(study: Study, by: By = ()) -> ir.Table:
    """Accounts at T with `contacts`: how many people are known there; null where nobody is."""
    contact = study.table("contact")
    known = contact.filter(contact.created_at.isnull() | before(contact.created_at, study))
    people = known.group_by(known_at=known.account_id).aggregate(contacts=known.count())
    t = study.balance("account", by)
    return t.left_join(people, t.id == people.known_at)


def _contact_sums(study: Study, by: By) -> ir.Table:
    t = _with_contacts(study, by)
    return grouped(t, by, contacts=t.contacts.sum(), known=t.contacts.count(), n=t.count())


def _contacts_per_account(inquiry: Inquiry, by: By) -> dict[Key, Value]:
    values = {}
    for key, row in inquiry.found(_contact_sums, by).items():
        n = row["n"]
        more = {"share_with_contact": row["known"] / n if n else None}
        values[key] = Value((row["contacts"] or 0) / n if n else None, n=n, more=more)
    return values


def _lost(study: Study, by: By = ()) -> ir.Table:
    """Accounts at T whose last standing order before T lies in the year before the period."""
    year_before = given.moment(lambda inquiry: inquiry.zone.instant(add_months(inquiry.question.period.start, -12)))
    t = study.table("order")
    t = t.filter(standing(t, study) & before(t.ordered_at, study) & t.account_id.notnull())
    last = t.group_by(buyer=t.account_id).aggregate(last=t.ordered_at.max())
    gone = last.filter((last["last"] >= year_before) & (last["last"] < study.start))
    return study.balance("account", by, where=lambda t: t.id.isin(gone.buyer))


def _lost_sums(study: Study, by: By) -> ir.Table:
    t = _lost(study, by)
    return grouped(t, by, n=t.count())


def _lost_count(inquiry: Inquiry, by: By) -> dict[Key, Value]:
    return {key: Value(row["n"]) for key, row in inquiry.found(_lost_sums, by).items()}


_ACCOUNTS: FactRows = [
    {"name": "Bakker BV", "kind": "customer", "created_at": "2024-01-08 09:00", "owner": "Alice", "team": "Noord"},
    {"name": "Visser", "kind": "customer", "created_at": "2024-02-05 09:00", "owner": "Alice", "team": "Noord"},
    {"name": "Kaas & Zn", "kind": "customer", "created_at": "2025-03-03 09:00", "owner": "Bram", "team": "Noord"},
    {"name": "De Boer", "kind": "prospect", "created_at": "2025-04-07 09:00", "owner": "Bram", "team": "Noord"},
]
_CONTACTS: FactRows = [
    {"account": "Bakker BV", "created_at": "2024-01-08 09:00"},
    {"account": "Bakker BV", "created_at": "2025-01-08 09:00"},
    {"account": "Visser", "created_at": "2024-02-05 09:00"},
    {"account": "Visser", "created_at": "2026-05-04 09:00"},
]
_ORDERED: FactRows = [
    {"ordered_at": "2025-06-02 12:00", "account": "Bakker BV", "owner": "Alice", "team": "Noord", "amount": 5000},
    {"ordered_at": "2026-03-10 12:00", "account": "Bakker BV", "owner": "Alice", "team": "Noord", "amount": 4000},
    {"ordered_at": "2025-09-01 12:00", "account": "Visser", "owner": "Alice", "team": "Noord", "amount": 3000},
    {"ordered_at": "2024-11-04 12:00", "account": "Kaas & Zn", "owner": "Bram", "team": "Noord", "amount": 2000},
]

KPIS = (
    Kpi(
        key="accounts_owned",
        label=_("Customers in hand"),
        meaning=_("Customers and prospects on the peildatum, with whoever owned them then; apart by kind."),
        unit="count",
        better="neither",
        phase="customers",
        formula=Balance("account", dimensions=ACCOUNTS),
        example=Example(
            story=_("Alice has two customers; Bram has a customer and a prospect."),
            facts={"account": _ACCOUNTS},
            expect=4,
            by=("kind",),
            rows={"customer": 3, "prospect": 1},
        ),
    ),
    Kpi(
        key="contacts_per_account",
        label=_("People known per account"),
        meaning=_("How many people were known at each account on the peildatum, and the share with at least one."),
        unit="number",
        better="higher",
        phase="customers",
        formula=Computed(
            _contacts_per_account,
            ACCOUNTS,
            shows_everyone=True,
            empty=Value(None, n=0, more={"share_with_contact": None}),
            behind=lambda inquiry: record_rows(_with_contacts(inquiry.study), "account", "owner_id", "created_on"),
        ),
        example=Example(
            story=_("Three people were known at four accounts by the end of March: 0.75 per account."),
            facts={"account": _ACCOUNTS, "contact": _CONTACTS},
            expect=0.75,
            by=("person",),
            rows={"Alice": 1.5, "Bram": 0},
        ),
    ),
    Kpi(
        key="lost_relations",
        label=_("Lost relations"),
        meaning=_(
            "Customers that ordered in the year before the period, and neither in it nor since, up to the peildatum."
        ),
        unit="count",
        better="lower",
        phase="customers",
        formula=Computed(
            _lost_count,
            ACCOUNTS,
            shows_everyone=True,
            empty=Value(0),
            left_out=flow_lacking(NO_ACCOUNT, "order", "ordered", lambda t, s: standing(t, s) & t.account_id.isnull()),
            behind=lambda inquiry: record_rows(_lost(inquiry.study), "account", "owner_id", "created_on"),
        ),
        example=Example(
            story=_(
                "Bakker BV ordered again this quarter. Visser ordered last September and not since: lost."
                " Kaas & Zn had not ordered in the year before either."
            ),
            facts={"account": _ACCOUNTS, "order": _ORDERED},
            expect=1,
            period="2026-Q1",
            by=("person",),
            rows={"Alice": 1, "Bram": 0},
        ),
    ),
)
