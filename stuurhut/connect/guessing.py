"""A file that nobody has seen before: what it holds and which column feeds which field, from its headers and rows.

It is a guess to be looked at: whoever imports sees it with samples, and changes what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from rapidfuzz import fuzz

from stuurhut.connect.fields import BY_NAME, Field
from stuurhut.connect.mapped import FileMap, RecordMap, Take
from stuurhut.connect.notation import Notation, NotRead, is_clock, read_local, read_number
from stuurhut.connect.read import Chunk, Table, text_of
from stuurhut.connect.survey import DAYS, NUMBERS
from stuurhut.connect.words import ANY_KEY, CHOICES, CLOCKS, FIELDS, HINTS, KEYS, LINES, TELLING

NUMBERED = (" id", "nummer", "nr", " key", "number")
ALIKE = 90  # of a hundred: a header with a slip of the pen
ENOUGH = 2
READABLE = 0.5
NEARLY_ALL = 0.95  # of the rows have a number of their own
BY_ITS_NAME = ("account", "product", "person", "contact")
NOT_MADE = ("stage", "lead", "opportunity")
NOTATIONS = tuple(Notation(decimal, day_first) for decimal in (",", ".") for day_first in (True, False))
SHARED_DATES = ("sluitdatum", "close date", "afsluitdatum", "datum sluiting")


def plain_header(header: str) -> str:
    """A header as it is compared: small letters and single spaces for all that is between words."""
    spaced = re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])", " ", header)
    return " ".join(re.sub(r"[^0-9a-zà-ÿ]+", " ", spaced.casefold()).split())


@dataclass(frozen=True)
class Look:
    """The head of a file: its header, and its first rows by column."""

    table: Table
    first: Chunk

    def samples(self, column: str, most: int = 3) -> list[str]:
        """The first few different texts of a column."""
        texts = dict.fromkeys(filter(None, map(text_of, self.first.columns.get(column, ()))))
        return list(texts)[:most]

    def is_unique(self, column: str) -> bool:
        """Whether a column tells rows apart."""
        return self.distinct(column) == 1

    def distinct(self, column: str) -> float:
        """How many different values a column has per row, 0 to 1; 0 when one is empty."""
        texts = [text_of(cell) for cell in self.first.columns.get(column, ())]
        return len(set(texts)) / len(texts) if texts and all(texts) else 0

    def readable(self, column: str, kind: str) -> bool:
        """Whether what stands in a column is of this kind; an empty one may be anything."""
        read = _reader(kind)
        cells = [cell for cell in self.first.columns.get(column, ()) if text_of(cell)][:200]
        return not cells or read is None or sum(map(read, cells)) >= READABLE * len(cells)


def look_at(table: Table) -> Look:
    """Reads the head of a file. Raises FileUnreadable."""
    return Look(table, next(table.chunks(), Chunk([], {name: [] for name in table.header})))


def _reader(kind: str) -> Callable[[object], bool] | None:
    """What says whether a cell can be read as this kind, in any notation; None when every text can."""
    read: Callable[[object, Notation], object] | None = None
    if kind in NUMBERS:
        read = read_number
    elif kind in DAYS:
        read = read_local
    if read is None:
        return None
    return partial(_reads, read)


def _reads(read: Callable[[object, Notation], object], cell: object) -> bool:
    for form in NOTATIONS:
        try:
            read(cell, form)
        except NotRead:
            continue
        return True
    return False


def guess(look: Look, fact: str = "") -> FileMap:
    """What a file feeds; `fact` when somebody said what it holds. Without a likely fact the file is left out."""
    fact = fact or likely_fact(look)
    records = () if fact not in FIELDS else _records(fact, look)
    return FileMap(look.table.name, records, optional=True)


def likely_fact(look: Look) -> str:
    """The kind of record that a file most likely holds; empty when nothing in it tells."""
    merits = {fact: _merit(fact, look) for fact in FIELDS}
    best = max(merits, key=lambda fact: merits[fact])
    return best if merits[best] >= ENOUGH else ""


def _merit(fact: str, look: Look) -> float:
    fields = _columns(fact, FIELDS[fact], look, set())
    headers = {plain_header(column) for column in look.table.header}
    told = sum(2 for name in fields if name in TELLING[fact])
    key = 2 if headers & set(KEYS[fact]) else 0
    hint = 3 if any(word in look.table.name.casefold() for word in HINTS[fact]) else 0
    needed = sum(name not in fields and BY_NAME[fact].fields[name].kind != "choice" for name in BY_NAME[fact].required)
    return len(fields) + told + key + hint - 3 * needed * (fact != "target")


def _columns(fact: str, words: dict[str, tuple[str, ...]], look: Look, taken: set[str]) -> dict[str, str]:
    """Field to column. An exact word goes before one that is only like it, and an earlier word before a later."""
    known = {**BY_NAME[fact].line_fields, **BY_NAME[fact].fields} if BY_NAME[fact].lines else BY_NAME[fact].fields
    plain = {column: plain_header(column) for column in look.table.header if column not in taken}
    found: dict[str, str] = {}
    ranked = sorted(
        (rank, name, column)
        for name, texts in words.items()
        for column, header in plain.items()
        if (rank := _rank(header, texts)) is not None
    )
    for _rank_of, name, column in ranked:
        if name not in found and column not in found.values() and look.readable(column, known[name].kind):
            found[name] = column
    return found


def _rank(header: str, words: tuple[str, ...]) -> int | None:
    if header in words:
        return words.index(header)
    if len(header) > 4 and any(fuzz.ratio(header, word) >= ALIKE for word in words if len(word) > 4):
        return 100
    return None


def _records(fact: str, look: Look) -> tuple[RecordMap, ...]:
    fields = _columns(fact, FIELDS[fact], look, set())
    lines = _columns(fact, LINES[fact], look, set(fields.values())) if fact in LINES else {}
    takes = {name: take_for(fact, name, column) for name, column in fields.items()}
    takes |= _with_time(fact, takes, look)
    key, repeats = _key(fact, fields, look)
    if repeats and "amount" in takes:
        lines["amount"] = fields["amount"]
        del takes["amount"]
    line_takes = {name: take_for(fact, name, column, line=True) for name, column in lines.items()}
    record = RecordMap(fact, key, fields=takes, lines=line_takes, fold=repeats)
    if fact in BY_ITS_NAME and "name" in takes:
        record = replace(record, match="name", key=key or (Take(column=fields["name"]),))
    return (_settled(record, look), *_formation(fact, look, fields))


def _key(fact: str, fields: dict[str, str], look: Look) -> tuple[tuple[Take, ...], bool]:
    """The column that tells records apart, and whether a record has several rows; none when rows only repeat."""
    headers = {plain_header(column): column for column in look.table.header}
    own = [headers[word] for word in (*KEYS[fact], *ANY_KEY) if word in headers]
    for column in own:
        if look.is_unique(column):
            return (Take(column=column),), False
    for column in own:
        filled = all(text_of(cell) for cell in look.first.columns[column])
        if filled and fact in LINES and plain_header(column) in KEYS[fact] and "amount" in fields:
            return (Take(column=column),), True
    for column in own:
        if plain_header(column) in KEYS[fact] and look.distinct(column) >= NEARLY_ALL:  # a row or two came twice
            return (Take(column=column),), False
    return (), False


def take_for(fact: str, name: str, column: str, *, line: bool = False) -> Take:
    """How a column feeds a field: what it refers to is made when it is not there, but never a lead, deal or stage."""
    known: Field = (BY_NAME[fact].line_fields if line else BY_NAME[fact].fields)[name]
    if known.kind != "reference" or known.to == "stage":
        return Take(column=column)
    by_number = known.to in BY_ITS_NAME and known.to != "person" and plain_header(column).endswith(NUMBERED)
    is_made = known.to not in NOT_MADE and not by_number
    return Take(column=column, create=is_made, if_known=not is_made)


def _settled(record: RecordMap, look: Look) -> RecordMap:
    """What the fields of a kind need of each other."""
    fields = dict(record.fields)
    if record.fact == "activity":
        fields.setdefault("kind", Take(value=_kind_of_file(look.table.name)))
        fields |= _when(fields, look)
    closed = fields.get("closed_at")
    if record.fact == "opportunity" and closed and plain_header(closed.column) in SHARED_DATES:
        fields.setdefault("expected_close_on", closed)
    if record.fact == "target":
        fields.setdefault("kpi", Take(value="sales_value"))
        if "starts_on" in fields and "until" not in fields:
            fields.setdefault("period", Take(value="month"))
    return replace(record, fields=fields)


def _with_time(fact: str, takes: dict[str, Take], look: Look) -> dict[str, Take]:
    """The moment whose time stands in a column of its own: the day before that column, else the only day there is."""
    fed = {take.column for take in takes.values()}
    moments = {
        take.column: name for name, take in takes.items() if BY_NAME[fact].fields[name].kind == "moment" and take.column
    }
    header = look.table.header
    for place, column in enumerate(header):
        if column in fed or not is_time(look, column):
            continue
        before = header[place - 1] if place else ""
        day = before if before in moments else next(iter(moments), "") if len(moments) == 1 else ""
        if day:
            name = moments[day]
            return {name: joined(takes[name], column)}
    return {}


def is_time(look: Look, column: str) -> bool:
    """Whether a column, by its name and by what stands in it, holds times of day."""
    cells = [cell for cell in look.first.columns.get(column, ()) if text_of(cell)]
    return plain_header(column) in CLOCKS and sum(map(is_clock, cells)) >= NEARLY_ALL * len(cells)


def joined(day: Take, clock: str) -> Take:
    """A day with the time from another column behind it."""
    return replace(day, column="", columns=(day.column, clock))


def _kind_of_file(name: str) -> str:
    words = CHOICES["activity", "kind"]
    return next((kind for word, kind in words.items() if word in name.casefold()), "other")


def _when(fields: dict[str, Take], look: Look) -> dict[str, Take]:
    """With a column that says whether it was done, the one date is of the doing or of the plan."""
    state, at = fields.get("state"), fields.get("occurred_at") or fields.get("planned_for")
    if state is None or at is None:
        return {}
    texts = look.samples(state.column, 50)
    meant = {text: meaning("activity", "state", text) or "planned" for text in texts}
    done = tuple(text for text, word in meant.items() if word in ("held", "no_show"))
    return {
        "state": replace(state, values={**meant, "*": "planned"}),
        "occurred_at": replace(fields.get("occurred_at", at), only={state.column: done}),
        "planned_for": fields.get("planned_for", at),
    }


def meaning(fact: str, name: str, text: str) -> str:
    """Which of our words a word in a file most likely means; empty when it cannot be told."""
    word = plain_header(text)
    known = CHOICES.get((fact, name), {})
    return next((value for part, value in known.items() if part in word), "")


def _formation(fact: str, look: Look, fields: dict[str, str]) -> tuple[RecordMap, ...]:
    """A list of people that names their team, and who leads it, says who is where."""
    if fact != "person" or "name" not in fields:
        return ()
    headers = {plain_header(column): column for column in look.table.header}
    team = next((headers[word] for word in FIELDS["opportunity"]["team"] if word in headers), "")
    if not team:
        return ()
    found = [_member(fields["name"], team, "seller")]
    leader = next((headers[word] for word in ("manager", "leidinggevende", "teamleider") if word in headers), "")
    if leader and leader != fields["name"]:
        found.append(_member(leader, team, "manager"))
    return tuple(found)


def _member(person: str, team: str, role: str) -> RecordMap:
    takes = {
        "person": Take(column=person, create=True),
        "team": Take(column=team, create=True),
        "role": Take(value=role),
    }
    return RecordMap("membership", (Take(column=person), Take(column=team)), fields=takes, skip={person: ("",)})
