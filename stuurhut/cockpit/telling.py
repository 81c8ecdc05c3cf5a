"""Tells the sentence of a verdict in the reader's language."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.utils.translation import gettext

from stuurhut.kpi.verdicts.verdict import Figure, Filling, Sentence, Term
from stuurhut.kpi.words.period import Period
from stuurhut.ui.numbers import day, plain, written
from stuurhut.ui.periods import called


def told(sentence: Sentence | None) -> str:
    """The sentence, translated and filled; empty for none. Amounts are written short, in whole euros or thousands."""
    if sentence is None:
        return ""
    text = gettext(sentence.text)
    return text % {name: filled(value) for name, value in sentence.values.items()} if sentence.values else text


def filled(value: Filling) -> str:
    """What stands in a sentence for a value: a number by its unit, a word translated, a name as it is."""
    if isinstance(value, Figure):
        return written(value.value, value.unit, settings.CURRENCY, short=True)
    if isinstance(value, Term):
        return gettext(value.text)
    if isinstance(value, Period):
        return called(value)
    if isinstance(value, date):
        return day(value)
    return value if isinstance(value, str) else plain(value)
