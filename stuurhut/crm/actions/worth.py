"""What an amount is worth in the base currency, at the rate of a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from stuurhut.crm.models import ExchangeRate, Product
from stuurhut.kpi.words.money import Amount, CurrencyMismatch
from stuurhut.people.refusal import Refused
from stuurhut.people.teams import counting


class RateMissing(Refused):
    """A currency that was worth nothing known on that day."""


class MixedCurrencies(Refused):
    """Lines of one deal in two currencies."""


@dataclass(frozen=True)
class LineOf:
    """A product that is sold: how many, for how much in all, and what is left of it (in the base currency)."""

    product: Product | None
    amount: Amount | None
    quantity: float = 1
    margin: Amount | None = None


def in_base(amount: Amount, on: date) -> int:
    """The amount in minor units of the base currency, at the last rate up to the day. Raises RateMissing."""
    base: str = settings.CURRENCY
    if amount.currency == base:
        return amount.minor
    rates = ExchangeRate.objects.filter(counting(), currency=amount.currency, day__lte=on).order_by("-day")
    rate = rates.values_list("rate", flat=True).first()
    if rate is None:
        raise RateMissing(
            _("There is no rate of %(currency)s on %(day)s: add one in the settings, or give the amount in %(base)s."),
            currency=amount.currency, day=on, base=base,
        )  # fmt: skip
    return amount.converted(Decimal(rate), base).minor


def worth(amount: Amount | None, on: date) -> dict[str, Any]:
    """The three columns in which an amount is kept: its own minor units and currency, and the base minor units."""
    if amount is None:
        return {"amount_minor": None, "currency": "", "base_minor": None}
    return {"amount_minor": amount.minor, "currency": amount.currency, "base_minor": in_base(amount, on)}


def sum_of(lines: Iterable[LineOf]) -> Amount | None:
    """What the lines add up to; None when none has an amount. Raises MixedCurrencies."""
    amounts = [line.amount for line in lines if line.amount is not None]
    if not amounts:
        return None
    try:
        total = amounts[0]
        for amount in amounts[1:]:
            total += amount
    except CurrencyMismatch as error:
        raise MixedCurrencies(_("All lines of one deal are in one currency; convert the others first.")) from error
    return total


def add_lines(model: type[Model], lines: Iterable[LineOf], on: date, **deal: Model) -> None:
    """Writes the lines of a deal; `deal` names the column and the deal."""
    model._default_manager.bulk_create(
        model(
            product=line.product,
            quantity=line.quantity,
            margin_minor=None if line.margin is None else in_base(line.margin, on),
            **worth(line.amount, on),
            **deal,
        )
        for line in lines
    )
