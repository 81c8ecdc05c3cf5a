"""The SELECT that turns records and their history into a row for every state."""

from __future__ import annotations

from dataclasses import dataclass

TIMELINE = """
WITH told AS ({told}),
change AS (  -- a row per record and moment with what each field became; '' is nothing, so that null is "unchanged"
    SELECT record_id, occurred_at AS state_at, {became}
    FROM told WHERE known GROUP BY record_id, occurred_at
),
began AS (  -- what a field was before the change that was recorded first, also when that change is not known yet
    SELECT record_id, {began} FROM told GROUP BY record_id
),
moment AS (
    SELECT id AS record_id, {created} AS state_at FROM {table}
    UNION SELECT record_id, state_at FROM change
    {further}
)
SELECT r.id, m.state_at, r.{created} AS created_at, {values}
FROM moment m
JOIN {table} r ON r.id = m.record_id
LEFT JOIN change c ON c.record_id = m.record_id AND c.state_at = m.state_at
LEFT JOIN began b ON b.record_id = m.record_id
WINDOW past AS (PARTITION BY m.record_id ORDER BY m.state_at NULLS LAST)
"""


@dataclass(frozen=True)
class Tracked:
    """A field whose past is kept: its name in the history, its column and its DuckDB type."""

    field: str
    column: str
    type: str

    @classmethod
    def key(cls, field: str) -> Tracked:
        return cls(field, f"{field}_id", "BIGINT")

    @property
    def value(self) -> str:
        past = f"last_value(c.{self.column} IGNORE NULLS) OVER past"
        now = f"CAST(r.{self.column} AS VARCHAR)" if self.type != "VARCHAR" else f"r.{self.column}"
        return f"CAST(nullif(coalesce({past}, b.{self.column}, {now}), '') AS {self.type}) AS {self.column}"


def timeline(
    table: str,
    kind: str,
    tracked: tuple[Tracked, ...],
    *,
    created: str = "created_at",
    told: str = "",
    further: str = "",
) -> str:
    """SQL for a table of (id, state_at, created_at, tracked columns): the state of each record from `state_at` on.

    There is a row at creation, at every change, also those before creation, and at the moments that `further` adds (a
    UNION over record_id and a moment). `told` adds changes kept elsewhere (a UNION ALL over record_id, field, old, new,
    occurred_at, id, known). A record without creation moment has a row with `state_at` null that holds its last state.
    """
    history = f"""SELECT record_id, field, old, new, occurred_at, id, known FROM people_history WHERE kind = '{kind}'
    {told}"""  # noqa: S608 - names from our own code
    return TIMELINE.format(
        table=table,
        created=created,
        told=history,
        further=further,
        became=", ".join(_chosen("max_by", "new", each) for each in tracked),
        began=", ".join(_chosen("min_by", "old", each) for each in tracked),
        values=",\n    ".join(each.value for each in tracked),
    )


def _chosen(function: str, value: str, tracked: Tracked) -> str:
    return f"{function}(coalesce({value}, ''), id) FILTER (field = '{tracked.field}') AS {tracked.column}"


AS_KNOWN = """
SELECT r.* REPLACE ({values})
FROM {table} r
LEFT JOIN (
    SELECT record_id, {changed}
    FROM people_history WHERE kind = '{kind}' AND field IN ({fields})
     AND record_id IN (SELECT record_id FROM people_history WHERE kind = '{kind}' AND NOT known) GROUP BY record_id
) h ON h.record_id = r.id
"""


def as_known(table: str, kind: str, tracked: tuple[Tracked, ...]) -> str:
    """SQL for the rows of a table without the changes that are not known: of a fact that has no past states.

    A field with such a change has its last known value, or that from before the change that was recorded first.
    """
    changed = (
        f"""bool_or(NOT known) FILTER (field = '{each.field}') AS {each.column}_later,
           coalesce(last(coalesce(new, '') ORDER BY occurred_at, id) FILTER (known AND field = '{each.field}'),
                    {_first(each)}) AS {each.column}"""
        for each in tracked
    )
    values = (
        f"CASE WHEN h.{each.column}_later THEN {_typed(each)} ELSE r.{each.column} END AS {each.column}"
        for each in tracked
    )
    return AS_KNOWN.format(
        table=table,
        kind=kind,
        fields=", ".join(f"'{each.field}'" for each in tracked),
        changed=", ".join(changed),
        values=",\n    ".join(values),
    )


def _first(tracked: Tracked) -> str:
    return f"min_by(coalesce(old, ''), id) FILTER (field = '{tracked.field}')"


def _typed(tracked: Tracked) -> str:
    """Words that are empty stay so; of all else '' is nothing."""
    if tracked.type == "VARCHAR":
        return f"h.{tracked.column}"
    return f"CAST(nullif(h.{tracked.column}, '') AS {tracked.type})"


# The states that count: from creation on, each until the next one begins.
SINCE_CREATION = "(state_at >= created_at OR created_at IS NULL AND state_at IS NULL)"
