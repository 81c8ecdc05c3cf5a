"""Exports of SuiteCRM, with the labels that it comes with."""

from __future__ import annotations

from stuurhut.connect.systems.export import IN_OUT, NO_LONGER, Export, From, made, of

HELD = {
    "Held": "held", "Completed": "held", "Done": "held", "Not Held": "cancelled", "Deferred": "cancelled",
    "*": "planned",
}  # fmt: skip


def _parent(*kinds: str) -> From:
    """SuiteCRM's one reference for all kinds of records."""
    return of("parent id", by="key", if_known=True, only={"parent type": kinds})


SUITECRM: tuple[Export, ...] = (
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
                "state": of("status", values=HELD),
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
