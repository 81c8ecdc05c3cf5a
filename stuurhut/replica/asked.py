"""A question as people write it, in an address or on the command line, made into a question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import cast, get_args

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext

from stuurhut.kpi.words.errors import QuestionError, UnknownName, nearest
from stuurhut.kpi.words.period import Period, Zone, parse
from stuurhut.kpi.words.question import Comparison, Question, end_of, rounded_up
from stuurhut.kpi.words.text import gettext_noop as _

DEFAULT_PERIOD = "this-quarter"
DEFAULT_OF = "sales_value"


def question_from(
    kpi: str,
    *,
    period: str = "",
    by: str | Sequence[str] = (),
    where: Iterable[tuple[str, str]] = (),
    as_of: str = "",
    compare: str = "",
    of: str = "",
    known_at: str = "",
    per_fte: bool = False,
) -> Question:
    """The question; every argument as written, empty for the default.

    Relative periods are those of the peildatum. Raises UnknownName or QuestionError with the remedy. Whether the
    KPI can be broken down so is known when it is asked.
    """
    # The catalogue brings Ibis along, which takes a second: who only reads a period goes without.
    from stuurhut.kpi.answering import kpi_of

    kpi_of(kpi)
    target_of = of or DEFAULT_OF
    kpi_of(target_of)
    here = zone()
    moment = moment_from(as_of, here)
    return Question(
        kpi=kpi,
        period=period_from(period, moment, here),
        as_of=moment,
        by=_names(by),
        where=tuple(where),
        compare=comparison_from(compare),
        known_at=moment_from(known_at, here) if known_at else None,
        of=target_of,
        per_fte=per_fte,
    )


def zone() -> Zone:
    """Where the organisation's days begin and its fiscal year starts."""
    return Zone(settings.TIME_ZONE, settings.FISCAL_YEAR_START)


def moment_from(text: str, here: Zone) -> datetime:
    """A peildatum: now when empty, the end of the day for a day, else the moment. Raises QuestionError."""
    if not text.strip():
        return rounded_up(timezone.now())
    written = text.strip()
    try:
        if len(written) == len("2026-09-30"):
            return end_of(date.fromisoformat(written), here)
        moment = datetime.fromisoformat(written)
    except (ValueError, OverflowError) as error:
        raise QuestionError(
            _("'%(text)s' is not a day or moment; write 2026-09-30 or 2026-09-30T14:00."), text=text
        ) from error
    return rounded_up(moment if moment.tzinfo else timezone.make_aware(moment))


def period_from(text: str, as_of: datetime, here: Zone) -> Period:
    """A period from its name, seen from the day of the peildatum. Raises QuestionError."""
    today = here.day(as_of - timedelta(microseconds=1))
    return parse(text or DEFAULT_PERIOD, today=today, fiscal_start=here.fiscal_start)


def comparison_from(text: str) -> Comparison:
    """`previous`, `last-year`, or empty for none. Raises UnknownName."""
    known = get_args(Comparison)
    if text not in known:
        raise UnknownName(
            _("'%(text)s' is nothing to compare with; did you mean '%(near)s'?"),
            text=text,
            near=nearest(text, filter(None, known)),
        )
    return cast(Comparison, text)


def pair_from(text: str) -> tuple[str, str]:
    """A filter written as DIMENSION=VALUE. Raises QuestionError."""
    dimension, sign, value = text.partition("=")
    if not sign or not dimension.strip() or not value.strip():
        raise QuestionError(_("'%(text)s' is not a filter; write DIMENSION=VALUE, such as source=website."), text=text)
    return dimension.strip(), value.strip()


def sentence(error: QuestionError) -> str:
    """What is wrong with a question, in the reader's language."""
    translated = gettext(error.sentence)
    return translated % error.values if error.values else translated


def _names(by: str | Sequence[str]) -> tuple[str, ...]:
    names = by.split(",") if isinstance(by, str) else by
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
