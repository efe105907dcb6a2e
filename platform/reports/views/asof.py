"""How it was: figures, people and one person on an earlier day, by what was known then or is known now."""

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from agencies.access import Purpose, may, require_scope
from agencies.forms import DayField
from agencies.models import Unit
from certification.models import Certification
from certification.services.asof import Then
from reports.contributions import GOAL
from reports.reading.asof import UnitThen, certifications_at, counts_then, lines_then, person_then
from reports.reading.asof_jobs import AT_ONCE, Asked, Reckoning, place, reckoning_of
from reports.reading.people import GROUPS
from reports.reading.person import memberships_in
from reports.rendering import csv_response
from reports.tasks import reckon_asof


class AsOfForm(forms.Form):
    """Which day is asked about, and what was known by which day. Both are today where nothing is said."""

    dag = DayField(label=gettext_lazy("Dagen du spør om"), required=False)
    kjent = DayField(label=gettext_lazy("Med det vi visste"), required=False)

    def __init__(self, data: Any, *, today: dt.date) -> None:
        said = {name: data.get(name) or today.isoformat() for name in ("dag", "kjent")}
        super().__init__(said)
        self.today = today

    def _past(self, name: str) -> dt.date:
        day: dt.date = self.cleaned_data.get(name) or self.today
        if day > self.today:
            raise ValidationError(_("Velg i dag eller en dag som har vært."))
        return day

    def clean_dag(self) -> dt.date:
        return self._past("dag")

    def clean_kjent(self) -> dt.date:
        return self._past("kjent")

    @property
    def days(self) -> tuple[dt.date, dt.date] | None:
        """The day and the day it was known, or None where they cannot be read."""
        return (self.cleaned_data["dag"], self.cleaned_data["kjent"]) if self.is_valid() else None


def _chosen(request: HttpRequest, certifications: Sequence[Certification]) -> Certification | None:
    """The certification asked for, else the first. Raises Http404 for one that is not among them."""
    key = request.GET.get("sertifisering")
    if not key:
        return certifications[0] if certifications else None
    for certification in certifications:
        if certification.key == key:
            return certification
    raise Http404


@never_cache
@login_required
@require_safe
def report_asof(request: HttpRequest, unit_id: str) -> HttpResponse:
    """The figures of a unit on a day, as the organisation stood then."""
    scope = require_scope(request, Purpose.FIGURES)
    unit = get_object_or_404(scope.units(), public_id=unit_id)
    form = AsOfForm(request.GET, today=timezone.localdate())
    certifications = list(certifications_at(unit))
    chosen = _chosen(request, certifications)
    context: dict[str, Any] = {
        "nav_here": "report",
        "unit": unit,
        "form": form,
        "certifications": certifications,
        "chosen": chosen,
        "goal": GOAL,
    }
    if form.days and chosen:
        day, known_on = form.days
        reckoning = _reckoned(unit, chosen, day, known_on)
        figures = reckoning.figures
        counts = figures.by_display() if figures else {}
        context |= {
            "day": day,
            "known_on": known_on,
            "reckoning": reckoning,
            "figures": figures,
            "lines": [(label, counts.get(str(key), 0)) for key, label in GROUPS if counts.get(str(key))],
            "sees_people": may(request.user, Purpose.STANDINGS),
        }
    return render(request, "reports/asof.html", context)


def _reckoned(unit: Unit, certification: Certification, day: dt.date, known_on: dt.date) -> Reckoning:
    """The figures, or how far a worker has come with them where there are too many people to wait for."""
    asked = Asked(unit.pk, certification.pk, day, known_on)
    if under_way := reckoning_of(asked):
        return under_way
    then = UnitThen(unit, certification, day, known_on)
    total = len(then.people)
    if total <= AT_ONCE:
        return Reckoning(total, timezone.now(), total, counts_then(itertools.chain(*then.portions()), day))
    begun = place(asked, total)
    reckon_asof.delay(asked.unit_id, asked.certification_id, day.isoformat(), known_on.isoformat())
    return reckoning_of(asked) or begun


@never_cache
@login_required
@require_safe
def report_asof_csv(request: HttpRequest, unit_id: str) -> HttpResponseBase:
    """The people behind those figures, as a file."""
    scope = require_scope(request, Purpose.STANDINGS)
    unit = get_object_or_404(scope.units(), public_id=unit_id)
    form = AsOfForm(request.GET, today=timezone.localdate())
    chosen = _chosen(request, list(certifications_at(unit)))
    if chosen is None:
        raise Http404
    if form.days is None:
        # The page says what is wrong with the days; a file could only be wrong without saying so.
        return redirect(f"{reverse('report_asof', args=[unit.public_id])}?{request.GET.urlencode()}")
    day, known_on = form.days
    name = f"personer-{chosen.key}-{day.isoformat()}.csv"
    return csv_response(name, _chunks(UnitThen(unit, chosen, day, known_on).portions(), day, known_on))


def _chunks(portions: Iterable[list[Then]], day: dt.date, known_on: dt.date) -> Iterator[list[list[Any]]]:
    yield [
        [
            _("Navn"),
            _("Yrkesrolle"),
            _("Enhet"),
            _("Sertifisering"),
            _("Per"),
            _("Med det vi visste"),
            _("Status"),
            _("Gyldig fra og med"),
            _("Gyldig til og med"),
            _("Frist"),
            _("Merknad"),
        ]
    ]
    for lines in lines_then(portions):
        yield [
            [
                line.name,
                line.roles,
                line.units,
                line.certification,
                day,
                known_on,
                line.word,
                line.valid_from,
                line.valid_to,
                line.due_on,
                line.note,
            ]
            for line in lines
        ]


@never_cache
@login_required
@require_safe
def person_asof(request: HttpRequest, person_id: str) -> HttpResponse:
    """One person who works in scope today: what was required of her in it on a day, and how she stood."""
    scope = require_scope(request, Purpose.STANDINGS)
    today = timezone.localdate()
    jobs = [job for job in memberships_in(scope, person_id) if job.holds_on(today)]
    if not jobs:
        raise Http404
    form = AsOfForm(request.GET, today=today)
    somebody, unit = jobs[0].person, jobs[0].unit
    context: dict[str, Any] = {"nav_here": "people", "person": somebody, "unit": unit, "form": form}
    if form.days:
        day, known_on = form.days
        found = person_then(somebody, scope, unit.time_zone, day, known_on)
        context |= {"day": day, "known_on": known_on, "found": found}
    return render(request, "reports/person_asof.html", context)
