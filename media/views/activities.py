"""What the page around an activity tells of its learner: what she did, where she is, that she read it as text."""

import json
import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agencies.access import AuthenticatedRequest
from common.limits import within_limit
from media.activities import DoneWhen
from media.h5p.package import KIB
from media.h5p.xapi import Statement, StatementError, read_statement
from media.models import H5PContent, H5PResult, H5PVersion
from media.services.statements import read_as_text, take_in_statements
from media.services.states import save_state

LONGEST_BODY = 64 * KIB
MOST_STATEMENTS = 50
_LARGEST_SEQUENCE = 2**53 - 1  # the largest whole number that a browser counts exactly


@require_POST
@login_required
def statements(request: AuthenticatedRequest, content_id: uuid.UUID) -> JsonResponse:
    """Takes in `{"version": id, "statements": […]}` from her own browser. Answers whether she is done by the page.

    Who it is and when it came are ours to know; a statement that makes no sense is left out and the rest is kept.
    """
    version, told = _told(request, content_id)
    if version is None or not isinstance(told.get("statements"), list) or len(told["statements"]) > MOST_STATEMENTS:
        return _refused()
    found = _statements(told["statements"])
    if not within_limit(request, "h5p", times=3000, seconds=3600, sender=str(request.user.pk), weight=len(found) + 1):
        return JsonResponse({"message": _("Det kom for mye på en gang. Prøv igjen om litt.")}, status=429)
    result = take_in_statements(person=request.user, version=version, statements=found)
    return _standing(request, result)


def _statements(told: list[Any]) -> list[Statement]:
    found = []
    for statement in told:
        try:
            found.append(read_statement(statement))
        except StatementError:
            continue  # of a library that writes nonsense; nothing of it could be used later either
    return found


@require_POST
@login_required
def state(request: AuthenticatedRequest, content_id: uuid.UUID) -> JsonResponse:
    """Keeps where she is: `{"version": id, "state": text, "sequence": number}`. A newer one is never written over."""
    version, told = _told(request, content_id)
    text, sequence = told.get("state"), told.get("sequence")
    if version is None or not _is_json(text) or type(sequence) is not int or not 0 < sequence <= _LARGEST_SEQUENCE:
        return _refused()
    if not within_limit(request, "h5p-state", times=2000, seconds=3600, sender=str(request.user.pk)):
        return JsonResponse({"message": _("Det kom for mye på en gang. Prøv igjen om litt.")}, status=429)
    kept = save_state(person=request.user, version=version, state=str(text), sequence=sequence)
    return JsonResponse({"saved": kept})


def _is_json(text: object) -> bool:
    if not isinstance(text, str) or "\x00" in text:
        return False
    try:
        json.loads(text)
        text.encode()
    except (ValueError, RecursionError):
        return False
    return True


@require_POST
@login_required
def as_text(request: AuthenticatedRequest, content_id: uuid.UUID) -> HttpResponse:
    """She has read the activity as text, which is as good as doing it. Back to where she was."""
    content = get_object_or_404(H5PContent, public_id=content_id)
    if not content.has_text:
        raise Http404
    read_as_text(person=request.user, content=content)
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else "home")


def _told(request: HttpRequest, content_id: uuid.UUID) -> tuple[H5PVersion | None, dict[str, Any]]:
    """The version that is spoken of, and the whole of what was sent; None when either is not as it should be."""
    told = _object(request.body) if len(request.body) <= LONGEST_BODY else {}
    number = told.get("version")
    versions = H5PVersion.objects.select_related("content").defer("params", "files", "description")
    version = versions.filter(content__public_id=content_id, pk=number).first() if type(number) is int else None
    if version is None and not H5PContent.objects.filter(public_id=content_id).exists():
        raise Http404
    return version, told


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _refused() -> JsonResponse:
    return JsonResponse({"message": _("Dette kunne ikke lagres. Last siden på nytt.")}, status=400)


def _standing(request: HttpRequest, result: H5PResult | None) -> JsonResponse:
    try:
        rule = DoneWhen.read(request.GET.get("regel", "finished"), request.GET.get("minst"))
    except ValueError:
        rule = DoneWhen()
    share = result.share if result else None
    return JsonResponse(
        {
            "finished": result is not None,
            "done": rule.met(result),
            "percent": None if share is None else round(share * 100),
        }
    )
