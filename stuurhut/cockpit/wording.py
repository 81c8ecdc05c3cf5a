"""The words that pages use for dimensions, their values, further figures and the columns of files."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from stuurhut.crm.models import (
    Account,
    Activity,
    BuyingPhase,
    Industry,
    LossReason,
    Product,
    ProductGroup,
    Region,
    Segment,
    Source,
    Stage,
    Strategy,
)
from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.catalogue.attainment import OWN_KEYS
from stuurhut.kpi.catalogue.quality_rules import RULES
from stuurhut.kpi.words.answer import Answer
from stuurhut.kpi.words.period import GRAINS
from stuurhut.people.models import Person, Team
from stuurhut.replica.asked import moment_from, period_from, zone
from stuurhut.ui.numbers import written
from stuurhut.ui.periods import called

DIMENSIONS: dict[str, Any] = {
    "person": _("person"), "team": _("team"), "lead_owner": _("owner of the lead"), "source": _("source"),
    "strategy": _("sales strategy"), "industry": _("industry"), "segment": _("segment"), "region": _("region"),
    "product": _("product"), "product_group": _("product group"), "stage": _("stage"), "kind": _("kind"),
    "channel": _("channel"), "account": _("account"), "loss_reason": _("loss reason"), "from_phase": _("from phase"),
    "rule": _("rule"), "to_phase": _("to phase"), "day": _("day"), "week": _("week"), "month": _("month"),
    "quarter": _("quarter"), "year": _("year"), "fiscal_year": _("fiscal year"),
}  # fmt: skip
MODELS: dict[str, type[Model]] = {
    "person": Person, "team": Team, "lead_owner": Person, "source": Source, "strategy": Strategy, "industry": Industry,
    "segment": Segment, "region": Region, "product": Product, "product_group": ProductGroup, "stage": Stage,
    "account": Account, "loss_reason": LossReason,
}  # fmt: skip
MORE: dict[str, tuple[Any, str]] = {
    "p90": (_("nine in ten within"), ""),
    "within_norm": (_("within the norm"), "ratio"),
    "norm_minutes": (_("the norm"), "minutes"),
    "answered": (_("answered"), "count"),
    "not_answered": (_("not answered yet"), "count"),
    "age_days": (_("judged at the age of"), "days"),
    "young": (_("still too young to count"), "count"),
    "young_won": (_("won among those"), "count"),
    "median": (_("median"), "number"),
    "amount": (_("amount of those"), "money"),
    "followed_amount": (_("amount of those that were followed"), "money"),
    "leads": (_("open leads"), "count"),
    "fte": (_("available"), "fte"),
    "median_age": (_("median age"), "days"),
    "oldest_age": (_("the oldest"), "days"),
    "recorded_share": (_("recorded with marks"), "ratio"),
    "appointments": (_("appointments held"), "count"),
    "accepted": (_("accepted"), "count"),
    "open": (_("still open"), "count"),
    "target": (_("target"), "of"),
    "realised": (_("realised"), "of"),
    "pace": (_("pace"), "ratio"),
    "projected": (_("where it ends at this pace"), "of"),
    "elapsed_share": (_("of the working time has passed"), "ratio"),
    "within_a_day": (_("within a working day"), "ratio"),
    "offenders": (_("records that break a rule"), "count"),
    "mean_parts": (_("parts filled on average"), "number"),
    "share_with_contact": (_("known of"), "ratio"),
    "share_with_two": (_("with two or more"), "ratio"),
    "share": (_("as a share"), "ratio"),
    "available_days": (_("available working days"), "count"),
    "entered": (_("entered the stage"), "count"),
    "moved_on": (_("went on"), "count"),
    "lost": (_("lost there"), "count"),
    "undecided": (_("still undecided"), "count"),
    "left": (_("left the stage"), "count"),
    "still_there": (_("still there"), "count"),
    "forward": (_("of which forward"), "count"),
    "minutes": (_("minutes held"), "minutes"),
    "top_minutes": (_("of which with top relations"), "minutes"),
    "formation_fte": (_("FTE of the formation"), "fte"),
    "vacant_fte": (_("vacant FTE"), "fte"),
    "long_absent_fte": (_("FTE long absent"), "fte"),
    "needed": (_("still needed"), "of"),
    "overdue": (_("of which the expected close has passed"), "of"),
}
IN_FILES: dict[str, Any] = {
    "value": _("value"), "low": _("95% from"), "high": _("95% to"), "n": _("number it rests on"),
    "compared": _("compared with"), "currency": _("currency"), "period": _("period"), "start": _("first day"),
    "finished": _("finished"), "last_year": _("last year"), "target": _("target"), "usual_low": _("usual from"),
    "usual_high": _("usual to"), "remark": _("remark"), "kind": _("kind"), "id": _("its number"), "on": _("date"),
    "name": _("name"), "figure": _("figure"), "account": _("account"), "amount": _("amount"), "counted": _("counts"),
    "length": _("took"), "fte": _("FTE of sellers"), "per_fte": _("per FTE"),
}  # fmt: skip


def dimension_words(name: str) -> str:
    """What a dimension is called; several with commas."""
    return ", ".join(str(DIMENSIONS.get(part, part)) for part in name.split(","))


def column_words(name: str) -> str:
    """What a column of a file is called; that of an id after what it is the id of."""
    known = {**DIMENSIONS, **IN_FILES}
    if name in known:
        return str(known[name])
    return gettext("number of %(thing)s") % {"thing": dimension_words(name.removesuffix("_id"))}


def value_words(dimension: str, value: str | None) -> str:
    """What a value of a dimension is called."""
    if value is None or value == "":
        return gettext("not filled in")
    if dimension in GRAINS:
        here = zone()
        return called(period_from(value, moment_from("", here), here))
    if dimension in ("kind", "channel"):
        return str(dict(Activity.Kind.choices).get(value, value))
    if dimension == "rule" and value in RULES:
        return gettext(RULES[value])
    if dimension in ("from_phase", "to_phase") and value.isdigit():
        return str(dict(BuyingPhase.Phase.choices).get(int(value), value))
    return value


def name_of(dimension: str, value: str) -> str:
    """The name behind a filter's value when that is an id."""
    model = MODELS.get(dimension)
    if model is None or not value.isdigit():
        return value
    found = model._default_manager.filter(pk=int(value)).first()
    return str(found) if found is not None else value


def further_figures(answer: Answer, of: str) -> list[tuple[str, str]]:
    """The figures beside the total, in words; those of a target in the unit of the KPI that it is a target `of`."""
    target_unit, found = kpi_of(of).unit, []
    for name, (words, unit) in MORE.items():
        figure: Any = answer.total.more.get(name)
        if figure is None or isinstance(figure, (dict, list, tuple)):
            continue
        is_of_target = unit == "of" or (answer.kpi in OWN_KEYS and unit == "count")
        in_unit = target_unit if is_of_target else unit or answer.unit
        found.append((str(words), written(figure, in_unit, answer.currency)))
    return found
