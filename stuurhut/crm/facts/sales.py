"""Quotes that were sent and orders that were placed."""

from stuurhut.crm.facts.shares import largest_line
from stuurhut.people.facts import deciding_team
from stuurhut.replica.mapping import Step
from stuurhut.replica.versions import Tracked, as_known

OF_A_DEAL = (
    *map(Tracked.key, ("owner", "team", "account", "opportunity")),
    Tracked("base_minor", "base_minor", "BIGINT"),
)
KNOWN_QUOTE = as_known(
    "crm_quote",
    "quote",
    (
        *OF_A_DEAL,
        Tracked("sent_at", "sent_at", "TIMESTAMP"),
        Tracked("decided_at", "decided_at", "TIMESTAMP"),
        Tracked("state", "state", "VARCHAR"),
    ),
)
KNOWN_ORDER = as_known(
    "crm_order",
    "order",
    (
        *OF_A_DEAL,
        Tracked("margin_minor", "margin_minor", "BIGINT"),
        Tracked("ordered_at", "ordered_at", "TIMESTAMP"),
        Tracked("cancelled_at", "cancelled_at", "TIMESTAMP"),
        Tracked("credited_at", "credited_at", "TIMESTAMP"),
    ),
)

QUOTE_RECORD = f"""
SELECT q.*, coalesce(q.account_id, o.account_id) AS of_account_id, o.lead_id, o.source_id, o.strategy_id
FROM ({KNOWN_QUOTE}) q LEFT JOIN crm_opportunity o ON o.id = q.opportunity_id
"""  # noqa: S608

ORDER_RECORD = f"""
SELECT r.*, coalesce(r.account_id, o.account_id) AS of_account_id, o.lead_id, o.source_id, o.strategy_id
FROM ({KNOWN_ORDER}) r LEFT JOIN crm_opportunity o ON o.id = r.opportunity_id
"""  # noqa: S608

# An appointment on the same day may carry the same moment when days were imported without a clock.
QUOTE_NEIGHBOUR = """
WITH asked AS (
    SELECT id, sent_at, unnest([4 * of_account_id, 4 * lead_id + 1, 4 * opportunity_id + 2]) AS key
    FROM quote_record WHERE sent_at IS NOT NULL
),
appointment AS (SELECT key, happened_at FROM event WHERE what = 'appointment'),
ordered AS (SELECT key, happened_at FROM event WHERE what = 'order')
SELECT id, max(before) AS previous_appointment_at, min(after) AS next_order_at FROM (
    SELECT k.id, e.happened_at AS before, NULL AS after
    FROM asked k ASOF JOIN appointment e ON e.key = k.key AND k.sent_at >= e.happened_at
    UNION ALL SELECT k.id, NULL, e.happened_at
    FROM asked k ASOF JOIN ordered e ON e.key = k.key AND k.sent_at <= e.happened_at
) GROUP BY id
"""

QUOTE = f"""
SELECT q.id, q.owner_id, {deciding_team("q.owner_id", "q.on_day", "q.team_id")} AS team_id,
       q.of_account_id AS account_id, q.opportunity_id, q.source_id, q.strategy_id, p.product_id,
       p.product_group_id, lo.lead_owner_id, q.state, money(q.base_minor) AS amount, q.sent_at, q.decided_at,
       q.recorded_at, n.next_order_at, n.previous_appointment_at, local_day(q.sent_at) AS sent_on,
       local_day(q.decided_at) AS decided_on, local_day(n.next_order_at) AS next_order_on, q.lead_id,
       q.valid_until AS valid_until_on
FROM (SELECT *, local_day(coalesce(sent_at, recorded_at)) AS on_day FROM quote_record) q
LEFT JOIN quote_product p ON p.id = q.id
LEFT JOIN quote_neighbour n ON n.id = q.id
LEFT JOIN opportunity_lead_owner lo ON lo.id = q.opportunity_id
"""  # noqa: S608

# The margin is the order's own, else that of its lines when all of them have one.
ORDER_MARGIN = """
SELECT order_id AS id, CASE WHEN count(margin_minor) = count(*) THEN sum(margin_minor) END AS margin_minor
FROM crm_orderline GROUP BY order_id
"""

ORDER = f"""
SELECT r.id, r.owner_id, {deciding_team("r.owner_id", "r.on_day", "r.team_id")} AS team_id,
       r.of_account_id AS account_id, r.opportunity_id, r.lead_id, r.source_id, r.strategy_id, lo.lead_owner_id,
       p.product_id, p.product_group_id, r.ordered_at, r.recorded_at, least(r.cancelled_at, r.credited_at) AS void_at,
       local_day(r.ordered_at) AS ordered_on, money(r.base_minor) AS amount,
       money(coalesce(r.margin_minor, m.margin_minor)) AS margin
FROM (SELECT *, local_day(coalesce(ordered_at, recorded_at)) AS on_day FROM order_record) r
LEFT JOIN order_product p ON p.id = r.id
LEFT JOIN order_margin m ON m.id = r.id
LEFT JOIN opportunity_lead_owner lo ON lo.id = r.opportunity_id
"""  # noqa: S608

STEPS = (
    Step("quote_record", QUOTE_RECORD),
    Step("order_record", ORDER_RECORD),
    Step("quote_product", largest_line("crm_quoteline", "quote")),
    Step("order_product", largest_line("crm_orderline", "order")),
    Step("quote_neighbour", QUOTE_NEIGHBOUR),
    Step("fact_quote", QUOTE),
    Step("order_margin", ORDER_MARGIN),
    Step("fact_order", ORDER),
)
