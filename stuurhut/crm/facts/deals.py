"""Opportunities through time: every state they were in, and every stage they entered."""

from stuurhut.crm.facts.shares import largest_line
from stuurhut.people.facts import deciding_team
from stuurhut.replica.mapping import Step
from stuurhut.replica.versions import SINCE_CREATION, Tracked, timeline

# An opportunity of which no stage change was ever written entered its stage when it was closed, or else created.
STAGE_MOVE = """
SELECT id, opportunity_id, from_stage_id, to_stage_id, occurred_at, recorded_at, known FROM crm_stagechange
UNION ALL
SELECT -id, id, NULL, stage_id, coalesce(closed_at, created_at), recorded_at, TRUE FROM crm_opportunity
WHERE coalesce(closed_at, created_at) IS NOT NULL AND id NOT IN (SELECT opportunity_id FROM crm_stagechange)
"""

OPPORTUNITY_TIMELINE = timeline(
    "crm_opportunity",
    "opportunity",
    (
        *map(Tracked.key, ("owner", "team", "account", "lead", "source", "strategy", "stage", "loss_reason")),
        Tracked.key("merged_into"),
        Tracked("base_minor", "base_minor", "BIGINT"),
        Tracked("currency", "currency", "VARCHAR"),
        Tracked("expected_close_on", "expected_close_on", "DATE"),
    ),
    told="""UNION ALL SELECT opportunity_id, 'stage', CAST(from_stage_id AS VARCHAR), CAST(to_stage_id AS VARCHAR),
                             occurred_at, id, known FROM stage_move""",
)

# Entered stages before the cut at creation, since a closing may be dated before it.
OPPORTUNITY_STATE = f"""
WITH staged AS (
    SELECT t.*, coalesce(s.kind, 'open') AS outcome, coalesce(s.qualified, FALSE) AS qualified, s.order AS stage_order,
           CASE WHEN stage_id IS DISTINCT FROM lag(stage_id) OVER each THEN state_at END AS entered_at
    FROM opportunity_timeline t LEFT JOIN mirror.crm_stage s ON s.id = t.stage_id
    WINDOW each AS (PARTITION BY t.id ORDER BY state_at)
),
closed AS (
    SELECT *, CASE WHEN outcome <> 'open' THEN last_value(entered_at IGNORE NULLS) OVER each END AS closed_at
    FROM staged WINDOW each AS (PARTITION BY id ORDER BY state_at)
)
SELECT *, lead(state_at) OVER each AS until_at,
       first_value(owner_id) OVER each AS created_owner_id, first_value(team_id) OVER each AS first_team_id,
       CASE WHEN outcome <> 'open' THEN first_value(owner_id) OVER closing END AS closed_owner_id,
       CASE WHEN outcome <> 'open' THEN first_value(team_id) OVER closing END AS last_team_id
FROM closed WHERE {SINCE_CREATION}
WINDOW each AS (PARTITION BY id ORDER BY state_at), closing AS (PARTITION BY id, closed_at ORDER BY state_at)
"""  # noqa: S608

CREATED_TEAM = deciding_team("s.created_owner_id", "local_day(s.created_at)", "s.first_team_id")
CLOSED_TEAM = deciding_team("s.closed_owner_id", "local_day(s.closed_at)", "s.last_team_id")

# Whose lead it was when the deal began; a lead written down afterwards is that of its first owner.
OPPORTUNITY_LEAD_OWNER = """
SELECT o.id, coalesce(l.owner_id, b.created_owner_id) AS lead_owner_id
FROM crm_opportunity o
LEFT JOIN (SELECT DISTINCT id, created_owner_id FROM lead_state) b ON b.id = o.lead_id
ASOF LEFT JOIN lead_state l ON l.id = o.lead_id AND o.created_at >= l.state_at
"""

OPPORTUNITY = f"""
WITH version AS (
    SELECT *, coalesce(2 * lead_id, 2 * id + 1) AS thread FROM opportunity_state WHERE merged_into_id IS NULL
)
SELECT s.id, s.state_at AS valid_from, s.until_at AS valid_until, s.owner_id, s.team_id AS own_team_id,
       s.account_id, s.lead_id, lo.lead_owner_id, s.source_id, s.strategy_id, s.stage_id, s.loss_reason_id,
       s.created_owner_id,
       {CREATED_TEAM} AS created_team_id, s.closed_owner_id,
       CASE WHEN s.closed_at IS NOT NULL THEN {CLOSED_TEAM} END AS closed_team_id,
       dp.product_id, dp.product_group_id, s.outcome, s.currency, s.qualified, money(s.base_minor) AS amount,
       s.expected_close_on, local_day(s.created_at) AS created_on, local_day(s.closed_at) AS closed_on, s.created_at,
       s.closed_at, r.recorded_at, s.stage_order,
       CASE WHEN s.closed_at IS NOT NULL THEN coalesce(c.outbound, 0) END AS outbound_before_close,
       CASE WHEN s.closed_at IS NOT NULL THEN coalesce(c.contacts, 0) END AS reached_contacts
FROM version s
JOIN crm_opportunity r ON r.id = s.id
LEFT JOIN opportunity_product dp ON dp.id = s.id
LEFT JOIN opportunity_lead_owner lo ON lo.id = s.id
ASOF LEFT JOIN thread_moment c ON c.thread = s.thread AND s.closed_at >= c.occurred_at
"""  # noqa: S608

# `id` names the opportunity. Entries of an opportunity without creation moment count in no period.
STAGE_ENTRY = f"""
WITH entry AS (
    SELECT m.opportunity_id, m.to_stage_id AS stage_id, m.from_stage_id, m.occurred_at AS entered_at, m.recorded_at,
           lead(m.to_stage_id) OVER each AS next_stage_id, lead(m.occurred_at) OVER each AS left_at,
           row_number() OVER (PARTITION BY m.opportunity_id, m.to_stage_id ORDER BY m.occurred_at, m.id) AS nth,
           greatest(m.occurred_at, o.created_at) AS seen_at
    FROM stage_move m JOIN crm_opportunity o ON o.id = m.opportunity_id
    WHERE m.known AND o.created_at IS NOT NULL
    WINDOW each AS (PARTITION BY m.opportunity_id ORDER BY m.occurred_at, m.id)
),
merged AS (SELECT id FROM opportunity_state WHERE until_at IS NULL AND merged_into_id IS NOT NULL)
SELECT e.opportunity_id AS id, e.opportunity_id, e.stage_id, e.from_stage_id, e.next_stage_id, v.owner_id,
       {deciding_team("v.owner_id", "local_day(e.entered_at)", "v.team_id")} AS team_id, v.account_id, v.source_id,
       v.strategy_id, dp.product_id, dp.product_group_id, lo.lead_owner_id, s.kind, n.kind AS next_kind, e.nth,
       s.order AS stage_order, n.order AS next_stage_order, e.entered_at, e.left_at, e.recorded_at,
       local_day(e.entered_at) AS entered_on, local_day(e.left_at) AS left_on
FROM entry e
ASOF LEFT JOIN opportunity_state v ON v.id = e.opportunity_id AND e.seen_at >= v.state_at
LEFT JOIN mirror.crm_stage s ON s.id = e.stage_id
LEFT JOIN mirror.crm_stage n ON n.id = e.next_stage_id
LEFT JOIN opportunity_product dp ON dp.id = e.opportunity_id
LEFT JOIN opportunity_lead_owner lo ON lo.id = e.opportunity_id
WHERE e.opportunity_id NOT IN (SELECT id FROM merged)
"""  # noqa: S608

STEPS = (
    Step("stage_move", STAGE_MOVE),
    Step("opportunity_timeline", OPPORTUNITY_TIMELINE),
    Step("opportunity_product", largest_line("crm_opportunityline", "opportunity")),
    Step("opportunity_state", OPPORTUNITY_STATE),
    Step("opportunity_lead_owner", OPPORTUNITY_LEAD_OWNER),
    Step("fact_opportunity", OPPORTUNITY),
    Step("fact_stage_entry", STAGE_ENTRY),
)
