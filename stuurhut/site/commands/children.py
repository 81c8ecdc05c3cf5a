"""Processes that `stuurhut up` starts: one that falls over is started again, and none outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType

from django.utils.translation import gettext as _

from stuurhut.site.commands.printing import say

PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds before a child is started again; doubled while it keeps falling over
STEADY_AFTER = 20.0
LOOK_SECONDS = 0.25
TIME_TO_LEAVE = 10.0
ORPHAN_LOOKS = 0.5


class Child:
    """One command of this program beside this process."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self.pause = PAUSE
        self.again_at = 0.0
        self.start()

    def start(self) -> None:
        self.began = time.monotonic()
        command = [sys.executable, "-m", "stuurhut", *self.words, "--with-parent"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - words of our own

    def look(self) -> None:
        """Starts it again when it is gone, after a pause."""
        now, code = time.monotonic(), self.process.poll()
        if code is None:
            return
        if not self.again_at:
            self.pause = PAUSE if now - self.began > STEADY_AFTER else min(self.pause * 2, LONGEST_PAUSE)
            self.again_at = now + self.pause
            told = {"name": self.words[0], "code": code}
            say(_("`stuurhut %(name)s` stopped with code %(code)s and is started again.") % told)
        elif now >= self.again_at:
            self.again_at = 0.0
            self.start()

    def leave(self, until: float) -> None:
        """Waits for it to go, and no longer than until then."""
        try:
            self.process.wait(timeout=max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def keep_running(*commands: Sequence[str]) -> None:
    """Runs commands until this process is told to stop, then has all of them stop."""
    stop = threading.Event()

    def told(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, told) for number in (signal.SIGTERM, signal.SIGINT)}
    children = [Child(words) for words in commands]
    try:
        while not stop.wait(LOOK_SECONDS):
            for child in children:
                child.look()
    finally:
        for child in children:
            child.process.terminate()
        until = time.monotonic() + TIME_TO_LEAVE
        for child in children:
            child.leave(until)
        for number, handler in before.items():
            signal.signal(number, handler)


def leave_with_parent() -> None:
    """From now on this process ends as soon as the one that started it is gone, also when that one was killed.

    Linux alone could do it without looking (PR_SET_PDEATHSIG), and only for the thread that started it.
    """
    threading.Thread(target=_watch, args=(os.getppid(),), name="parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:  # an orphan gets another parent
        time.sleep(ORPHAN_LOOKS)
    os._exit(0)
