"""What people type in a cell or paste from a spreadsheet, as a number and back."""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from stuurhut.kpi.kpi import Kpi
from stuurhut.people.refusal import Refused
from stuurhut.ui.numbers import NOTHING, plain

SYMBOLS = {"€": "EUR", "$": "USD", "£": "GBP"}
TIMES = {"k": 1_000, "m": 1_000_000, "mln": 1_000_000, "mln.": 1_000_000}
EMPTY = ("", "-", NOTHING)
MOST = Decimal(10) ** 13
SPACES = re.compile(r"[\s\u00a0\u202f']+")


class NotANumber(Refused):
    """What was typed cannot be a goal of this KPI."""


def value_of(text: str, kpi: Kpi, currency: str) -> Decimal | None:
    """The goal typed, in the KPI's unit (12,5% is 0.125); None when the cell is empty.

    Takes the reader's separators, thousands with points, spaces or not, "€", "%", "250k" and "1,2 mln". Raises
    NotANumber with the remedy.
    """
    text = text.strip()
    bare = SPACES.sub("", text).lower()
    if bare in EMPTY:
        return None
    bare = _without_currency(bare, kpi, currency, text)
    is_percent = bare.endswith("%")
    if is_percent and kpi.unit != "ratio":
        raise NotANumber(_("'%(text)s' is a percentage, and this KPI is no share; give a number."), text=text)
    number = _number(bare.rstrip("%"), text)
    if kpi.unit == "ratio":
        return _share(number, text, is_percent=is_percent)
    if kpi.unit == "count" and number % 1:
        raise NotANumber(_("'%(text)s' is not a whole number, and this KPI counts; leave out the decimals."), text=text)
    if kpi.unit == "money" and number != round(number, 2):
        raise NotANumber(_("'%(text)s' has parts of a cent; give at most two decimals."), text=text)
    return number.normalize()  # 1,2 mln is 1200000, not 1200000.0


def written_in(value: Decimal | None, kpi: Kpi) -> str:
    """A goal as it stands in a cell: with the reader's separators, without symbol, all its decimals.

    >>> written_in(Decimal("1234.5"), sales_value)  # in Dutch
    '1.234,50'
    """
    if value is None:
        return ""
    if kpi.unit == "ratio":
        return f"{plain(value * 100, _decimals(value * 100))}%"
    decimals = _decimals(value)
    return plain(value, 2 if kpi.unit == "money" and decimals else decimals)


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _without_currency(bare: str, kpi: Kpi, currency: str, text: str) -> str:
    for sign, code in SYMBOLS.items():
        for mark in (sign, code.lower()):
            if mark not in bare:
                continue
            if kpi.unit != "money":
                raise NotANumber(_("'%(text)s' is an amount, and this KPI is not; give a number."), text=text)
            if code != currency:
                raise NotANumber(
                    _("'%(text)s' is not in %(currency)s; give the amount in that currency."),
                    text=text, currency=currency,
                )  # fmt: skip
            bare = bare.replace(mark, "")
    return bare


def _number(bare: str, text: str) -> Decimal:
    times = next((mark for mark in sorted(TIMES, key=len, reverse=True) if bare.endswith(mark)), "")
    digits = _plain_digits(bare.removesuffix(times).removesuffix(",-").removesuffix(".-"))
    if digits is None:
        example = "1.234,50" if _comma_is_decimal() else "1,234.50"
        raise NotANumber(_("'%(text)s' is not a number; write it like %(example)s."), text=text, example=example)
    number = Decimal(digits) * TIMES.get(times, 1)
    if number < 0:
        raise NotANumber(_("A goal is zero or more; '%(text)s' is less."), text=text)
    if number >= MOST:
        raise NotANumber(_("'%(text)s' is too large to be a goal; check the number of digits."), text=text)
    return number


def _plain_digits(bare: str) -> str | None:
    """The number with a point before its decimals and no other separators; None when it is no number."""
    decimal, thousands = (",", ".") if _comma_is_decimal() else (".", ",")
    if re.fullmatch(rf"[-−]?\d{{1,3}}({re.escape(thousands)}\d{{3}})+({re.escape(decimal)}\d+)?", bare, re.ASCII):
        bare = bare.replace(thousands, "")
    elif re.fullmatch(rf"\d{{1,3}}({re.escape(decimal)}\d{{3}})+{re.escape(thousands)}\d+", bare, re.ASCII):
        return bare.replace(decimal, "").replace(thousands, ".")  # both separators, those of the other language
    elif re.fullmatch(rf"\d+{re.escape(thousands)}\d{{1,2}}", bare, re.ASCII):
        bare = bare.replace(thousands, decimal)  # 1234.5 in a Dutch cell is no thousand
    found = bare.replace(decimal, ".").replace("−", "-")
    return found if re.fullmatch(r"-?\d+(\.\d+)?", found, re.ASCII) else None


def _comma_is_decimal() -> bool:
    return (get_language() or "").startswith("nl")


def _share(number: Decimal, text: str, *, is_percent: bool) -> Decimal:
    if not is_percent and 0 < number < 1:
        raise NotANumber(
            _("'%(text)s' is less than one percent; write %(percent)s%%, or %(text)s%% when you do mean that little."),
            percent=plain(number * 100, _decimals(number * 100)), text=text,
        )  # fmt: skip
    return (number / 100).normalize()
