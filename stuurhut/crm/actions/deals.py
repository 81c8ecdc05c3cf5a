"""Quotes that are sent and decided, orders that are placed and withdrawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stuurhut.crm.actions.credit import set_credits
from stuurhut.crm.actions.relations import make_customer
from stuurhut.crm.actions.worth import LineOf, add_lines, in_base, sum_of, worth
from stuurhut.crm.models import Account, Order, OrderLine, Quote, QuoteLine
from stuurhut.kpi.words.money import Amount
from stuurhut.people.history import change, made
from stuurhut.people.models import Person, Team, User
from stuurhut.people.refusal import Refused
from stuurhut.people.teams import team_of


class Decided(Refused):
    """A quote that got its answer already."""


class Withdrawn(Refused):
    """An order that was cancelled or credited already."""


@transaction.atomic
def create_quote(
    *,
    account: Account | None,
    by: User | None,
    owner: Person | None = None,
    team: Team | None = None,
    amount: Amount | None = None,
    lines: Sequence[LineOf] = (),
    sent_at: datetime | None = None,
    state: str = Quote.State.SENT,
    **fields: Any,
) -> Quote:
    """A quote, sent now unless said otherwise or a draft; without `amount` it is what the lines add up to.

    `fields`: number, opportunity, valid_until. Raises RateMissing or MixedCurrencies.
    """
    moment = sent_at or timezone.now()
    day = timezone.localdate(moment)
    quote = Quote.objects.create(
        account=account,
        owner=owner,
        team=team or team_of(owner, moment),
        sent_at=None if state == Quote.State.DRAFT else moment,
        state=state,
        **worth(amount if amount is not None else sum_of(lines), day),
        **fields,
    )
    add_lines(QuoteLine, lines, day, quote=quote)
    made([quote], by=by)
    return quote


@transaction.atomic
def send_quote(*, quote: Quote, by: User | None, at: datetime | None = None) -> Quote:
    """A draft goes out, at the rate of that day. Raises Decided or RateMissing."""
    _check_undecided(quote)
    moment = at or timezone.now()
    own = None if quote.amount_minor is None else Amount.of_minor(quote.amount_minor, quote.currency)
    amounts = worth(own, timezone.localdate(moment))
    return change(quote, by=by, at=at, state=Quote.State.SENT, sent_at=moment, **amounts)


@transaction.atomic
def decide_quote(*, quote: Quote, accepted: bool, by: User | None, at: datetime | None = None) -> Quote:
    """The customer said yes or no. Raises Decided."""
    _check_undecided(quote)
    state = Quote.State.ACCEPTED if accepted else Quote.State.REJECTED
    return change(quote, by=by, at=at, state=state, decided_at=at or timezone.now())


def _check_undecided(quote: Quote) -> None:
    if quote.decided_at is not None:
        raise Decided(_("Quote %(quote)s was decided already; make a new one."), quote=quote)


@transaction.atomic
def create_order(
    *,
    account: Account | None,
    by: User | None,
    owner: Person | None = None,
    team: Team | None = None,
    amount: Amount | None = None,
    margin: Amount | None = None,
    lines: Sequence[LineOf] = (),
    shares: Mapping[Person, Decimal | int | str] | None = None,
    ordered_at: datetime | None = None,
    **fields: Any,
) -> Order:
    """An order, which makes the account a customer; without `amount` and `margin` they are what the lines add up to.

    `fields`: number, opportunity. Raises RateMissing, MixedCurrencies or SharesDoNotAddUp.
    """
    moment = ordered_at or timezone.now()
    day = timezone.localdate(moment)
    margins = [line.margin for line in lines if line.margin is not None]
    kept = [in_base(m, day) for m in ([margin] if margin is not None else margins)]
    order = Order.objects.create(
        account=account,
        owner=owner,
        team=team or team_of(owner, moment),
        ordered_at=moment,
        margin_minor=sum(kept) if kept else None,
        **worth(amount if amount is not None else sum_of(lines), day),
        **fields,
    )
    add_lines(OrderLine, lines, day, order=order)
    made([order], by=by)
    if shares:
        set_credits(deal=order, shares=shares, by=by)
    make_customer(account=account, at=moment, by=by)
    return order


@transaction.atomic
def cancel_order(*, order: Order, by: User | None, at: datetime | None = None) -> Order:
    """The order is off. Raises Withdrawn."""
    _check_stands(order)
    return change(order, by=by, at=at, cancelled_at=at or timezone.now())


@transaction.atomic
def credit_order(*, order: Order, by: User | None, at: datetime | None = None) -> Order:
    """The customer gets the money back. Raises Withdrawn."""
    _check_stands(order)
    return change(order, by=by, at=at, credited_at=at or timezone.now())


def _check_stands(order: Order) -> None:
    if order.cancelled_at is not None or order.credited_at is not None:
        raise Withdrawn(_("Order %(order)s was cancelled or credited already; nothing more is needed."), order=order)
