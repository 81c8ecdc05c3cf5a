"""The first minutes of an installation: without anybody to sign in, every page leads to /welcome/."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language

from stuurhut.people.access import administers, only, signed_in
from stuurhut.people.actions import settings as actions
from stuurhut.people.forms import WelcomeForm
from stuurhut.people.models import Team, User
from stuurhut.people.refusal import Refused
from stuurhut.people.scope import scope_for

SIGNED_IN_BY = "allauth.account.auth_backends.AuthenticationBackend"


class FirstRun:
    """Leads a visitor to the welcome page as long as nobody has a login."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        elsewhere = request.path not in (reverse("welcome"), reverse("choose_language"))
        if elsewhere and not request.user.is_authenticated and not User.objects.exists():
            return redirect("welcome")
        return self.get_response(request)


@login_not_required
def welcome(request: HttpRequest) -> HttpResponse:
    """Makes the first administrator and signs him or her in; 404 once somebody has a login."""
    if User.objects.exists():
        raise Http404
    form = WelcomeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.begin(language=get_language() or "nl", **form.values())
        except actions.AlreadyBegun as begun:
            raise Http404 from begun
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            login(request, user, backend=SIGNED_IN_BY)
            return redirect("first_steps")
    return render(request, "people/welcome.html", {"form": form})


@only(administers)
def first_steps(request: HttpRequest) -> HttpResponse:
    """What to do next, from an empty installation to the first number."""
    user = signed_in(request)
    steps = {
        "sees_figures": not scope_for(user).nothing,
        "has_teams": Team.objects.filter(deleted_at__isnull=True).exists(),
        "has_others": User.objects.exclude(pk=user.pk).exists(),
    }
    return render(request, "people/first_steps.html", steps)
