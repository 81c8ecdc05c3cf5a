"""What an import looks up while it derives: stages with their kind, exchange rates, fields of other records."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_noop as _

from stuurhut.connect.fields import BY_NAME
from stuurhut.connect.problems import Bad
from stuurhut.crm.models import ExchangeRate, Stage
from stuurhut.kpi.words.money import Amount


@dataclass(frozen=True)
class StageEntry:
    id: int
    process: int
    order: int
    kind: str


class Stages:
    """The stages of all processes. `add` tells of one that was made just now."""

    def __init__(self) -> None:
        self.by_id: dict[int, StageEntry] = {}
        for row in Stage.objects.filter(deleted_at=None).values_list("id", "process_id", "order", "kind"):
            self.add(StageEntry(*row))

    def add(self, stage: StageEntry) -> None:
        self.by_id[stage.id] = stage

    def of(self, process: int) -> list[StageEntry]:
        return sorted((s for s in self.by_id.values() if s.process == process), key=lambda s: (s.order, s.id))

    def first_open(self, process: int) -> int | None:
        return next((stage.id for stage in self.of(process) if stage.kind == "open"), None)

    def closing(self, process: int, outcome: str) -> int | None:
        return next((stage.id for stage in self.of(process) if stage.kind == outcome), None)


class Rates:
    """What a currency was worth in the base currency on a day."""

    def __init__(self) -> None:
        self.base = settings.CURRENCY
        self.known: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
        for currency, day, rate in ExchangeRate.objects.order_by("day").values_list("currency", "day", "rate"):
            self.known[currency].append((day, Decimal(rate)))

    def minor(self, value: Decimal | None, currency: str) -> int | None:
        """The amount in minor units of its own currency."""
        return None if value is None else Amount(value, currency or self.base).minor

    def base_minor(self, value: Decimal | None, currency: str, day: date) -> int | Bad | None:
        """The amount in minor units of the base currency, or a `Bad` when no rate is known on that day."""
        if value is None:
            return None
        if currency in ("", self.base):
            return Amount(value, self.base).minor
        rates = self.known.get(currency, [])
        at = bisect_right(rates, (day, Decimal("Infinity")))
        if not at:
            values = {"currency": currency, "day": day, "base": self.base}
            remedy = _("add the rate of %(currency)s in %(base)s under settings, or import it first as exchange_rate")
            return Bad(_("no exchange rate of %(currency)s is known on %(day)s"), remedy, values)
        return Amount(value, currency).converted(rates[at - 1][1], self.base).minor


class Looked:
    """Fields of records that rows refer to, such as the list price of a product."""

    def __init__(self) -> None:
        self.memory: dict[tuple[str, str], dict[int, Any]] = defaultdict(dict)

    def values(self, fact: str, name: str, ids: Iterable[int]) -> dict[int, Any]:
        known = BY_NAME[fact].fields[name]
        memory = self.memory[fact, name]
        missing = [number for number in set(ids) if number not in memory]
        for start in range(0, len(missing), 900):
            rows = BY_NAME[fact].model._default_manager.filter(id__in=missing[start : start + 900])
            for number, value in rows.values_list("id", known.attname):
                memory[number] = (
                    Amount.of_minor(value, settings.CURRENCY).value
                    if known.kind == "money" and value is not None
                    else value
                )
        return memory

    def learn(self, fact: str, number: int, values: dict[str, Any]) -> None:
        """A record that a dry run would have made."""
        for name, value in values.items():
            self.memory[fact, name][number] = value
