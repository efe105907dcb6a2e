"""What the platform decides differently from allauth's defaults."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up: people come from rosters and administrators. Messages say what to do next."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": gettext_lazy("Kontoen er stengt."),
        "email_password_mismatch": gettext_lazy(
            "E-postadressen og passordet hører ikke sammen. Prøv igjen, eller få en kode på e-post."
        ),
        "enter_current_password": gettext_lazy("Skriv passordet du har nå."),
        "incorrect_code": gettext_lazy("Koden stemmer ikke. Se etter den nyeste e-posten fra oss."),
        "incorrect_password": gettext_lazy("Passordet stemmer ikke."),
        "invalid_login": gettext_lazy("Skriv hele e-postadressen."),
        "too_many_login_attempts": gettext_lazy(
            "Det ble for mange forsøk. Vent fem minutter, eller få en ny kode på e-post."
        ),
        "rate_limited": gettext_lazy("Det gikk litt fort. Vent et minutt og prøv igjen."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Her own front page, in her own language. A safe ?next, where given, goes before this."""
        user = request.user
        return f"/{user.language}/" if user.is_authenticated else "/"

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_login")


class MfaAdapter(DefaultMFAAdapter):
    """Names the authenticator after the platform."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("Koden stemmer ikke. Vent på neste kode i appen og prøv igjen."),
    }

    def get_totp_label(self, user: Any) -> str:
        return str(user.email)

    def get_totp_issuer(self) -> str:
        return str(_("Handlekraft"))
