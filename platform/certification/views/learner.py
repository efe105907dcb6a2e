"""The learner's home, path and certificates."""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import User
from agencies.access import AuthenticatedRequest
from certification import reading
from certification.models import Certificate
from certification.rendering import certificate_pdf, check_url, qr_svg
from certification.services import settle_person
from common.codes import read_code, show_code
from courses.models import LearningPath


def _language() -> str:
    return (translation.get_language() or "nb")[:2]


def _standings(person: User, today: dt.date) -> list[reading.StandingView]:
    """Hers. A stored answer whose day has come is never shown: it is computed anew before she sees it."""
    found = reading.my_standings(person, today)
    if any(row.standing.next_change_on and row.standing.next_change_on <= today for row in found):
        settle_person(person.pk, today)
        found = reading.my_standings(person, today)
    return found


@login_required
@require_GET
def home(request: AuthenticatedRequest) -> HttpResponse:
    """Her own page: access is being signed in."""
    today = timezone.localdate()
    view = reading.home(request.user, _standings(request.user, today), _language(), today)
    context = {
        "home": view,
        "facts": reading.facts_of_next(view),
        "nav_here": "home",
        "today": today,
        "roads": _roads(view.path.steps) if view.path and view.path.steps else None,
    }
    return render(request, "certification/home.html", context)


def _roads(steps: Sequence[reading.Step]) -> dict[str, str]:
    """The waved line under the doors, in a box of 1120 × 120: behind her, and ahead of her."""
    points = [(1120 * i / len(steps) + 36, 108 if i % 2 == 0 else 80) for i in range(len(steps))]
    here = next((i for i, step in enumerate(steps) if step.state == "now"), len(steps) - 1)
    return {"done": _wave(points[: here + 1]), "todo": _wave(points[here:])}


def _wave(points: Sequence[tuple[float, int]]) -> str:
    line = f"M{points[0][0]:.0f} {points[0][1]}"
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (x0 + x1) / 2
        line += f"C{middle:.0f} {y0} {middle:.0f} {y1} {x1:.0f} {y1}"
    return line


@login_required
@require_GET
def path(request: AuthenticatedRequest, key: str) -> HttpResponse:
    """A path with her own progress. The path itself is no secret: anyone signed in may see which modules it has."""
    today = timezone.localdate()
    standing = next((row for row in _standings(request.user, today) if _leads_along(row, key)), None)
    cycle = standing.standing.open_cycle if standing else None
    if cycle:
        view = reading.cycle_path(request.user, cycle, _language(), today)[0]
    else:
        view = reading.open_path(request.user, get_object_or_404(LearningPath, key=key), _language(), today)
    context = {"path": view, "cycle": cycle, "standing": standing, "nav_here": "home"}
    return render(request, "certification/path.html", context)


def _leads_along(row: reading.StandingView, key: str) -> bool:
    cycle = row.standing.open_cycle
    return cycle is not None and cycle.path.key == key


@login_required
@require_GET
def certificates(request: AuthenticatedRequest) -> HttpResponse:
    """Everything she holds or has held: her own only."""
    today = timezone.localdate()
    earlier = (
        Certificate.objects.filter(cycle__person=request.user)
        .select_related("cycle__certification")
        .order_by("-issued_on", "-id")
    )
    context = {
        "standings": _standings(request.user, today),
        "earlier": earlier,
        "nav_here": "certificates",
    }
    return render(request, "certification/certificates.html", context)


def _own_certificate(request: AuthenticatedRequest, code: str) -> Certificate:
    """Her own certificate. Somebody else's does not exist for her; the public check is for others."""
    rows = Certificate.objects.select_related("cycle__person", "cycle__certification", "cycle__agency")
    found: Certificate = get_object_or_404(rows, code=read_code(code) or "", cycle__person=request.user)
    return found


@login_required
@require_GET
def certificate(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """Her certificate as a page, with what she can do with it."""
    today = timezone.localdate()
    found = _own_certificate(request, code)
    standing = next(
        (
            row
            for row in _standings(request.user, today)
            if row.standing.certification_id == found.cycle.certification_id
        ),
        None,
    )
    context = {
        "certificate": found,
        "cycle": found.cycle,
        "code": show_code(found.code),
        "standing": standing,
        "is_newest": standing is not None and standing.standing.cycle_id == found.cycle_id,
        "check_url": check_url(found),
        "qr": qr_svg(check_url(found)),
        "edition": found.cycle.editions or "–",
        "policy": found.cycle.policy_versions,
        "nav_here": "certificates",
    }
    return render(request, "certification/certificate.html", context)


@login_required
@require_GET
def pdf(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """Her certificate as a PDF in the language of the page; with ?noytral=1 the theme is not named."""
    found = _own_certificate(request, code)
    response = HttpResponse(
        certificate_pdf(found, _language(), neutral=request.GET.get("noytral") == "1"), content_type="application/pdf"
    )
    # Nothing about the theme in the name of the file: it may lie on a shared machine.
    response["Content-Disposition"] = f'attachment; filename="{_("sertifikat")}-{found.code[:8].lower()}.pdf"'
    return response
