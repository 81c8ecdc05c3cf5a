"""Why something cannot be done, said to the person who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class Refused(Exception):
    """Something that cannot be done as asked; the sentence names the reason and the remedy.

    `sentence` is a lazily translated text with named placeholders, which `values` fill.
    """

    def __init__(self, sentence: StrPromise | str, **values: object) -> None:
        self.sentence, self.values = sentence, values
        super().__init__(sentence)

    def __str__(self) -> str:
        return str(self.sentence) % self.values if self.values else str(self.sentence)
