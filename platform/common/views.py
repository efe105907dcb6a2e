"""Pages that belong to no app: errors, health, uploaded pictures, the way in."""

import mimetypes
from typing import Any

from celery import current_app
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from common.health import last_sign


@require_GET
def front_door(request: HttpRequest) -> HttpResponse:
    """Sends / to the reader's language."""
    language = request.user.language if request.user.is_authenticated else translation.get_language()
    response = redirect(f"/{language or 'nb'}/")
    response["Vary"] = "Accept-Language, Cookie"
    return response


def staff_door(request: HttpRequest) -> HttpResponse:
    """Where Wagtail sends whoever it does not let in: a stranger to our sign-in, somebody signed in to a clear no.

    Wagtail's own page here would ask for no second factor and keep no count of tries.
    """
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next", "/"))


@never_cache
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Whether web, database, cache, broker, beat and sweep are alive: 200 or 503, as JSON, without personal data."""
    parts: dict[str, Any] = {"web": True, "database": _database_answers(), "broker": _broker_answers()}
    try:
        cache.set("alive:cache", True, 10)
        parts["cache"] = bool(cache.get("alive:cache"))
        signs = {name: last_sign(name) for name in ("beat", "sweep")}
    except Exception:  # whatever is wrong with the cache, the answer is that it is down
        parts["cache"] = False
        signs = {"beat": None, "sweep": None}
    now = timezone.now()
    ages = {f"last_{name}_seconds": int((now - sign).total_seconds()) if sign else None for name, sign in signs.items()}
    healthy = all(parts.values())
    return JsonResponse({"healthy": healthy, **parts, **ages}, status=200 if healthy else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone())
    except DatabaseError:
        return False


def _broker_answers() -> bool:
    try:
        with current_app.connection_for_write(connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
        return True
    except Exception:  # each transport has errors of its own
        return False


@require_GET
def upload(request: HttpRequest, name: str) -> HttpResponse | FileResponse:
    """A picture from the uploads folder, harmless even if somebody got a script past the upload form."""
    if not name.startswith(("images/", "original_images/")):
        raise Http404
    try:
        file = default_storage.open(name)
    except (OSError, SuspiciousOperation) as error:
        raise Http404 from error
    response = FileResponse(file, content_type=mimetypes.guess_type(name)[0] or "application/octet-stream")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = f"public, max-age={7 * 24 * 3600}"
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def not_yours(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def our_fault(request: HttpRequest) -> HttpResponse:
    """Without the context processors: what failed may be what they ask."""
    return HttpResponse(render_to_string("500.html", {"quick_exit_url": settings.QUICK_EXIT_URL}), status=500)
