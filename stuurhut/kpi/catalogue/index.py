"""Every KPI, in the order in which they are shown."""

from __future__ import annotations

from stuurhut.kpi.catalogue import (
    activity,
    attainment,
    content,
    conversion,
    coverage,
    customers,
    cycle,
    funnel,
    hands,
    leads,
    orders,
    phases,
    pipeline,
    profiles,
    quality,
    quotes,
    recording,
    response,
    sales,
    stages,
    top_relations,
)
from stuurhut.kpi.kpi import Kpi

TOPICS = (
    leads,
    response,
    activity,
    content,
    quotes,
    funnel,
    conversion,
    cycle,
    stages,
    pipeline,
    sales,
    orders,
    customers,
    top_relations,
    profiles,
    phases,
    hands,
    recording,
    attainment,
    coverage,
    quality,
)

CATALOGUE: dict[str, Kpi] = {kpi.key: kpi for topic in TOPICS for kpi in topic.KPIS}
