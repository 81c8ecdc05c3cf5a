"""What can be wrong with a question. Each sentence names the remedy.

`sentence` is English with named placeholders, for translation; `values` fill it.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class QuestionError(Exception):
    """A question that cannot be answered as it was put."""

    def __init__(self, sentence: str, **values: object) -> None:
        self.sentence, self.values = sentence, values
        super().__init__(sentence % values if values else sentence)


class UnknownName(QuestionError):
    """A KPI, dimension or value that does not exist; names the nearest one."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that looks most like `name`; the first one when none does."""
    names = sorted(known)
    close = get_close_matches(name.lower(), names, n=1, cutoff=0.3)
    return close[0] if close else (names[0] if names else "")
