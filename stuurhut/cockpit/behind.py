"""The records behind a number, as people know them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model
from django.urls import is_valid_path, reverse
from django.utils.translation import gettext, gettext_lazy

from stuurhut import replica
from stuurhut.cockpit.asking import Asked
from stuurhut.crm.models import Account, Activity, BuyingPhase, Lead, Opportunity, Order, PainGain, Quote
from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.duration import Duration
from stuurhut.kpi.words.answer import Record
from stuurhut.kpi.words.errors import QuestionError
from stuurhut.kpi.words.text import gettext_noop as _
from stuurhut.ui.numbers import NOTHING, money, written

PER_PAGE = 50
FIRST = 15  # on the KPI page itself
COUNTED = {"lead_response_time": _("answered"), "recording_delay": _("within a working day")}
AT_ONCE = 1000  # rows that are looked up together


@dataclass(frozen=True)
class Kind:
    """A kind of record: what it is called, its model, the folder of its pages, and how one is told."""

    label: Any
    model: type[Model]
    folder: str
    related: tuple[str, ...] = ()


KINDS = {
    "lead": Kind(gettext_lazy("lead"), Lead, "leads", ("account",)),
    "activity": Kind(gettext_lazy("activity"), Activity, "activities", ("account",)),
    "opportunity": Kind(gettext_lazy("opportunity"), Opportunity, "opportunities", ("account",)),
    "quote": Kind(gettext_lazy("quote"), Quote, "quotes", ("account",)),
    "order": Kind(gettext_lazy("order placed"), Order, "orders", ("account",)),
    "account": Kind(gettext_lazy("account"), Account, "accounts"),
    "buying_phase": Kind(gettext_lazy("buying phase"), BuyingPhase, "accounts", ("account",)),
    "pain_gain": Kind(gettext_lazy("pain or gain"), PainGain, "accounts", ("account",)),
}


@dataclass(frozen=True)
class Line:
    """A record as a line of a list. `counted` is false for one that is among them and did not count."""

    on: date | None
    kind: str
    name: str
    account: str
    person: str
    amount: str
    length: str
    counted: bool
    address: str


@dataclass(frozen=True)
class Lines:
    """A page of records and how many there are in all."""

    lines: tuple[Line, ...]
    total: int
    page: int
    pages: int
    has_amounts: bool
    has_lengths: bool
    has_uncounted: bool
    counted_words: str

    @property
    def first(self) -> int:
        return (self.page - 1) * PER_PAGE + 1


def records_page(asked: Asked, key: str) -> dict[str, Any]:
    """What the page of records shows. Raises QuestionError for a page that is not a number."""
    text = asked.given.get("page", "1")
    if not text.isdigit() or not 0 < int(text) < 10**6:
        raise QuestionError(_("'%(text)s' is not a page; write page=1."), text=text)
    found = lines(asked, key, PER_PAGE, int(text))
    path = reverse("kpi_records", args=[key])
    return {
        "kpi": kpi_of(key),
        "behind": found,
        "answer": replica.ask(asked.question(key), asked.scope),
        "kpi_address": asked.address(reverse("kpi", args=[key])),
        "earlier_records": asked.address(path, page=str(found.page - 1)) if found.page > 1 else "",
        "later_records": asked.address(path, page=str(found.page + 1)) if found.page < found.pages else "",
        "exports": {kind: asked.address(path, format=kind) for kind in ("csv", "xlsx")},
    }


def first_records(asked: Asked, key: str) -> dict[str, Any]:
    """The newest records behind a number, as the page of the KPI shows them."""
    path = reverse("kpi_records", args=[key])
    return {
        "kpi": kpi_of(key),
        "behind": lines(asked, key, FIRST),
        "records_address": asked.address(path, by=""),
        "record_exports": {kind: asked.address(path, format=kind, by="") for kind in ("csv", "xlsx")},
    }


def lines(asked: Asked, key: str, per_page: int, page: int = 1) -> Lines:
    """One page of the records behind a KPI's number, newest first."""
    records, total = replica.records(asked.question(key), asked.scope, limit=per_page, offset=(page - 1) * per_page)
    currency = replica.ask(asked.question(key), asked.scope).currency
    known = _known(records)
    shown = tuple(_line(record, known, currency, key) for record in records)
    return Lines(
        lines=shown,
        total=total,
        page=page,
        pages=max(1, -(-total // per_page)),
        has_amounts=any(line.amount for line in shown),
        has_lengths=any(line.length for line in shown),
        has_uncounted=any(not line.counted for line in shown),
        counted_words=counted_words(key),
    )


def counted_words(key: str) -> str:
    """What it means that a record counted: it is in the numerator, it has ended, or simply that it counted."""
    kpi = kpi_of(key)
    if key in COUNTED:
        return gettext(COUNTED[key])
    if kpi.unit == "ratio":
        return gettext("in the numerator")
    return gettext("has ended") if kpi.unit in ("minutes", "hours", "days") else gettext("counts")


def named(records: Sequence[Record]) -> Iterator[tuple[Record, str, str, str]]:
    """Each record with what its kind is called, its own name and that of its account; for files of any length."""
    for first in range(0, len(records), AT_ONCE):
        some = records[first : first + AT_ONCE]
        known = _known(some)
        for record in some:
            line = _line(record, known, "", "")
            yield record, line.kind, line.name, line.account


def _known(records: Iterable[Record]) -> dict[tuple[str, int], Any]:
    """The rows behind the records, by kind and id."""
    ids = defaultdict(set)
    for record in records:
        ids[record.kind].add(record.id)
    return {
        (kind, row.pk): row
        for kind in ids.keys() & KINDS.keys()
        for row in KINDS[kind].model._default_manager.select_related(*KINDS[kind].related).filter(pk__in=ids[kind])
    }


def _line(record: Record, known: dict[tuple[str, int], Any], currency: str, key: str) -> Line:
    row, kind = known.get((record.kind, record.id)), KINDS.get(record.kind)
    account = row if record.kind == "account" else getattr(row, "account", None)
    return Line(
        on=record.on,
        kind=str(kind.label) if kind else record.kind,
        name=str(row) if row is not None else f"#{record.id}",
        account=str(account) if account is not None else "",
        person=record.person or NOTHING,
        amount="" if record.amount is None else money(record.amount, currency),
        length=_length(record, key),
        counted=record.counted,
        address=_page_of(kind, record, account),
    )


def _length(record: Record, key: str) -> str:
    """How long it took; how long so far where it has not ended."""
    if record.length is None or not key:
        return ""
    length = written(record.length, kpi_of(key).unit)
    is_spell = isinstance(kpi_of(key).formula, Duration)
    return length if record.counted or not is_spell else gettext("%(length)s so far") % {"length": length}


def _page_of(kind: Kind | None, record: Record, account: Any) -> str:
    """The address of the record's own page; empty where there is none."""
    if kind is None:
        return ""
    key = record.id if kind.model is not Account and kind.folder != "accounts" else getattr(account, "pk", record.id)
    path = f"/{kind.folder}/{key}/"
    return path if is_valid_path(path) else ""
