"""An answer written down: as data for programs, as a table for sheets. The same for command line, page and export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.utils.translation import gettext

from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.words.answer import Answer, Number, Record, Row, Value
from stuurhut.kpi.words.money import exponent
from stuurhut.replica.asked import zone

Json = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """An answer as a sheet: the names of its columns and rows of plain values."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def as_json(answer: Answer) -> Json:
    """The answer as JSON values. Money is text with all its decimals beside its currency; ids stand beside names."""
    kpi = kpi_of(answer.kpi)
    written: Json = {
        "kpi": answer.kpi,
        "label": gettext(kpi.label),
        "unit": answer.unit,
        "better": answer.better,
        "period": {"start": answer.start.isoformat(), "until": answer.until.isoformat()},
        "as_of": _local(answer.as_of),
        "by": list(answer.by),
        "rows": [_row(row, answer) for row in answer.rows],
        "total": _value(answer.total, answer),
    }
    if answer.compared_total is not None:
        written["compared_total"] = _value(answer.compared_total, answer)
    written["excluded"] = [{"why": gettext(left.why), "n": left.n} for left in answer.excluded]
    written["fresh_at"] = _local(answer.fresh_at)
    return written


def definition(kpi: Kpi) -> Json:
    """What a KPI means, with its worked example, in the reader's language."""
    example = kpi.example
    return {
        "kpi": kpi.key,
        "label": gettext(kpi.label),
        "meaning": gettext(kpi.meaning),
        "unit": kpi.unit,
        "better": kpi.better,
        "phase": kpi.phase,
        "dimensions": sorted(kpi.formula.dimensions),
        "example": {
            "story": gettext(example.story),
            "period": example.period,
            "as_of": example.as_of,
            "expect": _plain(example.expect),
        },
    }


def as_table(answer: Answer) -> Table:
    """The answer as a sheet: a row per group, or the total alone when it is not broken down."""
    names = [column for name in answer.by for column in _name_columns(answer, name)]
    is_compared = answer.compared_total is not None
    figures = ["value", "low", "high", "n", *(["compared"] if is_compared else [])]
    figures += ["fte", "per_fte"] if "per_fte" in answer.total.more else []
    money = ["currency"] if answer.unit == "money" else []
    rows = answer.rows if answer.by else (Row({}, {}, answer.total, answer.compared_total),)
    return Table(tuple(names + figures + money), tuple(tuple(_cells(row, answer, is_compared)) for row in rows))


def records_json(records: Sequence[Record], answer: Answer) -> list[Json]:
    """The records behind a number as JSON values."""
    return [
        {
            "kind": r.kind,
            "id": r.id,
            "on": r.on.isoformat() if r.on else None,
            "person": r.person,
            "amount": None if r.amount is None else money_text(r.amount, answer.currency),
            "counted": r.counted,
            "length": r.length,
        }
        for r in records
    ]


def records_table(records: Sequence[Record], answer: Answer) -> Table:
    """The records behind a number as a sheet."""
    rows = [tuple(record.values()) for record in records_json(records, answer)]
    return Table(("kind", "id", "on", "person", "amount", "counted", "length"), tuple(rows))


def money_text(value: Number, currency: str) -> str:
    """An amount with all the decimals of its currency.

    >>> money_text(10005534, "EUR")
    '10005534.00'
    """
    return f"{Decimal(str(value)).quantize(Decimal(1).scaleb(-exponent(currency)), ROUND_HALF_EVEN):f}"


def _row(row: Row, answer: Answer) -> Json:
    written: Json = {}
    for name in answer.by:
        written[name] = row.names[name]
        if name in row.ids:
            written[f"{name}_id"] = row.ids[name]
    written |= _value(row.value, answer)
    if row.compared is not None:
        written["compared"] = _value(row.compared, answer)
    return written


def _value(value: Value, answer: Answer) -> Json:
    further = {name: _plain(figure) for name, figure in value.more.items()}
    written = {
        "value": _number(value.value, answer),
        "low": _number(value.low, answer),
        "high": _number(value.high, answer),
        "n": value.n,
    }
    money = {"currency": answer.currency} if answer.unit == "money" else {}
    return {**further, **written, **money}


def _number(value: Number, answer: Answer) -> Any:
    if value is None or answer.unit != "money":
        return _plain(value)
    return money_text(value, answer.currency)


def _plain(value: object) -> Any:
    """A value that JSON can hold; exact decimals as text."""
    match value:
        case Decimal():
            return f"{value:f}"
        case datetime():
            return _local(value)
        case date():
            return value.isoformat()
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return value


def _local(moment: datetime) -> str:
    return zone().local(moment).isoformat()


def _name_columns(answer: Answer, name: str) -> list[str]:
    has_id = any(name in row.ids for row in answer.rows)
    return [name, f"{name}_id"] if has_id else [name]


def _cells(row: Row, answer: Answer, is_compared: bool) -> list[Any]:
    cells: list[Any] = []
    for name in answer.by:
        cells += [row.names[name], row.ids[name]] if name in row.ids else [row.names[name]]
    cells += [row.value.value, row.value.low, row.value.high, row.value.n]
    if is_compared:
        cells.append(row.compared.value if row.compared else None)
    if "per_fte" in row.value.more:
        cells += [row.value.more["fte"], row.value.more["per_fte"]]
    return cells + ([answer.currency] if answer.unit == "money" else [])
