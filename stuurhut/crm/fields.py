"""Form fields in which a person types: an account by name, an amount the Dutch or the English way, a local moment."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from stuurhut.crm.models import Account
from stuurhut.crm.visible import visible_to
from stuurhut.kpi.words.money import EXPONENTS, Amount
from stuurhut.people.models import User

NUMBERED = re.compile(r"^(?P<name>.*?)\s*#(?P<number>\d{1,18})$")
LARGEST = Decimal(10) ** 13


def written_choice(account: Account, doubles: bool) -> str:
    """How an account is written in the field: its name, with its number where the name is not enough."""
    return f"{account.name} #{account.pk}" if doubles else account.name


class AccountField(forms.CharField):
    """An account found while typing, out of those the user may see. `user` is set by the form."""

    def __init__(self, **options: Any) -> None:
        attrs = {
            "list": "accounts-found", "autocomplete": "off", "hx-get": reverse_lazy("find_account"),
            "hx-trigger": "input changed delay:150ms", "hx-target": "#accounts-found", "hx-swap": "innerHTML",
        }  # fmt: skip
        super().__init__(max_length=330, widget=forms.TextInput(attrs=attrs), **options)
        self.user: User | None = None

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Account):
            return value
        same = (
            visible_to(self.user, Account).filter(name__iexact=value.name).exclude(pk=value.pk) if self.user else None
        )
        return written_choice(value, doubles=same is None or same.exists())

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return self._found(text) if text else None

    def _found(self, text: str) -> Account:
        accounts: QuerySet[Account] = visible_to(self.user, Account) if self.user else Account.objects.none()
        if numbered := NUMBERED.match(text):
            account = accounts.filter(pk=int(numbered["number"])).first()
            if account:
                return account
        same = list(accounts.filter(name__iexact=text)[:2])
        if len(same) == 1:
            return same[0]
        if same:
            raise forms.ValidationError(
                _("More than one account is called %(name)s; choose one from the list.") % {"name": text}
            )
        raise forms.ValidationError(
            _("There is no account called %(name)s; choose one from the list or add it first.") % {"name": text}
        )


class AmountField(forms.CharField):
    """An amount in the base currency as people write it: 1.234,50 or 1,234.50 or 1234."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=30, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return amount_in(text) if text else None


def amount_in(text: str) -> Amount:
    """An amount from what was typed. Raises ValidationError.

    The last of dot and comma is the decimal sign, unless three digits follow it or it stands there more than once.
    """
    bare = re.sub(r"[\s€$£\u00a0]", "", text)
    last = max(bare.rfind("."), bare.rfind(","))
    is_decimal = last >= 0 and bare.count(bare[last]) == 1 and len(bare) - last - 1 != 3
    whole = re.sub(r"[.,]", "", bare[:last] if is_decimal else bare)
    try:
        value = Decimal(f"{whole}.{bare[last + 1 :]}" if is_decimal else whole)
    except InvalidOperation as error:
        raise forms.ValidationError(
            _("'%(text)s' is not an amount; write it like 1234.50.") % {"text": text}
        ) from error
    if not value.is_finite() or abs(value) > LARGEST:
        raise forms.ValidationError(_("'%(text)s' is too large an amount; check the number.") % {"text": text})
    exponent = EXPONENTS.get(settings.CURRENCY, 2)
    return Amount(value.quantize(Decimal(1).scaleb(-exponent)), settings.CURRENCY)


def day_input() -> forms.DateInput:
    """The browser's own calendar."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def moment_input() -> forms.DateTimeInput:
    """The browser's own calendar and clock, in local time."""
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
