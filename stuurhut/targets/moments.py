"""As of which moment a page or a closing asks for a figure."""

from __future__ import annotations

from datetime import datetime

from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.words.period import Period, Zone


def is_course(kpi: Kpi, grain: str = "month") -> bool:
    """Whether a KPI has a figure per period in one answer; a balance is asked for once per period instead."""
    return grain in kpi.formula.dimensions and kpi.formula.tells_course


def moment_for(kpi: Kpi, period: Period, now: datetime, zone: Zone) -> datetime:
    """Of a balance the end of a period that has passed, since it is what it was then; of all else `now`."""
    return now if is_course(kpi) else min(now, zone.instant(period.until))
