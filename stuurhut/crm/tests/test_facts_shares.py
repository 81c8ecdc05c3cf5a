"""A deal divided over people and products adds up to the cent, and counts once in its team."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stuurhut import replica
from stuurhut.crm.models import Credit, OpportunityLine, Order, OrderLine, Product
from stuurhut.crm.tests.little_company import Sales, at, person, question
from stuurhut.crm.tests.test_facts_events import rows
from stuurhut.kpi.words.scope import EVERYTHING
from stuurhut.people.models import Team

pytestmark = pytest.mark.django_db

minor = st.integers(0, 10**11)
deals = st.lists(
    st.tuples(st.none() | minor, st.lists(st.none() | minor, max_size=3), st.lists(st.integers(1, 9_000), max_size=3)),
    min_size=1,
    max_size=12,
)


@given(deals=deals)
@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_portions_add_up_exactly_to_the_amount_and_the_margin(
    deals: list[tuple[int | None, list[int | None], list[int]]],
) -> None:
    with transaction.atomic():
        owner, others = person("Alice"), [person(f"Colleague {n}") for n in range(3)]
        products = [Product.objects.create(name=f"Product {n}") for n in range(3)]
        for amount, lines, shares in deals:
            order = Order.objects.create(
                owner=owner, ordered_at=at("2026-03-02T10:00"), base_minor=amount, margin_minor=amount and amount // 3
            )
            for product, line in zip(products, lines, strict=False):
                OrderLine.objects.create(order=order, product=product, base_minor=line)
            for colleague, share in zip(others, _of_ten_thousand(shares), strict=False):
                Credit.objects.create(order=order, person=colleague, share=share)
        whole = {row["id"]: (row["amount"], row["margin"]) for row in rows("order")}
        divided: dict[int, list[tuple[Decimal | None, Decimal | None]]] = {pk: [] for pk in whole}
        for row in rows("order_share"):
            divided[row["id"]].append((row["portion"], row["margin_portion"]))
        for pk, (amount_of_all, margin_of_all) in whole.items():
            for position, expected in enumerate((amount_of_all, margin_of_all)):
                portions = [portion[position] for portion in divided[pk]]
                assert portions
                if expected is None:
                    assert set(portions) == {None}
                else:
                    assert sum(portion for portion in portions if portion is not None) == expected
        transaction.set_rollback(True)


def _of_ten_thousand(shares: list[int]) -> list[int]:
    """Shares that add up to all of it."""
    kept: list[int] = []
    for share in shares:
        kept.append(min(share, 10_000 - sum(kept) - (len(shares) - len(kept) - 1)))
    return [*kept[:-1], 10_000 - sum(kept[:-1])] if kept else []


def test_a_shared_deal_counts_once_in_the_team_and_by_share_per_person() -> None:
    sales, noord = Sales(), Team.objects.create(name="Noord")
    alice, bob = person("Alice", noord), person("Bob", noord)
    deal = sales.deal("2026-03-02T08:00", owner=alice, base_minor=100_01)
    sales.entered(deal, sales.offer, "2026-03-02T08:00")
    sales.entered(deal, sales.won, "2026-03-20T08:00")
    for who, share in ((alice, 6_667), (bob, 3_333)):
        Credit.objects.create(opportunity=deal, person=who, share=share, recorded_at=at("2026-03-02T08:00"))
    by_person = replica.ask(question("won_value", by=("person",)), EVERYTHING)
    assert {row.names["person"]: row.value.value for row in by_person.rows} == {
        "Alice": Decimal("66.68"),
        "Bob": Decimal("33.33"),
    }
    by_team = replica.ask(question("won_value", by=("team",)), EVERYTHING)
    assert [row.value.value for row in by_team.rows if row.value.value] == [Decimal("100.01")]
    assert replica.ask(question("won_count", by=("team",)), EVERYTHING).total.value == 1


def test_what_no_line_accounts_for_is_a_part_without_product() -> None:
    sales, chair = Sales(), Product.objects.create(name="Stoel")
    deal = sales.deal("2026-03-02T08:00", owner=person("Alice"), base_minor=100_00)
    OpportunityLine.objects.create(opportunity=deal, product=chair, base_minor=60_00)
    found = {row["product_id"]: str(row["portion"]) for row in rows("opportunity_share")}
    assert found == {chair.pk: "60.000000", None: "40.000000"}
