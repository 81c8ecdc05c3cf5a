"""The names of everything that numbers are sorted by, and what stages are worth."""

from stuurhut.replica.mapping import Step

# Names of records that were deleted since stay known: old numbers still stand under them.
LABEL = """
SELECT 'person' AS kind, id, name, 0 AS position FROM mirror.people_person
UNION ALL SELECT 'team', id, name, 0 FROM mirror.people_team
UNION ALL SELECT 'account', id, name, 0 FROM mirror.crm_account
UNION ALL SELECT 'source', id, name, 0 FROM mirror.crm_source
UNION ALL SELECT 'strategy', id, name, 0 FROM mirror.crm_strategy
UNION ALL SELECT 'industry', id, name, 0 FROM mirror.crm_industry
UNION ALL SELECT 'segment', id, name, 0 FROM mirror.crm_segment
UNION ALL SELECT 'region', id, name, 0 FROM mirror.crm_region
UNION ALL SELECT 'product', id, name, 0 FROM mirror.crm_product
UNION ALL SELECT 'product_group', id, name, 0 FROM mirror.crm_productgroup
UNION ALL SELECT 'loss_reason', id, name, 0 FROM mirror.crm_lossreason
UNION ALL SELECT 'stage', id, name, "order" FROM mirror.crm_stage
"""

# A stage is worth from the beginning of time what was first written down of it.
STAGE_PROBABILITY = """
SELECT stage_id, probability, lead(starts_on) OVER each AS until_on,
       CASE WHEN row_number() OVER each = 1 THEN DATE '1900-01-01' ELSE starts_on END AS starts_on
FROM crm_stageprobability
WINDOW each AS (PARTITION BY stage_id ORDER BY starts_on, id)
"""

SALES_ARE = """
SELECT CASE WHEN EXISTS (SELECT 1 FROM crm_opportunity WHERE outcome = 'won') THEN 'opportunities'
            WHEN EXISTS (SELECT 1 FROM crm_order) THEN 'orders'
            ELSE 'opportunities' END AS sales_are
"""

STEPS = (
    Step("fact_label", LABEL),
    Step("fact_stage_probability", STAGE_PROBABILITY),
    Step("sales_are", SALES_ARE),
)
