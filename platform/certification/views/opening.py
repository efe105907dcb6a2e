"""New cycles opened now: the wish, what it would mean for each, and how far it has come."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.access import AuthenticatedRequest, Purpose, require_scope, scope_of
from agencies.models import Membership, Role, Unit
from agencies.views.frame import FormPage, signed_in_page
from certification.forms.opening import ChosenForm, OpeningForm
from certification.models import Certification
from certification.openings import Outcome
from certification.services.opening import Line, Wish, check_wish, plan_opening
from certification.services.opening_jobs import order_of, place_order, progress_of, run_order
from certification.tasks import open_cycles

# So many are done while she waits; more are a worker's.
AT_ONCE = 50
# So many are listed by name, and can be taken out one by one.
LISTED = 200


@dataclass(frozen=True, slots=True)
class _Named:
    """One of those who are listed."""

    person: User
    line: Line
    why: str


@signed_in_page
def opening_new(request: AuthenticatedRequest) -> HttpResponse:
    """The form; then what it would mean, person by person; then it is done."""
    scope = require_scope(request, Purpose.DECISIONS)
    label, back = _way_here(request)
    page = FormPage(
        title=_("Åpne nye omganger nå"),
        submit=_("Se hvem det gjelder"),
        back=back,
        trail=[(label, back)],
        intro=_(
            "For når noe er endret, og dere ikke vil vente til sertifikatene skal fornyes. "
            "Det hver enkelt har, gjelder like lenge som før."
        ),
    )
    data = request.POST if request.method == "POST" else None
    form = OpeningForm(data, scope=scope, initial=_asked(request))
    if request.method != "POST" or "change" in request.POST or not form.is_valid():
        return _form(request, form, page)
    today = timezone.localdate()
    wish = _wish(request, form.cleaned_data)
    try:
        check_wish(wish, today)
    except ValidationError as error:
        form.show(error)
        return _form(request, form, page)
    lines = plan_opening(wish, _people(wish, form.cleaned_data["role"], today), today)
    opens = _named([line for line in lines if line.outcome == Outcome.OPENS])
    count = sum(line.outcome == Outcome.OPENS for line in lines)
    chosen = ChosenForm(
        request.POST if "confirm" in request.POST else None, people=[one.person.public_id for one in opens]
    )
    if "confirm" in request.POST:
        known = progress_of(request.user.pk, wish.batch) is not None
        if known or count > LISTED or chosen.is_valid():
            ids = [line.person_id for line in lines if line.outcome == Outcome.OPENS]
            if not known and count <= LISTED:
                wanted = set(chosen.cleaned_data["person"])
                ids = [one.person.pk for one in opens if one.person.public_id in wanted]
            return _begin(request, wish, form.cleaned_data["unit"], ids)
    others = [line for line in lines if line.outcome != Outcome.OPENS]
    context = {
        "nav_here": "people",
        "form": form,
        "chosen": chosen,
        "ticked": {str(key) for key in request.POST.getlist("person")} if chosen.is_bound else None,
        "page": page,
        "wish": wish,
        "opens": opens,
        "count": count,
        "short": count <= LISTED,
        "others": _named(others),
        "left": _counted(Counter(str(line.outcome) for line in others)),
        "more": max(0, len(others) - LISTED),
    }
    return render(request, "certification/manage/opening_confirm.html", context)


def _way_here(request: AuthenticatedRequest) -> tuple[str, str]:
    """The page that whoever asks came from: the manager's people, or the administrator's rules."""
    if scope_of(request.user, Purpose.STANDINGS):
        return _("Personer"), reverse("people")
    return _("Sertifiseringsregler"), reverse("policies")


@signed_in_page
def opening(request: AuthenticatedRequest, batch_id: uuid.UUID) -> HttpResponse:
    """How far it has come. Who asked for it, and nobody else, may look, and let it go on where it stopped."""
    require_scope(request, Purpose.DECISIONS)
    order, progress = order_of(request.user.pk, batch_id), progress_of(request.user.pk, batch_id)
    if order is None or progress is None:
        raise Http404
    stopped = progress.stopped(timezone.now())
    if request.method == "POST":
        if stopped:
            open_cycles.delay(request.user.pk, str(batch_id))
        return redirect("opening", batch_id)
    counts = progress.counts
    context = {
        "nav_here": "people",
        "order": order,
        "certification": Certification.objects.get(pk=order.certification_id),
        "unit": Unit.objects.get(pk=order.unit_id),
        "progress": progress,
        "stopped": stopped,
        "opened": counts[Outcome.OPENS],
        "left": _counted(Counter({key: count for key, count in counts.items() if key != Outcome.OPENS})),
    }
    return render(request, "certification/manage/opening.html", context)


def _form(request: AuthenticatedRequest, form: OpeningForm, page: FormPage) -> HttpResponse:
    return render(request, "certification/manage/opening_form.html", {"nav_here": "people", "form": form, "page": page})


def _asked(request: AuthenticatedRequest) -> dict[str, Any]:
    """What the list of people was narrowed to where she comes from it."""
    keys = {"certification": "sertifisering", "unit": "enhet", "role": "rolle"}
    return {name: request.GET[key] for name, key in keys.items() if request.GET.get(key)}


def _wish(request: AuthenticatedRequest, data: dict[str, Any]) -> Wish:
    unit: Unit = data["unit"]
    return Wish(
        batch=data["batch"],
        certification=data["certification"],
        scope=scope_of(request.user, Purpose.DECISIONS, within=unit),
        due_on=data["due_on"],
        reason=data["reason"],
        decided_by=request.user,
    )


def _people(wish: Wish, role: Role | None, today: dt.date) -> list[int]:
    jobs = Membership.objects.on(today).filter(wish.scope.q("unit__path"), person__is_active=True)
    if role is not None:
        jobs = jobs.filter(role=role)
    return list(jobs.order_by("person_id").values_list("person_id", flat=True).distinct())


def _begin(request: AuthenticatedRequest, wish: Wish, unit: Unit, ids: Sequence[int]) -> HttpResponse:
    if place_order(wish, unit, ids):
        if len(ids) <= AT_ONCE:
            run_order(request.user.pk, wish.batch)
        else:
            open_cycles.delay(request.user.pk, str(wish.batch))
    return redirect("opening", wish.batch)


def _named(lines: Sequence[Line]) -> list[_Named]:
    """The first of them by name. One query, however many."""
    by_person = {line.person_id: line for line in lines}
    people = User.objects.filter(pk__among=by_person).order_by("name_key", "pk")[:LISTED]
    return [_Named(person, by_person[person.pk], _why(by_person[person.pk].outcome)) for person in people]


def _counted(counts: Counter[str]) -> list[tuple[int, str]]:
    """How many are left alone, by why, the most first."""
    return [(count, _why(Outcome(key))) for key, count in counts.most_common() if count]


def _why(outcome: Outcome) -> str:
    match outcome:
        case Outcome.OPEN:
            return _("har alt en åpen omgang")
        case Outcome.UNREQUIRED:
            return _("har ikke kravet her")
        case Outcome.WAIVED:
            return _("har fritak")
        case Outcome.PAUSED:
            return _("har permisjon")
        case Outcome.SUSPENDED:
            return _("har et sertifikat som er satt på vent")
        case Outcome.SELF:
            return _("er deg selv")
    return _("får en ny omgang")
