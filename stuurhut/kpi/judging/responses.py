"""How quickly leads are answered, by teams and by sellers: a slow person or a slow process."""

from __future__ import annotations

from stuurhut.kpi.judging.asking import Asking
from stuurhut.kpi.judging.beside import number
from stuurhut.kpi.judging.members import all_in_view, teams_in_view
from stuurhut.kpi.judging.windows import lately
from stuurhut.kpi.verdicts import response
from stuurhut.kpi.verdicts.response import Answers
from stuurhut.kpi.verdicts.verdict import Subject, Verdict
from stuurhut.kpi.words.answer import Row, Value
from stuurhut.kpi.words.period import Period


def answers(asking: Asking) -> tuple[Verdict, ...]:
    """Slow person or slow process: of all in view, then of each team in it, then of each seller (B2)."""
    span = lately(asking)
    by_team = asking.answer("lead_response_time", period=span, by=("team",))
    norm = number(by_team.total.more.get("norm_minutes"))
    if norm is None:
        return ()
    sellers, view = _sellers(asking, span), {team.id for team in teams_in_view(asking)}
    teams = {row.ids["team"]: _answers(row.value, _team(row)) for row in by_team.rows if row.ids["team"] in view}
    whole = _answers(by_team.total, all_in_view(asking))
    verdicts = []
    if not asking.only:
        every = [seller for of_team in sellers.values() for seller in of_team]
        verdicts.append(response.team(whole, every, norm, asking.thresholds))
        if len(teams) > 1:
            verdicts += [response.team(it, sellers.get(key, []), norm, asking.thresholds) for key, it in teams.items()]
    everyone = _sellers(asking.everyone, span)
    for key, of_team in sellers.items():
        team = _whole_team(asking.everyone, span, key)
        verdicts += [_seller(asking, own, everyone.get(key, []), team or whole, norm) for own in of_team]
    # The slowest of a team is told of with the team and as a seller; that is one verdict.
    return tuple({(one.kind, one.about): one for one in verdicts}.values())


def _seller(asking: Asking, own: Answers, team: list[Answers], whole: Answers, norm: float) -> Verdict:
    others = [other for other in team if other.about != own.about]
    return response.seller(own, others, whole, norm, asking.thresholds)


def _sellers(asking: Asking, span: Period) -> dict[int | None, list[Answers]]:
    """Per team its sellers, by their own clock."""
    found: dict[int | None, list[Answers]] = {}
    for row in asking.answer("lead_response_time", period=span, by=("person", "team")).rows:
        if row.ids["person"] is not None:
            about = Subject("person", row.ids["person"], row.names["person"] or "")
            found.setdefault(row.ids["team"], []).append(_answers(row.value, about))
    return found


def _whole_team(everyone: Asking, span: Period, team: int | None) -> Answers | None:
    rows = everyone.answer("lead_response_time", period=span, by=("team",)).rows
    return next((_answers(row.value, _team(row)) for row in rows if team is not None and row.ids["team"] == team), None)


def _team(row: Row) -> Subject:
    return Subject("team", row.ids["team"], row.names["team"] or "")


def _answers(value: Value, about: Subject) -> Answers:
    return Answers(about, number(value.value), number(value.more.get("within_norm")), value.n or 0)
