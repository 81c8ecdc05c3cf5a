"""Keeps a page current without sending it again: a name for its state, and an answer of nothing while that is equal."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from hashlib import blake2b
from pathlib import Path
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

import stuurhut
from stuurhut import replica
from stuurhut.kpi.words.question import rounded_up

View = Callable[..., HttpResponse]
OF_CODE = ("*.py", "*.html", "*.mo")


@cache
def code_version() -> str:
    """Names this code: a page made by another version is another page."""
    root = Path(stuurhut.__file__).parent
    newest = max(path.stat().st_mtime_ns for pattern in OF_CODE for path in root.rglob(pattern))
    return f"{stuurhut.__version__}-{newest}"


def now() -> str:
    """Names the data and the minute: while it is equal, every number of a page is."""
    return _short(replica.position(), rounded_up(timezone.now()).isoformat())


def today() -> str:
    """Names the data and the day, for what does not move by the minute."""
    return _short(replica.position(), timezone.localdate().isoformat())


def state_for(as_of: str) -> str:
    """Names what the figures of a peildatum rest on: of one that is past they do not move by the minute."""
    return today() if as_of and as_of[:10] < timezone.localdate().isoformat() else now()


def unless_unchanged(view: View) -> View:
    """A page with an ETag of all that it is made of; who has it already gets 304, for one query beside signing in."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "GET" or len(get_messages(request)):  # what is said once is not kept
            return view(request, *args, **kwargs)
        state = state_for(request.GET.get("as_of", ""))
        name = _name(request, state)
        if name in _known(request):
            return _private(HttpResponseNotModified(), name)
        response = view(request, *args, **kwargs)
        # Named after it is made: the first page of a session brings the cookie that later ones are asked with.
        return _private(response, _name(request, state)) if response.status_code == 200 else response

    return wrapped


def _name(request: HttpRequest, state: str) -> str:
    """The question with its minute, who asks with which rights, in which language and form, and the data."""
    user: Any = request.user
    of_user = (user.pk, user.is_active, user.is_director, user.is_administrator, user.is_payroll, user.get_username())
    form = [request.headers.get(name, "") for name in ("HX-Request", "HX-Request-Type")]
    cookies = (request.COOKIES.get("theme", ""), request.session.session_key, request.META.get("CSRF_COOKIE", ""))
    return _short(request.get_full_path(), *of_user, *form, *cookies, get_language(), code_version(), state)


def _known(request: HttpRequest) -> set[str]:
    given = request.headers.get("If-None-Match", "")
    return {part.strip().removeprefix("W/").strip('"') for part in given.split(",")}


def _private(response: HttpResponse, name: str) -> HttpResponse:
    response["ETag"] = f'W/"{name}"'
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("Cookie", "Accept-Language", "HX-Request", "HX-Request-Type"))
    return response


def _short(*parts: object) -> str:
    return blake2b("\x1f".join(map(str, parts)).encode(), digest_size=12).hexdigest()


def live(request: HttpRequest) -> HttpResponse:
    """Asked every two seconds by a page that is being looked at: nothing (204) while `was` still holds, else 200."""
    return HttpResponse(status=204 if request.GET.get("was") in (now(), today()) else 200)
