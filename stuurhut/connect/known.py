"""What the exports of well-known CRM systems look like: which columns tell them apart, and what each column feeds.

A column stands here in the system's English words; `ALIASES` has the words of other languages and versions. Columns are
alternatives: the first one that a file has is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Columns = tuple[str, ...]
HELD = {"Held": "held", "Completed": "held", "Done": "held", "Not Held": "cancelled", "Deferred": "cancelled"}
DONE = {"Done": "held", "Yes": "held", "1": "held", "TRUE": "held", "true": "held", "Ja": "held", "*": "planned"}
KINDS = {
    "Call": "call", "Email": "email", "E-mail": "email", "Meeting": "meeting", "Lunch": "meeting", "Visit": "visit",
    "Demo": "demo", "Video": "video", "Task": "other", "Deadline": "other", "*": "other",
}  # fmt: skip
IN_OUT = {"Inbound": "in", "Outbound": "out", "*": "out"}
WON_LOST = {
    f"{closed}/{won}": outcome
    for yes, no in (("true", "false"), ("TRUE", "FALSE"), ("True", "False"), ("1", "0"))
    for closed, won, outcome in ((yes, yes, "won"), (yes, no, "lost"), (no, no, "open"))
}
RATINGS = {"Hot": "5", "Warm": "3", "Cold": "1"}
NO_LONGER = ("1", "true", "TRUE", "True", "Yes")


@dataclass(frozen=True)
class From:
    """What feeds a field: alternative columns, or several `joined`, and how their values translate.

    `only` has alternative columns too: their values under which the field is filled.
    """

    columns: Columns = ()
    joined: Columns = ()
    join: str = " "
    value: Any = None
    values: dict[str, str] = field(default_factory=dict)
    empty: Any = None
    only: dict[str, Columns] = field(default_factory=dict)
    create: bool = False
    by: str = ""
    if_known: bool = False
    times: Decimal | None = None


def of(*columns: str, **more: Any) -> From:
    return From(columns, **more)


def made(*columns: str) -> From:
    """A reference that is created when it is not known yet."""
    return From(columns, create=True)


@dataclass(frozen=True)
class Export:
    """An export of a system: its `telling` columns name it, the first of the `key` lists tells its records apart.

    `stage_tells`: in this system the outcome follows from the stage, so that deals show of which kind a stage is.
    """

    system: str
    name: str
    fact: str
    telling: Columns
    key: tuple[Columns, ...]
    fields: dict[str, From]
    match: str = ""
    only: dict[str, Columns] = field(default_factory=dict)
    skip: dict[str, Columns] = field(default_factory=dict)
    also: tuple[Export, ...] = ()
    stage_tells: bool = False


ALIASES = {
    "dealnaam": "deal name", "pijplijn": "pipeline", "dealstadium": "deal stage", "sluitdatum": "close date",
    "aanmaakdatum": "create date", "bedrijf": "company name", "bedrag": "amount", "eigenaar van deal": "deal owner",
    "deal-eigenaar": "deal owner", "dealfase": "deal stage", "record-id": "record id", "record-id.": "record id",
    "bedrijfsnaam": "company name", "voornaam": "first name", "achternaam": "last name", "e-mail": "email",
    "telefoonnummer": "phone number", "contacteigenaar": "contact owner",
    "laatste activiteitsdatum": "last activity date",
}  # fmt: skip


def _parent(*kinds: str) -> From:
    """SuiteCRM's one reference for all kinds of records."""
    return of("parent id", by="key", if_known=True, only={"parent type": kinds})


_SF_ACCOUNT = From(("accountid",), create=True)
_SF_OWNER = From(("ownerid",), create=True)
_SF_DONE = {"Status": ("Completed",)}

EXPORTS: tuple[Export, ...] = (
    Export(
        "hubspot", "HubSpot deals", "opportunity", ("deal name", "deal stage"),
        (("record id",), ("deal name", "create date")),
        {
            "name": of("deal name"),
            "stage": From(joined=("pipeline", "deal stage"), join="/"),
            "amount": of("amount in company currency", "amount"),
            "created_at": of("create date"),
            "closed_at": of("close date"),
            "expected_close_on": of("close date"),
            "owner": made("deal owner"),
            "account": made("associated company (primary)", "associated company", "company name"),
            "source": made("original traffic source", "original source"),
        },
    ),
    Export(
        "hubspot", "HubSpot contacts", "contact", ("first name", "last name", "lifecycle stage"),
        (("record id",), ("email",)),
        {
            "name": From(joined=("first name", "last name")),
            "email": of("email"),
            "phone": of("phone number", "mobile phone number"),
            "account": made("associated company", "company name"),
            "created_at": of("create date"),
        },
        also=(
            Export(
                "hubspot", "HubSpot leads", "lead", (), (("record id",), ("email",)),
                {
                    "name": From(joined=("first name", "last name")),
                    "company": of("company name", "associated company"),
                    "email": of("email"),
                    "phone": of("phone number", "mobile phone number"),
                    "owner": made("contact owner"),
                    "source": made("original traffic source", "original source"),
                    "created_at": of("create date"),
                    "disqualified_at": of("last modified date", only={"lead status": ("Unqualified", "Bad timing")}),
                    "disqualified_reason": From(value="other", only={"lead status": ("Unqualified", "Bad timing")}),
                },
                only={
                    "lifecycle stage": (
                        "Lead", "Marketing Qualified Lead", "Sales Qualified Lead", "Opportunity", "Customer",
                    )
                },
            ),
        ),
    ),
    Export(
        "hubspot", "HubSpot companies", "account", ("company name", "company owner"),
        (("record id",), ("company name",)),
        {
            "name": of("company name"),
            "website": of("website url", "company domain name"),
            "owner": made("company owner"),
            "industry": made("industry"),
            "city": of("city"),
            "country": of("country/region"),
            "created_at": of("create date"),
        },
        match="name",
    ),
    Export(
        "salesforce", "Salesforce opportunities", "opportunity", ("id", "stagename", "closedate"), (("id",),),
        {
            "name": of("name"),
            "account": _SF_ACCOUNT,
            "owner": _SF_OWNER,
            "stage": of("stagename"),
            "outcome": From(joined=("isclosed", "iswon"), join="/", values=WON_LOST),
            "amount": of("amount"),
            "created_at": of("createddate"),
            "closed_at": of("closedate"),
            "expected_close_on": of("closedate"),
            "source": made("leadsource"),
        },
        skip={"isdeleted": NO_LONGER},
        stage_tells=True,
    ),
    Export(
        "salesforce", "Salesforce opportunity report", "opportunity", ("opportunity name", "stage", "close date"),
        (("opportunity id",), ("opportunity name", "account name", "created date")),
        {
            "name": of("opportunity name"),
            "account": made("account name"),
            "owner": made("opportunity owner"),
            "stage": of("stage"),
            "amount": of("amount"),
            "created_at": of("created date"),
            "closed_at": of("close date"),
            "expected_close_on": of("close date"),
            "source": made("lead source"),
        },
    ),
    Export(
        "salesforce", "Salesforce leads", "lead", ("id", "leadsource", "isconverted"), (("id",),),
        {
            "name": of("name"),
            "company": of("company"),
            "email": of("email"),
            "phone": of("phone", "mobilephone"),
            "source": made("leadsource"),
            "industry": made("industry"),
            "owner": _SF_OWNER,
            "created_at": of("createddate"),
            "qualified_at": of("converteddate"),
            "disqualified_at": of("lastmodifieddate", only={"status": ("Unqualified", "Closed - Not Converted")}),
            "disqualified_reason": From(value="other", only={"status": ("Unqualified", "Closed - Not Converted")}),
            "rating": of("rating", values=RATINGS),
        },
        skip={"isdeleted": NO_LONGER},
    ),
    Export(
        "salesforce", "Salesforce tasks", "activity", ("id", "whoid", "activitydate", "status"), (("id",),),
        {
            "kind": of("type", values=KINDS, empty="other"),
            "subject": of("subject"),
            "note": of("description"),
            "state": of("status", values={"Completed": "held", "Deferred": "cancelled", "*": "planned"}),
            "direction": of("calltype", values=IN_OUT),
            "occurred_at": of("activitydate", only={"status": ("Completed",)}),
            "planned_for": of("activitydate"),
            "minutes": of("calldurationinseconds", times=Decimal(1) / 60),
            "owner": _SF_OWNER,
            "account": _SF_ACCOUNT,
            "lead": of("whoid", by="key", if_known=True),
            "contact": of("whoid", by="key", if_known=True),
            "opportunity": of("whatid", by="key", if_known=True),
        },
        skip={"isdeleted": NO_LONGER},
    ),
    Export(
        "salesforce", "Salesforce events", "activity", ("id", "whoid", "startdatetime"), (("id",),),
        {
            "kind": of("type", values=KINDS, empty="meeting"),
            "subject": of("subject"),
            "note": of("description"),
            "occurred_at": of("startdatetime", "activitydatetime"),
            "minutes": of("durationinminutes"),
            "owner": _SF_OWNER,
            "lead": of("whoid", by="key", if_known=True),
            "contact": of("whoid", by="key", if_known=True),
            "opportunity": of("whatid", by="key", if_known=True),
        },
    ),
    Export(
        "pipedrive", "Pipedrive deals", "opportunity", ("deal - title", "deal - status"),
        (("deal - id",), ("deal - title",)),
        {
            "name": of("deal - title"),
            "stage": From(joined=("deal - pipeline", "deal - stage"), join="/"),
            "outcome": of("deal - status"),
            "amount": of("deal - value"),
            "currency": of("deal - currency", "deal - currency of value"),
            "owner": made("deal - owner"),
            "account": made("deal - organization"),
            "expected_close_on": of("deal - expected close date"),
            "created_at": of("deal - deal created", "deal - add time"),
            "closed_at": From(("deal - deal closed on",), joined=("deal - won time", "deal - lost time")),
            "loss_reason": made("deal - lost reason"),
        },
    ),
    Export(
        "pipedrive", "Pipedrive organizations", "account", ("organization - name", "organization - owner"),
        (("organization - id",), ("organization - name",)),
        {"name": of("organization - name"), "owner": made("organization - owner"), "city": of("organization - city")},
        match="name",
    ),
    Export(
        "pipedrive", "Pipedrive persons", "contact", ("person - name",), (("person - id",), ("person - name",)),
        {
            "name": of("person - name"),
            "account": made("person - organization"),
            "email": of("person - email (work)", "person - email"),
            "phone": of("person - phone"),
            "created_at": of("person - creation date"),
        },
    ),
    Export(
        "pipedrive", "Pipedrive activities", "activity", ("activity - subject", "activity - due date"),
        (("activity - id",), ("activity - subject", "activity - due date", "activity - due time")),
        {
            "kind": of("activity - type", values=KINDS, empty="other"),
            "subject": of("activity - subject"),
            "note": of("activity - note"),
            "state": of("activity - done", values=DONE),
            "planned_for": From(joined=("activity - due date", "activity - due time")),
            "occurred_at": From(
                joined=("activity - due date", "activity - due time"), only={"activity - done": tuple(DONE)[:-1]}
            ),
            "owner": made("activity - assigned to user"),
            "account": made("activity - organization"),
            "opportunity": of("activity - deal id", by="key", if_known=True),
        },
    ),
    Export(
        "pipedrive", "Pipedrive leads", "lead", ("lead - title", "lead - owner"),
        (("lead - id",), ("lead - title", "organization", "contact person")),
        {
            "name": of("lead - title"),
            "company": of("organization"),
            "owner": made("lead - owner"),
            "source": made("lead - source channel"),
            "created_at": of("lead - lead created", "lead - creation date"),
        },
    ),
    Export(
        "pipedrive", "Pipedrive products", "product", ("product - name", "product - price"),
        (("product - product code", "product - name"), ("product - name",)),
        {
            "name": of("product - name"),
            "group": made("product - category"),
            "list_price": of("product - price"),
        },
        match="name",
    ),
    Export(
        "suitecrm", "SuiteCRM leads", "lead", ("id", "lead source", "status", "converted"), (("id",),),
        {
            "name": From(joined=("first name", "last name")),
            "company": of("account name"),
            "email": of("email address"),
            "phone": of("office phone", "mobile"),
            "source": made("lead source"),
            "owner": made("assigned user name", "assigned to"),
            "created_at": of("date created"),
            "qualified_at": of("date modified", only={"status": ("Converted",)}),
            "disqualified_at": of("date modified", only={"status": ("Dead",)}),
            "disqualified_reason": From(value="other", only={"status": ("Dead",)}),
        },
        skip={"deleted": NO_LONGER},
    ),
    Export(
        "suitecrm", "SuiteCRM opportunities", "opportunity", ("id", "opportunity name", "sales stage"), (("id",),),
        {
            "name": of("opportunity name"),
            "account": made("account name"),
            "owner": made("assigned user name", "assigned to"),
            "stage": of("sales stage"),
            "amount": of("opportunity amount", "amount"),
            "created_at": of("date created"),
            "closed_at": of("expected close date"),
            "expected_close_on": of("expected close date"),
            "source": made("lead source"),
        },
        skip={"deleted": NO_LONGER},
    ),
    *(
        Export(
            "suitecrm", f"SuiteCRM {name}", "activity", telling, (("id",),),
            {
                "kind": From(value=kind),
                "subject": of("subject"),
                "note": of("description"),
                "state": of("status", values={**HELD, "*": "planned"}),
                "direction": of("direction", values=IN_OUT),
                "occurred_at": of("date", "start date", "date start", only={"status": ("Held", "Completed")}),
                "planned_for": of("date", "start date", "date start"),
                "minutes": of("duration minutes", only={"duration hours": ("0", "")}),
                "owner": made("assigned user name", "assigned to"),
                "account": _parent("Account", "Accounts"),
                "lead": _parent("Lead", "Leads"),
                "opportunity": _parent("Opportunity", "Opportunities"),
            },
            skip={"deleted": NO_LONGER},
        )
        for name, kind, telling in (
            ("calls", "call", ("id", "subject", "direction", "duration minutes")),
            ("meetings", "meeting", ("id", "subject", "location", "duration minutes")),
            ("tasks", "other", ("id", "subject", "date start", "date due", "priority")),
        )
    ),
)  # fmt: skip
