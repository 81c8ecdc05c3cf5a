"""What sellers do in a day: calls, mails and appointments, held, missed and planned."""

from __future__ import annotations

from collections.abc import Mapping

from stuurhut.site.demo import names
from stuurhut.site.demo.calendar import DAY
from stuurhut.site.demo.truths import BY_KEY
from stuurhut.site.demo.world import Seller, World

MINUTES = {
    "call": (4, 25), "email": (5, 15), "visit": (60, 120), "meeting": (45, 90), "video": (30, 60), "demo": (60, 90),
    "event": (120, 300), "other": (15, 60),
}  # fmt: skip
APPOINTMENTS = ("visit", "visit", "visit", "meeting", "video", "demo")
MARKS = ("benefit_named", "customer_prepared", "advice_given", "proposal_asked")
YES = (0.68, 0.52, 0.63, 0.48)
PLANNED_AHEAD = 45 * 86400


About = Mapping[str, int | None]  # account_id, contact_id, lead_id and opportunity_id, those it has


def log(
    world: World,
    who: Seller,
    position: int,
    kind: str,
    *,
    direction: str = "out",
    coffee: bool = False,
    must: bool = False,
    since: int = 0,
    latest: int = 10**9,
    about: About,
) -> bool:
    """Does one thing at the first own working minute from `position` on; `about` names account, contact, lead, deal.

    What lies beyond the last day is perhaps planned already, recorded after `since`; what lies before the first is
    left out. It is not done after the position `latest`. `must` does it also in a bad month.
    Returns whether contact was made.
    """
    position = who.own(position)
    if position < 0 or position > latest:
        return False
    appointment = kind in APPOINTMENTS
    if appointment:  # nobody makes an appointment for seven past ten
        position -= position % 30
    moment = world.calendar.moment(position)
    if moment >= world.cut:
        _plan(world, who, moment, kind, since, about)
        return False
    if not must and world.in_bad_month(who, moment) and world.chance(0.7):
        return False
    outcome = ("reached" if world.chance(0.62) else "not_reached") if kind == "call" else ""
    happened = not appointment or coffee or world.chance(0.93)
    if moment >= world.start_at:
        low, high = MINUTES[kind]
        world.books["Activity"].add(
            kind=kind, direction=direction, outcome=outcome,
            subject="Koffie" if coffee else world.pick(names.SUBJECTS[kind]),
            state="held" if happened else world.pick(("cancelled", "cancelled", "no_show")),
            planned_for=moment if appointment else None, occurred_at=moment if happened else None,
            minutes=world.between(low, high) if outcome != "not_reached" else 1, owner_id=who.id,
            team_id=who.team(world.calendar.day(position)), recorded_at=world.late(moment),
            **about, **(_marks(world, coffee) if appointment and happened else {}),
        )  # fmt: skip
    return happened and outcome != "not_reached"


def _plan(world: World, who: Seller, moment: int, kind: str, since: int, about: About) -> None:
    if moment > world.cut + PLANNED_AHEAD or since >= world.cut or not world.chance(0.7):
        return
    recorded = max(since, world.start_at, world.cut - 60 * world.between(60, 7 * 1440))
    day = world.calendar.day(world.calendar.position(moment))
    world.books["Activity"].add(
        kind=kind, direction="out", state="planned", subject=world.pick(names.SUBJECTS[kind]), planned_for=moment,
        owner_id=who.id, team_id=who.team(day), recorded_at=recorded, **about,
    )  # fmt: skip


def _marks(world: World, coffee: bool) -> dict[str, bool]:
    """The four content marks, mostly filled in; over coffee nothing happens that would earn one."""
    if coffee:
        return dict.fromkeys(MARKS, False)
    if world.chance(0.15):
        return {}
    return {mark: world.chance(yes) for mark, yes in zip(MARKS, YES, strict=True)}


def drink_coffee(world: World, who: Seller, accounts: list[int]) -> None:
    """The appointments that are made for the target: quiet accounts in turn, so that nothing else ever follows."""
    truth = BY_KEY["coffee"]
    first = world.calendar.index(truth.since(world.until))
    last = world.calendar.index(world.until)
    often = int((last - first) / 21 * truth.strength * world.size.density * who.fte)
    for n in range(often):
        day = first + (last - first) * n // often
        about: About = {"account_id": accounts[n % len(accounts)]}
        log(world, who, day * DAY + world.between(30, 420), "visit", coffee=True, about=about)
