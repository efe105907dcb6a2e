from django.urls import path

from reports import views

urlpatterns = [
    path("rapport/", views.report, name="report"),
    path("rapport/<uuid:unit_id>/", views.report_unit, name="report_unit"),
    path("rapport/<uuid:unit_id>/tall.csv", views.report_csv, name="report_csv"),
    path("personer/", views.people, name="people"),
    path("personer/personer.csv", views.people_csv, name="people_csv"),
    path("personer/<uuid:person_id>/", views.person, name="person"),
]
