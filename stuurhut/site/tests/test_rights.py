"""Who may see what: role x page x export x endpoint. A page that is not in the table fails the build."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from stuurhut.cockpit.parts import PARTS
from stuurhut.cockpit.seller_views import PARTS as SELLER_PARTS
from stuurhut.connect.models import ImportRun
from stuurhut.crm import actions as crm
from stuurhut.crm.actions.stages import start_usual_process
from stuurhut.crm.models import Account, Lead, Opportunity, Order, Quote, Stage
from stuurhut.kpi.words.money import Amount
from stuurhut.kpi.words.period import Period
from stuurhut.people import actions as people
from stuurhut.people.models import Intake, Membership, Person, Team, User
from stuurhut.targets.actions import close_period, set_target

pytestmark = pytest.mark.django_db

ROLES = ("alice", "bob", "director", "payroll", "admin", "charlie", "nobody")
EVERYBODY = frozenset(ROLES)
NOBODY: frozenset[str] = frozenset()
HERS = frozenset({"alice", "bob", "director"})  # who sees what Alice recorded
WITH_RECORDS = HERS | {"charlie"}  # who sees records at all: his own
SETTERS = frozenset({"director", "admin"})
ADMINISTRATOR = frozenset({"admin"})
IMPORTERS = SETTERS | {"bob"}

SECRET = "Geheim Staal BV"  # what Alice sells to
NUMBER = "4711.00"  # and for how much
MARKS = (SECRET, NUMBER, "4.711", "4,711", ">4711<")  # the name, and the number as JSON, pages and workbooks write it


@dataclass(frozen=True)
class Page:
    """An address, filled in for Alice's records, and the roles that get in; `post` is what its form sends."""

    address: str
    roles: frozenset[str]
    post: dict[str, Any] | None = None
    without_login: bool = False
    tells: frozenset[str] | None = None  # the roles that read MARKS there, when others get in as well


# Every route of the product, as the resolver names it. Several addresses of one route stand in a list.
TABLE: dict[str, list[Page]] = {
    # figures: whoever signs in gets the page, and reads only what his scope holds
    "": [
        Page("/", EVERYBODY),
        Page("/?period=2026-Q1", EVERYBODY, tells=HERS),
        Page("/?period=2026-Q1&format=csv", EVERYBODY, tells=HERS),
        Page("/?period=2026-Q1&format=xlsx", EVERYBODY, tells=HERS),
        *(Page(f"/?period=2026-Q1&part={part}", EVERYBODY) for part in PARTS),
        *(Page(f"/?period=2026-Q1&team={{noord}}&part={part}", HERS - {"alice"}) for part in PARTS),
    ],
    "live/": [Page("/live/", EVERYBODY)],
    "plan/": [
        Page("/plan/?period=2026-Q1", EVERYBODY),
        Page("/plan/?period=2026-Q1&team={noord}", HERS - {"alice"}),
        Page("/plan/?period=2026-Q1&part=people", EVERYBODY),
        Page("/plan/?period=2026-Q1&format=csv", EVERYBODY),
        Page("/plan/?period=2026-Q1&format=json", EVERYBODY),
    ],
    "seller/<int:key>/": [
        Page("/seller/{alice}/?period=2026-Q1", HERS, tells=HERS),
        *(Page(f"/seller/{{alice}}/?period=2026-Q1&part={part}", HERS) for part in SELLER_PARTS),
    ],
    "team/<int:key>/": [Page("/team/{noord}/", HERS - {"alice"})],
    "kpi/": [Page("/kpi/", EVERYBODY)],
    "kpi/<slug:key>/": [
        Page("/kpi/won_value/?period=2026-Q1", EVERYBODY, tells=HERS),
        # Team totals tell too much in a team of two, so Alice has to do with her own.
        Page("/kpi/won_value/?period=2026-Q1&team={noord}", HERS - {"alice"}),
        Page("/kpi/won_value/?period=2026-Q1&person={alice}", HERS),
        Page("/kpi/won_value/?period=2026-Q1&format=json", EVERYBODY, tells=HERS),
    ],
    "kpi/<slug:key>/records/": [
        Page("/kpi/won_value/records/?period=2026-Q1", EVERYBODY, tells=HERS),
        Page("/kpi/won_value/records/?period=2026-Q1&format=csv", EVERYBODY, tells=HERS),
        Page("/kpi/won_value/records/?period=2026-Q1&format=xlsx", EVERYBODY, tells=HERS),
    ],
    # records
    **{
        f"{plural}/": [
            Page(f"/{plural}/", WITH_RECORDS, tells=HERS),
            Page(f"/{plural}/?q=geheim", WITH_RECORDS, tells=HERS),
            Page(f"/{plural}/?format=csv", WITH_RECORDS, tells=HERS),
            Page(f"/{plural}/?format=xlsx", WITH_RECORDS, tells=HERS),
        ]
        for plural in ("leads", "accounts", "opportunities", "activities", "quotes", "orders")
    },
    "leads/<int:key>/": [Page("/leads/{lead}/", HERS)],
    "accounts/<int:key>/": [Page("/accounts/{account}/", HERS)],
    "opportunities/<int:key>/": [Page("/opportunities/{opportunity}/", HERS)],
    "activities/<int:key>/": [Page("/activities/{activity}/", HERS)],
    "quotes/<int:key>/": [Page("/quotes/{quote}/", HERS)],
    "orders/<int:key>/": [Page("/orders/{order}/", HERS)],
    **{
        f"{plural}/new/": [
            Page(f"/{plural}/new/", WITH_RECORDS),
            Page(f"/{plural}/new/?account={{account}}", WITH_RECORDS, tells=told),
        ]
        for plural, told in (("leads", HERS), ("accounts", NOBODY), ("opportunities", HERS), ("activities", HERS))
    },
    "leads/<int:key>/change/": [
        Page("/leads/{lead}/change/", HERS),
        Page("/leads/{lead}/change/", HERS, {"name": "Piet"}),
    ],
    "accounts/<int:key>/change/": [Page("/accounts/{account}/change/", HERS, {"name": "Piet", "kind": "customer"})],
    "opportunities/<int:key>/change/": [Page("/opportunities/{opportunity}/change/", HERS, {"name": "Piet"})],
    "activities/<int:key>/change/": [
        Page("/activities/{activity}/change/", HERS, {"kind": "call", "direction": "out"}),
    ],
    **{
        f"{plural}/<int:key>/delete/": [Page(f"/{plural}/{{{name}}}/delete/", HERS, {})]
        for plural, name in (
            ("leads", "lead"),
            ("accounts", "account"),
            ("opportunities", "opportunity"),
            ("activities", "activity"),
        )
    },
    **{
        f"{plural}/<int:key>/deleted/": [Page(f"/{plural}/{{{name}}}/deleted/", roles)]
        for plural, name, roles in (
            ("leads", "gone_lead", HERS),
            ("accounts", "account", NOBODY),
            ("opportunities", "opportunity", NOBODY),
            ("activities", "activity", NOBODY),
        )
    },
    "accounts/find/": [Page("/accounts/find/?account=geheim", WITH_RECORDS, tells=HERS)],
    "accounts/<int:key>/add/<slug:what>/": [
        Page("/accounts/{account}/add/contact/", HERS, {"name": "Piet"}),
        Page("/accounts/{account}/add/phase/", HERS, {"phase": "2"}),
        Page("/accounts/{account}/add/pain-gain/", HERS, {"kind": "pain", "statement": "duur"}),
        Page("/accounts/{account}/add/top-relation/", HERS, {}),
        Page("/accounts/{account}/add/what-is-not-there/", NOBODY, {}),
    ],
    "opportunities/<int:key>/stage/": [Page("/opportunities/{opportunity}/stage/", HERS, {"stage": "{stage}"})],
    "leads/<int:key>/judge/": [Page("/leads/{lead}/judge/", HERS, {"judgement": "qualified"})],
    "activities/<int:key>/settle/": [Page("/activities/{activity}/settle/", HERS, {"state": "held"})],
    # imports: a manager sees those he or she started, the director and the administrator all
    "imports/": [Page("/imports/", IMPORTERS)],
    "imports/new/": [Page("/imports/new/", IMPORTERS)],
    "imports/<int:key>/": [Page("/imports/{intake}/", SETTERS)],
    "imports/<int:key>/prepare/": [Page("/imports/{intake}/prepare/", SETTERS, {"do": "look"})],
    "imports/<int:key>/again/": [Page("/imports/{intake}/again/", SETTERS, {})],
    "imports/<int:key>/undo/": [Page("/imports/{intake}/undo/", SETTERS)],
    "imports/<int:key>/mend/": [Page("/imports/{intake}/mend/", SETTERS, {"do": "keep"})],
    "imports/<int:key>/rejected/<int:number>/": [Page("/imports/{intake}/rejected/0/", NOBODY)],
    # goals: a manager sets those of the own team, a seller reads the own
    "targets/": [
        Page("/targets/?year=2026", WITH_RECORDS, tells=HERS),
        Page("/targets/?year=2026&grain=month&team={noord}", HERS - {"alice"}),
        Page("/targets/?year=2026&format=csv", WITH_RECORDS, tells=HERS),
        Page("/targets/?year=2026&format=xlsx", WITH_RECORDS, tells=HERS),
        Page("/targets/", HERS - {"alice"}, {"do": "save"}),
        Page(
            "/targets/",
            HERS - {"alice"},
            {"do": "save", "year": "2026", "team": "{noord}", "g-p{alice}-2026-04-01-2026-07-01": "1"},
        ),
    ],
    "targets/history/<slug:key>/": [
        Page("/targets/history/p{alice}/?year=2026", HERS),
        Page("/targets/history/t{noord}/?year=2026", HERS - {"alice"}),
    ],
    "targets/versions/<int:number>/": [Page("/targets/versions/{target}/", HERS - {"alice"}, {})],
    "targets/closed/": [Page("/targets/closed/", WITH_RECORDS)],
    "targets/closed/<int:key>/": [Page("/targets/closed/{closing}/", WITH_RECORDS, tells=HERS)],
    "targets/close/": [Page("/targets/close/", HERS - {"alice"}, {"period": "2025-Q1"})],
    # settings
    "settings/": [Page("/settings/", SETTERS), Page("/settings/", SETTERS, {})],
    "settings/limits/": [Page("/settings/limits/", SETTERS), Page("/settings/limits/", SETTERS, {"load_low": "1"})],
    "settings/stages/": [Page("/settings/stages/", SETTERS), Page("/settings/stages/", SETTERS, {})],
    "settings/stages/new/": [
        Page("/settings/stages/new/", SETTERS),
        Page("/settings/stages/new/", SETTERS, {"name": "x"}),
    ],
    "settings/stages/<int:key>/": [
        Page("/settings/stages/{stage}/", SETTERS),
        Page("/settings/stages/{stage}/", SETTERS, {"remove": "1"}),
    ],
    "settings/teams/": [Page("/settings/teams/", SETTERS)],
    "settings/teams/new/": [Page("/settings/teams/new/", SETTERS, {"name": "Oost"})],
    "settings/teams/<int:key>/": [
        Page("/settings/teams/{noord}/", SETTERS),
        Page("/settings/teams/{noord}/", SETTERS, {"name": "x"}),
    ],
    "settings/teams/<int:key>/seats/new/": [Page("/settings/teams/{noord}/seats/new/", SETTERS)],
    "settings/seats/<int:key>/": [Page("/settings/seats/{seat}/", SETTERS)],
    "settings/people/": [Page("/settings/people/", SETTERS)],
    "settings/people/new/": [Page("/settings/people/new/", SETTERS, {"name": "Piet"})],
    "settings/people/<int:key>/": [
        Page("/settings/people/{alice}/", SETTERS),
        Page("/settings/people/{alice}/", SETTERS, {"name": "x"}),
    ],
    "settings/people/<int:key>/teams/new/": [Page("/settings/people/{alice}/teams/new/", SETTERS)],
    "settings/people/<int:key>/absences/new/": [Page("/settings/people/{alice}/absences/new/", SETTERS)],
    "settings/memberships/<int:key>/": [Page("/settings/memberships/{membership}/", SETTERS)],
    "settings/absences/<int:key>/": [Page("/settings/absences/{absence}/", SETTERS)],
    "settings/users/": [Page("/settings/users/", ADMINISTRATOR)],
    "settings/users/new/": [
        Page("/settings/users/new/", ADMINISTRATOR),
        Page("/settings/users/new/", ADMINISTRATOR, {"name": "Piet", "email": "piet@example.com", "role": "admin"}),
    ],
    "settings/users/<int:key>/": [
        Page("/settings/users/{alice_login}/", ADMINISTRATOR),
        Page("/settings/users/{alice_login}/", ADMINISTRATOR, {"is_active": "on", "is_director": "on"}),
    ],
    # the first run is over once somebody has a login
    "welcome/": [Page("/welcome/", NOBODY, without_login=True), Page("/welcome/", NOBODY, {}, without_login=True)],
    "welcome/steps/": [Page("/welcome/steps/", ADMINISTRATOR)],
    "language/": [Page("/language/", EVERYBODY, {"language": "nl"}, without_login=True)],
}
OTHERS = ("auth/",)  # django-allauth's own pages, which hold nobody's figures or records


def routes(patterns: list[Any], before: str = "") -> Iterator[str]:
    """Every route below these patterns, as the resolver names it."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver) and route not in OTHERS:
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


@pytest.fixture
def world() -> dict[str, int]:
    """Alice of team Noord under Bob, Charlie of team Zuid, and what Alice recorded. Keys of what addresses need."""
    then = date(2020, 1, 1)
    noord, zuid = (people.create_team(name=name, by=None) for name in ("Noord", "Zuid"))
    alice = people.add_user(email="alice@example.com", role="seller", team=noord, starts_on=then, by=None)
    people.add_user(email="bob@example.com", role="manager", team=noord, starts_on=then, by=None)
    people.add_user(email="charlie@example.com", role="seller", team=zuid, starts_on=then, by=None)
    for role in ("director", "payroll", "admin"):
        people.add_user(email=f"{role}@example.com", role=role, by=None)
    User.objects.create_user("nobody@example.com")
    start_usual_process(by=None)
    return {"noord": noord.pk, "alice_login": alice.pk, **_recorded_by(Person.objects.get(user=alice), noord)}


def _recorded_by(alice: Person, team: Team) -> dict[str, int]:
    amount = Amount(Decimal(NUMBER), "EUR")
    won_at = datetime(2026, 2, 3, 10, tzinfo=UTC)
    stages = list(Stage.objects.order_by("order"))
    hers: dict[str, Any] = {"owner": alice, "by": None}
    account = crm.create_account(name=SECRET, created_at=won_at - timedelta(days=90), **hers)
    at_hers = {"account": account, **hers}
    lead = crm.create_lead(company=SECRET, created_at=won_at - timedelta(days=60), **hers)
    gone = crm.create_lead(company="Weg BV", **hers)
    crm.delete(records=[gone], by=None)
    deal = crm.create_opportunity(
        name=f"Deal {SECRET}", stage=stages[0], amount=amount, created_at=won_at - timedelta(days=30), **at_hers
    )
    crm.move_stage(opportunity=deal, to=stages[4], at=won_at, by=None)
    planned = crm.plan_activity(kind="visit", planned_for=timezone.now() + timedelta(days=2), **at_hers)
    quote = crm.create_quote(number=f"Q {SECRET}", amount=amount, sent_at=won_at, **at_hers)
    order = crm.create_order(number=f"O {SECRET}", amount=amount, ordered_at=won_at, **at_hers)
    first = Period(date(2026, 1, 1), date(2026, 4, 1))
    target = set_target(kpi="won_value", period=first, value=NUMBER, person=alice, by=None)
    closing = close_period(period=first, by=None)
    seat = people.create_seat(team=team, starts_on=date(2020, 1, 1), person=alice, by=None)
    absence = people.record_absence(person=alice, starts_on=date(2026, 5, 4), by=None)
    found = {
        "account": account, "lead": lead, "gone_lead": gone, "opportunity": deal, "activity": planned, "quote": quote,
        "order": order, "seat": seat, "absence": absence, "membership": Membership.objects.get(person=alice),
        "alice": alice, "stage": stages[1], "target": target,
        "closing": closing, "intake": ImportRun.objects.create(intake=Intake.objects.create()).intake,
    }  # fmt: skip
    return {name: record.pk for name, record in found.items()}


def visit(client: Client, page: Page, world: dict[str, int]) -> Any:
    address = page.address.format(**world)
    if page.post is None:
        return client.get(address)
    return client.post(address, {name.format(**world): str(value).format(**world) for name, value in page.post.items()})


def visited(client: Client, page: Page, world: dict[str, int]) -> tuple[int, bool]:
    """The status of a visit, and whether it told what Alice sells; what the visit changed is undone."""
    with transaction.atomic():
        response = visit(client, page, world)
        told = response.status_code == 200 and any(mark in text_of(response) for mark in MARKS)
        transaction.set_rollback(True)
    return response.status_code, told


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def label(page: Page) -> str:
    return f"{'GET' if page.post is None else 'POST'} {page.address}"


def text_of(response: Any) -> str:
    """What can be read in a response: a page, a CSV, or the sheets of a workbook."""
    body = response.getvalue() if response.streaming else response.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    return str(body.decode())


def test_every_address_stands_in_the_table() -> None:
    every = set(routes(get_resolver().url_patterns))
    assert every - set(TABLE) == set(), "say in TABLE who may see the new page"
    assert set(TABLE) - every == set(), "these pages are gone; take them out of TABLE"


def test_a_page_opens_for_those_who_may_see_it_and_is_not_there_for_others(world: dict[str, int]) -> None:
    clients = {role: signed_in(User.objects.get(email=f"{role}@example.com")) for role in ROLES}
    wrong = {}
    for page in (page for row in TABLE.values() for page in row):
        found = {role: visited(client, page, world) for role, client in clients.items()}
        opened = {role for role, (status, _told) in found.items() if status in (200, 204, 302)}
        told = {role for role, (_status, told) in found.items() if told}
        refused = {role for role, (status, _told) in found.items() if status == 404}
        if (
            opened != page.roles
            or opened | refused != EVERYBODY
            or not told <= (HERS if page.tells is None else page.tells)
        ):
            wrong[label(page)] = found
        if page.tells is not None and told != page.tells:
            wrong[label(page)] = found
    assert wrong == {}


def test_without_login_every_page_leads_to_the_login(world: dict[str, int]) -> None:
    wrong = {}
    for page in (page for row in TABLE.values() for page in row if not page.without_login):
        response = visit(Client(), page, world)
        if response.status_code != 302 or not response.headers["Location"].startswith(reverse("account_login")):
            wrong[label(page)] = response.status_code
    assert wrong == {}


def test_a_colleague_reads_names_of_the_team_but_no_figure_of_one_person(world: dict[str, int]) -> None:
    team = Team.objects.get(pk=world["noord"])
    dora = people.add_user(email="dora@example.com", role="seller", team=team, starts_on=date(2020, 1, 1), by=None)
    client = signed_in(dora)
    assert client.get(f"/kpi/won_value/?period=2026-Q1&person={world['alice']}").status_code == 404
    assert client.get(f"/kpi/won_value/?period=2026-Q1&team={world['noord']}&by=person&format=json").status_code == 404
    assert client.get(f"/kpi/won_value/?period=2026-Q1&team={world['noord']}").status_code == 200
    for kind, model in (
        ("leads", Lead),
        ("accounts", Account),
        ("opportunities", Opportunity),
        ("quotes", Quote),
        ("orders", Order),
    ):
        record = model._default_manager.first()
        assert record is not None
        assert client.get(f"/{kind}/{record.pk}/").status_code == 404


def test_somebody_who_was_shut_out_sees_nothing_any_more(world: dict[str, int]) -> None:
    alice = User.objects.get(pk=world["alice_login"])
    client = signed_in(alice)
    assert client.get(f"/leads/{world['lead']}/").status_code == 200
    people.set_active(user=alice, active=False, by=None)
    assert client.get(f"/leads/{world['lead']}/").status_code == 302


def test_what_somebody_did_for_a_former_team_stays_with_its_manager(world: dict[str, int]) -> None:
    alice = Person.objects.get(pk=world["alice"])
    zuid = Team.objects.get(name="Zuid")
    people.move_team(
        person=alice, old=Team.objects.get(pk=world["noord"]), new=zuid, starts_on=date(2026, 6, 1), by=None
    )
    eve = people.add_user(email="eve@example.com", role="manager", team=zuid, starts_on=date(2020, 1, 1), by=None)
    for login, sees in ((User.objects.get(email="bob@example.com"), 200), (eve, 404)):
        assert signed_in(login).get(f"/opportunities/{world['opportunity']}/").status_code == sees
