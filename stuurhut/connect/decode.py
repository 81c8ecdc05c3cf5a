"""What a file of text is written in: encoding, separator, lines that are not too long."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from django.utils.translation import gettext_noop as _

from stuurhut.connect.problems import FileUnreadable

DELIMITERS = (",", ";", "\t", "|")
LONGEST_LINE = 1_000_000
PIECE = 1 << 20
MAGIC = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"\xd0\xcf\x11\xe0": "XLS",
    b"SQLi": "SQLite",
    b"PK": "ZIP",
}


def open_bytes(path: Path) -> BinaryIO:
    """The bytes of a file, unpacked when it is gzip. Raises FileUnreadable."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise FileUnreadable(
            _("%(file)s cannot be opened (%(why)s); check that it is a file and may be read."),
            file=path,
            why=error.strerror,
        ) from error
    head = stream.read(2)
    stream.seek(0)
    return cast(BinaryIO, gzip.GzipFile(fileobj=stream)) if head == b"\x1f\x8b" else stream


def pieces(path: Path) -> Iterator[bytes]:
    """The unpacked bytes in pieces. Raises FileUnreadable for a damaged gzip."""
    with open_bytes(path) as stream:
        try:
            while piece := stream.read(PIECE):
                yield piece
        except (gzip.BadGzipFile, EOFError, OSError) as error:
            raise FileUnreadable(_("%(file)s is a damaged gzip file; compress it again."), file=path.name) from error


def encoding_of(path: Path) -> str:
    """UTF-8, UTF-16 or Windows-1252, from the byte-order mark or the whole content.

    Raises FileUnreadable for an empty file and for one that is no text.
    """
    head = next(pieces(path), b"")
    if not head.strip(b"\xef\xbb\xbf\r\n\t \x00"):
        raise FileUnreadable(_("%(file)s is empty; export it again."), file=path.name)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for magic, kind in MAGIC.items():
        if head.startswith(magic):
            raise _not_text(path, kind)
    sample = head[:4000]
    if len(sample) > 3 and sample[1::2].count(0) > len(sample) // 3:
        return "utf-16-le"
    if len(sample) > 3 and sample[::2].count(0) > len(sample) // 3:
        return "utf-16-be"
    if b"\0" in head:
        raise _not_text(path, "binary")
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in pieces(path):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _one_byte(path, head)
    return "utf-8-sig"


def _one_byte(path: Path, head: bytes) -> str:
    """Windows-1252, unless too much of the file is control characters, as in a binary file."""
    if sum(byte < 9 or 13 < byte < 32 for byte in head) > len(head) // 50:
        raise _not_text(path, "binary")
    return "cp1252"


def _not_text(path: Path, kind: str) -> FileUnreadable:
    return FileUnreadable(
        _("%(file)s is a %(kind)s file, not a table; save it as CSV, XLSX, ODS, JSON lines or Parquet."),
        file=path.name,
        kind=kind,
    )


def open_text(path: Path, encoding: str) -> TextIO:
    """The text of a file; a byte that does not exist in Windows-1252 becomes a replacement character.

    Raises FileUnreadable for an encoding that does not exist.
    """
    errors = "replace" if encoding == "cp1252" else "strict"
    try:
        return io.TextIOWrapper(open_bytes(path), encoding=encoding, errors=errors, newline="")
    except LookupError as error:
        raise FileUnreadable(
            _("There is no encoding '%(encoding)s'; write utf-8, utf-16 or cp1252, or leave it out."), encoding=encoding
        ) from error


def lines(text: TextIO, name: str) -> Iterator[str]:
    """The lines of a text, each of at most LONGEST_LINE characters. Raises FileUnreadable for a longer one."""
    number, begun = 0, ""
    try:
        while piece := text.read(LONGEST_LINE):
            found = io.StringIO(begun + piece, newline="").readlines()
            begun = found.pop()  # the next piece may hold the rest of this line, or of its line end
            yield from _not_too_long(found, number, name)
            number += len(found)
            if len(begun) >= LONGEST_LINE:
                raise _too_long(number + 1, name)
        if begun:
            yield from _not_too_long([begun], number, name)
    except UnicodeDecodeError as error:
        raise FileUnreadable(
            _("%(file)s is not written in %(encoding)s; leave `encoding` out of the mapping."),
            file=name,
            encoding=error.encoding,
        ) from error


def _not_too_long(found: list[str], before: int, name: str) -> list[str]:
    """The lines as they are. Raises FileUnreadable, naming the first that is too long."""
    for number, line in enumerate(found, before + 1):
        if len(line) >= LONGEST_LINE:
            raise _too_long(number, name)
    return found


def _too_long(number: int, name: str) -> FileUnreadable:
    sentence = _("Line %(line)s of %(file)s is longer than a million characters; its line ends may be lost.")
    return FileUnreadable(sentence, line=number, file=name)


def delimiter_of(head: list[str], wanted: Iterable[str] = ()) -> str:
    """The separator under which the first lines make the most even table; wanted columns in the header decide first.

    `wanted`: columns that the mapping names.
    """
    names = set(wanted)

    def merit(delimiter: str) -> tuple[int, float, int]:
        rows = [row for row in csv.reader(head, delimiter=delimiter) if row]
        width = len(rows[0]) if rows else 0
        found = len(names.intersection(cell.strip() for cell in rows[0])) if rows else 0
        even = sum(len(row) == width for row in rows) / max(len(rows), 1) if width > 1 else 0.0
        return (found if width > 1 else 0, even, width)

    return max(DELIMITERS, key=merit)
