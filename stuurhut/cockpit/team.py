"""The team at one glance: a row for each seller, or for each team side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.urls import reverse
from django.utils.translation import gettext as _

from stuurhut import replica
from stuurhut.cockpit.asking import Asked
from stuurhut.cockpit.findings import asking_of
from stuurhut.cockpit.telling import told
from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.judging.funnel import COHORTS
from stuurhut.kpi.judging.process import processes
from stuurhut.kpi.judging.steps import Step, steps
from stuurhut.kpi.judging.windows import a_year
from stuurhut.kpi.verdicts import kinds
from stuurhut.kpi.verdicts.verdict import State, Verdict
from stuurhut.kpi.words.answer import Answer, Number, Row, Value
from stuurhut.people.teams import with_sub_teams
from stuurhut.ui.dots import Dot, dots
from stuurhut.ui.numbers import NOTHING, interval, plain, share, written

Of = Literal["person", "team"]
FIGURES = (
    "target_attainment", "sales_value", "pipeline_open_value", "leads_created", "lead_response_time", "follow_ups",
    "lead_conversion",
)  # fmt: skip
PER_FTE = ("sales_value", "pipeline_open_value", "leads_created", "follow_ups")  # of teams, side by side
DONE = ("sales_value", "follow_ups")
TELLING = (kinds.WEAK_STEP, kinds.STRONG_STEP, kinds.WEAK_PROCESS, kinds.BETTER_PROCESS)


@dataclass(frozen=True)
class Cell:
    """A figure of a row: as it is written, what it sorts on, and for attainment how it stands."""

    text: str
    sort: float | None
    state: State | None = None
    words: str = ""


@dataclass(frozen=True)
class StepDot:
    """A step of the funnel as a dot; `words` say it for who cannot see it and on hovering, `brief` what stands out."""

    dot: Dot | None
    text: str
    words: str
    sort: float | None
    state: State = "unknown"
    brief: str = ""


@dataclass(frozen=True)
class TeamRow:
    """One seller or team; `number` is its id."""

    number: int
    name: str
    address: str
    cells: tuple[Cell, ...]
    steps: tuple[StepDot, ...]


@dataclass(frozen=True)
class Table:
    """The rows with the names of their columns."""

    of: Of
    figures: tuple[str, ...]
    steps: tuple[str, ...]
    rows: tuple[TeamRow, ...]
    per_fte: bool


def several(asked: Asked) -> bool:
    """Whether the page is about more people than one, whose own figures the reader may see."""
    if any(name == "person" for name, _value in asked.filters):
        return False
    return asked.lens.people and (asked.scope.everything or bool(asked.scope.teams))


def table(asked: Asked) -> Table | None:
    """Teams side by side for who sees several of them, else the sellers; None for who may not see others."""
    of = of_rows(asked)
    if not of:
        return None
    answers = {key: answer for key in FIGURES if _tells(answer := _ask(asked, key, of))}
    rows = _rows(answers, of)
    judged = _of_teams(asked) if of == "team" else _of_people(asked)
    scales = {key: [step for one in judged.values() for step in one if step.kpi == key] for key in COHORTS}
    drawn = {key: dict(zip(map(id, found), _drawn(found), strict=True)) for key, found in scales.items()}
    return Table(
        of=of,
        figures=tuple(_(kpi_of(key).label) for key in answers),
        steps=tuple(_(kpi_of(key).label) for key in COHORTS),
        rows=tuple(
            TeamRow(
                number=number,
                name=name,
                address=_address(asked, of, number),
                cells=tuple(_cell(answers[key], values.get(key), of) for key in answers),
                steps=tuple(_dot(judged.get(number, ()), key, drawn[key]) for key in COHORTS),
            )
            for number, (name, values) in rows.items()
        ),
        per_fte=any(_is_per_fte(answer, of) for answer in answers.values()),
    )


def of_rows(asked: Asked) -> Of | Literal[""]:
    """What the rows are of; empty for who may not see others."""
    if not several(asked):
        return ""
    return "team" if _side_by_side(asked) else "person"


def _side_by_side(asked: Asked) -> bool:
    """Whether teams stand side by side: more than one is in view, or below the one that was chosen."""
    if any(name in ("person", "team") for name, _value in asked.filters):
        return False
    chosen = asked.lens.team
    if chosen is not None:
        return len(with_sub_teams([chosen]) - {chosen}) > 1
    return sum(asked.scope.everything or team.pk in asked.scope.teams for team in asked.lens.teams) > 1


def _ask(asked: Asked, key: str, of: Of) -> Answer:
    return replica.ask(asked.question(key, by=(of,), brief=True, per_fte=True), asked.scope)


def _tells(answer: Answer) -> bool:
    """Whether there is a value in any row: leads that are all too young to judge make no column of dashes."""
    return answer.kpi in ("target_attainment", *DONE) or any(row.value.value is not None for row in answer.rows)


def _rows(answers: Mapping[str, Answer], of: Of) -> dict[int, tuple[str, dict[str, Row]]]:
    """Who was there to sell in the period or did anything in it, by name, with the row of each figure."""
    found: dict[int, tuple[str, dict[str, Row]]] = {}
    for key, answer in answers.items():
        for row in answer.rows:
            number, name = row.ids[of], row.names[of]
            if number is not None and name is not None:
                found.setdefault(number, (name, {}))[1][key] = row
    kept = {
        number: (name, rows)
        for number, (name, rows) in found.items()
        if _was_there(rows.get("sales_value")) or any(_did(rows.get(key)) for key in DONE)
    }
    return dict(sorted(kept.items(), key=lambda pair: pair[1][0].casefold()))


def _was_there(row: Row | None) -> bool:
    return bool(row and row.value.more.get("fte"))


def _did(row: Row | None) -> bool:
    return bool(row and row.value.value)


def _cell(answer: Answer, row: Row | None, of: Of) -> Cell:
    if row is None or row.value.value is None:
        words = _("no target") if answer.kpi == "target_attainment" else ""
        return Cell(words or NOTHING, None)
    value = float(row.value.value)
    if answer.kpi == "target_attainment":
        pace = row.value.more.get("pace")
        on_course = float(value if pace is None else pace) >= 1  # type: ignore[arg-type]
        words = _("on course") if on_course else _("behind")
        return Cell(share(value), value, "good" if on_course else "bad", words)
    if _is_per_fte(answer, of):
        each: Any = row.value.more["per_fte"]
        return Cell(written(each, "money" if answer.unit == "money" else "number", answer.currency, short=True), each)
    return Cell(written(row.value.value, answer.unit, answer.currency, short=True), value)


def _is_per_fte(answer: Answer, of: Of) -> bool:
    """Whether it is told so: of teams, what adds up, where nothing is asked of which there are no hands."""
    return of == "team" and answer.kpi in PER_FTE and "per_fte" in answer.total.more


def _address(asked: Asked, of: Of, number: int) -> str:
    if of == "team":
        return asked.address("/", team=str(number))
    return asked.address(reverse("seller", args=[number]), by="", of="", person="", team="")


# -- steps -----------------------------------------------------------------------------------------------------------


def _of_people(asked: Asked) -> dict[int, list[Step]]:
    found: dict[int, list[Step]] = defaultdict(list)
    for step in steps(asking_of(asked)):
        if step.person is not None:
            found[step.person].append(step)
    return found


def _of_teams(asked: Asked) -> dict[int, list[Step]]:
    """The steps of each team over the last year beside all of them, and what of it is weak against the own past."""
    asking = asking_of(asked)
    changed = {(one.verdict.about.id, one.rung.key): one.verdict for one in processes(asking)}
    found: dict[int, list[Step]] = defaultdict(list)
    for key in COHORTS:
        answer = asking.answer(key, period=a_year(asking), by=("team",))
        every = _float(answer.total.value)
        for row in answer.rows:
            number = row.ids["team"]
            if number is not None:
                found[number].append(_of_team(key, row, every, changed.get((number, key))))
    return found


def _of_team(key: str, row: Row, every: float | None, verdict: Verdict | None) -> Step:
    value: Value = row.value
    rate, n = _float(value.value), value.n or 0
    hits = round((rate or 0.0) * n)
    return Step(
        key, None, row.names["team"] or "", hits, n, rate, _float(value.low), _float(value.high), rate, every, verdict
    )


def _drawn(found: list[Step]) -> list[Dot | None]:
    return dots([(step.rate, step.low, step.high) for step in found], [step.others for step in found])


def _dot(of_one: Sequence[Step], key: str, drawn: Mapping[int, Dot | None]) -> StepDot:
    step = next((one for one in of_one if one.kpi == key), None)
    if step is None or step.rate is None:
        return StepDot(None, NOTHING, _("nothing to follow yet"), None)
    between = interval(step.low, step.high, "ratio")
    words = _("%(share)s (%(interval)s, n = %(n)s), the others %(others)s") % {
        "share": share(step.rate), "interval": between, "n": plain(step.n), "others": share(step.others),
    }  # fmt: skip
    told_of = step.verdict if step.verdict and step.verdict.kind in TELLING else None
    if told_of is None:
        return StepDot(drawn[id(step)], share(step.rate), words, step.rate)
    return StepDot(drawn[id(step)], share(step.rate), words, step.rate, told_of.state, told(told_of.brief))


def _float(value: Number) -> float | None:
    return None if value is None else float(value)
