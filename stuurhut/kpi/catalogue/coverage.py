"""Whether what is open is enough to reach the target."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir

from stuurhut.kpi import given
from stuurhut.kpi.attaining import Attaining
from stuurhut.kpi.catalogue.attainment import AT_WORK, NO_TARGET, attaining, sale, target
from stuurhut.kpi.catalogue.left import NO_AMOUNT, both, lacking
from stuurhut.kpi.catalogue.pipeline import probability, qualified_open
from stuurhut.kpi.formula import PEOPLE, SALE, By, Computed, amount, count, record_rows, whole
from stuurhut.kpi.inquiry import Inquiry
from stuurhut.kpi.kpi import Example, Kpi
from stuurhut.kpi.study import Measure, Study, grouped
from stuurhut.kpi.words.answer import Key, Value
from stuurhut.kpi.words.errors import QuestionError
from stuurhut.kpi.words.text import gettext_noop as _

WEIGHED = ("expected", "without_chance")


def _expected(study: Study, by: By = (), *, overdue: bool = False) -> ir.Table:
    """The open pipeline expected to close in the rest of the period; with `overdue` that which should have closed."""
    start = given.day(lambda inquiry: max(inquiry.running, inquiry.question.period.start))

    def due(t: ir.Table) -> ir.BooleanValue:
        day = t.expected_close_on
        return qualified_open(t, study) & (day < study.running if overdue else (day >= start) & (day < study.until_day))

    return study.balance("opportunity", by, where=due, value=True)


def _open(it: Attaining, *, overdue: bool) -> dict[Key, Value]:
    is_money = it.kpi.unit == "money"
    measure = amount if is_money else count

    def compute(inquiry: Inquiry, names: By) -> dict[Key, Value]:
        found = inquiry.found(_sums, names, measure, overdue)
        return {key: _opened(row, WEIGHED if is_money else ()) for key, row in found.items()}

    return it.rolled_up(compute)


def _sums(study: Study, by: By, measure: Measure, overdue: bool) -> ir.Table:
    t = _weighed(study, _expected(study, by, overdue=overdue))
    weighed = {"expected": t.at_chance.sum(), "without_chance": t.unweighed.sum()} if measure is amount else {}
    return grouped(t, by, value=measure(t), n=count(t), **weighed)


def _weighed(study: Study, t: ir.Table) -> ir.Table:
    """With `at_chance`, what a deal is worth times the chance of its stage, and `unweighed` where there is none."""
    chance = probability(study)
    t = t.left_join(chance, t.stage_id == chance.of_stage)
    worth = (t.portion if "portion" in t.columns else t.amount).cast("decimal(24, 6)")
    return t.mutate(at_chance=worth * t.chance, unweighed=ibis.ifelse(t.chance.isnull(), worth, ibis.null()))


def _opened(row: dict[str, Any], weighed: tuple[str, ...]) -> Value:
    more: dict[str, object] = {name: whole(row[name]) or 0 for name in weighed}
    return Value(whole(row["value"]) or 0, n=row["n"], more=more)


def _coverage(inquiry: Inquiry, by: By) -> dict[Key, Value]:
    it = attaining(inquiry, by)
    if not it.adds_up:
        raise QuestionError(_("Coverage needs a target that is counted or sold up to; %(key)s is not."), key=it.kpi.key)
    realised = it.rolled_up(it.kpi.groups)
    rest, overdue = _open(it, overdue=False), _open(it, overdue=True)
    nothing = Value(0, n=0)
    found = {}
    for key in it.keys({**realised, **rest, **overdue}):
        done = realised.get(key, it.kpi.formula.empty).value or 0
        found[key] = _covered(rest.get(key, nothing), overdue.get(key, nothing), it.target(key), done)  # type: ignore[arg-type]
    return found


def _covered(rest: Value, overdue: Value, target: Decimal | None, done: Decimal | int) -> Value:
    needed = None if target is None else target - Decimal(done)
    more: dict[str, object] = {
        "open": rest.value,
        "target": target,
        "realised": done,
        "needed": needed,
        "overdue": overdue.value,
        **rest.more,
    }
    if needed is None:
        more["reason"] = NO_TARGET
    covered = float(rest.value or 0) / float(needed) if needed is not None and needed > 0 else None
    return Value(covered, n=rest.n, more=more)


def _overdue(study: Study) -> ir.Table:
    return _expected(study, overdue=True)


def _undated(study: Study) -> ir.Table:
    return study.balance("opportunity", where=lambda t: qualified_open(t, study) & t.expected_close_on.isnull())


def _without_amount(study: Study) -> ir.Table:
    t = _expected(study)
    return t.filter(t.amount.isnull())


_NOT_IN_COVERAGE = both(
    lacking(_("expected close has passed"), _overdue),
    lacking(_("no expected close"), _undated),
    lacking(NO_AMOUNT, _without_amount),
)


def _chance(close: str, value: int) -> dict[str, object]:
    return {
        "created_at": "2026-01-05 09:00", "expected_close_on": close, "amount": value, "owner": "Alice",
        "team": "Noord",
    }  # fmt: skip


KPIS = (
    Kpi(
        key="pipeline_coverage",
        label=_("Coverage"),
        meaning=_(
            "The open pipeline expected to close in the rest of the period, against what is still needed to reach the"
            " target. Nothing when the target is met; deals whose expected close has passed are shown apart."
        ),
        unit="ratio",
        better="higher",
        phase="pipeline",
        formula=Computed(
            _coverage,
            PEOPLE | SALE,
            shows_everyone=True,
            empty=Value(None),
            left_out=_NOT_IN_COVERAGE,
            behind=lambda inquiry: record_rows(
                _expected(inquiry.study), "opportunity", "owner_id", "expected_close_on"
            ),
        ),
        example=Example(
            story=_(
                "On 15 March Alice sold for 4,000 of her 10,000, so 6,000 is still needed. For the rest of March she "
                "expects 12,000: covered twice. A deal of 5,000 that should have closed on 10 March does not count."
            ),
            facts={
                "opportunity": [
                    sale("2026-03-06", 4000, "Alice"),
                    _chance("2026-03-20", 9000),
                    _chance("2026-03-31", 3000),
                    _chance("2026-03-10", 5000),
                    _chance("2026-04-02", 7000),
                ],
                "target": [target(10000, person="Alice")],
                "person_day": AT_WORK,
            },
            as_of="2026-03-15",
            by=("person",),
            expect=2,
            rows={"Alice": 2},
        ),
    ),
)
