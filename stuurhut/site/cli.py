"""The command `stuurhut`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

INTERRUPTED = 130  # what shells expect after Ctrl-C


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command. Returns 0 done, 1 some data rejected, 2 wrong use, 3 failed with nothing changed."""
    words = sys.argv[1:] if argv is None else argv
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stuurhut.site.settings")
    try:
        return _prepared(words)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read along has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _prepared(words: Sequence[str]) -> int:
    import django

    from stuurhut.site.environment import SettingError

    try:
        django.setup()
    except SettingError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    from stuurhut.site.commands.running import run

    return run(words)
