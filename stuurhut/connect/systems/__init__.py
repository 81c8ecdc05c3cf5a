"""What the exports of well-known CRM systems look like: which columns tell them apart, and what each column feeds."""

from __future__ import annotations

from stuurhut.connect.systems.export import Export
from stuurhut.connect.systems.hubspot import HUBSPOT
from stuurhut.connect.systems.pipedrive import PIPEDRIVE
from stuurhut.connect.systems.salesforce import SALESFORCE
from stuurhut.connect.systems.suitecrm import SUITECRM

EXPORTS: tuple[Export, ...] = (*HUBSPOT, *SALESFORCE, *PIPEDRIVE, *SUITECRM)
LABELS = {"hubspot": "HubSpot", "salesforce": "Salesforce", "pipedrive": "Pipedrive", "suitecrm": "SuiteCRM"}
ALIASES = {
    "dealnaam": "deal name", "pijplijn": "pipeline", "dealstadium": "deal stage", "sluitdatum": "close date",
    "aanmaakdatum": "create date", "bedrijf": "company name", "bedrag": "amount", "eigenaar van deal": "deal owner",
    "deal-eigenaar": "deal owner", "dealfase": "deal stage", "record-id": "record id", "record-id.": "record id",
    "bedrijfsnaam": "company name", "voornaam": "first name", "achternaam": "last name", "e-mail": "email",
    "telefoonnummer": "phone number", "contacteigenaar": "contact owner",
    "laatste activiteitsdatum": "last activity date",
}  # fmt: skip
