"""A page that keeps itself current, and is not sent again while nothing changed."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stuurhut.cockpit.tests.sales_of_two_teams import Company, sell, signed_in, with_sales
from stuurhut.people.models import User

pytestmark = pytest.mark.django_db

PAGE = "/?period=2026-Q1&as_of=2026-05-01"


@pytest.fixture
def them() -> Company:
    return with_sales()


def test_a_page_one_has_is_not_sent_again_until_something_is_recorded(them: Company) -> None:
    client = signed_in("bob")
    first = client.get(PAGE)
    held = {"If-None-Match": first["ETag"]}
    again = client.get(PAGE, headers=held)
    assert (again.status_code, again.content) == (304, b"")
    sell(them.alice, "2026-03-10", "1000.00", "Hout")
    fresh = client.get(PAGE, headers=held)
    assert fresh.status_code == 200
    assert "14.000" in fresh.content.decode().replace(",", ".")


def test_an_unchanged_page_costs_one_query_beside_signing_in(them: Company) -> None:
    client = signed_in("bob")
    held = {"If-None-Match": client.get(PAGE)["ETag"]}
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(PAGE, headers=held).status_code == 304
    asked = [
        q["sql"] for q in seen.captured_queries if "django_session" not in q["sql"] and "people_user" not in q["sql"]
    ]
    assert len(asked) == 1


def test_the_tag_of_one_is_none_of_another_nor_of_other_rights_language_or_question(them: Company) -> None:
    tag = signed_in("bob").get(PAGE)["ETag"]
    held = {"If-None-Match": tag}
    assert signed_in("charlie").get(PAGE, headers=held).status_code == 200
    client = signed_in("bob")
    tag = client.get(PAGE, headers={"accept-language": "nl"})["ETag"]
    held = {"If-None-Match": tag}
    assert client.get(PAGE, headers={**held, "accept-language": "en"}).status_code == 200
    assert client.get(f"{PAGE}&compare=previous", headers={**held, "accept-language": "nl"}).status_code == 200
    User.objects.filter(email="bob@example.com").update(is_director=True)
    assert client.get(PAGE, headers={**held, "accept-language": "nl"}).status_code == 200


def test_while_nothing_is_written_the_page_hears_nothing(them: Company) -> None:
    client = signed_in("bob")
    now = re.findall(r'data-now="(\w+)"', client.get(PAGE).content.decode())[0]
    assert client.get(f"/live/?was={now}").status_code == 204
    sell(them.alice, "2026-03-10", "1000.00", "Hout")
    assert client.get(f"/live/?was={now}").status_code == 200


def test_a_part_has_another_address_once_its_figures_may_differ(them: Company) -> None:
    client = signed_in("bob")

    def address(part: str) -> str:
        found: list[str] = re.findall(rf'hx-get="([^"]*part={part}[^"]*)"', client.get(PAGE).content.decode())
        return found[0]

    before = {part: address(part) for part in ("funnel", "found")}
    assert address("funnel") == before["funnel"]
    sell(them.alice, "2026-03-10", "1000.00", "Hout")
    assert address("funnel") != before["funnel"]
    assert address("found") == before["found"], "what was found is judged by whole days"


def test_who_is_signed_out_is_sent_to_sign_in(them: Company) -> None:
    assert "/auth/login/" in Client().get("/live/").headers["Location"]
