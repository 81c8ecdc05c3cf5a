"""Settings of teams and people: who is where, for how much, who is away, and which seats there are."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from stuurhut.people import actions
from stuurhut.people.access import only, signed_in, steers_organisation
from stuurhut.people.actions import settings as setting
from stuurhut.people.forms import (
    AbsenceForm,
    JoinForm,
    MembershipForm,
    PersonForm,
    ReturnForm,
    SeatChangeForm,
    SeatForm,
    TeamForm,
)
from stuurhut.people.models import Absence, Membership, Person, Seat, Team
from stuurhut.people.teams import memberships_on
from stuurhut.people.views import kept


@only(steers_organisation)
def team_list(request: HttpRequest) -> HttpResponse:
    """The teams, each below the one it belongs to, with who leads it today."""
    teams = list(Team.objects.filter(deleted_at__isnull=True).order_by("name"))
    today = memberships_on(timezone.localdate()).select_related("person")
    members: dict[int, list[Membership]] = {}
    for membership in today:
        members.setdefault(membership.team_id, []).append(membership)
    rows = [(depth, team, *_who(members.get(team.pk, []))) for depth, team in _as_tree(teams)]
    return render(request, "people/teams.html", {"rows": rows})


def _who(members: list[Membership]) -> tuple[str, str]:
    leads = (Membership.Role.MANAGER, Membership.Role.DIRECTOR)
    leaders = ", ".join(sorted(m.person.name for m in members if m.role in leads))
    return leaders, ", ".join(sorted(m.person.name for m in members if m.role not in leads))


def _as_tree(teams: list[Team]) -> list[tuple[int, Team]]:
    """Teams in the order of a tree, each with its depth."""
    known = {team.pk for team in teams}
    found: list[tuple[int, Team]] = []

    def add(parent: int | None, depth: int) -> None:
        for team in teams:
            above = team.parent_id if team.parent_id in known else None
            if above == parent:
                found.append((depth, team))
                add(team.pk, depth + 1)

    add(None, 0)
    return found


@only(steers_organisation)
def team_new(request: HttpRequest) -> HttpResponse:
    """A new team."""
    form = TeamForm(request.POST or None)
    if kept(request, form, lambda: actions.create_team(by=signed_in(request), **form.cleaned_data)):
        return redirect("settings_teams")
    return render(request, "people/form.html", {"form": form, "title": _("New team"), "back": "settings_teams"})


@only(steers_organisation)
def team(request: HttpRequest, key: int) -> HttpResponse:
    """A team: its name and place, its people and its seats."""
    chosen = get_object_or_404(Team.objects.filter(deleted_at__isnull=True), pk=key)
    form = TeamForm(request.POST or None, team=chosen)
    if kept(request, form, lambda: setting.change_team(team=chosen, by=signed_in(request), **form.cleaned_data)):
        return redirect("settings_teams")
    members = chosen.memberships.filter(deleted_at__isnull=True).select_related("person")
    seats = chosen.seats.filter(deleted_at__isnull=True).select_related("person")
    page = {
        "form": form, "title": chosen.name, "team": chosen, "back": "settings_teams",
        "members": members.order_by("until", "person__name"), "seats": seats.order_by("until", "starts_on"),
    }  # fmt: skip
    return render(request, "people/team.html", page)


@only(steers_organisation)
def person_list(request: HttpRequest) -> HttpResponse:
    """Everybody who sells or leads, with the team of today."""
    people = Person.objects.filter(deleted_at__isnull=True).select_related("user").order_by("-active", "name")
    teams: dict[int, list[str]] = {}
    for membership in memberships_on(timezone.localdate()).select_related("team"):
        teams.setdefault(membership.person_id, []).append(membership.team.name)
    rows = [(person, ", ".join(sorted(teams.get(person.pk, [])))) for person in people]
    return render(request, "people/people.html", {"rows": rows})


@only(steers_organisation)
def person_new(request: HttpRequest) -> HttpResponse:
    """A new person."""
    form = PersonForm(request.POST or None)
    made: list[Person] = []
    if kept(request, form, lambda: made.append(actions.create_person(by=signed_in(request), **form.cleaned_data))):
        return redirect("settings_person", made[0].pk)
    return render(request, "people/form.html", {"form": form, "title": _("New person"), "back": "settings_people"})


@only(steers_organisation)
def person(request: HttpRequest, key: int) -> HttpResponse:
    """A person: name, teams through time, and absence."""
    chosen = _person(key)
    form = PersonForm(request.POST or None, person=chosen)
    if kept(request, form, lambda: setting.change_person(person=chosen, by=signed_in(request), **form.cleaned_data)):
        return redirect("settings_people")
    page = {
        "form": form, "title": chosen.name, "person": chosen, "back": "settings_people",
        "memberships": chosen.memberships.filter(deleted_at__isnull=True).select_related("team").order_by("-starts_on"),
        "absences": chosen.absences.filter(deleted_at__isnull=True).order_by("-starts_on"),
    }  # fmt: skip
    return render(request, "people/person.html", page)


@only(steers_organisation)
def join(request: HttpRequest, key: int) -> HttpResponse:
    """Puts a person in a team."""
    chosen = _person(key)
    form = JoinForm(request.POST or None)
    if kept(request, form, lambda: actions.join_team(person=chosen, by=signed_in(request), **form.cleaned_data)):
        return redirect("settings_person", key)
    return _part(request, form, _("%(person)s in a team") % {"person": chosen}, chosen)


@only(steers_organisation)
def membership(request: HttpRequest, key: int) -> HttpResponse:
    """Another role or other hours from a day on, or the last day in the team."""
    chosen = get_object_or_404(
        Membership.objects.filter(deleted_at__isnull=True).select_related("person", "team"), pk=key
    )
    form = MembershipForm(request.POST or None, membership=chosen)
    if kept(request, form, lambda: _keep_membership(chosen, form, request)):
        return redirect("settings_person", chosen.person_id)
    return _part(
        request, form, _("%(person)s in %(team)s") % {"person": chosen.person, "team": chosen.team}, chosen.person
    )


def _keep_membership(chosen: Membership, form: MembershipForm, request: HttpRequest) -> None:
    values = dict(form.cleaned_data)
    until = values.pop("until")
    by = signed_in(request)
    if any(getattr(chosen, name) != values[name] for name in ("role", "fte", "contract_hours")):
        chosen = setting.change_membership(membership=chosen, by=by, **values)
    if until and until != chosen.until:
        setting.end_membership(membership=chosen, until=until, by=by)


@only(steers_organisation)
def absence_new(request: HttpRequest, key: int) -> HttpResponse:
    """Notes that a person is away; no cause is asked or kept."""
    chosen = _person(key)
    form = AbsenceForm(request.POST or None)
    if kept(request, form, lambda: _record_absence(chosen, form.cleaned_data, request)):
        return redirect("settings_person", key)
    title = _("%(person)s is away") % {"person": chosen}
    return _part(
        request,
        form,
        title,
        chosen,
        _("No reason is asked or kept: that is nobody's business here, and so says the law."),
    )


def _record_absence(chosen: Person, filled: dict[str, Any], request: HttpRequest) -> None:
    share = filled["percent"] / 100
    days = {name: filled[name] for name in ("starts_on", "expected_until", "planned")}
    actions.record_absence(person=chosen, share=share, by=signed_in(request), **days)


@only(steers_organisation)
def absence(request: HttpRequest, key: int) -> HttpResponse:
    """The day on which somebody is back."""
    chosen = get_object_or_404(Absence.objects.filter(deleted_at__isnull=True).select_related("person"), pk=key)
    form = ReturnForm(request.POST or None, initial={"until": chosen.until or timezone.localdate()})
    if kept(request, form, lambda: actions.end_absence(absence=chosen, by=signed_in(request), **form.cleaned_data)):
        return redirect("settings_person", chosen.person_id)
    return _part(request, form, _("%(person)s is back") % {"person": chosen.person}, chosen.person)


@only(steers_organisation)
def seat_new(request: HttpRequest, key: int) -> HttpResponse:
    """A new place in the formation of a team."""
    chosen = get_object_or_404(Team.objects.filter(deleted_at__isnull=True), pk=key)
    form = SeatForm(request.POST or None)
    if kept(request, form, lambda: actions.create_seat(team=chosen, by=signed_in(request), **form.cleaned_data)):
        return redirect("settings_team", key)
    page = {
        "form": form,
        "title": _("New seat in %(team)s") % {"team": chosen},
        "back": "settings_team",
        "back_key": key,
    }
    return render(request, "people/form.html", page)


@only(steers_organisation)
def seat(request: HttpRequest, key: int) -> HttpResponse:
    """Fills a seat or makes it vacant, from a day on."""
    chosen = get_object_or_404(Seat.objects.filter(deleted_at__isnull=True).select_related("team", "person"), pk=key)
    first = {"person": chosen.person, "since": timezone.localdate(), "expected_start": chosen.expected_start}
    form = SeatChangeForm(request.POST or None, initial=first)
    if kept(request, form, lambda: _change_seat(chosen, form.cleaned_data, request)):
        return redirect("settings_team", chosen.team_id)
    title = _("Seat in %(team)s") % {"team": chosen.team}
    page = {"form": form, "title": title, "back": "settings_team", "back_key": chosen.team_id}
    return render(request, "people/form.html", page)


def _change_seat(chosen: Seat, filled: dict[str, Any], request: HttpRequest) -> None:
    by = signed_in(request)
    if filled["person"] is None:
        actions.vacate_seat(seat=chosen, since=filled["since"], expected_start=filled["expected_start"], by=by)
    elif filled["person"] != chosen.person:
        actions.fill_seat(seat=chosen, person=filled["person"], starts_on=filled["since"], by=by)


def _person(key: int) -> Person:
    return get_object_or_404(Person.objects.filter(deleted_at__isnull=True), pk=key)


def _part(request: HttpRequest, form: Any, title: str, chosen: Person, hint: str = "") -> HttpResponse:
    page = {"form": form, "title": title, "hint": hint, "back": "settings_person", "back_key": chosen.pk}
    return render(request, "people/form.html", page)
