"""Do the hands move the right way: many visits and few orders, hardly any new customers (C2), coffee (E2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from stuurhut.kpi.statistics.changes import as_normal, contrast
from stuurhut.kpi.verdicts import kinds
from stuurhut.kpi.verdicts.saying import luck, price, share, too_early
from stuurhut.kpi.verdicts.thresholds import Thresholds
from stuurhut.kpi.verdicts.verdict import Figure, Filling, Sentence, Subject, Verdict
from stuurhut.kpi.words.text import gettext_noop as _

FEW_ORDERS = 4.0  # to be expected; under that no rate is judged
FEW_CONTACTS = 30
FEW_MARKED = 10
MANY = 1.2  # times the visits of colleagues per available day is many
UP = 1.1  # against before


@dataclass(frozen=True)
class Work:
    """What somebody did in the period: visits held, orders taken, available working days."""

    visits: int
    orders: int
    days: float


def orders_per_visit(
    about: Subject, own: Work, others: Sequence[Work], thresholds: Thresholds, *, looked_at: int = 1,
    worth: Decimal | None = None,
) -> Verdict:  # fmt: skip
    """MANY_VISITS_FEW_ORDERS, LOW_ORDER_RATE ("half the order rate of colleagues"), MIX_RIGHT or TOO_EARLY.

    `others` are the colleagues without `own`; `looked_at` how many sellers are judged so; `worth` of one order.
    """
    kpi = "orders_per_visit"
    others = [one for one in others if one.visits]
    visits, orders, days = (sum(getattr(one, name) for one in others) for name in ("visits", "orders", "days"))
    usual = orders / visits if visits else 0.0
    if len(others) < 2 or usual * own.visits < FEW_ORDERS:
        values: dict[str, Filling] = {"n": own.visits}
        return too_early(about, kpi, Sentence(_("%(n)s visits so far: too few to compare the orders with."), values))
    rate, chance = own.orders / own.visits, _as_few_orders(own, others, usual)
    values = {
        "orders": own.orders,
        "visits": own.visits,
        "rate": Figure(round(rate, 2), "number"),
        "usual": Figure(round(usual, 2), "number"),
    }
    sure = rate < usual and chance <= thresholds.false_discoveries / looked_at
    many = own.days > 0 and days > 0 and own.visits / own.days >= MANY * visits / days
    lost = price(usual * own.visits - own.orders, worth)
    if sure and many and rate <= (1 - thresholds.step_effect) * usual:
        return _few_orders(about, values, chance, lost)
    if sure and rate <= thresholds.order_rate * usual:
        return _half_the_orders(about, values, chance, lost)
    text = _("%(rate)s orders a visit (%(orders)s of %(visits)s); colleagues %(usual)s.")
    brief = Sentence(_("like colleagues"))
    return Verdict(kinds.MIX_RIGHT, "good", about, kpi, brief, Sentence(text, values), chance=chance)


def _few_orders(about: Subject, values: dict[str, Filling], chance: float, lost: Decimal | None) -> Verdict:
    text = _("%(visits)s visits, more than colleagues make, and %(orders)s orders: %(rate)s a visit against %(usual)s.")
    remedy = Sentence(_("Fewer visits, better chosen: go through the list of visits and what each is meant to bring."))
    brief = Sentence(_("many visits, few orders"))
    return Verdict(
        kinds.MANY_VISITS_FEW_ORDERS, "bad", about, "orders_per_visit", brief, Sentence(text, values), luck(chance),
        remedy, chance, lost,
    )  # fmt: skip


def _half_the_orders(about: Subject, values: dict[str, Filling], chance: float, lost: Decimal | None) -> Verdict:
    text = _("%(rate)s orders a visit (%(orders)s of %(visits)s), at most half of the %(usual)s of colleagues.")
    remedy = Sentence(_("Go along on three visits: who is at the table, and is an order asked for?"))
    brief = Sentence(_("half the orders per visit"))
    return Verdict(
        kinds.LOW_ORDER_RATE, "bad", about, "orders_per_visit", brief, Sentence(text, values), luck(chance), remedy,
        chance, lost,
    )  # fmt: skip


def _as_few_orders(own: Work, others: Sequence[Work], usual: float) -> float:
    """Two-sided chance of so many orders in so many visits, over-dispersed as much as colleagues differ."""
    import numpy as np
    from scipy.special import ndtr

    expected = [one.visits * usual for one in others]
    gaps = ((one.orders - mean) ** 2 / mean for one, mean in zip(others, expected, strict=True) if mean)
    free = len(others) - 1
    spread = np.array(max(1.0, sum(gaps) / free))
    sums = (np.array(float(sum(one.orders for one in others))), np.array(float(own.orders)))
    totals = (np.array(float(sum(one.visits for one in others))), np.array(float(own.visits)))
    size = as_normal(contrast(sums, totals, "count") / np.sqrt(spread), spread, np.array(free), "count")
    return min(1.0, float(2 * ndtr(-abs(size))))


def new_customers(about: Subject, new: int, contacts: int, usual: float | None, thresholds: Thresholds) -> Verdict:
    """HARDLY_NEW, MIX_RIGHT or TOO_EARLY: of `contacts` calls and visits `new` went to accounts that never bought;
    `usual` is the share of the colleagues, to say against what.
    """
    from scipy.special import bdtr

    kpi = "new_customer_share"
    values: dict[str, Filling] = {"new": new, "n": contacts, "needed": FEW_CONTACTS, "usual": share(usual)}
    if contacts < FEW_CONTACTS:
        text = _("%(n)s calls and visits so far; %(needed)s are needed to judge where they go.")
        return too_early(about, kpi, Sentence(text, values))
    values["share"] = share(new / contacts)
    chance = float(bdtr(new, contacts, thresholds.new_customer_share))
    evidence = (Sentence(_("Colleagues: %(usual)s."), values),) if usual is not None else ()
    if new / contacts < thresholds.new_customer_share and chance <= thresholds.false_discoveries:
        sentence = Sentence(
            _("%(new)s of %(n)s calls and visits (%(share)s) went to companies that never bought."), values
        )
        remedy = Sentence(_("Fix a part of the week for new customers, and choose the first ten together."))
        brief = Sentence(_("hardly any new customers"))
        return Verdict(
            kinds.HARDLY_NEW, "look", about, kpi, brief, sentence, (*evidence, *luck(chance)), remedy, chance
        )
    sentence = Sentence(_("%(share)s of the calls and visits went to companies that never bought."), values)
    return Verdict(kinds.MIX_RIGHT, "good", about, kpi, Sentence(_("new and known in balance")), sentence, evidence)


@dataclass(frozen=True)
class Gamed:
    """An activity KPI and turnover of somebody or a team: now against the target, or against before when there is none.

    `activity` and `turnover` are ratios (1.2: 120% of target, or 20% up on before). `coffee` of `marked` appointments
    brought nothing, `coffee_before` of `marked_before` in the time before.
    """

    activity: float | None
    turnover: float | None
    coffee: int
    marked: int
    coffee_before: int
    marked_before: int
    against_target: bool = True


def coffee(about: Subject, gamed: Gamed, thresholds: Thresholds) -> Verdict:
    """COFFEE when the activity is met or up, turnover is not, and the content marks have become poor; MIX_RIGHT or
    TOO_EARLY otherwise.
    """
    kpi = "coffee_appointments"
    values: dict[str, Filling] = {
        "coffee": gamed.coffee, "n": gamed.marked, "needed": FEW_MARKED, "activity": share(gamed.activity),
        "turnover": share(gamed.turnover), "before": share(_part(gamed.coffee_before, gamed.marked_before)),
        "share": share(_part(gamed.coffee, gamed.marked)),
    }  # fmt: skip
    if gamed.marked < FEW_MARKED:
        text = _("%(n)s appointments with their content recorded; %(needed)s are needed to judge it.")
        return too_early(about, kpi, Sentence(text, values))
    if gamed.activity is None or gamed.turnover is None:
        text = _("Appointments and turnover cannot be set side by side: one of them has nothing to compare with.")
        return too_early(about, kpi, Sentence(text))
    chance = _as_much_coffee(gamed)
    busy = gamed.activity >= (1.0 if gamed.against_target else UP) and gamed.turnover < 1.0
    if busy and chance <= thresholds.false_discoveries:
        return _busy_with_coffee(about, gamed, values, chance)
    text = _("%(coffee)s of %(n)s appointments (%(share)s) brought nothing; nothing out of the usual.")
    return Verdict(
        kinds.MIX_RIGHT, "good", about, kpi, Sentence(_("appointments with content")), Sentence(text, values)
    )  # fmt: skip


def _busy_with_coffee(about: Subject, gamed: Gamed, values: dict[str, Filling], chance: float) -> Verdict:
    if gamed.against_target:
        text = _(
            "Appointments at %(activity)s of the target, turnover at %(turnover)s; %(coffee)s of %(n)s brought nothing."
        )
    else:
        text = _(
            "Appointments at %(activity)s of before, turnover at %(turnover)s; %(coffee)s of %(n)s brought nothing."
        )
    evidence = (
        Sentence(_("Brought nothing: %(share)s of the appointments, %(before)s before."), values),
        *luck(chance),
    )
    remedy = Sentence(
        _("Measure what an appointment brings instead of how many there are, and pay no bonus on the number.")
    )
    return Verdict(
        kinds.COFFEE, "bad", about, "coffee_appointments", Sentence(_("busy with coffee, no sales")),
        Sentence(text, values), evidence, remedy, chance,
    )  # fmt: skip


def _part(some: int, all_of: int) -> float | None:
    return some / all_of if all_of else None


def _as_much_coffee(gamed: Gamed) -> float:
    """One-sided chance of so much coffee when nothing has changed since before; 1 without a before."""
    import numpy as np
    from scipy.special import ndtr

    if not gamed.marked_before:
        return 1.0
    hits = (np.array(float(gamed.coffee_before)), np.array(float(gamed.coffee)))
    totals = (np.array(float(gamed.marked_before)), np.array(float(gamed.marked)))
    return float(ndtr(-contrast(hits, totals, "share")))
