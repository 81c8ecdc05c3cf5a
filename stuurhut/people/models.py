"""Who works where, since when, and how much; and what was changed, when, by whom."""

from __future__ import annotations

from datetime import time
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stuurhut.people.records import Origin, Recorded


class Organisation(models.Model):
    """The one organisation that this installation steers. There is one row, with id 1."""

    class Sales(models.TextChoices):
        AUTOMATIC = "automatic", _("whichever has facts; won opportunities when both do")
        OPPORTUNITIES = "opportunities", _("won opportunities")
        ORDERS = "orders", _("orders")

    name = models.CharField(_("name"), max_length=200, default="Stuurhut")
    sales_are = models.CharField(_("sales are"), max_length=20, choices=Sales.choices, default=Sales.AUTOMATIC)
    opens_at = models.TimeField(_("working day starts"), default=time(9))
    closes_at = models.TimeField(_("working day ends"), default=time(17))
    weekdays = models.CharField(
        _("working days"), max_length=7, default="12345", help_text=_("ISO weekdays: 1 is Monday")
    )
    response_norm_minutes = models.PositiveIntegerField(_("answer a lead within (working minutes)"), default=240)
    conversion_age_days = models.PositiveIntegerField(
        _("age at which conversion is measured (days)"), null=True, blank=True
    )
    opens_team_totals = models.BooleanField(_("sellers may see totals of other teams"), default=False)
    # Those that are not the default.
    thresholds = models.JSONField(_("limits of the verdicts"), default=dict, blank=True)

    def __str__(self) -> str:
        return self.name


class Intake(models.Model):
    """One delivery of records from outside. Its rows count nowhere until it is complete."""

    started_at = models.DateTimeField(default=timezone.now)
    completed_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey("people.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    label = models.CharField(max_length=300, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.pk} {self.label}"


class SourceAlias(models.Model):
    """A further id under which a system knows a record (the first stands on the record itself)."""

    system = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    record_id = models.BigIntegerField()
    intake = models.ForeignKey(Intake, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "kind", "key"], name="people_alias_once")]

    def __str__(self) -> str:
        return f"{self.system}:{self.kind}:{self.key}"


class History(models.Model):
    """One field of one record that changed. Append-only.

    There is no row for the value a record began with: that is `old` of the change recorded first, or, without any
    change, what the record holds now. Values are text: numbers as digits, days and moments in ISO form, keys as
    digits, nothing as null. The stage of an opportunity is not in here but in `StageChange`.
    """

    kind = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    field = models.CharField(max_length=60)
    old = models.TextField(null=True)
    new = models.TextField(null=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey("people.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    intake = models.ForeignKey(Intake, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["kind", "record_id", "field"], name="people_history_record")]
        verbose_name_plural = "history"

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id} {self.field}: {self.old} -> {self.new}"


class UserManager(BaseUserManager["User"]):
    """Makes users known by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_administrator=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A login. What it may see follows from the person behind it; see `people.scope`."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True, default="")
    language = models.CharField(_("language"), max_length=5, default="nl")
    is_active = models.BooleanField(_("active"), default=True)
    is_administrator = models.BooleanField(_("administrator"), default=False)
    is_payroll = models.BooleanField(_("payroll"), default=False)
    is_director = models.BooleanField(_("director of the whole organisation"), default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)


class Team(Recorded):
    """A team, under another team or at the top."""

    name = models.CharField(_("name"), max_length=200)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    region_label = models.CharField(_("region"), max_length=200, blank=True, default="")

    class Meta(Recorded.Meta):
        constraints = [
            *Recorded.Meta.constraints,
            models.CheckConstraint(condition=~Q(parent=F("id")), name="people_team_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name


class Person(Recorded):
    """Someone who sells or leads; may have a login."""

    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"), null=True, blank=True, unique=True)
    user = models.OneToOneField(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="person")
    active = models.BooleanField(_("active"), default=True)

    def __str__(self) -> str:
        return self.name


class Membership(Recorded):
    """A person in a team, in a role, for so much FTE, from a day until a day (that day not included)."""

    class Role(models.TextChoices):
        SELLER = "seller", _("seller")
        MANAGER = "manager", _("manager")
        DIRECTOR = "director", _("director")
        OTHER = "other", _("other")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.SELLER)
    fte = models.FloatField(_("FTE"), default=1.0)
    contract_hours = models.FloatField(_("contract hours a week"), default=40.0)
    starts_on = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta(Recorded.Meta):
        constraints = [
            *Recorded.Meta.constraints,
            models.CheckConstraint(condition=Q(fte__gte=0) & Q(fte__lte=2), name="people_membership_fte_sane"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("starts_on")), name="people_membership_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} in {self.team}"


class Seat(Recorded):
    """A place in the formation of a team, filled by a person or vacant since a day."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="seats")
    fte = models.FloatField(_("FTE"), default=1.0)
    starts_on = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="seats")
    vacant_since = models.DateField(_("vacant since"), null=True, blank=True)
    expected_start = models.DateField(_("expected start"), null=True, blank=True)

    def __str__(self) -> str:
        return f"seat {self.pk} of {self.team}"


class Absence(Recorded):
    """A person who is away for a share of the time. By law no cause and no free text."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="absences")
    planned = models.BooleanField(_("planned"), default=True)
    share = models.FloatField(_("share of the working time"), default=1.0)
    starts_on = models.DateField(_("from"))
    expected_until = models.DateField(_("expected until"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta(Recorded.Meta):
        constraints = [
            *Recorded.Meta.constraints,
            models.CheckConstraint(condition=Q(share__gt=0) & Q(share__lte=1), name="people_absence_share"),
        ]

    def __str__(self) -> str:
        return f"{self.person} away from {self.starts_on}"


__all__ = [
    "Absence",
    "History",
    "Intake",
    "Membership",
    "Organisation",
    "Origin",
    "Person",
    "Recorded",
    "Seat",
    "SourceAlias",
    "Team",
    "User",
]
