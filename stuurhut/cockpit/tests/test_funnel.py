"""The funnel as people see it: who went on, who did not, and what that was worth."""

from __future__ import annotations

import re

import pytest

from stuurhut.cockpit.tests.funnels import customer, with_a_funnel
from stuurhut.cockpit.tests.reading import text_of
from stuurhut.cockpit.tests.sales_of_two_teams import Company, company
from stuurhut.crm import actions as crm
from stuurhut.crm.models import Account

pytestmark = pytest.mark.django_db

Q1 = "part=funnel&period=2026-Q1&as_of=2026-11-01"


@pytest.fixture
def them() -> Company:
    return with_a_funnel()


def numbers(page: str) -> list[str]:
    return re.findall(r'class="funnel-number num"[^>]*>([^<]*)<', page)


def widths(page: str) -> list[float]:
    return [float(found) for found in re.findall(r'class="funnel-all" style="width:([\d.]+)%', page)]


def test_each_step_says_how_many_which_share_went_on_and_how_sure_that_is(them: Company) -> None:
    page = text_of("bob", f"/?{Q1}")
    assert numbers(page) == ["5", "4", "3", "2"]
    assert re.findall(r"<strong[^>]*>([^<]*)</strong>", page) == ["80,0 %", "75,0 %", "66,7 %"]
    assert page.count("(n = ") == 3
    assert widths(page) == [100, 80, 60, 40], "the narrow end is where there are fewer"


def test_the_number_clicked_is_the_number_of_records_behind_it(them: Company) -> None:
    page = text_of("bob", f"/?{Q1}")
    _every_number_opens_as_many(page)


def _every_number_opens_as_many(page: str, links: int = 3) -> None:
    linked = re.findall(r'<a class="funnel-number num" href="([^"]*)"[^>]*>([^<]*)<', page)
    assert len(linked) == links
    for address, number in linked:
        assert re.search(rf"<h1>{number} regel", text_of("bob", address.replace("&amp;", "&")))


def test_of_days_partly_too_young_the_list_holds_only_those_counted(them: Company) -> None:
    customer(them.alice, "Jong", 4, on="2026-02-20")
    for as_of in ("2026-05-20", "2026-05-21", "2026-05-28"):
        page = text_of("bob", f"/?part=funnel&period=2026-Q1&as_of={as_of}")
        assert numbers(page)[1] != "0"
        _every_number_opens_as_many(page)


def test_orders_of_a_cohort_open_no_list_since_none_holds_exactly_those(them: Company) -> None:
    assert '<span class="funnel-number num">2</span>' in text_of("bob", f"/?{Q1}")
    _every_number_opens_as_many(text_of("bob", f"/?{Q1}&view=period"), 4)


def test_it_says_how_many_the_share_is_and_what_the_next_number_counts(them: Company) -> None:
    page = text_of("bob", f"/?{Q1}")
    assert re.findall(r'class="funnel-led">(\d+) ', page) == ["4", "3", "2"]
    assert page.count('class="funnel-counts') == 3
    assert 'class="funnel-counts' not in text_of("bob", f"/?{Q1}&view=period")


def test_in_euros_the_drop_off_is_what_was_quoted_and_not_ordered(them: Company) -> None:
    page = text_of("bob", f"/?{Q1}&measure=value")
    assert numbers(page) == ["–", "–", "€ 8.000", "€ 3.000"]
    assert "37,5 %" in page, "3,000 of 8,000"
    assert "€ 5.000" in page, "what went no further"


def test_of_a_period_too_young_to_follow_the_last_that_is_old_enough_is_shown(them: Company) -> None:
    page = text_of("bob", "/?part=funnel&period=2026-Q2&as_of=2026-05-01")
    assert "2 nov 2025 t/m 31 jan 2026" in page, "ninety days before the first of May"
    assert numbers(page)[0] == "5"


def test_what_happened_in_the_period_is_counted_by_its_own_day(them: Company) -> None:
    assert numbers(text_of("bob", f"/?{Q1}&view=period")) == ["5", "4", "3", "2"]
    assert numbers(text_of("bob", f"/?{Q1.replace('2026-Q1', '2026-02')}&view=period")) == ["0", "0", "0", "2"]


def test_a_funnel_that_widens_is_not_drawn_and_says_why(them: Company) -> None:
    for number in range(6):
        crm.create_order(account=Account.objects.get(name="Een"), owner=them.alice, by=None,
                         ordered_at=Account.objects.get(name="Een").created_at)  # fmt: skip
        customer(them.alice, f"Los {number}", 1, on="2026-02-02")
    refused = text_of("bob", "/?part=funnel&period=2025-12&as_of=2026-11-01&view=period")
    assert widths(refused) == []
    assert 'class="notice"' in refused


def test_a_seller_sees_the_share_of_the_team_beside_it_only_when_that_tells_on_nobody(them: Company) -> None:
    alone = text_of("alice", f"/?{Q1}")
    assert "Noord" not in alone, "a total of two people tells what the other one did"
    assert numbers(alone) == ["5", "4", "3", "2"]


def test_charlie_sees_one_call_of_his_own_and_nothing_of_alice(them: Company) -> None:
    assert numbers(text_of("charlie", f"/?{Q1}")) == ["1", "0", "0", "0"]


def test_without_anything_recorded_it_reads_well() -> None:
    company()
    page = text_of("bob", f"/?{Q1}")
    assert numbers(page) == ["0", "0", "0", "0"]


def test_how_it_is_counted_stays_chosen_when_the_period_changes(them: Company) -> None:
    page = text_of("bob", "/?period=2026-Q1&measure=value&view=period")
    assert re.search(r'hx-get="[^"]*measure=value[^"]*part=funnel', page)
    assert '<input type="hidden" name="measure" value="value">' in page
    assert '<input type="hidden" name="view" value="period">' in page
