"""Settings of the organisation and of who gets in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from stuurhut.people import actions
from stuurhut.people.access import administers, only, signed_in, steers_organisation
from stuurhut.people.actions import settings as setting
from stuurhut.people.forms import InviteForm, OrganisationForm, UserForm
from stuurhut.people.invitation import invite, link_for
from stuurhut.people.limits import LimitsForm
from stuurhut.people.models import User
from stuurhut.people.refusal import Refused


def kept(request: HttpRequest, form: forms.Form, keep: Callable[[], Any]) -> bool:
    """Whether the form was sent, was right and was kept; a refusal becomes a sentence on the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        keep()
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Your changes are kept."))
    return True


@only(steers_organisation)
def organisation(request: HttpRequest) -> HttpResponse:
    """Name, hours, norms and choices that hold for everybody."""
    form = OrganisationForm(request.POST or None, organisation=setting.the_organisation())
    if kept(request, form, lambda: setting.change_organisation(by=signed_in(request), **form.values())):
        return redirect("settings")
    return render(request, "people/form.html", {"form": form, "title": _("Organisation")})


@only(steers_organisation)
def limits(request: HttpRequest) -> HttpResponse:
    """From where on something is called weak, slow, too much or too little."""
    organisation = setting.the_organisation()
    form = LimitsForm(request.POST or None, kept=organisation.thresholds)
    if kept(request, form, lambda: setting.change_limits(by=signed_in(request), thresholds=form.values())):
        return redirect("settings_limits")
    hint = _("From where on Stuurhut calls something weak, slow, too much or too little.")
    return render(request, "people/form.html", {"form": form, "title": _("Limits of the verdicts"), "hint": hint})


@only(administers)
def user_list(request: HttpRequest) -> HttpResponse:
    """Everybody who has a login."""
    users = User.objects.select_related("person").order_by("-is_active", "name", "email")
    return render(request, "people/users.html", {"users": users})


@only(administers)
def user_new(request: HttpRequest) -> HttpResponse:
    """Invites somebody: makes the login and sends the link to choose a password."""
    form = InviteForm(request.POST or None)
    made: list[User] = []
    if kept(request, form, lambda: made.append(actions.add_user(by=signed_in(request), **form.cleaned_data))):
        invite(made[0], request)
        request.session["invited"] = made[0].pk
        return redirect("settings_user", made[0].pk)
    return render(request, "people/form.html", {"form": form, "title": _("Invite somebody"), "back": "settings_users"})


@only(administers)
def user(request: HttpRequest, key: int) -> HttpResponse:
    """One login: name, roles, in or out of the door; POST with `invite` sends the link again."""
    login = get_object_or_404(User.objects.select_related("person"), pk=key)
    if request.method == "POST" and "invite" in request.POST:
        invite(login, request)
        request.session["invited"] = login.pk
        messages.success(request, _("A link to choose a password is on its way to %(email)s.") % {"email": login.email})
        return redirect("settings_user", key)
    form = UserForm(request.POST or None, user=login)
    if kept(request, form, lambda: setting.change_login(user=login, by=signed_in(request), **form.cleaned_data)):
        return redirect("settings_users")
    # Only straight after inviting: whoever has the link can choose the password.
    link = link_for(login, request) if request.session.pop("invited", None) == login.pk else ""
    page = {"form": form, "title": str(login), "login": login, "link": link, "back": "settings_users"}
    return render(request, "people/user.html", page)
