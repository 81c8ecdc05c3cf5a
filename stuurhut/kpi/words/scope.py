"""What somebody may see: a plain value that goes with every question."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Scope:
    """Rows count when their person is in `persons` or their team is in `teams`; `everything` lifts both.

    `totals_of` are teams of which only totals may be seen: never by person, never their records.
    The rows' person and team are those of the event, so a former team's past stays with its manager.
    """

    everything: bool = False
    persons: frozenset[int] = field(default_factory=frozenset)
    teams: frozenset[int] = field(default_factory=frozenset)
    totals_of: frozenset[int] = field(default_factory=frozenset)

    @property
    def nothing(self) -> bool:
        return not (self.everything or self.persons or self.teams)


EVERYTHING = Scope(everything=True)
