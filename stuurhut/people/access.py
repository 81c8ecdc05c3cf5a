"""Who is at the door of a page: 404 for what one may not see."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase

from stuurhut.people.models import User
from stuurhut.people.scope import scope_for

View = Callable[..., HttpResponseBase]


def signed_in(request: HttpRequest) -> User:
    """The user of a request; pages that need one are behind the login. Raises Http404 without."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def sees_records(user: User) -> bool:
    """Whether somebody has records to see at all: by his person or as director, not as administrator or payroll."""
    return not scope_for(user).nothing


def steers_organisation(user: User) -> bool:
    """Whether somebody may change what holds for everybody: administrators, and the director."""
    return user.is_administrator or user.is_director


def only(allowed: Callable[[User], bool]) -> Callable[[View], View]:
    """A page for those who are allowed; for others it is not there (404)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not allowed(signed_in(request)):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def administers(user: User) -> bool:
    """Whether somebody manages users and connections."""
    return user.is_administrator
