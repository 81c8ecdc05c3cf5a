"""The cockpit, and what stands around every page with numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from stuurhut import replica
from stuurhut.cockpit import live
from stuurhut.cockpit.asking import KEPT, Asked, asked
from stuurhut.cockpit.clock import face
from stuurhut.cockpit.export import export_seven
from stuurhut.cockpit.last import last_day_with_facts
from stuurhut.cockpit.live import unless_unchanged
from stuurhut.cockpit.parts import PARTS, addresses
from stuurhut.cockpit.tiles import seven
from stuurhut.kpi.words.errors import QuestionError
from stuurhut.kpi.words.period import bucket_name, floor
from stuurhut.replica.asked import sentence
from stuurhut.ui.periods import Choice, called, choices, stepped

View = Callable[..., HttpResponse]


def answers_questions(view: View) -> View:
    """Answers from one copy; a question that cannot be answered gets one sentence with the remedy, and status 400."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with replica.held():
                return view(request, *args, **kwargs)
        except QuestionError as error:
            return _page(request, "400.html", {"sentence": sentence(error)}, status=400)

    return wrapped


@unless_unchanged
@answers_questions
def cockpit(request: HttpRequest) -> HttpResponse:
    """The clock, the seven, the funnel and the team for a period, a team and a peildatum; or a `part` of it."""
    question = asked(request)
    if question.lens.nothing:
        return render(request, "cockpit/nothing.html", _frame(question))
    part = question.given.get("part", "")
    if part:
        if part not in PARTS:
            raise Http404(part)
        return render(request, f"cockpit/{part}.html", {**PARTS[part](question), "asked": question})
    if "format" in question.given:
        return export_seven(question)
    shown = seven(question)
    offer = _offer(question) if shown.empty else {}
    return _page(
        request,
        "cockpit/cockpit.html",
        {
            **_frame(question),
            "clock": face(question, shown.attained),
            "tiles": shown.tiles,
            "teamless": question.lens.scope.everything and not question.lens.teams,
            "fresh_at": shown.fresh_at,
            "parts": addresses(question),
            "exports": {kind: question.address("/", format=kind) for kind in ("csv", "xlsx")},
            "now": live.state_for(question.given.get("as_of", "")),
            **offer,
        },
    )


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """The whole page, or for htmx the part of it that changes."""
    partial = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") == "partial"
    response = render(request, f"{template}#page" if partial else template, context, status=status)
    response["Vary"] = "HX-Request"
    return response


def _frame(question: Asked) -> dict[str, Any]:
    """What stands above every page with numbers."""
    lens = question.lens
    teams = [Choice("", _widest(question), lens.team is None)]
    teams += [Choice(str(team.pk), team.name, team.pk == lens.team) for team in lens.teams]
    return {
        "asked": question,
        "lens": lens,
        "period_called": called(question.period),
        "period_choices": choices(question.chosen, question.period, question.today),
        "earlier": question.address(period=stepped(question.period, -1)),
        "later": question.address(period=stepped(question.period, 1)),
        "cockpit_address": question.address("/", by="", of=""),
        "kept": [(name, question.given[name]) for name in KEPT if name in question.given and name != "by"],
        "team_choices": teams,
        "comparisons": [
            Choice("", _("same period last year"), question.compare == "last-year"),
            Choice("previous", _("previous period"), question.compare == "previous"),
        ],
    }


def _widest(question: Asked) -> str:
    """What stands for no team chosen."""
    scope = question.lens.scope
    if scope.everything:
        return _("The whole organisation")
    return _("My teams") if scope.teams else _("Myself")


def _offer(question: Asked) -> dict[str, Any]:
    """The last period that holds facts, when the one asked holds none."""
    day = last_day_with_facts(question.as_of)
    if day is None:
        return {"no_facts_at_all": True}
    start = floor(day, "quarter")
    if start == question.period.start:
        return {}
    return {"last_with_facts": question.address(period=bucket_name(start, "quarter")), "last_day": day}
