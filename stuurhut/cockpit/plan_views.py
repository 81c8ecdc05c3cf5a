"""The page of the plan to 100%."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from stuurhut.cockpit.asking import Asked, asked
from stuurhut.cockpit.export import as_file
from stuurhut.cockpit.pages import answers_questions, frame_of, page
from stuurhut.cockpit.plan_lines import IN_TABLE, MARKS, labels, lines, new_deals, new_lines, rows
from stuurhut.cockpit.plan_written import as_json, as_table
from stuurhut.cockpit.planning import course_words, ends_at, euros, headline, plan_of, plans_of, remarks, way, weeks


@answers_questions
def plan(request: HttpRequest) -> HttpResponse:
    """The plan of a team or a seller; `part=people` is the table of its sellers, `format` a file of them."""
    question = asked(request)
    frame = frame_of(question)
    if question.lens.nothing:
        return render(request, "cockpit/nothing.html", frame)
    if question.given.get("format") == "json":
        found = {**as_json(plan_of(question), settings.CURRENCY), "people": []}
        found["people"] = [as_json(one, settings.CURRENCY) for one in plans_of(question)]
        return JsonResponse(found, json_dumps_params={"ensure_ascii": False})
    if "format" in question.given:
        return as_file(question, as_table(plans_of(question)), "target_attainment", "-plan")
    if question.given.get("part") == "people":
        return render(request, "cockpit/plan_people.html", {**frame, **_people(question)})
    the_plan = plan_of(question)
    state, words = course_words(the_plan)
    return page(
        request,
        "cockpit/plan.html",
        {
            **frame,
            "plan": the_plan,
            "headline": headline(the_plan),
            "remarks": remarks(the_plan, question.period.start),
            "state": state,
            "state_mark": MARKS[state],
            "state_words": words,
            "ends_at": ends_at(the_plan),
            "way": way(the_plan),
            "weeks_left": weeks(the_plan.hands.weeks),
            "lines": lines(the_plan, _kpi_of(question)),
            "new_lines": new_lines(the_plan, _kpi_of(question)),
            "people_address": question.address(part="people") if _of_several(question) else "",
            "from_new": euros(the_plan.from_new),
            "new_deals": new_deals(the_plan),
            "pipeline_open": euros(the_plan.pipeline.value),
        },
    )


def _people(question: Asked) -> dict[str, Any]:
    """The table of the sellers."""
    names = labels()
    return {
        "rows": rows(plans_of(question), _seller_of(question)),
        "step_names": [names[key] for key in IN_TABLE],
        "exports": {kind: question.address("/plan/", format=kind) for kind in ("csv", "xlsx")},
    }


def _kpi_of(question: Asked) -> Callable[[str], str]:
    return lambda key: question.address(reverse("kpi", args=[key]), by="", of="")


def _seller_of(question: Asked) -> Callable[[int], str]:
    return lambda person: question.address(reverse("seller", args=[person]), by="", of="", person="")


def _of_several(question: Asked) -> bool:
    """Whether the page is about more than one seller, whose figures may be seen."""
    about = {name for name, _value in question.question("target_attainment").where}
    return question.lens.people and "person" not in about
