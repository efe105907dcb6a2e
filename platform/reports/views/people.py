"""The people: a list, the same list as a file, and one person."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from agencies.access import Purpose, Scope, require_scope
from certification.models import Standing
from reports.filters import PeopleFilter
from reports.reading.people import PAUSED, Row, choices_in, group_today, rows_of
from reports.reading.person import events_of, memberships_in, requirements_of
from reports.rendering import csv_response

PAGE = 50
CHUNK = 1000
EVENTS = 12


def _filter(request: HttpRequest, scope: Scope, today: dt.date) -> PeopleFilter:
    roles, certifications = choices_in(scope)
    return PeopleFilter(
        request.GET,
        scope=scope,
        units=list(scope.units()),
        roles=roles,
        certifications=certifications,
        today=today,
    )


def _shown(rows: QuerySet[Standing]) -> QuerySet[Standing]:
    return rows.select_related("person", "certification")


@never_cache
@login_required
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everyone of whom something is required in scope, filtered and sorted, 50 a page."""
    scope = require_scope(request, Purpose.STANDINGS)
    today = timezone.localdate()
    chosen = _filter(request, scope, today)
    page = Paginator(_shown(chosen.qs), PAGE).get_page(request.GET.get("page"))
    asked = chosen.form.cleaned_data
    sort = asked.get("sort") or "name"
    context = {
        "nav_here": "people",
        "filter": chosen,
        "page": page,
        "rows": [(row, _note(row, today)) for row in rows_of(page.object_list, scope, today)],
        "several": len(chosen.certifications) > 1,
        "columns": _columns(sort),
        "sort": sort,
        "filtered": any(value for key, value in asked.items() if key != "sort"),
    }
    return render(request, "reports/people.html", context)


def _columns(sort: str) -> list[dict[str, str]]:
    """The headings: the value that a click sorts by, and how the column is sorted now."""
    labels = {
        "name": _("Navn"),
        "role": _("Yrkesrolle"),
        "unit": _("Enhet"),
        "status": _("Status"),
        "date": _("Gyldig til og med"),
    }
    columns = []
    for by in ("name", "role", "unit", "status", "date"):
        state = "ascending" if sort == by else "descending" if sort == f"-{by}" else ""
        columns.append(
            {
                "label": labels[by],
                "value": f"-{by}" if state == "ascending" else by,
                "state": state,
                "wide": "" if by in ("name", "status") else "hk-wide",
            }
        )
    return columns


def _note(row: Row, today: dt.date) -> str:
    """What stands beside the status where it takes her out of the figures."""
    group = group_today(row.standing, today)
    if group == PAUSED:
        return _("Permisjon")
    return _("Fritatt") if group == "waived" and row.display != "waived" else ""


@never_cache
@login_required
@require_safe
def people_csv(request: HttpRequest) -> HttpResponseBase:
    """The same people as the list shows, all of them, as a file."""
    scope = require_scope(request, Purpose.STANDINGS)
    today = timezone.localdate()
    chosen = _filter(request, scope, today)
    if not chosen.is_valid():
        # The page says what is wrong with the address; a file could only be wrong without saying so.
        return redirect(f"{reverse('people')}?{request.GET.urlencode()}")
    return csv_response(f"personer-{today.isoformat()}.csv", _chunks(_shown(chosen.qs), scope, today))


def _chunks(rows: QuerySet[Standing], scope: Scope, today: dt.date) -> Iterator[list[list[Any]]]:
    yield [
        [
            _("Navn"),
            _("Yrkesrolle"),
            _("Enhet"),
            _("Sertifisering"),
            _("Status"),
            _("Gyldig til og med"),
            _("Frist"),
            _("Merknad"),
        ]
    ]
    chunk: list[Standing] = []
    for standing in rows.iterator(chunk_size=CHUNK):
        chunk.append(standing)
        if len(chunk) == CHUNK:
            yield _cells(chunk, scope, today)
            chunk = []
    if chunk:
        yield _cells(chunk, scope, today)


def _cells(chunk: list[Standing], scope: Scope, today: dt.date) -> list[list[Any]]:
    return [
        [
            row.standing.person.sort_name,
            row.roles,
            row.units,
            row.standing.certification.name,
            row.word,
            row.valid_to,
            row.due_on,
            _note(row, today),
        ]
        for row in rows_of(chunk, scope, today)
    ]


@never_cache
@login_required
@require_safe
def person(request: HttpRequest, person_id: str) -> HttpResponse:
    """One person who works in scope today: what is required of her, where she stands and why."""
    scope = require_scope(request, Purpose.STANDINGS)
    today = timezone.localdate()
    memberships = memberships_in(scope, person_id)
    jobs = [job for job in memberships if job.holds_on(today)]
    if not jobs:
        raise Http404
    somebody = jobs[0].person
    found = requirements_of(somebody, jobs, scope, today)
    events = events_of(somebody, found, memberships, scope, today)
    context = {
        "nav_here": "people",
        "person": somebody,
        "jobs": jobs,
        "memberships": memberships,
        "found": [(item, _note(item.row, today)) for item in found],
        "events": events[:EVENTS],
        "older": events[EVENTS:],
        "today": today,
    }
    return render(request, "reports/person.html", context)
