"""What comes next is made in a thread, while the database is busy with what came before."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.utils import translation

Item = TypeVar("Item")


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items, each made while the one before is used. Making one may not use the database.

    Raises what making an item raises, in its turn.
    """
    language = translation.get_language()  # a thread begins with that of the product

    def made() -> Item | None:
        with translation.override(language):
            return next(items, None)

    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(made)
        while (item := coming.result()) is not None:
            coming = thread.submit(made)
            yield item
