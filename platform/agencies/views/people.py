"""The administrator's people: the list, one person, add, change. Never how anybody stands with a certification."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from agencies import services
from agencies.access import AuthenticatedRequest, Scope, may_change_person
from agencies.forms import EditPersonForm, NewPersonForm
from agencies.models import Grant, Membership, MembershipPause, Unit
from agencies.reading import (
    former_people,
    known_people,
    not_over,
    paused_threads,
    roster_people,
    search_people,
    with_roster_memberships,
)
from agencies.services.people import person_fingerprint
from agencies.views.frame import FormPage, form_page, roster_page

PEOPLE_A_PAGE = 50


@roster_page
def people(request: AuthenticatedRequest, scope: Scope) -> HttpResponse:
    """Everybody in scope, sorted by last name, searched by the beginning of it."""
    today = timezone.localdate()
    unit = _chosen_unit(request, scope)
    inside = Scope((unit.path,)) if unit else scope
    now, former = roster_people(inside, today), former_people(inside, today)
    has_left = request.GET.get("vis") == "sluttet"
    text = request.GET.get("q", "").strip()
    found = with_roster_memberships(search_people(former if has_left else now, text), scope, today)
    page = Paginator(found, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "paused": paused_threads([person.pk for person in page], today),
        "today": today,
        "q": text,
        "unit": unit,
        "has_left": has_left,
        "count_now": now.count(),
        "count_former": former.count(),
        "nav_here": "roster",
    }
    return render(request, "agencies/people.html", context)


def _chosen_unit(request: AuthenticatedRequest, scope: Scope) -> Unit | None:
    """The unit the list is narrowed to. One that is no unit of hers narrows nothing and tells nothing."""
    try:
        return scope.units().filter(public_id=uuid.UUID(request.GET.get("unit", ""))).first()
    except ValueError:
        return None


@roster_page
def person_add(request: AuthenticatedRequest, scope: Scope) -> HttpResponse:
    initial = {"unit": request.GET.get("unit"), "first_day": timezone.localdate()}
    form = NewPersonForm(request.POST or None, scope=scope, initial=initial)
    page = FormPage(
        title=_("Legg til en ansatt"),
        submit=_("Legg til den ansatte"),
        back=reverse("roster_people"),
        trail=[(_("Ansatte"), reverse("roster_people"))],
        intro=_("Finnes e-postadressen fra før, får personen stillingen, og navnet står som det er."),
    )

    def do(data: dict[str, Any]) -> tuple[str, str]:
        added = services.add_person(**data)
        known = _("%(person)s fantes fra før og har fått stillingen. Navn og språk er ikke endret.")
        text = _("%(person)s er lagt til.") if added.is_new else known
        return text % {"person": added.person}, address(added.person)

    return form_page(request, form, page, do)


@roster_page
def person(request: AuthenticatedRequest, scope: Scope, person_id: uuid.UUID) -> HttpResponse:
    """One person: what she is in the units in scope, her leave, and the functions she holds there."""
    someone = in_roster(scope, person_id)
    today = timezone.localdate()
    memberships = list(
        Membership.objects.current()
        .filter(scope.q("unit__path"), person=someone)
        .select_related("unit", "role")
        .order_by("-valid_from", "-id")
    )
    pauses: dict[uuid.UUID, list[MembershipPause]] = {}
    rows = MembershipPause.objects.current().filter(membership__person=someone).select_related("membership")
    for pause in rows.order_by("valid_from"):
        pauses.setdefault(pause.membership.thread, []).append(pause)
    grants = (
        Grant.objects.current()
        .filter(not_over(today), scope.q("unit__path"), person=someone)
        .select_related("unit", "given_by")
        .order_by("valid_from", "id")
    )
    context = {
        "person": someone,
        "today": today,
        "memberships": [
            {"row": row, "pauses": [pause for pause in pauses.get(row.thread, []) if not _over(pause, today)]}
            for row in memberships
            if not _over(row, today)
        ],
        "earlier": [row for row in memberships if _over(row, today)],
        "grants": grants,
        "may_change": may_change_person(scope, someone),
        "nav_here": "roster",
    }
    return render(request, "agencies/person.html", context)


def _over(row: Membership | MembershipPause, today: Any) -> bool:
    return row.valid_to is not None and row.valid_to < today


@roster_page
def person_edit(request: AuthenticatedRequest, scope: Scope, person_id: uuid.UUID) -> HttpResponse:
    someone = in_roster(scope, person_id)
    if not may_change_person(scope, someone):
        raise PermissionDenied
    initial = {name: getattr(someone, name) for name in ("first_name", "last_name", "email", "language")}
    form = EditPersonForm(request.POST or None, scope=scope, initial={**initial, "seen": person_fingerprint(someone)})
    page = FormPage(
        title=_("Endre %(person)s") % {"person": someone},
        submit=_("Lagre"),
        back=address(someone),
        trail=person_trail(someone),
        intro=_("E-postadressen er den personen logger inn med. Etter en endring gjelder bare den nye."),
    )

    def do(data: dict[str, Any]) -> tuple[str, str]:
        changed = services.change_person(person=someone, changed_by=request.user, **data)
        return _("%(person)s er lagret.") % {"person": changed}, page.back

    return form_page(request, form, page, do)


def in_roster(scope: Scope, person_id: uuid.UUID) -> User:
    """A person who is or was in scope; for everybody else there is no such page."""
    return get_object_or_404(known_people(scope), public_id=person_id)


def address(someone: User) -> str:
    return reverse("roster_person", args=[someone.public_id])


def person_trail(someone: User) -> list[tuple[str, str]]:
    return [(_("Ansatte"), reverse("roster_people")), (str(someone), address(someone))]
