"""The sentence of a verdict, in a template: `{{ verdict.sentence|told }}`."""

from __future__ import annotations

from django import template

from stuurhut.cockpit import telling
from stuurhut.kpi.verdicts.verdict import Sentence, State

register = template.Library()
MARKS: dict[State, str] = {
    "good": "circle-check", "bad": "alert-circle", "look": "alert-triangle", "unknown": "circle-dashed",
}  # fmt: skip


@register.filter
def told(sentence: Sentence | None) -> str:
    """The sentence in the reader's language; empty for none."""
    return telling.told(sentence)


@register.filter
def mark(state: State) -> str:
    """The icon that goes with a state, so that colour never stands alone."""
    return MARKS[state]
