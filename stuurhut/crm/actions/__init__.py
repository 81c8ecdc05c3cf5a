"""What can be done with customers, leads, work and sales: one function per verb, each in one transaction."""

from stuurhut.crm.actions.activities import cancel_activity, hold_activity, log_activity, plan_activity
from stuurhut.crm.actions.credit import SharesDoNotAddUp, set_credits
from stuurhut.crm.actions.deals import cancel_order, create_order, create_quote, credit_order, decide_quote, send_quote
from stuurhut.crm.actions.leads import assign_lead, create_lead, disqualify_lead, qualify_lead, rate_lead, reopen_lead
from stuurhut.crm.actions.merging import CannotMerge, merge, undo_merge
from stuurhut.crm.actions.opportunities import create_opportunity, move_stage, set_amount
from stuurhut.crm.actions.records import bulk_change, delete, hand_over, undelete
from stuurhut.crm.actions.relations import (
    add_pain_gain,
    address_pain_gain,
    confirm_buying_phase,
    create_account,
    create_contact,
    current_phase,
    end_top_relation,
    make_customer,
    mark_top_relation,
    record_spend,
    record_supplier,
    set_buying_phase,
)
from stuurhut.crm.actions.worth import LineOf, MixedCurrencies, RateMissing, in_base

__all__ = [
    "CannotMerge",
    "LineOf",
    "MixedCurrencies",
    "RateMissing",
    "SharesDoNotAddUp",
    "add_pain_gain",
    "address_pain_gain",
    "assign_lead",
    "bulk_change",
    "cancel_activity",
    "cancel_order",
    "confirm_buying_phase",
    "create_account",
    "create_contact",
    "create_lead",
    "create_opportunity",
    "create_order",
    "create_quote",
    "credit_order",
    "current_phase",
    "decide_quote",
    "delete",
    "disqualify_lead",
    "end_top_relation",
    "hand_over",
    "hold_activity",
    "in_base",
    "log_activity",
    "make_customer",
    "mark_top_relation",
    "merge",
    "move_stage",
    "plan_activity",
    "qualify_lead",
    "rate_lead",
    "record_spend",
    "record_supplier",
    "reopen_lead",
    "send_quote",
    "set_amount",
    "set_buying_phase",
    "set_credits",
    "undelete",
    "undo_merge",
]
