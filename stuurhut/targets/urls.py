"""Addresses of the goals."""

from django.urls import path

from stuurhut.targets import closed_views, history_views, views

urlpatterns = [
    path("targets/", views.grid, name="targets"),
    path("targets/history/<slug:key>/", history_views.history, name="targets_history"),
    path("targets/versions/<int:number>/", history_views.withdraw, name="targets_version"),
    path("targets/closed/", closed_views.closed, name="targets_closed"),
    path("targets/closed/<int:key>/", closed_views.closed_period, name="targets_closed_period"),
    path("targets/close/", closed_views.close, name="targets_close"),
]
