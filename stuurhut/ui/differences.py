"""How a number differs from another: with one sign, its unit, and whether that is good."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext as _

from stuurhut.kpi.words.answer import Number
from stuurhut.ui.numbers import MINUS, MINUTES, in_steps, plain, written

Verdict = Literal["good", "bad", "same", "none"]


@dataclass(frozen=True)
class Difference:
    """A difference in words ("+ € 811 (6 %)"), its direction and what to think of it.

    `amount` is value less base; `percent` is amount over base, None where that says nothing.
    """

    text: str
    direction: Literal["up", "down", "level"]
    verdict: Verdict
    amount: Decimal
    percent: Decimal | None

    @property
    def mark(self) -> str:
        return {"up": "arrow-up", "down": "arrow-down", "level": "minus"}[self.direction]


def difference(value: Number, base: Number, unit: str, better: str, currency: str = "EUR") -> Difference | None:
    """`value` against `base`; None when one of them is nothing.

    Durations differ in words (faster, slower), shares in percentage points, the rest in their unit with the
    percentage of the base. `better` is higher, lower or neither.
    """
    if value is None or base is None:
        return None
    value, base = _as_shown(value, unit), _as_shown(base, unit)
    amount = value - base
    direction: Literal["up", "down", "level"] = "up" if amount > 0 else "down" if amount < 0 else "level"
    percent = None if unit == "ratio" or not base else amount / abs(base) * 100
    text = _text(amount, percent, unit, better, currency)
    return Difference(text, direction, _verdict(direction, better), amount, percent)


def _as_shown(value: int | float | Decimal, unit: str) -> Decimal:
    """Counts (per FTE they have a fraction) and shares as they are written, so that who subtracts comes to the same."""
    if unit == "count":
        return in_steps(value, Decimal(1))
    return in_steps(value, Decimal("0.001")) if unit == "ratio" else Decimal(str(value))


def _verdict(direction: str, better: str) -> Verdict:
    if better == "neither":
        return "none"
    if direction == "level":
        return "same"
    return "good" if (direction == "up") == (better == "higher") else "bad"


def _text(amount: Decimal, percent: Decimal | None, unit: str, better: str, currency: str) -> str:
    if not amount:
        return _("the same")
    size = abs(amount)
    if unit in (*MINUTES, "days") and better == "lower":
        words = {"size": written(size, unit)}
        return (_("%(size)s slower") if amount > 0 else _("%(size)s faster")) % words
    sign = "+" if amount > 0 else MINUS
    if unit == "ratio":
        return _("%(sign)s %(number)s pp") % {"sign": sign, "number": plain(size * 100, 1)}
    absolute = f"{sign}\u00a0{written(size, unit, currency, short=True)}"
    if percent is None:
        return absolute
    shown = abs(percent)
    return _("%(difference)s (%(percent)s%%)") % {
        "difference": absolute,
        "percent": plain(shown, 1 if shown < 10 else 0),
    }
