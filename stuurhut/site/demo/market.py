"""The companies around the made company: accounts, the people there, and who looks after them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from stuurhut.site.demo import names
from stuurhut.site.demo.calendar import DAY
from stuurhut.site.demo.tables import moment_iso
from stuurhut.site.demo.world import Post, Seller, World

ROLES = ("decider", "buyer", "influencer", "user", "gatekeeper")
SEGMENT_SIZE = {"A": 1.7, "B": 1.0, "C": 0.65}


@dataclass
class Account:
    """A company, and since when it buys."""

    id: int
    name: str
    segment: str
    industry: str
    created: int
    customer: bool
    contacts: list[int] = field(default_factory=list)
    won: list[int] = field(default_factory=list)
    deals: list[int] = field(default_factory=list)


@dataclass
class Portfolio:
    """The accounts of one post."""

    post: Post
    accounts: list[Account] = field(default_factory=list)

    def some(self, world: World, moment: int) -> Account:
        """One of the accounts that were known at a moment."""
        for _ in range(8):
            account = self.accounts[world.between(0, len(self.accounts))]
            if account.created <= moment:
                return account
        return self.accounts[0]


def begin(world: World, post: Post) -> Portfolio:
    """The accounts that a post starts out with, most of them customers already."""
    portfolio = Portfolio(post)
    for _ in range(max(8, int(60 * world.size.density))):
        created = world.calendar.at(world.warm - timedelta(days=world.between(1, 600)), world.between(9, 17))
        meet(world, portfolio, created, customer=world.chance(0.6))
    return portfolio


def meet(world: World, portfolio: Portfolio, created: int, *, customer: bool = False) -> Account:
    """A new account with one or two people in it; its own row is written by `close_books`."""
    industry = world.pick(list(names.INDUSTRIES))
    name = f"{world.pick(names.STEMS)} {world.pick(names.INDUSTRIES[industry])} {world.pick(names.FORMS)}"
    segment = "AABBBBCCCC"[world.between(0, 10)]
    account = Account(world.books["Account"].reserve(), name, segment, industry, created, customer)
    for n in range(world.between(1, 3)):
        know(world, account, created, right=n == 0)
    portfolio.accounts.append(account)
    return account


def know(world: World, account: Account, created: int, *, right: bool) -> int:
    """A person at an account."""
    name = f"{world.pick(names.FIRST_NAMES)} {world.pick(names.SURNAMES)}"
    contact = world.books["Contact"].add(
        account_id=account.id, name=name, role=ROLES[len(account.contacts) % 5], is_right_contact=right,
        email=f"{name.split()[0].lower()}@{_site(account.name)}", phone=phone(world), created_at=created,
        recorded_at=created,
    )  # fmt: skip
    account.contacts.append(contact)
    return contact


def close_books(world: World, portfolio: Portfolio) -> None:
    """Writes the accounts of a post as they are on the last day, and the changes of owner and kind before it."""
    post = portfolio.post
    owners = _owners(world, post)
    for account in portfolio.accounts:
        first_won = min(account.won, default=None)
        became = None if account.customer else first_won
        steps = [(at, who) for at, who in owners if at > account.created]
        owner = next(who for at, who in reversed(owners) if at <= account.created or at == owners[0][0])
        for at, who in steps:
            changed(world, "account", account.id, "owner", str(owner.id), str(who.id), at)
            owner = who
        if became is not None:
            changed(world, "account", account.id, "kind", "prospect", "customer", became)
        world.books["Account"].add(
            id=account.id, name=account.name, kind="customer" if account.customer or became else "prospect",
            industry_id=world.settings["Industry"][account.industry],
            segment_id=world.settings["Segment"][account.segment],
            region_id=world.settings["Region"][names.REGIONS[post.team.split()[0]]], owner_id=owner.id,
            team_id=post.team_id,
            potential_minor=int(SEGMENT_SIZE[account.segment] * world.between(10, 60)) * 100_000,
            city=world.pick(names.CITIES[post.team.split()[0]]), country="Nederland", website=_site(account.name),
            phone=phone(world), created_at=account.created, recorded_at=account.created,
        )  # fmt: skip


def _owners(world: World, post: Post) -> list[tuple[int, Seller]]:
    """Who looked after the accounts from which moment on: holders, and a colleague while the post is vacant."""
    owners: list[tuple[int, Seller]] = []
    for n, (who, since, until) in enumerate(post.held):
        owners.append((world.calendar.at(since, 9), who))
        follows = post.held[n + 1][1] if n + 1 < len(post.held) else None
        if until is not None and until != follows:
            position = world.calendar.index(until) * DAY
            if colleague := _colleague(world, post, position, who):
                owners.append((world.calendar.moment(position), colleague))
    return owners


def _colleague(world: World, post: Post, position: int, leaver: Seller) -> Seller | None:
    for later in range(20):
        if found := world.stand_in(post.team_id, position + later * DAY, leaver):
            return found
    return None


def changed(world: World, kind: str, record: int, field_name: str, old: str | None, new: str | None, at: int) -> None:
    """A row of history; recorded when it happened."""
    world.books["History"].add(
        kind=kind, record_id=record, field=field_name, old=old, new=new, occurred_at=at, recorded_at=at
    )


def iso(moment: int) -> str:
    return moment_iso(moment)


def phone(world: World) -> str:
    """A number in a range that nobody has."""
    return f"085 000 {world.between(10, 100)} {world.between(10, 100)}"


def _site(name: str) -> str:
    return f"{''.join(c for c in name.split()[0].lower() if c.isalpha())}.example"


def day_of(world: World, moment: int) -> date:
    """The working day of a moment, or the first one after it."""
    return world.calendar.day(world.calendar.position(moment))
