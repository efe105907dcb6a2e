"""The address on the paper and in the QR code: short, and the same in every language."""

from django.urls import path

from certification.views import check

urlpatterns = [path("k/<slug:code>/", check.check, name="check")]
