"""Versions of the policy of a certification: national ones, and those of an agency that tightens them."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.access import AuthenticatedRequest, Scope
from agencies.models import Unit
from agencies.views.frame import FormPage, changed_by_others, signed_in_page
from certification.explaining import in_words, written
from certification.forms.policies import AgencyPolicyForm, ApplyForm, NationalPolicyForm, initial_of
from certification.models import Certification, Policy
from certification.services.policies import (
    PolicyEffects,
    check_policy,
    current_version,
    effects_of_policy,
    policy_fingerprint,
    save_version,
)
from certification.views.frame import administered_agencies, may_read_policies
from common.dated import SupersededError
from evidence.models import Evidence


@signed_in_page
def policies(request: AuthenticatedRequest) -> HttpResponse:
    """The certifications, each with its national version in force and those of the agencies in scope."""
    scope, today = may_read_policies(request), timezone.localdate()
    certifications = list(Certification.objects.filter(archived_on__isnull=True))
    rows = (
        Policy.objects.current()
        .filter(Q(agency__isnull=True) | scope.q("agency__path"), certification__in=certifications)
        .filter(valid_from__lte=today)
        .select_related("agency")
        .order_by("agency__path", "-valid_from", "-pk")
    )
    found: dict[int, dict[int | None, Policy]] = {}
    for row in rows:
        found.setdefault(row.certification_id, {}).setdefault(row.agency_id, row)
    listed = [
        {
            "certification": one,
            "national": found.get(one.pk, {}).get(None),
            "own": [row for agency, row in found.get(one.pk, {}).items() if agency is not None],
        }
        for one in certifications
    ]
    return render(request, "certification/manage/policies.html", {"nav_here": "rules", "rows": listed})


@signed_in_page
def policy_versions(request: AuthenticatedRequest, key: str) -> HttpResponse:
    """Every version of one certification's policy, newest first, replaced ones too."""
    scope, today = may_read_policies(request), timezone.localdate()
    certification = get_object_or_404(Certification, key=key)
    rows = (
        Policy.objects.filter(Q(agency__isnull=True) | scope.q("agency__path"), certification=certification)
        .select_related("agency", "path", "refresher_path")
        .order_by("-recorded_at", "-pk")
    )
    by_owner: dict[int | None, list[Policy]] = {None: []}
    for row in rows:
        by_owner.setdefault(row.agency_id, []).append(row)
    agencies = Unit.objects.filter(scope.q(), is_agency=True, closed_on__isnull=True).order_by("path")
    owners: list[Unit | None] = [None, *agencies]
    context = {
        "nav_here": "rules",
        "certification": certification,
        "owners": [_Owner(one, _shown(by_owner.get(one.pk if one else None, []), today)) for one in owners],
    }
    return render(request, "certification/manage/policy_versions.html", context)


@dataclass(frozen=True, slots=True)
class _Owner:
    """The nation (no agency) or an agency, with its versions."""

    agency: Unit | None
    versions: list[dict[str, Any]]


def _shown(rows: list[Policy], today: dt.date) -> list[dict[str, Any]]:
    current = [row for row in rows if row.superseded_at is None and row.valid_from <= today]
    newest = max(current, key=lambda row: (row.valid_from, row.pk), default=None)
    return [
        {
            "policy": row,
            "state": _("Gjelder nå")
            if row is newest
            else _("Erstattet")
            if row.superseded_at or row.valid_from <= today
            else _("Kommer"),
            "facts": list(said_by(row).values()),
        }
        for row in rows
    ]


def said_by(policy: Policy) -> dict[str, tuple[str, str]]:
    """What a version says, in words, by field: label and value. What it leaves to the national one is left out."""
    found = {
        "pass_mark": (_("Bestått ved"), f"{policy.pass_mark} %" if policy.pass_mark is not None else ""),
        "validity": (_("Gyldig i"), in_words(policy.validity) if policy.validity else ""),
        "window": (
            _("Kan fornyes"),
            _("%(length)s før utløp") % {"length": in_words(policy.window)} if policy.window else "",
        ),
        "grace": (_("Henstand"), in_words(policy.grace) if policy.grace else ""),
        "date_base": (_("Ny gyldighet regnes fra"), policy.get_date_base_display() if policy.date_base else ""),
        "fixed_day": (_("Fast dag"), policy.fixed_day),
        "minimum_active": (_("Korteste tid"), in_words(policy.minimum_active) if policy.minimum_active else ""),
        "least_assurance": (_("Prøven må minst være"), _assurance(policy.least_assurance)),
        "attempts": (_("Forsøk"), str(policy.attempts or "")),
        "cool_down_days": (
            _("Dager mellom forsøk"),
            str(policy.cool_down_days) if policy.cool_down_days is not None else "",
        ),
        "prior_learning": (_("Tidligere læring"), in_words(policy.prior_learning) if policy.prior_learning else ""),
        "path": (_("Sti"), policy.path.name if policy.path else ""),
        "refresher_path": (_("Sti ved fornying"), policy.refresher_path.name if policy.refresher_path else ""),
    }
    return {name: (label, text) for name, (label, text) in found.items() if text}


def _assurance(level: int | None) -> str:
    return str(Evidence.Assurance(level).label) if level is not None else ""


@signed_in_page
def policy_new(request: AuthenticatedRequest, key: str) -> HttpResponse:
    """The next national version: only for those who run the installation."""
    if not request.user.is_superuser:
        raise PermissionDenied
    return _new_version(request, get_object_or_404(Certification, key=key), None)


@signed_in_page
def policy_new_agency(request: AuthenticatedRequest, key: str, agency_id: uuid.UUID) -> HttpResponse:
    """The next version of an agency's own policy."""
    scope: Scope = administered_agencies(request)
    agency = scope.units().filter(is_agency=True, closed_on__isnull=True, public_id=agency_id).first()
    if agency is None:
        raise Http404
    return _new_version(request, get_object_or_404(Certification, key=key), agency)


def _new_version(request: AuthenticatedRequest, certification: Certification, agency: Unit | None) -> HttpResponse:
    """The form; then what it means, on a page of its own, with the question about open cycles; then it is saved."""
    today = timezone.localdate()
    before = current_version(certification, agency, today)
    national = current_version(certification, None, today) if agency else None
    back = reverse("policy_versions", args=[certification.key])
    page = FormPage(
        title=_("Ny versjon av reglene for %(name)s") % {"name": certification.name},
        submit=_("Se hva det betyr"),
        back=back,
        trail=[(_("Sertifiseringsregler"), reverse("policies")), (certification.name, back)],
        intro=(
            _("Gjelder alle virksomheter. Virksomhetene kan stramme inn, ikke løse opp.")
            if agency is None
            else _("Gjelder %(agency)s. Dere kan stramme inn de nasjonale reglene, ikke løse dem opp. Et tomt felt "
                   "betyr som nasjonalt.") % {"agency": agency.name}
        ),
    )  # fmt: skip
    kind = NationalPolicyForm if agency is None else AgencyPolicyForm
    initial = {"valid_from": today, "seen": policy_fingerprint(certification, agency)} | initial_of(before)
    nationally = {name: text for name, (_label, text) in said_by(national).items()} if national else {}
    form = kind(
        request.POST or None, certification=certification, agency=agency, nationally=nationally, initial=initial
    )
    apply = ApplyForm(request.POST if "confirm" in request.POST else None, initial={"apply_to_open": "no"})
    if request.method == "POST" and "change" not in request.POST and form.is_valid():
        policy = form.policy()
        later = policy.valid_from > today
        try:
            check_policy(policy, today)
            if "confirm" in request.POST and (later or apply.is_valid()):
                wanted = not later and apply.cleaned_data["apply_to_open"]
                seen = form.cleaned_data["seen"] or None
                save_version(policy=policy, made_by=request.user, apply_to_open=wanted, today=today, seen=seen)
                messages.success(request, _("Versjonen %(version)s er lagret.") % {"version": policy.version})
                return redirect(back)
        except SupersededError:
            return changed_by_others(request, back)
        except ValidationError as error:
            form.show(error)
        else:
            effects = PolicyEffects() if later else effects_of_policy(policy, today)
            context = {
                "form": form,
                "apply": apply,
                "page": page,
                "nav_here": "rules",
                "policy": policy,
                "later": later,
                "effects": effects,
                "changes": _changes(effects),
                "points": _points(before, policy, national),
                "before": before or national,
            }
            return render(request, "certification/manage/policy_confirm.html", context)
    context = {"form": form, "page": page, "nav_here": "rules"}
    return render(request, "certification/manage/policy_form.html", context)


def _points(before: Policy | None, after: Policy, national: Policy | None) -> list[dict[str, Any]]:
    """Point by point what the version says, beside what holds until then: her agency's own, or else the national."""
    own, will = said_by(before) if before else {}, said_by(after)
    was = (said_by(national) if national else {}) | own
    left = _("som nasjonalt") if national else "–"
    rows = [
        {
            "label": (will.get(name) or was[name])[0],
            "before": was[name][1] if name in was else "–",
            "after": will[name][1] if name in will else left,
        }
        for name in dict.fromkeys([*will, *own])
    ]
    return [{"label": _("Gjelder fra"), "before": "", "after": written(after.valid_from)}, *rows]


def _changes(effects: PolicyEffects) -> list[dict[str, Any]]:
    """By field, how many open cycles would get stricter and looser terms."""
    words = {
        "pass_mark": _("Bestått ved"),
        "validity": _("Gyldig i"),
        "grace": _("Henstand"),
        "window": _("Kan fornyes"),
        "least_assurance": _("Prøven må minst være"),
        "attempts": _("Forsøk"),
        "cool_down_days": _("Dager mellom forsøk"),
        "path": _("Sti"),
    }
    return [
        {"label": word, "stricter": effects.stricter[name], "looser": effects.looser[name]}
        for name, word in words.items()
        if effects.stricter[name] or effects.looser[name]
    ]
