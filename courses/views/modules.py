"""The module page: reading, going on, trying a case, and taking the module along on paper."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from common.quoting import quoted
from courses.models import Edition
from courses.reading import ModuleReading, MovedError, read_module, read_printed
from courses.reading.pages import paper_address
from courses.rendering import module_pdf
from courses.services import NotDoneYetError, UnknownPartError, complete_part, open_part
from media.player_styles import allow_player


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def module(request: HttpRequest, course_slug: str, module_slug: str) -> HttpResponse:
    """One part of a module. Whoever is signed in may read any published course: knowing more is open to all.

    The page shows and changes only the reader's own progress.
    """
    person = cast(User, request.user)  # login_required
    try:
        reading = read_module(
            person=person,
            course_slug=course_slug,
            module_slug=module_slug,
            language=get_language() or "nb",
            number=_number(request.GET.get("del", "")),
        )
    except MovedError as moved:
        query = request.META.get("QUERY_STRING", "")
        return redirect(f"{moved.url}?{query}" if query else moved.url)
    if reading is None:
        raise Http404
    if request.method == "POST" and "part" in request.POST:
        return _complete(request, person, reading)
    if not reading.kept_place:
        open_part(person=person, edition=reading.edition, module_key=reading.key, part_id=reading.part.id)
    context = {"reading": reading, "help_lines": reading.help_lines, "nav_here": "home", **_choice(request)}
    response = render(request, "courses/module.html", context)
    if reading.has_video:
        allow_player(response)
    return response


@login_required
@never_cache
@require_safe
def paper(request: HttpRequest, course_slug: str, module_slug: str) -> HttpResponse:
    """The whole module as a PDF: for whom the module's page is, and nothing of her own is in it or kept of it."""
    try:
        printed = read_printed(course_slug=course_slug, module_slug=module_slug, language=get_language() or "nb")
    except MovedError as moved:
        return redirect(paper_address(moved.url))
    if printed is None:
        raise Http404
    response = HttpResponse(module_pdf(printed, timezone.localdate()), content_type="application/pdf")
    # Nothing about the theme in the name of the file: it may lie on a shared machine.
    response["Content-Disposition"] = f'attachment; filename="modul-{printed.number}.pdf"'
    return response


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None


def _choice(request: HttpRequest) -> dict[str, object]:
    """What she chose in a case, for this one page: never stored, never logged, never in an address."""
    if request.method != "POST":
        return {}
    return {"case_key": request.POST.get("sak", ""), "case_choice": _number(request.POST.get("valg", ""))}


def _complete(request: HttpRequest, person: User, reading: ModuleReading) -> HttpResponse:
    """The part is done: on to the next one, to the next module, or home."""
    edition = get_object_or_404(
        Edition, course_key=reading.edition.course_key, number=_number(request.POST.get("utgave", "")) or 0
    )
    part_id = request.POST["part"]
    try:
        completion = complete_part(person=person, edition=edition, module_key=reading.key, part_id=part_id)
    except UnknownPartError:
        messages.warning(request, _("Siden var ikke den nyeste. Les denne delen, og gå videre herfra."))
        return redirect(reading.url)
    except NotDoneYetError as lacking:
        told = {"titles": quoted(lacking.titles)}
        messages.warning(request, _("Gjør %(titles)s før du går videre.") % told)
        return redirect(reading.part.url)
    numbers = {part.id: part.number for part in reading.parts}
    number = numbers.get(part_id, len(numbers))
    if number < len(numbers):
        return redirect(f"{reading.url}?del={number + 1}")
    if not completion.module_done:
        messages.info(request, _("Du har ikke vært gjennom alle delene ennå. Her er den første som gjenstår."))
        return redirect(f"{reading.url}?del={completion.first_open or 1}")
    if reading.next_module:
        return redirect(reading.next_module.url)
    if completion.course_done:
        messages.success(request, _("Du har lest hele «%(course)s».") % {"course": reading.course_title})
    else:
        messages.success(
            request, _("Modulen er gjort. Noe gjenstår i «%(course)s».") % {"course": reading.course_title}
        )
    return redirect("home")
