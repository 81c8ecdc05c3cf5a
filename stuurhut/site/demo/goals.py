"""The goals of the made company: sales for everyone by month, calls this year, and appointments since it went wrong."""

from __future__ import annotations

from datetime import date

from stuurhut.site.demo.truths import BY_KEY, months_before
from stuurhut.site.demo.world import Post, Seller, World

# How far each team is on the way to its goal: planted, since a goal can be seen to be reached only after the sales.
REACHED = {"Noord": 0.98, "Zuid": 0.88, "West": 1.03, "Oost": 0.94, "Binnendienst": 0.90}
CALLS, APPOINTMENTS = 34, 13  # a month and FTE


def set_goals(world: World) -> None:
    """A goal for every month from the first record to the end of the last day's year."""
    teams = sorted({(post.team, post.team_id) for post in world.posts}, key=lambda team: team[1])
    first = world.start
    months = (world.until.year - first.year) * 12 + 13 - first.month
    for n in range(months):
        month = months_before(first, -n)
        total = 0
        for team, number in teams:
            posts = [post for post in world.posts if post.team_id == number]
            value = _team_goal(world, team, number, month)
            total += _share_out(world, posts, number, month, value)
        _goal(
            world,
            "sales_value",
            month,
            total,
            team_id=world.settings["Team"]["Verkoop"],
            fte=_formation(world.posts, month),
        )


def _team_goal(world: World, team: str, number: int, month: date) -> float:
    """Euros in a month: the year's pace of sales by working days, over the share of the goal that is reached.

    A year that has hardly begun leans on the one before.
    """
    year = month.year
    sold = world.sold.get((number, year), 0.0)
    days = _working_days(world, max(world.start, date(year, 1, 1)), min(world.until, date(year + 1, 1, 1)))
    if days < 60:
        before = max(world.start, date(year - 1, 1, 1))
        sold += world.sold.get((number, year - 1), 0.0)
        days += _working_days(world, before, min(world.until, date(year, 1, 1)))
    in_month = _working_days(world, month, months_before(month, -1))
    return sold / max(days, 1) * in_month / REACHED[team.split()[0]]


def _working_days(world: World, start: date, until: date) -> int:
    return max(0, world.calendar.index(until) - world.calendar.index(start))


def _share_out(world: World, posts: list[Post], team: int, month: date, value: float) -> int:
    """Goals for who works in the team this month, in hundreds of euros; their sum is the team's. Returns the sum."""
    there = [s for s in world.colleagues[team] if _serves(s, team, month)]
    weights = [seller.fte * (seller.volume * seller.size) ** 0.9 for seller in there]
    formation = _formation(posts, month)
    total = 0
    for seller, weight in zip(there, weights, strict=True):
        part = max(1, round(value * weight / sum(weights) / 100)) * 100
        total += part
        _goal(world, "sales_value", month, part, person_id=seller.id)
        if month.year == world.until.year:
            _goal(
                world,
                "calls",
                month,
                max(1, round(CALLS * seller.fte * seller.volume * world.size.density)),
                person_id=seller.id,
            )
        if posts[0].team == BY_KEY["coffee"].who and month >= BY_KEY["coffee"].since(world.until):
            often = max(1, round(APPOINTMENTS * seller.fte * world.size.density))
            _goal(world, "appointments", month, often, person_id=seller.id)
    _goal(world, "sales_value", month, total, team_id=team, fte=formation)
    return total


def _serves(seller: Seller, team: int, month: date) -> bool:
    return seller.team(month) == team and seller.starts_on <= month and (seller.until is None or month < seller.until)


def _formation(posts: list[Post], month: date) -> float:
    """The seats in a month; a vacant one counts."""
    return round(sum(post.fte for post in posts if post.held[0][1] <= month), 2)


def _goal(
    world: World, kpi: str, month: date, value: int, *, fte: float | None = None, person_id: int | None = None,
    team_id: int | None = None,
) -> None:  # fmt: skip
    """Set in the December before; the goals for appointments two weeks before they began to hold."""
    day = date(month.year - 1, 12, 15)
    if kpi == "appointments":
        day = months_before(BY_KEY["coffee"].since(world.until), 1).replace(day=15)
    at = world.calendar.at(max(day, world.start), 11)
    world.books["Target"].add(
        kpi=kpi, person_id=person_id, team_id=team_id, starts_on=month, until=months_before(month, -1),
        value=str(value),
        currency=world.currency if kpi == "sales_value" else "", set_at=at, formation_fte=fte, recorded_at=at,
    )  # fmt: skip
