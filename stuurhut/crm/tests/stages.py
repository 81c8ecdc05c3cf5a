"""A sales process to try things on."""

from __future__ import annotations

from stuurhut.crm.models import Process, Stage


def stages() -> dict[str, Stage]:
    """Lead, Quote, Negotiation, Won and Lost, in one process."""
    process = Process.objects.create(name="Sales")
    rows = [
        ("Lead", "open", False), ("Quote", "open", True), ("Negotiation", "open", True),
        ("Won", "won", True), ("Lost", "lost", True),
    ]  # fmt: skip
    return {
        name: Stage.objects.create(process=process, name=name, order=order, kind=kind, qualified=qualified)
        for order, (name, kind, qualified) in enumerate(rows)
    }
