"""Positions, leave and functions of one person."""

import datetime as dt
import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from agencies import services
from agencies.access import AuthenticatedRequest, Purpose, Scope, scope_of
from agencies.forms import GrantForm, LastDayForm, MembershipForm, PauseForm, ending
from agencies.models import Grant, Membership, MembershipPause
from agencies.reading import known_people
from agencies.views.frame import FormPage, changed_by_others, form_page, roster_page
from agencies.views.people import address, in_roster, person_trail
from common.templatetags.ui import longdate


@roster_page
def membership_add(request: AuthenticatedRequest, scope: Scope, person_id: uuid.UUID) -> HttpResponse:
    person = in_roster(scope, person_id)
    form = MembershipForm(request.POST or None, scope=scope, initial={"first_day": timezone.localdate()})
    page = FormPage(
        title=_("Ny stilling for %(person)s") % {"person": person},
        submit=_("Legg til stillingen"),
        back=address(person),
        trail=person_trail(person),
        intro=_("Stillinger personen har fra før, blir stående."),
    )

    def do(data: dict[str, Any]) -> tuple[str, str]:
        services.add_membership(person=person, **data)
        return _("Stillingen er lagt til."), page.back

    return form_page(request, form, page, do)


@roster_page
def membership_move(request: AuthenticatedRequest, scope: Scope, membership_id: uuid.UUID) -> HttpResponse:
    row = _membership(scope, membership_id)
    if row.superseded_at:
        return changed_by_others(request, address(row.person))
    initial = {"role": row.role.key, "first_day": timezone.localdate(), "last_day": row.valid_to}
    form = MembershipForm(request.POST or None, scope=scope, initial=initial)
    page = FormPage(
        title=_("Flytt %(person)s") % {"person": row.person},
        submit=_("Flytt"),
        back=address(row.person),
        trail=person_trail(row.person),
        consequences=[
            _("Stillingen som %(role)s i %(unit)s slutter dagen før første dag i den nye.")
            % {"role": row.role.name.lower(), "unit": row.unit.name},
            _("Permisjon som varer lenger, følger med."),
            _("Det personen har vist og oppnådd, følger med."),
        ],
    )

    def do(data: dict[str, Any]) -> tuple[str, str]:
        services.move_person(membership=row, **data)
        return _("Flyttingen er lagret."), page.back

    return form_page(request, form, page, do)


@roster_page
def membership_end(request: AuthenticatedRequest, scope: Scope, membership_id: uuid.UUID) -> HttpResponse:
    row = _membership(scope, membership_id)
    if row.superseded_at:
        return changed_by_others(request, address(row.person))
    page = FormPage(
        title=_("Avslutt stillingen til %(person)s") % {"person": row.person},
        submit=_("Avslutt stillingen"),
        back=address(row.person),
        trail=person_trail(row.person),
        intro=_("%(role)s, %(unit)s, fra %(day)s.")
        % {"role": row.role.name, "unit": row.unit.name, "day": longdate(row.valid_from)},
        consequences=[
            _("Etter siste dag ser ikke enhetens ledere personen lenger, og krav som følger av stillingen, slutter."),
            _("Sertifikater og det personen har gjort, blir stående."),
            _("Funksjoner, som leder eller administrator, må avsluttes hver for seg."),
        ],
        dangerous=True,
    )

    def do(data: dict[str, Any]) -> tuple[str, str]:
        ended = services.end_membership(membership=row, last_day=data["last_day"])
        if ended is None:
            return _("Stillingen er tatt bort. Den begynte aldri."), _back(request, row.person)
        return _("Stillingen slutter %(day)s.") % {"day": longdate(data["last_day"])}, page.back

    return form_page(request, _ending_form(request, scope, row), page, do)


@roster_page
def pause_add(request: AuthenticatedRequest, scope: Scope, membership_id: uuid.UUID) -> HttpResponse:
    row = _membership(scope, membership_id)
    if row.superseded_at:
        return changed_by_others(request, address(row.person))
    form = PauseForm(request.POST or None, scope=scope, initial={"first_day": timezone.localdate()})
    page = FormPage(
        title=_("Permisjon for %(person)s") % {"person": row.person},
        submit=_("Lagre permisjonen"),
        back=address(row.person),
        trail=person_trail(row.person),
        intro=_("Gjelder stillingen som %(role)s i %(unit)s. Vi spør ikke hvorfor, og det skal ikke stå noe sted.")
        % {"role": row.role.name.lower(), "unit": row.unit.name},
    )

    def do(data: dict[str, Any]) -> tuple[str, str]:
        services.pause_membership(membership=row, **data)
        return _("Permisjonen er lagret."), page.back

    return form_page(request, form, page, do)


@roster_page
def pause_end(request: AuthenticatedRequest, scope: Scope, membership_id: uuid.UUID, pause_id: int) -> HttpResponse:
    row = _membership(scope, membership_id)
    of_row = MembershipPause.objects.filter(membership__thread=row.thread).select_related("membership__person")
    pause = get_object_or_404(of_row, pk=pause_id)
    if row.superseded_at or pause.superseded_at:
        return changed_by_others(request, address(row.person))
    page = FormPage(
        title=_("Avslutt permisjonen til %(person)s") % {"person": row.person},
        submit=_("Avslutt permisjonen"),
        back=address(row.person),
        trail=person_trail(row.person),
        intro=_("Permisjon fra %(day)s.") % {"day": longdate(pause.valid_from)},
        consequences=[_("Kravene som følger av stillingen, gjelder igjen fra dagen etter.")],
    )

    def do(data: dict[str, Any]) -> tuple[str, str]:
        ended = services.end_pause(pause=pause, last_day=data["last_day"])
        if ended is None:
            return _("Permisjonen er tatt bort. Den begynte aldri."), page.back
        return _("Permisjonen slutter %(day)s.") % {"day": longdate(data["last_day"])}, page.back

    return form_page(request, _ending_form(request, scope, pause), page, do)


@roster_page
def grant_add(request: AuthenticatedRequest, scope: Scope, person_id: uuid.UUID) -> HttpResponse:
    person = in_roster(scope, person_id)
    form = GrantForm(request.POST or None, scope=scope, initial={"first_day": timezone.localdate()})
    page = FormPage(
        title=_("Gi %(person)s en funksjon") % {"person": person},
        submit=_("Gi funksjonen"),
        back=address(person),
        trail=person_trail(person),
        intro=_("En funksjon lar personen se eller endre noe for andre. Navnet ditt blir lagret som den som ga den."),
    )

    def do(data: dict[str, Any]) -> tuple[str, str]:
        services.give_grant(person=person, given_by=request.user, **data)
        return _("Funksjonen er gitt."), page.back

    return form_page(request, form, page, do)


@roster_page
def grant_end(request: AuthenticatedRequest, scope: Scope, grant_id: uuid.UUID) -> HttpResponse:
    rows = Grant.objects.filter(scope.q("unit__path")).select_related("person", "unit")
    grant = get_object_or_404(rows, public_id=grant_id)
    if grant.superseded_at:
        return changed_by_others(request, address(grant.person))
    page = FormPage(
        title=_("Avslutt funksjonen til %(person)s") % {"person": grant.person},
        submit=_("Avslutt funksjonen"),
        back=address(grant.person),
        trail=person_trail(grant.person),
        intro=_("%(function)s, %(unit)s, fra %(day)s.")
        % {
            "function": grant.get_function_display().capitalize(),
            "unit": grant.unit.name,
            "day": longdate(grant.valid_from),
        },
        consequences=[
            _("Etter siste dag kan personen ikke lenger se eller endre det funksjonen ga tilgang til."),
            _("Velg dagen i går som siste dag hvis tilgangen skal stanse med en gang."),
        ],
        dangerous=True,
    )
    if grant.person_id == request.user.pk and grant.function == Grant.Function.ADMINISTRATOR:
        page.consequences.append(_("Dette er din egen funksjon. Du mister tilgangen til disse sidene."))

    def do(data: dict[str, Any]) -> tuple[str, str]:
        ended = services.end_grant(grant=grant, last_day=data["last_day"], ended_by=request.user)
        back = _back(request, grant.person)
        if ended is None:
            return _("Funksjonen er tatt bort."), back
        return _("Funksjonen slutter %(day)s.") % {"day": longdate(data["last_day"])}, back

    return form_page(request, _ending_form(request, scope, grant), page, do)


def _membership(scope: Scope, membership_id: uuid.UUID) -> Membership:
    """A membership in scope, also one that was replaced since the page was opened."""
    row: Membership | None = (
        Membership.objects.filter(scope.q("unit__path"), public_id=membership_id)
        .select_related("person", "unit", "role")
        .first()
    )
    if row is None:
        raise Http404
    return row


def _back(request: AuthenticatedRequest, person: User) -> str:
    """Where to go when what she ended may have been what let her see the person, or anything at all."""
    scope = scope_of(request.user, Purpose.ROSTER)
    if not scope:
        return "/"
    still_known = known_people(scope).filter(pk=person.pk).exists()
    return address(person) if still_known else reverse("roster_people")


def _ending_form(request: AuthenticatedRequest, scope: Scope, row: Membership | MembershipPause | Grant) -> LastDayForm:
    initial: dict[str, dt.date] = ending(row)
    return LastDayForm(request.POST or None, scope=scope, initial=initial)
