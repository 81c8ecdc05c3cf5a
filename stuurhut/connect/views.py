"""Importing in the browser: bring files, look, check, import, mend, take back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from stuurhut.connect import findings, jobs, looking, mending, uploads
from stuurhut.connect.choosing import DAY_ORDERS, DECIMAL_SIGNS
from stuurhut.connect.forms import FilesForm
from stuurhut.connect.importing import plan_undo
from stuurhut.connect.models import ImportRun
from stuurhut.connect.problems import ImportFailed
from stuurhut.connect.rights import imports_seen_by, may_import
from stuurhut.connect.runs import at_work, in_hand
from stuurhut.connect.showing import NAMES
from stuurhut.connect.words import FIELDS
from stuurhut.crm.models import Stage
from stuurhut.people.access import only, signed_in
from stuurhut.people.models import Person

State = ImportRun.State
PAGE = 25
SLOW = timedelta(seconds=20)
STOPPED = timedelta(minutes=1)
QUEUED = (State.CHECKING, State.WAITING, State.UNDOING)
TO_UNDO = (State.COMPLETE, State.FAILED, State.RUNNING)


@only(may_import)
def import_list(request: HttpRequest) -> HttpResponse:
    """The imports, with their state and what can be done about them."""
    page = Paginator(imports_seen_by(signed_in(request)), PAGE).get_page(request.GET.get("page"))
    rows = [(run, sum(count.made for count in findings.counted(run.report))) for run in page]
    return render(request, "connect/imports.html", {"rows": rows, "page": page, "to_undo": TO_UNDO})


@only(may_import)
def import_new(request: HttpRequest) -> HttpResponse:
    """Files are brought; what they hold is looked at on the next page."""
    form = FilesForm(request.POST, request.FILES) if request.method == "POST" else FilesForm()
    if form.is_valid():
        try:
            run = uploads.begin(form.cleaned_data["file"], by=signed_in(request))
        except ImportFailed as error:
            form.add_error("file", str(error))
        else:
            return redirect("import", run.intake_id)
    return render(request, "connect/new.html", {"form": form}, status=400 if form.errors else 200)


@only(may_import)
def import_page(request: HttpRequest, key: int) -> HttpResponse:
    """One import as it stands: being prepared, at work, or done."""
    run = _run(request, key)
    return _prepared(request, run) if run.state == State.DRAFT else _standing(request, run)


def _run(request: HttpRequest, key: int) -> ImportRun:
    return get_object_or_404(imports_seen_by(signed_in(request)), intake_id=key)


def _prepared(request: HttpRequest, run: ImportRun, seen: looking.Prepared | None = None) -> HttpResponse:
    error = ""
    try:
        seen = seen or looking.prepared(run)
    except ImportFailed as problem:
        error = str(problem)
    page = {
        "run": run, "seen": seen, "error": error, "checked": bool(run.report.get("dry_run")), "report": run.report,
        "counts": findings.counted(run.report), "facts": [(fact, NAMES[fact]) for fact in FIELDS],
        "day_orders": DAY_ORDERS, "decimal_signs": DECIMAL_SIGNS, "kinds": Stage.Kind.choices,
        "people": Person.objects.filter(deleted_at=None).order_by("name"), "recognised": run.report.get("recognised"),
        "source": looking.source_of(seen),
    }  # fmt: skip
    return _shown(request, "connect/prepare.html", page)


def _shown(request: HttpRequest, template: str, page: dict[str, Any]) -> HttpResponse:
    """The page, or for htmx the part of it that changes."""
    is_fragment = request.headers.get("HX-Request-Type") == "partial"
    response = render(request, f"{template}#import" if is_fragment else template, page)
    response["Vary"] = "HX-Request"
    return response


def _standing(request: HttpRequest, run: ImportRun) -> HttpResponse:
    quiet = timezone.now() - run.seen_at
    number = request.GET.get("page", "0")
    rows, more = mending.rows_to_mend(run, int(number) if number.isdigit() else 0) if run.rejected else ([], False)
    is_queued, is_running, goes_on = run.state in QUEUED, run.state == State.RUNNING, in_hand(run) or at_work(run)
    page = {
        "run": run, "report": run.report, "counts": findings.counted(run.report), "rows": rows,
        "to_mend": run.rejected_rows.count(), "next": int(number) + 1 if more and number.isdigit() else None,
        "here": number, "files": [Path(name).name for name in run.report.get("rejected_files", ())],
        "is_busy": is_queued or (is_running and goes_on), "is_slow": is_queued and not run.rows_done and quiet > SLOW,
        "is_stopped": not goes_on and (is_running or (is_queued and quiet > STOPPED)),
        "percent": min(100, 100 * run.rows_done // max(run.rows_total, 1)),
        "cockpit": findings.cockpit_address(run) if run.state == State.COMPLETE else "", "to_undo": TO_UNDO,
    }  # fmt: skip
    return _shown(request, "connect/import.html", page)


@only(may_import)
@require_POST
def prepare(request: HttpRequest, key: int) -> HttpResponse:
    """What was filled in is kept; then look again, check, import, or throw away, as the button says."""
    run = _run(request, key)
    if run.state != State.DRAFT:
        return redirect("import", key)
    wanted = request.POST.get("do", "look")
    if wanted == "throw":
        uploads.throw_away(run)
        return redirect("imports")
    try:
        seen = looking.filled_in(run, request.POST)
    except ImportFailed as error:
        messages.error(request, str(error))
        return redirect("import", key)
    if wanted in ("check", "import") and not seen.lacking:
        job, state = (jobs.check_files, State.CHECKING) if wanted == "check" else (jobs.import_files, State.WAITING)
        jobs.start(run, job, state)
        return redirect("import", key)
    return _prepared(request, run, seen)


@only(may_import)
@require_POST
def again(request: HttpRequest, key: int) -> HttpResponse:
    """An import that broke off goes on; one that was taken back begins anew; a check that stopped is done again."""
    run = _run(request, key)
    if run.state == State.CHECKING:
        jobs.start(run, jobs.check_files, State.CHECKING)
    elif run.state in (State.WAITING, State.FAILED, State.RUNNING) and not run.intake.undone_at and not at_work(run):
        jobs.start(run, jobs.import_files, State.WAITING)
    elif run.state in (State.FAILED, State.UNDONE):
        try:
            return redirect("import", uploads.again(run, by=signed_in(request)).intake_id)
        except ImportFailed as error:
            messages.error(request, str(error))
    return redirect("import", key)


@only(may_import)
def undo(request: HttpRequest, key: int) -> HttpResponse:
    """Says what taking an import back means, and does it once that is confirmed."""
    run = _run(request, key)
    is_stuck = run.state == State.UNDOING and timezone.now() - run.seen_at > STOPPED
    if (run.state not in TO_UNDO or at_work(run)) and not is_stuck:
        return redirect("import", key)
    try:
        plan = plan_undo(run.intake_id)
    except ImportFailed as error:
        messages.error(request, str(error))
        return redirect("import", key)
    if request.method == "POST":
        jobs.start(run, jobs.undo_import, State.UNDOING)
        return redirect("import", key)
    created = [(NAMES.get(fact, fact), number) for fact, number in plan.created.items()]
    return render(request, "connect/undo.html", {"run": run, "plan": plan, "created": created})


@only(may_import)
@require_POST
def mend(request: HttpRequest, key: int) -> HttpResponse:
    """Keeps the rows that were mended, and imports them again when asked."""
    run = _run(request, key)
    if run.state != State.COMPLETE or "mended_in" in run.report:
        return redirect("import", key)
    changed = mending.keep_mended(run, request.POST)
    if request.POST.get("do") != "import":
        kept = _("Kept. Import the rows when you are done mending.")
        messages.success(request, kept if changed else _("Nothing changed."))
        page = request.POST.get("page", "0")
        return redirect(f"/imports/{key}/?page={int(page) if page.isdigit() else 0}#rejected")
    try:
        fresh = mending.bring_again(run, by=signed_in(request))
    except ImportFailed as error:
        messages.error(request, str(error))
        return redirect("import", key)
    jobs.start(fresh, jobs.import_files, State.WAITING)
    return redirect("import", fresh.intake_id)


@only(may_import)
def rejected_file(request: HttpRequest, key: int, number: int) -> HttpResponseBase:
    """The rejected rows of one file, to mend in a spreadsheet and bring again."""
    run = _run(request, key)
    paths = run.report.get("rejected_files", [])
    if number >= len(paths) or not Path(paths[number]).is_file():
        raise Http404(number)
    path = Path(paths[number])
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type="text/csv; charset=utf-8")
