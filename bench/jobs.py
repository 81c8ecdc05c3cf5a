"""Does a sales manager's jobs in a browser, counting clicks and seconds, and writes docs/jobs.md: `script/jobs`."""

from __future__ import annotations

import argparse
import csv
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from bench.browser import NARROW, UNTIL, Company, NoBrowser, NotServed, at, browser, served, settled, signed_in

ROWS = 10_000
REPEAT = 5
QUARTER = f"{UNTIL.year}-Q{(UNTIL.month + 2) // 3}"


class Unmet(Exception):
    """A page did not show what a job is about; names what was looked for."""


@dataclass
class Hand:
    """Somebody's hand and watch: every click is counted, and the time since the first page was asked for."""

    page: Any
    clicks: int = 0
    typed: int = 0
    begun: float = field(default_factory=time.perf_counter)

    def click(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.clicks += 1

    def type(self, selector: str, text: str) -> None:
        """Types over what stands there; to come there is a click."""
        self.click(selector)
        self.page.locator(selector).first.fill(text)
        self.typed += len(text)

    def see(self, selector: str) -> str:
        """Waits until it stands there and says what it says. Raises Unmet when it is empty."""
        found = self.page.locator(selector).first
        found.wait_for()
        words: str = " ".join(found.inner_text().split())
        if not words:
            raise Unmet(f"Nothing stands in {selector} of {self.page.url}.")
        return words

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.begun


@dataclass(frozen=True)
class Job:
    """A job of lessons.md: its bar, who does it, and how; what it returns is what one then sees."""

    number: int
    words: str
    bar: str
    role: str
    do: Callable[[Hand, Company], str]


@dataclass(frozen=True)
class Done:
    """How a job went: the median seconds of a few times."""

    job: Job
    clicks: int
    typed: int
    seconds: float
    seen: str


def team_against_target(hand: Hand, _company: Company) -> str:
    hand.page.goto(at("/"))
    return f"{hand.see('#tile-target_attainment .tile-value')} ({hand.see('h1')})"


def weak_step(hand: Hand, _company: Company) -> str:
    hand.page.goto(at("/"))
    hand.click("#team-table tbody th a")
    return hand.see("#seller-steps .seller-summary")


def season_or_trend(hand: Hand, _company: Company) -> str:
    hand.page.goto(at("/"))
    return hand.see("#verdict-leads_created a")


def team_target(hand: Hand, _company: Company) -> str:
    hand.page.goto(at("/"))
    hand.begun = time.perf_counter()
    hand.click("nav a[href^='/targets/']")
    cell = "table.goals tr.of-team td.is-now input"
    hand.type(cell, "700000")
    hand.click("button[value=save]")
    return hand.see(".notice")


def import_opportunities(hand: Hand, company: Company) -> str:
    file = company.folder / "opportunities.csv"
    if not file.exists():
        write_opportunities(file)
    hand.page.goto("/imports/")
    hand.begun = time.perf_counter()
    hand.click("a[href='/imports/new/']")
    with hand.page.expect_file_chooser() as chooser:
        hand.click(".drop input[type=file]")
    chooser.value.set_files(str(file))
    hand.click("button[value=import]")
    hand.page.locator("a[href*='/undo/']").first.wait_for(timeout=120_000)
    return hand.see("#import .stack h2")


def export_what_is_seen(hand: Hand, _company: Company) -> str:
    hand.page.goto(at("/kpi/win_rate/", by="person"))
    hand.see("#breakdown table")
    hand.begun = time.perf_counter()
    with hand.page.expect_download() as download:
        hand.click("#breakdown a:has-text('Excel')")
    size = Path(download.value.path()).stat().st_size
    return f"{download.value.suggested_filename} ({size // 1000} kB)"


JOBS = (
    Job(1, "see team against target", "0 clicks, 1 s", "manager", team_against_target),
    Job(2, "which step is a seller weak in", "2 clicks", "manager", weak_step),
    Job(3, "fewer leads: season or trend", "0 clicks", "manager", season_or_trend),
    Job(5, "team target for the quarter", "5 clicks", "director", team_target),
    Job(6, "import a CSV of opportunities (10,000 rows)", "3 clicks, 10 s", "administrator", import_opportunities),
    Job(8, "export what I see", "1 click", "manager", export_what_is_seen),
)
CHANGING = {5, 6}  # done once: the second time there is less to do


def write_opportunities(file: Path) -> None:
    """A CSV of ROWS opportunities as a small CRM would write it."""
    stages = ("Verkenning", "Voorstel", "Onderhandeling", "Gewonnen", "Verloren")
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, delimiter=";")
        writer.writerow(("Nummer", "Naam", "Klant", "Bedrag", "Fase", "Aangemaakt op", "Gesloten op"))
        for number in range(ROWS):
            stage, month = stages[number % len(stages)], number % 9 + 1
            closed = f"{number % 27 + 1:02d}-{month + 1:02d}-2026" if stage in stages[3:] else ""
            day = f"{number % 27 + 1:02d}-{month:02d}-2026"
            amount = f"{1000 + number % 9000},{number % 100:02d}"
            writer.writerow((f"K{number}", f"Kans {number}", f"Bedrijf {number % 2000}", amount, stage, day, closed))


# -- measuring -------------------------------------------------------------------------------------------------------


def done(started: Any, company: Company, job: Job) -> Done:
    """The job, done a few times by somebody who is signed in."""
    page = signed_in(started, company, job.role)
    times = []
    for _time in range(1 if job.number in CHANGING else REPEAT):
        hand = Hand(page)
        seen = job.do(hand, company)
        times.append(hand.seconds)
    page.context.close()
    return Done(job, hand.clicks, hand.typed, median(times), seen)


def first_looks(started: Any, company: Company) -> dict[str, str]:
    """How quick, how large and how long the cockpit is."""
    page = signed_in(started, company, "manager")
    settled(page)
    state = page.context.storage_state()
    cold = started.new_context(storage_state=state, base_url=company.address, locale="nl-NL").new_page()
    found = {"cockpit, nothing kept (cold)": _loaded(cold, at("/"))}
    found["cockpit again (warm)"] = _loaded(cold, at("/"))
    times = [_seconds_to_number(cold, at("/")) for _time in range(REPEAT)]
    found["first number of the cockpit in sight"] = f"{median(times):.2f} s (target 1 s)"
    found["another period, in place"] = f"{1000 * median(_changes(cold)):.0f} ms (target 300 ms)"
    phone = signed_in(started, company, "manager", NARROW)
    phone.goto(at("/"))
    settled(phone)
    screens = phone.evaluate("document.documentElement.scrollHeight") / NARROW[1]
    found["cockpit on a phone"] = f"{screens:.1f} screens (target 2.5)"
    return found


def _loaded(page: Any, address: str) -> str:
    """Requests and bytes over the line for one page with all that loads apart."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    requests: list[str] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    session.on("Network.requestWillBeSent", lambda event: requests.append(event["request"]["url"]))
    page.goto(address)
    settled(page)
    session.detach()
    return f"{len(requests)} requests, {sum(sizes) / 1000:.0f} kB"


def _seconds_to_number(page: Any, address: str) -> float:
    begun = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator("#tile-target_attainment .tile-value").wait_for()
    return time.perf_counter() - begun


def _changes(page: Any) -> list[float]:
    """Seconds from choosing another period until the page says so, for periods that were not asked before."""
    found = []
    for period, words in ((f"{UNTIL.year}-Q{number}", f"{number}e kwartaal") for number in (3, 2, 1)):
        begun = time.perf_counter()
        page.locator("#period").select_option(period)
        page.locator("h1 + p", has_text=words).first.wait_for()
        found.append(time.perf_counter() - begun)
        settled(page)
    return found


# -- telling ---------------------------------------------------------------------------------------------------------


def told(jobs: list[Done], looks: dict[str, str]) -> str:
    """The page of docs/jobs.md."""
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    lines = [
        "# Jobs to be done",
        "",
        "Measured by `script/jobs` in Chromium, in Dutch, on the medium demo company (seed 1, up to 20 November 2026),",
        f"on {datetime.now(UTC).date()} ({machine}). Seconds are machine time: from the first click, or from opening",
        "the page where no click is needed, until what the job is about can be read; the median of",
        f"{REPEAT}, but once for what changes the data. Jobs 4 and 7 are not measured yet.",
        "",
        "| # | job | bar | clicks | seconds | typed | what one then sees |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {one.job.number} | {one.job.words} | {one.job.bar} | {one.clicks} | {one.seconds:.1f} | {one.typed} | "
        f"{one.seen.replace('|', '/')} |"
        for one in jobs
    ]
    lines += ["", "| the cockpit of a manager, 1440 wide | |", "|---|---|"]
    lines += [f"| {name} | {figure} |" for name, figure in looks.items()]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Does the jobs and writes the page. Returns 0, or 3 with one sentence when that cannot be done."""
    parser = argparse.ArgumentParser(prog="script/jobs", description=__doc__)
    parser.add_argument("--out", default="docs/jobs.md", type=Path, help="the page to write (default docs/jobs.md)")
    out: Path = parser.parse_args().out
    try:
        with browser() as started, tempfile.TemporaryDirectory() as folder, served(Path(folder)) as company:
            looks = first_looks(started, company)
            jobs = [done(started, company, job) for job in JOBS]
    except (NoBrowser, NotServed, Unmet) as error:
        sys.stderr.write(f"{error}\n")
        return 3
    out.write_text(told(jobs, looks), encoding="utf-8")
    sys.stdout.write(out.read_text(encoding="utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
