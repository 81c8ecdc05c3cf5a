"""The seven indispensable metrics: what is said beside each number, and how sure it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stuurhut.kpi.catalogue.activity import UNLINKED
from stuurhut.kpi.words.answer import Answer, Number
from stuurhut.replica.asked import zone
from stuurhut.ui.numbers import day, in_steps, interval, money, plain, share, step_of, written


class Ask(Protocol):
    """The answer of another KPI to the page's question; `until_now` over all days from its start to its peildatum."""

    def __call__(self, key: str, *, until_now: bool = False) -> Answer: ...


AMPLE = 5  # times what is still needed: above it how often says nothing more
FEW = 10  # fewer than this say little about a share or a duration


@dataclass(frozen=True)
class Metric:
    """How one of the seven is told: its KPI, what is said beside the number and how sure that is.

    `because`: why there is nothing, where the number alone would look like a failure of those who did the work.
    """

    key: str
    beside: Callable[[Answer, Ask], list[str]] = lambda answer, ask: []
    because: Callable[[Answer, Ask], str] = lambda answer, ask: ""
    sure: Callable[[Answer], str] = lambda answer: on_a_tile(answer)
    last_year: bool = True
    lines: int = 1  # of what is said beside it, on the tile


def further(answer: Answer, name: str) -> Number:
    """A further figure of the total, None when it is not there."""
    return cast(Number, answer.total.more.get(name))


def sureness(answer: Answer) -> str:
    """How sure a number is, in words: its interval, else how many it rests on."""
    total = answer.total
    between = interval(total.low, total.high, answer.unit, answer.currency)
    if total.n is not None and total.n < FEW and answer.unit in ("ratio", "minutes", "days", "hours"):
        few = ngettext("only %(n)s: too few to be sure", "only %(n)s: too few to be sure", total.n) % {
            "n": plain(total.n)
        }
        return few if total.n else ""
    if between and total.n is not None:
        return _("%(interval)s (n = %(n)s)") % {"interval": between, "n": plain(total.n)}
    if between:
        return between
    return _("n = %(n)s") % {"n": plain(total.n)} if total.n is not None else _("counted, not estimated")


def on_a_tile(answer: Answer) -> str:
    """How sure, where that is in question: what was counted is not said to be on every tile."""
    return "" if answer.total.n is None and answer.total.low is None else sureness(answer)


def _leads(answer: Answer, ask: Ask) -> list[str]:
    load = ask("leads_open_per_fte").total
    if load.value is None:
        return [_("%(number)s open now") % {"number": plain(ask("leads_open").total.value)}]
    return [
        _("%(number)s open now, %(load)s per FTE")
        % {"number": plain(cast(Number, load.more.get("leads"))), "load": plain(load.value, 1)}
    ]


def _response(answer: Answer, ask: Ask) -> list[str]:
    if not answer.total.n:
        return []
    norm = written(further(answer, "norm_minutes"), "minutes")
    return [
        _("%(share)s within the norm of %(norm)s") % {"share": share(further(answer, "within_norm")), "norm": norm},
        _("%(number)s not answered yet") % {"number": plain(further(answer, "not_answered"))},
    ]


def _follow_ups(answer: Answer, ask: Ask) -> list[str]:
    needed = ask("follow_ups_to_close").total
    if needed.value is None:
        return [_("no deal won yet to count them on")]
    return [_("%(number)s on average until a deal was won") % {"number": plain(needed.value, 1)}]


def _conversion(answer: Answer, ask: Ask) -> list[str]:
    if not answer.total.n:
        return []
    return [
        _("within %(days)s days; %(young)s leads are still too young")
        % {"days": plain(further(answer, "age_days")), "young": plain(further(answer, "young"))}
    ]


def _pipeline(answer: Answer, ask: Ask) -> list[str]:
    count = int(ask("pipeline_open_count").total.value or 0)
    number = ngettext("%(number)s opportunity", "%(number)s opportunities", count) % {"number": plain(count)}
    covered = ask("pipeline_coverage").total.value
    if covered is None or zone().day(answer.as_of) >= answer.until:  # nothing can close in a period that is over
        return [number]
    if covered > AMPLE:
        return [number, _("what closes this period amply covers what is still needed")]
    words = {"times": plain(covered, 1)}
    return [number, _("what closes this period covers %(times)s times what is still needed") % words]


def _sales(answer: Answer, ask: Ask) -> list[str]:
    count = int(ask("sales_count").total.value or 0)
    return [ngettext("%(number)s sale", "%(number)s sales", count) % {"number": plain(count)}]


def _attainment(answer: Answer, ask: Ask) -> list[str]:
    if answer.total.value is None:
        return []
    realised, target, projected = (further(answer, name) for name in ("realised", "target", "projected"))
    step = step_of(realised, target)  # one step for all, and a rest that can be checked by hand

    def money_of(value: Number) -> str:
        return money(value, answer.currency, step=step)

    lines = [_("%(realised)s of %(target)s") % {"realised": money_of(realised), "target": money_of(target)}]
    if answer.total.value < 1:
        needed = in_steps(target, step) - in_steps(realised, step)
        lines.append(_("%(needed)s still needed") % {"needed": money_of(needed)})
    if projected is not None and further(answer, "elapsed_share") != 1:
        lines.append(_("ends at %(projected)s at this pace") % {"projected": money_of(projected)})
    return lines


def _unlinked(answer: Answer) -> str:
    """Contacts that could not count, and what to do about it; nothing when there are none."""
    n = next((left.n for left in answer.excluded if left.why == UNLINKED), 0)
    if not n:
        return ""
    return ngettext(
        "%(n)s contact is not linked to a lead or deal. Import it with that column, or log it at a lead or deal.",
        "%(n)s contacts are not linked to a lead or deal. Import them with that column, or log them at a lead or deal.",
        n,
    ) % {"n": plain(n)}


def _no_follow_ups(answer: Answer, ask: Ask) -> str:
    return "" if answer.total.value else _unlinked(answer)


def _no_response(answer: Answer, ask: Ask) -> str:
    return _unlinked(ask("follow_ups")) if answer.total.n and not further(answer, "answered") else ""


def _no_conversion(answer: Answer, ask: Ask) -> str:
    if answer.total.value or not (answer.total.n or further(answer, "young")):
        return ""
    since = ask("won_count", until_now=True)
    won = int(since.total.value or 0)
    if not won or ask("wins_per_lead", until_now=True).total.value:
        return ""
    return ngettext(
        "The %(n)s deal won since %(day)s is not linked to a lead. Import deals with that column, or make them at "
        "their lead.",
        "None of the %(n)s deals won since %(day)s is linked to a lead. Import deals with that column, or make them at "
        "their lead.",
        won,
    ) % {"n": plain(won), "day": day(since.start)}


SEVEN = (
    Metric("target_attainment", _attainment, last_year=False, sure=lambda answer: ""),
    Metric("sales_value", _sales),
    Metric("pipeline_open_value", _pipeline, last_year=False, lines=2),
    Metric("leads_created", _leads),
    Metric("lead_response_time", _response, _no_response),
    Metric("follow_ups", _follow_ups, _no_follow_ups),
    Metric("lead_conversion", _conversion, _no_conversion),
)
