"""Pages that show numbers: the cockpit, one KPI in full, all KPIs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from secrets import token_hex
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from stuurhut import replica
from stuurhut.cockpit.asking import KEPT, Asked, asked
from stuurhut.cockpit.behind import records_page
from stuurhut.cockpit.export import export_breakdown, export_records
from stuurhut.cockpit.figure import figure_page
from stuurhut.cockpit.last import last_day_with_facts
from stuurhut.cockpit.tiles import pictures, seven
from stuurhut.kpi.catalogue.index import CATALOGUE
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


@answers_questions
def cockpit(request: HttpRequest) -> HttpResponse:
    """The seven metrics for a period, a team and a peildatum."""
    question = asked(request)
    if question.lens.nothing:
        return render(request, "cockpit/nothing.html", _frame(question))
    if question.given.get("part") == "pictures":
        return render(request, "cockpit/pictures.html", {"pictures": pictures(question)})
    shown = seven(question)
    offer = _offer(question) if shown.empty else {}
    return _page(
        request,
        "cockpit/cockpit.html",
        {
            **_frame(question),
            "tiles": shown.tiles,
            "teamless": question.lens.scope.everything and not question.lens.teams,
            "fresh_at": shown.fresh_at,
            "pictures_address": question.address("/", part="pictures"),
            "pictures_id": f"pictures-{token_hex(4)}",  # a new one each time, so that a changed page asks again
            **offer,
        },
    )


@answers_questions
def kpi(request: HttpRequest, key: str) -> HttpResponse:
    """One KPI in full, or as a file with `format`."""
    _known(key)
    question = asked(request)
    if "format" in question.given:
        return export_breakdown(question, key)
    return _page(request, "cockpit/kpi.html", {**_frame(question), **figure_page(question, key)})


@answers_questions
def records(request: HttpRequest, key: str) -> HttpResponse:
    """The records behind a number, a page at a time, or all of them as a file with `format`."""
    _known(key)
    question = asked(request)
    if "format" in question.given:
        return export_records(question, key)
    return _page(request, "cockpit/records.html", {**_frame(question), **records_page(question, key)})


def kpis(request: HttpRequest) -> HttpResponse:
    """All KPIs with what they mean; `q` narrows them by words."""
    sought = request.GET.get("q", "").strip().casefold()
    found = [k for k in CATALOGUE.values() if sought in f"{k.key} {_(k.label)} {_(k.meaning)}".casefold()]
    phases = [(words, [k for k in found if k.phase == phase]) for phase, words in phase_words().items()]
    return render(request, "cockpit/kpis.html", {"phases": [p for p in phases if p[1]], "sought": sought})


def phase_words() -> dict[str, str]:
    """The parts of the sales process under which KPIs stand."""
    return {
        "leads": _("Leads"), "contact": _("Contact with customers"), "funnel": _("The funnel"),
        "pipeline": _("Pipeline"), "sales": _("Sales"), "customers": _("Customers"),
        "hands": _("The hands"), "recording": _("Recording"),
    }  # fmt: skip


def _known(key: str) -> None:
    if key not in CATALOGUE:
        raise Http404(key)


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
