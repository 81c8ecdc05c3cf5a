"""What follows from what the file says: amounts in the base currency, stage history, closing, end of a target.

The decisions are written down for people in `docs/import-mapping.md`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_noop as _

from stuurhut.connect.books import Looked, Rates, Stages
from stuurhut.connect.drafts import Draft
from stuurhut.connect.fields import FactKind
from stuurhut.connect.mapped import RecordMap
from stuurhut.connect.problems import Bad
from stuurhut.kpi.words.errors import QuestionError
from stuurhut.kpi.words.period import add_months, parse

MONTHS = {"month": 1, "quarter": 3, "year": 12}


class Deriver:
    """Finishes the drafts of one fact: from field names to the attributes of the model, and what hangs from them."""

    def __init__(
        self, fact: FactKind, record: RecordMap, zone: ZoneInfo, first_day: date | None, fiscal_start: int
    ) -> None:
        self.fact, self.record, self.zone = fact, record, zone
        self.first = (
            None if first_day is None else datetime.combine(first_day, datetime.min.time(), zone).astimezone(UTC)
        )
        self.now = datetime.now(UTC)
        self.fiscal_start = fiscal_start
        self.stages, self.rates, self.looked = Stages(), Rates(), Looked()
        self.moved_back = 0
        columns = {name: known.attname for name, known in fact.fields.items() if known.kind != "amount"}
        self.attnames = {name: attname for name, attname in columns.items() if attname}
        self.money = {name for name, known in fact.fields.items() if known.kind == "money"}
        self.stage_ids: dict[str, int] = {}

    def finish(self, drafts: list[Draft]) -> None:
        """Fills `columns` and what hangs from a record; a draft that cannot be gets its `bad`."""
        self._look_up(drafts)
        for draft in drafts:
            if draft.bad is None:
                draft.bad = self._finished(draft)

    def _look_up(self, drafts: list[Draft]) -> None:
        """Fields that are taken from another record (`of`)."""
        for name, take in self.record.fields.items():
            if not take.of:
                continue
            reference, _dot, field = take.of.partition(".")
            ids = {number for draft in drafts for number, _quantity in _referred(draft, reference)}
            prices = self.looked.values(reference, field, ids)
            for draft in drafts:
                found = [(prices.get(number), quantity) for number, quantity in _referred(draft, reference)]
                given = [
                    value * quantity if isinstance(value, Decimal) else value
                    for value, quantity in found
                    if value is not None
                ]
                draft.values[name] = None if not given else sum(given[1:], given[0]) if len(given) > 1 else given[0]

    def _finished(self, draft: Draft) -> Bad | None:
        values = draft.values
        if self.fact.name == "opportunity" and (bad := self._opportunity(draft)) is not None:
            return bad
        if self.fact.lines and (bad := self._amounts(draft)) is not None:
            return bad
        if draft.closing:
            draft.before = self._before(draft)
        if self.fact.name == "target" and (bad := self._target(draft)) is not None:
            return bad
        columns = draft.columns
        attnames = self.attnames
        columns.update({attnames[n]: value for n, value in values.items() if value is not None and n in attnames})
        for name in self.money:
            if values.get(name) is not None:
                columns[attnames[name]] = self.rates.minor(values[name], "")
        if self.fact.name == "activity" and "state" not in self.record.fields:
            self._not_yet_held(draft)
        self._recorded(draft)
        return None

    def _not_yet_held(self, draft: Draft) -> None:
        """What a calendar has for the future is planned; once its day has passed, the next import makes it held."""
        at = draft.columns.get("occurred_at")
        if at is not None and at > self.now:
            draft.columns |= {"state": "planned", "planned_for": at, "occurred_at": None}
        elif at is not None:
            draft.columns["state"] = "held"

    def _recorded(self, draft: Draft) -> None:
        """When the source recorded it: its own timestamp, else when it happened, else when the first thing here did."""
        if "recorded_at" in draft.columns:
            return
        happened = (
            draft.columns.get(self.fact.moment) or draft.columns.get("closed_at") or draft.columns.get("planned_for")
        )
        if isinstance(happened, datetime):
            draft.columns["recorded_at"] = min(happened, self.now)
        elif isinstance(happened, date):
            draft.columns["recorded_at"] = min(self._start(happened), self.now)
        else:
            draft.columns["recorded_at"] = self.first or self.now
        if self.fact.name == "target":
            draft.columns.setdefault("set_at", draft.columns["recorded_at"])

    def _start(self, day: date) -> datetime:
        return datetime.combine(day, datetime.min.time(), self.zone).astimezone(UTC)

    def _day(self, moment: datetime | None) -> date:
        return (moment or self.now).astimezone(self.zone).date()

    def _amounts(self, draft: Draft) -> Bad | None:
        """Amounts of record and lines: the one without gets that of the other, in the base currency too."""
        values = draft.values
        currency = str(values.get("currency") or "").upper()
        day = self._day(values.get("closed_at") or values.get(self.fact.moment))
        amount, lines = values.get("amount"), draft.lines
        if amount is None and lines and any(line.get("amount") is not None for line in lines):
            amount = sum((line["amount"] for line in lines if line.get("amount") is not None), Decimal(0))
        if amount is None:
            amount = values.get("amount_before_closing")
        values["amount"] = amount
        base = self.rates.base_minor(amount, currency, day)
        if isinstance(base, Bad):
            return base
        if amount is not None:
            draft.columns |= {"amount_minor": self.rates.minor(amount, currency), "base_minor": base}
            draft.columns["currency"] = currency or self.rates.base
            values["currency"] = draft.columns["currency"]
        draft.line_columns = [self._line(line, amount if len(lines) == 1 else None, currency, day) for line in lines]
        margins: list[Decimal] = [line["margin"] for line in lines if line.get("margin") is not None]
        if "margin" in self.fact.fields and values.get("margin") is None and margins:
            values["margin"] = sum(margins, Decimal(0))
        return None

    def _line(self, line: dict[str, Any], alone: Decimal | None, currency: str, day: date) -> dict[str, Any]:
        amount = line.get("amount")
        amount = alone if amount is None else amount
        columns = {"product_id": line.get("product"), "margin_minor": self.rates.minor(line.get("margin"), "")}
        if line.get("quantity") is not None:
            columns["quantity"] = line["quantity"]
        if amount is not None:
            base = self.rates.base_minor(amount, currency, day)
            columns |= {"amount_minor": self.rates.minor(amount, currency), "base_minor": base}
            columns["currency"] = currency or self.rates.base
        return columns

    def _opportunity(self, draft: Draft) -> Bad | None:
        """Stage, outcome and closing together, and the entries into stages that make them."""
        values = draft.values
        stage = values.get("stage")
        if stage is None:
            return empty("stage", self.record)
        now_in = self.stages.by_id[stage]
        outcome = values.get("outcome") or now_in.kind
        if outcome != now_in.kind and now_in.kind != "open":
            outcome = now_in.kind
        closing = None
        if outcome != "open":
            closing = stage if now_in.kind != "open" else self.stages.closing(now_in.process, outcome)
            if closing is None:
                return _no_closing_stage(outcome)
        closed = values.get("closed_at") if closing else None
        if closing and closed is None:
            return Bad(
                _("an opportunity that is won or lost has no closing day"),
                _("fill in the day on which it closed, or map closed_at to its column"),
            )
        self._chain(draft, None if now_in.kind != "open" else stage, now_in.process, closed)
        if closing:
            draft.closing = (closed, closing)
        draft.columns |= {"stage_id": closing or stage, "outcome": outcome, "closed_at": closed}
        values["stage"], values["outcome"], values["closed_at"] = closing or stage, outcome, closed
        return None

    def _chain(self, draft: Draft, stage: int | None, process: int, closed: datetime | None) -> None:
        """The entries into open stages, in order: those the file dates, and one at creation."""
        entries: list[tuple[datetime, int]] = []
        for row in draft.rows:
            for name, moment in row.entered.items():
                if moment is not None:
                    entries.append((moment, self.stage_ids[name]))
            at, one = row.values.get("stage_entered_at"), row.values.get("stage")
            if at is not None and one is not None and self.stages.by_id[one].kind == "open":
                entries.append((at, one))
        entries = [(at, one) for at, one in entries if self.stages.by_id[one].kind == "open"]
        entries.sort(key=lambda entry: (entry[0], self.stages.by_id[entry[1]].order))
        created = draft.values.get("created_at")
        if created is not None and closed is not None and closed < created:
            created = draft.values["created_at"] = closed
            self.moved_back += 1
        if created is not None and (not entries or entries[0][0] > created):
            first = stage if stage is not None and not entries else self.stages.first_open(process)
            if first is not None:
                entries.insert(0, (created, first))
        if stage is not None and entries and entries[-1][1] != stage and closed is None:
            entries.append((entries[-1][0], stage))
        if closed is not None:
            entries = [entry for entry in entries if entry[0] <= closed]
        draft.chain = [entry for n, entry in enumerate(entries) if not n or entries[n - 1][1] != entry[1]]

    def _before(self, draft: Draft) -> tuple[int, int] | None:
        """Amount and base amount before closing, when they differ from those at closing."""
        before = draft.values.get("amount_before_closing")
        created = draft.values.get("created_at")
        if before is None or created is None:
            return None
        currency = draft.columns.get("currency", "")
        base = self.rates.base_minor(before, currency, self._day(created))
        minor = self.rates.minor(before, currency)
        if isinstance(base, Bad) or base is None or minor is None:
            return None
        same = (minor, base) == (draft.columns.get("amount_minor"), draft.columns.get("base_minor"))
        return None if same else (minor, base)

    def _target(self, draft: Draft) -> Bad | None:
        """The end of a target from its period: a grain (month, quarter, year), or a name such as 2026-Q3."""
        values = draft.values
        period, start = values.get("period"), values.get("starts_on")
        if period in MONTHS and start is not None:
            values.setdefault("until", None)
            values["until"] = add_months(start, MONTHS[period])
        elif period == "week" and start is not None:
            values["until"] = start + timedelta(days=7)
        elif period:
            try:
                found = parse(str(period), today=self._day(None), fiscal_start=self.fiscal_start)
            except QuestionError as error:
                return Bad(error.sentence, _("correct the period"), dict(error.values))
            values["starts_on"], values["until"] = found.start, found.until
        if self.first is not None:
            draft.columns.setdefault("recorded_at", min(self.first, self.now))
            draft.columns.setdefault("set_at", draft.columns["recorded_at"])
        if (values.get("person") is None) == (values.get("team") is None):
            return Bad(_("a target is for a person or for a team"), _("fill in one of the two"))
        return None


def _referred(draft: Draft, reference: str) -> list[tuple[int, Decimal]]:
    """Ids that the record or its lines refer to, with the quantity of the line."""
    if reference in draft.values:
        return [(draft.values[reference], Decimal(1))] if draft.values[reference] else []
    return [(line[reference], Decimal(str(line.get("quantity") or 1))) for line in draft.lines if line.get(reference)]


def empty(name: str, record: RecordMap) -> Bad:
    """A field that a new record must have."""
    take = record.fields.get(name)
    column = take.column if take else ""
    return Bad(
        _("%(field)s is empty"), _("fill it in, or give it a constant in the mapping"), {"field": name}, "", column
    )


def _no_closing_stage(outcome: str) -> Bad:
    return Bad(
        _("the sales process has no stage for '%(outcome)s'"),
        _('add one: { name = "...", kind = "%(outcome)s" }'),
        {"outcome": outcome},
    )
