"""What the parts of the sales process are called, under which KPIs stand."""

from __future__ import annotations

from django.utils.translation import gettext as _


def phase_words() -> dict[str, str]:
    """The words per phase of a KPI, in the order of the process."""
    return {
        "leads": _("Leads"), "contact": _("Contact with customers"), "funnel": _("The funnel"),
        "pipeline": _("Pipeline"), "sales": _("Sales"), "customers": _("Customers"),
        "hands": _("The hands"), "recording": _("Recording"),
    }  # fmt: skip
