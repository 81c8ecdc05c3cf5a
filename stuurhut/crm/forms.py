"""Forms to record and to change a lead, an account or an opportunity, and what belongs to an account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from stuurhut.crm import actions
from stuurhut.crm.fields import AccountField, AmountField, day_input
from stuurhut.crm.models import (
    Account,
    Contact,
    Industry,
    Lead,
    LossReason,
    Opportunity,
    Product,
    Region,
    Segment,
    Source,
    Stage,
    Strategy,
)
from stuurhut.crm.record_form import RecordForm, owner_field, sorted_by
from stuurhut.crm.visible import visible_to
from stuurhut.kpi.words.money import Amount
from stuurhut.people.models import User


class LeadForm(RecordForm):
    folded = ("strategy", "industry", "product", "account", "rating")
    company = forms.CharField(label=_("Company"), required=False, max_length=300)
    name = forms.CharField(label=_("Name of the contact"), required=False, max_length=300)
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=200)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=60)
    source = sorted_by(Source, _("Source"))
    owner = owner_field()
    strategy = sorted_by(Strategy, _("Strategy"))
    industry = sorted_by(Industry, _("Industry"))
    product = sorted_by(Product, _("Product"))
    account = AccountField(label=_("Account"), required=False)
    rating = forms.TypedChoiceField(
        label=_("Rating by the seller"), required=False, coerce=int, empty_value=None,
        choices=[("", _("unknown")), *((n, str(n)) for n in range(1, 6))],
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        filled = super().clean() or {}
        if not filled.get("company") and not filled.get("name"):
            raise forms.ValidationError(_("Fill in a company or the name of a contact; one of the two is enough."))
        return filled

    def keep(self) -> Lead:
        """Records the lead, or changes it."""
        if self.record is None:
            return actions.create_lead(by=self.user, **self.cleaned_data)
        changed: Lead = actions.bulk_change(records=[self.record], by=self.user, **self.changed())[0]
        return changed


class AccountForm(RecordForm):
    folded = ("industry", "region", "country", "website", "potential")
    name = forms.CharField(label=_("Name"), max_length=300)
    kind = forms.ChoiceField(label=_("Kind"), choices=Account.Kind.choices, initial=Account.Kind.PROSPECT)
    segment = sorted_by(Segment, _("Segment"))
    city = forms.CharField(label=_("City"), required=False, max_length=200)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=60)
    owner = owner_field()
    industry = sorted_by(Industry, _("Industry"))
    region = sorted_by(Region, _("Region"))
    country = forms.CharField(label=_("Country"), required=False, max_length=100)
    website = forms.CharField(label=_("Website"), required=False, max_length=300)
    potential = AmountField(
        label=_("Potential a year"), required=False, help_text=_("What they could buy from you in a year.")
    )

    def first_values(self) -> dict[str, Any]:
        minor = getattr(self.record, "potential_minor", None)
        amount = None if minor is None else Amount.of_minor(minor, settings.CURRENCY).value
        return {**super().first_values(), "potential": amount}

    def keep(self) -> Account:
        """Records the account, or changes it."""
        if self.record is None:
            return actions.create_account(by=self.user, **self.cleaned_data)
        changed = self.changed()
        if "potential" in self.changed_data:
            potential: Amount | None = self.cleaned_data["potential"]
            changed["potential_minor"] = potential.minor if potential else None
        account: Account = actions.bulk_change(records=[self.record], by=self.user, **changed)[0]
        return account


class OpportunityForm(RecordForm):
    folded = ("source", "strategy")
    name = forms.CharField(label=_("What is it about"), max_length=300)
    account = AccountField(label=_("Account"), required=False)
    stage = forms.ModelChoiceField(Stage.objects.none(), label=_("Stage"), empty_label=None)
    amount = AmountField(label=_("Amount"), required=False, help_text=_("Excluding VAT."))
    expected_close_on = forms.DateField(label=_("Expected close"), required=False, widget=day_input())
    owner = owner_field()
    source = sorted_by(Source, _("Source"))
    strategy = sorted_by(Strategy, _("Strategy"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:  # a stage is moved on the card, where the moment and the reason are asked
            del self.fields["stage"]
            return
        stage = self.fields["stage"]
        assert isinstance(stage, forms.ModelChoiceField)
        stage.queryset = Stage.objects.filter(deleted_at__isnull=True, kind=Stage.Kind.OPEN)
        stage.error_messages["required"] = _(
            "There are no stages yet; ask an administrator to add them in the settings."
        )

    def first_values(self) -> dict[str, Any]:
        minor = getattr(self.record, "amount_minor", None)
        amount = None if minor is None else Amount.of_minor(minor, self.record.currency or settings.CURRENCY).value
        return {**super().first_values(), "amount": amount}

    def keep(self) -> Opportunity:
        """Records the opportunity, or changes it."""
        if self.record is None:
            return actions.create_opportunity(by=self.user, lead=self.about.get("lead"), **self.cleaned_data)
        changed: Opportunity = actions.bulk_change(records=[self.record], by=self.user, **self.changed())[0]
        if "amount" in self.changed_data:
            amount: Amount | None = self.cleaned_data["amount"]
            own = Amount(amount.value, self.record.currency or settings.CURRENCY) if amount else None
            actions.set_amount(opportunity=changed, amount=own, by=self.user)
        return changed


class StageForm(forms.Form):
    """Moves an opportunity to another stage."""

    stage = forms.ModelChoiceField(Stage.objects.none(), label=_("Stage"))
    loss_reason = sorted_by(LossReason, _("Reason of the loss"))

    def __init__(self, *args: Any, opportunity: Opportunity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stage = self.fields["stage"]
        assert isinstance(stage, forms.ModelChoiceField)
        stage.queryset = Stage.objects.filter(process=opportunity.stage.process_id, deleted_at__isnull=True)


class ContactForm(forms.Form):
    """A person at an account."""

    name = forms.CharField(label=_("Name"), max_length=200)
    role = forms.ChoiceField(
        label=_("Role in the decision"), choices=[("", _("unknown")), *Contact.Role.choices], required=False
    )
    is_right_contact = forms.BooleanField(label=_("The right contact for what we sell"), required=False)
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=200)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=60)


class StatementForm(forms.Form):
    """A pain or a gain, as the customer says it."""

    kind = forms.ChoiceField(choices=[("pain", _("pain")), ("gain", _("gain"))])
    statement = forms.CharField(label=_("In the customer's words"), max_length=1000)


def about_of(user: User, asked: dict[str, str]) -> dict[str, Any]:
    """The lead, opportunity or account that an address names (?lead=, ?opportunity=, ?account=), if one may see it."""
    found: dict[str, Any] = {}
    for name, model in (("lead", Lead), ("opportunity", Opportunity), ("account", Account)):
        key = asked.get(name, "")
        record = visible_to(user, model).filter(pk=int(key)).first() if key.isdecimal() and len(key) < 18 else None
        if record is not None:
            found[name] = record
    if "account" not in found:
        linked = next((r.account for r in found.values() if r.account_id), None)
        found |= {"account": linked} if linked else {}
    return found
