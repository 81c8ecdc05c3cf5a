"""Which facts a file can feed, in the order in which they need each other, with the fields of their models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from stuurhut.people.fields import MinorUnitsField

LINE = ".line"
NOT_FROM_FILES = {
    "id", "system", "system_key", "intake", "deleted_at", "merged_into", "user", "by", "set_by", "filter", "version",
    "base_minor", "confirmed_by",
}  # fmt: skip
DECIMAL_TEXTS = {("target", "value"), ("exchange_rate", "rate")}
ALWAYS_DERIVED = {("opportunity", "outcome")}


@dataclass(frozen=True)
class Field:
    """A field that a column can feed.

    kind: text, choice, moment, day, number, whole, decimal, money (base currency), amount (the record's own currency),
    flag, reference. `attname` is the attribute of the model, empty for a field from which others are derived.
    """

    name: str
    attname: str
    kind: str
    label: Any = ""
    to: str = ""
    choices: tuple[tuple[Any, Any], ...] = ()
    required: bool = False
    longest: int = 0
    default: Any = None


@dataclass(frozen=True)
class FactKind:
    """A kind of record: its model, its fields, and the field that says when it happened."""

    name: str
    label: str
    moment: str = ""
    extra: tuple[Field, ...] = ()
    lines: str = ""
    creatable: bool = False

    @property
    def model(self) -> type[models.Model]:
        # By name, since a room may not import its sibling `targets`.
        return apps.get_model(self.label)

    @property
    def kind(self) -> str:
        """The word under which History and SourceAlias know these records."""
        return str(self.model._meta.model_name)

    @property
    def word(self) -> str:
        """What people call it: a translatable word."""
        return self.name.replace("_", " ")

    @property
    def fields(self) -> dict[str, Field]:
        return _fields(self.name)

    @property
    def required(self) -> list[str]:
        return [field.name for field in self.fields.values() if field.required]

    @property
    def line_fields(self) -> dict[str, Field]:
        return _fields(self.name + LINE)

    @property
    def line_model(self) -> type[models.Model]:
        return apps.get_model(self.lines)


def _extra(name: str, kind: str, label: Any, to: str = "", choices: tuple[tuple[Any, Any], ...] = ()) -> Field:
    return Field(name, "", kind, label, to, choices)


_OUTCOMES = (("open", _("open")), ("won", _("won")), ("lost", _("lost")))

FACTS: tuple[FactKind, ...] = (
    FactKind("source", "crm.Source", creatable=True),
    FactKind("strategy", "crm.Strategy", creatable=True),
    FactKind("industry", "crm.Industry", creatable=True),
    FactKind("segment", "crm.Segment", creatable=True),
    FactKind("region", "crm.Region", creatable=True),
    FactKind("loss_reason", "crm.LossReason", creatable=True),
    FactKind("product_group", "crm.ProductGroup", creatable=True),
    FactKind("product", "crm.Product", creatable=True),
    FactKind("process", "crm.Process", creatable=True),
    FactKind("stage", "crm.Stage", extra=(_extra("probability", "number", _("probability")),), creatable=True),
    FactKind("exchange_rate", "crm.ExchangeRate", moment="day"),
    FactKind("team", "people.Team", creatable=True),
    FactKind("person", "people.Person", creatable=True),
    FactKind("membership", "people.Membership", moment="starts_on"),
    FactKind("seat", "people.Seat", moment="starts_on"),
    FactKind("absence", "people.Absence", moment="starts_on"),
    FactKind("account", "crm.Account", moment="created_at", creatable=True),
    FactKind("top_relation", "crm.TopRelation", moment="since"),
    FactKind("supplier_share", "crm.SupplierShare"),
    FactKind("spend", "crm.Spend"),
    FactKind("contact", "crm.Contact", moment="created_at", creatable=True),
    FactKind("buying_phase", "crm.BuyingPhase", moment="since"),
    FactKind("pain_gain", "crm.PainGain", moment="found_at"),
    FactKind("lead", "crm.Lead", moment="created_at", extra=(_extra("assigned_at", "moment", _("assigned")),)),
    FactKind(
        "opportunity",
        "crm.Opportunity",
        moment="created_at",
        extra=(
            _extra("outcome", "choice", _("outcome"), choices=_OUTCOMES),
            _extra("amount_before_closing", "amount", _("amount before closing")),
            _extra("stage_entered_at", "moment", _("entered the stage")),
        ),
        lines="crm.OpportunityLine",
    ),
    FactKind("quote", "crm.Quote", moment="sent_at", lines="crm.QuoteLine"),
    FactKind("order", "crm.Order", moment="ordered_at", lines="crm.OrderLine"),
    FactKind("credit", "crm.Credit"),
    FactKind("activity", "crm.Activity", moment="occurred_at"),
    FactKind("target", "targets.Target", extra=(_extra("period", "text", _("period")),)),
)
BY_NAME = {fact.name: fact for fact in FACTS}
ORDER = {fact.name: position for position, fact in enumerate(FACTS)}
BY_LABEL = {fact.label.lower(): fact for fact in FACTS}


@cache
def _fields(name: str) -> dict[str, Field]:
    fact = BY_NAME[name.removesuffix(LINE)]
    model = fact.line_model if name.endswith(LINE) else fact.model
    parent = fact.kind if name.endswith(LINE) else ""
    found = {field.name: field for field in _of_model(model, name, parent)}
    if not name.endswith(LINE):
        found.update({field.name: field for field in fact.extra})
    return found


def _of_model(model: type[models.Model], fact: str, parent: str) -> Iterator[Field]:
    for column in model._meta.concrete_fields:
        if column.name in NOT_FROM_FILES or column.name == parent or (fact, column.name) in ALWAYS_DERIVED:
            continue
        label = column.verbose_name
        empty = column.null or column.blank or column.has_default()
        default = column.get_default() if column.has_default() and not callable(column.default) else None
        if isinstance(column, models.ForeignKey):
            to = BY_LABEL.get(column.related_model._meta.label_lower)
            if to is not None:
                yield Field(column.name, column.attname, "reference", label, to.name, required=not empty)
            continue
        kind, name = _kind(column, fact)
        choices = tuple(column.flatchoices)
        longest = column.max_length or 0
        yield Field(name, column.attname, kind, label, "", choices, not empty, longest, default)


def _kind(column: models.Field[Any, Any], fact: str) -> tuple[str, str]:
    name = column.name
    if isinstance(column, MinorUnitsField):
        return (
            ("amount", "amount")
            if name == "amount_minor" and fact != "spend"
            else ("money", name.removesuffix("_minor"))
        )
    if (fact, name) in DECIMAL_TEXTS:
        return "decimal", name
    if column.choices:
        return "choice", name
    kinds: list[tuple[type[models.Field[Any, Any]], str]] = [
        (models.DateTimeField, "moment"),
        (models.DateField, "day"),
        (models.BooleanField, "flag"),
        (models.FloatField, "number"),
        (models.IntegerField, "whole"),
    ]
    return next((kind for type_, kind in kinds if isinstance(column, type_)), "text"), name


@cache
def words_of_choice(fact: str, name: str) -> dict[str, Any]:
    """What a file may write for a choice: the value itself, or its label in any of our languages."""
    words: dict[str, Any] = {}
    for language in ("en", "nl"):
        with translation.override(language):
            for value, label in _fields(fact)[name].choices:
                words[str(label).casefold()] = value
                words[str(value).casefold()] = value
    return words
