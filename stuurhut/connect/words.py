"""What people call their columns, in Dutch and English: per kind of record, the words that feed each field.

Words are plain: lower case, with spaces for `_`, `-` and capitals in the middle (see `guessing.plain_header`).
"""

from __future__ import annotations

Words = dict[str, str]


def _split(words: Words) -> dict[str, tuple[str, ...]]:
    return {name: tuple(part.strip() for part in text.split(",")) for name, text in words.items()}


_NUMBER = "id, nummer, nr, number, record id, kenmerk, sleutel, key"
_OWNER = (
    "eigenaar, owner, verkoper, accountmanager, account manager, sales agent, salesperson, sales person, sales rep, "
    "medewerker, verantwoordelijke, vertegenwoordiger, assigned to, toegewezen aan, behandelaar, adviseur, seller, "
    "rep, employee, gebruiker, user, collega, verkoopmedewerker, owner name, naam verkoper, naam medewerker"
)
_TEAM = "team, verkoopteam, sales team, afdeling, department, vestiging, regional office, teamnaam"
_ACCOUNT = (
    "bedrijf, klant, account, organisatie, relatie, company, customer, organization, organisation, bedrijfsnaam, "
    "klantnaam, account name, company name, customer name, organisatienaam, relatienaam, debiteur, firma, afnemer, "
    "klantnummer, account id, customer id, relatienummer, debiteurnummer"
)
_SOURCE = "bron, leadbron, herkomst, source, lead source, leadsource, kanaal, channel, via, origin, bron van de lead"
_CREATED = (
    "aangemaakt op, aangemaakt, aanmaakdatum, datum aangemaakt, created, created at, created on, create date, "
    "created date, date created, creation date, invoerdatum, ingevoerd op, binnengekomen op, binnengekomen, "
    "datum binnenkomst, ontvangen op, startdatum, begindatum, gestart op, engage date, start date, datum, date"
)
_AMOUNT = (
    "bedrag, waarde, omzet, amount, value, dealwaarde, deal value, close value, revenue, totaal, total, totaalbedrag, "
    "bedrag excl btw, omzet excl btw, orderbedrag, orderwaarde, offertebedrag, verwachte omzet, sales, sales amount, "
    "opportunity amount, total amount, netto bedrag, contractwaarde, kanswaarde"
)
_PRODUCT = "product, productnaam, artikel, dienst, product name, artikelnaam, item, productcode, product id"
_CONTACT = "contact, contactpersoon, contact name, contact person, persoon, person"
_LEAD = "lead, leadnummer, lead id, leadnr, lead nummer, uit lead, van lead"
_DEAL = (
    "kans, verkoopkans, deal, opportunity, opportunity id, deal id, kansnummer, kans id, dealnummer, dealnaam, "
    "deal name, opportunity name"
)
_EMAIL = "e mail, email, mail, e mailadres, emailadres, mailadres, email address, upn"
_PHONE = "telefoon, telefoonnummer, phone, phone number, mobiel, mobile, tel, mobiel nummer"
_INDUSTRY = "branche, sector, industrie, industry, bedrijfstak"
_NOTE = "notitie, opmerking, opmerkingen, toelichting, note, notes, description, omschrijving, verslag, comments"
_QUANTITY = "aantal, quantity, qty, stuks, order quantity"
_CURRENCY = "valuta, munt, currency, currency code"

FIELDS: dict[str, dict[str, tuple[str, ...]]] = {
    "opportunity": _split({
        "name": "naam, titel, name, title, onderwerp, kans, verkoopkans, deal, dealnaam, deal name, opportunity, "
        "opportunity name, project, omschrijving, kansnaam",
        "stage": "fase, stadium, stage, deal stage, dealfase, sales stage, verkoopfase, status, pipelinefase, "
        "stage name, kansfase, fase in verkoopproces",
        "amount": _AMOUNT,
        "currency": _CURRENCY,
        "created_at": _CREATED,
        "closed_at": "gesloten op, afgesloten op, gewonnen op, beslist op, closed, closed on, closed at, closed date, "
        "datum gesloten, datum afgesloten, sluitdatum, close date, afsluitdatum, datum sluiting, einddatum, "
        "besluitdatum",
        "expected_close_on": "verwachte sluitdatum, verwachte afsluitdatum, expected close date, expected close, "
        "estimated close date, verwacht op, scoordatum, verwachte orderdatum, verwachte datum",
        "owner": _OWNER,
        "team": _TEAM,
        "account": _ACCOUNT,
        "contact": _CONTACT,
        "lead": _LEAD,
        "source": _SOURCE,
        "loss_reason": "verliesreden, reden verlies, reden verloren, loss reason, lost reason, reden van verlies",
        "strategy": "strategie, strategy, aanpak",
    }),
    "lead": _split({
        "name": "naam, name, contactpersoon, contact, volledige naam, full name, lead, leadnaam, lead name, persoon",
        "company": "bedrijf, bedrijfsnaam, organisatie, company, company name, klant, firma, account",
        "email": _EMAIL,
        "phone": _PHONE,
        "created_at": _CREATED,
        "source": _SOURCE,
        "owner": _OWNER,
        "team": _TEAM,
        "industry": _INDUSTRY,
        "product": _PRODUCT,
        "assigned_at": "toegewezen op, assigned on, assigned at",
        "contacted_at": "gecontacteerd op, eerste contact, eerste contact op, contacted, first contact, "
        "first contact on, benaderd op",
        "qualified_at": "gekwalificeerd op, gekwalificeerd, qualified on, qualified, qualified at, converted date, "
        "geconverteerd op, omgezet op",
        "disqualified_at": "afgewezen op, gediskwalificeerd op, disqualified on, disqualified, afgevallen op",
        "disqualified_reason": "reden afwijzing, afwijsreden, reden, disqualification reason, afvalreden",
        "rating": "cijfer, score, rating, beoordeling, kwaliteit",
    }),
    "account": _split({
        "name": _ACCOUNT + ", naam, name, reseller",
        "kind": "soort relatie, relatietype, type relatie, account type, type, soort",
        "industry": _INDUSTRY,
        "segment": "segment, klantsegment, klasse, business type, categorie, abc",
        "region": "regio, region, provincie, gebied, rayon, state province",
        "owner": _OWNER,
        "team": _TEAM,
        "city": "plaats, stad, woonplaats, vestigingsplaats, city, office location",
        "country": "land, country, country region",
        "website": "website, url, site, web, domein",
        "phone": _PHONE,
        "parent": "moederbedrijf, moeder, parent, parent account, subsidiary of, holding, concern",
        "potential": "potentie, potentieel, potential, potentie per jaar",
        "created_at": "aangemaakt op, aanmaakdatum, klant sinds, created, created at, created on, create date, sinds",
    }),
    "contact": _split({
        "name": "naam, name, contactpersoon, contact, volledige naam, full name, contactnaam, contact name",
        "account": _ACCOUNT,
        "email": _EMAIL,
        "phone": _PHONE,
        "created_at": "aangemaakt op, aanmaakdatum, created, created at, created on, create date",
    }),
    "activity": _split({
        "kind": "soort, type, activiteit, activiteittype, type activiteit, soort activiteit, activity type, kind, "
        "contactvorm, contactmoment, kanaal, activity",
        "occurred_at": "datum, date, uitgevoerd op, gedaan op, datum uitgevoerd, moment, tijdstip, occurred at, "
        "done on, completed on, activity date, datum contact, contactdatum, datum en tijd, start, gehouden op, "
        "begintijd",
        "planned_for": "gepland op, gepland voor, planned for, due date, deadline, vervaldatum, plandatum, due",
        "state": "status, state, gedaan, voltooid",
        "direction": "richting, direction, in of uit, inkomend of uitgaand",
        "outcome": "resultaat, uitkomst, outcome, result, bereikt",
        "subject": "onderwerp, subject, titel, title",
        "note": _NOTE,
        "minutes": "minuten, duur, minutes, duration, duur in minuten, duration minutes, "
        "duur min, duration min, aantal minuten, tijdsduur",
        "owner": _OWNER,
        "team": _TEAM,
        "account": _ACCOUNT,
        "contact": _CONTACT,
        "lead": _LEAD,
        "opportunity": _DEAL,
    }),
    "order": _split({
        "number": "ordernummer, bestelnummer, factuurnummer, order number, sales order number, invoice number, order, "
        "order id, ordernr, factuur",
        "ordered_at": "orderdatum, besteldatum, factuurdatum, datum, order date, ordered on, invoice date, date, "
        "besteld op, datum order",
        "amount": _AMOUNT,
        "currency": _CURRENCY,
        "margin": "marge, brutowinst, margin, profit, gross profit",
        "account": _ACCOUNT + ", reseller",
        "owner": _OWNER,
        "team": _TEAM,
        "opportunity": _DEAL,
        "cancelled_at": "geannuleerd op, cancelled on, annuleringsdatum",
    }),
    "quote": _split({
        "number": "offertenummer, quote number, offerte, quote, offertenr, quote id, proposal number",
        "sent_at": "offertedatum, verstuurd op, verzonden op, quote date, sent on, datum, date, datum offerte",
        "decided_at": "besloten op, beslist op, akkoord op, decided on, accepted on, datum besluit",
        "valid_until": "geldig tot, valid until, vervaldatum, geldig t m",
        "state": "status, state, stand",
        "amount": _AMOUNT,
        "currency": _CURRENCY,
        "account": _ACCOUNT,
        "owner": _OWNER,
        "team": _TEAM,
        "opportunity": _DEAL,
    }),
    "product": _split({
        "name": "product, productnaam, artikel, naam, name, omschrijving, product name, dienst",
        "group": "productgroep, groep, serie, categorie, product group, series, category, assortiment",
        "list_price": "prijs, verkoopprijs, adviesprijs, list price, price, sales price, unit price, stuksprijs",
    }),
    "person": _split({
        "name": "naam, name, " + _OWNER,
        "email": _EMAIL,
        "active": "actief, active, in dienst",
    }),
    "target": _split({
        "value": "doel, target, taakstelling, streefwaarde, doelbedrag, target amount, quota, budget",
        "person": _OWNER + ", naam, name",
        "team": _TEAM,
        "period": "periode, period, kwartaal, quarter, jaar, year",
        "starts_on": "maand, month, target month, vanaf, begin, start, ingangsdatum",
        "until": "tot, until, eind",
    }),
}  # fmt: skip

LINES: dict[str, dict[str, tuple[str, ...]]] = {
    fact: _split({"product": _PRODUCT, "quantity": _QUANTITY}) for fact in ("opportunity", "order", "quote")
}

# Names of the record's own number, those that also tell which kind of record it is first.
KEYS: dict[str, tuple[str, ...]] = {
    fact: tuple(part.strip() for part in text.split(","))
    for fact, text in {
        "opportunity": "opportunity id, deal id, kansnummer, kans id, dealnummer, deal nummer, verkoopkansnummer",
        "lead": "leadnummer, lead id, leadnr, lead nummer",
        "account": "klantnummer, account id, relatienummer, customer id, debiteurnummer, bedrijfsnummer, reseller key",
        "contact": "contact id, contactnummer",
        "activity": "activity id, activiteitnummer, activiteit id, taak id",
        "order": "ordernummer, bestelnummer, order id, factuurnummer, order number, sales order number, ordernr",
        "quote": "offertenummer, quote id, quote number, offertenr",
        "product": "productnummer, artikelnummer, product id, product key, artikelcode, sku",
        "person": "personeelsnummer, medewerkernummer, employee id, employee key",
        "target": "doel id, target id",
    }.items()
}
# A column with the time of a day that stands in another column.
CLOCKS = ("tijd", "time", "tijdstip", "begintijd", "starttijd", "aanvangstijd", "start time", "begin time", "due time")
ANY_KEY = tuple(part.strip() for part in _NUMBER.split(","))

# What in the name of a file, or in its columns, tells the kind of record.
HINTS: dict[str, tuple[str, ...]] = {
    "opportunity": ("kans", "deal", "opportunit", "pipeline", "verkoopkans"),
    "lead": ("lead", "aanvra", "prospect"),
    "activity": ("activit", "afspra", "taken", "task", "call", "bezoek", "belletje", "contactmoment", "event"),
    "account": ("klant", "account", "relatie", "bedrij", "compan", "customer", "reseller"),
    "contact": ("contactperso", "contacts", "contacten"),
    "order": ("order", "bestel", "factu", "invoice", "sales."),
    "quote": ("offerte", "quote", "proposal"),
    "product": ("product", "artikel"),
    "person": ("team", "medewerker", "verkoper", "salesperson", "personeel"),
    "target": ("target", "doel", "taakstelling", "quota"),
}
TELLING: dict[str, tuple[str, ...]] = {
    "opportunity": ("stage", "closed_at", "expected_close_on"),
    "lead": ("company", "qualified_at", "disqualified_at", "rating"),
    "activity": ("kind", "direction", "minutes", "outcome", "occurred_at"),
    "account": ("city", "industry", "segment", "country", "website"),
    "contact": ("email", "account"),
    "order": ("ordered_at", "number", "margin"),
    "quote": ("sent_at", "number", "valid_until"),
    "product": ("list_price", "group"),
    "person": ("email",),
    "target": ("value", "period", "starts_on"),
}

# How a word in a file is meant, where it is not one of ours.
CHOICES: dict[tuple[str, str], dict[str, str]] = {
    ("activity", "kind"): {
        "tel": "call", "bel": "call", "phone": "call", "call": "call", "bezoek": "visit", "visit": "visit",
        "afspraak": "meeting", "meeting": "meeting", "overleg": "meeting", "lunch": "meeting", "teams": "video",
        "video": "video", "zoom": "video", "online": "video", "demo": "demo", "mail": "email", "beurs": "event",
        "event": "event",
    },
    ("activity", "state"): {
        "gedaan": "held", "done": "held", "voltooid": "held", "afgerond": "held", "complet": "held",
        "uitgevoerd": "held",
        "gehouden": "held", "held": "held", "ja": "held", "gepland": "planned", "open": "planned", "plan": "planned",
        "nee": "planned", "annul": "cancelled", "cancel": "cancelled", "vervallen": "cancelled", "no show": "no_show",
        "niet verschenen": "no_show",
    },
    ("activity", "direction"): {"uit": "out", "out": "out", "ink": "in", "inb": "in", "binnen": "in"},
    ("activity", "outcome"): {
        "niet bereikt": "not_reached", "geen gehoor": "not_reached", "voicemail": "not_reached",
        "no answer": "not_reached", "not reached": "not_reached", "bereikt": "reached", "gesproken": "reached",
        "reached": "reached",
    },
    ("lead", "disqualified_reason"): {
        "budget": "no_budget", "gehoor": "no_answer", "reactie": "no_answer", "reageert": "no_answer",
        "concurrent": "competitor", "competitor": "competitor", "spam": "spam", "dubbel": "duplicate",
        "duplicate": "duplicate", "behoefte": "no_need", "interesse": "no_need", "markt": "not_our_market",
    },
    ("account", "kind"): {"klant": "customer", "customer": "customer", "prospect": "prospect", "lead": "prospect"},
    ("quote", "state"): {
        "verstuurd": "sent", "verzonden": "sent", "open": "sent", "sent": "sent", "akkoord": "accepted",
        "geaccepteerd": "accepted", "accepted": "accepted", "gewonnen": "accepted", "afgewezen": "rejected",
        "rejected": "rejected", "verloren": "rejected", "verlopen": "expired", "expired": "expired",
    },
}  # fmt: skip
