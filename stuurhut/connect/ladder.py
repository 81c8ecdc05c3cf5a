"""What a stage most likely means and where it stands on the way, by its name.

It is a proposal: in the browser whoever imports sees it and changes what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from stuurhut.connect.guessing import plain_header
from stuurhut.connect.mapped import StageMap

WON = ("gewonnen", "won", "closedwon", "opdracht", "getekend", "order", "akkoord", "klant geworden", "signed")
LOST = ("verloren", "lost", "afgewezen", "vervallen", "geannuleerd", "niet doorgegaan", "afgevallen", "cancelled")
UNQUALIFIED = ("nieuw", "new", "lead", "prospect", "suspect", "orient", "oriënt", "eerste contact", "intake")
# The usual way of a deal, to put stages in order that a file names in any.
WAY = (
    ("suspect", "prospect", "nieuw", "new", "lead", "idee"),
    ("contact", "benader", "orient", "oriënt", "appointment"),
    ("kwalif", "qualif", "engag", "intake", "interess"),
    ("afspraak", "meeting", "behoefte", "needs", "analy", "inventar", "discovery"),
    ("demo", "present", "solution", "oplossing", "proef", "proof"),
    ("offerte", "voorstel", "proposal", "quote"),
    ("onderhandel", "negotiat", "finalize", "besluit", "decision", "mondeling", "verbal", "contract"),
)
# The open stages with which well-known systems come, in their order.
LADDERS: tuple[tuple[str, ...], ...] = (
    (  # HubSpot
        "Appointment scheduled", "Qualified to buy", "Presentation scheduled", "Decision maker bought-in",
        "Contract sent",
    ),
    (  # HubSpot in Dutch
        "Afspraak gepland", "Gekwalificeerd om te kopen", "Presentatie gepland", "Beslisser overtuigd",
        "Contract verzonden",
    ),
    (  # Salesforce, SuiteCRM
        "Prospecting", "Qualification", "Needs Analysis", "Value Proposition", "Id. Decision Makers",
        "Identifying Decision Makers", "Perception Analysis", "Proposal/Price Quote", "Proposal/Quote",
        "Negotiation/Review",
    ),
    (  # Pipedrive
        "Lead In", "Qualified", "Contact Made", "Demo Scheduled", "Needs Defined", "Proposal Made",
        "Negotiations Started",
    ),
)  # fmt: skip
KINDS = ("open", "won", "lost")
ENOUGH = 2  # stages that a process shares with a system's own ladder, to know it by


def likely_stage(name: str, told: Collection[str] = ()) -> StageMap:
    """What a stage most likely means: as the outcomes of its deals have `told`, else by its name."""
    word = plain_header(name)
    qualified = not any(part in word for part in UNQUALIFIED)
    if told:
        kind = next(iter(told)) if set(told) in ({"won"}, {"lost"}) else "open"
        return StageMap(name, kind, qualified=kind != "open" or qualified)
    if any(part in word for part in LOST):
        return StageMap(name, "lost")
    if any(f" {part} " in f" {word} " for part in WON):
        return StageMap(name, "won")
    return StageMap(name, "open", qualified=qualified)


def in_order(stages: Iterable[StageMap]) -> list[StageMap]:
    """Stages as a deal passes them: on the ladder of the system that they are of, else by what their names say."""
    listed = list(stages)
    ladder = _ladder_of([stage.name for stage in listed])
    return sorted(listed, key=lambda stage: (KINDS.index(stage.kind), *_place(stage.name, ladder)))


def _ladder_of(names: list[str]) -> tuple[str, ...]:
    """The ladder that holds most of the names; none when that are few."""
    held = {ladder: sum(_squeezed(name) in map(_squeezed, ladder) for name in names) for ladder in LADDERS}
    best = max(LADDERS, key=lambda ladder: held[ladder])
    return best if held[best] >= ENOUGH else ()


def _place(name: str, ladder: tuple[str, ...]) -> tuple[int, int]:
    """The rung of a stage, and whether it comes just behind it; a stage that is not on it goes by its name."""
    rungs = [_squeezed(rung) for rung in ladder]
    if _squeezed(name) in rungs:
        return rungs.index(_squeezed(name)), 0
    step = _step(name)
    if not ladder:
        return step, 0
    return max((number for number, rung in enumerate(ladder) if _step(rung) <= step), default=-1), 1


def _step(name: str) -> int:
    """How far a stage is on the usual way of a deal; halfway when its name does not tell."""
    word = plain_header(name)
    steps = [step for step, parts in enumerate(WAY) if any(part in word for part in parts)]
    return steps[-1] if steps else len(WAY) // 2


def _squeezed(name: str) -> str:
    """A name without what is between its words: systems write their own stages with and without."""
    return re.sub(r"[^0-9a-zà-ÿ]+", "", name.casefold())
