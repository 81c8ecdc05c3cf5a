"""Exports of Salesforce: the tables of its data export, and the report of opportunities."""

from __future__ import annotations

from decimal import Decimal

from stuurhut.connect.systems.export import IN_OUT, KINDS, NO_LONGER, Export, From, made, of

WON_LOST = {
    f"{closed}/{won}": outcome
    for yes, no in (("true", "false"), ("TRUE", "FALSE"), ("True", "False"), ("1", "0"))
    for closed, won, outcome in ((yes, yes, "won"), (yes, no, "lost"), (no, no, "open"))
}
RATINGS = {"Hot": "5", "Warm": "3", "Cold": "1"}
_ACCOUNT = From(("accountid",), create=True)
_OWNER = From(("ownerid",), create=True)

SALESFORCE: tuple[Export, ...] = (
    Export(
        "salesforce", "Salesforce opportunities", "opportunity", ("id", "stagename", "closedate"), (("id",),),
        {
            "name": of("name"),
            "account": _ACCOUNT,
            "owner": _OWNER,
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
            "owner": _OWNER,
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
            "owner": _OWNER,
            "account": _ACCOUNT,
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
            "owner": _OWNER,
            "lead": of("whoid", by="key", if_known=True),
            "contact": of("whoid", by="key", if_known=True),
            "opportunity": of("whatid", by="key", if_known=True),
        },
    ),
)  # fmt: skip
