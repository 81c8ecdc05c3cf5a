"""Deals divided over the persons credited and the products on them, to the last cent."""

from stuurhut.people.facts import deciding_team
from stuurhut.replica.mapping import Step


def largest_line(table: str, deal: str) -> str:
    """SQL for the product of each deal: that of its largest line, of equal ones the first."""
    return f"""
SELECT l.{deal}_id AS id, first(l.product_id ORDER BY l.base_minor DESC NULLS LAST, l.id) AS product_id,
       first(p.group_id ORDER BY l.base_minor DESC NULLS LAST, l.id) AS product_group_id
FROM {table} l LEFT JOIN crm_product p ON p.id = l.product_id
WHERE l.product_id IS NOT NULL GROUP BY l.{deal}_id
"""  # noqa: S608


def _parts(table: str, deal: str) -> str:
    """SQL for the lines of each deal with their weights, and one more part for what no line accounts for."""
    return f"""
WITH line AS (
    SELECT l.{deal}_id AS deal_id, l.id AS nth, l.product_id, p.group_id AS product_group_id, l.margin_minor,
           greatest(coalesce(l.base_minor, 0), 0) AS minor
    FROM {table} l LEFT JOIN crm_product p ON p.id = l.product_id
),
summed AS (
    SELECT deal_id, sum(minor) AS lines_minor, count(*) AS lines,
           CASE WHEN count(margin_minor) = count(*) THEN sum(margin_minor) END AS lines_margin
    FROM line GROUP BY deal_id
)
SELECT l.deal_id, l.nth, l.product_id, l.product_group_id, l.margin_minor, s.lines_margin, s.lines_minor, s.lines,
       CASE WHEN s.lines_minor = 0 THEN 1 ELSE l.minor END AS weight
FROM line l JOIN summed s USING (deal_id)
UNION ALL  -- weight null: the rest
SELECT deal_id, 0, NULL, NULL, NULL, lines_margin, lines_minor, lines, NULL FROM summed WHERE lines_minor > 0
"""  # noqa: S608


# Portions are counted in millionths, rounded down; the last part takes what is left, so that all add up exactly.
# Lines that add to more than the deal shrink with it; what they fall short of it is a part without product.
# `state` names one state of one deal: its id and, for opportunities, the start of the version.
DIVIDED = """
WITH part AS (
    SELECT d.*, coalesce(c.person_id, d.default_person_id) AS credit_person_id, coalesce(c.share, 10000) AS share,
           coalesce(c.id, 0) AS credit_nth, coalesce(p.nth, 0) AS nth, p.product_id AS part_product_id,
           p.product_group_id AS part_group_id, p.margin_minor AS part_margin, p.lines_margin,
           CASE WHEN p.deal_id IS NULL THEN 1 WHEN p.weight IS NULL THEN d.minor - p.lines_minor
                ELSE p.weight END AS weight,
           CASE WHEN p.deal_id IS NULL THEN 1 WHEN p.lines_minor = 0 THEN p.lines
                ELSE greatest(d.minor, p.lines_minor) END AS whole
    FROM {deals} d
    LEFT JOIN {credits} c ON c.deal_id = d.id
    LEFT JOIN {parts} p ON p.deal_id = d.id AND (p.weight IS NOT NULL OR d.minor > p.lines_minor)
),
counted AS (
    SELECT *, millionths(amount) AS total, {margin_total} AS margin_total,
           millionths(amount) * share * weight // (10000 * whole) AS own, {margin_own} AS margin_own,
           row_number() OVER (PARTITION BY {state} ORDER BY credit_nth DESC, nth DESC) = 1 AS is_last
    FROM part
)
SELECT * EXCLUDE (own, margin_own, total, margin_total),
       portion_of(CASE WHEN is_last THEN total - (sum(own) OVER all_parts - own) ELSE own END) AS portion,
       portion_of(CASE WHEN is_last THEN margin_total - (sum(margin_own) OVER all_parts - margin_own)
                       ELSE margin_own END) AS margin_portion
FROM counted WINDOW all_parts AS (PARTITION BY {state})
"""

OPPORTUNITY_DEAL = """
SELECT f.*, coalesce(s.base_minor, 0) AS minor,
       CASE WHEN f.outcome = 'open' THEN f.owner_id ELSE f.closed_owner_id END AS default_person_id
FROM fact_opportunity f
JOIN opportunity_state s ON s.id = f.id AND s.state_at IS NOT DISTINCT FROM f.valid_from
"""

OPPORTUNITY_CREDIT = """
SELECT id, opportunity_id AS deal_id, person_id, share FROM crm_credit WHERE opportunity_id IS NOT NULL
"""

OPPORTUNITY_DIVIDED = DIVIDED.format(
    deals="opportunity_deal",
    credits="opportunity_credit",
    parts="opportunity_part",
    state="id, valid_from",
    margin_total="CAST(NULL AS HUGEINT)",
    margin_own="CAST(NULL AS HUGEINT)",
)

_ON = "local_day(coalesce(d.closed_at, d.valid_from))"
_OWN = "CASE WHEN d.closed_at IS NULL THEN d.own_team_id ELSE d.closed_team_id END"
OPPORTUNITY_SHARE = f"""
SELECT d.* EXCLUDE (minor, default_person_id, share, credit_nth, nth, part_product_id, part_group_id, part_margin,
                    lines_margin, weight, whole, is_last, margin_portion)
       REPLACE (part_product_id AS product_id, part_group_id AS product_group_id),
       CASE WHEN d.credit_person_id IS NOT DISTINCT FROM d.default_person_id AND d.closed_at IS NOT NULL
            THEN d.closed_team_id
            ELSE {deciding_team("d.credit_person_id", _ON, _OWN)} END AS credit_team_id
FROM opportunity_divided d
"""  # noqa: S608

ORDER_DEAL = """
SELECT f.*, coalesce(r.base_minor, 0) AS minor, f.owner_id AS default_person_id
FROM fact_order f JOIN order_record r ON r.id = f.id
"""

ORDER_CREDIT = """
SELECT id, order_id AS deal_id, person_id, share FROM crm_credit WHERE order_id IS NOT NULL
"""

# The margin goes with the lines' own margins where these add to it, and otherwise with the amounts.
ORDER_DIVIDED = DIVIDED.format(
    deals="order_deal",
    credits="order_credit",
    parts="order_part",
    state="id",
    margin_total="millionths(margin)",
    margin_own="""CASE WHEN money(lines_margin) = margin
             THEN millionths(money(coalesce(part_margin, 0))) * share // 10000
             ELSE millionths(margin) * share * weight // (10000 * whole) END""",
)

ORDER_SHARE = f"""
SELECT d.* EXCLUDE (minor, default_person_id, share, credit_nth, nth, part_product_id, part_group_id, part_margin,
                    lines_margin, weight, whole, is_last)
       REPLACE (part_product_id AS product_id, part_group_id AS product_group_id),
       CASE WHEN d.credit_person_id IS NOT DISTINCT FROM d.default_person_id THEN d.team_id
            ELSE {deciding_team("d.credit_person_id", "coalesce(d.ordered_on, local_day(d.recorded_at))", "d.team_id")}
       END AS credit_team_id
FROM order_divided d
"""  # noqa: S608

STEPS = (
    Step("opportunity_part", _parts("crm_opportunityline", "opportunity")),
    Step("opportunity_deal", OPPORTUNITY_DEAL),
    Step("opportunity_credit", OPPORTUNITY_CREDIT),
    Step("opportunity_divided", OPPORTUNITY_DIVIDED),
    Step("fact_opportunity_share", OPPORTUNITY_SHARE),
    Step("order_part", _parts("crm_orderline", "order")),
    Step("order_deal", ORDER_DEAL),
    Step("order_credit", ORDER_CREDIT),
    Step("order_divided", ORDER_DIVIDED),
    Step("fact_order_share", ORDER_SHARE),
)
