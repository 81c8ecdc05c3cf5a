"""Forms to record and to change a lead, an account, an opportunity or an activity."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from stuurhut.crm import actions
from stuurhut.crm.choices import people_seen_by
from stuurhut.crm.fields import AccountField, AmountField, day_input, moment_input
from stuurhut.crm.models import (
    Account,
    Activity,
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
from stuurhut.crm.status import verbose_name_of
from stuurhut.crm.visible import visible_to
from stuurhut.kpi.words.money import Amount
from stuurhut.people.models import Person, User

YES_NO_UNKNOWN = [("", _("unknown")), ("True", _("yes")), ("False", _("no"))]


def sorted_by(model: type[Model], label: Any) -> forms.ModelChoiceField[Any]:
    """A choice from the settings; left out of the form where there is nothing to choose."""
    names = model._default_manager.filter(deleted_at__isnull=True)
    return forms.ModelChoiceField(names, required=False, label=label, empty_label=_("unknown"))


def nothing_to_choose(field: forms.Field) -> bool:
    """Whether a field that may stay empty can only stay empty."""
    found = field.queryset if isinstance(field, forms.ModelChoiceField) else None
    return found is not None and not field.required and not found.exists()


class RecordForm(forms.Form):
    """What all of them share: who fills it in, whose the record becomes, and how it is kept by an action."""

    folded: ClassVar[tuple[str, ...]] = ()  # fields under "more"

    def __init__(
        self, *args: Any, user: User, record: Any = None, about: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        self.user, self.record, self.about = user, record, about or {}
        kwargs["initial"] = {**self.first_values(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        for name, field in list(self.fields.items()):
            if isinstance(field, AccountField):
                field.user = user
            if name != "owner" and nothing_to_choose(field):
                del self.fields[name]
        if "owner" in self.fields:
            owner = self.fields["owner"]
            assert isinstance(owner, forms.ModelChoiceField)
            owner.queryset = people_seen_by(user).filter(Q(active=True) | Q(pk=getattr(record, "owner_id", None)))

    def first_values(self) -> dict[str, Any]:
        """What stands in the form at first: the record's values, or one's own person as owner."""
        if self.record is None:
            return {"owner": Person.objects.filter(user=self.user, active=True).first()}
        return {name: getattr(self.record, name) for name in self.base_fields if hasattr(self.record, name)}

    @property
    def first_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in self.folded]

    @property
    def folded_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name in self.folded]

    @property
    def folded_open(self) -> bool:
        return any(self[name].errors for name in self.fields if name in self.folded)

    def changed(self) -> dict[str, Any]:
        """The fields whose values differ from the record's."""
        return {n: v for n, v in self.cleaned_data.items() if n in self.changed_data and hasattr(self.record, n)}


def owner_field() -> forms.ModelChoiceField[Person]:
    """Whose the record is."""
    return forms.ModelChoiceField(Person.objects.none(), required=False, label=_("Owner"), empty_label=_("nobody yet"))


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


def mark_field(name: str) -> forms.TypedChoiceField:
    """One of the four content marks of an appointment."""
    return forms.TypedChoiceField(
        label=capfirst(verbose_name_of(Activity, name)), choices=YES_NO_UNKNOWN, required=False,
        empty_value=None, coerce=lambda text: text == "True", widget=forms.RadioSelect(attrs={"class": "choices"}),
    )  # fmt: skip


class ActivityForm(RecordForm):
    folded = ("owner", "direction", "minutes", "subject", "note")
    kind = forms.ChoiceField(
        label=_("What did you do"), choices=[(k, Activity.Kind(k).label) for k in Activity.Kind.values],
        widget=forms.RadioSelect(attrs={"class": "choices"}), initial=Activity.Kind.CALL,
    )  # fmt: skip
    account = AccountField(label=_("Account"), required=False)
    occurred_at = forms.DateTimeField(
        label=_("When"), widget=moment_input(), required=False, help_text=_("A moment to come plans it.")
    )
    outcome = forms.ChoiceField(
        label=_("Outcome of the call"), choices=[("", _("unknown")), *Activity.Outcome.choices], required=False,
        widget=forms.RadioSelect(attrs={"class": "choices"}),
    )  # fmt: skip
    benefit_named = mark_field("benefit_named")
    customer_prepared = mark_field("customer_prepared")
    advice_given = mark_field("advice_given")
    proposal_asked = mark_field("proposal_asked")
    owner = owner_field()
    direction = forms.ChoiceField(
        label=_("Direction"), choices=Activity.Direction.choices, initial=Activity.Direction.OUT
    )
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=0, max_value=1440)
    subject = forms.CharField(label=_("Subject"), required=False, max_length=300)
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound and self.record is None:
            self.initial.setdefault("occurred_at", timezone.localtime().replace(second=0, microsecond=0))

    @property
    def marks(self) -> list[forms.BoundField]:
        return [self[name] for name in ("benefit_named", "customer_prepared", "advice_given", "proposal_asked")]

    def clean(self) -> dict[str, Any]:
        filled = super().clean() or {}
        if not filled.get("account") and not self.about and self.record is None and "account" not in self.errors:
            raise forms.ValidationError(_("Say with whom it was: choose an account."))
        if filled.get("kind") != Activity.Kind.CALL:
            filled["outcome"] = ""
        if filled.get("kind") not in ("visit", "meeting", "video", "demo"):
            filled.update(dict.fromkeys(("benefit_named", "customer_prepared", "advice_given", "proposal_asked")))
        return filled

    def keep(self) -> Activity:
        """Logs what was done, or plans what will be."""
        if self.record is not None:
            changed: Activity = actions.bulk_change(records=[self.record], by=self.user, **self._differing())[0]
            return changed
        values = {**self.about, **self.cleaned_data}
        values["account"] = values["account"] or self.about.get("account")
        moment: datetime | None = values.pop("occurred_at")
        if moment and moment > timezone.now():
            return actions.plan_activity(by=self.user, planned_for=moment, **values)
        return actions.log_activity(by=self.user, occurred_at=moment, **values)

    def _differing(self) -> dict[str, Any]:
        """Also what `clean` emptied, such as marks of what turned out to be a call."""
        kept = {n: v for n, v in self.cleaned_data.items() if getattr(self.record, n) != v}
        if kept.get("occurred_at", 0) is None or self.record.state == Activity.State.PLANNED:
            kept.pop("occurred_at", None)
        return kept


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
