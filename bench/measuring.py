"""What one run measures, in order; no time is kept of an answer that is not the right one."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from bench.apart import Apart
from bench.equal import compare, plain
from bench.people import Crowd
from bench.product import Product
from bench.reference import QUESTIONS, Reference, Rows
from bench.rivals import Duck, Timed

ENOUGH = 60.0  # seconds of one measurement, after which it is not repeated again
STARTS = 3
WRITES = (1, 100, 10_000)

LIMIT = "Hand-written SQL on DuckDB"
WARM = "Stuurhut, warm"
COLD = "Stuurhut, first time in a new process"
AGAIN = "Stuurhut, asked again unchanged"
SIMPLE = "DuckDB, the simple definitions"

Rival = tuple[str, Callable[..., Any], tuple[Any, ...]]  # its name, how it is made, of what besides the reference


@dataclass
class Measured:
    """All figures of a run: seconds by side and question, and the others by name."""

    taken: dict[str, dict[str, float]] = field(default_factory=dict)
    peaks: dict[str, float] = field(default_factory=dict)  # megabytes
    start: float = 0.0
    warm_after: dict[str, float] = field(default_factory=dict)
    catching_up: dict[tuple[str, int], float] = field(default_factory=dict)
    crowd: Crowd | None = None
    equalities: list[str] = field(default_factory=list)


def say(text: str) -> None:
    """How far it is; the result is what goes to the report."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def repeated(measure: Callable[[], float], most: int) -> float:
    """The median of several times, of fewer when one takes long."""
    found, until = [measure()], time.perf_counter() + ENOUGH
    while len(found) < most and time.perf_counter() < until:
        found.append(measure())
    return median(found)


def significant(question: str, rows: Rows) -> Rows:
    """Without sellers who won nothing in any of the periods: SQL and product differ in whom they list."""
    return [row for row in rows if question != "q5" or any(row[1:])]


class Run:
    """One run of the benchmark over one reference."""

    def __init__(self, reference: Reference, repeat: int) -> None:
        self.reference, self.repeat, self.found = reference, repeat, Measured()

    def product(self) -> None:
        """Stuurhut beside the limit, each in its own process, question by question in turn."""
        say("Stuurhut beside hand-written SQL on DuckDB")
        with Apart(Product, self.reference) as product, Apart(Duck, self.reference) as duck:
            product("restore")
            self._check_product(product, duck)
            for question in QUESTIONS:
                self._in_turn(question, {WARM: lambda q: product("ask", q), LIMIT: lambda q: duck("ask", q)})
                product("ask", question, 0)
                self._keep(AGAIN, question, repeated(lambda q=question: product("ask_again", q).seconds, self.repeat))  # type: ignore[misc]
                self._keep(SIMPLE, question, repeated(lambda q=question: _simple(duck, q).seconds, self.repeat))  # type: ignore[misc]
        self.found.peaks.update({WARM: product.peak, LIMIT: duck.peak})

    def _check_product(self, product: Apart, duck: Apart) -> None:
        for question in QUESTIONS:
            answer, limit = product("ask", question, 0), duck("ask", question)
            compare(f"{question} of Stuurhut", significant(question, answer.rows), significant(question, limit.rows))
            expected = self.reference.expected(question)
            if expected is not None:
                simple = _simple(duck, question).rows
                compare(f"{question} of DuckDB", simple, plain(expected))
        self._equal("Stuurhut answers q1 to q7 as the hand-written SQL on DuckDB does, to the row.")
        simple = product("ask", "simple q3", 0).rows
        compare("simple q3 of Stuurhut", simple, _simple(duck, "q3").rows)
        self._equal(
            "Stuurhut gives the simple numbers of q1, q3 (leads with an opportunity, by `leads_created` and "
            "`qualified_share`), q4, q5 and q6; no filter expresses those of q2 and q7."
        )
        if self.reference.expected("q1") is not None:
            self._equal("DuckDB gives the expected answers that come with the reference work.")

    def rivals(self, sides: Sequence[Rival]) -> None:
        """Other ways to ask, one after the other, with the simple definitions of the reference work."""
        with Apart(Duck, self.reference) as duck:
            simple = {question: significant(question, _simple(duck, question).rows) for question in QUESTIONS}
        for name, make, given in sides:
            say(name)
            with Apart(make, self.reference, *given) as side:
                for question in QUESTIONS:
                    rows = significant(question, side("ask", question).rows)
                    compare(f"{question} of {name}", rows, simple[question])
                    self._keep(name, question, repeated(lambda q=question: side("ask", q).seconds, self.repeat))  # type: ignore[misc]
            self.found.peaks[name] = side.peak
            self._equal(f"{name} gives the same answers as DuckDB with the simple definitions.")

    def starts(self) -> None:
        """New processes, from nothing to their first answer, with a snapshot that is there."""
        say("Stuurhut in new processes")
        waited = []
        for number in range(min(STARTS, self.repeat)):
            begun = time.perf_counter()
            with Apart(Product, self.reference) as product:
                first = product("ask", "q1")
                waited.append(time.perf_counter() - begun)
                if number == 0:
                    self._keep(COLD, "q1", first.seconds)
                    for question in list(QUESTIONS)[1:]:
                        self._keep(COLD, question, product("ask", question).seconds)
        self.found.start = median(waited)

    def catch_up(self) -> None:
        """How much longer an answer takes when something was written since the one before."""
        say("Stuurhut after writes")
        with Apart(Product, self.reference) as product:
            product("ask", "q1"), product("ask", "q6")
            for way, question in (("after_raw_sql", "q6"), ("after_bulk", "q1")):
                warm = repeated(lambda q=question: product("ask", q).seconds, self.repeat)  # type: ignore[misc]
                for n in WRITES:
                    taken = repeated(lambda w=way, n=n: median(product(w, n)), self.repeat)  # type: ignore[misc]
                    self.found.catching_up[way, n] = max(taken - warm, 0.0)
        self.found.peaks["Stuurhut, written to meanwhile"] = product.peak

    def _in_turn(self, question: str, sides: dict[str, Callable[[str], Timed]]) -> None:
        """Turn by turn, so that what else the machine does falls on all alike."""
        taken: dict[str, list[float]] = {name: [] for name in sides}
        until = time.perf_counter() + ENOUGH
        for _number in range(self.repeat):
            for name, ask in sides.items():
                taken[name].append(ask(question).seconds)
            if time.perf_counter() > until:
                break
        for name, all_of in taken.items():
            self._keep(name, question, median(all_of))

    def _keep(self, side: str, question: str, seconds: float) -> None:
        self.found.taken.setdefault(side, {})[question] = seconds

    def _equal(self, sentence: str) -> None:
        say(f"  {sentence}")
        self.found.equalities.append(sentence)


def _simple(duck: Apart, question: str) -> Timed:
    answer: Timed = duck("ask", question, "simple")
    return answer
