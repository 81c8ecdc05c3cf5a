"""What holds for every page, whoever writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template import Context, Template

from stuurhut.ui.templatetags.figures import NoSuchIcon, icon_names

PACKAGE = Path(__file__).resolve().parents[2]


def templates() -> Iterator[tuple[str, str]]:
    for path in sorted(PACKAGE.glob("*/templates/**/*.html")):
        yield str(path.relative_to(PACKAGE)), path.read_text(encoding="utf-8")


def found(pattern: str) -> list[str]:
    return [f"{name}: {match[0]}" for name, text in templates() for match in re.finditer(pattern, text)]


def test_pages_only_draw_icons_that_are_there() -> None:
    used = [(name, drawn) for name, text in templates() for drawn in re.findall(r'{% icon "([\w-]+)" %}', text)]
    assert used
    assert [pair for pair in used if pair[1] not in icon_names()] == []


def test_an_icon_that_is_not_there_is_an_error() -> None:
    with pytest.raises(NoSuchIcon):
        Template('{% load figures %}{% icon "no-such-thing" %}').render(Context())


def test_pages_load_nothing_from_elsewhere() -> None:
    assert found(r"""(?:src|href|action)=["']https?:[^"']*""") == []


def test_pages_have_no_inline_scripts() -> None:
    assert found(r"""\son(?:click|change|submit|load|input|key\w+)=""") == []
