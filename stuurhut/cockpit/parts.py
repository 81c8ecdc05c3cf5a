"""The parts of the cockpit that load after the numbers: the plan, pictures, what was found, funnel and team."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils import timezone

from stuurhut.cockpit import live
from stuurhut.cockpit.asking import Asked
from stuurhut.cockpit.clock import with_plan
from stuurhut.cockpit.findings import Finding, asking_of, finding, findings_of
from stuurhut.cockpit.funnel import funnel
from stuurhut.cockpit.judged import looks
from stuurhut.cockpit.metrics import SEVEN
from stuurhut.cockpit.team import several, table
from stuurhut.cockpit.telling import told
from stuurhut.cockpit.tiles import CLOCK, attained, pictures
from stuurhut.kpi.judging.course import course
from stuurhut.kpi.verdicts import kinds
from stuurhut.kpi.verdicts.verdict import State, Verdict
from stuurhut.ui.numbers import plain

Context = dict[str, Any]
ON_ITS_PAGE = ("team", "source", "strategy")


@dataclass(frozen=True)
class Said:
    """The verdict on one of the seven in a few words; `sentence` says it in full, `address` shows it."""

    key: str
    state: State
    brief: str
    sentence: str
    address: str


def addresses(asked: Asked) -> dict[str, str]:
    """Where each part of the page is; another address when its contents may differ, so that it is asked again.

    What was found is judged by whole days: it is asked again tomorrow, not at each write.
    """
    data, day = live.today(), f"{asked.today:%Y%m%d}"
    found = {name: asked.address("/", part=name, at=day if name == "found" else data) for name in PARTS}
    return found if several(asked) else {name: address for name, address in found.items() if name != "team"}


def _found(asked: Asked) -> Context:
    is_ahead = asked.today > asked.zone.day(timezone.now())
    if is_ahead or not asked.begun:
        return {"found": (), "others": (), "looked_at": "", "said": (), "is_ahead": is_ahead}
    looked = findings_of(asking_of(asked))
    return {
        "found": [_shown(asked, verdict) for verdict in looked.top],
        "others": [_shown(asked, verdict) for verdict in looked.others],
        "looked_at": plain(looked.looked_at),
        "said": _said(asked.at_its_end()),
    }


def _shown(asked: Asked, verdict: Verdict) -> tuple[Finding, str]:
    """A finding with the address that shows it, in the page's own period and team."""
    about, shown = verdict.about, finding(verdict)
    if verdict.kind == kinds.INCIDENT:  # to be known, not to be acted upon: no alarm
        shown = replace(shown, state="unknown")
    if about.kind == "person" and about.id is not None:
        return shown, asked.address(reverse("seller", args=[about.id]), by="", of="", person="", team="")
    where = {about.kind: str(about.id)} if about.id is not None and about.kind in ON_ITS_PAGE else {}
    return shown, asked.address(reverse("kpi", args=[verdict.kpi]), by="", of="", **where)


def _said(asked: Asked) -> list[Said]:
    """The verdicts on the seven, of a period that is over as of its end; none of what has no course to judge."""
    asking, found = asking_of(asked), []
    for metric in SEVEN:
        verdict = course(asking, metric.key) if metric.key != CLOCK else None
        if verdict is not None:
            address = asked.address(reverse("kpi", args=[metric.key]), by="", of="")
            found.append(Said(metric.key, looks(verdict), told(verdict.brief), told(verdict.sentence), address))
    return found


def _pictures(asked: Asked) -> Context:
    """What completes the tiles: their small pictures, and what the plan adds to the dial."""
    return {"clock": with_plan(asked, attained(asked)), "pictures": pictures(asked)}


def _funnel(asked: Asked) -> Context:
    return {"funnel": funnel(asked)}


def _team(asked: Asked) -> Context:
    return {"table": table(asked)}


PARTS: dict[str, Callable[[Asked], Context]] = {
    "pictures": _pictures,
    "found": _found,
    "funnel": _funnel,
    "team": _team,
}
