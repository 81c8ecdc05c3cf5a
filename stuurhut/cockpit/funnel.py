"""The funnel: calls, appointments, quotes and orders; who went on, who did not, and what that is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import cast

from django.urls import reverse
from django.utils.translation import gettext as _

from stuurhut import replica
from stuurhut.cockpit.asking import Asked
from stuurhut.cockpit.beside import beside_of
from stuurhut.kpi.catalogue.funnel import FOLLOWED_WITHIN
from stuurhut.kpi.words.answer import Answer, Number
from stuurhut.kpi.words.period import Period
from stuurhut.ui.numbers import NOTHING, interval, money, plain, share
from stuurhut.ui.periods import Choice, Choices, called

COUNTS = ("calls", "appointments", "quotes_sent", "order_count")
VALUES = {"quotes_sent": "quoted_value", "order_count": "turnover"}
FLOWS = ("call_to_appointment", "appointment_to_quote", "quote_to_order")
COHORTS = tuple(f"{key}_cohort" for key in FLOWS)
AT_LEAST = 91  # days of a cohort that is not the period's own: fewer say little


@dataclass(frozen=True)
class Rung:
    """One step. `went_on` is the share of it that got to the next one, with how sure and beside whom; widths 0 to 100.

    `reached` is the width of what went on, `width` of all; no width is drawn where the funnel would widen. `led` says
    how many that share is, `counts` what the number counts where that is another. Without an address no list holds
    exactly those that were counted.
    """

    label: str
    number: str
    address: str
    width: float | None
    reached: float | None
    share: str = ""
    of: str = ""
    share_address: str = ""
    sure: str = ""
    beside: str = ""
    led: str = ""
    dropped: str = ""
    words: str = ""
    counts: str = ""


@dataclass(frozen=True)
class Funnel:
    """The steps, over which days, and what stands in the way of drawing them."""

    rungs: tuple[Rung, ...]
    over: str
    refused: str
    choices: tuple[Choices, ...]


def funnel(asked: Asked) -> Funnel:
    """The funnel of the page's question; `view=period` counts what happened in the period, else what became of each;
    `measure=value` in amounts.
    """
    in_period, in_value = asked.given.get("view") == "period", asked.given.get("measure") == "value"
    period = asked.period if in_period else cohort_period(asked)
    at = replace(asked, period=period, given={**asked.given, "period": _named(asked, period)})
    steps = _flow(at) if in_period else _cohort(at)
    sizes = [step.value for step in steps] if in_value else [step.number for step in steps]
    refused = _refused(steps, sizes)
    widths = [None] * len(sizes) if refused else _widths(sizes)
    return Funnel(
        rungs=tuple(_rung(at, step, width, in_value) for step, width in zip(steps, widths, strict=True)),
        over=_over(asked, period, in_period),
        refused=refused,
        choices=(
            _choices(
                asked, "view", _("What is followed"), [("", _("what became of each")), ("period", _("in this period"))]
            ),
            _choices(asked, "measure", _("What is counted"), [("", _("in numbers")), ("value", _("in euros"))]),
        ),
    )


# -- over which days ---------------------------------------------------------------------------------------------------


def cohort_period(asked: Asked) -> Period:
    """The page's period when half of it or more is old enough to follow; else as many days (a quarter of a year at
    least) up to the last one that is.
    """
    old_enough = _old_enough(asked)
    if (old_enough - asked.period.start).days * 2 >= asked.period.days:
        return asked.period
    return Period(old_enough - timedelta(days=max(asked.period.days, AT_LEAST)), old_enough)


def _old_enough(asked: Asked) -> date:
    """The first day that is not old enough to be followed: of today only what has gone by whole counts."""
    return asked.zone.day(asked.as_of) - timedelta(days=FOLLOWED_WITHIN)


def _named(asked: Asked, period: Period) -> str:
    """The period as an address says it."""
    return asked.chosen if period == asked.period else f"{period.start}..{period.until}"


def _over(asked: Asked, period: Period, in_period: bool) -> str:
    if in_period:
        return called(period)
    words = {"period": called(period), "days": FOLLOWED_WITHIN}
    if period == asked.period:
        return _("begun in %(period)s, followed for %(days)s days") % words
    return _("begun %(period)s: the last that could be followed for %(days)s days") % words


def _choices(asked: Asked, name: str, label: str, lines: Sequence[tuple[str, str]]) -> Choices:
    """Each with its address as value."""
    chosen = asked.given.get(name, "")
    return Choices(
        label,
        tuple(Choice(asked.address("/", **{name: value}), words, chosen == value) for value, words in lines),
    )


# -- the steps ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Step:
    """A step as figures: how many and for how much, and of those who went on the share as answered."""

    key: str
    number: int
    value: Decimal | None
    address: str
    on: Answer | None = None
    went_on: int | None = None
    value_on: Decimal | None = None
    each: Decimal | None = None


def _ask(asked: Asked, key: str, *, compared: bool = False) -> Answer:
    compare = (asked.compare or "last-year") if compared else ""
    return replica.ask(asked.question(key, compare=compare, brief=True), asked.scope)


def _count(asked: Asked, key: str) -> int:
    return int(_ask(asked, key).total.value or 0)


def _amount(asked: Asked, key: str) -> Decimal:
    return Decimal(str(_ask(asked, key).total.value or 0))


def _flow(asked: Asked) -> list[_Step]:
    """What happened in the period, each step counted by its own day."""
    turnover = _amount(asked, "turnover")
    found = []
    for n, key in enumerate(COUNTS):
        number = _count(asked, key)
        value = _amount(asked, VALUES[key]) if key in VALUES else None
        on = _ask(asked, FLOWS[n], compared=True) if n < len(FLOWS) else None
        after = _count(asked, COUNTS[n + 1]) if on else None
        each = turnover / number if number and value is None else None
        value_on = turnover if key == "quotes_sent" else None
        found.append(_Step(key, number, value, _records(asked, key), on, after, value_on, each))
    return found


def _cohort(asked: Asked) -> list[_Step]:
    """What became of the steps begun in the period: orders are the quotes that led to one."""
    answers = [_ask(asked, key, compared=True) for key in COHORTS]
    quotes = answers[-1].total
    value, value_on = (cast("Decimal | None", quotes.more.get(name)) for name in ("amount", "followed_amount"))
    # Of the days that are old enough the steps counted are those of the cohort, and their list holds no others.
    old = Period(asked.period.start, min(asked.period.until, _old_enough(asked)))
    at = replace(asked, period=old, given={**asked.given, "period": _named(asked, old)})
    found = []
    for key, answer in zip(COUNTS, answers, strict=False):
        number = answer.total.n or 0
        went_on = round(float(answer.total.value or 0) * number)
        own = key == "quotes_sent"
        each = value_on / number if number and value_on is not None and not own else None
        values = (value, value_on) if own else (None, None)
        found.append(_Step(key, number, values[0], _records(at, key), answer, went_on, values[1], each))
    ordered = found[-1].went_on or 0
    return [*found, _Step("order_count", ordered, value_on, "")]


def _refused(steps: Sequence[_Step], sizes: Sequence[Number]) -> str:
    """Why no funnel is drawn: a later step with more in it than the one before is a matter of recording."""
    for before, after, low, high in zip(steps, steps[1:], sizes, sizes[1:], strict=False):
        if low is not None and high is not None and high > low:
            words = {"after": _label(after), "before": _label(before).lower()}
            return _("%(after)s: more than %(before)s. So not all of those were recorded, and a funnel that widens is "
                     "none. The shares hold for what is recorded.") % words  # fmt: skip
    return ""


def _widths(sizes: Sequence[Number]) -> list[float | None]:
    widest = max((float(size) for size in sizes if size is not None), default=0.0)
    return [None if size is None or not widest else round(100 * max(0.0, float(size)) / widest, 2) for size in sizes]


def _rung(asked: Asked, step: _Step, width: float | None, in_value: bool) -> Rung:
    size, on = (step.value, step.value_on) if in_value else (step.number, step.went_on)
    part = min(1.0, float(on) / float(size)) if size and on is not None else 1.0  # orders are all the way
    return Rung(
        label=_label(step),
        number=_size(step, in_value),
        address=step.address,
        width=width,
        reached=None if width is None else round(width * part, 2),
        led=_led(step, on, in_value),
        dropped=_dropped(size, on, in_value, step.on),
        words=_worth(step) if in_value and step.value is None else "",
        counts=_counts(step, in_value),
        **(_share(asked, step, in_value) if step.on else {}),
    )  # fmt: skip


def _label(step: _Step) -> str:
    return {
        "calls": _("Calls"), "appointments": _("Appointments"), "quotes_sent": _("Quotes"), "order_count": _("Orders"),
    }[step.key]  # fmt: skip


def _size(step: _Step, in_value: bool) -> str:
    if in_value:
        return NOTHING if step.value is None else money(step.value, short=True)
    return plain(step.number)


def _worth(step: _Step) -> str:
    return "" if step.each is None else _("%(amount)s of orders for each") % {"amount": money(step.each, short=True)}


def _share(asked: Asked, step: _Step, in_value: bool) -> dict[str, str]:
    """The share that went on with its certainty, and that of the team or of a year ago beside it."""
    assert step.on is not None
    total, of = step.on.total, _("went further") if step.on.kpi in COHORTS else _("as many in the next step")
    address = asked.address(reverse("kpi", args=[step.on.kpi]), by="", of="")
    if in_value and step.value and step.value_on is not None:
        words = _("of the amount; as a number %(share)s") % {"share": share(total.value)}
        return {"share": share(step.value_on / step.value), "of": "", "share_address": address, "sure": words}
    if total.value is None:
        return {"share": "", "sure": _("nothing to follow")}
    between = {"interval": interval(total.low, total.high, "ratio"), "n": plain(total.n)}
    sure = _("%(interval)s (n = %(n)s)") % between if between["interval"] else _("n = %(n)s") % between
    beside = beside_of(asked, step.on)
    return {"share": share(total.value), "of": of, "share_address": address, "sure": sure, "beside": beside}


def _led(step: _Step, on: Number, in_value: bool) -> str:
    """How many, or how much, the share is; of the steps begun in the period only."""
    if step.on is None or step.on.kpi not in COHORTS or not step.number or on is None:
        return ""
    if in_value:
        return _("%(amount)s of it was ordered") % {"amount": money(on, short=True)}
    number = int(on)
    return {
        "calls": _("%(number)s led to an appointment"),
        "appointments": _("%(number)s led to a quote"),
        "quotes_sent": _("%(number)s led to an order"),
    }[step.key] % {"number": plain(number)}


def _counts(step: _Step, in_value: bool) -> str:
    """What a number counts that is not the number of those that went on in the step before."""
    if step.on is None:
        return "" if step.address else _("that came of these quotes")
    if in_value or step.on.kpi not in COHORTS or step.key == "calls":
        return ""
    return _("all begun in these days, also those that came about otherwise")


def _dropped(size: Number, on: Number, in_value: bool, answer: Answer | None) -> str:
    """How many, or how much, went no further; of what happened in one period only that there were fewer."""
    if answer is None or not size or on is None or on > size:
        return ""
    rest = Decimal(str(size)) - Decimal(str(on))
    words = {"number": money(rest, short=True) if in_value else plain(rest)}
    if answer.kpi in COHORTS and in_value:
        return _("%(amount)s went no further") % {"amount": words["number"]}
    if answer.kpi in COHORTS:
        return _("%(number)s went no further") % words if rest != 1 else _("1 went no further")
    return _("%(number)s less in the next step") % words if in_value else _("%(number)s fewer in the next step") % words


def _records(asked: Asked, key: str) -> str:
    return asked.address(reverse("kpi_records", args=[key]), by="", of="")
