"""The kinds of verdict: the key that pages, findings and tests know them by."""

from __future__ import annotations

# course
STEADY = "steady"
INCIDENT = "incident"
STRUCTURAL = "structural"  # below (bad) or above (good) what it was
TOO_EARLY = "too_early"
# season or trend
SEASON = "season"
UPWARD = "upward"
DOWNWARD = "downward"
# steps
WEAK_STEP = "weak_step"
STRONG_STEP = "strong_step"
AS_OTHERS = "as_others"
WEAK_PROCESS = "weak_process"  # the whole team, against its own past
BETTER_PROCESS = "better_process"
AS_BEFORE = "as_before"
# response
SLOW_PERSON = "slow_person"
SLOW_TEAM = "slow_team"
OVER_NORM = "over_norm"  # later than the norm, but no more behind colleagues than luck may bring
ON_TIME = "on_time"
# load of leads per available FTE
FEW_LEADS = "few_leads"  # intensify marketing
MANY_LEADS = "many_leads"  # qualify more strictly
TEMPORARY_HANDS = "temporary_hands"
GROW_TEAM = "grow_team"
LOAD_RIGHT = "load_right"
# hands move
MANY_VISITS_FEW_ORDERS = "many_visits_few_orders"
LOW_ORDER_RATE = "low_order_rate"
HARDLY_NEW = "hardly_new_customers"
MIX_RIGHT = "mix_right"
COFFEE = "coffee"
# sources and strategies
POOR_SOURCE = "poor_source"
GOOD_SOURCE = "good_source"
MISMATCH = "mismatch"  # under its benchmark
SOURCE_RIGHT = "source_right"
# hands there are
UNDERSTAFFED = "understaffed"
STAFFED = "staffed"
# target
BEHIND = "behind"
ON_COURSE = "on_course"
REACHED = "reached"
NO_TARGET = "no_target"
