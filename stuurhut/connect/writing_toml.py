"""A mapping written as TOML, to be kept, shown and mended."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from stuurhut.connect.mapped import FileMap, Mapping, ProcessMap, RecordMap, Take, Through
from stuurhut.connect.mapping import parse

_PLAIN_FILE = ("delimiter", "encoding", "header_line", "sheet", "dates", "decimals", "only", "skip", "optional")
_PLAIN_RECORD = ("also", "match", "entered", "fold", "order_by", "only", "skip", "owns")
_DEFAULT_LINE = 1


def as_toml(mapping: Mapping) -> str:
    """The mapping as TOML; `mapping.parse` makes the same mapping of it."""
    lines = [f"system = {_text(mapping.system)}", f"label = {_text(mapping.label or mapping.system)}"]
    for process in mapping.processes:
        lines += _process(process)
    for file in mapping.files:
        lines += _file(file)
    return "\n".join(lines) + "\n"


def written(mapping: Mapping) -> Mapping:
    """The mapping with its own text, by which an import knows itself again."""
    return parse(as_toml(mapping))


def _process(process: ProcessMap) -> list[str]:
    lines = ["", "[[process]]", f"name = {_text(process.name)}", "stages = ["]
    for stage in process.stages:
        parts = {"name": stage.name, "kind": stage.kind, "qualified": stage.qualified}
        if stage.probability is not None:
            parts["probability"] = stage.probability
        lines.append(f"    {_value(parts)},")
    return [*lines, "]"]


def _file(file: FileMap) -> list[str]:
    lines = ["", "[[file]]", f"name = {_text(file.name)}"]
    for word in _PLAIN_FILE:
        value = getattr(file, word)
        if value and not (word == "header_line" and value == _DEFAULT_LINE):
            lines.append(f"{word} = {_value(value)}")
    for record in file.records:
        lines += _record(record)
    return lines


def _record(record: RecordMap) -> list[str]:
    lines = ["", "[[file.record]]", f"fact = {_text(record.fact)}"]
    if record.key:
        lines.append(f"key = {_value([_take(take) for take in record.key])}")
    lines += [f"{word} = {_value(getattr(record, word))}" for word in _PLAIN_RECORD if getattr(record, word)]
    for name, takes in (("fields", record.fields), ("lines", record.lines)):
        if takes:
            lines += [
                f"[file.record.{name}]",
                *(f"{_text(field)} = {_value(_take(take))}" for field, take in takes.items()),
            ]
    return lines


def _take(take: Take) -> Any:
    """A take as a column's name when that says all, else as a table of what differs from the default."""
    plain = Take()
    parts = {
        word: getattr(take, word) for word in take.__dataclass_fields__ if getattr(take, word) != getattr(plain, word)
    }
    if isinstance(take.through, Through):
        parts["through"] = {"file": take.through.file, "match": take.through.match, "take": take.through.take}
    return take.column if set(parts) == {"column"} else parts


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value if value != value.to_integral_value() else value.quantize(Decimal("1.0")), "f")
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_text(key)} = {_value(part)}" for key, part in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(part) for part in value) + "]"
    return _text(str(value))


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
