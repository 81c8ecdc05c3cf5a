"""Accounts, the people there, and what makes an account a top relation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stuurhut.crm.actions.worth import in_base
from stuurhut.crm.models import Account, BuyingPhase, Contact, PainGain, ProductGroup, Spend, SupplierShare, TopRelation
from stuurhut.kpi.words.money import Amount
from stuurhut.people.history import change, made
from stuurhut.people.models import Person, Team, User
from stuurhut.people.refusal import Refused
from stuurhut.people.teams import team_of


class NoSuchPhase(Refused):
    """A buying phase outside 1 to 5."""


class PhaseUnknown(Refused):
    """Confirming a phase that nobody recorded."""


class NotATopRelation(Refused):
    """Ending what had not begun."""


class WrongPart(Refused):
    """A share that is not between nothing and all."""


@transaction.atomic
def create_account(
    *,
    name: str,
    by: User | None,
    owner: Person | None = None,
    team: Team | None = None,
    created_at: datetime | None = None,
    potential: Amount | None = None,
    **fields: Any,
) -> Account:
    """A new account. `fields` are its other columns: kind, industry, segment, region, parent, city, phone ..."""
    moment = created_at or timezone.now()
    minor = None if potential is None else in_base(potential, timezone.localdate(moment))
    account = Account.objects.create(
        name=name,
        owner=owner,
        team=team or team_of(owner, moment),
        created_at=moment,
        potential_minor=minor,
        **fields,
    )
    made([account], by=by)
    return account


@transaction.atomic
def create_contact(*, name: str, account: Account | None, by: User | None, **fields: Any) -> Contact:
    """A new person at an account. `fields`: role, is_right_contact, email, phone, created_at."""
    contact = Contact.objects.create(name=name, account=account, **{"created_at": timezone.now(), **fields})
    made([contact], by=by)
    return contact


@transaction.atomic
def make_customer(*, account: Account | None, at: datetime, by: User | None) -> None:
    """An account that bought is a customer from that moment on."""
    if account is not None and account.kind != Account.Kind.CUSTOMER:
        change(account, by=by, at=at, kind=Account.Kind.CUSTOMER)


# -- buying phase ------------------------------------------------------------------------------------------------------


@transaction.atomic
def set_buying_phase(
    *, account: Account, phase: int, by: User | None, at: datetime | None = None, note: str = ""
) -> BuyingPhase:
    """Where the account stands in buying from a moment on; every earlier phase stays. Raises NoSuchPhase."""
    if phase not in BuyingPhase.Phase.values:
        raise NoSuchPhase(_("There is no buying phase %(phase)s; give 1 (no interest) to 5 (order)."), phase=phase)
    moment = at or timezone.now()
    current = current_phase(account, moment)
    if current is not None and current.phase == phase and not note:
        return confirm_buying_phase(account=account, by=by, at=moment)
    row = BuyingPhase.objects.create(account=account, phase=phase, since=moment, confirmed_at=moment, by=by, note=note)
    made([row], by=by)
    return row


@transaction.atomic
def confirm_buying_phase(*, account: Account, by: User | None, at: datetime | None = None) -> BuyingPhase:
    """Says that the phase is still what it was. Raises PhaseUnknown."""
    moment = at or timezone.now()
    current = current_phase(account, moment)
    if current is None:
        raise PhaseUnknown(_("The buying phase of %(account)s is not known yet; record one."), account=account)
    if current.confirmed_at is None or current.confirmed_at < moment:
        change(current, by=by, at=at, confirmed_at=moment)
    return current


def current_phase(account: Account, at: datetime) -> BuyingPhase | None:
    """The phase the account was in at a moment."""
    rows = BuyingPhase.objects.filter(account=account, since__lte=at, deleted_at__isnull=True)
    return rows.order_by("-since", "-id").first()


# -- pains and gains ---------------------------------------------------------------------------------------------------


@transaction.atomic
def add_pain_gain(
    *,
    account: Account,
    kind: str,
    statement: str,
    by: User | None,
    contact: Contact | None = None,
    weight: int = 1,
    found_at: datetime | None = None,
) -> PainGain:
    """A problem to solve (pain) or a chance to use (gain), as the customer says it."""
    row = PainGain.objects.create(
        account=account,
        kind=kind,
        statement=statement,
        contact=contact,
        weight=weight,
        found_at=found_at or timezone.now(),
    )
    made([row], by=by)
    return row


@transaction.atomic
def address_pain_gain(*, pain_gain: PainGain, by: User | None, at: datetime | None = None) -> PainGain:
    """It was solved or used."""
    return change(pain_gain, by=by, at=at, addressed_at=at or timezone.now())


# -- top relations -----------------------------------------------------------------------------------------------------


@transaction.atomic
def mark_top_relation(*, account: Account, by: User | None, since: date | None = None) -> TopRelation:
    """The account is a top relation from a day on; one that is already stays what it was."""
    day = since or timezone.localdate()
    current = (
        TopRelation.objects.filter(account=account, since__lte=day, deleted_at__isnull=True)
        .exclude(until__lte=day)
        .first()
    )
    if current is not None:
        return current
    row = TopRelation.objects.create(account=account, since=day)
    made([row], by=by)
    return row


@transaction.atomic
def end_top_relation(*, account: Account, by: User | None, until: date | None = None) -> TopRelation:
    """The account is no top relation any more from the day `until`. Raises NotATopRelation."""
    day = until or timezone.localdate()
    row = TopRelation.objects.filter(
        account=account, until__isnull=True, since__lt=day, deleted_at__isnull=True
    ).first()
    if row is None:
        raise NotATopRelation(
            _("%(account)s was no top relation before %(day)s; give a later day."), account=account, day=day
        )
    return change(row, by=by, until=day)


@transaction.atomic
def record_supplier(
    *, account: Account, supplier: str, share: float, by: User | None, product_group: ProductGroup | None = None
) -> SupplierShare:
    """From whom the account buys a product group now; what was recorded before stays. Raises WrongPart."""
    if not 0 <= share <= 1:
        raise WrongPart(_("A share of %(share)s is not possible; give a number from 0 to 1."), share=share)
    row = SupplierShare.objects.create(account=account, supplier=supplier, share=share, product_group=product_group)
    made([row], by=by)
    return row


@transaction.atomic
def record_spend(
    *, account: Account, year: int, by: User | None, amount: Amount | None = None, order_volume: int | None = None
) -> Spend:
    """What the account spends with everyone in a year, and in how many orders; in the base currency."""
    minor = None if amount is None else in_base(amount, min(date(year, 12, 31), timezone.localdate()))
    row = Spend.objects.create(account=account, year=year, amount_minor=minor, order_volume=order_volume)
    made([row], by=by)
    return row
