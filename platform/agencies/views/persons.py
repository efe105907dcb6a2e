"""Erasing a person, and making two accounts of one person one: seen beforehand, confirmed in writing, then done."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import erase_person, merge_person, preview_erasure, preview_merge
from agencies.access import AuthenticatedRequest, Purpose, Scope, may_change_person, require_scope
from agencies.forms import ErasePersonForm, MergePersonForm, OtherAccountForm, RosterForm
from agencies.reading import known_people
from agencies.views.frame import FormPage, View, form_page, signed_in_page
from agencies.views.people import address, person_trail

P = ParamSpec("P")
_Page = Callable[Concatenate[AuthenticatedRequest, Scope | None, P], HttpResponse]


def _whole_person_page(view: _Page[P]) -> View[P]:
    """For administrators, each inside her scope; for those who run the installation, everywhere (no scope)."""

    @signed_in_page
    @wraps(view)
    def guarded(request: AuthenticatedRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        scope = None if request.user.is_superuser else require_scope(request, Purpose.ROSTER)
        return view(request, scope, *args, **kwargs)

    return guarded


def _found(scope: Scope | None, person_id: uuid.UUID) -> User:
    """The person, where all of her is whoever-asks's to change; else there is no such page, or it is refused."""
    person = get_object_or_404(User.objects.all() if scope is None else known_people(scope), public_id=person_id)
    if scope is not None and not person.is_erased and not may_change_person(scope, person):
        raise PermissionDenied
    return person


def _home(scope: Scope | None, person: User) -> str:
    return address(person) if scope is not None else reverse("account")


def _trail(scope: Scope | None, person: User) -> list[tuple[str, str]]:
    return person_trail(person) if scope is not None else []


@_whole_person_page
def person_erase(request: AuthenticatedRequest, scope: Scope | None, person_id: uuid.UUID) -> HttpResponse:
    person = _found(scope, person_id)
    after = reverse("roster_people") if scope is not None else reverse("account")
    if person.is_erased:  # another tab, or a second click
        messages.info(request, _("Opplysningene er alt slettet."))
        return redirect(after)
    page = FormPage(
        title=_("Slett %(person)s") % {"person": person},
        submit=_("Slett for godt"),
        back=_home(scope, person),
        trail=_trail(scope, person),
        intro=_(
            "Dette gjelder all tid, og alle virksomheter. Har personen bare sluttet, er det nok å avslutte stillingen."
        ),
        dangerous=True,
    )
    form = ErasePersonForm(request.POST or None, scope=scope or Scope(()), expected=person.email)
    told = _previewed(page, form, lambda: preview_erasure(person=person, by=request.user))

    def do(data: dict[str, Any]) -> tuple[str, str]:
        erase_person(person=person, ground=data["ground"], by=request.user)
        return _("Personen er slettet."), after

    return _asked(request, form, page, do, refused=told is None)


@_whole_person_page
def person_merge_choose(request: AuthenticatedRequest, scope: Scope | None, person_id: uuid.UUID) -> HttpResponse:
    """Which other account is the same person: named by its address, since a list of look-alikes would be a guess."""
    person = _found(scope, person_id)
    if person.is_erased:
        raise Http404
    page = FormPage(
        title=_("Slå sammen to kontoer"),
        submit=_("Se hva som skjer"),
        back=_home(scope, person),
        trail=_trail(scope, person),
        intro=_("Har %(person)s fått to kontoer? Kontoen med adressen %(email)s blir stående. "
                "Alt fra den andre flyttes hit.")
        % {"person": person, "email": person.email},
    )  # fmt: skip
    form = OtherAccountForm(request.POST or None, scope=scope or Scope(()))
    if request.method == "POST" and form.is_valid():
        inside = User.objects.all() if scope is None else known_people(scope)
        other = inside.filter(email__iexact=form.cleaned_data["email"]).exclude(pk=person.pk).first()
        if other is not None and (scope is None or may_change_person(scope, other)):
            return redirect("roster_person_merge", person.public_id, other.public_id)
        form.add_error("email", _("Vi finner ingen annen konto med denne adressen som du kan slå sammen med denne."))
    # Nothing is done here; what is right was sent onward above.
    return form_page(request, form, page, lambda data: ("", request.path))


@_whole_person_page
def person_merge(
    request: AuthenticatedRequest, scope: Scope | None, person_id: uuid.UUID, other_id: uuid.UUID
) -> HttpResponse:
    target = _found(scope, person_id)
    if not User.objects.filter(public_id=other_id).exists():  # another tab, or a second click
        messages.info(request, _("Den andre kontoen finnes ikke lenger."))
        return redirect(_home(scope, target))
    source = _found(scope, other_id)
    page = FormPage(
        title=_("Slå sammen kontoene til %(person)s") % {"person": target},
        submit=_("Slå sammen"),
        back=_home(scope, target),
        trail=_trail(scope, target),
        intro=_("Alt fra %(source)s (%(address)s) flyttes til %(target)s (%(stays)s). Det kan ikke angres.")
        % {"source": source, "address": source.email, "target": target, "stays": target.email},
        dangerous=True,
    )
    form = MergePersonForm(request.POST or None, scope=scope or Scope(()), expected=source.email)
    told = _previewed(page, form, lambda: preview_merge(source=source, target=target, by=request.user))

    def do(data: dict[str, Any]) -> tuple[str, str]:
        merge_person(source=source, target=target, by=request.user)
        return _("Kontoene er slått sammen."), _home(scope, target)

    return _asked(request, form, page, do, refused=told is None)


def _previewed(page: FormPage, form: RosterForm, preview: Callable[[], list[str]]) -> list[str] | None:
    """Shows what would happen. None where it is refused: then the page says why, and has nothing to confirm."""
    try:
        page.consequences = preview()
    except ValidationError as error:
        page.consequences = list(error.messages)
        return None
    return page.consequences


def _asked(
    request: AuthenticatedRequest,
    form: RosterForm,
    page: FormPage,
    do: Callable[[dict[str, Any]], tuple[str, str]],
    *,
    refused: bool,
) -> HttpResponse:
    template = "agencies/refused.html" if refused else "agencies/form.html"
    return form_page(request, form, page, do, template)
