"""Decisions about one person: who may make them, what each asks, and a reason for every one."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from agencies.access import AuthenticatedRequest, Purpose, require_scope
from agencies.models import Unit
from agencies.services.rows import refuse_stale
from agencies.views.frame import FormPage, form_page, signed_in_page
from assessments.models import Quiz
from certification.explaining import written
from certification.forms.decisions import DecisionForm, EndForm, PeriodDecisionForm, PriorForm, UntilForm
from certification.models import Cycle, Decision, Standing
from certification.services import decisions as services
from certification.services.prior import oldest_day, policies_in_force, steps_to_accept
from certification.standing import display_today
from certification.statuses import LOOKS, DisplayStatus
from certification.views.cases import Case, case_of, required_of, trail_of
from courses.models import EditionPage
from courses.reading.pages import in_language

Kind = Decision.Kind


@dataclass(frozen=True, slots=True)
class _Choice:
    """One kind of decision: its address, its name, what it is for, and what follows where that is grave."""

    slug: str
    kind: str
    title: Any
    text: Any
    needs_certificate: bool = True
    follows: tuple[Any, ...] = ()


CHOICES = (
    _Choice(
        "fritak", Kind.WAIVER, gettext_lazy("Gi fritak"),
        gettext_lazy("Personen slipper kravet en tid, og teller ikke med i tallene."), needs_certificate=False,
    ),
    _Choice(
        "utsettelse", Kind.EXTENSION, gettext_lazy("La sertifikatet gjelde lenger"),
        gettext_lazy("Siste dag flyttes. Neste periode regnes som før, så ingen dager vinnes."),
    ),
    _Choice(
        "vent", Kind.SUSPENSION, gettext_lazy("Sett sertifikatet på vent"),
        gettext_lazy("Sertifikatet gjelder ikke så lenge."),
        follows=(
            gettext_lazy("Sertifikatet gjelder ikke så lenge, i alle virksomheter."),
            gettext_lazy("Kontrollsiden viser at det er satt på vent."),
            gettext_lazy("Når siste dag er gått, gjelder det igjen av seg selv."),
        ),
    ),
    _Choice(
        "trekk-tilbake", Kind.REVOCATION, gettext_lazy("Trekk sertifikatet tilbake"),
        gettext_lazy("Sertifikatet gjelder ikke lenger. Det synes på kontrollsiden."),
        follows=(
            gettext_lazy("Sertifikatet gjelder ikke fra i dag, i alle virksomheter."),
            gettext_lazy("Kontrollsiden viser at det er trukket tilbake."),
            gettext_lazy("Personen må vise alt på nytt for å få et nytt."),
        ),
    ),
    _Choice(
        "rett", Kind.CORRECTION, gettext_lazy("Rett siste dag"),
        gettext_lazy("Når siste dag er feil. Den kan også bli tidligere."),
    ),
    _Choice(
        "tidligere-laering", Kind.PRIOR, gettext_lazy("Godkjenn tidligere læring"),
        gettext_lazy("Når personen alt har gjort et steg et annet sted."), needs_certificate=False,
    ),
)  # fmt: skip


@signed_in_page
def decisions_of(request: AuthenticatedRequest, person_id: uuid.UUID) -> HttpResponse:
    """Which certification of a person to decide about: a question only where there are several."""
    required = required_of(request, person_id)
    found = {row.certification.key: row.certification for row in required}
    if len(found) == 1:
        return redirect("decide", person_id, next(iter(found)))
    person = required[0].person if required else _somebody(request, person_id)
    context = {"nav_here": "people", "person": person, "certifications": list(found.values())}
    return render(request, "certification/manage/decisions_of.html", context)


def _somebody(request: AuthenticatedRequest, person_id: uuid.UUID) -> User:
    """A person in scope of whom nothing is required. Raises Http404."""
    people = require_scope(request, Purpose.DECISIONS).people()
    found: User = get_object_or_404(people, public_id=person_id)
    return found


@signed_in_page
def decide(request: AuthenticatedRequest, person_id: uuid.UUID, key: str) -> HttpResponse:
    """What has been decided about a person's certification, and what can be."""
    case = case_of(request, person_id, key)
    standing = Standing.objects.filter(person=case.person, certification=case.certification).first()
    display = display_today(standing, timezone.localdate()) if standing else None
    context = {
        "nav_here": "people",
        "case": case,
        "trail": trail_of(request, case)[:-1],
        "look": LOOKS[display] if display else None,
        "word": DisplayStatus(display).label if display else "",
        "choices": [one for one in CHOICES if case.newest or not one.needs_certificate],
        "rows": [
            {
                "decision": row,
                "may_end": row.kind in (Kind.WAIVER, Kind.SUSPENSION),
                "is_opening": row.kind == Kind.OPENING,
            }
            for row in case.decisions
        ],
    }
    return render(request, "certification/manage/decide.html", context)


@signed_in_page
def decide_kind(request: AuthenticatedRequest, person_id: uuid.UUID, key: str, kind: str) -> HttpResponse:
    """One decision: the form, and for a revocation the question whether she means it."""
    choice = next((one for one in CHOICES if one.slug == kind), None)
    case = case_of(request, person_id, key)
    if choice is None or (choice.needs_certificate and case.newest is None):
        raise Http404
    page = FormPage(
        title=f"{choice.title}: {case.person}",
        submit=str(choice.title),
        back=case.address,
        trail=trail_of(request, case),
        intro=" ".join([*([] if choice.follows else [str(choice.text)]), *_facts(case, choice)]),
        consequences=[str(line) for line in choice.follows],
        dangerous=bool(choice.follows),
    )
    form = _form(request, case, choice)
    if choice.kind == Kind.REVOCATION and "confirm" not in request.POST:
        page.submit = _("Gå videre")
        if request.method == "POST" and "change" not in request.POST and form.is_valid():
            context = {"nav_here": "people", "form": form, "page": page, "case": case}
            return render(request, "certification/manage/revoke_confirm.html", context)
        if "change" in request.POST:
            return render(
                request, "certification/manage/decision_form.html", {"nav_here": "people", "form": form, "page": page}
            )

    def do(data: dict[str, Any]) -> tuple[str, str]:
        refuse_stale(data["seen"] or None, case.seen())
        _DO[choice.kind](case, request.user, form, data)
        return _("Vedtaket er lagret."), case.address

    return form_page(request, form, page, do, "certification/manage/decision_form.html", nav_here="people")


@signed_in_page
def decision_undo(
    request: AuthenticatedRequest, person_id: uuid.UUID, key: str, decision_id: uuid.UUID
) -> HttpResponse:
    """Undoes a decision that should not have been made."""
    case = case_of(request, person_id, key)
    decision = _decision(case, decision_id)
    page = FormPage(
        title=_("Angre vedtaket: %(kind)s") % {"kind": decision.get_kind_display()},
        submit=_("Angre vedtaket"),
        back=case.address,
        trail=trail_of(request, case),
        intro=str(case.person),
        consequences=[
            _("Det blir som om vedtaket ikke var gjort. Historikken viser at det var gjort, og hvem som angret."),
            *(str(line) for line in _UNDOING.get(decision.kind, ())),
        ],
    )

    def do(data: dict[str, Any]) -> tuple[str, str]:
        refuse_stale(data["seen"] or None, case.seen())
        services.undo(decision=decision, undone_by=request.user, reason=data["reason"])
        return _("Vedtaket er angret."), case.address

    form = DecisionForm(request.POST if request.method == "POST" else None, initial={"seen": case.seen()})
    return form_page(request, form, page, do, nav_here="people")


@signed_in_page
def decision_end(request: AuthenticatedRequest, person_id: uuid.UUID, key: str, decision_id: uuid.UUID) -> HttpResponse:
    """Lets a waiver or suspension end on a day."""
    case = case_of(request, person_id, key)
    decision = _decision(case, decision_id)
    if decision.kind not in (Kind.WAIVER, Kind.SUSPENSION):
        raise Http404
    page = FormPage(
        title=_("Avslutt vedtaket: %(kind)s") % {"kind": decision.get_kind_display()},
        submit=_("Avslutt vedtaket"),
        back=case.address,
        trail=trail_of(request, case),
        intro=str(case.person),
        consequences=[_("Vedtaket gjelder til og med siste dag. Det som gjaldt fram til da, blir stående.")],
    )

    def do(data: dict[str, Any]) -> tuple[str, str]:
        services.end_decision(
            decision=decision, last_day=data["last_day"], ended_by=request.user, reason=data["reason"]
        )
        return _("Vedtaket slutter %(day)s.") % {"day": written(data["last_day"])}, case.address

    form = EndForm(request.POST or None, initial={"last_day": timezone.localdate()})
    return form_page(request, form, page, do, nav_here="people")


_MOVES_BACK = (gettext_lazy("Siste dag blir den som følger av reglene og de andre vedtakene."),)
# What follows from undoing, besides that the decision no longer stands.
_UNDOING: dict[str, tuple[Any, ...]] = {
    Kind.EXTENSION: _MOVES_BACK,
    Kind.CORRECTION: _MOVES_BACK,
    Kind.PRIOR: (gettext_lazy("Det personen hadde gjort et annet sted, teller ikke lenger som et steg."),),
    Kind.OPENING: (gettext_lazy("Omgangen som ble åpnet, avsluttes. Det personen har vist i den, slettes ikke."),),
}


def _decision(case: Case, decision_id: uuid.UUID) -> Decision:
    """A decision of an agency in scope about this case, also one that was undone since the page was opened."""
    rows = Decision.objects.filter(
        person=case.person, certification=case.certification, agency__in=case.agencies
    ).select_related("cycle", "person", "decided_by", "agency")
    found: Decision = get_object_or_404(rows, public_id=decision_id)
    return found


def _form(request: AuthenticatedRequest, case: Case, choice: _Choice) -> DecisionForm:
    data, initial = request.POST or None, {"seen": case.seen()}
    today = timezone.localdate()
    match choice.kind:
        case Kind.WAIVER | Kind.SUSPENSION:
            return PeriodDecisionForm(data, initial={**initial, "first_day": today})
        case Kind.EXTENSION | Kind.CORRECTION:
            expires = case.newest.expires_on if case.newest else None
            return UntilForm(data, initial={**initial, "until": expires})
        case Kind.PRIOR:
            steps = _steps(case)
            only = {"step": steps[0][0]} if len(steps) == 1 else {}
            return PriorForm(data, initial=initial | only, steps=steps)
    return DecisionForm(data, initial=initial)


def _facts(case: Case, choice: _Choice) -> list[str]:
    """What holds now, for whoever is about to change it."""
    if choice.kind == Kind.PRIOR:
        today = timezone.localdate()
        policies = policies_in_force(case.certification, case.agency, today)
        if policies:
            day = written(oldest_day(policies, today))
            return [_("Reglene godtar læring fra %(day)s eller senere.") % {"day": day}]
        return []
    if case.newest is not None and choice.needs_certificate:
        return [_("Sertifikatet gjelder nå til og med %(day)s.") % {"day": written(case.newest.expires_on)}]
    return []


def _steps(case: Case) -> list[tuple[str, str]]:
    """The steps that prior learning may stand for, by their names."""
    today = timezone.localdate()
    policies = policies_in_force(case.certification, case.agency, today)
    one = Cycle.objects.filter(person=case.person, certification=case.certification, state=Cycle.State.OPEN).first()
    steps = steps_to_accept(case.certification, one, policies) if policies or one else []
    quizzes = {str(row.key): row.name for row in Quiz.objects.filter(key__in=[k for s, k in steps if s == "quiz"])}
    courses = [key for subject, key in steps if subject == "course"]
    pages = EditionPage.objects.filter(edition__latest=True, is_course=True, page_key__in=courses)
    titles = {str(row.page_key): row.title for row in in_language(pages, translation.get_language() or "nb")}
    return [
        (
            f"{subject}:{key}",
            _("Prøven: %(name)s") % {"name": quizzes.get(key, key)}
            if subject == "quiz"
            else _("Kurset: %(name)s") % {"name": titles.get(key, key)},
        )
        for subject, key in steps
    ]


# --- what each does ---------------------------------------------------------------------------------


def _cycle(case: Case) -> Cycle:
    if case.newest is None:
        raise Http404
    return case.newest


@transaction.atomic
def _waive(case: Case, by: User, _form: DecisionForm, data: dict[str, Any]) -> None:
    """From what each agency in scope requires: a waiver excuses from its own agency's alone."""
    for agency in Unit.objects.filter(pk__in=case.agencies).order_by("pk"):
        services.waive(
            person=case.person,
            certification=case.certification,
            agency=agency,
            reason=data["reason"],
            decided_by=by,
            first_day=data["first_day"],
            last_day=data["last_day"],
        )


def _extend(case: Case, by: User, _form: DecisionForm, data: dict[str, Any]) -> None:
    services.extend(cycle=_cycle(case), until=data["until"], reason=data["reason"], decided_by=by, agency=case.agency)


def _correct(case: Case, by: User, _form: DecisionForm, data: dict[str, Any]) -> None:
    services.correct(cycle=_cycle(case), until=data["until"], reason=data["reason"], decided_by=by, agency=case.agency)


def _suspend(case: Case, by: User, _form: DecisionForm, data: dict[str, Any]) -> None:
    services.suspend(
        cycle=_cycle(case),
        first_day=data["first_day"],
        last_day=data["last_day"],
        reason=data["reason"],
        decided_by=by,
        agency=case.agency,
    )


def _revoke(case: Case, by: User, _form: DecisionForm, data: dict[str, Any]) -> None:
    services.revoke(cycle=_cycle(case), reason=data["reason"], decided_by=by, agency=case.agency)


def _accept(case: Case, by: User, form: DecisionForm, data: dict[str, Any]) -> None:
    subject, key = cast(PriorForm, form).chosen()
    services.accept_prior_learning(
        person=case.person,
        certification=case.certification,
        subject=subject,
        key=key,
        occurred_on=data["occurred_on"],
        assurance=data["assurance"],
        reason=data["reason"],
        decided_by=by,
        agency=case.agency,
    )


_DO: dict[str, Callable[[Case, User, DecisionForm, dict[str, Any]], None]] = {
    Kind.WAIVER: _waive,
    Kind.EXTENSION: _extend,
    Kind.SUSPENSION: _suspend,
    Kind.REVOCATION: _revoke,
    Kind.CORRECTION: _correct,
    Kind.PRIOR: _accept,
}
