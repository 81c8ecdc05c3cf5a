"""Sentences of verdicts, as people read them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import override

from stuurhut.cockpit.telling import told
from stuurhut.kpi.verdicts.verdict import Figure, Sentence, Term
from stuurhut.kpi.words.period import Period


def said(sentence: Sentence | None) -> str:
    with override("nl"):
        return told(sentence).replace("\u00a0", " ")


def test_numbers_are_written_by_their_unit_and_words_are_translated() -> None:
    sentence = Sentence(
        "%(name)s: %(kpi)s %(share)s, %(amount)s, %(calls)s since %(day)s in %(period)s",
        {
            "name": "Alice 100%", "kpi": Term("Sales"), "share": Figure(0.408, "ratio"),
            "amount": Figure(Decimal("1310000"), "money"), "calls": 1200, "day": date(2026, 9, 1),
            "period": Period(date(2026, 7, 1), date(2026, 10, 1)),
        },
    )  # fmt: skip
    assert said(sentence) == (
        "Alice 100%: Verkoop 40,8 %, € 1,31 mln, 1.200 since 1 september 2026 in 3e kwartaal 2026"
    )


def test_a_sentence_without_values_may_hold_a_percent_sign() -> None:
    assert said(Sentence("100% of them")) == "100% of them"


def test_no_sentence_says_nothing() -> None:
    assert told(None) == ""
