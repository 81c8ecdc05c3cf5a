"""Accounts through time, and what we know of our top relations."""

from stuurhut.replica.mapping import Step
from stuurhut.replica.versions import SINCE_CREATION, Tracked, timeline

# An account is there since its creation, or since the first thing that happened with it when it was entered later;
# without either, since the beginning of time.
ACCOUNT_RECORD = """
WITH seen AS (
    SELECT account_id, min(state_at) AS state_at FROM (
        SELECT account_id, created_at AS state_at FROM crm_lead
        UNION ALL SELECT account_id, occurred_at FROM crm_activity
        UNION ALL SELECT account_id, created_at FROM crm_opportunity
        UNION ALL SELECT account_id, ordered_at FROM crm_order
    ) GROUP BY account_id
)
SELECT a.*,
       CASE WHEN a.created_at IS NULL THEN TIMESTAMP '1900-01-01' ELSE least(a.created_at, s.state_at) END AS there_at
FROM crm_account a LEFT JOIN seen s ON s.account_id = a.id
"""

ACCOUNT_TIMELINE = timeline(
    "account_record",
    "account",
    (
        *map(Tracked.key, ("owner", "team", "industry", "segment", "region", "parent", "merged_into")),
        Tracked("kind", "kind", "VARCHAR"),
        Tracked("name", "name", "VARCHAR"),
        Tracked("potential_minor", "potential_minor", "BIGINT"),
    ),
    created="there_at",
)

ACCOUNT = f"""
WITH version AS (
    SELECT *, lead(state_at) OVER (PARTITION BY id ORDER BY state_at) AS until_at
    FROM account_timeline WHERE {SINCE_CREATION}
)
SELECT v.id, v.state_at AS valid_from, v.until_at AS valid_until, v.owner_id, v.team_id AS own_team_id, v.industry_id,
       v.segment_id, v.region_id, v.parent_id, v.kind, v.name, money(v.potential_minor) AS potential,
       local_day(r.created_at) AS created_on, r.created_at, r.recorded_at
FROM version v JOIN crm_account r ON r.id = v.id
WHERE v.merged_into_id IS NULL
"""  # noqa: S608

CONTACT = """
SELECT id, account_id, created_at, recorded_at FROM crm_contact
"""

TOP_RELATION = """
SELECT t.account_id, t.since AS since_on, t.until AS until_on, t.recorded_at
FROM crm_toprelation t JOIN crm_account a ON a.id = t.account_id
"""

BUYING_PHASE = """
SELECT p.id, p.account_id, p.phase, p.since AS since_at, p.confirmed_at, p.recorded_at, local_day(p.since) AS since_on,
       lead(p.since) OVER (PARTITION BY p.account_id ORDER BY p.since, p.id) AS until_at
FROM crm_buyingphase p JOIN crm_account a ON a.id = p.account_id
"""

PAIN_GAIN = """
SELECT p.id, p.account_id, p.kind, p.weight, coalesce(p.found_at, p.recorded_at) AS found_at, p.addressed_at,
       p.recorded_at
FROM crm_paingain p JOIN crm_account a ON a.id = p.account_id
"""

PROFILE_PART = """
SELECT account_id, 'spend_pattern' AS part, recorded_at AS confirmed_at FROM crm_spend WHERE amount_minor IS NOT NULL
UNION ALL SELECT account_id, 'order_volume', recorded_at FROM crm_spend WHERE order_volume IS NOT NULL
UNION ALL SELECT account_id, 'suppliers', recorded_at FROM crm_suppliershare
UNION ALL SELECT account_id, 'right_contacts', recorded_at FROM crm_contact
 WHERE is_right_contact AND account_id IS NOT NULL
"""

STEPS = (
    Step("account_record", ACCOUNT_RECORD),
    Step("account_timeline", ACCOUNT_TIMELINE),
    Step("fact_account", ACCOUNT),
    Step("fact_contact", CONTACT),
    Step("fact_top_relation", TOP_RELATION),
    Step("fact_buying_phase", BUYING_PHASE),
    Step("fact_pain_gain", PAIN_GAIN),
    Step("fact_profile_part", PROFILE_PART),
)
