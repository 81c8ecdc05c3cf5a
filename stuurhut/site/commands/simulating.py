"""The command that judges made sellers of whom nothing is true, and publishes how often it is wrong."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from os import cpu_count, times
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

import stuurhut
from stuurhut.site.commands.line import Failed, Options, Parser, whole_number
from stuurhut.site.commands.printing import print_json, say

if TYPE_CHECKING:
    from stuurhut.site.simulation.published import Simulated

PAGE = Path(stuurhut.__file__).resolve().parent.parent / "docs" / "statistics.md"
BLOCK = 5  # seeds that one process does in one go
Work = tuple[Callable[..., Any], tuple[object, ...]]


def simulate_arguments(parser: Parser) -> None:
    add = parser.add_argument
    add("--seeds", default=200, type=whole_number("--seeds", 2, 100_000), help=_("how many made teams are judged"))
    add("--json", action="store_true", help=_("the figures as data; no page is written"))
    add("--report", default="", metavar="FILE", help=_("the page to write; default docs/statistics.md"))


def simulate(options: Options) -> int:
    """Simulates on all cores and writes the tables into the page. Raises Failed when there is no page to write."""
    from stuurhut.site.simulation import published

    page = Path(options.report) if options.report else PAGE
    if not options.json and not (page.is_file() and published.BEGIN in page.read_text(encoding="utf-8")):
        raise Failed(
            _("%(page)s is not there or has no place for the figures; name one with --report, or ask for --json.")
            % {"page": page}
        )
    begun = datetime.now().astimezone()
    found = simulated(options.seeds, said=None if options.json else say)
    if options.json:
        print_json(published.as_data(found))
        return 0
    seconds = (datetime.now().astimezone() - begun).total_seconds()
    part = published.as_page(found, _how(begun, options.seeds, seconds))
    page.write_text(published.replaced(page.read_text(encoding="utf-8"), part), encoding="utf-8")
    say(part)
    return 0


def simulated(seeds: int, *, said: Callable[[str], None] | None = None) -> Simulated:
    """False calls over so many teams (seeds 1, 2, ...), and the power; the same for the same number of seeds."""
    from stuurhut.site.simulation.false_calls import FalseCalls
    from stuurhut.site.simulation.power import Detection, Found, Rise
    from stuurhut.site.simulation.published import Simulated

    false = FalseCalls()
    seen: dict[type, list[Any]] = {Detection: [], Found: [], Rise: []}
    work = list(_work(seeds))
    with ProcessPoolExecutor(cpu_count()) as pool:
        for number, result in enumerate(pool.map(_done, work), 1):
            if isinstance(result, FalseCalls):
                false.add(result)
            else:
                seen[type(result)].append(result)
            if said and number % 10 == 0:
                said(_("%(number)s of %(all)s parts done") % {"number": number, "all": len(work)})
    return Simulated(false, tuple(seen[Detection]), tuple(seen[Found]), tuple(seen[Rise]))


def _work(seeds: int) -> Iterator[Work]:
    from stuurhut.site.simulation import power
    from stuurhut.site.simulation.false_calls import false_calls

    for first in range(1, seeds + 1, BLOCK):
        yield false_calls, (range(first, min(first + BLOCK, seeds + 1)),)
    for sellers in power.TEAMS:
        for volume in power.VOLUMES:
            yield from ((power.weak_step, (sellers, volume, factor, seeds, 1)) for factor in power.FACTORS)
    for volume in power.VOLUMES:
        yield from ((power.detection, (volume, rate, 5 * seeds, 1)) for rate in power.RATES)
        yield from ((power.rise, (volume, factor, 5 * seeds, 1)) for factor in power.RISES)


def _done(work: Work) -> object:
    function, arguments = work
    return function(*arguments)


def _how(begun: datetime, seeds: int, seconds: float) -> str:
    from stuurhut.site.simulation.published import noise

    versions = ", ".join(_versions(("numpy", "scipy")))
    courses, teams = 5 * seeds, seeds
    worked = times().children_user + times().children_system
    return (
        f"Simulated {begun:%d %B %Y} by `stuurhut simulate --seeds {seeds}` in {seconds:.0f} s on {cpu_count()} cores "
        f"({worked:.0f} s of processor time); Python {platform.python_version()}, {versions}. {teams} teams of six to "
        f"ten sellers, four years each, the last one judged. Power: {courses:,} courses in each cell (weak steps: "
        f"{teams} teams), so that a share may be off by {noise(courses):.0%} (weak steps: {noise(teams):.0%})."
    )


def _versions(names: Iterable[str]) -> Iterator[str]:
    from importlib.metadata import version

    return (f"{name} {version(name)}" for name in names)
