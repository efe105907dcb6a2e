from django.urls import include, path

from common import views

urlpatterns = [
    path("", views.front_door, name="front_door"),
    path("health/", views.health, name="health"),
    path("uploads/<path:name>", views.upload, name="upload"),
    path("i18n/", include("django.conf.urls.i18n")),
]
