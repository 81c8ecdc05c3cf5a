"""A mapping read from TOML and checked word by word.

The form is explained for people in `docs/import-mapping.md`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_noop as _

from stuurhut.connect.fields import BY_NAME, Field
from stuurhut.connect.mapped import Condition, FileMap, Mapping, ProcessMap, RecordMap, StageMap, Take, Through
from stuurhut.connect.notation import DAY_FORMS
from stuurhut.connect.problems import MappingWrong
from stuurhut.kpi.words.errors import nearest

TAKES = ("first", "last", "sum", "lowest", "highest")
_TAKE_WORDS = (
    "column", "columns", "join", "value", "values", "empty", "only", "through", "minus", "times", "dates", "decimals",
    "by", "create", "if_known", "take", "of", "earliest", "field",
)  # fmt: skip
_RECORD_WORDS = (
    "fact",
    "key",
    "also",
    "match",
    "fields",
    "lines",
    "entered",
    "fold",
    "order_by",
    "only",
    "skip",
    "owns",
)
_FILE_WORDS = (
    "name",
    "record",
    "delimiter",
    "encoding",
    "header_line",
    "sheet",
    "dates",
    "decimals",
    "only",
    "skip",
    "optional",
)
_STAGE_WORDS = ("name", "kind", "qualified", "probability")


def load(path: Path | str) -> Mapping:
    """The mapping in a TOML file. Raises MappingWrong."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingWrong(_("There is no readable mapping %(file)s; check the name."), file=path) from error
    return parse(text)


def parse(text: str) -> Mapping:
    """A mapping from TOML. Raises MappingWrong in one sentence that names the nearest word that exists."""
    try:
        tables = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise MappingWrong(_("The mapping is not valid TOML: %(why)s."), why=error) from error
    _words(tables, ("system", "label", "file", "process"), "mapping")
    system = _text(tables, "system", "mapping")
    if not system:
        raise MappingWrong(_('The mapping has no `system`; write system = "name of the source".'))
    files = tuple(_file(table, number) for number, table in enumerate(_tables(tables, "file", "mapping"), 1))
    if not files:
        raise MappingWrong(_("The mapping has no [[file]]; say for each file what it holds."))
    processes = tuple(_process(table) for table in _tables(tables, "process", "mapping"))
    return Mapping(system, files, processes, _text(tables, "label", "mapping") or system, text)


def _file(table: dict[str, Any], number: int) -> FileMap:
    where = f"file {table.get('name', number)}"
    _words(table, _FILE_WORDS, where)
    name = _text(table, "name", where)
    if not name:
        raise MappingWrong(_("In %(where)s: `name` is missing; give the name of the file."), where=where)
    records = tuple(_record(record, where) for record in _tables(table, "record", where))
    plain = {word: _text(table, word, where) for word in ("delimiter", "encoding", "sheet")}
    return FileMap(
        name,
        records,
        header_line=_typed(table, "header_line", int, 1, where),
        dates=_one_of(table, "dates", DAY_FORMS, where),
        decimals=_one_of(table, "decimals", (",", "."), where),
        only=_condition(table.get("only", {}), where),
        skip=_condition(table.get("skip", {}), where),
        optional=_typed(table, "optional", bool, False, where),
        **plain,
    )


def _record(table: dict[str, Any], where: str) -> RecordMap:
    fact = _text(table, "fact", where)
    if fact not in BY_NAME:
        raise _unknown(fact or "fact", BY_NAME, where)
    where = f"{where}, {fact}"
    _words(table, _RECORD_WORDS, where)
    known = BY_NAME[fact]
    record = RecordMap(
        fact,
        tuple(_take(part, None, f"{where}, key") for part in _list(table.get("key", []))),
        tuple(_list(table.get("also", []))),
        _text(table, "match", where),
        _takes(table.get("fields", {}), known.fields, where),
        _takes(table.get("lines", {}), known.line_fields if known.lines else {}, f"{where}, lines"),
        {str(stage): str(column) for stage, column in table.get("entered", {}).items()},
        _typed(table, "fold", bool, False, where),
        _text(table, "order_by", where),
        _condition(table.get("only", {}), where),
        _condition(table.get("skip", {}), where),
        tuple(_list(table.get("owns", []))),
    )
    for name in (*record.owns, *filter(None, [record.match]), *(part.field for part in record.key if part.field)):
        if name not in known.fields:
            raise _unknown(name, known.fields, where)
    return record


def _takes(table: dict[str, Any], known: dict[str, Field], where: str) -> dict[str, Take]:
    if not isinstance(table, dict):
        raise MappingWrong(_("In %(where)s: give a table of field = column."), where=where)
    for name in table:
        if name not in known:
            raise _unknown(name, known, where)
    return {name: _take(value, known[name], f"{where}, {name}") for name, value in table.items()}


def _take(value: Any, known: Field | None, where: str) -> Take:
    if isinstance(value, str):
        return Take(column=value)
    if not isinstance(value, dict):
        raise MappingWrong(
            _("In %(where)s: give the name of a column, or { value = ... } for a constant."), where=where
        )
    _words(value, _TAKE_WORDS, where)
    if not {"column", "columns", "value", "of", "earliest", "field"} & set(value):
        raise MappingWrong(_("In %(where)s: say which `column` it comes from, or give a `value`."), where=where)
    times = value.get("times")
    return Take(
        column=_text(value, "column", where),
        columns=tuple(_list(value.get("columns", []))),
        join=_text(value, "join", where) if "join" in value else " ",
        value=value.get("value"),
        values={str(a): str(b) for a, b in value.get("values", {}).items()},
        empty=value.get("empty"),
        only=_condition(value.get("only", {}), where),
        through=_through(value.get("through"), where),
        minus=_text(value, "minus", where),
        times=None if times is None else Decimal(times),
        dates=_one_of(value, "dates", DAY_FORMS, where),
        decimals=_one_of(value, "decimals", (",", "."), where),
        by=_one_of(value, "by", ("key", "name", "email"), where),
        create=_typed(value, "create", bool, False, where),
        if_known=_typed(value, "if_known", bool, False, where),
        take=_one_of(value, "take", TAKES, where),
        of=_of(_text(value, "of", where), where),
        earliest=_typed(value, "earliest", bool, False, where),
        field=_text(value, "field", where),
    )


def _of(text: str, where: str) -> str:
    """`product.list_price`: a field of a record that this row refers to."""
    if not text:
        return ""
    reference, _dot, name = text.partition(".")
    if reference not in BY_NAME:
        raise _unknown(reference, BY_NAME, where)
    if name not in BY_NAME[reference].fields:
        raise _unknown(name, BY_NAME[reference].fields, where)
    return text


def _through(value: Any, where: str) -> Through | None:
    if value is None:
        return None
    where = f"{where}, through"
    _words(value, ("file", "match", "take"), where)
    parts = [_text(value, word, where) for word in ("file", "match", "take")]
    if not all(parts):
        raise MappingWrong(_("In %(where)s: give `file`, `match` and `take`."), where=where)
    return Through(*parts)


def _process(table: dict[str, Any]) -> ProcessMap:
    where = f"process {table.get('name', '')}".strip()
    _words(table, ("name", "stages"), where)
    stages = []
    for stage in _tables(table, "stages", where):
        _words(stage, _STAGE_WORDS, where)
        probability = stage.get("probability")
        kind = _one_of(stage, "kind", ("open", "won", "lost"), where) or "open"
        name = _text(stage, "name", where)
        qualified = _typed(stage, "qualified", bool, True, where)
        stages.append(StageMap(name, kind, qualified, None if probability is None else float(probability)))
    return ProcessMap(_text(table, "name", where), tuple(stages))


def _words(table: Any, known: Iterable[str], where: str) -> None:
    if not isinstance(table, dict):
        raise MappingWrong(_("In %(where)s: give a table."), where=where)
    for word in table:
        if word not in known:
            raise _unknown(word, known, where)


def _unknown(word: str, known: Iterable[str], where: str) -> MappingWrong:
    return MappingWrong(
        _("In %(where)s: there is no '%(word)s'; did you mean '%(nearest)s'?"),
        where=where,
        word=word,
        nearest=nearest(word, known),
    )


def _typed(table: dict[str, Any], word: str, kind: type, default: Any, where: str) -> Any:
    value = table.get(word, default)
    if not isinstance(value, kind):
        names = {bool: "true/false", int: "1", str: '"text"', list: "[...]"}
        raise MappingWrong(_("In %(where)s: write %(word)s = %(form)s."), where=where, word=word, form=names[kind])
    return value


def _text(table: dict[str, Any], word: str, where: str) -> str:
    return str(_typed(table, word, str, "", where))


def _one_of(table: dict[str, Any], word: str, known: Iterable[str], where: str) -> str:
    value = _text(table, word, where)
    if value and value not in known:
        raise _unknown(value, known, f"{where}, {word}")
    return value


def _tables(table: dict[str, Any], word: str, where: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _typed(table, word, list, [], where)
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _condition(table: Any, where: str) -> Condition:
    if not isinstance(table, dict):
        raise MappingWrong(_('In %(where)s: write { column = "value" } or { column = ["one", "other"] }.'), where=where)
    return {str(column): tuple(str(value) for value in _list(values)) for column, values in table.items()}
