"""How a sale is divided over the people who made it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stuurhut.crm.models import Credit, Opportunity, Order
from stuurhut.people.history import change_many, note
from stuurhut.people.models import Person, User
from stuurhut.people.refusal import Refused

WHOLE = 10_000  # ten-thousandths


class SharesDoNotAddUp(Refused):
    """Credit that is not exactly the whole deal."""


@transaction.atomic
def set_credits(
    *, deal: Opportunity | Order, shares: Mapping[Person, Decimal | int | str], by: User | None
) -> list[Credit]:
    """Divides a deal in percentages that add to 100, at most two decimals each; without any the owner has it all.

    The earlier division stays, as deleted. Raises SharesDoNotAddUp.
    """
    parts = {person: Decimal(share) * 100 for person, share in shares.items()}
    total = sum(parts.values(), Decimal(0))
    if parts and (total != WHOLE or any(part <= 0 or part != part.to_integral_value() for part in parts.values())):
        raise SharesDoNotAddUp(
            _("The shares add to %(total)s %%: make them add to 100 %%, each above 0 with at most two decimals."),
            total=f"{total / 100:f}",
        )
    column = "opportunity" if isinstance(deal, Opportunity) else "order"
    before = list(Credit.objects.select_for_update().filter(**{column: deal}, deleted_at__isnull=True))
    change_many([(credit, {"deleted_at": timezone.now()}) for credit in before], by=by)
    made = [Credit(**{column: deal}, person=person, share=int(part)) for person, part in parts.items()]
    Credit.objects.bulk_create(made)
    old, new = ({c.person_id: c.share for c in division} for division in (before, made))
    note(deal, "credits", by=by, old=_written(old), new=_written(new))
    return made


def _written(shares: Mapping[int, int]) -> str:
    return " ".join(f"{person}:{share}" for person, share in sorted(shares.items()))
