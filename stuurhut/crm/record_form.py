"""What the forms of all records share: who fills it in, whose the record becomes, what may be left under "more"."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _

from stuurhut.crm.choices import people_seen_by
from stuurhut.crm.fields import AccountField
from stuurhut.people.models import Person, User


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
