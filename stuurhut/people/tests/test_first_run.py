"""From an empty installation to a first administrator, and the settings afterwards."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from stuurhut.people import actions
from stuurhut.people.actions import settings as setting
from stuurhut.people.models import Absence, Membership, Organisation, Person, Seat, Team, User
from stuurhut.people.scope import scope_for
from stuurhut.people.tests.company import START, Company, company

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PASSWORD = "a lighthouse keeper"
WELCOME = {
    "name": "Anna", "email": "Anna@Example.com", "password": PASSWORD, "is_director": "yes", "organisation": "Hout BV",
    "opens_at": "08:30", "closes_at": "17:00", "weekdays": ["1", "2", "3", "4"],
}  # fmt: skip


@pytest.fixture
def desk() -> Client:
    return Client(headers={"accept-language": "en"})


def begun(**changes: Any) -> User:
    values = {"name": "Anna", "email": "anna@example.com", "password": PASSWORD, "is_director": False, "language": "en"}
    return setting.begin(**{**values, "organisation": {"name": "Hout BV"}, **changes})


def errors(response: Any) -> list[str]:
    return [str(error) for found in response.context["form"].errors.values() for error in found]


def test_without_anybody_to_sign_in_every_page_leads_to_the_welcome_page(desk: Client) -> None:
    for address in ("/", "/leads/", "/settings/", "/auth/login/"):
        assert desk.get(address).headers["Location"] == "/welcome/"
    assert "Welcome aboard" in desk.get("/welcome/").content.decode()


def test_the_first_administrator_is_signed_in_and_shown_the_way(desk: Client) -> None:
    assert desk.post("/welcome/", WELCOME).headers["Location"] == "/welcome/steps/"
    assert "Import a file from your CRM" in desk.get("/welcome/steps/").content.decode()
    anna, firm = User.objects.get(), Organisation.objects.get()
    assert (anna.email, anna.is_administrator, anna.is_director, anna.language) == (
        "anna@example.com",
        True,
        True,
        "en",
    )
    assert (firm.name, firm.opens_at, firm.closes_at, firm.weekdays) == ("Hout BV", time(8, 30), time(17), "1234")
    assert anna.check_password(PASSWORD)


def test_the_welcome_page_is_gone_once_somebody_has_a_login(desk: Client) -> None:
    begun()
    assert desk.get("/welcome/").status_code == 404
    assert desk.post("/welcome/", WELCOME).status_code == 404
    with pytest.raises(setting.AlreadyBegun):
        begun(email="eve@example.com")
    assert User.objects.count() == 1


def test_an_administrator_sees_no_figures_by_that_role_alone() -> None:
    assert scope_for(begun()).nothing


def test_an_administrator_who_is_director_as_well_sees_everything() -> None:
    assert scope_for(begun(is_director=True)).everything


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"password": "short"}, "Choose another password. This password is too short."),
        ({"email": "anna"}, "Enter a valid email address."),
        ({"closes_at": "08:00"}, "The working day ends before it starts; give a later end."),
        ({"weekdays": []}, "This field is required."),
        ({"is_director": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_makes_nobody_and_says_why(desk: Client, changes: dict[str, Any], sentence: str) -> None:
    response = desk.post("/welcome/", {**WELCOME, **changes})
    assert len(errors(response)) == 1
    assert errors(response)[0].startswith(sentence)
    assert not User.objects.exists()


# -- settings ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def firm() -> Company:
    return company()


@pytest.fixture
def office(desk: Client, firm: Company) -> Client:
    """A browser in which an administrator is signed in."""
    admin = actions.add_user(email="admin@example.com", role="admin", by=None)
    desk.force_login(admin, BACKEND)
    return desk


def test_an_invitation_brings_a_link_with_which_one_chooses_a_password_once(office: Client, firm: Company) -> None:
    values = {"name": "Dora", "email": "dora@example.com", "role": "seller", "team": firm.noord.pk}
    response = office.post("/settings/users/new/", values)
    page = response.headers["Location"]
    [letter] = mail.outbox
    link = next(line for line in letter.body.splitlines() if line.startswith("http"))
    assert letter.to == ["dora@example.com"]
    assert "/auth/password/reset/key/" in office.get(page).content.decode()
    assert "/auth/password/reset/key/" not in office.get(page).content.decode(), "it is shown once"
    new_browser = Client()
    form = new_browser.get(link.removeprefix("http://testserver"), follow=True)
    new_browser.post(form.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    dora = User.objects.get(email="dora@example.com")
    assert dora.check_password(PASSWORD)
    assert Membership.objects.get(person=dora.person).team == firm.noord
    assert Client().get(link.removeprefix("http://testserver")).context["token_fail"], "it works once"


def test_a_manager_of_nothing_is_refused(office: Client) -> None:
    values = {"name": "Dora", "email": "dora@example.com", "role": "manager"}
    assert errors(office.post("/settings/users/new/", values)) == ["A manager leads a team; say which one."]


def test_the_last_administrator_cannot_shut_everybody_out(office: Client) -> None:
    admin = User.objects.get(email="admin@example.com")
    response = office.post(f"/settings/users/{admin.pk}/", {"name": "Admin", "is_active": "on"})
    assert errors(response) == ["Somebody has to let people in: make another administrator first."]
    admin.refresh_from_db()
    assert admin.is_administrator


def test_somebody_is_shut_out_and_let_in_again(office: Client, firm: Company) -> None:
    alice = User.objects.get(person=firm.alice)
    office.post(f"/settings/users/{alice.pk}/", {"name": "Alice"})
    alice.refresh_from_db()
    assert not alice.is_active
    office.post(f"/settings/users/{alice.pk}/", {"name": "Alice", "is_active": "on"})
    alice.refresh_from_db()
    assert alice.is_active


def test_a_team_under_itself_cannot_be_chosen(office: Client, firm: Company) -> None:
    below = actions.create_team(name="Binnen", parent=firm.noord, by=None)
    office.post(f"/settings/teams/{firm.noord.pk}/", {"name": "Noord", "parent": below.pk})
    assert Team.objects.get(pk=firm.noord.pk).parent is None


def test_other_hours_hold_from_their_day_and_leave_the_past_alone(office: Client, firm: Company) -> None:
    before = Membership.objects.get(person=firm.alice)
    values = {"role": "seller", "fte": "0.6", "contract_hours": "24", "since": "2026-02-01"}
    office.post(f"/settings/memberships/{before.pk}/", values)
    spans = Membership.objects.filter(person=firm.alice).order_by("starts_on")
    assert [(m.starts_on, m.until, m.fte) for m in spans] == [
        (START, date(2026, 2, 1), 1.0),
        (date(2026, 2, 1), None, 0.6),
    ]


def test_leaving_a_team_ends_the_membership(office: Client, firm: Company) -> None:
    membership = Membership.objects.get(person=firm.alice)
    values = {"role": "seller", "fte": "1", "contract_hours": "40", "since": "2026-02-01", "until": "2026-03-01"}
    office.post(f"/settings/memberships/{membership.pk}/", values)
    assert [m.until for m in Membership.objects.filter(person=firm.alice)] == [date(2026, 3, 1)]


def test_absence_is_recorded_without_any_place_for_a_cause(office: Client, firm: Company) -> None:
    address = f"/settings/people/{firm.alice.pk}/absences/new/"
    form = office.get(address).context["form"]
    assert set(form.fields) == {"starts_on", "expected_until", "planned", "percent"}
    office.post(address, {"starts_on": "2026-02-02", "percent": "50"})
    absence = Absence.objects.get()
    assert (absence.planned, absence.share) == (False, 0.5)
    office.post(f"/settings/absences/{absence.pk}/", {"until": "2026-02-09"})
    absence.refresh_from_db()
    assert absence.until == date(2026, 2, 9)


def test_a_seat_falls_vacant_and_is_filled_again(office: Client, firm: Company) -> None:
    office.post(
        f"/settings/teams/{firm.noord.pk}/seats/new/", {"fte": "1", "starts_on": "2026-01-01", "person": firm.alice.pk}
    )
    seat = Seat.objects.get()
    office.post(f"/settings/seats/{seat.pk}/", {"since": "2026-02-01", "expected_start": "2026-05-01"})
    seat.refresh_from_db()
    assert (seat.person, seat.vacant_since) == (None, date(2026, 2, 1))
    office.post(f"/settings/seats/{seat.pk}/", {"since": "2026-05-01", "person": firm.bob.pk})
    assert [(s.person, s.starts_on) for s in Seat.objects.order_by("starts_on")] == [
        (None, date(2026, 1, 1)),
        (firm.bob, date(2026, 5, 1)),
    ]


def test_a_person_whose_address_is_taken_is_refused(office: Client, firm: Company) -> None:
    response = office.post(
        f"/settings/people/{firm.alice.pk}/", {"name": "Alice", "email": "BOB@example.com", "active": "on"}
    )
    assert errors(response) == ["Somebody with the address bob@example.com exists already; change that person instead."]
    assert Person.objects.get(pk=firm.alice.pk).email == "alice@example.com"


def test_the_organisation_is_changed_with_its_history(office: Client) -> None:
    values = {
        "organisation": "Staal BV", "opens_at": "08:00", "closes_at": "16:30", "weekdays": ["1", "5"],
        "sales_are": "orders", "response_norm_minutes": "60", "conversion_age_days": "",
    }  # fmt: skip
    assert office.post("/settings/", values).status_code == 302
    firm = Organisation.objects.get()
    assert (firm.name, firm.weekdays, firm.sales_are, firm.response_norm_minutes) == ("Staal BV", "15", "orders", 60)
