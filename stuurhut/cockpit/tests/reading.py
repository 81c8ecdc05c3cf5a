"""Reads pages the way a test needs them."""

from __future__ import annotations

import re

from stuurhut.cockpit.tests.sales_of_two_teams import signed_in


def text_of(name: str, address: str, status: int = 200) -> str:
    """The page in Dutch as somebody gets it, plain spaces in its numbers."""
    response = signed_in(name).get(address, headers={"accept-language": "nl"})
    assert response.status_code == status
    return response.content.decode().replace("\u00a0", " ")


def tile(page: str, key: str) -> str:
    """The tile of one of the seven."""
    found = re.search(rf'<article[^>]*id="tile-{key}".*?</article>', page, re.DOTALL)
    assert found
    return found[0]


def value_in(tile: str) -> str:
    """The number on a tile."""
    found = re.search(r'class="tile-value"><a[^>]*>(.*?)</a>', tile)
    assert found
    return found[1]
