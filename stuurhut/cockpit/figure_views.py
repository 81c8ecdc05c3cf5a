"""The page of one KPI and what loads apart from it, the records behind it, and the list of all KPIs."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from stuurhut.cockpit.asking import asked
from stuurhut.cockpit.behind import first_records, records_page
from stuurhut.cockpit.export import export_breakdown, export_course, export_records
from stuurhut.cockpit.figure import course_shown, figure_page
from stuurhut.cockpit.judged import judgement
from stuurhut.cockpit.pages import answers_questions, frame_of, page
from stuurhut.kpi.catalogue.index import CATALOGUE
from stuurhut.ui.phases import phase_words


@answers_questions
def kpi(request: HttpRequest, key: str) -> HttpResponse:
    """One KPI in full; a `part` of it that loads apart; or with `format` the breakdown or the course as a file."""
    _known(key)
    question = asked(request)
    part = question.given.get("part", "")
    if "format" in question.given:
        return export_course(question, key) if part == "course" else export_breakdown(question, key)
    if part == "course":
        return render(request, "cockpit/figure_course.html", {"kpi": CATALOGUE[key], **course_shown(question, key)})
    if part == "verdict":
        return render(request, "cockpit/figure_verdict.html", judgement(question, key))
    if part == "records":
        return render(request, "cockpit/figure_records.html", first_records(question, key))
    return page(request, "cockpit/kpi.html", {**frame_of(question), **figure_page(question, key)})


@answers_questions
def records(request: HttpRequest, key: str) -> HttpResponse:
    """The records behind a number, a page at a time, or all of them as a file with `format`."""
    _known(key)
    question = asked(request)
    if "format" in question.given:
        return export_records(question, key)
    return page(request, "cockpit/records.html", {**frame_of(question), **records_page(question, key)})


def kpis(request: HttpRequest) -> HttpResponse:
    """All KPIs with what they mean; `q` narrows them by words."""
    sought = request.GET.get("q", "").strip().casefold()
    found = [k for k in CATALOGUE.values() if sought in f"{k.key} {_(k.label)} {_(k.meaning)}".casefold()]
    phases = [(words, [k for k in found if k.phase == phase]) for phase, words in phase_words().items()]
    context: dict[str, Any] = {"phases": [p for p in phases if p[1]], "sought": sought}
    return render(request, "cockpit/kpis.html", context)


def _known(key: str) -> None:
    if key not in CATALOGUE:
        raise Http404(key)
