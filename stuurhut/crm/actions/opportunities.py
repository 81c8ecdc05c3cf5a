"""An opportunity from its first stage to won or lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stuurhut.crm.actions.credit import set_credits
from stuurhut.crm.actions.relations import make_customer
from stuurhut.crm.actions.worth import LineOf, add_lines, in_base, sum_of, worth
from stuurhut.crm.models import LossReason, Opportunity, OpportunityLine, Stage, StageChange
from stuurhut.kpi.words.money import Amount
from stuurhut.people.history import change, kind_of, made
from stuurhut.people.models import History, Person, Team, User
from stuurhut.people.refusal import Refused
from stuurhut.people.teams import team_of


class OutOfOrder(Refused):
    """A stage entered before the stage that was entered last."""


class InTheFuture(Refused):
    """A stage entered later than now."""


class OtherProcess(Refused):
    """A stage of another sales process."""


@transaction.atomic
def create_opportunity(
    *,
    stage: Stage,
    by: User | None,
    owner: Person | None = None,
    team: Team | None = None,
    amount: Amount | None = None,
    lines: Sequence[LineOf] = (),
    shares: Mapping[Person, Decimal | int | str] | None = None,
    created_at: datetime | None = None,
    **fields: Any,
) -> Opportunity:
    """A new opportunity, which enters its first stage when it is created.

    Without `amount` it is what the lines add up to. A first stage that is won or lost closes it at once. `fields`:
    name, account, contact, lead, source, strategy, expected_close_on, loss_reason; source and strategy default to the
    lead's. Raises RateMissing, MixedCurrencies or SharesDoNotAddUp.
    """
    moment = created_at or timezone.now()
    day = timezone.localdate(moment)
    lead = fields.get("lead")
    if lead is not None:
        fields = {"source": lead.source, "strategy": lead.strategy, "account": lead.account, **fields}
    opportunity = Opportunity.objects.create(
        stage=stage,
        owner=owner,
        team=team or team_of(owner, moment),
        created_at=moment,
        **worth(amount if amount is not None else sum_of(lines), day),
        **_outcome(stage, moment),
        **fields,
    )
    made([opportunity], by=by)
    _enter(opportunity, None, stage, moment, by)
    add_lines(OpportunityLine, lines, day, opportunity=opportunity)
    if shares:
        set_credits(deal=opportunity, shares=shares, by=by)
    if stage.kind == Stage.Kind.WON:
        make_customer(account=opportunity.account, at=moment, by=by)
    return opportunity


@transaction.atomic
def move_stage(
    *,
    opportunity: Opportunity,
    to: Stage,
    by: User | None,
    at: datetime | None = None,
    loss_reason: LossReason | None = None,
) -> StageChange | None:
    """Moves an opportunity to a stage; None when it stands there already.

    A won or lost stage closes it, at the rate of that day; an open one opens it again, and the earlier closing stays in
    the stage history. Raises OutOfOrder, InTheFuture, OtherProcess or RateMissing.
    """
    moment = at or timezone.now()
    opportunity.refresh_from_db(from_queryset=Opportunity.objects.select_for_update())
    _check_move(opportunity, to, moment)
    if opportunity.stage_id == to.pk:
        return None
    was_closed = opportunity.outcome != Opportunity.Outcome.OPEN
    moved = _enter(opportunity, opportunity.stage, to, moment, by)
    for name, value in {"stage": to, **_outcome(to, moment)}.items():
        setattr(opportunity, name, value)
    opportunity.save(update_fields=["stage", "outcome", "closed_at"])
    reason = loss_reason if to.kind == Stage.Kind.LOST else None
    change(opportunity, by=by, at=at, loss_reason=reason)
    if was_closed or opportunity.closed_at is not None:
        _value_again(opportunity, at, by)
    if to.kind == Stage.Kind.WON:
        make_customer(account=opportunity.account, at=moment, by=by)
    return moved


@transaction.atomic
def set_amount(
    *, opportunity: Opportunity, amount: Amount | None, by: User | None, at: datetime | None = None
) -> Opportunity:
    """What the opportunity is worth from a moment on: at the rate of that day, or of the closing day once closed."""
    moment = opportunity.closed_at or at or timezone.now()
    return change(opportunity, by=by, at=at, **worth(amount, timezone.localdate(moment)))


def _check_move(opportunity: Opportunity, to: Stage, moment: datetime) -> None:
    if moment > timezone.now():
        raise InTheFuture(_("A stage cannot be entered in the future; give a moment up to now."))
    if to.process_id != opportunity.stage.process_id:
        raise OtherProcess(
            _("%(stage)s belongs to another sales process; choose a stage of %(process)s."),
            stage=to, process=opportunity.stage.process,
        )  # fmt: skip
    last = opportunity.stage_changes.order_by("-occurred_at", "-id").first()
    if last is not None and moment < last.occurred_at:
        raise OutOfOrder(
            _("%(stage)s was entered on %(entered)s; give a moment after that."),
            stage=last.to_stage, entered=timezone.localtime(last.occurred_at).strftime("%Y-%m-%d %H:%M"),
        )  # fmt: skip


def _enter(opportunity: Opportunity, old: Stage | None, new: Stage, moment: datetime, by: User | None) -> StageChange:
    return StageChange.objects.create(
        opportunity=opportunity, from_stage=old, to_stage=new, occurred_at=moment, recorded_at=timezone.now(), by=by
    )


def _outcome(stage: Stage, moment: datetime) -> dict[str, Any]:
    return {"outcome": stage.kind, "closed_at": None if stage.kind == Stage.Kind.OPEN else moment}


def _value_again(opportunity: Opportunity, at: datetime | None, by: User | None) -> None:
    """The base amount at the rate of the closing day; opened again, at that of the day the amount was set."""
    if opportunity.amount_minor is None or opportunity.currency in ("", settings.CURRENCY):
        return
    own = Amount.of_minor(opportunity.amount_minor, opportunity.currency)
    day = timezone.localdate(opportunity.closed_at or _amount_set_at(opportunity))
    change(opportunity, by=by, at=at, base_minor=in_base(own, day))


def _amount_set_at(opportunity: Opportunity) -> datetime:
    rows = History.objects.filter(
        kind=kind_of(opportunity), record_id=opportunity.pk, field__in=("amount_minor", "currency")
    )
    last = rows.order_by("-occurred_at", "-id").first()
    return last.occurred_at if last else opportunity.created_at or opportunity.recorded_at
