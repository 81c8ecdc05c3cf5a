"""The columns of every fact that a KPI may stand on.

Rooms map what they remember to these columns (`<room>/facts.py`); a start-up check holds both together. Moments
(`_at`) are UTC, microseconds, without zone; days (`_on`, `day`) are the organisation's local days. Amounts are exact
decimals in the base currency. `_wm` is a *working minute*: the organisation's working minutes from its epoch up to a
moment, so that a difference of two is a working time.

A **versioned** fact has a row for every state a record was in, [valid_from, valid_until): the state at T is the row
with valid_from < T and (valid_until is null or valid_until >= T).
"""

from __future__ import annotations

from dataclasses import dataclass, field

TYPES = {
    "key": "int64",
    "text": "string",
    "moment": "timestamp(6)",
    "day": "date",
    "money": "decimal(18, 2)",
    "portion": "decimal(24, 6)",
    "number": "float64",
    "count": "int64",
    "flag": "boolean",
}


@dataclass(frozen=True)
class Moment:
    """A moment at which a fact's rows can count, and whose they are at that moment."""

    at: str
    on: str
    person: str | None
    team: str | None


@dataclass(frozen=True)
class Fact:
    """A table of facts: columns by type, the moments at which rows count, and the columns behind dimensions.

    `record` is the kind of record that `id` names. `share` is the fact with the same rows split over credit and
    product lines; value by person or product is asked of that one.
    """

    name: str
    columns: dict[str, str]
    moments: dict[str, Moment] = field(default_factory=dict)
    dimensions: dict[str, str] = field(default_factory=dict)
    versioned: bool = False
    record: str = ""
    share: str = ""


def _columns(**by_type: str) -> dict[str, str]:
    return {name: kind for kind, names in by_type.items() for name in names.split()}


def _versioned(columns: dict[str, str]) -> dict[str, str]:
    return {"id": "key", "valid_from": "moment", "valid_until": "moment", **columns}


_SALE = {"source": "source_id", "strategy": "strategy_id", "account": "account_id"}
_PRODUCT = {"product": "product_id", "product_group": "product_group_id"}

_OPPORTUNITY = _columns(
    key="owner_id own_team_id account_id lead_id lead_owner_id source_id strategy_id stage_id loss_reason_id"
    " created_owner_id created_team_id closed_owner_id closed_team_id product_id product_group_id",
    text="outcome currency",  # outcome: open, won, lost
    flag="qualified",
    money="amount",  # null when none is known
    day="expected_close_on created_on closed_on",
    moment="created_at closed_at recorded_at",
    count="stage_order outbound_before_close reached_contacts",  # outbound contacts up to the closing of the version
)
_ORDER = _columns(
    key="id owner_id team_id account_id lead_id opportunity_id source_id strategy_id lead_owner_id product_id"
    " product_group_id",
    moment="ordered_at recorded_at void_at",  # void: cancelled or credited, the first
    day="ordered_on",
    money="amount margin",
)

FACTS: tuple[Fact, ...] = (
    Fact("label", _columns(text="kind name", key="id", count="position")),
    Fact("team", _versioned(_columns(key="parent_id", text="name")), versioned=True, record="team"),
    Fact("person", _columns(key="id", text="name", flag="active"), record="person"),
    Fact(
        "membership",
        _columns(key="id person_id team_id", text="role", number="fte contract_hours", day="starts_on until_on"),
    ),
    # The team that decides for a person while it does: one row per stretch of days in which that does not change.
    Fact("person_team", _columns(key="person_id team_id", count="teams", number="fte", day="starts_on until_on")),
    Fact("calendar_day", _columns(day="day", flag="working", count="minutes_before working_days_before")),
    Fact(
        "person_day",  # working days of the organisation on which the person had a membership, a row per team
        _columns(key="person_id team_id", day="day", number="contract_fte available_fte selling_fte"),
        moments={"day": Moment("", "day", "person_id", "team_id")},
    ),
    Fact(
        "formation_day",  # per team and working day
        _columns(key="team_id", day="day", number="formation_fte filled_fte available_fte vacant_fte long_absent_fte"),
        moments={"day": Moment("", "day", None, "team_id")},
    ),
    Fact(
        "account",
        _versioned(
            _columns(
                key="owner_id own_team_id industry_id segment_id region_id parent_id",
                text="kind name",  # kind: customer, prospect
                money="potential",
                day="created_on",
                moment="created_at recorded_at",
            )
        ),
        dimensions={
            "industry": "industry_id",
            "segment": "segment_id",
            "region": "region_id",
            "account": "id",
            "kind": "kind",
        },
        versioned=True,
        record="account",
    ),
    Fact("contact", _columns(key="id account_id", moment="created_at recorded_at"), record="contact"),
    Fact("top_relation", _columns(key="account_id", day="since_on until_on", moment="recorded_at")),
    Fact(
        "buying_phase",
        _columns(
            key="id account_id", count="phase", moment="since_at until_at confirmed_at recorded_at", day="since_on"
        ),
        record="buying_phase",
    ),
    Fact(
        "pain_gain",
        _columns(key="id account_id", text="kind", count="weight", moment="found_at addressed_at recorded_at"),
        record="pain_gain",
    ),
    # part: spend_pattern, order_volume, suppliers, right_contacts
    Fact("profile_part", _columns(key="account_id", text="part", moment="confirmed_at")),
    Fact(
        "lead",
        _versioned(
            _columns(
                key="owner_id own_team_id source_id strategy_id industry_id product_id product_group_id account_id"
                " created_owner_id created_team_id",
                text="disqualified_reason",
                count="rating",
                day="created_on",
                moment="created_at contacted_at qualified_at disqualified_at answered_at recorded_at",
                number="created_wm answered_wm disqualified_wm",
            )
        ),
        moments={"created": Moment("created_at", "created_on", "created_owner_id", "created_team_id")},
        dimensions={**_SALE, **_PRODUCT, "industry": "industry_id"},
        versioned=True,
        record="lead",
    ),
    Fact(
        "lead_assignment",  # the seller's clock: from this assignment to the next; versioned with its lead
        _versioned(
            _columns(
                key="lead_id person_id team_id source_id strategy_id industry_id product_id product_group_id"
                " account_id",
                moment="created_at assigned_at until_at answered_at disqualified_at",  # answered by that seller
                day="created_on assigned_on",
                number="assigned_wm until_wm answered_wm disqualified_wm",
                text="disqualified_reason",
            )
        ),
        moments={
            "created": Moment("created_at", "created_on", "person_id", "team_id"),
            "assigned": Moment("assigned_at", "assigned_on", "person_id", "team_id"),
        },
        dimensions={**_SALE, **_PRODUCT, "industry": "industry_id"},
        versioned=True,
        record="lead",
    ),
    Fact(
        "activity",
        _columns(
            key="id owner_id team_id account_id contact_id lead_id opportunity_id source_id strategy_id"
            " product_id product_group_id lead_owner_id",
            text="kind direction state outcome",
            # next_order: of those that stand; account_won: its first won deal
            moment="occurred_at planned_for recorded_at next_appointment_at next_quote_at next_order_at next_step_at"
            " account_won_at",
            day="occurred_on planned_on recorded_on noted_on"  # noted: when it was first written down, as a plan too
            " next_appointment_on next_quote_on next_order_on next_step_on",
            count="minutes outbound_number marks_yes marks_known",  # outbound_number: 1 for the first outbound contact
            flag="is_contact is_appointment is_two_way is_quiet_appointment",
            number="occurred_wm recorded_wm",
        ),
        moments={
            "occurred": Moment("occurred_at", "occurred_on", "owner_id", "team_id"),
        },
        dimensions={**_SALE, **_PRODUCT, "kind": "kind", "channel": "kind", "lead_owner": "lead_owner_id"},
        record="activity",
    ),
    Fact(
        "opportunity",
        _versioned(_OPPORTUNITY),
        moments={
            "created": Moment("created_at", "created_on", "created_owner_id", "created_team_id"),
            "closed": Moment("closed_at", "closed_on", "closed_owner_id", "closed_team_id"),
        },
        dimensions={
            **_SALE,
            **_PRODUCT,
            "stage": "stage_id",
            "loss_reason": "loss_reason_id",
            "lead_owner": "lead_owner_id",
        },
        versioned=True,
        record="opportunity",
        share="opportunity_share",
    ),
    Fact(
        "opportunity_share",  # the same versions, a row per credited person and product line; `portion` adds to amount
        _versioned({**_OPPORTUNITY, "credit_person_id": "key", "credit_team_id": "key", "portion": "portion"}),
        moments={
            "created": Moment("created_at", "created_on", "created_owner_id", "created_team_id"),
            "closed": Moment("closed_at", "closed_on", "credit_person_id", "credit_team_id"),
        },
        dimensions={
            **_SALE,
            **_PRODUCT,
            "stage": "stage_id",
            "loss_reason": "loss_reason_id",
            "lead_owner": "lead_owner_id",
        },
        versioned=True,
        record="opportunity",
    ),
    Fact(
        "stage_entry",  # one row per entry; `nth` counts the entries of one opportunity into this stage
        _columns(
            key="id opportunity_id stage_id from_stage_id next_stage_id owner_id team_id account_id source_id"
            " strategy_id product_id product_group_id lead_owner_id",
            text="kind next_kind",
            count="nth stage_order next_stage_order",
            moment="entered_at left_at recorded_at",
            day="entered_on left_on",
        ),
        moments={"entered": Moment("entered_at", "entered_on", "owner_id", "team_id")},
        dimensions={**_SALE, **_PRODUCT, "stage": "stage_id", "lead_owner": "lead_owner_id"},
        record="opportunity",
    ),
    Fact("stage_probability", _columns(key="stage_id", number="probability", day="starts_on until_on")),
    Fact(
        "quote",
        _columns(
            key="id owner_id team_id account_id lead_id opportunity_id source_id strategy_id product_id"
            " product_group_id lead_owner_id",
            text="state",
            money="amount",
            moment="sent_at decided_at recorded_at next_order_at previous_appointment_at",
            day="sent_on decided_on valid_until_on next_order_on",
        ),
        moments={"sent": Moment("sent_at", "sent_on", "owner_id", "team_id")},
        dimensions={**_SALE, **_PRODUCT, "lead_owner": "lead_owner_id"},
        record="quote",
    ),
    Fact(
        "order",
        _ORDER,
        moments={"ordered": Moment("ordered_at", "ordered_on", "owner_id", "team_id")},
        dimensions={**_SALE, **_PRODUCT, "lead_owner": "lead_owner_id"},
        record="order",
        share="order_share",
    ),
    Fact(
        "order_share",  # a row per credited person and product line; the portions add to amount and margin
        {
            **_ORDER,
            "credit_person_id": "key",
            "credit_team_id": "key",
            "portion": "portion",
            "margin_portion": "portion",
        },
        moments={"ordered": Moment("ordered_at", "ordered_on", "credit_person_id", "credit_team_id")},
        dimensions={**_SALE, **_PRODUCT, "lead_owner": "lead_owner_id"},
        record="order",
    ),
    Fact(
        "target",
        _columns(
            key="id person_id team_id",
            text="kpi filter value currency",  # filter: JSON text; value: decimal text
            count="version",
            day="starts_on until_on",
            moment="set_at",
            number="formation_fte",
        ),
        record="target",
    ),
)

BY_NAME = {fact.name: fact for fact in FACTS}
