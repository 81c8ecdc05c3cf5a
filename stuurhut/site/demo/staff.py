"""Who works in the made company: teams, people, formation, absence and logins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.hashers import make_password

from stuurhut.site.demo import names
from stuurhut.site.demo.truths import BY_KEY, months_before
from stuurhut.site.demo.world import TEAMS, Post, Seller, World

PASSWORD = "stuurhut-demo"  # noqa: S105 made to be known: the company is made up
FOUNDED_YEARS = 2  # before the first record


@dataclass(frozen=True)
class Login:
    """A login to the made company."""

    email: str
    password: str
    role: str


LOGINS = (
    Login("directeur@demo.example", PASSWORD, "director"),
    Login("manager@demo.example", PASSWORD, "manager"),
    Login("verkoper@demo.example", PASSWORD, "seller"),
    Login("beheer@demo.example", PASSWORD, "administrator"),
    Login("salaris@demo.example", PASSWORD, "payroll"),
)
USER_NAMES = ("Annelies van Rossum", "Henk Wiersema", "Bas Oosterhuis", "Ellen Brandsma", "Trudy Kamphuis")
MANAGERS = ("Henk Wiersema", "Marieke Claessens", "Ronald van Schaik", "Gerda Nijland", "Paul Hageman")
# The first sellers of each team have a part to play; the others are drawn.
CAST = {
    "Noord": (BY_KEY["bad_month"].who, "Bas Oosterhuis", "Iris Zandstra"),
    "Zuid": (BY_KEY["cannot_close"].who, "Wilma Peters"),
    "West": (BY_KEY["bad_leads"].who, "Tim Hoogland"),
}
LEFT = {"Zuid": "Rob Janssen", "West": "Linda Groen"}
MOVER, NEWCOMER, LONG_ABSENT, MENDED = "Iris Zandstra", "Tim Hoogland", "Wilma Peters", "Iris Zandstra"
Away = tuple[date, date, float, bool]  # first day, until, share of the time, planned
PART_TIME = (1.0, 1.0, 0.8, 1.0, 0.6, 1.0, 0.9, 0.8)


def founded(world: World) -> date:
    """The day before which nothing is known of the company."""
    return date(world.start.year - FOUNDED_YEARS, 1, 1)


def hire(world: World) -> None:
    """Writes teams, people, memberships, seats, absences and users; leaves posts and sellers in `world`."""
    begin = founded(world)
    at = world.calendar.at(begin, 9)
    users = _users(world, at)
    teams = _teams(world, at)
    _lead(world, teams, users, begin, at)
    taken = {*USER_NAMES, *MANAGERS, *LEFT.values(), *(name for cast in CAST.values() for name in cast)}
    per_team = (*world.size.sellers, *[world.size.further_sellers] * world.size.further_teams)
    for number, (team, count) in enumerate(zip(list(teams)[1:], per_team, strict=True)):
        cast = CAST.get(team, ())
        for place in range(count):
            name = cast[place] if place < len(cast) else _name(world, taken)
            fte = 1.0 if place == 0 else PART_TIME[(number * 3 + place) % len(PART_TIME)]
            _seller(world, name, team, teams, fte, users)
        if team in LEFT:
            _former(world, team, teams)
    _seats(world, begin)
    for seller in {s.id: s for sellers in world.colleagues.values() for s in sellers}.values():
        seller.free = _free_days(world, seller)


def _users(world: World, at: int) -> dict[str, int]:
    """The five logins by name. A salt made of the seed keeps even the stored password the same for the same seed."""
    users = {}
    password = make_password(PASSWORD, salt=f"stuurhut-demo-{world.seed}")
    for login, name in zip(LOGINS, USER_NAMES, strict=True):
        users[name] = world.books["User"].add(
            password=password, email=login.email,
            name=name,
            is_administrator=login.role == "administrator", is_payroll=login.role == "payroll",
            is_director=login.role == "director", date_joined=at,
        )  # fmt: skip
    return users


def _teams(world: World, at: int) -> dict[str, int]:
    add = world.books["Team"].add
    teams = {"Verkoop": add(name="Verkoop", recorded_at=at)}
    further = [f"{TEAMS[n % 4]} {n // 4 + 2}" for n in range(world.size.further_teams)]
    for name in (*TEAMS, *further):
        region = names.REGIONS[name.split()[0]]
        teams[name] = add(name=name, parent_id=teams["Verkoop"], region_label=region, recorded_at=at)
        world.colleagues[teams[name]] = []
    world.settings["Team"] = teams
    return teams


def _lead(world: World, teams: dict[str, int], users: dict[str, int], begin: date, at: int) -> None:
    """The director and a manager for every team; a further team is led by the manager of its region."""
    leaders = {USER_NAMES[0]: ["Verkoop"], **{name: [team] for name, team in zip(MANAGERS, TEAMS, strict=True)}}
    for team in list(teams)[6:]:
        leaders[MANAGERS[TEAMS.index(team.split()[0])]].append(team)
    for name, led in leaders.items():
        person = _person(world, name, users.get(name), at)
        for team in led:
            world.books["Membership"].add(
                person_id=person, team_id=teams[team], role="director" if team == "Verkoop" else "manager",
                fte=1 / len(led), contract_hours=40 / len(led), starts_on=begin, recorded_at=at,
            )  # fmt: skip


def _name(world: World, taken: set[str]) -> str:
    """A name nobody has yet; in a large company with a second first name."""
    while True:
        first = world.pick(names.FIRST_NAMES)
        if len(taken) > 500:
            first = f"{first}-{world.pick(names.FIRST_NAMES)}"
        name = f"{first} {world.pick(names.SURNAMES)}"
        if name not in taken:
            taken.add(name)
            return name


def _person(world: World, name: str, user: int | None, at: int, *, active: bool = True) -> int:
    """A person; whoever has a login is known by its address."""
    mail = "".join(c for c in name.lower().replace("ë", "e").replace(" ", ".") if c.isalnum() or c in ".-")
    mail = f"{mail}@demo.example" if user is None else LOGINS[user - 1].email
    return world.books["Person"].add(name=name, email=mail, user_id=user, active=active, recorded_at=at)


def _seller(world: World, name: str, team: str, teams: dict[str, int], fte: float, users: dict[str, int]) -> None:
    """Somebody who works here now, on a post of this team."""
    begin = founded(world)
    starts = months_before(world.until, 5) if name == NEWCOMER else begin
    stints = [(starts, teams[team])]
    if name == MOVER:
        stints = [(begin, teams["Oost"]), (months_before(world.until, 14), teams[team])]
    seller = _enlist(world, name, fte, stints, None, users.get(name))
    since = stints[-1][0] if name == NEWCOMER else begin
    world.posts.append(Post(team, teams[team], fte, [(seller, since, None)]))


def _former(world: World, team: str, teams: dict[str, int]) -> None:
    """Somebody who left. In West the newcomer took the place three months later, in Zuid nobody has yet."""
    left = months_before(world.until, 4 if team == "Zuid" else 8)
    fte = 0.8 if team == "Zuid" else 1.0
    seller = _enlist(world, LEFT[team], fte, [(founded(world), teams[team])], left, None)
    held = (seller, founded(world), left)
    if team == "Zuid":
        world.posts.append(Post(team, teams[team], fte, [held]))
        return
    post = next(post for post in world.posts if post.held[0][0].name == NEWCOMER)
    post.held.insert(0, held)


def _enlist(
    world: World, name: str, fte: float, stints: list[tuple[date, int]], until: date | None, user: int | None
) -> Seller:
    """A person with a membership for every stint."""
    at = world.calendar.at(stints[0][0], 9)
    person = _person(world, name, user, at, active=until is None)
    ends = [start for start, _ in stints[1:]] + [until]
    for (start, team), end in zip(stints, ends, strict=True):
        world.books["Membership"].add(
            person_id=person, team_id=team, fte=fte, contract_hours=40 * fte, starts_on=start, until=end,
            recorded_at=world.calendar.at(start, 9),
        )  # fmt: skip
    seller = Seller(person, name, user, fte, stints, stints[0][0], until)
    seller.win = 0.97 + 0.06 * float(world.rng.random())
    if name == BY_KEY["bad_month"].who:  # many small deals: only who sells every week can have a month that stands out
        seller.volume, seller.size = 2.6, 0.45
    elif stints[0][1] == 6:
        seller.volume, seller.size = 1.6, 0.6
    elif name == BY_KEY["bad_leads"].who:
        seller.win = 1.22
    for _, team in stints:
        world.colleagues[team].append(seller)
    return seller


def _seats(world: World, begin: date) -> None:
    """A row for every stretch in which a post was held or vacant."""
    for post in world.posts:
        stretches: list[tuple[Seller | None, date, date | None]] = []
        for who, since, until in post.held:
            if stretches and (before := stretches[-1][2]) is not None:
                stretches.append((None, before, since))
            stretches.append((who, since, until))
        if stretches[-1][2] is not None:
            stretches.append((None, stretches[-1][2], None))
        for holder, since, until in stretches:
            world.books["Seat"].add(
                team_id=post.team_id, fte=post.fte, starts_on=since, until=until,
                person_id=holder.id if holder else None,
                vacant_since=None if holder else since,
                expected_start=None if holder else until or months_before(world.until, -2),
                recorded_at=world.calendar.at(since, 9),
            )  # fmt: skip


def _free_days(world: World, seller: Seller) -> list[int]:
    """For every working day the first one from there on which the seller works: part-time and absence taken off."""
    days = world.calendar.days
    seller.last = len(days) - 1 if seller.until is None else world.calendar.index(seller.until) - 1
    home = {1.0: (), 0.9: (), 0.8: ((4,), (2,))[seller.id % 2], 0.6: (2, 4)}[seller.fte]
    works = [day.weekday() not in home and day >= seller.starts_on for day in days]
    for starts, until, share in _absences(world, seller):
        for n in range(world.calendar.index(starts), world.calendar.index(until)):
            works[n] = works[n] and share < 1 and n % 2 == 0
    free = [len(days)] * len(days)
    following = len(days)
    for n in range(len(days) - 1, -1, -1):
        following = n if works[n] else following
        free[n] = following
    return free


def _absences(world: World, seller: Seller) -> list[tuple[date, date, float]]:
    """Draws and records when somebody is away: (first day, until, share of the time)."""
    away: list[Away] = []
    for year in range(world.warm.year, world.until.year + 1):
        summer = date(year, 7, 1) + timedelta(days=world.between(0, 50))
        weeks = 1 if seller.name == BY_KEY["bad_month"].who else world.between(2, 4)  # a holiday must not look like it
        away.append((summer, summer + timedelta(days=7 * weeks), 1.0, True))
        spring = date(year, world.between(2, 6), world.between(1, 28))
        away.append((spring, spring + timedelta(days=world.between(2, 9)), 1.0, True))
        if world.chance(0.6):
            away.append((date(year, 12, 24), date(year + 1, 1, 2), 1.0, True))
        for _ in range(int(world.rng.poisson(1.6))):
            ill = date(year, 1, 1) + timedelta(days=world.between(0, 360))
            away.append((ill, ill + timedelta(days=world.between(1, 5)), 1.0, False))
    if seller.name == LONG_ABSENT:
        since = BY_KEY["understaffed"].since(world.until)
        away.append((since, world.until + timedelta(days=60), BY_KEY["understaffed"].strength, False))
    if seller.name == MENDED:
        mended = months_before(world.until, 28)
        away.append((mended, mended + timedelta(days=56), 1.0, False))
    bad = BY_KEY["bad_month"].since(world.until)
    if seller.name == BY_KEY["bad_month"].who:
        away = [a for a in away if a[1] <= bad or a[0] >= bad + timedelta(days=31)]
    kept = _apart([a for a in away if max(seller.starts_on, world.warm) <= a[0] < (seller.until or world.until)])
    for starts, until, share, is_planned in kept:
        _record_absence(world, seller, starts, until, share, is_planned)
    return [(starts, until, share) for starts, until, share, _ in kept]


def _apart(away: list[Away]) -> list[Away]:
    """Nobody is away twice at once: the longest goes first."""
    kept: list[Away] = []
    for one in sorted(away, key=lambda a: (a[0] - a[1], a[0])):
        if all(one[1] <= other[0] or other[1] <= one[0] for other in kept):
            kept.append(one)
    return sorted(kept)


def _record_absence(world: World, seller: Seller, starts: date, until: date, share: float, is_planned: bool) -> None:
    """An absence that lasts beyond the last day has no end yet, only an expected one."""
    world.books["Absence"].add(
        person_id=seller.id, planned=is_planned, share=share, starts_on=starts, expected_until=until,
        until=until if until <= world.until else None, recorded_at=world.calendar.at(starts, 9),
    )  # fmt: skip
