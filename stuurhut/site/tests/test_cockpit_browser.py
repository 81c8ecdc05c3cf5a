"""The cockpit in a real browser: it follows the data by itself, stays small, and works from the keyboard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from stuurhut.crm import actions as crm
from stuurhut.crm.models import Stage
from stuurhut.kpi.words.money import Amount
from stuurhut.people.models import Person
from stuurhut.site import demo
from stuurhut.site.tests.test_browser import DAY, browser, cut_off, mistakes, signed_in, small_targets

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SCREENS_ON_A_PHONE = 2.5


def see_all(page: Page) -> None:
    """Waits until every part that loads after the numbers is there."""
    expect(page.locator("article.tile svg.spark")).to_have_count(7)
    expect(page.locator("#found .finding-sentence, #found .calm").first).to_be_attached()
    expect(page.locator("#funnel .funnel-steps")).to_be_attached()


def sell(owner: Person) -> None:
    """A deal of 123,456 won just now."""
    stages = Stage.objects.order_by("order")
    won = stages.filter(kind=Stage.Kind.WON).get()
    deal = crm.create_opportunity(
        name="Net binnen", stage=stages[0], owner=owner, amount=Amount(Decimal(123_456), "EUR"),
        created_at=datetime.now(UTC) - timedelta(days=1), by=None,
    )  # fmt: skip
    crm.move_stage(opportunity=deal, to=won, by=None)


def test_a_sale_shows_without_anyone_loading_the_page_again(browser: Browser, live_server: LiveServer) -> None:
    demo.make(seed=1, size="small", until=DAY)
    page = signed_in(browser, live_server.url, "director", 1440)
    see_all(page)
    page.evaluate("window.still = true")
    tile = page.locator("#tile-sales_value .tile-value")
    before = tile.inner_text()
    page.locator(".finding-why summary, .others summary").first.click()
    opened = page.locator("#found details[open]").count()
    owner = Person.objects.filter(memberships__role="seller", memberships__until__isnull=True).first()
    sell(owner)  # type: ignore[arg-type]
    expect(tile).not_to_have_text(before)
    assert page.evaluate("window.still"), "the page was not loaded again"
    see_all(page)
    assert page.locator("#found details[open]").count() == opened, "what was opened stays open"


@pytest.mark.parametrize(("role", "width", "scheme"), [("manager", 1440, "dark"), ("director", 390, "light")])
def test_everybody_can_use_it(browser: Browser, live_server: LiveServer, role: str, width: int, scheme: str) -> None:
    demo.make(seed=1, size="small", until=DAY)
    page = signed_in(browser, live_server.url, role, width, scheme)
    see_all(page)
    assert (mistakes(page), cut_off(page), small_targets(page)) == ([], 0, [])
    if width < 600:
        assert page.evaluate("document.documentElement.scrollHeight") <= SCREENS_ON_A_PHONE * 844


def test_the_team_is_sorted_on_any_column_from_the_keyboard(browser: Browser, live_server: LiveServer) -> None:
    demo.make(seed=1, size="small", until=DAY)
    page = signed_in(browser, live_server.url, "manager", 1440)
    see_all(page)
    head = page.locator(".team-table thead th").nth(2)
    head.locator("button").focus()
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    cells = page.locator(".team-table tbody tr td:nth-child(3)")
    values = [float(cell.get_attribute("data-sort") or "-inf") for cell in cells.all()]
    assert values == sorted(values, reverse=True)
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")


def test_a_page_seen_before_costs_next_to_nothing(browser: Browser, live_server: LiveServer) -> None:
    demo.make(seed=1, size="small", until=DAY)
    page = signed_in(browser, live_server.url, "manager", 1440)
    address = "/?period=2026-Q3&as_of=2026-11-19"
    page.goto(address)
    see_all(page)
    sent: list[int] = []
    tap = page.context.new_cdp_session(page)
    tap.send("Network.enable")
    tap.on("Network.loadingFinished", lambda event: sent.append(event["encodedDataLength"]))
    page.goto(address)
    see_all(page)
    assert sum(sent) <= 30_000
