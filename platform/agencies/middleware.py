"""Whoever holds a grant signs in with a second factor."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from agencies.access import functions_of

SECOND_FACTOR = "second_factor"


class GrantsNeedMfaMiddleware:
    """Sends a person with a grant and no second factor to set one up before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.must_set_up(request):
            return redirect("mfa_activate_totp")
        return self.get_response(request)

    def must_set_up(self, request: HttpRequest) -> bool:
        user = request.user
        if not user.is_authenticated:
            return False
        if user.is_demo and not settings.DEMO_ACCOUNTS_NEED_MFA:
            return False
        if not functions_of(user) and not user.is_superuser:
            return False
        if request.path.startswith((settings.STATIC_URL, reverse("mfa_index"), "/health/")):
            return False
        allowed = {reverse("account_logout"), reverse("account_reauthenticate"), reverse("set_language")}
        return request.path not in allowed and not self.has_second_factor(request)

    def has_second_factor(self, request: HttpRequest) -> bool:
        """Asked of the database once a session; taking the factor away ends the answer (see receivers.py)."""
        if not request.session.get(SECOND_FACTOR):
            request.session[SECOND_FACTOR] = is_mfa_enabled(request.user)
        return bool(request.session[SECOND_FACTOR])
