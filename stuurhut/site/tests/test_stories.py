"""A Monday of a director, a manager and a seller, in a real browser; every page can be used by everybody."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from stuurhut.people.models import Person, Team
from stuurhut.site import demo
from stuurhut.site.tests.test_browser import DAY, browser, cut_off, mistakes, signed_in, small_targets

__all__ = ["browser"]  # a fixture, which pytest finds by its name

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AS_OF = f"as_of={DAY.isoformat()}"
OTHER = "Sanne Kuipers"  # sells in another team than the manager and the seller who sign in


def settled(page: Page) -> None:
    """Waits until all that loads apart is there."""
    page.wait_for_load_state("networkidle")
    expect(page.locator(".htmx-request")).to_have_count(0)


def look(page: Page, address: str) -> None:
    page.goto(address)
    settled(page)


def usable(page: Page, addresses: list[str]) -> None:
    """Every one of these pages can be used by everybody, on this width."""
    for address in addresses:
        look(page, address)
        assert (address, mistakes(page), cut_off(page), small_targets(page)) == (address, [], 0, [])


def pages_of(person: Person) -> list[str]:
    """The pages that somebody who steers looks at."""
    return [
        f"/?{AS_OF}",
        f"/kpi/win_rate/?{AS_OF}&by=person",
        f"/kpi/pipeline_open_value/?{AS_OF}",
        f"/kpi/sales_count/records/?{AS_OF}",
        f"/seller/{person.pk}/?{AS_OF}",
        f"/plan/?{AS_OF}",
        "/targets/",
    ]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_director_goes_from_what_deserves_attention_to_the_records_behind_it(
    browser: Browser, live_server: LiveServer, width: int, scheme: str
) -> None:
    demo.make(seed=1, size="small", until=DAY)
    page = signed_in(browser, live_server.url, "director", width, scheme)
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    usable(page, pages_of(Person.objects.get(name=OTHER)))

    look(page, f"/kpi/win_rate/?{AS_OF}&by=team")
    expect(page.locator(".verdict-brief")).not_to_be_empty()
    page.locator("#breakdown tbody .narrower a").first.click()
    settled(page)
    assert "team=" in page.url
    behind = page.locator("#records h2").inner_text()
    page.locator(".big a").click()
    settled(page)
    assert page.locator("h1").inner_text() == behind, "as many as the page of the figure said"
    assert troubles == []


def test_a_manager_sees_who_is_behind_and_asks_further(browser: Browser, live_server: LiveServer) -> None:
    demo.make(seed=1, size="small", until=DAY)
    page = signed_in(browser, live_server.url, "manager", 1440)
    look(page, f"/?{AS_OF}")
    assert page.locator("h1").inner_text().startswith("Team "), "the widest that a manager may see"
    assert "%" in page.locator("#tile-target_attainment").inner_text()
    assert OTHER not in page.locator("main").inner_text()

    look(page, f"/kpi/sales_value/?{AS_OF}")
    name = page.locator("#breakdown tbody th a").first
    seller = name.inner_text()
    name.click()
    settled(page)
    assert re.search(r"/seller/\d+/", page.url)
    assert seller in page.locator("h1").inner_text()

    stranger = Person.objects.get(name=OTHER)
    for address in (f"/seller/{stranger.pk}/", f"/kpi/calls/?person={stranger.pk}", f"/?person={stranger.pk}"):
        assert page.goto(address).status == 404, address  # type: ignore[union-attr]


def test_a_seller_sees_the_own_figures_and_nothing_of_a_colleague_elsewhere(
    browser: Browser, live_server: LiveServer
) -> None:
    demo.make(seed=1, size="small", until=DAY)
    page = signed_in(browser, live_server.url, "seller", 390)
    me = Person.objects.get(user__email="verkoper@demo.example")
    stranger, elsewhere = Person.objects.get(name=OTHER), Team.objects.get(name="Zuid")
    theirs = stranger.opportunities.values_list("name", flat=True)[:1].get()
    usable(page, pages_of(me))
    for address in [*pages_of(me), f"/opportunities/?q={theirs}", f"/accounts/?q={theirs}", f"/kpi/?q={OTHER}"]:
        look(page, address)
        words = page.locator("main").inner_text()
        assert OTHER not in words, address
        assert theirs not in words, address
    for address in (
        f"/seller/{stranger.pk}/", f"/team/{elsewhere.pk}/", f"/?team={elsewhere.pk}",
        f"/kpi/calls/records/?person={stranger.pk}&format=csv", f"/plan/?person={stranger.pk}",
    ):  # fmt: skip
        assert page.request.get(address).status == 404, address
    for address in (
        "/kpi/sales_value/?by=person&format=csv", "/kpi/sales_value/records/?period=2026&format=csv",
        "/kpi/sales_value/?part=course&format=csv", "/plan/?format=csv", "/targets/?format=csv",
    ):  # fmt: skip
        told = page.request.get(address)
        assert (address, OTHER in told.text(), theirs in told.text()) == (address, False, False)
