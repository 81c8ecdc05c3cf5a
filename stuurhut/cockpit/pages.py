"""What every page with numbers shares: its frame, its answer to a wrong question, and the part that changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from stuurhut import replica
from stuurhut.cockpit.asking import KEPT, Asked
from stuurhut.kpi.words.errors import QuestionError
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
            return page(request, "400.html", {"sentence": sentence(error)}, status=400)

    return wrapped


def page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """The whole page, or for htmx the part of it that changes."""
    partial = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") == "partial"
    response = render(request, f"{template}#page" if partial else template, context, status=status)
    response["Vary"] = "HX-Request"
    return response


def frame_of(question: Asked) -> dict[str, Any]:
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
