"""The cockpit: the page, its parts and its file."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from stuurhut.cockpit import live
from stuurhut.cockpit.asking import Asked, asked
from stuurhut.cockpit.clock import face
from stuurhut.cockpit.export import export_seven
from stuurhut.cockpit.last import last_day_with_facts
from stuurhut.cockpit.live import unless_unchanged
from stuurhut.cockpit.pages import answers_questions, frame_of, page
from stuurhut.cockpit.parts import PARTS, addresses
from stuurhut.cockpit.tiles import seven
from stuurhut.kpi.words.period import bucket_name, floor
from stuurhut.replica.asked import DEFAULT_OF


@unless_unchanged
@answers_questions
def cockpit(request: HttpRequest) -> HttpResponse:
    """The clock, the seven, the funnel and the team for a period, a team and a peildatum; or a `part` of it."""
    question = asked(request)
    if question.lens.nothing:
        return render(request, "cockpit/nothing.html", frame_of(question))
    part = question.given.get("part", "")
    if part:
        if part not in PARTS:
            raise Http404(part)
        return render(request, f"cockpit/{part}.html", {**PARTS[part](question), "asked": question})
    if "format" in question.given:
        return export_seven(question)
    shown = seven(question)
    offer = _offer(question) if shown.empty else {}
    return page(
        request,
        "cockpit/cockpit.html",
        {
            **frame_of(question),
            "clock": face(question, shown.attained),
            "clock_of": question.given.get("of", DEFAULT_OF),
            "tiles": shown.tiles,
            "teamless": question.lens.scope.everything and not question.lens.teams,
            "fresh_at": shown.fresh_at,
            "parts": addresses(question),
            "exports": {kind: question.address("/", format=kind) for kind in ("csv", "xlsx")},
            "now": live.state_for(question.given.get("as_of", "")),
            **offer,
        },
    )


def _offer(question: Asked) -> dict[str, Any]:
    """The last period that holds facts, when the one asked holds none."""
    day = last_day_with_facts(question.as_of)
    if day is None:
        return {"no_facts_at_all": True}
    start = floor(day, "quarter")
    if start == question.period.start:
        return {}
    return {"last_with_facts": question.address(period=bucket_name(start, "quarter")), "last_day": day}
