"""A learner's badge; and for everybody the issuer, the keys and the status lists by which it is checked."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from agencies.access import AuthenticatedRequest
from certification import credentials, keys
from certification.models import Certificate, Certification
from certification.rendering import badge_svg
from certification.services import badges
from common.codes import read_code, show_code
from common.limits import within_limit
from common.translated import LANGUAGES

JSON = "application/json"


# --- the learner's own ----------------------------------------------------------------------------


def _own(request: AuthenticatedRequest, code: str) -> Certificate:
    """Her own certificate. Somebody else's does not exist for her."""
    rows = Certificate.objects.select_related("cycle__person", "cycle__certification", "cycle__agency")
    found: Certificate = get_object_or_404(rows, code=read_code(code) or "", cycle__person=request.user)
    return found


def _neutral(request: HttpRequest) -> bool:
    return request.GET.get("noytral") == "1"


@login_required
@require_GET
def badge(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """Her badge, what it says of her, and the files that she can take with her."""
    found, neutral = _own(request, code), _neutral(request)
    context = {
        "certificate": found,
        "cycle": found.cycle,
        "code": show_code(found.code),
        "neutral": neutral,
        "query": "?noytral=1" if neutral else "",
        "title": badges.neutral_title() if neutral else found.cycle.certification.name,
        "drawing": badge_svg(found, neutral=neutral),
        "nav_here": "certificates",
    }
    return render(request, "certification/badge.html", context)


@login_required
@never_cache
@require_GET
def download(request: AuthenticatedRequest, code: str, form: str) -> HttpResponse:
    """Her badge as a file. It is signed anew each time, from what holds now."""
    found, neutral = _own(request, code), _neutral(request)
    credential = badges.badge_credential(certificate=found, neutral=neutral)
    token = badges.signed(credential)
    if form == "svg":
        response = HttpResponse(badge_svg(found, token, neutral=neutral), content_type="image/svg+xml")
    elif form == "jwt":
        response = HttpResponse(token, content_type="text/plain; charset=utf-8")
    else:
        response = _json({"credential": credential, "jwt": token})
    # Nothing about the theme in the name of the file: it may lie on a shared machine.
    word = _("merke")
    name = f"{word}-{found.code[:8].lower()}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# --- for everybody --------------------------------------------------------------------------------


def _published(make: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For machines of whoever checks a badge: limited by address, kept for five minutes, in no search engine."""

    @require_GET
    def answer(request: HttpRequest, **about: Any) -> HttpResponse:
        if not within_limit(request, "badge", times=60, seconds=60):
            response = render(request, "429.html", status=429)
        else:
            response = make(request, **about)
            patch_cache_control(response, public=True, max_age=int(credentials.LIST_FRESH.total_seconds()))
            # A badge may be checked by a page anywhere: there is nothing here that is anybody's own.
            response["Access-Control-Allow-Origin"] = "*"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return answer


@_published
def issuer(request: HttpRequest) -> HttpResponse:
    """Who issues badges, and by which keys. Public."""
    return _json(badges.issuer_document())


@_published
def key_set(request: HttpRequest) -> HttpResponse:
    """Every key that signs or has signed, as a JWK set. Public."""
    return _json({"keys": keys.public_keys()}, "application/jwk-set+json")


@_published
def status_list(request: HttpRequest, number: int, purpose: str) -> HttpResponse:
    """One status list, signed. Public, and about nobody: numbers and bits."""
    if purpose not in credentials.PURPOSES or not badges.list_exists(number):
        raise Http404
    token = badges.signed_status_list(number=number, purpose=purpose, today=timezone.localdate(), now=timezone.now())
    return HttpResponse(token, content_type="application/vc+jwt")


@_published
def achievement(request: HttpRequest, public_id: object, language: str) -> HttpResponse:
    """What a certification shows, in one language. Public."""
    if language not in LANGUAGES:
        raise Http404
    certification = get_object_or_404(Certification, public_id=public_id)
    found = badges.achievement(certification, language, neutral=_neutral(request)).json()
    with translation.override(language):
        return _json({"@context": [credentials.VC_CONTEXT, credentials.BADGE_CONTEXT], **found})


def _json(value: dict[str, Any], content_type: str = JSON) -> HttpResponse:
    """Readable: people open these as well."""
    return HttpResponse(json.dumps(value, ensure_ascii=False, indent=2) + "\n", content_type=content_type)
