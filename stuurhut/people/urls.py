"""Addresses of the first run and of the settings of people and the organisation."""

from django.urls import path

from stuurhut.people import first_run, team_views, views

urlpatterns = [
    path("welcome/", first_run.welcome, name="welcome"),
    path("welcome/steps/", first_run.first_steps, name="first_steps"),
    path("settings/", views.organisation, name="settings"),
    path("settings/limits/", views.limits, name="settings_limits"),
    path("settings/users/", views.user_list, name="settings_users"),
    path("settings/users/new/", views.user_new, name="settings_user_new"),
    path("settings/users/<int:key>/", views.user, name="settings_user"),
    path("settings/teams/", team_views.team_list, name="settings_teams"),
    path("settings/teams/new/", team_views.team_new, name="settings_team_new"),
    path("settings/teams/<int:key>/", team_views.team, name="settings_team"),
    path("settings/teams/<int:key>/seats/new/", team_views.seat_new, name="settings_seat_new"),
    path("settings/seats/<int:key>/", team_views.seat, name="settings_seat"),
    path("settings/people/", team_views.person_list, name="settings_people"),
    path("settings/people/new/", team_views.person_new, name="settings_person_new"),
    path("settings/people/<int:key>/", team_views.person, name="settings_person"),
    path("settings/people/<int:key>/teams/new/", team_views.join, name="settings_join"),
    path("settings/people/<int:key>/absences/new/", team_views.absence_new, name="settings_absence_new"),
    path("settings/memberships/<int:key>/", team_views.membership, name="settings_membership"),
    path("settings/absences/<int:key>/", team_views.absence, name="settings_absence"),
]
