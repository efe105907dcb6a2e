from django.urls import path

from reports import views

urlpatterns = [
    path("rapport/", views.report, name="report"),
    path("rapport/<uuid:unit_id>/", views.report_unit, name="report_unit"),
    path("rapport/<uuid:unit_id>/tall.csv", views.report_csv, name="report_csv"),
    path("rapport/<uuid:unit_id>/per-dato/", views.report_asof, name="report_asof"),
    path("rapport/<uuid:unit_id>/per-dato/personer.csv", views.report_asof_csv, name="report_asof_csv"),
    path("personer/", views.people, name="people"),
    path("personer/personer.csv", views.people_csv, name="people_csv"),
    path("personer/<uuid:person_id>/", views.person, name="person"),
    path("personer/<uuid:person_id>/per-dato/", views.person_asof, name="person_asof"),
]
