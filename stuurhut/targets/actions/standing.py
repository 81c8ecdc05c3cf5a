"""Whether a goal may still be changed."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from stuurhut.people.refusal import Refused
from stuurhut.targets.models import Closing


class PeriodClosed(Refused):
    """A goal whose period was closed."""


def closing_around(start: date, until: date) -> Closing | None:
    """The closing of a period in which [start, until) lies."""
    return Closing.objects.filter(starts_on__lte=start, until__gte=until).order_by("starts_on").first()


def refuse_closed(start: date, until: date) -> None:
    """Raises PeriodClosed when [start, until) lies within a closed period.

    What somebody was judged by must stay what it was, so there is no correcting afterwards: the goal that was wrong
    stays beside the figure that was frozen with it, and the next one is set better.
    """
    closing = closing_around(start, until)
    if closing is not None:
        raise PeriodClosed(
            _("This period was closed on %(day)s, so its goals stay as they were; set the goal of a period to come."),
            day=date_format(closing.closed_at, "DATE_FORMAT"),
        )
