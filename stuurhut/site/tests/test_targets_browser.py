"""Goals as in a spreadsheet, in a real browser: a quarter in five clicks, a pasted block, and nobody shut out."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from stuurhut.kpi.words.period import Period
from stuurhut.site import demo
from stuurhut.site.tests.test_browser import DAY, browser, cut_off, mistakes, signed_in, small_targets
from stuurhut.targets.actions import close_period
from stuurhut.targets.models import Target

__all__ = ["browser"]  # a fixture, which pytest finds by its name

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASTE = """text => {
    const copied = new DataTransfer();
    copied.setData("text/plain", text);
    const event = new ClipboardEvent("paste", { clipboardData: copied, bubbles: true, cancelable: true });
    document.activeElement.dispatchEvent(event);
}"""


def cells(page: Page, row: str) -> list[str]:
    """What stands in the cells of a row."""
    found: list[str] = page.locator(row).first.locator("td input").evaluate_all("them => them.map(it => it.value)")
    return found


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_pages_of_goals_shut_nobody_out(browser: Browser, live_server: LiveServer, width: int, scheme: str) -> None:
    demo.make(seed=1, size="small", until=DAY)
    closing = close_period(period=Period(date(2026, 7, 1), date(2026, 10, 1)), by=None)
    page = signed_in(browser, live_server.url, "manager", width, scheme)
    asked = ("?year=2026", "?year=2026&grain=month", "?kpi=lead_conversion", "closed/", f"closed/{closing.pk}/")
    for address in (f"/targets/{rest}" for rest in asked):
        page.goto(address)
        assert (address, mistakes(page), cut_off(page), small_targets(page)) == (address, [], 0, [])
    page.goto("/targets/")
    page.locator("a.versions").first.click()
    expect(page.locator("h1")).to_contain_text("Doelen van")
    assert (mistakes(page), cut_off(page), small_targets(page)) == ([], 0, [])


def test_the_team_target_of_a_quarter_takes_five_clicks(browser: Browser, live_server: LiveServer) -> None:
    demo.make(seed=1, size="small", until=DAY)
    page = signed_in(browser, live_server.url, "manager", 1440)
    page.get_by_role("link", name="Doelen", exact=True).click()
    page.locator("tr.of-team td input").nth(3).click()
    page.keyboard.type("1,2 mln")
    page.get_by_role("button", name="Opslaan").click()
    expect(page.locator(".notice")).to_contain_text("1 doel is opgeslagen.")
    target = Target.objects.latest("id")
    assert (target.value, target.starts_on.month, target.team is None) == ("1200000", 10, False)


def test_a_block_from_a_spreadsheet_fills_the_cells_and_nothing_is_saved_before_one_saves(
    browser: Browser, live_server: LiveServer
) -> None:
    demo.make(seed=1, size="small", until=DAY)
    page = signed_in(browser, live_server.url, "manager", 1440)
    page.goto("/targets/?year=2026")
    before = Target.objects.count()
    page.locator("tr.of-person td input").nth(1).click()
    page.evaluate(PASTE, "€ 1.234,50\t2.000\r\n3.000\tveel\r\n")
    first, second = "tr.of-person", "tr.of-person >> nth=1"
    assert cells(page, first)[1:3] == ["€ 1.234,50", "2.000"]
    assert cells(page, second)[1:3] == ["3.000", "veel"]
    expect(page.locator(".changed")).to_have_text("4 doelen gewijzigd")

    page.keyboard.press("Control+z")
    expect(page.locator(".changed")).to_have_text("")
    page.evaluate(PASTE, "€ 1.234,50\t2.000\r\n3.000\tveel\r\n")
    page.get_by_role("button", name="Opslaan").click()
    expect(page.locator("[aria-invalid]")).to_be_focused()
    assert mistakes(page) == []
    assert Target.objects.count() == before, "one cell is wrong, so none is saved"

    page.keyboard.type("4.000")
    page.get_by_role("button", name="Opslaan").click()
    expect(page.locator(".notice")).to_contain_text("4 doelen zijn opgeslagen.")
    assert cells(page, first)[1:3] == ["1.234,50", "2.000"]
    assert Target.objects.count() == before + 4


def test_arrows_enter_and_escape_move_as_in_a_spreadsheet(browser: Browser, live_server: LiveServer) -> None:
    demo.make(seed=1, size="small", until=DAY)
    page = signed_in(browser, live_server.url, "manager", 1440)
    page.goto("/targets/?year=2026")
    start = page.locator("tr.of-team td input").first
    start.click()
    steps = (("ArrowRight", 0, 1), ("ArrowDown", 1, 1), ("Enter", 2, 1), ("Shift+Enter", 1, 1), ("ArrowLeft", 1, 0))
    rows = page.locator("table.goals tr:has(td input)")
    for key, row, place in steps:
        page.keyboard.press(key)
        expect(rows.nth(row).locator("td input").nth(place)).to_be_focused()
    page.keyboard.type("99")
    page.keyboard.press("Escape")
    expect(rows.nth(1).locator("td input").first).to_have_value("")
    expect(page.locator("#cell-note")).to_contain_text("1e kwartaal 2026")
