"""The top relations of a post, and the contact that is kept up with them and with the other customers."""

from __future__ import annotations

from datetime import timedelta

from stuurhut.site.demo import names
from stuurhut.site.demo.calendar import DAY
from stuurhut.site.demo.market import Account, Portfolio, know
from stuurhut.site.demo.work import APPOINTMENTS, log
from stuurhut.site.demo.world import World


def keep_up(world: World, portfolio: Portfolio) -> None:
    """Contact with the accounts a post began with: top relations every few weeks, the others once or twice a year."""
    top = _top(portfolio)
    for account in portfolio.accounts:
        often = 34 if account in top else 170  # working days between two contacts
        day = world.calendar.index(world.start) + world.between(0, often)
        last = world.calendar.index(world.until) + 20
        while day < last:
            _touch(world, portfolio, account, day, account in top)
            day += max(5, int(often * (0.5 + float(world.rng.random()))))


def _touch(world: World, portfolio: Portfolio, account: Account, day: int, is_top: bool) -> None:
    holder = portfolio.post.holder(world.calendar.days[day])
    who = holder or world.stand_in(portfolio.post.team_id, day * DAY)
    if who is None:
        return
    draw = world.rng.random()
    kind = APPOINTMENTS[world.between(0, 6)] if draw < (0.35 if is_top else 0.1) else "call" if draw < 0.75 else "email"
    kind = "event" if draw > 0.985 else kind
    direction = "in" if kind in ("call", "email") and world.chance(0.2) else "out"
    position = day * DAY + world.between(0, 440)
    about = {"account_id": account.id, "contact_id": account.contacts[0]}
    log(world, who, position, kind, direction=direction, since=world.start_at, about=about)


def _top(portfolio: Portfolio) -> list[Account]:
    """The first accounts of segment A."""
    return [account for account in portfolio.accounts if account.segment == "A"][:8]


def write_profiles(world: World, portfolio: Portfolio) -> None:
    """What is known of every top relation: buying phases, spend, suppliers, right contacts, pains and gains."""
    user = portfolio.post.held[-1][0].user
    for account in _top(portfolio):
        since = world.start + timedelta(days=world.between(0, 500))
        at = world.calendar.at(since, 10)
        world.books["TopRelation"].add(account_id=account.id, since=since, recorded_at=at)
        if world.chance(0.9):
            know(world, account, at, right=True)
        _phases(world, account, at, user)
        _buying(world, account)
        for _ in range(world.between(0, 5)):
            _pain_or_gain(world, account)


def _moment(world: World, earliest: int) -> int:
    """A working moment between `earliest` and the last day, or `earliest`."""
    first, last = world.calendar.position(earliest), world.calendar.position(world.cut)
    return world.calendar.moment(world.between(first, max(last, first + 1))) if last > first else earliest


def _phases(world: World, account: Account, at: int, user: int | None) -> None:
    """Some steps through the phases of buying, back to no interest after an order; the last one is mostly confirmed."""
    moments = sorted({at, *(_moment(world, at) for _ in range(world.between(2, 7)))})
    phase = world.between(1, 4)
    for n, since in enumerate(moments):
        confirmed = since
        if n == len(moments) - 1 and world.chance(0.75):
            confirmed = max(since, world.cut - 86400 * world.between(1, 100))
        world.books["BuyingPhase"].add(
            account_id=account.id, phase=phase, since=since, confirmed_at=confirmed, by_id=user, recorded_at=since
        )
        phase = world.between(1, 3) if phase == 5 else max(1, phase + (1 if world.chance(0.7) else -1))


def _buying(world: World, account: Account) -> None:
    """What the account spends and with whom; for some relations nobody has asked yet."""
    recorded = _moment(world, world.start_at)
    if world.chance(0.8):
        spend = world.between(80, 900) * 100_000
        for year in range(world.until.year - 3, world.until.year):
            spend = int(spend * (0.9 + 0.25 * float(world.rng.random())))
            known = max(recorded, world.calendar.at(world.until.replace(year=year + 1, month=1, day=1), 10))
            if known < world.cut:
                world.books["Spend"].add(
                    account_id=account.id,
                    year=year,
                    amount_minor=spend,
                    order_volume=world.between(4, 40),
                    recorded_at=known,
                )
    if world.chance(0.75):
        for group in range(1, world.between(2, len(names.PRODUCTS) + 1)):
            left = 1.0
            for _ in range(world.between(1, 3)):
                share = round(left * (0.3 + 0.5 * float(world.rng.random())), 2)
                left -= share
                world.books["SupplierShare"].add(
                    account_id=account.id, product_group_id=group, supplier=world.pick(names.SUPPLIERS), share=share,
                    recorded_at=recorded,
                )  # fmt: skip


def _pain_or_gain(world: World, account: Account) -> None:
    found = _moment(world, world.start_at)
    addressed = _moment(world, found) if world.chance(0.35) else None
    kind = "pain" if world.chance(0.6) else "gain"
    number = world.books["PainGain"].add(
        account_id=account.id, contact_id=account.contacts[world.between(0, len(account.contacts))], kind=kind,
        statement=world.pick(names.PAINS if kind == "pain" else names.GAINS), weight=world.between(1, 4),
        found_at=found,
        addressed_at=addressed, recorded_at=found,
    )  # fmt: skip
    if addressed and account.deals:
        deal = account.deals[world.between(0, len(account.deals))]
        world.books["PainGain_opportunities"].add(paingain_id=number, opportunity_id=deal)
