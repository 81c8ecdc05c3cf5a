"""Which of many findings stand, when so many were looked at (Benjamini & Hochberg 1995)."""

from __future__ import annotations

from collections.abc import Sequence


def discoveries(chances: Sequence[float | None], share: float = 0.05) -> tuple[bool, ...]:
    """For each p-value whether it stands, so that of all that stand a `share` is luck; None never stands."""
    known = sorted(chance for chance in chances if chance is not None)
    passed = [chance for rank, chance in enumerate(known, 1) if chance <= share * rank / len(known)]
    limit = max(passed, default=-1.0)
    return tuple(chance is not None and chance <= limit for chance in chances)
