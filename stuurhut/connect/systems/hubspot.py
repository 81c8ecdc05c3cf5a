"""Exports of HubSpot: deals, contacts, companies. Its pages come in many languages; the columns here are English."""

from __future__ import annotations

from stuurhut.connect.systems.export import Export, From, made, of

HUBSPOT: tuple[Export, ...] = (
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
)  # fmt: skip
