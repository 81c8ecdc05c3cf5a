"""The form to log what was done or to plan what will be, and to change it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from stuurhut.crm import actions
from stuurhut.crm.fields import AccountField, moment_input
from stuurhut.crm.models import Activity
from stuurhut.crm.record_form import RecordForm, owner_field
from stuurhut.crm.status import verbose_name_of

YES_NO_UNKNOWN = [("", _("unknown")), ("True", _("yes")), ("False", _("no"))]


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
