"""Columns of a chunk to the values of a record, column by column. A value that cannot be read becomes a `Bad`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_noop as _

from stuurhut.connect.fields import Field, words_of_choice
from stuurhut.connect.mapped import Condition, Take
from stuurhut.connect.notation import Notation, NotRead, read_day, read_moment, read_number
from stuurhut.connect.problems import Bad
from stuurhut.connect.read import Chunk, text_of
from stuurhut.connect.survey import NUMBERS, Source, Survey
from stuurhut.kpi.words.errors import nearest

YES = frozenset(["1", "yes", "y", "true", "t", "x", "ja", "j", "waar", "on"])
NO = frozenset(["0", "no", "n", "false", "f", "nee", "onwaar", "off"])
MEMORY = 100_000
LARGEST = Decimal(10) ** 15

Reader = Callable[[Any], Any]


def holds(condition: Condition, chunk: Chunk) -> list[bool]:
    """Per row whether every column has one of its values; `*` is any text, an empty one no text."""
    result = [True] * len(chunk.lines)
    for column, wanted in condition.items():
        cells = chunk.columns.get(column)
        texts = [text_of(cell) for cell in cells] if cells is not None else [""] * len(result)
        any_text, exact = "*" in wanted, frozenset(wanted)
        result = [so and ((any_text and text != "") or text in exact) for so, text in zip(result, texts, strict=True)]
    return result


class Evaluator:
    """Reads the fields of one record of one file, chunk after chunk. What was read before is remembered."""

    def __init__(self, source: Source, survey: Survey, zone: ZoneInfo, fact: str) -> None:
        self.source, self.survey, self.zone, self.fact = source, survey, zone, fact
        self.memories: dict[str, dict[Any, Any]] = {}

    def read(self, take: Take, known: Field, chunk: Chunk) -> list[Any]:
        """The values of one field for every row: None where there is none, a `Bad` where it cannot be read."""
        if take.earliest:
            return [self.survey.first_day] * len(chunk.lines)
        column = take.column or take.minus or next(iter(take.columns), "")
        reader = self._reader(known, self.source.form(take, column))
        raw = self.raw(take, chunk)
        memory = self.memories.setdefault(f"{known.name} {column} {take.value}", {})
        if len(memory) > MEMORY:
            memory.clear()
        arithmetic = take.minus or take.times is not None
        if arithmetic and known.kind in NUMBERS:
            values = self._computed(take, known, raw, chunk)
        else:
            memory.update((cell, _safely(reader, cell)) for cell in set(raw) - memory.keys())
            values = [memory[cell] for cell in raw]
        if take.only:
            allowed = holds(take.only, chunk)
            values = [value if so else None for value, so in zip(values, allowed, strict=True)]
        return values

    def raw(self, take: Take, chunk: Chunk) -> list[Any]:
        """Cells after joining, looking up and translating; an empty text is None."""
        if take.value is not None:
            return [take.value] * len(chunk.lines)
        if take.columns:
            there = [chunk.columns[name] for name in take.columns if name in chunk.columns]
            cells: list[Any] = [take.join.join(filter(None, map(text_of, row))) for row in zip(*there, strict=True)]
        else:
            cells = chunk.columns.get(take.column) or [None] * len(chunk.lines)
        if take.through:
            pairs = self.survey.lookups[take.through.file, take.through.match, take.through.take]
            cells = [pairs.get(text_of(cell)) for cell in cells]
        if take.values:
            rest = take.values.get("*")
            texts = [text_of(cell) for cell in cells]
            cells = [
                take.values.get(text, cell if rest is None or not text else rest)
                for text, cell in zip(texts, cells, strict=True)
            ]
        cells = [cell.strip() or None if cell.__class__ is str else cell for cell in cells]
        if take.empty is not None:
            cells = [take.empty if cell is None else cell for cell in cells]
        return cells

    def _computed(self, take: Take, known: Field, raw: list[Any], chunk: Chunk) -> list[Any]:
        """A number less another column, times a factor."""
        plain = self._reader(Field(known.name, "", "number_exact"), self.source.form(take, take.column))
        values = [_safely(plain, cell) for cell in raw]
        if take.minus:
            less = self._reader(Field(known.name, "", "number_exact"), self.source.form(take, take.minus))
            others = [_safely(less, cell) for cell in chunk.columns.get(take.minus, [None] * len(raw))]
            values = [_less(value, other) for value, other in zip(values, others, strict=True)]
        factor = Decimal(1) if take.times is None else take.times
        finish = self._reader(known, Notation())
        digits = Decimal(1) if known.kind == "whole" else Decimal("0.0001")
        return [
            value if value is None or value.__class__ is Bad else _safely(finish, (value * factor).quantize(digits))
            for value in values
        ]

    def _reader(self, known: Field, form: Notation) -> Reader:
        readers: dict[str, Reader] = {
            "moment": lambda cell: read_moment(cell, form, self.zone),
            "day": lambda cell: self._local_day(cell, form),
            "number": lambda cell: float(_number(cell, form)),
            "number_exact": lambda cell: _number(cell, form),
            "decimal": lambda cell: format(_number(cell, form).normalize(), "f"),
            "money": lambda cell: _number(cell, form),
            "amount": lambda cell: _number(cell, form),
            "whole": lambda cell: _whole(_number(cell, form)),
            "flag": _flag,
            "choice": lambda cell: _choice(cell, self.fact, known),
            "reference": text_of,
            "text": lambda cell: _fits(text_of(cell), known.longest),
        }
        return readers[known.kind]

    def _local_day(self, cell: Any, form: Notation) -> date:
        """The day in the organisation's zone, when the cell is a moment with a zone."""
        if isinstance(cell, datetime) and cell.tzinfo:
            return cell.astimezone(self.zone).date()
        return read_day(cell, form)


_WRONG = {
    "moment": (
        _("'%(value)s' is not a day or a moment"),
        _("write a day such as %(example)s, with or without 13:45 behind it"),
    ),
    "day": (_("'%(value)s' is not a day"), _("write a day such as %(example)s")),
    "flag": (_("'%(value)s' is not yes or no"), _("write yes or no")),
}
_NOT_A_NUMBER = (_("'%(value)s' is not a number"), _("write digits and one decimal sign"))


def _safely(reader: Reader, cell: Any) -> Any:
    if cell is None:
        return None
    try:
        return reader(cell)
    except NotRead as error:
        if error.args and isinstance(error.args[0], Bad):
            return error.args[0]
        return Bad("", "", {}, str(cell))


def explained(bad: Bad, known: Field, column: str, form: Notation) -> Bad:
    """The problem with its reason, remedy and place; a plain misreading gets the words of its kind.

    An example is in the form of the column, so that it can be written over.
    """
    reason, remedy = (bad.reason, bad.remedy) if bad.reason else _WRONG.get(known.kind, _NOT_A_NUMBER)
    return Bad(reason, remedy, {"example": form.example, **bad.values}, bad.value, column)


def _number(cell: Any, form: Notation) -> Decimal:
    number = read_number(cell, form)
    if not number.is_finite() or abs(number) >= LARGEST:
        raise NotRead(Bad(_("%(value)s is larger than any amount"), _("check the decimal sign"), {}, str(cell)))
    return number


def _whole(number: Decimal) -> int:
    if number != number.to_integral_value() or number < 0:
        raise NotRead(Bad(_("'%(value)s' is not a whole number"), _("write digits only"), {}, str(number)))
    return int(number)


def _flag(cell: Any) -> bool:
    text = text_of(cell).casefold()
    if text in YES:
        return True
    if text in NO:
        return False
    raise NotRead(text)


def _choice(cell: Any, fact: str, known: Field) -> Any:
    text = text_of(cell)
    words = words_of_choice(fact, known.name)
    if text.casefold() in words:
        return words[text.casefold()]
    close = words[nearest(text, words)]
    remedy = _('write one of %(words)s, or translate it in the mapping: values = { "%(value)s" = "%(nearest)s" }')
    allowed = ", ".join(str(value) for value, _label in known.choices)
    raise NotRead(
        Bad(
            _("'%(value)s' is not a known %(field)s"),
            remedy,
            {"field": str(known.label), "words": allowed, "nearest": close},
            text,
        )
    )


def _fits(text: str, longest: int) -> str:
    if longest and len(text) > longest:
        values = {"found": len(text), "longest": longest}
        raise NotRead(Bad(_("the text has %(found)s characters; %(longest)s fit"), _("shorten it"), values, text[:100]))
    return text.replace("\0", "")


def _less(value: Any, other: Any) -> Any:
    for one in (value, other):
        if one.__class__ is Bad:
            return one
    return None if value is None else value - (other or 0)


def keys(takes: Iterable[list[Any]]) -> list[str]:
    """The own id of every row from its parts, joined by `/`; empty when every part is."""
    texts = [[text_of(part) for part in parts] for parts in takes]
    joined = texts[0] if len(texts) == 1 else ["/".join(row) for row in zip(*texts, strict=True)]
    return [key if key.strip("/") else "" for key in joined]
