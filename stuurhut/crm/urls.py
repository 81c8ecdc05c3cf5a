"""Addresses of the lists, cards and forms of records."""

from django.urls import URLPattern, path

from stuurhut.crm import editing, stages, views
from stuurhut.crm.kinds import ACCOUNTS, ACTIVITIES, KINDS, LEADS, OPPORTUNITIES, Kind

BY_HAND = (LEADS, ACCOUNTS, OPPORTUNITIES, ACTIVITIES)


def _of(kind: Kind) -> list[URLPattern]:
    return [
        path(f"{kind.plural}/", views.record_list, {"kind": kind}, name=f"{kind.name}_list"),
        path(f"{kind.plural}/<int:key>/", views.card, {"kind": kind}, name=f"{kind.name}_card"),
    ]


def _by_hand(kind: Kind) -> list[URLPattern]:
    return [
        path(f"{kind.plural}/new/", editing.create, {"kind": kind}, name=f"{kind.name}_new"),
        path(f"{kind.plural}/<int:key>/change/", editing.change, {"kind": kind}, name=f"{kind.name}_change"),
        path(f"{kind.plural}/<int:key>/delete/", editing.delete, {"kind": kind}, name=f"{kind.name}_delete"),
        path(f"{kind.plural}/<int:key>/deleted/", editing.deleted, {"kind": kind}, name=f"{kind.name}_deleted"),
    ]


urlpatterns = [
    *(address for kind in KINDS for address in _of(kind)),
    *(address for kind in BY_HAND for address in _by_hand(kind)),
    path("accounts/find/", editing.find_account, name="find_account"),
    path("accounts/<int:key>/add/<slug:what>/", editing.add_to_account, name="add_to_account"),
    path("opportunities/<int:key>/stage/", editing.move_stage, name="move_stage"),
    path("leads/<int:key>/judge/", editing.judge_lead, name="judge_lead"),
    path("activities/<int:key>/settle/", editing.settle_activity, name="settle_activity"),
    path("settings/stages/", stages.stage_list, name="settings_stages"),
    path("settings/stages/new/", stages.stage_form, name="settings_stage_new"),
    path("settings/stages/<int:key>/", stages.stage_form, name="settings_stage"),
]
