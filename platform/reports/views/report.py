"""The report: can we act? For a unit, by its child units and roles; and a page of units for who sees several."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from agencies.access import Purpose, Scope, may, require_scope
from agencies.models import Unit
from certification.models import Certification
from certification.statuses import LOOKS, DisplayStatus, Look
from reports.contributions import GOAL, STEP_LENGTH, Figures
from reports.reading.figures import (
    UnitFigures,
    as_of,
    certifications_in,
    figures_of_each,
    months,
    unit_figures,
)
from reports.reading.people import GROUPS, PAUSED
from reports.rendering import csv_response, trend_of

# As many bars as fit on a screen; all units are in the table.
BARS = 10
_NEEDED = {
    DisplayStatus.VALID: gettext_lazy("Ingenting"),
    DisplayStatus.WINDOW: gettext_lazy("Fornye før sertifikatet går ut"),
    DisplayStatus.GRACE: gettext_lazy("Fornye innen sin egen dato"),
    DisplayStatus.IN_PROGRESS: gettext_lazy("Bli ferdig innen fristen"),
    DisplayStatus.NOT_STARTED: gettext_lazy("Begynne i god tid før fristen"),
    DisplayStatus.OVERDUE: gettext_lazy("En samtale om tid i arbeidsplanen"),
    DisplayStatus.EXPIRED: gettext_lazy("Hele stien på nytt"),
    DisplayStatus.REVOKED: gettext_lazy("Følge opp vedtaket"),
    DisplayStatus.SUSPENDED: gettext_lazy("Følge opp vedtaket"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a bar chart and of its table."""

    name: str
    figures: Figures
    url: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table of statuses."""

    key: str
    word: str
    look: Look
    count: int
    needed: str


def worst_first(bars: Sequence[Bar]) -> list[Bar]:
    """The lowest share first, the most missing first among equals; where nobody counts, last."""
    return sorted(
        bars,
        key=lambda bar: (
            bar.figures.share is None,
            bar.figures.share or 0,
            -bar.figures.missing,
            bar.name,
        ),
    )


@login_required
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """The unit one sees, or the units to choose from."""
    scope = require_scope(request, Purpose.FIGURES)
    roots = list(scope.roots())
    if len(roots) == 1:
        return _unit_page(request, scope, roots[0])
    today = timezone.localdate()
    certifications = list(certifications_in(scope, today))
    chosen = _chosen(request, certifications)
    found = figures_of_each(scope.paths, chosen) if chosen else {}
    bars = [
        Bar(unit.name, found.get(unit.path, Figures({})), reverse("report_unit", args=[unit.public_id]))
        for unit in roots
    ]
    context = {
        "nav_here": "report",
        "bars": worst_first(bars),
        "certifications": certifications,
        "chosen": chosen,
        "as_of": as_of(chosen, today) if chosen else today,
        "goal": GOAL,
    }
    return render(request, "reports/roots.html", context)


@login_required
@require_safe
def report_unit(request: HttpRequest, unit_id: str) -> HttpResponse:
    """One unit in scope."""
    scope = require_scope(request, Purpose.FIGURES)
    return _unit_page(request, scope, get_object_or_404(scope.units(), public_id=unit_id))


@login_required
@require_safe
def report_csv(request: HttpRequest, unit_id: str) -> HttpResponseBase:
    """The figures of one unit and of the units below it, as a file."""
    scope = require_scope(request, Purpose.FIGURES)
    unit = get_object_or_404(scope.units(), public_id=unit_id)
    today = timezone.localdate()
    chosen = _chosen(request, list(certifications_in(scope, today)))
    if chosen is None:
        raise Http404
    found = unit_figures(unit, chosen)
    rows = [Bar(unit.name, found.total), *_children(unit, _relatives(unit, scope)[1], found)]
    name = f"tall-{chosen.key}-{today.isoformat()}.csv"
    return csv_response(name, _csv_chunks(rows, as_of(chosen, today)))


def _csv_chunks(rows: Sequence[Bar], day: dt.date) -> Iterator[list[list[Any]]]:
    groups = list(GROUPS)
    yield [
        [_("Enhet"), _("Per"), _("Ansatte med krav"), _("Sertifisert"), _("Mangler"), _("Andel, prosent")]
        + [str(label) for _key, label in groups]
    ]
    lines: list[list[Any]] = []
    for row in rows:
        counts = row.figures.by_display()
        numbers = [row.figures.people, row.figures.certified, row.figures.missing, row.figures.percent]
        lines.append([row.name, day.isoformat(), *numbers, *(counts.get(str(key), 0) for key, _label in groups)])
    yield lines


def _chosen(request: HttpRequest, certifications: Sequence[Certification]) -> Certification | None:
    """The certification asked for, else the first. Raises Http404 for one that is not among them."""
    key = request.GET.get("sertifisering")
    if not key:
        return certifications[0] if certifications else None
    for certification in certifications:
        if certification.key == key:
            return certification
    raise Http404


def _relatives(unit: Unit, scope: Scope) -> tuple[list[Unit], list[Unit]]:
    """The units above `unit`, upwards only as far as the scope goes, and those one level below. One query."""
    above = [unit.path[:end] for end in range(STEP_LENGTH, len(unit.path), STEP_LENGTH)]
    found = Unit.objects.filter(Q(path__in=above) | Q(path__startswith=unit.path, depth=unit.depth + 1)).order_by(
        "path"
    )
    relatives = list(found)
    return (
        [row for row in relatives if row.depth < unit.depth and scope.covers(row)],
        [row for row in relatives if row.depth > unit.depth],
    )


def _children(unit: Unit, below: Sequence[Unit], found: UnitFigures) -> list[Bar]:
    bars = [
        Bar(child.name, found.children[child.path], reverse("report_unit", args=[child.public_id]))
        for child in below
        if child.path in found.children
    ]
    return worst_first([bar for bar in bars if bar.figures.people])


def _unit_page(request: HttpRequest, scope: Scope, unit: Unit) -> HttpResponse:
    today = timezone.localdate()
    certifications = list(certifications_in(scope, today))
    chosen = _chosen(request, certifications)
    above, below = _relatives(unit, scope)
    context: dict[str, Any] = {
        "nav_here": "report",
        "unit": unit,
        "above": above,
        "certifications": certifications,
        "chosen": chosen,
        "goal": GOAL,
        "is_root": not above,
    }
    if chosen:
        context |= _unit_figures(request, unit, chosen, below, today)
    return render(request, "reports/report.html", context)


def _unit_figures(
    request: HttpRequest, unit: Unit, chosen: Certification, below: Sequence[Unit], today: dt.date
) -> dict[str, Any]:
    found = unit_figures(unit, chosen)
    children = _children(unit, below, found)
    roles = [Bar(name, figures) for name, figures in found.roles]
    if found.other_roles and roles:
        roles.append(Bar(_("Andre roller samlet"), found.other_roles))
    day = as_of(chosen, today)
    ends = [day + dt.timedelta(days=days) for days in (30, 60, 90)]
    return {
        "figures": found.total,
        "children": children,
        "bars": children[:BARS],
        "roles": worst_first(roles),
        "lines": _lines(found.total),
        "expiring": list(zip(("30", "60", "90"), ("0–30", "31–60", "61–90"), found.total.expiring, ends, strict=True)),
        "trend": trend_of(months([unit.path], chosen, today), found.total, today),
        "as_of": day,
        "waived_key": DisplayStatus.WAIVED.value,
        "paused_key": PAUSED,
        # Links only: the list of people asks for its own scope.
        "sees_people": may(request.user, Purpose.STANDINGS),
    }


def _lines(figures: Figures) -> list[Line]:
    counts = figures.by_display()
    return [
        Line(str(key), str(label), LOOKS[str(key)], counts[str(key)], str(_NEEDED[DisplayStatus(key)]))
        for key, label in GROUPS
        if key in _NEEDED and counts.get(str(key))
    ]
