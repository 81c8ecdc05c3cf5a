"""Runs an object in a process of its own, so that its memory and its start can be told from the others'."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any

MEGABYTE = 1024 * 1024
SPAWN = multiprocessing.get_context("spawn")


class Failed(Exception):
    """What went wrong in the other process, as it said it."""


class Apart:
    """An object made by `make(*given)` in a new process; call it with a method's name and arguments."""

    def __init__(self, make: Callable[..., Any], *given: Any) -> None:
        self._door, theirs = SPAWN.Pipe()
        self._process = SPAWN.Process(target=_serve, args=(theirs, make, given), daemon=True)
        self._process.start()
        theirs.close()
        self.peak = 0.0  # megabytes, known once it is closed
        self._answer()

    def __call__(self, method: str, *given: Any) -> Any:
        """What the method returned. Raises Failed."""
        self._door.send((method, given))
        return self._answer()

    def _answer(self) -> Any:
        try:
            error, found = self._door.recv()
        except EOFError as gone:
            raise Failed("The process that was measured is gone; it may have run out of memory.") from gone
        if error:
            raise Failed(error)
        return found

    def __enter__(self) -> Apart:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is None:
            self.peak = self("")
            self._process.join()
        else:
            self._process.kill()


def _serve(door: Connection, make: Callable[..., Any], given: tuple[Any, ...]) -> None:
    try:
        thing = make(*given)
        door.send(("", None))
        while (asked := door.recv())[0]:
            door.send(("", getattr(thing, asked[0])(*asked[1])))
        door.send(("", peak_of_this_process()))
    except Exception:  # whatever it is, the other side must hear it
        door.send((traceback.format_exc(), None))


def peak_of_this_process() -> float:
    """Megabytes. Linux tells those of this program alone; `getrusage` also counts what it was forked from."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return in_megabytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def in_megabytes(maxrss: int) -> float:
    """Linux counts in kilobytes, macOS in bytes."""
    return maxrss / MEGABYTE if sys.platform == "darwin" else maxrss / 1024
