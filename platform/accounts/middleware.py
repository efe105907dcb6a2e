"""Signs out the idle, and speaks the user's language in the Wagtail admin."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import translation

_Next = Callable[[HttpRequest], HttpResponse]
_WRITE_EVERY_SECONDS = 60  # the session is written at most once a minute, not at every request


class IdleSignOutMiddleware:
    """After IDLE_SIGN_OUT_SECONDS without a request the next one is a stranger's."""

    def __init__(self, get_response: _Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            seen = request.session.get("seen_at", now)
            if now - seen > settings.IDLE_SIGN_OUT_SECONDS:
                logout(request)
            elif now - seen >= _WRITE_EVERY_SECONDS or "seen_at" not in request.session:
                request.session["seen_at"] = now
        return self.get_response(request)


class AdminLanguageMiddleware:
    """Addresses outside /nb/, /nn/ and /en/ (the trainer's admin) have no language in them: use her own."""

    def __init__(self, get_response: _Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and not translation.get_language_from_path(request.path_info):
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language() or "nb"
        return self.get_response(request)
