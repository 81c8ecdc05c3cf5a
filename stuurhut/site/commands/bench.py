"""The command that measures how quick Stuurhut is. What it measures lies in the folder `bench` of the repository."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

from django.utils.translation import gettext as _

import stuurhut
from stuurhut.site.commands.line import Failed, Options, Parser, WrongUse, one_of, whole_number
from stuurhut.site.commands.printing import say

REPOSITORY = Path(stuurhut.__file__).resolve().parent.parent
SCALES = ("tiny", "100k", "1m", "10m")


def bench_arguments(parser: Parser) -> None:
    add = parser.add_argument
    add("--scale", default="1m", type=one_of("--scale", SCALES), help=_("how many activities: %s") % ", ".join(SCALES))
    add("--reference", default="", metavar="DIR", help=_("the reference work; default ../shared/bench"))
    add("--fill", action="store_true", help=_("writes the activities straight into their table instead of importing"))
    add("--data", default="", metavar="DIR", help=_("keeps what is loaded, and uses it the next time"))
    add("--database", default="sqlite", type=one_of("--database", ("sqlite", "postgresql")), help="sqlite, postgresql")
    add("--repeat", default=7, type=whole_number("--repeat", 1, 1000), help=_("how often each figure is measured"))
    add("--people", default=50, type=whole_number("--people", 2, 1000), help=_("how many open the cockpit at once"))
    add("--report", default="", metavar="FILE", help=_("the page to write; default docs/performance.md"))


def bench(options: Options) -> int:
    """Measures in processes with a database of their own. Raises Failed, or WrongUse when there is no such folder."""
    if not (REPOSITORY / "bench" / "__main__.py").is_file():
        raise Failed(_("The benchmark is not in an installed package; run this in a clone of the repository."))
    work = Path(options.reference) if options.reference else REPOSITORY.parent / "shared" / "bench"
    if not (work / "generate.py").is_file():
        if options.reference:
            raise WrongUse(_("There is no reference work in %(folder)s; check the folder.") % {"folder": work})
        say(_("Nothing is measured: the reference work is not here; name its folder with --reference."))
        return 0
    report = Path(options.report) if options.report else REPOSITORY / "docs" / "performance.md"
    words = {"scale": options.scale, "reference": work.resolve(), "database": options.database}
    words |= {"repeat": options.repeat, "people": options.people, "report": report.resolve()}
    words |= {"data": Path(options.data).resolve()} if options.data else {}
    given = [text for name, value in words.items() for text in (f"--{name}", str(value))]
    return _become(["-m", "bench", *given, *(["--fill"] if options.fill else [])])


def _become(words: list[str]) -> NoReturn:
    """Python with these words in the place of this process, so that whoever stops this one stops the benchmark."""
    os.chdir(REPOSITORY)
    os.execve(sys.executable, [sys.executable, *words], _environment())  # noqa: S606 - our own


def _environment() -> dict[str, str]:
    """Without the settings of this installation: nothing here is to be touched or measured."""
    ours = ("STUURHUT_", "DATABASE_URL", "EMAIL_URL")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}
