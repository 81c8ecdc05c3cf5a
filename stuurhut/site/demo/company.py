"""Plays three years of the made company, post by post."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import numpy as np

from stuurhut.site.demo import choices, deals, goals, leads, market, relations, staff
from stuurhut.site.demo.calendar import DAY
from stuurhut.site.demo.truths import BY_KEY
from stuurhut.site.demo.work import drink_coffee
from stuurhut.site.demo.world import Post, World

LEADS = 150 / 365  # a calendar day and FTE
OWN = 60 / 250  # opportunities that sellers find themselves, a working day and FTE
WEEKDAYS = np.array([1.27, 1.22, 1.22, 1.17, 1.0, 0.54, 0.58])

Progress = Callable[[int, int], None]


def play(world: World, progress: Progress | None = None) -> None:
    """Fills the books of `world`; tells `progress` how many posts of how many are done."""
    choices.furnish(world)
    staff.hire(world)
    for number, post in enumerate(world.posts, 1):
        world.rng = np.random.default_rng([world.seed, number])
        _play_post(world, post)
        world.books.flush()
        if progress:
            progress(number, len(world.posts))
    goals.set_goals(world)
    world.books.flush(whole=True)


def _play_post(world: World, post: Post) -> None:
    portfolio = market.begin(world, post)
    relations.keep_up(world, portfolio)
    for at, is_lead in sorted([*_leads(world, post), *_own(world, post)]):
        if is_lead:
            leads.arrive(world, portfolio, at)
        else:
            _find(world, portfolio, at)
    relations.write_profiles(world, portfolio)
    if post.team == BY_KEY["coffee"].who:
        _coffee(world, portfolio)
    market.close_books(world, portfolio)


def _leads(world: World, post: Post) -> list[tuple[int, bool]]:
    """Moments at which leads arrive: every day of the week, in the rhythm of the season, whoever holds the post."""
    volume = post.held[-1][0].volume
    rate = LEADS * post.fte * volume * world.size.density
    every = [world.warm + timedelta(days=n) for n in range((world.until - world.warm).days)]
    expected = np.array([rate * world.season(day) * WEEKDAYS[day.weekday()] for day in every])
    counts = world.rng.poisson(expected).tolist()
    return [
        (world.calendar.at(day, world.between(8, 20), world.between(0, 60)), True)
        for day, count in zip(every, counts, strict=True)
        for _ in range(count)
    ]


def _own(world: World, post: Post) -> list[tuple[int, bool]]:
    """Moments at which the holder of the post finds an opportunity alone."""
    found: list[tuple[int, bool]] = []
    for n in range(world.calendar.index(world.warm), world.calendar.index(world.until)):
        holder = post.holder(world.calendar.days[n])
        rate = OWN * post.fte * world.size.density * (holder.volume if holder else 0)
        count = int(world.rng.poisson(rate)) if rate else 0
        found += [(world.calendar.moment(n * DAY + world.between(0, DAY)), False) for _ in range(count)]
    return found


def _find(world: World, portfolio: market.Portfolio, at: int) -> None:
    """An opportunity at an account one knows."""
    holder = portfolio.post.holder(market.day_of(world, at))
    position = holder.own(world.calendar.position(at)) if holder else -1
    if holder is None or position < 0 or (moment := world.calendar.moment(position)) >= world.cut:
        return
    account = portfolio.some(world, moment)
    start = deals.Start(position, holder, account, choices.ACCOUNT_SOURCE, "Accountontwikkeling", None)
    deals.pursue(world, portfolio, start)


def _coffee(world: World, portfolio: market.Portfolio) -> None:
    """Accounts of their own, met just before: nothing else happens there."""
    since = world.since["coffee"] - 20 * 86400
    met = [market.meet(world, portfolio, since).id for _ in range(max(8, int(18 * world.size.density)))]
    holder = portfolio.post.held[-1][0]
    drink_coffee(world, holder, met)
