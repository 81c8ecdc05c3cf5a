"""How an opportunity goes from stage to stage until it is won, lost, or the last day comes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from stuurhut.site.demo import sales
from stuurhut.site.demo.calendar import DAY
from stuurhut.site.demo.market import SEGMENT_SIZE, Account, Portfolio
from stuurhut.site.demo.truths import BY_KEY
from stuurhut.site.demo.work import APPOINTMENTS, log
from stuurhut.site.demo.world import Seller, World

FIRST, NEEDS, QUOTE, TALKS, WON, LOST = range(1, 7)
STAGES = (  # name, kind, counts as qualified, probability
    ("Kennismaking", "open", False, 0.10),
    ("Behoefte in kaart", "open", True, 0.35),
    ("Offerte", "open", True, 0.50),
    ("Onderhandeling", "open", True, 0.70),
    ("Gewonnen", "won", True, 1.0),
    ("Verloren", "lost", True, 0.0),
)
ONWARD = {FIRST: 0.80, NEEDS: 0.72, QUOTE: 0.73, TALKS: 0.67}
DWELL = {FIRST: 4 * DAY, NEEDS: 7 * DAY, QUOTE: 9 * DAY, TALKS: 5 * DAY}
MEDIAN_EUROS = 14_200
REOPENED = 0.015


@dataclass(frozen=True)
class Start:
    """How an opportunity begins: when, whose, with whom, and where it came from."""

    position: int
    owner: Seller
    account: Account
    source: str
    strategy: str
    lead: int | None


@dataclass
class Deal:
    """An opportunity on its way. Amounts are whole euros; changes are (field, old, new, moment)."""

    id: int
    start: Start
    owner: Seller
    amount: int | None
    expected: date
    entries: list[tuple[int, int]] = field(default_factory=list)  # stage and position
    changes: list[tuple[str, str | None, str | None, int]] = field(default_factory=list)
    quotes: list[sales.Quote] = field(default_factory=list)
    lost_because: str | None = None

    @property
    def stage(self) -> int:
        return self.entries[-1][0]


def pursue(world: World, portfolio: Portfolio, start: Start) -> None:
    """Plays an opportunity from its start to its end or to the last day, and writes it down."""
    size = MEDIAN_EUROS * start.owner.size * SEGMENT_SIZE[start.account.segment]
    amount = max(450, round(world.waiting(int(size), 0.65), -1))
    created = world.calendar.day(start.position)
    expected = created + timedelta(days=max(12, 45 + int(14 * world.rng.standard_normal())))
    unknown = world.chance(0.03)
    deal = Deal(world.books["Opportunity"].reserve(), start, start.owner, None if unknown else amount, expected)
    enter(deal, FIRST, start.position)
    while deal.stage < WON and _step(world, portfolio, deal, amount):
        if deal.stage == LOST and world.chance(REOPENED) and len(deal.quotes) == 1:
            _reopen(world, deal)
    sales.write(world, portfolio, deal)


def enter(deal: Deal, stage: int, position: int) -> None:
    deal.entries.append((stage, position))


def _step(world: World, portfolio: Portfolio, deal: Deal, amount: int) -> bool:
    """Works a stage and leaves it. False when the last day comes first."""
    stage, position = deal.entries[-1]
    stay = world.waiting(DWELL[stage])
    leaves = carry(world, portfolio, deal, position + stay)
    _work(world, deal, stage, position, leaves)
    slip(world, deal, position, leaves)
    moment = world.calendar.moment(leaves)
    if moment >= world.cut:
        return False
    if not world.fairly(_onward(world, deal, stage, moment), deal.owner, STAGES[stage - 1][0]):
        enter(deal, LOST, leaves)
        return True
    if stage == NEEDS:
        _offer(world, deal, amount, leaves)
    if stage == TALKS and deal.amount and world.chance(0.4):
        set_amount(deal, int(deal.amount * (1 - 0.08 * float(world.rng.random()))), moment)
    enter(deal, stage + 1, leaves)
    return True


def _onward(world: World, deal: Deal, stage: int, moment: int) -> float:
    """The chance that a stage is followed by the next one: the planted truths work here."""
    share = ONWARD[stage]
    who = deal.owner
    if stage in (QUOTE, TALKS):
        share = min(0.95, share * who.win)
    if stage == TALKS:
        if world.holds("cannot_close", who.name, moment):
            share *= BY_KEY["cannot_close"].strength
        if world.in_bad_month(who, moment):
            share *= BY_KEY["bad_month"].strength
    team = who.team(world.calendar.day(deal.entries[-1][1]))
    if (
        stage == NEEDS
        and team == world.settings["Team"][BY_KEY["weak_step"].who]
        and moment >= world.since["weak_step"]
    ):
        share *= BY_KEY["weak_step"].strength
    if stage == FIRST and deal.start.source == BY_KEY["poor_source"].who:
        share *= 0.8
    return share


def _work(world: World, deal: Deal, stage: int, position: int, leaves: int) -> None:
    """What the seller does in a stage."""
    contacts = deal.start.account.contacts
    about = {"account_id": deal.start.account.id, "contact_id": contacts[world.between(0, len(contacts))]}
    about["opportunity_id"] = deal.id
    since = world.calendar.moment(position)

    def do(part: float, kind: str, share: float = 1.0, direction: str = "out") -> None:
        if world.chance(share):
            at = position + int((leaves - position) * part)
            log(world, deal.owner, at, kind, direction=direction, since=since, latest=leaves, about=about)

    appointment = APPOINTMENTS[world.between(0, len(APPOINTMENTS))]
    if stage == FIRST:
        do(0.3, "call", 0.8)
        do(0.8, "email", 0.25)
    elif stage == NEEDS:
        do(0.1, "email", 0.3)
        do(0.5, appointment)
        do(0.9, "email", 0.35, "in")
    elif stage == QUOTE:
        do(0.35, "call", 0.9)
        do(0.7, "call", 0.35)
        do(0.9, "email", 0.3, "in")
    else:
        do(0.3, appointment, 0.35)
        do(0.8, "call", 0.7)


def _offer(world: World, deal: Deal, amount: int, position: int) -> None:
    """Sends a quote; what it comes to is rarely what was guessed."""
    moment = world.calendar.moment(position)
    set_amount(deal, max(450, int(amount * (0.8 + 0.4 * float(world.rng.random()))) // 10 * 10), moment)
    deal.quotes.append(sales.Quote(moment, deal.amount or amount, deal.owner))


def set_amount(deal: Deal, amount: int, moment: int) -> None:
    """Changes the amount, in both currencies as both are the same one."""
    old = None if deal.amount is None else str(deal.amount * 100)
    if old != str(amount * 100):
        deal.changes += [(name, old, str(amount * 100), moment) for name in ("amount_minor", "base_minor")]
        deal.amount = amount


def carry(world: World, portfolio: Portfolio, deal: Deal, position: int) -> int:
    """The first position from here on at which the owner works. Who left, or one in a hundred, hands over first."""
    at = deal.owner.own(position)
    if at >= 0 and not world.chance(0.01):
        return at
    begun = deal.entries[-1][1]
    gone = at < 0
    handed = max(begun, deal.owner.last * DAY + 450) if gone else begun + (position - begun) // 2
    team = deal.owner.team(world.calendar.day(begun))
    colleague = world.stand_in(team, max(handed + 1, position), deal.owner)
    holder = portfolio.post.holder(world.calendar.day(position))
    new = (
        colleague
        or (holder if holder is not deal.owner else None)
        or next(p for p in world.colleagues[team] if p is not deal.owner and p.own(position) >= 0)
    )
    moment = world.calendar.moment(handed)
    if moment < world.cut:
        deal.changes.append(("owner", str(deal.owner.id), str(new.id), moment))
        deal.owner = new
    return max(new.own(position), position)


def slip(world: World, deal: Deal, since: int, until: int) -> None:
    """Moves the expected close when its day comes and the deal is still open; some sellers forget to."""
    while deal.expected < world.calendar.day(until):
        position = max(since, world.calendar.index(deal.expected) * DAY + world.between(0, 240))
        moment = world.calendar.moment(position)
        if moment >= min(world.cut, world.calendar.moment(until)) or world.chance(0.06):
            return
        new = max(deal.expected, world.calendar.day(position)) + timedelta(days=world.between(14, 42))
        deal.changes.append(("expected_close_on", str(deal.expected), str(new), moment))
        deal.expected = new


def _reopen(world: World, deal: Deal) -> None:
    """A lost deal that comes back to the table weeks later."""
    position = deal.owner.own(deal.entries[-1][1] + world.between(15, 45) * DAY)
    if position >= 0 and world.calendar.moment(position) < world.cut:
        enter(deal, TALKS, position)
