"""Every KPI, in the order in which they are shown."""

from __future__ import annotations

from stuurhut.kpi.catalogue import leads
from stuurhut.kpi.kpi import Kpi

TOPICS = (leads,)

CATALOGUE: dict[str, Kpi] = {kpi.key: kpi for topic in TOPICS for kpi in topic.KPIS}
