"""Addresses of the cockpit and of every KPI."""

from django.urls import path

from stuurhut.cockpit import views

urlpatterns = [
    path("", views.cockpit, name="cockpit"),
    path("kpi/", views.kpis, name="kpis"),
    path("kpi/<slug:key>/", views.kpi, name="kpi"),
    path("kpi/<slug:key>/records/", views.records, name="kpi_records"),
]
