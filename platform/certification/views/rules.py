"""Whom an agency obliges: the list, and a form, a dry run and a confirmation for every change."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.access import AuthenticatedRequest, Purpose, Scope, require_scope
from agencies.forms import LastDayForm
from agencies.models import Unit
from agencies.reading import not_over
from agencies.views.frame import FormPage, changed_by_others, signed_in_page
from certification.forms.rules import RuleForm, SeenForm
from certification.models import RequirementRule
from certification.services import rules as services
from certification.tasks import settle_people
from certification.views.frame import administered_agencies, whole_agencies
from certification.views.rule_words import Names, bars, due_in_words, held_in_words, lines, points
from common.dated import SupersededError
from common.templatetags.ui import longdate

_BATCH = 1000
Before = RequirementRule | None


@signed_in_page
def rules(request: AuthenticatedRequest) -> HttpResponse:
    """The rules of the agencies in scope, and those that reach into it from above."""
    scope = require_scope(request, Purpose.ROSTER)
    today = timezone.localdate()
    agencies = whole_agencies(scope)
    above = {path[:end] for path in scope.paths for end in range(Unit.steplen, len(path), Unit.steplen)}
    rows = (
        RequirementRule.objects.current()
        .filter(not_over(today))
        .filter(scope.q("unit__path") | scope.q("agency__path") | Q(unit__path__in=above))
        .select_related("certification", "unit", "agency")
        .order_by("agency__path", "certification__key", "label", "pk")
    )
    names = Names()
    listed = [
        {
            "rule": row,
            "whom": names.whom(row),
            "due": due_in_words(row),
            "held": held_in_words(row, today),
            "mine": agencies.covers(row.agency),
        }
        for row in rows
    ]
    context = {"nav_here": "rules", "rows": listed, "may_add": bool(agencies)}
    return render(request, "certification/manage/rules.html", context)


@signed_in_page
def rule_new(request: AuthenticatedRequest) -> HttpResponse:
    scope = administered_agencies(request)
    initial = {"valid_from": timezone.localdate(), "due_days": 60, "certification": request.GET.get("for", "")}
    form = RuleForm(request.POST or None, scope=scope, initial=initial)
    page = FormPage(
        title=_("Nytt krav"),
        submit=_("Se hvem det gjelder"),
        back=reverse("rules"),
        trail=_trail(),
        intro=_("Neste side viser hvem kravet gjelder, og når første frist er. Ingenting lagres før du bekrefter."),
    )

    def save(rule: RequirementRule) -> RequirementRule:
        return services.add_rule(rule=rule, made_by=request.user)

    return _two_steps(request, form, page, None, form.new_rule, save)


@signed_in_page
def rule_change(request: AuthenticatedRequest, rule_id: uuid.UUID) -> HttpResponse:
    rule = _mine(administered_agencies(request), rule_id)
    if rule.superseded_at:
        return changed_by_others(request, reverse("rules"))
    form = RuleForm(request.POST or None, scope=Scope((rule.agency.path,)), rule=rule)
    page = FormPage(
        title=_("Endre kravet %(label)s for %(certification)s")
        % {"label": rule.label, "certification": rule.certification.name},
        submit=_("Se hvem det gjelder"),
        back=reverse("rules"),
        trail=_trail(),
        intro=_("Neste side viser hvem som får og mister kravet. Ingenting lagres før du bekrefter."),
    )

    def changed() -> RequirementRule:
        return services.changed_rule(rule, **form.wanted())

    def save(_after: RequirementRule) -> RequirementRule:
        return services.change_rule(rule, request.user, **form.wanted())

    return _two_steps(request, form, page, rule, changed, save)


@signed_in_page
def rule_end(request: AuthenticatedRequest, rule_id: uuid.UUID) -> HttpResponse:
    rule = _mine(administered_agencies(request), rule_id)
    if rule.superseded_at:
        return changed_by_others(request, reverse("rules"))
    today = timezone.localdate()
    form = LastDayForm(request.POST or None, scope=Scope((rule.agency.path,)), initial={"last_day": today})
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                touched = list(services.people_touched(rule, None, today))
                services.end_rule(rule, form.cleaned_data["last_day"], made_by=request.user)
                _settle_later(touched)
        except SupersededError:
            return changed_by_others(request, reverse("rules"))
        except ValidationError as error:
            form.show(error)
        else:
            said = _("Kravet %(label)s slutter %(day)s.")
            messages.success(request, said % {"label": rule.label, "day": longdate(form.cleaned_data["last_day"])})
            return redirect("rules")
    effects = services.effects_of(rule, None, today)
    page = FormPage(
        title=_("Avslutt kravet %(label)s for %(certification)s")
        % {"label": rule.label, "certification": rule.certification.name},
        submit=_("Avslutt kravet"),
        back=reverse("rules"),
        trail=_trail(),
        consequences=[
            ngettext("%(n)s person slipper kravet.", "%(n)s personer slipper kravet.", effects.removed)
            % {"n": effects.removed},
            _("Ingen mister et sertifikat. Det de har vist, blir stående, og de får ingen påminnelser."),
        ],
        dangerous=True,
    )
    context = {"form": form, "page": page, "nav_here": "rules", "effects": effects, "lines": lines(effects)}
    return render(request, "certification/manage/rule_end.html", context)


def _two_steps(
    request: AuthenticatedRequest,
    form: RuleForm,
    page: FormPage,
    before: Before,
    after: Callable[[], RequirementRule],
    save: Callable[[RequirementRule], RequirementRule],
) -> HttpResponse:
    """The form; then whom it concerns, on a page of its own; then it is saved, and those it concerns are settled."""
    today = timezone.localdate()
    seen = SeenForm(request.POST if "confirm" in request.POST else None)
    if request.method == "POST" and "change" not in request.POST and form.is_valid():
        try:
            rule = after()
            services.check_rule(rule, today, before=before)
            if "confirm" in request.POST and seen.is_valid():
                with transaction.atomic():
                    touched = list(services.people_touched(before, rule, today))
                    saved = save(rule)
                    _settle_later(touched)
                messages.success(request, _saved(saved, len(touched)))
                return redirect("rules")
        except SupersededError:
            return changed_by_others(request, page.back)
        except ValidationError as error:
            form.show(error)
        else:
            return render(request, "certification/manage/rule_confirm.html", _dry_run(form, page, seen, before, rule))
    context = {"form": form, "page": page, "nav_here": "rules"}
    return render(request, "certification/manage/rule_form.html", context)


def _dry_run(form: RuleForm, page: FormPage, seen: SeenForm, before: Before, rule: RequirementRule) -> dict[str, Any]:
    today = timezone.localdate()
    effects = services.effects_of(before, rule, today)
    return {
        "form": form,
        "seen": seen,
        "page": page,
        "nav_here": "rules",
        "rule": rule,
        "before": before,
        "effects": effects,
        "concerned": effects.added + effects.removed + effects.moved_due,
        "points": points(before, rule, Names(), today),
        "bars": bars(effects),
        "lines": lines(effects),
        "overlapping": services.overlapping_rules(rule, today),
        "begun": rule.valid_from <= today,
    }


def _saved(rule: RequirementRule, touched: int) -> str:
    text = ngettext(
        "Kravet %(label)s er lagret. %(n)s person får ny status om litt.",
        "Kravet %(label)s er lagret. %(n)s personer får ny status om litt.",
        touched,
    )
    return text % {"label": rule.label, "n": touched}


def _settle_later(person_ids: list[int]) -> None:
    for start in range(0, len(person_ids), _BATCH):
        # The sweep finds them if the task is lost.
        transaction.on_commit(partial(settle_people.delay, person_ids[start : start + _BATCH]), robust=True)


def _mine(scope: Scope, rule_id: uuid.UUID) -> RequirementRule:
    """A rule of an agency in scope, also one that was replaced since the page was opened."""
    rows = RequirementRule.objects.filter(scope.q("agency__path"))
    rule: RequirementRule = get_object_or_404(rows.select_related("certification", "unit", "agency"), public_id=rule_id)
    return rule


def _trail() -> list[tuple[str, str]]:
    return [(_("Krav"), reverse("rules"))]
