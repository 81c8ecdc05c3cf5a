"""Addresses of the cockpit and of every KPI."""

from django.urls import path

from stuurhut.cockpit import figure_views, live, plan_views, seller_views, views

urlpatterns = [
    path("", views.cockpit, name="cockpit"),
    path("live/", live.live, name="live"),
    path("kpi/", figure_views.kpis, name="kpis"),
    path("kpi/<slug:key>/", figure_views.kpi, name="kpi"),
    path("kpi/<slug:key>/records/", figure_views.records, name="kpi_records"),
    path("plan/", plan_views.plan, name="plan"),
    path("seller/<int:key>/", seller_views.seller, name="seller"),
    path("team/<int:key>/", seller_views.team, name="team"),
]
