"""Lists: what one may see, narrowed, sorted, paged and exported."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import timezone

from stuurhut.crm import actions
from stuurhut.crm.export import harmless
from stuurhut.crm.models import Account, Lead, Opportunity, Source
from stuurhut.crm.tests.little_company import Sales
from stuurhut.kpi.words.money import Amount
from stuurhut.people.models import Person, User
from stuurhut.people.tests.company import Company, company

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def at_the_desk_of(person: Person) -> Client:
    """A browser in which this person is signed in."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(person=person), BACKEND)
    return client


def names(response: Any) -> list[str]:
    """The first column of a list, in order."""
    return [str(row.record) for row in response.context["table"].paginated_rows]


def exported(client: Client, address: str) -> list[dict[str, str]]:
    text = client.get(address).getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def firm() -> Company:
    return company()


def lead(firm: Company, name: str, **fields: Any) -> Lead:
    return actions.create_lead(company=name, owner=fields.pop("owner", firm.alice), by=None, **fields)


def test_search_finds_every_word_anywhere_in_the_record(firm: Company) -> None:
    lead(firm, "Bakkerij Smit", email="info@smit.example")
    lead(firm, "Slagerij Smit")
    desk = at_the_desk_of(firm.alice)
    assert names(desk.get("/leads/?q=smit")) == ["Slagerij Smit", "Bakkerij Smit"]
    assert names(desk.get("/leads/?q=smit+bak")) == ["Bakkerij Smit"]
    assert names(desk.get("/leads/?q=info@smit")) == ["Bakkerij Smit"]


def test_a_lead_shows_how_it_was_judged_and_can_be_found_by_it(firm: Company) -> None:
    Sales()
    by_status = {name: lead(firm, name) for name in ("new", "qualified", "disqualified", "won")}
    actions.qualify_lead(lead=by_status["qualified"], by=None)
    actions.disqualify_lead(lead=by_status["disqualified"], reason="spam", by=None)
    actions.create_opportunity(lead=by_status["won"], stage=Sales().won, owner=firm.alice, by=None)
    desk = at_the_desk_of(firm.alice)
    for status in by_status:
        assert names(desk.get(f"/leads/?status={status}")) == [status]


def test_records_without_a_moment_of_creation_show_last_and_in_no_period(firm: Company) -> None:
    lead(firm, "Known", created_at=datetime(2026, 5, 6, tzinfo=UTC))
    Lead.objects.create(company="Unknown", owner=firm.alice)
    desk = at_the_desk_of(firm.alice)
    assert names(desk.get("/leads/")) == ["Known", "Unknown"]
    assert names(desk.get("/leads/?sort=created")) == ["Known", "Unknown"]
    assert names(desk.get("/leads/?period=2026-Q2")) == ["Known"]


def test_a_period_that_does_not_exist_gets_one_sentence_with_the_remedy(firm: Company) -> None:
    lead(firm, "Bakkerij Smit")
    desk = at_the_desk_of(firm.alice)
    response = desk.get("/leads/?period=yesteryear")
    assert response.status_code == 400
    assert "write 2026, 2026-Q3" in response.content.decode()
    export = desk.get("/leads/?period=yesteryear&format=csv")
    assert (export.status_code, export.headers["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert desk.get("/leads/?format=pdf").content.decode() == "'pdf' is not a form to export in; give csv or xlsx."


def test_a_day_belongs_to_the_period_of_the_organisations_own_clock(firm: Company) -> None:
    lead(firm, "New year", created_at=datetime(2025, 12, 31, 23, 30, tzinfo=UTC))  # 0:30 in Amsterdam
    desk = at_the_desk_of(firm.alice)
    assert names(desk.get("/leads/?period=2026-01")) == ["New year"]
    assert names(desk.get("/leads/?period=2025-12")) == []


def test_records_of_nobody_can_be_found(firm: Company) -> None:
    Lead.objects.create(company="Orphan", team=firm.noord)
    lead(firm, "Smit")
    assert names(at_the_desk_of(firm.bob).get("/leads/?owner=none")) == ["Orphan"]


def test_a_seller_can_only_choose_owners_whose_records_he_sees(firm: Company) -> None:
    for person, chosen in ((firm.alice, {"Alice"}), (firm.bob, {"Alice", "Bob"}), (firm.charlie, {"Charlie"})):
        form = at_the_desk_of(person).get("/leads/?q=x").context["filter"].form
        assert {str(owner) for owner in form.fields["owner"].queryset} == chosen
    assert at_the_desk_of(firm.charlie).get(f"/leads/?owner={firm.alice.pk}").status_code == 400


def test_the_export_holds_what_is_filtered_in_the_order_of_the_list(firm: Company) -> None:
    sales = Sales()
    account = actions.create_account(name="Smit", owner=firm.alice, by=None)
    for name, euros in (("Small", "10.50"), ("Large", "99000"), ("Other", "5")):
        amount = Amount(Decimal(euros), "EUR")
        actions.create_opportunity(
            name=name, stage=sales.offer, amount=amount, account=account, owner=firm.alice, by=None
        )
    rows = exported(at_the_desk_of(firm.alice), "/opportunities/?q=l&sort=-amount&format=csv&page=2")
    assert [(row["Opportunity"], row["Amount"], row["Currency"]) for row in rows] == [
        ("Large", "99000.00", "EUR"),
        ("Small", "10.50", "EUR"),
    ]


def test_an_export_of_nothing_has_its_headings(firm: Company) -> None:
    body = at_the_desk_of(firm.alice).get("/orders/?format=csv").getvalue().decode("utf-8-sig")
    assert body.startswith("Order,Account,Amount")


def test_a_name_that_looks_like_a_formula_stays_a_name() -> None:
    assert harmless("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert harmless("@SUM(1)") == "'@SUM(1)"
    assert harmless("-1+cmd|'/c calc'!A0") == "'-1+cmd|'/c calc'!A0"
    assert harmless("+31 6 12345678") == "+31 6 12345678"


def test_a_long_list_comes_in_pages_and_says_how_many_there_are(firm: Company) -> None:
    Lead.objects.bulk_create(Lead(company=f"Lead {number:03}", owner=firm.alice) for number in range(60))
    desk = at_the_desk_of(firm.alice)
    first, second = desk.get("/leads/?sort=lead"), desk.get("/leads/?sort=lead&page=2")
    assert first.context["count"] == 60
    assert [*names(first), *names(second)] == [f"Lead {number:03}" for number in range(60)]
    assert names(desk.get("/leads/?sort=lead&page=99")) == names(second)


def test_accounts_that_were_not_contacted_for_long_are_one_choice_away(firm: Company) -> None:
    now = timezone.now()
    for name, days in (("Recent", 10), ("Long ago", 200), ("Only missed", 300)):
        account = actions.create_account(name=name, owner=firm.alice, by=None)
        actions.log_activity(
            kind="visit", account=account, owner=firm.alice, occurred_at=now - timedelta(days=days), by=None
        )
    missed = Account.objects.get(name="Only missed")
    actions.log_activity(kind="call", outcome="not_reached", account=missed, owner=firm.alice, by=None)
    actions.create_account(name="Never", owner=firm.alice, by=None)
    listed = names(at_the_desk_of(firm.alice).get("/accounts/?quiet=90&sort=contact"))
    assert listed == ["Only missed", "Long ago", "Never"]


def test_a_typed_filter_brings_only_the_part_that_changes(firm: Company) -> None:
    lead(firm, "Smit")
    desk = at_the_desk_of(firm.alice)
    part = desk.get("/leads/?q=smit", headers={"HX-Request": "true", "HX-Request-Type": "partial"}).content.decode()
    assert "Smit" in part
    assert "<html" not in part


def test_an_empty_list_says_what_will_stand_there_and_offers_one_thing_to_do(firm: Company) -> None:
    page = at_the_desk_of(firm.alice).get("/activities/").content.decode()
    assert "Log one here in a few seconds." in page
    assert page.count('href="/activities/new/"') == 1
    lead(firm, "Smit")
    assert "Nothing matches." in at_the_desk_of(firm.alice).get("/leads/?q=zzz").content.decode()


def test_sources_that_were_deleted_are_not_offered(firm: Company) -> None:
    Source.objects.create(name="Old fair", deleted_at=timezone.now())
    Source.objects.create(name="Website")
    lead(firm, "Smit")
    page = at_the_desk_of(firm.alice).get("/leads/").content.decode()
    assert "Website" in page
    assert "Old fair" not in page


def test_a_stranger_sees_no_opportunity() -> None:
    from stuurhut.crm.visible import visible_to

    Sales().deal("2026-01-01", name="Secret")
    assert not visible_to(AnonymousUser(), Opportunity).exists()


def test_the_account_of_a_shared_deal_is_a_link_only_for_who_may_open_it(firm: Company) -> None:
    account = actions.create_account(name="Smit", owner=firm.charlie, by=None)
    deal = actions.create_opportunity(stage=Sales().offer, account=account, owner=firm.charlie, by=None)
    actions.set_credits(deal=deal, shares={firm.charlie: 60, firm.alice: 40}, by=None)
    for person, links in ((firm.alice, 0), (firm.charlie, 1)):
        page = at_the_desk_of(person).get("/opportunities/").content.decode()
        assert "Smit" in page
        assert page.count(f'href="/accounts/{account.pk}/"') == links
