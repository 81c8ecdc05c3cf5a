"""How a lead comes in, waits for its answer, and turns out to be something or nothing."""

from __future__ import annotations

from dataclasses import dataclass

from stuurhut.site.demo import deals, names
from stuurhut.site.demo.calendar import DAY
from stuurhut.site.demo.market import Account, Portfolio, changed, iso, meet
from stuurhut.site.demo.truths import BY_KEY
from stuurhut.site.demo.work import APPOINTMENTS, About, log
from stuurhut.site.demo.world import Seller, World


@dataclass(frozen=True)
class Origin:
    """Where leads come from: which share of all, and how many of them are worth pursuing."""

    source: str
    strategy: str
    share: float
    qualified: float


POOR = BY_KEY["poor_source"]
ORIGINS = (
    Origin("Website", "Inbound", 0.26, 0.42),
    Origin("Telefonische acquisitie", "Outbound", 0.14, 0.31),
    Origin("Beurs", "Outbound", 0.08, 0.40),
    Origin("Aanbeveling", "Aanbeveling", 0.12, 0.60),
    Origin("LinkedIn", "Inbound", 0.12, 0.34),
    Origin("Nieuwsbrief", "Inbound", 0.06, 0.36),
    Origin(POOR.who, "Inbound", 0.22, POOR.strength),
)
WEEKEND = ("Website", "LinkedIn", POOR.who)
ANSWER = 150  # working minutes to the first attempt, median
REASONS = ("no_need", "no_need", "no_budget", "competitor", "not_our_market", "other")


@dataclass
class Lead:
    """A lead on its way, and the changes to it."""

    id: int
    created: int
    origin: Origin
    owner: Seller
    account: Account | None
    contacted: int | None = None
    qualified: int | None = None
    disqualified: int | None = None
    reason: str = ""
    rating: int | None = None


def arrive(world: World, portfolio: Portfolio, created: int) -> None:
    """One lead for the post of this portfolio, from its arrival to the last day."""
    position = world.calendar.position(created)
    owner = _receiver(world, portfolio, position)
    if owner is None:
        return
    account = portfolio.some(world, created) if world.chance(0.3) else None
    lead = Lead(0, created, _origin(world, portfolio, position, created), owner, account)
    assigned = [(created if world.chance(0.3) else world.calendar.moment(position + world.between(5, 60)), owner)]
    position = world.calendar.position(assigned[0][0])
    if created < world.start_at:
        _follow(world, portfolio, lead, position)
        return
    lead.id = world.books["Lead"].reserve()
    if world.chance(0.06):
        reason = "spam" if world.chance(0.6) else "duplicate"
        _refuse(lead, world.calendar.moment(position + world.between(20, 400)), reason)
    else:
        position = _perhaps_passed_on(world, lead, assigned, position)
        _follow(world, portfolio, lead, position)
    _write(world, portfolio, lead, assigned)


def _receiver(world: World, portfolio: Portfolio, position: int) -> Seller | None:
    """Who holds the post, unless away on that day; then a colleague. Part-timers keep what comes on their day off."""
    holder = portfolio.post.holder(world.calendar.day(position))
    day = position // DAY
    if holder and holder.free[day] <= day + 2:
        return holder
    return world.stand_in(portfolio.post.team_id, position, holder) or holder


def _origin(world: World, portfolio: Portfolio, position: int, created: int) -> Origin:
    """Where it came from. Outside working hours nobody calls or recommends."""
    truth = BY_KEY["bad_leads"]
    holder = portfolio.post.holder(world.calendar.day(position))
    if holder and world.holds("bad_leads", holder.name, created) and world.chance((truth.strength - 0.22) / 0.78):
        return ORIGINS[-1]
    drawn, total = world.rng.random(), 0.0
    for origin in ORIGINS:
        total += origin.share
        if drawn < total:
            break
    outside = world.calendar.moment(position) - created > 3600
    return ORIGINS[0] if outside and origin.source not in WEEKEND else origin


def _perhaps_passed_on(world: World, lead: Lead, assigned: list[tuple[int, Seller]], position: int) -> int:
    """One lead in twenty goes to a colleague before it was answered. Returns when work on it begins."""
    later = position + world.between(60, 900)
    team = lead.owner.team(world.calendar.day(position))
    if not world.chance(0.05) or world.calendar.moment(later) >= world.cut:
        return position
    colleague = world.stand_in(team, later, lead.owner)
    if colleague is None:
        return position
    moment = world.calendar.moment(later)
    changed(world, "lead", lead.id, "owner", str(lead.owner.id), str(colleague.id), moment)
    assigned.append((moment, colleague))
    lead.owner = colleague
    return later


def _follow(world: World, portfolio: Portfolio, lead: Lead, position: int) -> None:
    """Answers the lead, gets in touch a few times, and decides what it is worth."""
    about = {"lead_id": lead.id or None, "account_id": lead.account.id if lead.account else None}
    slow = portfolio.post.team == BY_KEY["slow_answers"].who
    at = position + world.waiting(ANSWER * (BY_KEY["slow_answers"].strength if slow else 1.0), 0.7)
    reached = False
    for attempt in range(4):
        at = lead.owner.own(at)
        if at < 0:
            return
        kind = "email" if attempt != 1 and world.chance(0.3) else "call"
        reached = log(world, lead.owner, at, kind, must=attempt == 0, since=lead.created, about=about)
        if reached or world.calendar.moment(at) >= world.cut:
            break
        at += world.waiting(900)
    moment = world.calendar.moment(at)
    if moment >= world.cut:
        return
    lead.contacted = moment if reached else None
    _judge(world, portfolio, lead, at, reached, about)


def _judge(world: World, portfolio: Portfolio, lead: Lead, at: int, reached: bool, about: About) -> None:
    """Perhaps another contact, and then an opportunity or the end of it."""
    worth = reached and world.fairly(lead.origin.qualified / 0.9, lead.owner, lead.origin.source)
    if world.chance(0.4):
        at += world.waiting(700)
        kind = "email" if world.chance(0.35) else "call"
        direction = "in" if reached and world.chance(0.2) else "out"
        log(world, lead.owner, at, kind, direction=direction, since=lead.created, about=about)
    if worth and world.chance(0.3):
        at += world.waiting(900)
        log(world, lead.owner, at, APPOINTMENTS[world.between(0, 6)], since=lead.created, about=about)
    at = lead.owner.own(at + world.waiting(600))
    if at < 0 or (moment := world.calendar.moment(at)) >= world.cut:
        return
    liked = 3.7 if worth else 2.3 if lead.origin.source != POOR.who else 1.5
    if world.chance(0.85):
        lead.rating = min(5, max(1, round(liked + 0.8 * float(world.rng.standard_normal()))))
    if not worth:
        _refuse(lead, moment, world.pick(REASONS) if reached else "no_answer")
        return
    lead.qualified = moment
    known = lead.account or (meet(world, portfolio, moment) if world.chance(0.6) else portfolio.some(world, moment))
    if lead.account is None and lead.id:
        changed(world, "lead", lead.id, "account", None, str(known.id), moment)
    lead.account = known
    start = deals.Start(at, lead.owner, known, lead.origin.source, lead.origin.strategy, lead.id or None)
    deals.pursue(world, portfolio, start)


def _refuse(lead: Lead, moment: int, reason: str) -> None:
    lead.disqualified, lead.reason = moment, reason


def _write(world: World, portfolio: Portfolio, lead: Lead, assigned: list[tuple[int, Seller]]) -> None:
    """The lead as it is on the last day, who it was given to, and what changed."""
    if lead.disqualified and lead.disqualified >= world.cut:
        lead.disqualified, lead.reason = None, ""
    given = [(moment, person) for moment, person in assigned if moment < world.cut]
    day = world.calendar.day(world.calendar.position(lead.created))
    industry = lead.account.industry if lead.account else world.pick(list(names.INDUSTRIES))
    company = (
        lead.account.name if lead.account else f"{world.pick(names.STEMS)} {world.pick(names.INDUSTRIES[industry])}"
    )
    world.books["Lead"].add(
        id=lead.id, name=f"{world.pick(names.FIRST_NAMES)} {world.pick(names.SURNAMES)}", company=company,
        created_at=lead.created, source_id=world.settings["Source"][lead.origin.source],
        strategy_id=world.settings["Strategy"][lead.origin.strategy], owner_id=lead.owner.id if given else None,
        team_id=lead.owner.team(day), industry_id=world.settings["Industry"][industry],
        product_id=world.between(1, len(world.prices) + 1), account_id=lead.account.id if lead.account else None,
        contact_id=lead.account.contacts[0] if lead.account else None, contacted_at=lead.contacted,
        qualified_at=lead.qualified, disqualified_at=lead.disqualified, disqualified_reason=lead.reason,
        rating=lead.rating, recorded_at=lead.created,
    )  # fmt: skip
    for moment, person in given:
        world.books["LeadAssignment"].add(
            lead_id=lead.id, person_id=person.id, team_id=person.team(day), assigned_at=moment, recorded_at=moment
        )
    _write_changes(world, lead)


def _write_changes(world: World, lead: Lead) -> None:
    decided = lead.qualified or lead.disqualified
    if decided is None:
        return
    if lead.rating is not None:
        changed(world, "lead", lead.id, "rating", None, str(lead.rating), decided)
    if lead.qualified:
        changed(world, "lead", lead.id, "qualified_at", None, iso(decided), decided)
        return
    changed(world, "lead", lead.id, "disqualified_at", None, iso(decided), decided)
    changed(world, "lead", lead.id, "disqualified_reason", "", lead.reason, decided)
