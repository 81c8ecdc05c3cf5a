"""What was done with customers, what it was part of, and what came of it."""

from stuurhut.people.facts import deciding_team
from stuurhut.replica.mapping import Step
from stuurhut.replica.versions import Tracked, as_known

HELD = "a.state = 'held' AND a.occurred_at IS NOT NULL"
FACE_TO_FACE = "a.kind IN ('visit', 'meeting', 'video', 'demo')"
MARKS = ("benefit_named", "customer_prepared", "advice_given", "proposal_asked")
YES = " + ".join(f"coalesce(CAST(a.{mark} AS INTEGER), 0)" for mark in MARKS)
KNOWN = " + ".join(f"CAST(a.{mark} IS NOT NULL AS INTEGER)" for mark in MARKS)

KNOWN_ACTIVITY = as_known(
    "crm_activity",
    "activity",
    (
        *map(Tracked.key, ("owner", "team", "account", "contact", "lead", "opportunity")),
        *(Tracked(name, name, "VARCHAR") for name in ("kind", "direction", "state", "outcome")),
        *(Tracked(name, name, "TIMESTAMP") for name in ("planned_for", "occurred_at")),
        *(Tracked(name, name, "BOOLEAN") for name in MARKS),
        Tracked("minutes", "minutes", "BIGINT"),
    ),
)

# An activity belongs to a lead directly or through its opportunity. A thread is all contact about one of them.
ACTIVITY_RECORD = f"""
SELECT a.id, a.kind, a.direction, a.state, a.outcome, a.planned_for, a.occurred_at, a.recorded_at, a.minutes,
       a.owner_id, a.team_id, a.contact_id, a.opportunity_id,
       coalesce(a.lead_id, o.lead_id) AS lead_id,
       coalesce(a.account_id, o.account_id, l.account_id) AS account_id,
       coalesce(o.source_id, l.source_id) AS source_id, coalesce(o.strategy_id, l.strategy_id) AS strategy_id,
       l.product_id AS lead_product_id,
       coalesce(2 * coalesce(a.lead_id, o.lead_id), 2 * a.opportunity_id + 1) AS thread,
       {HELD} AND ({FACE_TO_FACE} OR a.kind = 'email' OR a.kind = 'call' AND a.outcome <> 'not_reached') AS is_contact,
       {HELD} AND {FACE_TO_FACE} AS is_appointment,
       {HELD} AND ({FACE_TO_FACE} OR a.kind = 'call' AND a.outcome = 'reached'
                   OR a.kind = 'email' AND a.direction = 'in') AS is_two_way,
       {YES} AS marks_yes, {KNOWN} AS marks_known
FROM ({KNOWN_ACTIVITY}) a
LEFT JOIN crm_opportunity o ON o.id = a.opportunity_id
LEFT JOIN crm_lead l ON l.id = coalesce(a.lead_id, o.lead_id)
"""  # noqa: S608

# How many contacts a thread had, and how many of them went out, up to and with each one. Imported days have no clock:
# what stands at the same moment is in the order in which it was written down.
THREAD_CONTACT = """
SELECT id, thread, occurred_at, direction, count(*) OVER so_far AS contacts,
       count(*) FILTER (direction = 'out') OVER so_far AS outbound
FROM activity_record WHERE is_contact AND thread IS NOT NULL
WINDOW so_far AS (PARTITION BY thread ORDER BY occurred_at, id)
"""

# The same up to and with each moment.
THREAD_MOMENT = """
SELECT thread, occurred_at, max(contacts) AS contacts, max(outbound) AS outbound
FROM thread_contact GROUP BY thread, occurred_at
"""

WON = """
SELECT m.opportunity_id, o.account_id, m.occurred_at AS won_at
FROM stage_move m
JOIN crm_stage s ON s.id = m.to_stage_id AND s.kind = 'won'
JOIN crm_opportunity o ON o.id = m.opportunity_id
WHERE m.known
"""

ACCOUNT_WON = """
SELECT account_id, min(won_at) AS won_at FROM won WHERE account_id IS NOT NULL GROUP BY account_id
"""

# What can follow on an activity, by what it shares with it: account (key 4n), lead (4n+1) or opportunity (4n+2).
# A step is a quote, an activity that was planned ahead (when it was), or another buying phase. An order that was
# cancelled or credited since is left out: whether it still stood depends on T, so the formulas look it up themselves.
EVENT = """
WITH happened AS (
    SELECT 'appointment' AS what, occurred_at AS happened_at, account_id, lead_id, opportunity_id FROM activity_record
    WHERE is_appointment
    UNION ALL SELECT 'quote', sent_at, of_account_id, lead_id, opportunity_id FROM quote_record
    UNION ALL SELECT 'step', sent_at, of_account_id, lead_id, opportunity_id FROM quote_record
    UNION ALL SELECT 'order', ordered_at, of_account_id, lead_id, opportunity_id FROM order_record
    WHERE cancelled_at IS NULL AND credited_at IS NULL
    UNION ALL SELECT 'step', recorded_at, account_id, lead_id, opportunity_id FROM activity_record
    WHERE recorded_at <= planned_for
    UNION ALL SELECT 'step', since, account_id, NULL, NULL FROM (
        SELECT *, lag(phase) OVER (PARTITION BY account_id ORDER BY since, id) AS phase_before FROM crm_buyingphase
    ) WHERE phase IS DISTINCT FROM phase_before
)
SELECT DISTINCT what, key, happened_at FROM (
    SELECT what, happened_at, unnest([4 * account_id, 4 * lead_id + 1, 4 * opportunity_id + 2]) AS key FROM happened
) WHERE happened_at IS NOT NULL AND key IS NOT NULL
"""

# What stands at the same moment follows, since imported days have no clock; but no appointment is its own next step.
# An appointment is looked for after everything else, and the rest after appointments.
NEXT_EVENT = """
WITH asked AS (
    SELECT id, what, key,
           CASE WHEN what = 'step' THEN occurred_at + INTERVAL 1 MICROSECOND ELSE occurred_at END AS since
    FROM (
        SELECT id, occurred_at, is_appointment,
               unnest([4 * account_id, 4 * lead_id + 1, 4 * opportunity_id + 2]) AS key
        FROM activity_record WHERE state = 'held' AND occurred_at IS NOT NULL
    ), (VALUES ('appointment'), ('quote'), ('order'), ('step')) AS kinds(what)
    WHERE key IS NOT NULL AND is_appointment = (what <> 'appointment')
)
SELECT k.id,
       min(e.happened_at) FILTER (k.what = 'appointment') AS appointment_at,
       min(e.happened_at) FILTER (k.what = 'quote') AS quote_at,
       min(e.happened_at) FILTER (k.what = 'order') AS order_at,
       min(e.happened_at) FILTER (k.what = 'step') AS step_at
FROM asked k ASOF JOIN event e ON e.key = k.key AND e.what = k.what AND k.since <= e.happened_at
GROUP BY k.id
"""

# What was planned first is recorded as held later.
ACTIVITY_HELD = """
SELECT record_id AS id, max(recorded_at) AS recorded_at FROM people_history
WHERE kind = 'activity' AND field = 'state' AND new = 'held' AND known GROUP BY record_id
"""

ACTIVITY = f"""
SELECT a.id, a.owner_id, {deciding_team("a.owner_id", "a.on_day", "a.team_id")} AS team_id, a.account_id, a.contact_id,
       a.lead_id, a.opportunity_id, a.source_id, a.strategy_id,
       coalesce(dp.product_id, a.lead_product_id) AS product_id,
       coalesce(dp.product_group_id, p.group_id) AS product_group_id, lo.owner_id AS lead_owner_id,
       a.kind, a.direction, a.state, a.outcome, a.occurred_at, a.planned_for, r.recorded_at,
       n.appointment_at AS next_appointment_at, n.quote_at AS next_quote_at, n.order_at AS next_order_at,
       n.step_at AS next_step_at, local_day(n.appointment_at) AS next_appointment_on,
       local_day(n.quote_at) AS next_quote_on, local_day(n.order_at) AS next_order_on,
       local_day(n.step_at) AS next_step_on, local_day(a.occurred_at) AS occurred_on,
       local_day(a.planned_for) AS planned_on,
       local_day(r.recorded_at) AS recorded_on, local_day(a.recorded_at) AS noted_on, a.minutes,
       CASE WHEN a.direction = 'out' THEN t.outbound END AS outbound_number, a.marks_yes, a.marks_known, a.is_contact,
       a.is_appointment, a.is_two_way, w.won_at AS account_won_at,
       a.is_appointment AND a.marks_known = 4 AND a.marks_yes = 0 AS is_quiet_appointment,
       working_minute(a.occurred_at) AS occurred_wm, working_minute(r.recorded_at) AS recorded_wm
FROM (SELECT *, local_day(coalesce(occurred_at, planned_for, recorded_at)) AS on_day FROM activity_record) a
JOIN (
    SELECT a.id, coalesce(h.recorded_at, a.recorded_at) AS recorded_at
    FROM activity_record a LEFT JOIN activity_held h ON h.id = a.id AND a.state = 'held'
) r ON r.id = a.id
LEFT JOIN thread_contact t ON t.id = a.id
LEFT JOIN next_event n ON n.id = a.id
LEFT JOIN account_won w ON w.account_id = a.account_id
LEFT JOIN opportunity_product dp ON dp.id = a.opportunity_id
LEFT JOIN crm_product p ON p.id = a.lead_product_id AND dp.product_id IS NULL
ASOF LEFT JOIN lead_state lo ON lo.id = a.lead_id AND a.occurred_at >= lo.state_at
"""  # noqa: S608

STEPS = (
    Step("activity_record", ACTIVITY_RECORD),
    Step("thread_contact", THREAD_CONTACT),
    Step("thread_moment", THREAD_MOMENT),
    Step("won", WON),
    Step("account_won", ACCOUNT_WON),
    Step("event", EVENT),
    Step("next_event", NEXT_EVENT),
    Step("activity_held", ACTIVITY_HELD),
    Step("fact_activity", ACTIVITY),
)
