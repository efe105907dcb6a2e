"""The public check of a certificate: for anyone with its code."""

import datetime as dt

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from certification.models import Certificate, Standing
from certification.standing import state_today
from certification.statuses import StandingState
from common.codes import read_code, show_code
from common.limits import within_limit


@never_cache
@require_http_methods(["GET", "POST"])
def check_form(request: HttpRequest) -> HttpResponse:
    """Where anyone may type a code. Public, and not kept."""
    typed = request.POST.get("code", "").strip()
    if request.method == "POST":
        code = read_code(typed)
        if code:
            return redirect("check", code=code)
        error = _("Skriv hele koden: 26 tegn, slik den står på sertifikatet.")
        return _no_index(render(request, "certification/check_form.html", {"error": error, "typed": typed}, status=400))
    return _no_index(render(request, "certification/check_form.html", {"typed": ""}))


@never_cache
@require_GET
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Whether a certificate holds, for anyone with its code: the standing answers, not the paper.

    Rate-limited by address, since guessing codes is the only way to find people here. Nothing is kept of who asks.
    """
    if not within_limit(request, "check", times=30, seconds=60):
        return _no_index(render(request, "429.html", status=429))
    found = (
        Certificate.objects.filter(code=read_code(code) or "")
        .select_related("cycle__person", "cycle__certification", "cycle__agency")
        .first()
    )
    if found is None:
        context = {
            "error": _("Vi finner ikke noe sertifikat med denne koden. Sjekk at alle tegnene er med."),
            "typed": code,
        }
        return _no_index(render(request, "certification/check_form.html", context, status=404))
    return _no_index(render(request, "certification/check.html", _verdict(found, timezone.localdate())))


def _verdict(found: Certificate, today: dt.date) -> dict[str, object]:
    """What the check says: valid only where her standing is so today. In grace the paper has expired."""
    cycle = found.cycle
    standing = Standing.objects.filter(person=cycle.person, certification=cycle.certification).first()
    if standing is None:
        raise Http404
    state = state_today(standing, today)
    valid = state in (StandingState.CERTIFIED, StandingState.WINDOW)
    return {
        "certificate": found,
        "cycle": cycle,
        "code": show_code(found.code),
        "valid": valid,
        "state": state,
        "standing": standing,
        "renewed": valid and standing.cycle_id != cycle.pk,
        "now": timezone.now(),
    }


def _no_index(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
