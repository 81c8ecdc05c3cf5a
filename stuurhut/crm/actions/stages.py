"""The sales process: its stages, which of them count as qualified, and how likely a sale is from there."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as now_in_words
from django.utils.translation import gettext_lazy as _

from stuurhut.crm.models import Process, Stage, StageChange, StageProbability
from stuurhut.people.history import change, made
from stuurhut.people.models import User
from stuurhut.people.refusal import Refused

# Name, kind, counts as qualified, probability of a sale. A start to change, not advice.
USUAL = (
    (_("First contact"), Stage.Kind.OPEN, False, 0.1),
    (_("Needs known"), Stage.Kind.OPEN, True, 0.25),
    (_("Quote sent"), Stage.Kind.OPEN, True, 0.5),
    (_("Negotiation"), Stage.Kind.OPEN, True, 0.75),
    (_("Won"), Stage.Kind.WON, True, 1.0),
    (_("Lost"), Stage.Kind.LOST, True, 0.0),
)


class WrongProbability(Refused):
    """A probability that is not between nothing and certain."""


class StageInUse(Refused):
    """A stage whose meaning cannot change under the opportunities that were in it."""


class ProcessThere(Refused):
    """Starting a sales process where there is one."""


@transaction.atomic
def start_usual_process(*, by: User | None) -> Process:
    """Six usual stages in the language of now, to change afterwards. Raises ProcessThere when stages exist."""
    if Stage.objects.filter(deleted_at__isnull=True).exists():
        raise ProcessThere(_("There are stages already; change those, or add one."))
    process = Process.objects.create(name=now_in_words("Sales process"))
    made([process], by=by)
    for name, kind, qualified, probability in USUAL:
        create_stage(process=process, name=str(name), kind=kind, qualified=qualified, probability=probability, by=by)
    return process


@transaction.atomic
def create_stage(
    *,
    process: Process,
    name: str,
    by: User | None,
    kind: str = Stage.Kind.OPEN,
    qualified: bool = True,
    probability: float | None = None,
    order: int | None = None,
) -> Stage:
    """A new stage, at the end unless an order is given. Raises WrongProbability."""
    last: int = process.stages.aggregate(last=Max("order"))["last"] or 0
    stage = Stage.objects.create(
        process=process, name=name, kind=kind, qualified=qualified, order=last + 1 if order is None else order
    )
    made([stage], by=by)
    if probability is not None:
        set_probability(stage=stage, probability=probability, by=by, starts_on=date(1970, 1, 1))
    return stage


@transaction.atomic
def change_stage(*, stage: Stage, by: User | None, name: str, kind: str, qualified: bool, order: int) -> Stage:
    """Changes a stage. Raises StageInUse for another kind (open, won, lost) once an opportunity has been in it."""
    if kind != stage.kind and _was_used(stage):
        raise StageInUse(
            _("Opportunities have been in %(stage)s, so it stays what it is; add a new stage instead."), stage=stage
        )
    return change(stage, by=by, name=name, kind=kind, qualified=qualified, order=order)


@transaction.atomic
def set_probability(
    *, stage: Stage, probability: float, by: User | None, starts_on: date | None = None
) -> StageProbability:
    """How likely a sale is from this stage, from a day on (default today); what held before stays.

    Raises WrongProbability.
    """
    if not 0 <= probability <= 1:
        raise WrongProbability(
            _("A probability of %(percent)s %% is not possible; give 0 to 100."), percent=round(probability * 100, 1)
        )
    day = starts_on or timezone.localdate()
    same_day = StageProbability.objects.filter(stage=stage, starts_on=day, deleted_at__isnull=True).first()
    if same_day is not None:
        return change(same_day, by=by, probability=probability)
    row = StageProbability.objects.create(stage=stage, probability=probability, starts_on=day)
    made([row], by=by)
    return row


@transaction.atomic
def remove_stage(*, stage: Stage, by: User | None) -> Stage:
    """Takes a stage away. Raises StageInUse once an opportunity has been in it."""
    if _was_used(stage):
        raise StageInUse(_("Opportunities have been in %(stage)s; keep it, or give it another name."), stage=stage)
    return change(stage, by=by, deleted_at=timezone.now())


def _was_used(stage: Stage) -> bool:
    entered = StageChange.objects.filter(Q(to_stage=stage) | Q(from_stage=stage))
    return stage.opportunities.exists() or entered.exists()
