"""The administrator's units: the tree with how many work where, and add, change, move, close."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies import services
from agencies.access import AuthenticatedRequest, Scope
from agencies.forms import EditUnitForm, LastDayForm, MoveUnitForm, NewUnitForm
from agencies.models import Unit
from agencies.reading import Headcount, headcounts, roster_people
from agencies.services.units import people_after, unit_fingerprint
from agencies.views.frame import FormPage, changed_by_others, form_page, roster_page
from common.names import name_key

UNITS_A_PAGE = 100


@roster_page
def units(request: AuthenticatedRequest, scope: Scope) -> HttpResponse:
    """The units in tree order with how many work there."""
    today = timezone.localdate()
    text = request.GET.get("q", "").replace("\x00", "").strip()
    found = scope.units().filter(closed_on__isnull=True)
    if text:
        found = found.filter(name_key__startswith=name_key(text))
    page = Paginator(found, UNITS_A_PAGE).get_page(request.GET.get("page"))
    counts = headcounts(scope, today)
    top = min(len(path) for path in scope.paths) // Unit.steplen
    rows = [
        {"unit": unit, "count": counts.get(unit.path, Headcount(0, 0)), "level": min(unit.depth - top, 8)}
        for unit in page
    ]
    context = {
        "page": page,
        "rows": rows,
        "q": text,
        "people_total": roster_people(scope, today).count(),
        "nav_here": "roster",
    }
    return render(request, "agencies/units.html", context)


@roster_page
def unit_add(request: AuthenticatedRequest, scope: Scope) -> HttpResponse:
    form = NewUnitForm(request.POST or None, scope=scope, initial={"parent": request.GET.get("under")})
    page = FormPage(
        title=_("Legg til en enhet"), submit=_("Legg til enheten"), back=reverse("roster_units"), trail=_trail()
    )

    def do(data: dict[str, Any]) -> tuple[str, str]:
        unit = services.add_unit(**data)
        return _("%(unit)s er lagt til.") % {"unit": unit.name}, _address("roster_unit_edit", unit)

    return form_page(request, form, page, do)


@roster_page
def unit_edit(request: AuthenticatedRequest, scope: Scope, unit_id: uuid.UUID) -> HttpResponse:
    unit = _unit(scope, unit_id)
    initial = {name: getattr(unit, name) for name in ("name_nb", "name_nn", "name_en", "kind", "code")}
    form = EditUnitForm(request.POST or None, scope=scope, initial={**initial, "seen": unit_fingerprint(unit)})
    page = FormPage(title=unit.name, submit=_("Lagre"), back=_address("roster_unit_edit", unit), trail=_trail())

    def do(data: dict[str, Any]) -> tuple[str, str]:
        changed = services.rename_unit(unit=unit, **data)
        return _("%(unit)s er lagret.") % {"unit": changed.name}, page.back

    may_move = _may_move(scope, unit)
    return form_page(request, form, page, do, "agencies/unit.html", unit=unit, may_move=may_move)


@roster_page
def unit_move(request: AuthenticatedRequest, scope: Scope, unit_id: uuid.UUID) -> HttpResponse:
    unit = _movable(scope, unit_id)
    initial = {"day": timezone.localdate(), "seen": unit.path}
    form = MoveUnitForm(request.POST or None, scope=scope, unit=unit, initial=initial)
    page = FormPage(
        title=_("Flytt %(unit)s") % {"unit": unit.name},
        submit=_("Flytt enheten"),
        back=_address("roster_unit_edit", unit),
        trail=_trail(unit),
        consequences=[
            _("Alle enheter og personer under flytter med."),
            _("Ledere over det gamle stedet ser dem ikke lenger. Ledere over det nye stedet ser dem."),
            _("Hvor enheten lå før, blir stående i historikken."),
        ],
    )

    def do(data: dict[str, Any]) -> tuple[str, str]:
        services.move_unit(unit=unit, **data)
        text = _("%(unit)s ligger nå under %(parent)s.") % {"unit": unit.name, "parent": data["parent"].name}
        return text, page.back

    return form_page(request, form, page, do)


@roster_page
def unit_close(request: AuthenticatedRequest, scope: Scope, unit_id: uuid.UUID) -> HttpResponse:
    unit = _movable(scope, unit_id)
    if unit.closed_on is not None:
        return changed_by_others(request, reverse("roster_units"))
    today = timezone.localdate()
    form = LastDayForm(request.POST or None, scope=scope, initial={"last_day": today})
    people = people_after(unit, today)
    page = FormPage(
        title=_("Legg ned %(unit)s") % {"unit": unit.name},
        submit=_("Legg ned enheten"),
        back=_address("roster_unit_edit", unit),
        trail=_trail(unit),
        consequences=[
            _("Enheten forsvinner fra listene, og ingen nye kan legges til der."),
            _("Funksjoner som er gitt på enheten, slutter å gjelde."),
            _("Det som er vist og oppnådd her, blir stående i historikken."),
        ],
        dangerous=True,
    )
    if people:
        page.intro = _("%(count)s personer arbeider her nå. Flytt dem eller avslutt stillingene først.") % {
            "count": people
        }

    def do(data: dict[str, Any]) -> tuple[str, str]:
        services.close_unit(unit=unit, last_day=data["last_day"])
        return _("%(unit)s er lagt ned.") % {"unit": unit.name}, reverse("roster_units")

    return form_page(request, form, page, do)


def _unit(scope: Scope, unit_id: uuid.UUID) -> Unit:
    return get_object_or_404(scope.units(), public_id=unit_id)


def _may_move(scope: Scope, unit: Unit) -> bool:
    """Taking a unit out of its place concerns the unit above, so she must administer that one too."""
    return unit.path not in scope.paths and unit.closed_on is None


def _movable(scope: Scope, unit_id: uuid.UUID) -> Unit:
    unit = _unit(scope, unit_id)
    if unit.path in scope.paths:
        raise PermissionDenied
    return unit


def _address(name: str, unit: Unit) -> str:
    return reverse(name, args=[unit.public_id])


def _trail(unit: Unit | None = None) -> list[tuple[str, str]]:
    trail = [(_("Virksomhet"), reverse("roster_units"))]
    return [*trail, (unit.name, _address("roster_unit_edit", unit))] if unit else trail
