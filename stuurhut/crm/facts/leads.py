"""Leads through time, who they were given to, and when they were answered."""

from stuurhut.people.facts import deciding_team
from stuurhut.replica.mapping import Step
from stuurhut.replica.versions import SINCE_CREATION, Tracked, timeline

LEAD_TIMELINE = timeline(
    "crm_lead",
    "lead",
    (
        *map(Tracked.key, ("owner", "team", "source", "strategy", "industry", "product", "account", "merged_into")),
        Tracked("contacted_at", "contacted_at", "TIMESTAMP"),
        Tracked("qualified_at", "qualified_at", "TIMESTAMP"),
        Tracked("disqualified_at", "disqualified_at", "TIMESTAMP"),
        Tracked("disqualified_reason", "disqualified_reason", "VARCHAR"),
        Tracked("rating", "rating", "BIGINT"),
    ),
    # An imported lead has no history, but what its moments say was not so before them.
    further="""UNION SELECT id, contacted_at FROM crm_lead WHERE contacted_at IS NOT NULL
    UNION SELECT id, qualified_at FROM crm_lead WHERE qualified_at IS NOT NULL
    UNION SELECT id, disqualified_at FROM crm_lead WHERE disqualified_at IS NOT NULL""",
)

# The states since creation, also those merged into another lead.
LEAD_STATE = f"""
SELECT *, lead(state_at) OVER each AS until_at, first_value(owner_id) OVER each AS created_owner_id,
       first_value(team_id) OVER each AS first_team_id,
       state_at >= max(state_at) OVER (PARTITION BY id) OR state_at IS NULL AS is_last
FROM lead_timeline WHERE {SINCE_CREATION}
WINDOW each AS (PARTITION BY id ORDER BY state_at)
"""  # noqa: S608

# The contacts that answer a lead: what we did, and what came in and was picked up. A mail that came in lies there.
ANSWER = """
SELECT lead_id, owner_id, occurred_at FROM activity_record
WHERE is_contact AND lead_id IS NOT NULL AND (direction = 'out' OR kind <> 'email')
"""

# A contact from before the lead was written down answered it at once. `contacted_at` counts where it was imported.
LEAD_ANSWERED = """
WITH first_contact AS (SELECT lead_id, min(occurred_at) AS state_at FROM answer GROUP BY lead_id)
SELECT s.id, greatest(least(c.state_at, s.contacted_at), s.created_at) AS answered_at
FROM lead_state s LEFT JOIN first_contact c ON c.lead_id = s.id
WHERE s.is_last AND (c.state_at IS NOT NULL OR s.contacted_at IS NOT NULL)
"""

CREATED_TEAM = deciding_team("s.created_owner_id", "local_day(s.created_at)", "s.first_team_id")

LEAD_VERSION = """
SELECT * REPLACE (
    CASE WHEN contacted_at <= state_at THEN contacted_at END AS contacted_at,
    CASE WHEN qualified_at <= state_at THEN qualified_at END AS qualified_at,
    CASE WHEN disqualified_at <= state_at THEN disqualified_at END AS disqualified_at,
    CASE WHEN disqualified_at <= state_at THEN disqualified_reason END AS disqualified_reason
) FROM lead_state WHERE merged_into_id IS NULL
"""

LEAD = f"""
SELECT s.id, s.state_at AS valid_from, s.until_at AS valid_until, s.owner_id, s.team_id AS own_team_id, s.source_id,
       s.strategy_id, s.industry_id, s.product_id, p.group_id AS product_group_id, s.account_id, s.created_owner_id,
       {CREATED_TEAM} AS created_team_id,
       s.disqualified_reason, s.rating, local_day(s.created_at) AS created_on, s.created_at, s.contacted_at,
       s.qualified_at, s.disqualified_at, a.answered_at, r.recorded_at, working_minute(s.created_at) AS created_wm,
       working_minute(a.answered_at) AS answered_wm, working_minute(s.disqualified_at) AS disqualified_wm
FROM lead_version s
JOIN crm_lead r ON r.id = s.id
LEFT JOIN lead_answered a ON a.id = s.id
LEFT JOIN crm_product p ON p.id = s.product_id
"""  # noqa: S608

# Until a lead is first assigned by name it is its owner's, from each moment that it became so. An owner of whom the
# history says nothing may have become so by the assignments, and had it no earlier.
ASSIGNMENT = """
WITH named AS (
    SELECT lead_id, min(assigned_at) AS assigned_at, first(person_id ORDER BY assigned_at, id) AS person_id
    FROM crm_leadassignment GROUP BY lead_id
)
SELECT lead_id, person_id, team_id, assigned_at, id FROM crm_leadassignment
UNION ALL
SELECT o.id, o.owner_id, o.team_id, o.state_at, 0
FROM (SELECT *, lag(owner_id) OVER (PARTITION BY id ORDER BY state_at) AS owner_before FROM lead_state) o
LEFT JOIN named n ON n.lead_id = o.id
WHERE o.owner_id IS NOT NULL AND o.owner_id IS DISTINCT FROM o.owner_before AND o.state_at IS NOT NULL
  AND (n.lead_id IS NULL OR o.state_at < n.assigned_at AND o.owner_id IS DISTINCT FROM n.person_id
       AND o.id IN (SELECT record_id FROM people_history WHERE kind = 'lead' AND field = 'owner'))
"""

STRETCH = """
SELECT *, lead(assigned_at) OVER each AS until_at, row_number() OVER each = 1 AS is_first
FROM assignment WINDOW each AS (PARTITION BY lead_id ORDER BY assigned_at, id)
"""

# An imported first contact of which no activity is known was that of whoever had the lead.
SELLER_ANSWER = """
SELECT lead_id, owner_id, occurred_at FROM answer
UNION ALL
SELECT s.lead_id, s.person_id, l.contacted_at
FROM stretch s
JOIN lead_state l ON l.id = s.lead_id AND l.is_last AND l.contacted_at IS NOT NULL
WHERE (s.is_first OR l.contacted_at >= s.assigned_at) AND (s.until_at IS NULL OR l.contacted_at < s.until_at)
  AND NOT EXISTS (SELECT 1 FROM answer a WHERE a.lead_id = s.lead_id AND a.occurred_at <= l.contacted_at)
"""

# A row for every state of the lead: what it was on a past day is what the seller's clock goes by then.
LEAD_ASSIGNMENT = f"""
WITH answered AS (  -- by that seller; what the first one did before the lead was given to him answered it at once
    SELECT s.lead_id, s.assigned_at, s.id, min(greatest(a.occurred_at, s.assigned_at)) AS answered_at
    FROM stretch s JOIN seller_answer a ON a.lead_id = s.lead_id AND a.owner_id = s.person_id
     AND (s.is_first OR a.occurred_at >= s.assigned_at) AND (s.until_at IS NULL OR a.occurred_at < s.until_at)
    GROUP BY ALL
)
SELECT s.lead_id AS id, l.state_at AS valid_from, l.until_at AS valid_until, s.lead_id, s.person_id,
       {deciding_team("s.person_id", "local_day(s.assigned_at)", "s.team_id")} AS team_id,
       l.source_id, l.strategy_id, l.industry_id, l.product_id, p.group_id AS product_group_id, l.account_id,
       l.created_at, s.assigned_at, s.until_at, a.answered_at, l.disqualified_at,
       local_day(l.created_at) AS created_on, local_day(s.assigned_at) AS assigned_on,
       working_minute(s.assigned_at) AS assigned_wm, working_minute(s.until_at) AS until_wm,
       working_minute(a.answered_at) AS answered_wm, working_minute(l.disqualified_at) AS disqualified_wm,
       l.disqualified_reason
FROM stretch s
JOIN lead_version l ON l.id = s.lead_id
LEFT JOIN answered a ON a.lead_id = s.lead_id AND a.assigned_at = s.assigned_at AND a.id = s.id
LEFT JOIN crm_product p ON p.id = l.product_id
WHERE s.person_id IS NOT NULL
"""  # noqa: S608

STEPS = (
    Step("lead_timeline", LEAD_TIMELINE),
    Step("lead_state", LEAD_STATE),
    Step("answer", ANSWER),
    Step("lead_answered", LEAD_ANSWERED),
    Step("lead_version", LEAD_VERSION),
    Step("fact_lead", LEAD),
    Step("assignment", ASSIGNMENT),
    Step("stretch", STRETCH),
    Step("seller_answer", SELLER_ANSWER),
    Step("fact_lead_assignment", LEAD_ASSIGNMENT),
)
