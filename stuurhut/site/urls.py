"""Every address of the product."""

from django.urls import include, path

urlpatterns = [
    path("auth/", include("allauth.urls")),
]
