"""What a deal leaves behind in writing: the opportunity, its stages, quotes, orders, lines and credit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stuurhut.site.demo import names
from stuurhut.site.demo.calendar import DAY
from stuurhut.site.demo.market import Account, Portfolio, changed, day_of
from stuurhut.site.demo.work import log
from stuurhut.site.demo.world import Seller, World

if TYPE_CHECKING:
    from stuurhut.site.demo.deals import Deal

VALID = 30 * 86400
SPLITS = ((7000, 3000), (6000, 4000), (5000, 5000), (8000, 2000))
Lines = list[tuple[int, int, int, int]]  # product, quantity, amount and margin in cents


@dataclass(frozen=True)
class Quote:
    """A quote as it was sent: the moment, whole euros, and by whom."""

    sent: int
    amount: int
    owner: Seller


def write(world: World, portfolio: Portfolio, deal: Deal) -> None:
    """Writes a deal and all that belongs to it, unless it was over before the records begin."""
    moments = [(stage, world.calendar.moment(position)) for stage, position in deal.entries]
    outcome = {5: "won", 6: "lost"}.get(deal.stage, "open")
    closed = moments[-1][1] if outcome != "open" else None
    if closed is not None and closed < world.start_at:
        return
    _reasons(world, deal, moments)
    lines = _lines(world, deal.amount)
    _opportunity(world, deal, moments, outcome, closed)
    _stages(world, deal, moments)
    for kind_field, old, new, moment in sorted(deal.changes, key=lambda change: change[3]):
        changed(world, "opportunity", deal.id, kind_field, old, new, moment)
    for product, quantity, amount, margin in lines:
        world.books["OpportunityLine"].add(
            opportunity_id=deal.id, product_id=product, quantity=quantity, amount_minor=amount, base_minor=amount,
            currency=world.currency, margin_minor=margin,
        )  # fmt: skip
    for quote in deal.quotes:
        _quote(world, deal, quote, outcome if quote is deal.quotes[-1] else "lost", closed, lines)
    deal.start.account.deals.append(deal.id)
    if outcome == "won" and closed is not None:
        _won(world, portfolio, deal, closed, lines)


def _opportunity(world: World, deal: Deal, moments: list[tuple[int, int]], outcome: str, closed: int | None) -> None:
    start, created = deal.start, moments[0][1]
    cents = None if deal.amount is None else deal.amount * 100
    world.books["Opportunity"].add(
        id=deal.id, name=f"{world.pick(list(names.PRODUCTS))} {start.account.name}", account_id=start.account.id,
        contact_id=start.account.contacts[0], lead_id=start.lead, owner_id=deal.owner.id,
        team_id=deal.owner.team(day_of(world, closed or world.cut)), source_id=world.settings["Source"][start.source],
        strategy_id=world.settings["Strategy"][start.strategy], stage_id=deal.stage, created_at=created,
        expected_close_on=deal.expected, closed_at=closed, outcome=outcome,
        loss_reason_id=world.settings["LossReason"].get(deal.lost_because or ""), amount_minor=cents, base_minor=cents,
        currency=world.currency, recorded_at=created,
    )  # fmt: skip


def _stages(world: World, deal: Deal, moments: list[tuple[int, int]]) -> None:
    """Every entry into a stage. The history of stages is recorded with the deal, now and then a day late."""
    before = None
    for stage, moment in moments:
        recorded = moment if before is None else world.late(moment, 0.08)
        world.books["StageChange"].add(
            opportunity_id=deal.id, from_stage_id=before, to_stage_id=stage, occurred_at=moment, recorded_at=recorded,
            by_id=deal.owner.user,
        )  # fmt: skip
        before = stage


def _reasons(world: World, deal: Deal, moments: list[tuple[int, int]]) -> None:
    """Why it was lost, each time; three in a hundred say nothing."""
    for n, (stage, moment) in enumerate(moments):
        if stage != 6:
            continue
        reason = names.LOSS_REASONS[min(world.between(0, 9), 5)]
        if world.chance(0.03):
            continue
        key = str(world.settings["LossReason"][reason])
        deal.changes.append(("loss_reason", None, key, moment))
        if n + 1 < len(moments):
            deal.changes.append(("loss_reason", key, None, moments[n + 1][1]))
        else:
            deal.lost_because = reason


def _lines(world: World, amount: int | None) -> Lines:
    """One to three products that add up to the amount exactly."""
    if amount is None:
        return []
    left, lines = amount * 100, []
    count = world.between(1, 4)
    for n in range(count):
        cents = left if n == count - 1 else int(left * (0.4 + 0.3 * float(world.rng.random())))
        product = world.between(1, len(world.prices) + 1)
        margin = int(cents * (0.22 + 0.16 * float(world.rng.random())))
        lines.append((product, max(1, round(cents / world.prices[product])), cents, margin))
        left -= cents
    return lines


def _quote(world: World, deal: Deal, quote: Quote, outcome: str, closed: int | None, lines: Lines) -> None:
    """A quote and its lines: those of the deal, brought to the quote's own amount."""
    if quote.sent < world.start_at:
        return
    decided = closed if outcome != "open" and closed is not None and closed >= quote.sent else None
    state = {"won": "accepted", "lost": "rejected", "open": "sent"}[outcome]
    if outcome == "lost" and decided is not None and decided > quote.sent + VALID:
        state, decided = "expired", None
    number = world.books["Quote"].reserve()
    cents = quote.amount * 100
    world.books["Quote"].add(
        id=number, number=f"OF{number:06}", account_id=deal.start.account.id, owner_id=quote.owner.id,
        team_id=quote.owner.team(day_of(world, quote.sent)), opportunity_id=deal.id, sent_at=quote.sent,
        decided_at=decided,
        valid_until=day_of(world, quote.sent + VALID), state=state, amount_minor=cents, base_minor=cents,
        currency=world.currency, recorded_at=quote.sent,
    )  # fmt: skip
    total, left = sum(line[2] for line in lines), cents
    for n, (product, quantity, amount, margin) in enumerate(lines):
        part = left if n == len(lines) - 1 else cents * amount // total
        left -= part
        world.books["QuoteLine"].add(
            quote_id=number, product_id=product, quantity=quantity, amount_minor=part, base_minor=part,
            currency=world.currency, margin_minor=margin * part // max(amount, 1),
        )  # fmt: skip


def _won(world: World, portfolio: Portfolio, deal: Deal, closed: int, lines: Lines) -> None:
    """Credit, the order, a word of thanks, and perhaps an order again."""
    account = deal.start.account
    account.won.append(closed)
    team = deal.owner.team(day_of(world, closed))
    helper = world.stand_in(team, world.calendar.position(closed), deal.owner) if world.chance(0.12) else None
    shares = [(deal.owner, 10_000)]
    if helper:
        split = SPLITS[world.between(0, len(SPLITS))]
        shares = [(deal.owner, split[0]), (helper, split[1])]
        _credit(world, shares, closed, opportunity_id=deal.id)
    for _, share in shares:
        year = day_of(world, closed).year
        world.sold[team, year] = world.sold.get((team, year), 0) + (deal.amount or 0) * share / 10_000
    position = world.calendar.position(closed)
    log(world, deal.owner, position + world.between(60, 900), "email", since=closed, about={"account_id": account.id})
    ordered = world.calendar.moment(position + world.between(0, 400))
    if world.chance(0.97):
        _order(world, deal.owner, account, ordered, lines, deal.id, shares if helper else [])
    if world.chance(0.12) and lines:
        again = world.calendar.moment(position + world.between(40, 220) * DAY)
        holder = portfolio.post.holder(day_of(world, again))
        _order(world, holder or deal.owner, account, again, lines[:1], None, [])


def _credit(world: World, shares: list[tuple[Seller, int]], moment: int, **of: int) -> None:
    for person, share in shares:
        world.books["Credit"].add(person_id=person.id, share=share, recorded_at=moment, **of)


def _order(
    world: World, owner: Seller, account: Account, ordered: int, lines: Lines, deal: int | None,
    shares: list[tuple[Seller, int]],
) -> None:  # fmt: skip
    """An order; three in a hundred are cancelled within a month and one is credited."""
    if ordered >= world.cut or (owner.until is not None and day_of(world, ordered) >= owner.until):
        return
    later = world.calendar.moment(world.calendar.position(ordered) + world.between(2, 22) * DAY)
    fate = world.rng.random() if later < world.cut else 1.0
    number = world.books["Order"].reserve()
    cents = sum(line[2] for line in lines)
    world.books["Order"].add(
        id=number, number=f"VO{number:06}", account_id=account.id, owner_id=owner.id,
        team_id=owner.team(day_of(world, ordered)), opportunity_id=deal, ordered_at=ordered,
        cancelled_at=later if fate < 0.03 else None, credited_at=later if 0.03 <= fate < 0.04 else None,
        amount_minor=cents, base_minor=cents, currency=world.currency, margin_minor=sum(line[3] for line in lines),
        recorded_at=world.late(ordered, 0.05),
    )  # fmt: skip
    for product, quantity, amount, margin in lines:
        world.books["OrderLine"].add(
            order_id=number, product_id=product, quantity=quantity, amount_minor=amount, base_minor=amount,
            currency=world.currency, margin_minor=margin,
        )  # fmt: skip
    _credit(world, shares, ordered, order_id=number)
