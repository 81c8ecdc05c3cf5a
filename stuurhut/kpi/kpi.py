"""What a KPI is: a name, a meaning, a formula, and a worked example."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from stuurhut.kpi.formula import By, Formula
from stuurhut.kpi.inquiry import Inquiry
from stuurhut.kpi.words.answer import Key, Left, Value

Unit = Literal["count", "money", "ratio", "days", "hours", "minutes", "number", "fte"]
FactRows = list[dict[str, Any]]
Phase = Literal["leads", "contact", "funnel", "pipeline", "sales", "customers", "hands", "recording"]


@dataclass(frozen=True)
class Example:
    """A few facts one can check by hand: shown behind "how is this computed?" and run as a test.

    `facts` maps a fact's name to rows; columns left out are null (see `examples.complete`). `expect` is the total's
    value; `rows` optionally the value per name of `by`.
    """

    story: str
    facts: dict[str, FactRows]
    expect: Any
    period: str = "2026-03"
    as_of: str = "2026-03-31"
    by: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    of: str = "sales_value"
    rows: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Kpi:
    """A KPI, declared once. `label`, `meaning` and the example's story are English, translated at the edge."""

    key: str
    label: str
    meaning: str
    unit: Unit
    better: Literal["higher", "lower", "neither"]
    phase: Phase
    formula: Formula
    example: Example

    def groups(self, inquiry: Inquiry, by: By) -> dict[Key, Value]:
        """The value per key, computed once for the questions of a page."""
        return inquiry.once(("groups", self.key, inquiry.question.of, by), lambda: self.formula.groups(inquiry, by))

    def total(self, inquiry: Inquiry) -> Value:
        """The value of all together."""
        return self.groups(inquiry, ()).get((), self.formula.empty)

    def excluded(self, inquiry: Inquiry) -> list[Left]:
        """What is left out of the number, and why; counted once for the questions of a page."""
        return inquiry.once(("excluded", self.key, inquiry.question.of), lambda: self.formula.excluded(inquiry))
