"""Data quality: how many records pass every rule, and which do not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir

from stuurhut.kpi.catalogue.quality_rules import KINDS, RULES, Check, Kind
from stuurhut.kpi.formula import PEOPLE, By, Computed, record_rows
from stuurhut.kpi.inquiry import Inquiry
from stuurhut.kpi.kpi import Example, Kpi
from stuurhut.kpi.statistics.intervals import wilson
from stuurhut.kpi.study import Study, grouped
from stuurhut.kpi.words.answer import Key, Left, Value
from stuurhut.kpi.words.errors import UnknownName, nearest
from stuurhut.kpi.words.text import gettext_noop as _


def _in_use(inquiry: Inquiry, check: Check) -> bool:
    return not check.in_use or any(_filled(inquiry, fact, column) for fact, column in check.in_use)


def _filled(inquiry: Inquiry, fact: str, column: str) -> bool:
    """Whether a column has a value anywhere."""
    return inquiry.kept(("filled", fact, column), lambda: bool(inquiry.rows(_one_filled, fact, column)))


def _one_filled(study: Study, fact: str, column: str) -> ir.Table:
    t = study.table(fact)
    value = t[column].nullif("") if t[column].type().is_string() else t[column]
    return t.filter(value.notnull()).select(column).limit(1)


def _asked(inquiry: Inquiry) -> tuple[Inquiry, tuple[str, ...]]:
    """The inquiry without its filter on rules, and the rules asked for. Raises UnknownName."""
    if "rule" not in inquiry.filters:
        return inquiry, tuple(RULES)
    rules = tuple(str(rule) for rule in inquiry.filters["rule"])
    for rule in rules:
        if rule not in RULES:
            raise UnknownName(
                _("There is no rule '%(rule)s'; did you mean '%(near)s'?"), rule=rule, near=nearest(rule, RULES)
            )
    return replace(inquiry, filters={name: ids for name, ids in inquiry.filters.items() if name != "rule"}), rules


def _checks(inquiry: Inquiry, rules: Iterable[str]) -> list[tuple[Kind, tuple[Check, ...]]]:
    """Per kind of record the checks that count: asked for, and of a fact in use."""
    wanted = set(rules)
    used = [kind for kind in KINDS if _filled(inquiry, kind.name, "id")]
    found = [(kind, tuple(c for c in kind.checks if c.rule in wanted and _in_use(inquiry, c))) for kind in used]
    return [(kind, checks) for kind, checks in found if checks]


def _marked(study: Study, by: By, kind: Kind, checks: Iterable[Check]) -> ir.Table:
    """The records of a kind with, per rule, whether it concerns them and whether they break it."""
    t = kind.rows(study, by)
    marks = {}
    for check in checks:
        concerns = check.concerns(t, study).fill_null(ibis.literal(False))
        marks[f"on_{check.rule}"] = concerns
        marks[f"no_{check.rule}"] = concerns & check.broken(t, study).fill_null(ibis.literal(False))
    return t.mutate(**marks)


# -- the figure ------------------------------------------------------------------------------------------------------


def _sums(study: Study, by: By, kind: Kind, checks: tuple[Check, ...]) -> ir.Table:
    t = _marked(study, by, kind, checks)
    measures = {mark: t[mark].sum() for check in checks for mark in (f"on_{check.rule}", f"no_{check.rule}")}
    looked_at = reduce(or_, (t[f"on_{check.rule}"] for check in checks)).sum()
    failed = reduce(or_, (t[f"no_{check.rule}"] for check in checks)).sum()
    return grouped(t, by, n=looked_at, failed=failed, **measures)


def _quality(inquiry: Inquiry, by: By) -> dict[Key, Value]:
    plain, rules = _asked(inquiry)
    names = tuple(name for name in by if name != "rule")
    tallies: dict[Key, _Tally] = {}
    for kind, checks in _checks(plain, rules):
        for key, row in plain.found(_sums, names, kind, checks).items():
            tally = tallies.setdefault(key, _Tally())
            tally.add(row["n"] or 0, row["failed"] or 0)
            for check in checks:
                tally.of_rule(check.rule).add(row[f"on_{check.rule}"] or 0, row[f"no_{check.rule}"] or 0)
    if "rule" not in by:
        return {key: tally.value() for key, tally in tallies.items()}
    place = by.index("rule")
    return {
        (*key[:place], rule, *key[place:]): of_rule.value()
        for key, tally in tallies.items()
        for rule, of_rule in tally.rules.items()
    }


class _Tally:
    """Records looked at and failed, also per rule."""

    def __init__(self) -> None:
        self.n, self.failed = 0, 0
        self.rules: dict[str, _Tally] = {}

    def add(self, n: int, failed: int) -> None:
        self.n, self.failed = self.n + n, self.failed + failed

    def of_rule(self, rule: str) -> _Tally:
        return self.rules.setdefault(rule, _Tally())

    def value(self) -> Value:
        rules = {rule: {"offenders": tally.failed, "checked": tally.n} for rule, tally in self.rules.items() if tally.n}
        return wilson(self.n - self.failed, self.n, {"offenders": self.failed, **({"rules": rules} if rules else {})})


def offenders(inquiry: Inquiry, *rules: str) -> ir.Table | None:
    """The records that break one of the rules (all of them when none is named); None when no rule counts."""
    plain, asked = _asked(inquiry)
    found = []
    for kind, checks in _checks(plain, rules or asked):
        t = _marked(plain.study, (), kind, checks)
        broken = reduce(or_, (t[f"no_{check.rule}"] for check in checks))
        found.append(record_rows(t.filter(broken), kind.name, "owner_id", kind.on, ibis.literal(False)))
    return ibis.union(*found) if len(found) > 1 else next(iter(found), None)


def _not_counted(inquiry: Inquiry) -> list[Left]:
    plain, rules = _asked(inquiry)
    used = {check.rule for _kind, checks in _checks(plain, rules) for check in checks}
    return [Left(_("rules that do not count, since nothing is recorded for them"), len(set(rules) - used))]


_CREATED = {"created_at": "2026-03-02 09:00", "owner": "Alice", "team": "Noord", "amount": 1000}

KPIS = (
    Kpi(
        key="data_quality",
        label=_("Data quality"),
        meaning=_(
            "The share of the records that pass every rule: of what was open on the peildatum or happened in the "
            "period. A rule counts only where what it is about is recorded at all."
        ),
        unit="ratio",
        better="higher",
        phase="recording",
        formula=Computed(
            _quality,
            PEOPLE | {"rule"},
            shows_everyone=True,
            left_out=_not_counted,
            behind=offenders,
        ),
        example=Example(
            story=_(
                "Alice has three open opportunities. One should have closed on 10 March and one has no amount; the "
                "third is right. Bram recorded a visit after nine days. One of four records passes every rule."
            ),
            facts={
                "opportunity": [
                    {**_CREATED, "expected_close_on": "2026-03-10"},
                    {**_CREATED, "expected_close_on": "2026-04-10", "amount": None},
                    {**_CREATED, "expected_close_on": "2026-04-20"},
                ],
                "activity": [
                    {
                        "kind": "visit",
                        "occurred_at": "2026-03-02 10:00",
                        "recorded_at": "2026-03-11 10:00",
                        "owner": "Bram",
                        "team": "Noord",
                    }
                ],
            },
            by=("person",),
            expect=0.25,
            rows={"Alice": 1 / 3, "Bram": 0},
        ),
    ),
)
