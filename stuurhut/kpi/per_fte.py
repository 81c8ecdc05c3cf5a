"""Amounts and counts per FTE, so that small and large teams can be laid beside each other."""

from __future__ import annotations

from collections.abc import Iterable

from stuurhut.kpi.formula import PEOPLE, TIME
from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.words.answer import Value
from stuurhut.kpi.words.errors import QuestionError
from stuurhut.kpi.words.question import Question
from stuurhut.kpi.words.text import gettext_noop as _

LEAST = 0.05  # of an FTE: less would make one call a hundred per FTE


def is_told(kpi: Kpi, named: Iterable[str]) -> bool:
    """Whether there is a number per FTE of it, broken down or filtered by what is named: hands have no source."""
    return kpi.unit in ("count", "money") and kpi.phase != "hands" and {*named} <= PEOPLE | TIME


def check(kpi: Kpi, question: Question) -> None:
    """Raises QuestionError where a number per FTE was asked that there is not."""
    named = (*question.by, *(dimension for dimension, _value in question.where))
    if question.per_fte and not is_told(kpi, named):
        text = _("%(kpi)s is not told per FTE so; amounts and counts are, by person, team and time.")
        raise QuestionError(text, kpi=kpi.key)


def told(value: Value, fte: float | None) -> Value:
    """The value with the FTE there was to sell (`fte`) and what it is for each of them (`per_fte`, None without)."""
    is_enough = value.value is not None and fte is not None and fte >= LEAST
    each = float(value.value) / fte if is_enough else None  # type: ignore[arg-type, operator]
    return value._replace(more={**value.more, "fte": fte or 0.0, "per_fte": each})
