"""Days that belong together."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from stuurhut.people.refusal import Refused


class WrongDays(Refused):
    """An end that lies before its start."""


class WrongShare(Refused):
    """More work or absence than a person can have."""


def check_days(starts_on: date, until: date | None) -> None:
    """Raises WrongDays when an end lies before its start."""
    if until is not None and until <= starts_on:
        raise WrongDays(
            _("The end, %(until)s, is not after the start, %(start)s; give a later day."), until=until, start=starts_on
        )
