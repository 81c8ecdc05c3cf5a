"""The hands: how many we planned, have, and can count on; averaged over the working days of the period up to T."""

from __future__ import annotations

from datetime import date, timedelta

import ibis.expr.types as ir

from stuurhut.kpi.formula import PEOPLE, TIME, By, Computed
from stuurhut.kpi.inquiry import Inquiry
from stuurhut.kpi.kpi import Example, Kpi
from stuurhut.kpi.study import Study, grouped
from stuurhut.kpi.words.answer import Key, Value
from stuurhut.kpi.words.text import gettext_noop as _

TEAM = TIME | {"team"}


def working_days(inquiry: Inquiry, by: By = ()) -> dict[Key, int]:
    """The organisation's working days in the period up to T, per time bucket of `by` (other dimensions are ignored)."""
    grains = tuple(name for name in by if name in TIME)
    return {key: row["n"] for key, row in inquiry.found(_working_days, grains).items()}


def _working_days(study: Study, grains: By) -> ir.Table:
    t = study.table("calendar_day")
    t = t.filter(t.working & (t.day >= study.first_day) & (t.day < study.last_day))
    t = t.mutate(**{f"by_{name}": study.bucket(t.day, name) for name in sorted(TIME & {*grains, *study.filters})})
    for name in sorted(TIME & study.filters):
        t = study.filtered(t, name)
    return grouped(t, grains, n=t.count())


def _sums(study: Study, by: By, fact: str, columns: tuple[str, ...]) -> ir.Table:
    t = study.flow(fact, "day", by)
    return grouped(t, by, **{column: t[column].sum() for column in columns})


def averages(inquiry: Inquiry, by: By, fact: str, *columns: str) -> dict[Key, dict[str, float]]:
    """The mean of columns per working day and key, summed over the teams or persons in it; `days` has how many."""
    days = working_days(inquiry, by)
    found: dict[Key, dict[str, float]] = {}
    for key, sums in inquiry.found(_sums, by, fact, columns).items():
        n = days.get(tuple(value for name, value in zip(by, key, strict=True) if name in TIME), 0)
        if n and sums[columns[0]] is not None:
            found[key] = {"days": n, **{column: (sums[column] or 0.0) / n for column in columns}}
    return found


def selling_fte(inquiry: Inquiry, by: By = ()) -> dict[Key, float]:
    """FTE that was there to sell, per key (person, team, time): the memberships of sellers less absence, the mean over
    the working days up to T. By this a number is told per FTE; who leads is no part of it.
    """
    return inquiry.once(
        ("selling_fte", by),
        lambda: {key: row["selling_fte"] for key, row in averages(inquiry, by, "person_day", "selling_fte").items()},
    )


def _mean(fact: str, column: str, dimensions: frozenset[str]) -> Computed:
    def compute(inquiry: Inquiry, by: By) -> dict[Key, Value]:
        return {key: Value(row[column], n=int(row["days"])) for key, row in averages(inquiry, by, fact, column).items()}

    return Computed(compute, dimensions, shows_everyone=True)


def _days_present(study: Study, by: By) -> ir.Table:
    t = study.flow("person_day", "day", by)
    return grouped(t, by, days=t.day.nunique())


def _available(inquiry: Inquiry, by: By) -> dict[Key, Value]:
    """Beside what was there: what the contracts have, and on how many of the working days there was a contract.

    Without anybody in a team the total still has `n`, the organisation's working days, but for who may see nothing.
    """
    at_hand = averages(inquiry, by, "person_day", "available_fte", "contract_fte")
    present = inquiry.found(_days_present, by)
    found = {
        key: Value(
            row["available_fte"],
            n=int(row["days"]),
            more={"contract_fte": row["contract_fte"], "contract_days": present[key]["days"]},
        )
        for key, row in at_hand.items()
    }
    if not by and not found and not inquiry.scope.nothing:
        found[()] = Value(None, n=working_days(inquiry).get((), 0))
    return found


def _understaffing(inquiry: Inquiry, by: By) -> dict[Key, Value]:
    found = averages(inquiry, by, "formation_day", "formation_fte", "vacant_fte", "long_absent_fte")
    return {key: _missing(row) for key, row in found.items()}


def _missing(row: dict[str, float]) -> Value:
    """The share of the formation that nobody fills or that is away for long; null without a formation."""
    beside: dict[str, object] = {name: row[name] for name in ("formation_fte", "vacant_fte", "long_absent_fte")}
    missing = row["vacant_fte"] + row["long_absent_fte"]
    return Value(missing / row["formation_fte"] if row["formation_fte"] else None, n=int(row["days"]), more=beside)


def weekdays(start: date, until: date) -> list[date]:
    """Monday to Friday from start up to until: the working days of the examples."""
    every = (start + timedelta(days=number) for number in range((until - start).days))
    return [day for day in every if day.weekday() < 5]


_WEEK = weekdays(date(2026, 3, 2), date(2026, 3, 7))
_CALENDAR = [{"day": day, "working": True} for day in _WEEK]
_FORMATION = [
    {
        "team": "Noord", "day": day, "formation_fte": 4.0, "filled_fte": 3.0, "available_fte": 2.0 if late else 2.5,
        "vacant_fte": 1.0, "long_absent_fte": 0.5 if late else 0.0,
    }
    for late, day in ((day.day >= 5, day) for day in _WEEK)
]  # fmt: skip
_PERSONS = [
    *({"person": "Alice", "team": "Noord", "day": day, "contract_fte": 1.0, "available_fte": 1.0} for day in _WEEK),
    *(
        {"person": "Bram", "team": "Noord", "day": day, "contract_fte": 1.0, "available_fte": float(day.day < 4)}
        for day in _WEEK
    ),
]

KPIS = (
    Kpi(
        key="fte_formation",
        label=_("Formation"),
        meaning=_("FTE of the seats that the team is meant to have, filled or not; mean over the working days so far."),
        unit="fte",
        better="neither",
        phase="hands",
        formula=_mean("formation_day", "formation_fte", TEAM),
        example=Example(
            story=_("Team Noord is meant to have 4 FTE on all five working days of the week: 4."),
            facts={"formation_day": _FORMATION, "calendar_day": _CALENDAR},
            period="2026-W10",
            as_of="2026-03-08",
            expect=4,
        ),
    ),
    Kpi(
        key="fte_filled",
        label=_("Filled"),
        meaning=_("FTE of the seats in which somebody sits, present or not; mean over the working days so far."),
        unit="fte",
        better="higher",
        phase="hands",
        formula=_mean("formation_day", "filled_fte", TEAM),
        example=Example(
            story=_("Of the 4 FTE of team Noord one is vacant all week: 3 are filled."),
            facts={"formation_day": _FORMATION, "calendar_day": _CALENDAR},
            period="2026-W10",
            as_of="2026-03-08",
            expect=3,
        ),
    ),
    Kpi(
        key="fte_available",
        label=_("Available"),
        meaning=_("FTE that was really there: memberships less absence; mean over the working days so far."),
        unit="fte",
        better="higher",
        phase="hands",
        formula=Computed(_available, TIME | PEOPLE, shows_everyone=True),
        example=Example(
            story=_(
                "Alice was there on all five days, Bram on Monday and Tuesday: 7 of 5 days, which is 1.4 FTE. Bram "
                "was there for 2 of 5 days: 0.4."
            ),
            facts={"person_day": _PERSONS, "calendar_day": _CALENDAR},
            period="2026-W10",
            as_of="2026-03-08",
            by=("person",),
            expect=1.4,
            rows={"Alice": 1, "Bram": 0.4},
        ),
    ),
    Kpi(
        key="understaffing",
        label=_("Understaffing"),
        meaning=_(
            "The share of the formation that is vacant, or away unplanned for more than six weeks; mean over the "
            "working days so far. Holidays are not understaffing."
        ),
        unit="ratio",
        better="lower",
        phase="hands",
        formula=Computed(_understaffing, TEAM, shows_everyone=True),
        example=Example(
            story=_(
                "Of 4 FTE one is vacant all week, and half an FTE is away for long on Thursday and Friday (0.2 on "
                "average). 1.2 of 4 is 30%."
            ),
            facts={"formation_day": _FORMATION, "calendar_day": _CALENDAR},
            period="2026-W10",
            as_of="2026-03-08",
            expect=0.3,
        ),
    ),
)
