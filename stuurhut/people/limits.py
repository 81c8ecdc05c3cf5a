"""The limits of the verdicts that an organisation can set: what each does, and between which values it makes sense."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from stuurhut.kpi.verdicts.thresholds import Thresholds
from stuurhut.ui.numbers import plain


@dataclass(frozen=True)
class Limit:
    """One limit: its name in `Thresholds`, its words, the least and most that make sense. Shares are percentages."""

    name: str
    label: Any
    meaning: Any
    least: float
    most: float
    is_share: bool = False
    is_whole: bool = False


LIMITS = (
    Limit("periods_at_least", _("Months needed"), _("With fewer months the verdict is: too early to tell."), 6, 36,
          is_whole=True),
    Limit("step_effect", _("A step differs from (%)"), _("A step is weak or strong when it differs at least so much "
          "from that of colleagues."), 5, 80, is_share=True),
    Limit("false_discoveries", _("Chance findings at most (%)"), _("Of all that is called weak, strong or poor, this "
          "share may be luck. Lower finds less, and more surely."), 0.1, 20, is_share=True),
    Limit("false_years", _("Steady sellers called structural at most (%)"), _("In this share of the years a seller who "
          "is steady may be called structural."), 0.1, 20, is_share=True),
    Limit("trend_weeks", _("Weeks of a trend"), _("The rise or fall of new leads is measured over so many weeks."),
          8, 104, is_whole=True),
    Limit("seasons_needed", _("Years before season is told"), _("Season and trend can be told apart after so many "
          "years of leads."), 1.5, 5),
    Limit("load_low", _("Open leads per FTE, at least"), _("With fewer there is time for marketing or for calling "
          "yourselves."), 0, 1000),
    Limit("load_high", _("Open leads per FTE, at most"), _("With more, chances are missed: qualify more strictly, or "
          "find hands."), 0.5, 10_000),
    Limit("response_slow", _("Slow is so many times colleagues"), _("A seller is slow in answering leads from so many "
          "times what colleagues take."), 1.1, 20),
    Limit("new_customer_share", _("New customers at least (%)"), _("With a lower share of calls and visits to new "
          "customers, that is said."), 0.5, 90, is_share=True),
    Limit("order_rate", _("Orders per visit at least (%)"), _("With fewer orders per visit than this "
          "share of what colleagues get, that is said."), 5, 95, is_share=True),
    Limit("understaffed", _("Understaffed from (%)"), _("A team misses hands when so much of the formation is vacant "
          "or away for long."), 1, 90, is_share=True),
)  # fmt: skip


def thresholds_from(kept: Mapping[str, Any]) -> Thresholds:
    """The limits as they were kept; those that were not are the defaults."""
    known = {field.name for field in fields(Thresholds)}
    return Thresholds(**{name: value for name, value in kept.items() if name in known})


class LimitsForm(forms.Form):
    """All limits, each with its default."""

    def __init__(self, *args: Any, kept: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now, usual = asdict(thresholds_from(kept)), asdict(Thresholds())
        for limit in LIMITS:
            shown = _shown(limit, usual[limit.name])
            help_text = _now("%(meaning)s Usual: %(usual)s.") % {
                "meaning": limit.meaning, "usual": plain(shown, 0 if shown == int(shown) else 1),
            }  # fmt: skip
            kind = forms.IntegerField if limit.is_whole else forms.FloatField
            self.fields[limit.name] = kind(
                label=limit.label, help_text=help_text, min_value=limit.least, max_value=limit.most,  # type: ignore[arg-type]
                initial=_shown(limit, now[limit.name]),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        filled: dict[str, Any] = super().clean() or {}
        low, high = filled.get("load_low"), filled.get("load_high")
        if low is not None and high is not None and low >= high:
            sentence = _now("Give more than the least of %(low)s open leads.")
            self.add_error("load_high", sentence % {"low": plain(low, 1)})
        return filled

    def values(self) -> dict[str, float]:
        """Those that differ from the default, as `Thresholds` has them."""
        usual, filled = asdict(Thresholds()), self.cleaned_data
        given = {one.name: round(filled[one.name] / 100, 6) if one.is_share else filled[one.name] for one in LIMITS}
        return {name: value for name, value in given.items() if value != usual[name]}


def _shown(limit: Limit, value: float) -> float:
    shown = round(value * 100, 4) if limit.is_share else value
    return int(shown) if shown == int(shown) else shown
