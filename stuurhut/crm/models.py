"""What we remember of customers and of the work done for them.

Split by topic: `settings` (what records are sorted by), `relations` (accounts and the people there), `work` (leads and
activities), `sales` (opportunities, quotes, orders). All are imported from here.
"""

from stuurhut.crm.records.relations import Account, BuyingPhase, Contact, PainGain, Spend, SupplierShare, TopRelation
from stuurhut.crm.records.sales import (
    Credit,
    Opportunity,
    OpportunityLine,
    Order,
    OrderLine,
    Quote,
    QuoteLine,
    StageChange,
)
from stuurhut.crm.records.settings import (
    ExchangeRate,
    Industry,
    LossReason,
    Process,
    Product,
    ProductGroup,
    Region,
    Segment,
    Source,
    Stage,
    StageProbability,
    Strategy,
)
from stuurhut.crm.records.work import Activity, ActivityLink, Lead, LeadAssignment

__all__ = [
    "Account",
    "Activity",
    "ActivityLink",
    "BuyingPhase",
    "Contact",
    "Credit",
    "ExchangeRate",
    "Industry",
    "Lead",
    "LeadAssignment",
    "LossReason",
    "Opportunity",
    "OpportunityLine",
    "Order",
    "OrderLine",
    "PainGain",
    "Process",
    "Product",
    "ProductGroup",
    "Quote",
    "QuoteLine",
    "Region",
    "Segment",
    "Source",
    "Spend",
    "Stage",
    "StageChange",
    "StageProbability",
    "Strategy",
    "SupplierShare",
    "TopRelation",
]
