"""How a number is written: by its unit, in the reader's language."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stuurhut.kpi.words.answer import Number

NOTHING = "–"
MINUS = "−"
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}
MINUTES = {"minutes": 1, "hours": 60}


def plain(value: Number, decimals: int = 0) -> str:
    """A number with the reader's separators and so many decimals, halves away from zero; nothing is a dash.

    >>> plain(Decimal("1234.5"), 2)  # in Dutch
    '1.234,50'
    """
    if value is None:
        return NOTHING
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = number_format(abs(rounded), decimal_pos=decimals, use_l10n=True, force_grouping=True)
    return f"{MINUS}{text}" if rounded < 0 else str(text)


def written(value: Number, unit: str, currency: str = "EUR", *, short: bool = False) -> str:
    """A value with its unit. `short` is for tiles: money in whole thousands or in millions.

    Units are those of a KPI: count, money, ratio, days, hours, minutes, number, fte.
    """
    if value is None:
        return NOTHING
    if unit == "money":
        return money(value, currency, short=short)
    if unit == "ratio":
        return share(value)
    if unit in MINUTES:
        return duration(float(value) * MINUTES[unit])
    if unit == "days":
        return _days(value)
    if unit == "fte":
        return _("%(number)s FTE") % {"number": plain(value, 1)}
    return plain(value, 0 if unit == "count" else decimals_for(value))


def money(value: Number, currency: str = "EUR", *, short: bool = False, step: Decimal | None = None) -> str:
    """An amount with its currency: € 1.234,50, or short € 1.235, € 811.000, € 8,99 mln.

    `step`: in whole steps, such as those of other amounts in the sentence; see `step_of`.
    """
    if value is None:
        return NOTHING
    amount = Decimal(str(value))
    step = step_of(amount) if short and step is None else step
    text = plain(abs(amount), 2) if step is None else _stepped(abs(amount), step)
    if currency in SYMBOLS:
        # Translators: an amount of money; Dutch has a space after the symbol
        whole = _("%(symbol)s%(number)s") % {"symbol": SYMBOLS[currency], "number": text}
    else:
        whole = f"{currency}\u00a0{text}"
    return f"{MINUS}{whole}" if amount < 0 and any(digit in text for digit in "123456789") else whole


STEPS = (
    (Decimal("999_995_000"), Decimal(10_000_000)),
    (Decimal("999_500"), Decimal(10_000)),
    (Decimal(10_000), Decimal(1000)),
)


def step_of(*amounts: Number) -> Decimal:
    """The step in which the smallest of these amounts is written short, so that all of them can be; 1 for nothing."""
    sizes = [abs(Decimal(str(amount))) for amount in amounts if amount]
    return next((step for least, step in STEPS if sizes and min(sizes) >= least), Decimal(1))


def in_steps(value: Number, step: Decimal) -> Decimal:
    """An amount rounded to whole steps, halves away from zero."""
    return (Decimal(str(value)) / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def _stepped(amount: Decimal, step: Decimal) -> str:
    if step >= STEPS[0][1]:
        return _("%(number)s bn") % {"number": plain(amount / 1_000_000_000, 2)}
    if step >= STEPS[1][1]:
        return _("%(number)s m") % {"number": plain(amount / 1_000_000, 2)}
    return plain(in_steps(amount, step))


def share(value: Number) -> str:
    """A share as a percentage with one decimal: 63,2 %. Never capped."""
    if value is None:
        return NOTHING
    return _("%(number)s%%") % {"number": plain(Decimal(str(value)) * 100, 1)}


def duration(minutes: float) -> str:
    """Minutes as people say them: 45 min, 2 u 14 min, 120 u."""
    whole = int(Decimal(str(abs(minutes))).quantize(Decimal(1), ROUND_HALF_UP))
    hours, rest = divmod(whole, 60)
    sign = MINUS if minutes < 0 and whole else ""
    if not hours:
        return sign + _("%(minutes)s min") % {"minutes": rest}
    if hours >= 100 or not rest:
        return sign + _("%(hours)s h") % {"hours": plain(hours)}
    return sign + _("%(hours)s h %(minutes)s min") % {"hours": plain(hours), "minutes": rest}


def _days(value: Number) -> str:
    number = plain(value, decimals_for(value))
    plural = 1 if number == "1" else 2
    return ngettext("%(number)s day", "%(number)s days", plural) % {"number": number}


def decimals_for(value: Number) -> int:
    """Decimals that a reader can use: none for whole or large numbers, one below a hundred, two below ten."""
    amount = abs(Decimal(str(value)))
    if amount == amount.to_integral_value() or amount >= 100:
        return 0
    return 1 if amount >= 10 else 2


def day(value: date | None) -> str:
    """21 november 2026."""
    return date_format(value, "DATE_FORMAT") if value else NOTHING


def short_day(value: date) -> str:
    """21 nov; the form is the language's own."""
    # Translators: day and short month, as Django writes dates (d = day, M = month)
    return date_format(value, _("M j"))


def interval(low: Number, high: Number, unit: str, currency: str = "EUR") -> str:
    """From low to high, the unit written once where that reads well; empty without both ends."""
    if low is None or high is None:
        return ""
    if unit == "ratio":
        first = plain(Decimal(str(low)) * 100, 1)
    elif unit in ("count", "number"):
        first = plain(low, decimals_for(low) if unit == "number" else 0)
    else:
        first = written(low, unit, currency, short=True)
    return _("%(low)s to %(high)s") % {"low": first, "high": written(high, unit, currency, short=True)}
