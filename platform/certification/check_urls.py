"""The address on the paper and in the QR code: short, and the same in every language."""

from django.urls import path

from certification import views

urlpatterns = [path("k/<slug:code>/", views.check, name="check")]
