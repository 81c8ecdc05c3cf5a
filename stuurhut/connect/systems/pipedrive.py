"""Exports of Pipedrive: a column bears the name of what it belongs to."""

from __future__ import annotations

from stuurhut.connect.systems.export import KINDS, Export, From, made, of

DONE = {"Done": "held", "Yes": "held", "1": "held", "TRUE": "held", "true": "held", "Ja": "held", "*": "planned"}

PIPEDRIVE: tuple[Export, ...] = (
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
)  # fmt: skip
