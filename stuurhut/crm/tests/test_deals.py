"""An opportunity from first stage to won or lost, in euros and in dollars."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from stuurhut.crm.actions import (
    LineOf,
    MixedCurrencies,
    RateMissing,
    SharesDoNotAddUp,
    cancel_order,
    create_account,
    create_lead,
    create_opportunity,
    create_order,
    create_quote,
    decide_quote,
    move_stage,
    send_quote,
    set_amount,
    set_credits,
)
from stuurhut.crm.actions.deals import Decided, Withdrawn
from stuurhut.crm.actions.opportunities import InTheFuture, OtherProcess, OutOfOrder
from stuurhut.crm.models import Credit, ExchangeRate, LossReason, Opportunity, Product, Quote, Stage, StageChange
from stuurhut.crm.tests.stages import stages
from stuurhut.kpi.words.money import Amount
from stuurhut.people.history import text_at
from stuurhut.people.models import History
from stuurhut.people.tests.company import Company, company

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def euro(value: str | int) -> Amount:
    return Amount(Decimal(value), "EUR")


def dollar(value: str | int) -> Amount:
    return Amount(Decimal(value), "USD")


@pytest.fixture
def firm() -> Company:
    return company()


@pytest.fixture
def stage() -> dict[str, Stage]:
    return stages()


@pytest.fixture
def rates() -> None:
    for day, rate in ((date(2026, 1, 1), "0.90"), (date(2026, 3, 10), "0.80"), (date(2026, 4, 1), "0.70")):
        ExchangeRate.objects.create(currency="USD", day=day, rate=rate)


def path_of(opportunity: Opportunity) -> list[tuple[str | None, str]]:
    changes = (
        StageChange.objects.filter(opportunity=opportunity).select_related("from_stage", "to_stage").order_by("id")
    )
    return [(c.from_stage.name if c.from_stage else None, c.to_stage.name) for c in changes]


def test_a_new_opportunity_enters_its_first_stage(firm: Company, stage: dict[str, Stage]) -> None:
    bob = firm.user(firm.bob)
    deal = create_opportunity(stage=stage["Lead"], owner=firm.alice, amount=euro("1000.50"), created_at=MARCH, by=bob)
    first = StageChange.objects.get(opportunity=deal)
    assert (first.from_stage, first.to_stage, first.occurred_at, first.by) == (None, stage["Lead"], MARCH, bob)
    assert (deal.amount_minor, deal.currency, deal.base_minor, deal.team) == (100050, "EUR", 100050, firm.noord)


def test_every_stage_stays_in_the_history_when_a_deal_is_lost_and_opened_again(stage: dict[str, Stage]) -> None:
    """T1 and T10: losing leaves the earlier entries where they are."""
    deal = create_opportunity(stage=stage["Lead"], created_at=MARCH, by=None)
    for days, name in enumerate(("Quote", "Negotiation", "Lost", "Quote", "Won"), 1):
        move_stage(opportunity=deal, to=stage[name], at=MARCH + days * DAY, by=None)
    assert path_of(deal) == [
        (None, "Lead"), ("Lead", "Quote"), ("Quote", "Negotiation"), ("Negotiation", "Lost"),
        ("Lost", "Quote"), ("Quote", "Won"),
    ]  # fmt: skip
    deal.refresh_from_db()
    assert (deal.outcome, deal.closed_at) == ("won", MARCH + 5 * DAY)


def test_a_lost_deal_keeps_its_reason_until_it_is_opened_again(stage: dict[str, Stage]) -> None:
    price = LossReason.objects.create(name="Price")
    deal = create_opportunity(stage=stage["Quote"], created_at=MARCH, by=None)
    move_stage(opportunity=deal, to=stage["Lost"], loss_reason=price, at=MARCH + DAY, by=None)
    deal.refresh_from_db()
    assert (deal.outcome, deal.loss_reason) == ("lost", price)
    move_stage(opportunity=deal, to=stage["Quote"], at=MARCH + 2 * DAY, by=None)
    deal.refresh_from_db()
    assert (deal.outcome, deal.closed_at, deal.loss_reason) == ("open", None, None)


def test_moving_to_the_stage_it_is_in_writes_nothing(stage: dict[str, Stage]) -> None:
    deal = create_opportunity(stage=stage["Quote"], by=None)
    assert move_stage(opportunity=deal, to=stage["Quote"], by=None) is None
    assert len(path_of(deal)) == 1


def test_a_page_that_shows_an_old_stage_does_not_write_a_wrong_past(stage: dict[str, Stage]) -> None:
    deal = create_opportunity(stage=stage["Lead"], created_at=MARCH, by=None)
    shown_earlier = Opportunity.objects.get(pk=deal.pk)
    move_stage(opportunity=deal, to=stage["Quote"], at=MARCH + DAY, by=None)
    move_stage(opportunity=shown_earlier, to=stage["Won"], at=MARCH + 2 * DAY, by=None)
    assert path_of(deal)[-1] == ("Quote", "Won")


def test_stages_are_entered_in_order_of_time_and_never_in_the_future(stage: dict[str, Stage]) -> None:
    deal = create_opportunity(stage=stage["Lead"], created_at=MARCH, by=None)
    with pytest.raises(OutOfOrder, match="Lead"):
        move_stage(opportunity=deal, to=stage["Quote"], at=MARCH - DAY, by=None)
    with pytest.raises(InTheFuture):
        move_stage(opportunity=deal, to=stage["Quote"], at=timezone.now() + DAY, by=None)
    with pytest.raises(OtherProcess):
        move_stage(opportunity=deal, to=stages()["Quote"], by=None)
    assert path_of(deal) == [(None, "Lead")]


def test_a_dollar_deal_is_worth_what_it_was_on_the_day_it_closed(stage: dict[str, Stage], rates: None) -> None:
    """T11: the rate of the deal's day is stored; a later rate changes nothing."""
    deal = create_opportunity(stage=stage["Quote"], amount=dollar(1000), created_at=MARCH, by=None)
    assert deal.base_minor == 90000
    closed = datetime(2026, 3, 15, tzinfo=UTC)
    move_stage(opportunity=deal, to=stage["Won"], at=closed, by=None)
    deal.refresh_from_db()
    assert (deal.amount_minor, deal.base_minor) == (100000, 80000)
    assert text_at(deal, "base_minor", closed - DAY) == "90000"
    ExchangeRate.objects.create(currency="USD", day=date(2026, 3, 15), rate="0.10")
    deal.refresh_from_db()
    assert deal.base_minor == 80000


def test_opened_again_a_dollar_deal_is_worth_what_it_was_when_the_amount_was_set(
    stage: dict[str, Stage], rates: None
) -> None:
    deal = create_opportunity(stage=stage["Quote"], amount=dollar(1000), created_at=MARCH, by=None)
    move_stage(opportunity=deal, to=stage["Lost"], at=datetime(2026, 4, 2, tzinfo=UTC), by=None)
    move_stage(opportunity=deal, to=stage["Quote"], at=datetime(2026, 4, 3, tzinfo=UTC), by=None)
    deal.refresh_from_db()
    assert deal.base_minor == 90000


def test_an_amount_set_after_closing_keeps_the_rate_of_the_closing_day(stage: dict[str, Stage], rates: None) -> None:
    deal = create_opportunity(stage=stage["Quote"], amount=dollar(1000), created_at=MARCH, by=None)
    move_stage(opportunity=deal, to=stage["Won"], at=datetime(2026, 3, 15, tzinfo=UTC), by=None)
    set_amount(opportunity=deal, amount=dollar(2000), by=None)
    deal.refresh_from_db()
    assert deal.base_minor == 160000


def test_a_currency_without_a_rate_is_refused_with_the_remedy_and_nothing_is_made(
    stage: dict[str, Stage], rates: None
) -> None:
    with pytest.raises(RateMissing, match=r"GBP.*2026-03-02.*EUR"):
        create_opportunity(stage=stage["Lead"], amount=Amount(Decimal(5), "GBP"), created_at=MARCH, by=None)
    with pytest.raises(RateMissing, match="2025-12-31"):
        create_order(account=None, amount=dollar(5), ordered_at=datetime(2025, 12, 31, 12, tzinfo=UTC), by=None)
    assert not Opportunity.objects.exists()


def test_the_rate_is_that_of_the_dutch_day_also_in_the_night_the_clock_moves(stage: dict[str, Stage]) -> None:
    """29 March 2026 begins at 23:00 UTC the evening before; the day after it at 22:00."""
    for day, rate in ((date(2026, 3, 28), "0.5"), (date(2026, 3, 29), "0.6"), (date(2026, 3, 30), "0.7")):
        ExchangeRate.objects.create(currency="USD", day=day, rate=rate)
    moments = {
        datetime(2026, 3, 28, 22, 59, tzinfo=UTC): 5000,
        datetime(2026, 3, 28, 23, 0, tzinfo=UTC): 6000,
        datetime(2026, 3, 29, 21, 59, tzinfo=UTC): 6000,
        datetime(2026, 3, 29, 22, 0, tzinfo=UTC): 7000,
    }
    for moment, worth in moments.items():
        deal = create_opportunity(stage=stage["Lead"], amount=dollar(100), created_at=moment, by=None)
        assert deal.base_minor == worth, moment


def test_an_hour_that_comes_twice_keeps_its_order(stage: dict[str, Stage]) -> None:
    """On 26 October 2025, in Dutch time, 02:30 comes twice."""
    zone = ZoneInfo("Europe/Amsterdam")
    first = datetime(2025, 10, 26, 2, 30, tzinfo=zone, fold=0)
    second = datetime(2025, 10, 26, 2, 30, tzinfo=zone, fold=1)
    deal = create_opportunity(stage=stage["Lead"], created_at=first.astimezone(UTC), by=None)
    moved = move_stage(opportunity=deal, to=stage["Quote"], at=second.astimezone(UTC), by=None)
    assert moved is not None
    assert deal.created_at is not None
    assert moved.occurred_at - deal.created_at == timedelta(hours=1)


def test_lines_add_up_to_the_amount_to_the_cent(stage: dict[str, Stage]) -> None:
    lines = [LineOf(Product.objects.create(name=n), euro(a)) for n, a in (("A", "0.10"), ("B", "0.20"))]
    deal = create_opportunity(stage=stage["Lead"], lines=lines, by=None)
    assert deal.amount_minor == 30
    assert set(deal.lines.values_list("base_minor", flat=True)) == {10, 20}
    with pytest.raises(MixedCurrencies):
        create_opportunity(stage=stage["Lead"], lines=[*lines, LineOf(None, dollar(1))], by=None)


def test_a_deal_from_a_lead_keeps_where_the_lead_came_from(firm: Company, stage: dict[str, Stage]) -> None:
    account = create_account(name="Acme", by=None)
    lead = create_lead(company="Acme", account=account, owner=firm.alice, by=None)
    deal = create_opportunity(stage=stage["Lead"], lead=lead, owner=firm.alice, by=None)
    assert (deal.lead, deal.account, deal.source) == (lead, account, lead.source)


def test_credit_is_split_into_exactly_the_whole_deal(firm: Company, stage: dict[str, Stage]) -> None:
    """T5 and T7: the split is explicit, adds to 100%, and the earlier one is kept."""
    deal = create_opportunity(stage=stage["Won"], owner=firm.alice, shares={firm.alice: 60, firm.charlie: 40}, by=None)
    set_credits(
        deal=deal, shares={firm.alice: "33.33", firm.bob: "33.33", firm.charlie: "33.34"}, by=firm.user(firm.bob)
    )
    current = Credit.objects.filter(opportunity=deal, deleted_at=None)
    assert sum(current.values_list("share", flat=True)) == 10_000
    assert Credit.objects.filter(opportunity=deal).count() == 5
    row = History.objects.filter(kind="opportunity", record_id=deal.pk, field="credits").latest("id")
    assert row.by == firm.user(firm.bob)
    assert row.old == f"{firm.alice.pk}:6000 {firm.charlie.pk}:4000"


@pytest.mark.parametrize("shares", [("60", "30"), ("60", "41"), ("100", "0"), ("-10", "110"), ("33.333", "66.667")])
def test_shares_that_are_not_the_whole_deal_are_one_clear_error(
    firm: Company, stage: dict[str, Stage], shares: tuple[str, str]
) -> None:
    deal = create_opportunity(stage=stage["Won"], owner=firm.alice, by=None)
    with pytest.raises(SharesDoNotAddUp, match="100 %"):
        set_credits(deal=deal, shares=dict(zip((firm.alice, firm.charlie), shares, strict=True)), by=None)
    assert not Credit.objects.exists()


def test_without_a_split_the_owner_has_it_all_again(firm: Company, stage: dict[str, Stage]) -> None:
    deal = create_opportunity(stage=stage["Won"], owner=firm.alice, shares={firm.charlie: 100}, by=None)
    assert set_credits(deal=deal, shares={}, by=None) == []
    assert not Credit.objects.filter(deleted_at=None).exists()


def test_who_bought_is_a_customer_from_then_on(stage: dict[str, Stage]) -> None:
    ordered, won = (
        create_account(name="A", created_at=MARCH, by=None),
        create_account(name="B", created_at=MARCH, by=None),
    )
    create_order(account=ordered, amount=euro(10), ordered_at=MARCH + DAY, by=None)
    deal = create_opportunity(stage=stage["Lead"], account=won, created_at=MARCH, by=None)
    move_stage(opportunity=deal, to=stage["Won"], at=MARCH + DAY, by=None)
    for account in (ordered, won):
        account.refresh_from_db()
        assert account.kind == "customer"
        assert text_at(account, "kind", MARCH) == "prospect"


def test_an_order_is_cancelled_once() -> None:
    order = create_order(account=None, amount=euro(10), by=None)
    cancel_order(order=order, by=None)
    with pytest.raises(Withdrawn):
        cancel_order(order=order, by=None)


def test_the_margin_of_an_order_is_what_its_lines_leave() -> None:
    lines = [LineOf(None, euro(100), margin=euro(30)), LineOf(None, euro(50), margin=euro("12.50"))]
    order = create_order(account=None, lines=lines, by=None)
    assert (order.base_minor, order.margin_minor) == (15000, 4250)


def test_a_draft_has_not_been_sent_and_a_decided_quote_stays_decided(rates: None) -> None:
    draft = create_quote(account=None, amount=dollar(100), state=Quote.State.DRAFT, by=None)
    assert draft.sent_at is None
    send_quote(quote=draft, at=datetime(2026, 3, 15, tzinfo=UTC), by=None)
    draft.refresh_from_db()
    assert (draft.state, draft.base_minor) == ("sent", 8000)
    decide_quote(quote=draft, accepted=True, by=None)
    with pytest.raises(Decided):
        decide_quote(quote=draft, accepted=False, by=None)


@given(st.decimals(min_value="0.01", max_value="1e9", places=2))
def test_an_amount_survives_being_kept_as_cents(value: Decimal) -> None:
    assert Amount.of_minor(Amount(value, "EUR").minor, "EUR").value == value
