"""Money: exact, with its currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

EXPONENTS = {"JPY": 0, "KRW": 0, "ISK": 0, "CLP": 0, "VND": 0, "BHD": 3, "KWD": 3, "OMR": 3, "TND": 3, "JOD": 3}


class CurrencyMismatch(ValueError):
    """Two currencies that cannot be added."""


def exponent(currency: str) -> int:
    """Digits behind the decimal sign in which the currency counts (ISO 4217)."""
    return EXPONENTS.get(currency, 2)


@dataclass(frozen=True, order=False)
class Amount:
    """A value in a currency.

    >>> Amount(Decimal("1.10"), "EUR") + Amount(Decimal("2.20"), "EUR")
    Amount(value=Decimal('3.30'), currency='EUR')
    """

    value: Decimal
    currency: str

    @classmethod
    def of_minor(cls, minor: int, currency: str) -> Amount:
        return cls(Decimal(minor).scaleb(-exponent(currency)), currency)

    @property
    def minor(self) -> int:
        """Whole minor units, halves to the even neighbour."""
        return int(self.value.scaleb(exponent(self.currency)).to_integral_value(ROUND_HALF_EVEN))

    def __add__(self, other: Amount) -> Amount:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be added; convert one first.")
        return Amount(self.value + other.value, self.currency)

    def converted(self, rate: Decimal, currency: str) -> Amount:
        """The same worth in another currency, rounded to its minor unit; `rate` is units of it for one of ours."""
        return Amount.of_minor(Amount(self.value * rate, currency).minor, currency)
