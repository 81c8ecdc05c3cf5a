"""A made Dutch company to try Stuurhut on: the same for the same seed, size and last day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, transaction
from django.utils.translation import gettext as _

from stuurhut.site.demo.company import Progress, play
from stuurhut.site.demo.staff import LOGINS, Login
from stuurhut.site.demo.tables import MODELS, Books, Store, in_database
from stuurhut.site.demo.truths import TRUTHS, Planted, planted
from stuurhut.site.demo.world import SIZES, World

__all__ = ["LOGINS", "SIZES", "TRUTHS", "DemoError", "Login", "Made", "Planted", "make", "planted", "tell"]


class DemoError(Exception):
    """The made company cannot be made; the sentence says why and what to do."""


@dataclass(frozen=True)
class Made:
    """What was made: rows by model, the logins with their password, and the truths that were planted."""

    rows: dict[str, int]
    logins: tuple[Login, ...]
    truths: tuple[Planted, ...]


def make(*, seed: int, size: str, until: date, progress: Progress | None = None) -> Made:
    """Makes the company in the database of this installation, in one transaction.

    The company stands as on the morning of `until`: nothing happened on that day yet, and what is planned, expected
    or aimed at may lie after it. `size` is small, medium (about 60,000 activities) or large (10 million).
    `progress(done, of)` hears how far it is. Raises DemoError when the database holds records already or the size
    does not exist.
    """
    with transaction.atomic():
        filled = [model for model in MODELS if model.__name__ != "Organisation" and model._base_manager.exists()]
        if filled:
            raise DemoError(_("There are records here already; make the demo company in an empty data folder."))
        MODELS[0]._base_manager.all().delete()
        books = tell(seed=seed, size=size, until=until, store=in_database, progress=progress)
        _continue_numbering()
    return Made(books.counts(), LOGINS, planted(until))


def tell(*, seed: int, size: str, until: date, store: Store, progress: Progress | None = None) -> Books:
    """Plays the company and hands its rows to `store(model, columns, rows)`. Raises DemoError for an unknown size."""
    if size not in SIZES:
        sizes = ", ".join(SIZES)
        raise DemoError(_("There is no size %(size)s; choose from %(sizes)s.") % {"size": size, "sizes": sizes})
    books = Books(store)
    zone, currency = settings.TIME_ZONE, settings.CURRENCY
    world = World(seed=seed, size=SIZES[size], until=until, zone=zone, currency=currency, books=books)
    play(world, progress)
    return books


def _continue_numbering() -> None:
    """Rows came with their numbers; the next one made here takes the number after them."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(MODELS)):
            cursor.execute(statement)
