"""The names from which people, companies and things are made; none of them is a real one on purpose."""

from __future__ import annotations

COMPANY = "Van der Meer Techniek B.V."

FIRST_NAMES = (
    "Anouk", "Arjan", "Bart", "Bram", "Carla", "Daan", "Dennis", "Dewi", "Eline", "Emre", "Esther", "Fatima", "Femke",
    "Floor", "Gijs", "Hanneke", "Hassan", "Ilse", "Inge", "Jasper", "Jeroen", "Joost", "Karin", "Kees", "Koen", "Laura",
    "Leon", "Lieke", "Lotte", "Maaike", "Marloes", "Martijn", "Mila", "Mohamed", "Nadia", "Niels", "Noor", "Olaf",
    "Petra", "Pieter", "Ravi", "Rianne", "Rik", "Roos", "Ruben", "Saskia", "Sem", "Sjoerd", "Tessa", "Thijs", "Tom",
    "Vera", "Wouter", "Yara", "Yvonne", "Zoë",
)  # fmt: skip
SURNAMES = (
    "Aalders", "Bakker", "Bergsma", "Blom", "Boersma", "de Boer", "Bos", "van den Bosch", "Brouwer", "Dekker",
    "van Dijk", "Dijkstra", "Driessen", "Evers", "Faber", "Gerritsen", "de Graaf", "de Groot", "Haverkamp", "Hendriks",
    "Hoekstra", "Huisman", "Jacobs", "Jonker", "de Jong", "Kok", "Koster", "Kramer", "van Leeuwen", "van der Linden",
    "Maas", "Meijer", "Mulder", "Nijhuis", "Peeters", "Postma", "Prins", "Roelofs", "Schouten", "Scholten", "Smeets",
    "Smit", "Timmermans", "Veenstra", "van der Veen", "Verbeek", "Vermeulen", "Visser", "de Vries", "Wiersma",
    "Willems", "de Wit", "Yilmaz", "Zijlstra",
)  # fmt: skip
STEMS = (
    "Aarhof", "Berkstaete", "Beukeroord", "Boterdiep", "Dijkwaard", "Duinrode", "Eikelaar", "Elzenhof", "Esveld",
    "Geestwal", "Grensweide", "Haarwaard", "Havikstein", "Heidebrink", "Hogewaard", "Kempenoord", "Kievitsdam",
    "Klaverbeek", "Kruisweer", "Landscroon", "Lindewold", "Lingestroom", "Maasbrink", "Meerwijck", "Noordwiek",
    "Oeverduin", "Oudlaer", "Peelrand", "Poldervaart", "Reigershorst", "Rietkraag", "Rijnwaarde", "Roerstaal",
    "Schansland", "Sluiskil-Zuid", "Spaarnveld", "Steurgat", "Terpstra-Oord", "Tolbrugge", "Twentoord", "Utmeer",
    "Vaartzicht", "Veenkade", "Veldhorst", "Vliethof", "Waalstaete", "Walbeek", "Westergouw", "Wilgenrade",
    "Wolfskuil", "IJsselkant", "Zandhorst", "Zeewering", "Zilverdam", "Zonnemeer", "Zuidwal",
)  # fmt: skip
INDUSTRIES = {
    "Machinebouw": ("Machinefabriek", "Engineering", "Aandrijftechniek", "Special Machines"),
    "Metaalbewerking": ("Metaal", "Plaatwerk", "Verspaning", "Constructie"),
    "Voedingsmiddelen": ("Zuivel", "Bakkerijen", "Vleeswaren", "Foods"),
    "Bouw en installatie": ("Bouw", "Installatietechniek", "Klimaattechniek", "Dakwerken"),
    "Transport en logistiek": ("Transport", "Logistiek", "Expeditie", "Opslag"),
    "Land- en tuinbouw": ("Tuinbouw", "Kassenbouw", "Agri", "Zaden"),
    "Zorg": ("Zorggroep", "Thuiszorg", "Klinieken", "Revalidatie"),
    "Chemie en kunststof": ("Kunststoffen", "Coatings", "Chemie", "Rubber"),
}
FORMS = ("B.V.", "B.V.", "B.V.", "Groep", "Nederland B.V.", "& Zonen", "Holding")
CITIES = {
    "Noord": ("Groningen", "Leeuwarden", "Assen", "Drachten", "Heerenveen", "Emmen", "Hoogeveen", "Sneek"),
    "Zuid": ("Eindhoven", "Tilburg", "Breda", "Venlo", "Helmond", "Maastricht", "Roosendaal", "Weert"),
    "West": ("Rotterdam", "Den Haag", "Leiden", "Haarlem", "Zaandam", "Delft", "Alphen aan den Rijn", "Gouda"),
    "Oost": ("Enschede", "Zwolle", "Apeldoorn", "Arnhem", "Deventer", "Nijmegen", "Hengelo", "Doetinchem"),
    "Binnendienst": ("Utrecht", "Amersfoort", "Nieuwegein", "Houten", "Zeist", "Veenendaal", "Barneveld", "Woerden"),
}
REGIONS = {
    "Noord": "Noord-Nederland", "Zuid": "Zuid-Nederland", "West": "West-Nederland", "Oost": "Oost-Nederland",
    "Binnendienst": "Midden-Nederland",
}  # fmt: skip
PRODUCTS = {  # group: product and list price in euros
    "Aandrijftechniek": {"Servomotor SM": 1850, "Tandwielkast TK": 2400, "Frequentieregelaar FR": 980},
    "Besturing": {"PLC-kast": 5200, "Bedieningspaneel": 1450, "Sensorpakket": 690},
    "Transportsystemen": {"Rollenbaan": 7400, "Bandtransporteur": 9800, "Palletlift": 14500},
    "Service": {"Onderhoudscontract": 3600, "Inbedrijfstelling": 2200, "Training": 1200},
}
SEGMENTS = ("A", "B", "C")
STRATEGIES = ("Inbound", "Outbound", "Aanbeveling", "Partner", "Accountontwikkeling")
LOSS_REASONS = ("Prijs", "Concurrent gekozen", "Geen budget", "Uitgesteld", "Geen besluit", "Past niet bij de vraag")
SUPPLIERS = ("Aandrijfhuis Delta", "Tessel Besturingen", "Novaro Transport", "Brinkveld Techniek", "Kardan Groep")
PAINS = (
    "Stilstand kost ons te veel uren", "Levertijd van onderdelen is te lang", "Energieverbruik van de lijn is te hoog",
    "Storingen 's nachts kunnen we niet zelf oplossen", "De besturing is verouderd en niemand kent haar nog",
)  # fmt: skip
GAINS = (
    "Derde lijn komend jaar", "Wil naar één leverancier voor onderhoud", "Subsidie voor energiebesparing",
    "Nieuwe hal, opening volgend voorjaar", "Wil de operators beter opleiden",
)  # fmt: skip
SUBJECTS = {
    "call": ("Kennismaking", "Navraag offerte", "Terugbelverzoek", "Stand van zaken", "Vraag over levertijd"),
    "email": ("Informatie gestuurd", "Bevestiging afspraak", "Offerte toegelicht", "Documentatie", "Vraag beantwoord"),
    "visit": ("Bezoek op locatie", "Rondgang productie", "Behoefte doorgenomen"),
    "meeting": ("Overleg", "Voorstel doorgenomen"),
    "video": ("Videogesprek", "Voorstel op het scherm"),
    "demo": ("Demonstratie", "Proefopstelling"),
    "event": ("Beurs", "Open dag"),
    "other": ("Reistijd", "Voorbereiding"),
}
