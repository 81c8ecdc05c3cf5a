"""A manager on Monday morning, in a real browser: sign in, look, ask further."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import date

import brotli
import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from stuurhut.site import demo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

expect.set_options(timeout=60_000)  # the first answer after a start is not the quickest, on a busy machine
DAY = date(2026, 11, 20)
WIDTHS = (1440, 390)
BUDGET = {"requests": 15, "bytes": 250_000}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    program = next((found for name in names if name and (found := shutil.which(name))), None)
    if program is None:
        pytest.fail("There is no chromium: install it, or name its program in CHROMIUM.", pytrace=False)
    # Playwright runs an event loop in this thread, in which Django would refuse the test's own queries.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def signed_in(browser: Browser, address: str, role: str, width: int, scheme: str = "light") -> Page:
    """A page of the demo company in which somebody just signed in, in Dutch."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        locale="nl-NL",
        color_scheme=scheme,  # type: ignore[arg-type]
        base_url=address,
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    login = next(login for login in demo.LOGINS if login.role == role)
    page.goto("/auth/login/")
    assert mistakes(page) == []
    page.fill("input[name=login]", login.email)
    page.fill("input[name=password]", login.password)
    page.click("main button[type=submit]:has-text('Inloggen')")
    see_seven(page)
    return page


def see_seven(page: Page) -> None:
    """Waits for the seven tiles and for their pictures, which come after the numbers."""
    expect(page.locator("article.tile svg.spark")).to_have_count(7)


def mistakes(page: Page) -> list[str]:
    """What keeps somebody from using this page: rules of WCAG 2 A and AA that axe finds broken."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
    return [f"{v['id']}: {node['target']} {node['html'][:120]}" for v in found["violations"] for node in v["nodes"]]


def cut_off(page: Page) -> int:
    """Pixels that stick out to the right."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


def small_targets(page: Page) -> list[str]:
    """Buttons, fields and links outside a sentence that are smaller than 24 by 24 pixels."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('a, button, select, input, summary')]
            .filter(e => e.checkVisibility() && e.type !== 'hidden' && !e.closest('.visually-hidden, .skip'))
            .filter(e => getComputedStyle(e).display !== 'inline' && !e.matches('.skip'))
            .map(e => [e.getBoundingClientRect(), e.outerHTML.slice(0, 90)])
            .filter(([box]) => box.width && (box.height < 24 || box.width < 24)).map(([, html]) => html)"""
    )
    return found


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_from_sign_in_to_the_records_behind_a_number(
    browser: Browser, live_server: LiveServer, width: int, scheme: str
) -> None:
    demo.make(seed=1, size="small", until=DAY)
    page = signed_in(browser, live_server.url, "director", width, scheme)
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))

    page.goto("/?period=2026-Q3&as_of=2026-11-19")
    see_seven(page)
    assert (mistakes(page), cut_off(page), small_targets(page)) == ([], 0, [])

    sold = page.locator("#tile-sales_value .tile-value").inner_text()
    page.locator("#tile-sales_value h2 a").click()
    expect(page.locator(".big")).to_have_text(sold)
    assert (mistakes(page), cut_off(page), small_targets(page)) == ([], 0, [])

    page.locator("#by").select_option("person")
    expect(page.locator("#breakdown h2")).to_have_text("Per medewerker")
    assert "by=person" in page.url

    page.goto("/kpi/leads_created/records/?period=2026-Q3&as_of=2026-11-19")
    expect(page.locator("table.figures tbody tr").first).to_be_visible()
    assert (mistakes(page), cut_off(page), small_targets(page)) == ([], 0, [])
    assert troubles == []


def test_filters_change_the_page_in_place_and_the_keyboard_finds_its_way(
    browser: Browser, live_server: LiveServer
) -> None:
    demo.make(seed=1, size="small", until=DAY)
    page = signed_in(browser, live_server.url, "manager", 1440)
    page.evaluate("window.still = true")
    page.locator("#period").select_option("2026-Q3")
    expect(page.locator("h1 + p")).to_contain_text("3e kwartaal 2026")
    see_seven(page)
    assert page.evaluate("window.still"), "the page was not loaded again"
    assert page.url.endswith("?period=2026-Q3"), "the address says what is shown, and nothing more"

    page.locator("body").press("/")
    expect(page.locator("#search")).to_be_focused()
    page.locator("h1").click()
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url(live_server.url + "/")
    see_seven(page)
    page.get_by_role("button", name="Donker").click()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"


def test_the_first_look_is_small(browser: Browser, live_server: LiveServer) -> None:
    demo.make(seed=1, size="small", until=DAY)
    page = signed_in(browser, live_server.url, "seller", 1440)
    state = page.context.storage_state()
    cold = browser.new_context(storage_state=state, base_url=live_server.url).new_page()
    cold.set_default_timeout(60_000)
    loaded: dict[str, int] = {}
    cold.on("response", lambda response: loaded.update({response.url: len(brotli.compress(response.body()))}))
    cold.goto("/?period=2026-Q3")
    see_seven(cold)
    assert len(loaded) <= BUDGET["requests"], loaded
    assert sum(loaded.values()) <= BUDGET["bytes"], "as the server sends it: compressed"
    assert all(url.startswith(live_server.url) for url in loaded), "nothing comes from elsewhere"
