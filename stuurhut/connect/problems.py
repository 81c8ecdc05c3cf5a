"""What can be wrong with a file, a mapping or a value. Each says what to do about it.

Sentences are English with named placeholders; the edge translates them and fills in `values`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext


class ImportFailed(Exception):
    """An import that changed nothing. `exit_code` is what the command line ends with."""

    exit_code = 3

    def __init__(self, sentence: str, **values: object) -> None:
        self.sentence, self.values = sentence, values
        super().__init__(sentence)

    def __str__(self) -> str:
        return gettext(self.sentence) % self.values if self.values else gettext(self.sentence)


class FileUnreadable(ImportFailed):
    """A file that is not there, is empty, or is of a kind that holds no rows."""


class ColumnMissing(ImportFailed):
    """A file without a column that the mapping asks for."""


class NothingToImport(ImportFailed):
    """Files of which the mapping says nothing."""


class ImportBusy(ImportFailed):
    """Another import that is running, or was left unfinished."""


class UndoRefused(ImportFailed):
    """An import that does not exist or was undone already."""


class MappingWrong(ImportFailed):
    """A mapping with a mistake in it; names the nearest word that exists."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Bad:
    """A value that cannot be used: why, and what would mend it. Stands in a column in the value's place."""

    reason: str
    remedy: str
    values: dict[str, Any] = field(default_factory=dict)
    value: str = ""
    column: str = ""

    def sentences(self) -> tuple[str, str]:
        """Reason and remedy in the reader's language."""
        filled = {"value": self.value, "column": self.column, **self.values}
        return gettext(self.reason) % filled, gettext(self.remedy) % filled
