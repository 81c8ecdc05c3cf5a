"""Every address of the product."""

from django.urls import include, path

from stuurhut.ui.views import choose_language

urlpatterns = [
    path("", include("stuurhut.cockpit.urls")),
    path("", include("stuurhut.crm.urls")),
    path("", include("stuurhut.targets.urls")),
    path("", include("stuurhut.connect.urls")),
    path("", include("stuurhut.people.urls")),
    path("language/", choose_language, name="choose_language"),
    path("auth/", include("allauth.urls")),
]
