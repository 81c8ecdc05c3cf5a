"""Forms of the first run and of the settings of people, teams and the organisation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stuurhut.people.models import Membership, Organisation, Person, Team, User
from stuurhut.people.teams import with_sub_teams

WEEKDAYS = [
    ("1", _("Monday")), ("2", _("Tuesday")), ("3", _("Wednesday")), ("4", _("Thursday")), ("5", _("Friday")),
    ("6", _("Saturday")), ("7", _("Sunday")),
]  # fmt: skip
ROLES = [
    ("seller", _("seller: own figures and records")),
    ("manager", _("manager: everything of a team and the teams below it")),
    ("director", _("director: everything")),
    ("payroll", _("payroll: approved statements only")),
    ("admin", _("administrator: settings, no figures")),
]


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """A day, with the browser's calendar."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


def time_field(label: Any) -> forms.TimeField:
    """A time of day, with the browser's clock."""
    return forms.TimeField(label=label, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


def team_field(label: Any, *, required: bool = True, empty: Any = None) -> forms.ModelChoiceField[Team]:
    """A team."""
    teams = Team.objects.filter(deleted_at__isnull=True).order_by("name")
    return forms.ModelChoiceField(teams, label=label, required=required, empty_label=empty or "–")


def person_field(label: Any, *, required: bool = True, empty: Any = None) -> forms.ModelChoiceField[Person]:
    """A person who works here."""
    people = Person.objects.filter(deleted_at__isnull=True, active=True).order_by("name")
    return forms.ModelChoiceField(people, label=label, required=required, empty_label=empty or "–")


class HoursForm(forms.Form):
    """Name and working hours of the organisation."""

    organisation = forms.CharField(label=_("Name of the organisation"), max_length=200)
    opens_at = time_field(_("Working day starts"))
    closes_at = time_field(_("Working day ends"))
    weekdays = forms.MultipleChoiceField(
        label=_("Working days"), choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple(attrs={"class": "choices"}),
        help_text=_("Response times are counted in these hours; Dutch public holidays are left out."),
    )  # fmt: skip

    def hours(self) -> dict[str, Any]:
        """What the form says of the organisation."""
        filled = self.cleaned_data
        return {
            "name": filled["organisation"],
            "opens_at": filled["opens_at"],
            "closes_at": filled["closes_at"],
            "weekdays": "".join(sorted(filled["weekdays"])),
        }


class WelcomeForm(HoursForm):
    """The first administrator, and the organisation."""

    name = forms.CharField(label=_("Your name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), help_text=_("You sign in with it."))
    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least ten characters; a short sentence is easy to remember."),
    )  # fmt: skip
    is_director = forms.TypedChoiceField(
        label=_("Do you lead the whole organisation as well?"),
        choices=[("yes", _("yes, show me all figures")), ("no", _("no, I only manage it"))],
        coerce=lambda answer: answer == "yes", widget=forms.RadioSelect(attrs={"class": "choices"}),
        help_text=_("An administrator manages users and imports, but sees no figures by that role alone."),
    )  # fmt: skip
    field_order = ("name", "email", "password", "is_director", "organisation", "opens_at", "closes_at", "weekdays")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        first = {"opens_at": "09:00", "closes_at": "17:00", "weekdays": list("12345")}
        super().__init__(*args, **{**kwargs, "initial": first})

    def values(self) -> dict[str, Any]:
        """The arguments of `actions.begin`."""
        own = {name: self.cleaned_data[name] for name in ("name", "email", "password", "is_director")}
        return {**own, "organisation": self.hours()}


class OrganisationForm(HoursForm):
    """All that is set for the whole organisation."""

    sales_are = forms.ChoiceField(
        label=_("Sales are"), choices=Organisation.Sales.choices,
        help_text=_("What counts as a sale, in targets, tiles and forecast."),
    )  # fmt: skip
    response_norm_minutes = forms.IntegerField(
        label=_("Answer a lead within (working minutes)"), min_value=1, max_value=100_000
    )
    conversion_age_days = forms.IntegerField(
        label=_("Age at which conversion is measured (days)"), min_value=1, max_value=3650, required=False,
        help_text=_("Empty: as long as nine in ten of your leads needed to become a customer."),
    )  # fmt: skip
    opens_team_totals = forms.BooleanField(label=_("Sellers may see totals of other teams"), required=False)

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        names = (
            "opens_at",
            "closes_at",
            "sales_are",
            "response_norm_minutes",
            "conversion_age_days",
            "opens_team_totals",
        )
        values = {name: getattr(organisation, name) for name in names}
        super().__init__(
            *args,
            **{
                **kwargs,
                "initial": {**values, "organisation": organisation.name, "weekdays": list(organisation.weekdays)},
            },
        )

    def values(self) -> dict[str, Any]:
        """The arguments of `actions.change_organisation`."""
        names = ("sales_are", "response_norm_minutes", "conversion_age_days", "opens_team_totals")
        return {**self.hours(), **{name: self.cleaned_data[name] for name in names}}


class InviteForm(forms.Form):
    """Somebody who gets a login."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), help_text=_("The link to choose a password goes there."))
    role = forms.ChoiceField(label=_("Role"), choices=ROLES)
    team = team_field(_("Team"), required=False, empty=_("no team"))


class UserForm(forms.Form):
    """A login and its roles."""

    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    is_active = forms.BooleanField(label=_("May sign in"), required=False)
    is_administrator = forms.BooleanField(
        label=_("Administrator: settings and imports, no figures by that alone"), required=False
    )
    is_director = forms.BooleanField(label=_("Director: sees all figures and records"), required=False)
    is_payroll = forms.BooleanField(label=_("Payroll: approved statements"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        names = ("name", "is_active", "is_administrator", "is_director", "is_payroll")
        super().__init__(*args, **{**kwargs, "initial": {name: getattr(user, name) for name in names}})


class TeamForm(forms.Form):
    """A team and where it stands."""

    name = forms.CharField(label=_("Name"), max_length=200)
    parent = team_field(_("Under"), required=False, empty=_("nothing: at the top"))
    region_label = forms.CharField(label=_("Region"), max_length=200, required=False)

    def __init__(self, *args: Any, team: Team | None = None, **kwargs: Any) -> None:
        names = ("name", "parent", "region_label")
        super().__init__(*args, **{**kwargs, "initial": {name: getattr(team, name) for name in names} if team else {}})
        parent = self.fields["parent"]
        assert isinstance(parent, forms.ModelChoiceField)
        if team is not None:
            others = Team.objects.filter(deleted_at__isnull=True).order_by("name")
            parent.queryset = others.exclude(pk__in=with_sub_teams([team.pk]))


class PersonForm(forms.Form):
    """Somebody who sells or leads."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(
        label=_("E-mail"), required=False, help_text=_("Whoever is invited at this address becomes this person.")
    )
    active = forms.BooleanField(label=_("Works here"), required=False)

    def __init__(self, *args: Any, person: Person | None = None, **kwargs: Any) -> None:
        kept = {name: getattr(person, name) for name in ("name", "email", "active")} if person else {"active": True}
        super().__init__(*args, **{**kwargs, "initial": kept})
        if person is None:
            del self.fields["active"]


class HoursInTeamForm(forms.Form):
    """Role and hours of somebody in a team."""

    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices)
    fte = forms.FloatField(label=_("FTE"), min_value=0, max_value=2, initial=1)
    contract_hours = forms.FloatField(label=_("Contract hours a week"), min_value=0, max_value=80, initial=40)


class JoinForm(HoursInTeamForm):
    """Somebody who comes into a team."""

    team = team_field(_("Team"))
    starts_on = day_field(_("From"))
    field_order = ("team", "role", "starts_on", "fte", "contract_hours")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(
            *args, **{**kwargs, "initial": {"starts_on": timezone.localdate(), "fte": 1, "contract_hours": 40}}
        )


class MembershipForm(HoursInTeamForm):
    """Another role or other hours, from a day on; or the last day."""

    since = day_field(_("From"), help_text=_("The time before this day stays as it was."))
    until = day_field(
        _("First day outside the team"), required=False, help_text=_("Fill in when somebody leaves the team.")
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        names = ("role", "fte", "contract_hours", "until")
        kept = {name: getattr(membership, name) for name in names}
        super().__init__(*args, **{**kwargs, "initial": {**kept, "since": timezone.localdate()}})


class SeatForm(forms.Form):
    """A new place in the formation."""

    fte = forms.FloatField(label=_("FTE"), min_value=0.05, max_value=2, initial=1)
    starts_on = day_field(_("From"))
    person = person_field(_("Filled by"), required=False, empty=_("nobody: vacant"))
    expected_start = day_field(_("Expected start of a successor"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": {"starts_on": timezone.localdate(), "fte": 1}})


class SeatChangeForm(forms.Form):
    """Fills a seat, or makes it vacant, from a day on."""

    person = person_field(_("Filled by"), required=False, empty=_("nobody: vacant"))
    since = day_field(_("From"))
    expected_start = day_field(_("Expected start of a successor"), required=False)


class AbsenceForm(forms.Form):
    """Somebody who is away; by law without a reason."""

    starts_on = day_field(_("From"))
    expected_until = day_field(_("Expected back on"), required=False)
    planned = forms.BooleanField(label=_("Planned, such as holiday or leave"), required=False)
    percent = forms.FloatField(label=_("Share of the working time (%)"), min_value=1, max_value=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        first = {"starts_on": timezone.localdate(), "planned": True, "percent": 100}
        super().__init__(*args, **{**kwargs, "initial": first})


class ReturnForm(forms.Form):
    """The day somebody is back."""

    until = day_field(_("Back on"))
