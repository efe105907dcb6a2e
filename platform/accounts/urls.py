"""The person's own page, and the doors of the sign-in package that stay shut."""

from django.urls import path, reverse_lazy
from django.views.generic import RedirectView

from accounts import views

_to_account = RedirectView.as_view(url=reverse_lazy("account"))

urlpatterns = [
    path("min-konto/", views.account, name="account"),
    path("min-konto/opplysninger.zip", views.my_data, name="my_data"),
    # Addresses come from rosters and administrators. These lie before the sign-in package's own (config/urls.py):
    # an address that somebody adds herself would let her account receive what is meant for another's.
    path("konto/email/", _to_account),
    path("konto/confirm-email/", _to_account),
    path("konto/confirm-email/<path:key>/", _to_account),
]
