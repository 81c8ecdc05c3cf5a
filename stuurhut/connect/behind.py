"""The three columns that stand behind those of a file in our file of its rejected rows: line, reason, remedy."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext, override


def behind() -> tuple[str, str, str]:
    """How the three are called in the reader's language."""
    return gettext("line"), gettext("reason"), gettext("remedy")


def without_behind(header: Sequence[str]) -> tuple[str, ...]:
    """The columns of the file itself; of a file that is not ours all of them."""
    return tuple(header[:-3] if is_ours(header) else header)


def is_ours(header: Sequence[str]) -> bool:
    """Whether these are the columns of a file of rejected rows, written in any of our languages."""
    for language, _name in settings.LANGUAGES:
        with override(language):
            if tuple(header[-3:]) == behind():
                return True
    return False
