"""Routines of the workplace: what holds where the reader works, and the page on which a unit writes its own."""

import uuid
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from agencies.access import Purpose, require_scope, scope_of
from agencies.models import Unit
from courses.models import LocalRoutine
from courses.reading.routines import routines_at, routines_of
from courses.services import write_routine
from courses.services.routines import ChangedMeanwhileError

LONGEST = LocalRoutine._meta.get_field("text").max_length or 0


@login_required
@never_cache
@require_safe
def routines(request: HttpRequest) -> HttpResponse:
    """What the reader's workplace has settled; and where she may write it, if she may."""
    person = cast(User, request.user)  # login_required
    context = {
        "routines": routines_of(person, get_language() or "nb"),
        "units": list(scope_of(person, Purpose.DECISIONS).roots()),
        "nav_here": "home",
    }
    return render(request, "courses/routines.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unit_routines(request: HttpRequest, unit_id: uuid.UUID) -> HttpResponse:
    """A unit's own answers, for managers and administrators of it. What is the same as above is not written again."""
    person = cast(User, request.user)  # login_required
    scope = require_scope(request, Purpose.DECISIONS)
    unit = Unit.objects.filter(public_id=unit_id).first()
    if unit is None or not scope.covers(unit):
        raise Http404
    fields = [_Field(routine, unit, request) for routine in routines_at(unit, get_language() or "nb")]
    if request.method == "POST" and not any(field.error for field in fields):
        changed = 0
        for field in fields:
            try:
                changed += write_routine(
                    unit=unit, slot=field.slot, text=field.text, written_by=person, seen=field.seen
                )
            except ChangedMeanwhileError:
                field.tell_of_another()
            else:
                field.look_again()
        if changed:
            told = ngettext("%(n)s rutine er lagret.", "%(n)s rutiner er lagret.", changed) % {"n": changed}
            messages.success(request, told)
        if not any(field.error for field in fields):
            if not changed:  # the second of two clicks, too
                messages.success(request, _("Rutinene er lagret."))
            return redirect("unit_routines", unit_id=unit.public_id)
    below = scope.units().filter(path__startswith=unit.path, depth=unit.depth + 1, closed_on=None)
    faulty = [field for field in fields if field.error]
    context = {
        "unit": unit, "fields": fields, "faulty": faulty, "below": list(below), "longest": LONGEST, "nav_here": "home",
    }  # fmt: skip
    return render(request, "courses/unit_routines.html", context)


class _Field:
    """One routine as a field: the unit's own text, what was sent, and what is wrong with that."""

    def __init__(self, routine: Any, unit: Unit, request: HttpRequest) -> None:
        self.asked = routine.asked
        self.slot: str = routine.asked.slot
        answer = routine.answers[0] if routine.answers else None
        self.unit = unit
        self.own: LocalRoutine | None = answer if answer and answer.unit_id == unit.pk else None
        self.inherited = answer if answer and self.own is None else None
        self.text: str = self.own.text if self.own else ""
        self.seen: int | None = self.own.pk if self.own else None
        self.error = ""
        if request.method == "POST" and f"rutine-{self.slot}" in request.POST:
            self.text = request.POST[f"rutine-{self.slot}"].replace("\r\n", "\n").replace("\x00", "").strip()
            seen = request.POST.get(f"sett-{self.slot}", "")
            self.seen = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else None
            if len(self.text) > LONGEST:
                self.error = _("Teksten er for lang. Skriv den med høyst %(most)s tegn.") % {"most": LONGEST}

    def look_again(self) -> None:
        """What she has seen from now on is what stands there: what she saved, or what another did."""
        self.own = LocalRoutine.objects.filter(unit=self.unit, slot=self.slot, superseded_at=None).first()
        self.seen = self.own.pk if self.own else None

    def tell_of_another(self) -> None:
        self.look_again()
        self.error = _("Noen andre har endret denne i mellomtiden. Her er det som står nå: «%(text)s»") % {
            "text": self.own.text if self.own else ""
        }
