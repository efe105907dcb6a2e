"""People and what is required of them, as of today by the stored dates.

A stored status may be old: nobody settled it since the day it changed by itself. Nothing here reads `Standing.display`.
Rows are shown by `certification.standing.display_today`, and filtered and sorted by `group_sql`, which says the same in
SQL by comparing the stored dates.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.access import Scope
from agencies.models import Membership, Role
from certification.models import Certification, Requirement, Standing
from certification.standing import display_today
from certification.statuses import LOOKS, DisplayStatus, Look, StandingState
from common.names import name_key
from reports.models import Tally, TallyDelta

PAUSED = "paused"
# The groups that lists and reports know, in the order they are shown: first what is in order, then what needs doing.
GROUPS = (
    (DisplayStatus.VALID, DisplayStatus.VALID.label),
    (DisplayStatus.WINDOW, DisplayStatus.WINDOW.label),
    (DisplayStatus.GRACE, DisplayStatus.GRACE.label),
    (DisplayStatus.IN_PROGRESS, DisplayStatus.IN_PROGRESS.label),
    (DisplayStatus.NOT_STARTED, DisplayStatus.NOT_STARTED.label),
    (DisplayStatus.OVERDUE, DisplayStatus.OVERDUE.label),
    (DisplayStatus.EXPIRED, DisplayStatus.EXPIRED.label),
    (DisplayStatus.REVOKED, DisplayStatus.REVOKED.label),
    (DisplayStatus.SUSPENDED, DisplayStatus.SUSPENDED.label),
    (DisplayStatus.WAIVED, DisplayStatus.WAIVED.label),
    (PAUSED, gettext_lazy("Permisjon")),
)
SORTS = ("name", "unit", "role", "status", "date")


def group_today(standing: Standing, today: dt.date) -> str:
    """The group she is counted in: leave and waiver before whatever she holds, as in the figures."""
    if standing.paused:
        return PAUSED
    return DisplayStatus.WAIVED if standing.waived else display_today(standing, today)


def group_sql(today: dt.date) -> Case:
    """`group_today` in SQL. First match wins, in the same order as in `certification.standing`."""
    held = Q(valid_from__lte=today, window_opens_on__isnull=False, expires_on__isnull=False, grace_until__isnull=False)
    return Case(
        When(paused=True, then=Value(PAUSED)),
        When(waived=True, then=Value(DisplayStatus.WAIVED)),
        When(state=StandingState.REVOKED, then=Value(DisplayStatus.REVOKED)),
        When(state=StandingState.SUSPENDED, then=Value(DisplayStatus.SUSPENDED)),
        When(held & Q(window_opens_on__gt=today), then=Value(DisplayStatus.VALID)),
        When(held & Q(expires_on__gte=today), then=Value(DisplayStatus.WINDOW)),
        When(held & Q(grace_until__gte=today), then=Value(DisplayStatus.GRACE)),
        When(held, then=Value(DisplayStatus.EXPIRED)),
        When(required=True, due_on__lt=today, then=Value(DisplayStatus.OVERDUE)),
        When(begun=True, then=Value(DisplayStatus.IN_PROGRESS)),
        default=Value(DisplayStatus.NOT_STARTED),
        output_field=CharField(),
    )


def jobs_in(scope: Scope, today: dt.date) -> QuerySet[Membership]:
    """The memberships that hold today in `scope`."""
    return Membership.objects.on(today).filter(scope.q("unit__path"))


def required_standings(jobs: QuerySet[Membership], today: dt.date) -> QuerySet[Standing]:
    """What is required of people through `jobs`, and nothing else: what is voluntary is nobody's business."""
    duties = Requirement.objects.on(today).filter(
        person=OuterRef("person_id"),
        certification=OuterRef("certification_id"),
        membership_thread__in=jobs.values("thread"),
    )
    return Standing.objects.filter(Exists(duties), required=True)


def choices_in(scope: Scope) -> tuple[list[Role], list[Certification]]:
    """The roles of which something is required in `scope`, and what that is: one query for both, by name and key.

    Asked of the tallies, which have a few rows for each unit, and not of the requirements, which have one for each
    person.
    """
    keys = ("pk", "key", "name_nb", "name_nn", "name_en")
    fields = [f"{model}__{field}" for model in ("role", "certification") for field in keys]
    folded, waiting = (
        model._default_manager.filter(scope.q("unit__path"), role__isnull=False).order_by().values_list(*fields)
        for model in (Tally, TallyDelta)
    )
    roles: dict[int, Role] = {}
    certifications: dict[int, Certification] = {}
    for row in folded.union(waiting):
        roles[row[0]] = Role(**dict(zip(keys, row[:5], strict=True)))
        certifications[row[5]] = Certification(**dict(zip(keys, row[5:], strict=True)))
    return (
        sorted(roles.values(), key=lambda role: name_key(role.name)),
        sorted(certifications.values(), key=lambda certification: certification.key),
    )


def ordered(rows: QuerySet[Standing], sort: str, scope: Scope, today: dt.date, roles: Iterable[Role]) -> Any:
    """The rows by `sort`, one of SORTS with "-" before it for the other way round; `roles` are in their order."""
    backwards, by = sort.startswith("-"), sort.removeprefix("-")
    first_job = jobs_in(scope, today).filter(person=OuterRef("person_id")).order_by("unit__path", "pk")
    by_name = ["person__name_key", "person_id", "certification__key"]
    match by:
        case "unit":
            rows = rows.annotate(place=Subquery(first_job.values("unit__name_key")[:1]))
        case "role":
            first = Subquery(first_job.values("role_id")[:1])
            rows = rows.annotate(first_role=first).annotate(place=_rank("first_role", [role.pk for role in roles]))
        case "status":
            rows = rows.annotate(place=_rank("group", [group for group, _label in GROUPS]))
        case "date":
            rows = rows.annotate(place=Coalesce("expires_on", "due_on"))
        case _:
            return rows.order_by(F("person__name_key").desc() if backwards else "person__name_key", *by_name[1:])
    place = F("place")
    return rows.order_by(place.desc(nulls_last=True) if backwards else place.asc(nulls_last=True), *by_name)


def _rank(field: str, values: Sequence[Any]) -> Case:
    return Case(
        *(When(**{field: value}, then=Value(rank)) for rank, value in enumerate(values)),
        default=Value(len(values)),
        output_field=IntegerField(),
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list, or one requirement of a person: what a manager may see of it."""

    standing: Standing
    jobs: Sequence[Membership]
    display: DisplayStatus
    word: str
    look: Look
    days_left: int | None
    valid_to: dt.date | None
    due_on: dt.date | None

    @property
    def roles(self) -> str:
        return ", ".join(dict.fromkeys(job.role.name for job in self.jobs))

    @property
    def units(self) -> str:
        return ", ".join(dict.fromkeys(job.unit.name for job in self.jobs))

    @property
    def days_ago(self) -> int | None:
        return -self.days_left if self.days_left is not None and self.days_left < 0 else None


def row_of(standing: Standing, jobs: Sequence[Membership], today: dt.date) -> Row:
    """What to show for one standing today. The due date is shown to whoever holds nothing."""
    display = display_today(standing, today)
    word = str(display.label)
    if display == DisplayStatus.GRACE and standing.grace_until:
        word = _("Utløpt, kan fornyes til %(day)s") % {"day": date_format(standing.grace_until, "MONTH_DAY_FORMAT")}
    held = display not in (
        DisplayStatus.OVERDUE,
        DisplayStatus.IN_PROGRESS,
        DisplayStatus.NOT_STARTED,
        DisplayStatus.WAIVED,
    )
    valid_to = standing.expires_on if held else None
    certain = display not in (DisplayStatus.REVOKED, DisplayStatus.SUSPENDED)
    return Row(
        standing=standing,
        jobs=jobs,
        display=display,
        word=word,
        look=LOOKS[display],
        days_left=(valid_to - today).days if valid_to and certain else None,
        valid_to=valid_to,
        due_on=None if held or display == DisplayStatus.WAIVED else standing.due_on,
    )


def rows_of(standings: Iterable[Standing], scope: Scope, today: dt.date) -> list[Row]:
    """The lines for `standings`, with the jobs of all the people in one query."""
    standings = list(standings)
    jobs: dict[int, list[Membership]] = defaultdict(list)
    for job in (
        jobs_in(scope, today)
        .filter(person_id__in={row.person_id for row in standings})
        .select_related("unit", "role")
        .order_by("unit__path", "pk")
    ):
        jobs[job.person_id].append(job)
    return [row_of(row, jobs[row.person_id], today) for row in standings]
