"""Addresses of imports."""

from django.urls import path

from stuurhut.connect import views

urlpatterns = [
    path("imports/", views.import_list, name="imports"),
    path("imports/new/", views.import_new, name="import_new"),
    path("imports/<int:key>/", views.import_page, name="import"),
    path("imports/<int:key>/prepare/", views.prepare, name="import_prepare"),
    path("imports/<int:key>/again/", views.again, name="import_again"),
    path("imports/<int:key>/undo/", views.undo, name="import_undo"),
    path("imports/<int:key>/mend/", views.mend, name="import_mend"),
    path("imports/<int:key>/rejected/<int:number>/", views.rejected_file, name="import_rejected"),
]
