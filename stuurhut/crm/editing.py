"""Recording and changing: the forms of leads, accounts, opportunities and activities, and what their cards can do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from stuurhut.crm import actions
from stuurhut.crm.activity_form import ActivityForm
from stuurhut.crm.fields import written_choice
from stuurhut.crm.forms import (
    AccountForm,
    ContactForm,
    LeadForm,
    OpportunityForm,
    StageForm,
    StatementForm,
    about_of,
)
from stuurhut.crm.kinds import ACCOUNTS, LEADS, OPPORTUNITIES, Kind
from stuurhut.crm.models import Account, Activity, Lead, Opportunity, PainGain
from stuurhut.crm.rights import may_change
from stuurhut.crm.status import title_of
from stuurhut.crm.visible import visible_to
from stuurhut.people.access import sees_records, signed_in
from stuurhut.people.models import User
from stuurhut.people.records import Recorded
from stuurhut.people.refusal import Refused

Form = LeadForm | AccountForm | OpportunityForm | ActivityForm
FORMS: dict[str, type[Form]] = {
    "lead": LeadForm, "account": AccountForm, "opportunity": OpportunityForm, "activity": ActivityForm,
}  # fmt: skip
MODELS: dict[str, type[Recorded]] = {
    "lead": Lead, "account": Account, "opportunity": Opportunity, "activity": Activity,
}  # fmt: skip
FOUND = 12


def create(request: HttpRequest, kind: Kind) -> HttpResponse:
    """The form for a new record, kept on POST; then its card."""
    user = signed_in(request)
    if not sees_records(user):
        raise Http404(kind.plural)
    about = about_of(user, request.GET.dict())
    first = {name: about[name] for name in ("account",) if name in about}
    if kind.name == "activity" and request.GET.get("kind") in Activity.Kind.values:
        first["kind"] = request.GET["kind"]
    form = FORMS[kind.name](request.POST or None, user=user, initial=first, about=about)
    if request.method == "POST" and form.is_valid():
        kept = _done(form, form.keep)
        if kept is not None:
            messages.success(request, _("%(record)s is recorded.") % {"record": title_of(kept)})
            return redirect(_next_page(kind, kept))
    return render(request, "crm/form.html", {"kind": kind, "form": form, "about": about, "title": kind.new})


def change(request: HttpRequest, kind: Kind, key: int) -> HttpResponse:
    """The form to change a record one may change; 404 for others."""
    user = signed_in(request)
    record = _changeable(user, kind, key)
    form = FORMS[kind.name](request.POST or None, user=user, record=record)
    if request.method == "POST" and form.is_valid() and _done(form, form.keep) is not None:
        messages.success(request, _("Your changes are kept."))
        return _to_card(kind.name, key)
    title = _("Change %(record)s") % {"record": title_of(record)}
    return render(request, "crm/form.html", {"kind": kind, "form": form, "record": record, "title": title})


@require_POST
def delete(request: HttpRequest, kind: Kind, key: int) -> HttpResponse:
    """Deletes a record, and shows the page on which that can be undone."""
    user = signed_in(request)
    actions.delete(records=[_changeable(user, kind, key)], by=user)
    return redirect(f"{kind.name}_deleted", key)


def deleted(request: HttpRequest, kind: Kind, key: int) -> HttpResponse:
    """Says what was deleted; POST puts it back."""
    user = signed_in(request)
    gone = MODELS[kind.name]._default_manager.filter(deleted_at__isnull=False)
    record = get_object_or_404(gone, pk=key)
    if not may_change(user, record):
        raise Http404(kind.plural)
    if request.method == "POST":
        actions.undelete(records=[record], by=user)
        messages.success(request, _("%(record)s is back.") % {"record": title_of(record)})
        return _to_card(kind.name, key)
    return render(request, "crm/deleted.html", {"kind": kind, "record": record, "title": title_of(record)})


@require_GET
def find_account(request: HttpRequest) -> HttpResponse:
    """The accounts that match what was typed in `account`, as options of a list."""
    user = signed_in(request)
    if not sees_records(user):
        raise Http404
    text = request.GET.get("account", "").strip()
    words = Q()
    for word in text.split():
        words &= Q(name__icontains=word)
    found = list(visible_to(user, Account).filter(words).order_by("name", "pk")[:FOUND]) if text else []
    names = [account.name.casefold() for account in found]
    options = [(written_choice(a, names.count(a.name.casefold()) > 1), a.city) for a in found]
    return render(request, "crm/parts/found.html", {"options": options})


@require_POST
def move_stage(request: HttpRequest, key: int) -> HttpResponse:
    """Moves an opportunity to another stage."""
    user = signed_in(request)
    opportunity: Any = _changeable(user, OPPORTUNITIES, key)
    form = StageForm(request.POST, opportunity=opportunity)
    if form.is_valid():
        reason = form.cleaned_data.get("loss_reason")
        to = form.cleaned_data["stage"]
        _tell(request, lambda: actions.move_stage(opportunity=opportunity, to=to, by=user, loss_reason=reason))
    else:
        messages.error(request, _("Choose a stage of this sales process."))
    return _to_card("opportunity", key)


@require_POST
def judge_lead(request: HttpRequest, key: int) -> HttpResponse:
    """Qualifies, disqualifies or re-opens a lead: ?judgement=qualified, disqualified (with a reason) or open."""
    user = signed_in(request)
    lead: Any = _changeable(user, LEADS, key)
    reason = request.POST.get("reason", "")
    judgements: dict[str, Callable[[], object]] = {
        "qualified": lambda: actions.qualify_lead(lead=lead, by=user),
        "disqualified": lambda: actions.disqualify_lead(lead=lead, reason=reason, by=user),
        "open": lambda: actions.reopen_lead(lead=lead, by=user),
    }
    judgement = judgements.get(request.POST.get("judgement", ""))
    if judgement is None:
        messages.error(request, _("Choose qualified, disqualified or open."))
    else:
        _tell(request, judgement)
    return _to_card("lead", key)


@require_POST
def settle_activity(request: HttpRequest, key: int) -> HttpResponse:
    """What was planned is held, called off, or the customer did not come."""
    user = signed_in(request)
    activity = get_object_or_404(visible_to(user, Activity), pk=key)
    if not may_change(user, activity):
        raise Http404
    state = request.POST.get("state", "")
    if state == Activity.State.HELD:
        _tell(request, lambda: actions.hold_activity(activity=activity, by=user))
    else:
        no_show = state == Activity.State.NO_SHOW
        _tell(request, lambda: actions.cancel_activity(activity=activity, by=user, no_show=no_show))
    return _to_card("activity", key)


@require_POST
def add_to_account(request: HttpRequest, key: int, what: str) -> HttpResponse:
    """Adds a contact, pain, gain or buying phase to an account, or marks it as a top relation (or not any more)."""
    user = signed_in(request)
    account: Any = _changeable(user, ACCOUNTS, key)
    adding = {
        "contact": _add_contact,
        "pain-gain": _add_statement,
        "phase": _set_phase,
        "top-relation": _set_top_relation,
    }
    if what not in adding:
        raise Http404(what)
    adding[what](request, account, user)
    return _to_card("account", key)


def _add_contact(request: HttpRequest, account: Account, user: User) -> None:
    form = ContactForm(request.POST)
    if form.is_valid():
        _tell(request, lambda: actions.create_contact(account=account, by=user, **form.cleaned_data))
    else:
        _complain(request, form)


def _add_statement(request: HttpRequest, account: Account, user: User) -> None:
    if request.POST.get("addressed", "").isdecimal():
        row = get_object_or_404(PainGain.objects.filter(account=account), pk=int(request.POST["addressed"]))
        _tell(request, lambda: actions.address_pain_gain(pain_gain=row, by=user))
        return
    form = StatementForm(request.POST)
    if form.is_valid():
        _tell(request, lambda: actions.add_pain_gain(account=account, by=user, **form.cleaned_data))
    else:
        _complain(request, form)


def _set_phase(request: HttpRequest, account: Account, user: User) -> None:
    text = request.POST.get("phase", "")
    phase = int(text) if text.isdecimal() and len(text) == 1 else 0
    note = request.POST.get("note", "")[:1000]
    _tell(request, lambda: actions.set_buying_phase(account=account, phase=phase, by=user, note=note))


def _set_top_relation(request: HttpRequest, account: Account, user: User) -> None:
    if request.POST.get("top") == "no":
        _tell(request, lambda: actions.end_top_relation(account=account, by=user))
    else:
        _tell(request, lambda: actions.mark_top_relation(account=account, by=user))


def _changeable(user: User, kind: Kind, key: int) -> Any:
    record = get_object_or_404(kind.rows(user), pk=key)
    if kind.name not in FORMS or not may_change(user, record):
        raise Http404(kind.plural)
    return record


def _done(form: Any, keep: Callable[[], Any]) -> Any:
    """What the action made; a refusal becomes a sentence of the form, and None."""
    try:
        return keep()
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None


def _tell(request: HttpRequest, act: Callable[[], object]) -> None:
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your changes are kept."))


def _complain(request: HttpRequest, form: Any) -> None:
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        messages.error(request, f"{label}: {errors[0]}" if label else errors[0])


def _next_page(kind: Kind, kept: Any) -> str:
    """After logging a contact one goes on at the customer's card; after the rest at the record's own."""
    if kind.name == "activity" and kept.account_id:
        return reverse("account_card", args=[kept.account_id])
    return reverse(f"{kind.name}_card", args=[kept.pk])


def _to_card(name: str, key: int) -> HttpResponse:
    return redirect(f"{name}_card", key)
