"""Lists of records that filter, sort, search, page and export; and a card per record."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django_tables2 import RequestConfig

from stuurhut.crm import cards
from stuurhut.crm.editing import FORMS
from stuurhut.crm.export import FORMATS, TooManyRows, exported
from stuurhut.crm.forms import ContactForm
from stuurhut.crm.kinds import Kind
from stuurhut.crm.models import Account
from stuurhut.crm.rights import may_change
from stuurhut.crm.timeline import timeline
from stuurhut.crm.visible import visible_to
from stuurhut.people.access import sees_records, signed_in
from stuurhut.people.models import User

PAGE = 50
EVENTS = 30
MOST_EVENTS = 500


def record_list(request: HttpRequest, kind: Kind) -> HttpResponseBase:
    """The records of a kind that this person may see, narrowed by the address; a file with ?format=csv or xlsx."""
    user = signed_in(request)
    if not sees_records(user):
        raise Http404(kind.plural)
    every = kind.rows(user)
    asked = kind.filters(request.GET, queryset=every, request=request)
    rows = asked.qs if asked.is_valid() else every.none()
    table = kind.table(rows)
    if form := request.GET.get("format"):
        return _download(request, table, kind, form, asked.sentences)
    RequestConfig(request, paginate={"per_page": PAGE, "silent": True}).configure(table)
    table.accounts_that_open = _accounts_that_open(table, user)
    nothing_yet = not table.paginator.count and not every.exists()
    page = {"kind": kind, "table": table, "filter": asked, "nothing_yet": nothing_yet, "count": table.paginator.count}
    is_fragment = request.headers.get("HX-Request-Type") == "partial"
    response = render(request, "crm/list.html#records" if is_fragment else "crm/list.html", page)
    response.status_code = 400 if asked.sentences else 200
    response["Vary"] = "HX-Request"
    return response


def _accounts_that_open(table: Any, user: User) -> frozenset[int]:
    """Of the accounts named on this page, those whose card may be seen: a name may be seen where the card may not."""
    keys = (getattr(row.record, "account_id", None) for row in table.paginated_rows)
    named = {key for key in keys if key is not None}
    return frozenset(visible_to(user, Account).filter(pk__in=named).values_list("pk", flat=True))


def _download(request: HttpRequest, table: Any, kind: Kind, form: str, wrong: list[str]) -> HttpResponseBase:
    if form not in FORMATS:
        wrong = [_("'%(form)s' is not a form to export in; give csv or xlsx.") % {"form": form}]
    if wrong:
        return HttpResponse(" ".join(wrong), status=400, content_type="text/plain; charset=utf-8")
    RequestConfig(request, paginate=False).configure(table)
    try:
        return exported(table, kind.plural, form)
    except TooManyRows:
        sentence = _("A worksheet holds 1,048,575 records; narrow the list or export it as CSV.")
        return HttpResponse(sentence, status=400, content_type="text/plain; charset=utf-8")


def card(request: HttpRequest, kind: Kind, key: int) -> HttpResponse:
    """All there is to know of one record: its fields, what hangs on it, and what happened."""
    user = signed_in(request)
    record: Model = get_object_or_404(kind.rows(user), pk=key)
    most = _number(request.GET.get("events", ""), EVENTS, MOST_EVENTS)
    events = timeline(record, user, most + 1)
    page = {
        "kind": kind,
        "record": record,
        "card": cards.card_of(record, user),
        "events": events[:most],
        "may_change": kind.name in FORMS and may_change(user, record),
        "contact_form": ContactForm(),
        "more_events": min(most * 3, MOST_EVENTS) if len(events) > most < MOST_EVENTS else 0,
    }
    return render(request, f"crm/{kind.name}.html", page)


def _number(text: str, otherwise: int, most: int) -> int:
    return min(max(int(text), 1), most) if text.isdecimal() and len(text) < 9 else otherwise
