"""What we know of customers and of the work done for them, as facts, by topic."""

from stuurhut.crm.facts import deals, leads, relations, sales, settings, shares, work
from stuurhut.crm.models import (
    Account,
    Activity,
    BuyingPhase,
    Contact,
    Credit,
    Industry,
    Lead,
    LeadAssignment,
    LossReason,
    Opportunity,
    OpportunityLine,
    Order,
    OrderLine,
    PainGain,
    Product,
    ProductGroup,
    Quote,
    QuoteLine,
    Region,
    Segment,
    Source,
    Spend,
    Stage,
    StageChange,
    StageProbability,
    Strategy,
    SupplierShare,
    TopRelation,
)
from stuurhut.replica.mapping import Room

ROOM = Room(
    models=(
        Account, Activity, BuyingPhase, Contact, Credit, Lead, LeadAssignment, Opportunity, OpportunityLine, Order,
        OrderLine, PainGain, Quote, QuoteLine, Spend, StageProbability, SupplierShare, TopRelation,
    ),
    standing=(Industry, LossReason, Product, ProductGroup, Region, Segment, Source, Stage, Strategy),
    append_only=(StageChange,),
    steps=(
        *settings.STEPS, *relations.STEPS, *work.STEPS, *leads.STEPS, *deals.STEPS, *sales.STEPS, *shares.STEPS,
    ),
    together=(Account, Contact, Lead, Opportunity, Activity, Quote, Order),
    of={
        "fact_account": (Account, "id"),
        "fact_contact": (Contact, "id"),
        "fact_top_relation": (Account, "account_id"),
        "fact_buying_phase": (Account, "account_id"),
        "fact_pain_gain": (Account, "account_id"),
        "fact_profile_part": (Account, "account_id"),
        "fact_lead": (Lead, "id"),
        "fact_lead_assignment": (Lead, "lead_id"),
        "fact_activity": (Activity, "id"),
        "fact_opportunity": (Opportunity, "id"),
        "fact_opportunity_share": (Opportunity, "id"),
        "fact_stage_entry": (Opportunity, "id"),
        "fact_quote": (Quote, "id"),
        "fact_order": (Order, "id"),
        "fact_order_share": (Order, "id"),
    },
)  # fmt: skip
