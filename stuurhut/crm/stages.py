"""Settings of the sales process: its stages, which count as qualified, and the probability of each."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stuurhut.crm.actions import stages as actions
from stuurhut.crm.models import Process, Stage
from stuurhut.people.access import only, signed_in, steers_organisation
from stuurhut.people.models import User
from stuurhut.people.refusal import Refused


class StageSettingsForm(forms.Form):
    """A stage of the sales process; the probability is given in percent."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    process = forms.ModelChoiceField(Process.objects.none(), label=gettext_lazy("Sales process"), empty_label=None)
    order = forms.IntegerField(label=gettext_lazy("Place in the order"), min_value=0, max_value=999)
    kind = forms.ChoiceField(label=gettext_lazy("Means that the opportunity is"), choices=Stage.Kind.choices)
    qualified = forms.BooleanField(
        label=gettext_lazy("Counts as qualified"), required=False,
        help_text=gettext_lazy("Only qualified opportunities stand in the open pipeline."),
    )  # fmt: skip
    percent = forms.FloatField(
        label=gettext_lazy("Probability of a sale (%)"), min_value=0, max_value=100, required=False,
        help_text=gettext_lazy("Holds from today on; the weighted pipeline of earlier days stays as it was."),
    )  # fmt: skip

    def __init__(self, *args: Any, stage: Stage | None = None, **kwargs: Any) -> None:
        self.stage = stage
        super().__init__(*args, **{**kwargs, "initial": _values(stage)})
        process = self.fields["process"]
        assert isinstance(process, forms.ModelChoiceField)
        process.queryset = Process.objects.filter(deleted_at__isnull=True)
        if stage is not None:
            del self.fields["process"]

    def keep(self, by: User) -> Stage:
        """Makes or changes the stage. Raises Refused."""
        filled = dict(self.cleaned_data)
        percent = filled.pop("percent")
        if self.stage is None:
            stage = actions.create_stage(by=by, **filled)
        else:
            stage = actions.change_stage(stage=self.stage, by=by, **filled)
        if percent is not None and "percent" in self.changed_data:
            actions.set_probability(stage=stage, probability=percent / 100, by=by)
        return stage


def _values(stage: Stage | None) -> dict[str, Any]:
    if stage is None:
        return {"qualified": True, "order": Stage.objects.count() + 1}
    kept: dict[str, Any] = {name: getattr(stage, name) for name in ("name", "order", "kind", "qualified")}
    return {**kept, "percent": percent_of(stage)}


def percent_of(stage: Stage) -> float | None:
    """The probability that holds now, in percent."""
    row = stage.probabilities.filter(deleted_at__isnull=True).order_by("-starts_on", "-pk").first()
    return None if row is None else round(row.probability * 100, 1)


@only(steers_organisation)
def stage_list(request: HttpRequest) -> HttpResponse:
    """The stages in order; POST starts with the usual ones."""
    if request.method == "POST":
        try:
            actions.start_usual_process(by=signed_in(request))
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("settings_stages")
    stages = Stage.objects.filter(deleted_at__isnull=True).select_related("process").order_by("process__name", "order")
    rows = [(stage, percent_of(stage)) for stage in stages]
    several = Process.objects.filter(deleted_at__isnull=True).count() > 1
    return render(request, "crm/stages.html", {"rows": rows, "several": several})


@only(steers_organisation)
def stage_form(request: HttpRequest, key: int | None = None) -> HttpResponse:
    """A new stage, or one to change; POST with `remove` takes it away."""
    user = signed_in(request)
    stage = get_object_or_404(Stage.objects.filter(deleted_at__isnull=True), pk=key) if key is not None else None
    form = StageSettingsForm(request.POST or None, stage=stage)
    removing = stage is not None and request.method == "POST" and "remove" in request.POST
    if removing or (request.method == "POST" and form.is_valid()):
        try:
            if removing and stage is not None:
                actions.remove_stage(stage=stage, by=user)
            else:
                form.keep(user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your changes are kept."))
            return redirect("settings_stages")
    title = _("Stage %(name)s") % {"name": stage.name} if stage else _("New stage")
    return render(request, "crm/stage.html", {"form": form, "stage": stage, "title": title})
