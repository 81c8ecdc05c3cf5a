"""The pages of the room: the grid of goals, the versions of a goal, and the closed periods."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stuurhut import replica
from stuurhut.kpi.words.errors import QuestionError
from stuurhut.people.access import sees_records, signed_in
from stuurhut.people.refusal import Refused
from stuurhut.replica.asked import sentence
from stuurhut.targets.asking import grid_asked
from stuurhut.targets.cells import Grid
from stuurhut.targets.choosing import choices_for, unit_in_words
from stuurhut.targets.drawing import Drawing, Typed
from stuurhut.targets.export import FORMATS, exported
from stuurhut.targets.filling import proposals
from stuurhut.targets.grid import grid_of
from stuurhut.targets.rights import rights_of
from stuurhut.targets.saving import Sent, save, sent
from stuurhut.targets.versions import narrower

View = Callable[..., HttpResponse]
HELPERS = ("spread", "raise", "divide")
WRONG = 422


def for_who_sees_figures(view: View) -> View:
    """404 for who has none to see; a question that cannot be answered gets one sentence, and status 400."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not sees_records(signed_in(request)):
            raise Http404
        try:
            with replica.held():
                return view(request, *args, **kwargs)
        except QuestionError as error:
            return render(request, "400.html", {"sentence": sentence(error)}, status=400)

    return wrapped


@for_who_sees_figures
def grid(request: HttpRequest) -> HttpResponse:
    """The goals of a KPI in a year; a form that saves all that was changed, or nothing."""
    rights = rights_of(signed_in(request))
    given: Mapping[str, Any] = request.POST if request.method == "POST" else request.GET
    drawing = Drawing(grid_asked({name: str(given[name]).strip() for name in given}), rights, timezone.now())
    if request.method == "POST":
        return _posted(request, drawing)
    if "format" in request.GET:
        return _file(request.GET["format"], drawing)
    return _page(request, drawing, grid_of(drawing))


def _file(form: str, drawing: Drawing) -> HttpResponse:
    if form not in FORMATS:
        wrong = _("'%(form)s' is not a form to export in; give csv or xlsx.") % {"form": form}
        return HttpResponse(wrong, status=400, content_type="text/plain; charset=utf-8")
    return exported(drawing, form)


def _posted(request: HttpRequest, drawing: Drawing) -> HttpResponse:
    if not drawing.rights.sets_any:
        raise Http404
    before = grid_of(drawing)
    form = sent(request.POST, before)
    what = request.POST.get("do", "look")
    if what in HELPERS:
        return _filled(request, drawing, form, what)
    if what != "save":
        return _again(request, drawing, form, {}, "")
    targets, errors = save(drawing, before, form, signed_in(request))
    if errors:
        count = len(errors)
        words = ngettext(
            "Nothing is saved yet: %(n)s cell needs a look.", "Nothing is saved yet: %(n)s cells need a look.", count
        )
        return _again(request, drawing, form, errors, words % {"n": count}, status=WRONG)
    words = ngettext("%(n)s goal is saved.", "%(n)s goals are saved.", len(targets)) % {"n": len(targets)}
    messages.success(request, words if targets else _("Nothing was changed, so there was nothing to save."))
    return redirect(drawing.asked.address())


def _filled(request: HttpRequest, drawing: Drawing, form: Sent, what: str) -> HttpResponse:
    typed = replace(drawing, typed=Typed(form.texts), derivations={})
    try:
        texts = proposals(typed, what, request.POST.get("whose", ""), request.POST.get("percent", ""))
    except Refused as refusal:
        return _again(request, drawing, form, {}, str(refusal), status=WRONG)
    words = ngettext(
        "A proposal for %(n)s cell is filled in; nothing is saved yet.",
        "A proposal for %(n)s cells is filled in; nothing is saved yet.",
        len(texts),
    )
    return _again(request, drawing, Sent({**form.texts, **texts}, form.seen), {}, words % {"n": len(texts)}, status=200)


def _again(
    request: HttpRequest, drawing: Drawing, form: Sent, errors: dict[str, str], notice: str, status: int = 200
) -> HttpResponse:
    """The page with what was filled in, and what is wrong with it."""
    shown = replace(drawing, typed=Typed(form.texts, errors), derivations={})
    # Who is told of a change by somebody else has seen it, and may save over it.
    seen = {name: version for name, version in form.seen.items() if name in form.texts and name not in errors}
    return _page(request, shown, grid_of(shown), notice=notice, seen=seen, status=status)


def _page(
    request: HttpRequest,
    drawing: Drawing,
    found: Grid,
    notice: str = "",
    seen: Mapping[str, int] | None = None,
    status: int = 200,
) -> HttpResponse:
    rights, period = drawing.rights, drawing.asked.period
    known = {name: cell.version for name, cell in found.cells.items() if cell.editable}
    page = {
        "asked": drawing.asked,
        "grid": found,
        **choices_for(drawing.asked, rights),
        "unit": unit_in_words(drawing.asked.kpi),
        "seen": json.dumps({**known, **{name: v for name, v in (seen or {}).items() if name in known}}),
        "notice": notice,
        "narrower": narrower(drawing.asked.kpi.key, drawing.holders, period.start, period.until),
        "is_wrong": status == WRONG,
        "percent": request.POST.get("percent", "5"),
        "whose": request.POST.get("whose", ""),
        "sets": rights.sets_any and found.is_editable,
        "sets_any": rights.sets_any,
        "export_csv": drawing.asked.address(format="csv"),
        "export_xlsx": drawing.asked.address(format="xlsx"),
    }
    return render(request, "targets/grid.html", page, status=status)
