"""The page of one seller, and that of a team."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from stuurhut.cockpit.asking import Asked, asked
from stuurhut.cockpit.lens import lens_for
from stuurhut.cockpit.pages import answers_questions, frame_of, page
from stuurhut.cockpit.plan_lines import MARKS, lines, new_lines
from stuurhut.cockpit.planning import course_words, ends_at, euros, headline, plan_of, way
from stuurhut.cockpit.planning import remarks as plan_remarks
from stuurhut.cockpit.seller import Seller, absences, goals, narrowed, record_links, remarks, seller_of, standing
from stuurhut.cockpit.seller_figures import Colleagues, contacts_to_deal, response, seven_beside, top_relations
from stuurhut.cockpit.seller_judged import answering, courses, funnel, summary
from stuurhut.people.models import User
from stuurhut.people.scope import scope_for
from stuurhut.ui.periods import called

PARTS = ("steps", "seven", "course", "work")


@answers_questions
def seller(request: HttpRequest, key: int) -> HttpResponse:
    """The page of a seller; `part` is one of those that load after it: steps, seven, course or work."""
    question = asked(request)
    about = seller_of(question, key)
    own = narrowed(question, about.person)
    path = reverse("seller", args=[key])
    part = question.given.get("part", "")
    if part:
        return _part(request, part, about, own, path)
    now, around = goals(about, question)
    frame = {
        **frame_of(question),
        "team_choices": [],
        "cockpit_address": question.address("/", by="", of="", person=""),
    }
    return page(
        request,
        "cockpit/seller.html",
        {
            **frame,
            "seller": about,
            "standing": standing(about, question),
            "seller_remarks": remarks(about, question),
            "recorded_words": _recorded(about, is_me=about.person.user_id == request.user.pk),
            "was_here": about.was_here(question.period),
            "last_quarter": question.address(period=about.last_quarter) if about.last_quarter else "",
            **_clock(own),
            "goals": now,
            "other_goals": around,
            "absences": absences(about, question),
            "record_links": record_links(own),
            "parts": {name: own.address(path, part=name, person="") for name in PARTS},
        },
    )


def _recorded(about: Seller, *, is_me: bool) -> str:
    if is_me:
        return _("What is recorded about you")
    return _("What is recorded about %(name)s") % {"name": about.person.name}


def _part(request: HttpRequest, part: str, about: Seller, own: Asked, path: str) -> HttpResponse:
    """A part of the page. Raises Http404 for one that there is not."""
    colleagues = Colleagues(own, about)
    match part:
        case "steps":
            of_funnel, stages = funnel(own, about.person.pk)
            found: dict[str, Any] = {
                "lines": of_funnel,
                "telling": [line for line in stages if line.differs],
                "stages": [line for line in stages if not line.differs],
                "summary": summary([*of_funnel, *stages]),
            }
        case "seven":
            found = {"lines": seven_beside(own, colleagues)}
        case "course":
            found = courses(own, about.person.pk, path)
        case "work":
            found = {
                "response": response(own, colleagues),
                "answering": answering(own, about.person.pk),
                "top": top_relations(own, colleagues),
                "dimensions": contacts_to_deal(own, colleagues),
            }
        case _:
            raise Http404(part)
    context = {"seller": about, "asked": own, "colleagues": colleagues, "period_called": called(own.period), **found}
    return render(request, f"cockpit/seller_{part}.html", context)


def _clock(own: Asked) -> dict[str, Any]:
    """The own clock: the plan in one sentence and as a bar."""
    plan = plan_of(own)

    def kpi_of(key: str) -> str:
        return own.address(reverse("kpi", args=[key]), by="", of="")

    state, words = course_words(plan)
    return {
        "plan": plan,
        "headline": headline(plan),
        "remarks": plan_remarks(plan, own.period.start),
        "state": state,
        "state_mark": MARKS[state],
        "state_words": words,
        "ends_at": ends_at(plan),
        "way": way(plan),
        "pipeline_open": euros(plan.pipeline.value),
        "week_lines": [*lines(plan, kpi_of)[:1], *new_lines(plan, kpi_of)[:3]],
        "plan_address": own.address(reverse("plan"), by="", of=""),
    }


def team(request: HttpRequest, key: int) -> HttpResponse:
    """The cockpit with this team chosen. Raises Http404 for one that may not be seen."""
    assert isinstance(request.user, User)
    lens_for(request.user, scope_for(request.user), str(key), timezone.localdate())
    fields = request.GET.copy()
    fields["team"] = str(key)
    return redirect(f"{reverse('cockpit')}?{fields.urlencode()}")
